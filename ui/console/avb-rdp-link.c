/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-rdp-link.h"

#include <freerdp/input.h>
#include <winpr/synch.h>

#include "backends/avb-secret.h"
#include "ui/console/avb-rdp-private.h"

/* Presses and motions that wait; and everything that does. */
#define MAX_WAITING 256
#define MAX_RELEASES 1024

struct _AvbRdpLink {
  GObject parent_instance;

  AvbRdpShared *shared;
  gboolean      closed;
};

G_DEFINE_FINAL_TYPE (AvbRdpLink, avb_rdp_link, G_TYPE_OBJECT)

enum { CONNECTED, LOCKS, CURSOR, PICTURE, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_STATIC_ASSERT (AVB_RDP_TELL_ENDED == 1 << ENDED);

static int n_threads;

/* --- what is shared --- */

static AvbRdpShared *
avb_rdp_shared_new (const AvbConsoleEndpoint *endpoint)
{
  AvbRdpShared *self = g_new0 (AvbRdpShared, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->endpoint = avb_console_endpoint_copy (endpoint);
  self->cancellable = g_cancellable_new ();
  self->wake = CreateEventA (NULL, TRUE, FALSE, NULL);
  self->input = g_array_new (FALSE, FALSE, sizeof (AvbRdpInput));
  self->locks = -1;
  g_atomic_int_inc (&n_threads);
  return self;
}

AvbRdpShared *
avb_rdp_shared_ref (AvbRdpShared *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
avb_rdp_shared_unref (AvbRdpShared *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  g_free (self->fingerprint);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_array_unref (self->input);
  g_free (self->cursor.rgba);
  g_clear_object (&self->untrusted);
  if (self->wake != NULL)
    CloseHandle (self->wake);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
  g_atomic_int_add (&n_threads, -1);
}

static void
unref_shared (gpointer data)
{
  avb_rdp_shared_unref (data);
}

static void
avb_rdp_shared_go_on (AvbRdpShared *self)
{
  g_mutex_lock (&self->mutex);
  self->is_parked = FALSE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gboolean
told_cb (gpointer data)
{
  AvbRdpShared *self = data;
  g_autoptr (AvbRdpLink) link = self->link != NULL ? g_object_ref (self->link) : NULL;
  guint news;

  g_mutex_lock (&self->mutex);
  news = self->news;
  self->news = 0;
  self->is_scheduled = FALSE;
  g_mutex_unlock (&self->mutex);
  /* Any of them may close it. */
  for (guint i = 0; link != NULL && i < N_SIGNALS; i++)
    if (!link->closed && (news & (1u << i)) != 0)
      g_signal_emit (link, signals[i], 0);
  if ((news & AVB_RDP_TELL_PICTURE) != 0)
    avb_rdp_shared_go_on (self);
  return G_SOURCE_REMOVE;
}

void
avb_rdp_shared_tell (AvbRdpShared *self, AvbRdpTell news)
{
  self->news |= news;
  if (self->is_scheduled || self->closed)
    return;
  self->is_scheduled = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT, told_cb, avb_rdp_shared_ref (self), unref_shared);
}

void
avb_rdp_shared_hang_up (AvbRdpShared *self)
{
  if (self->connection != NULL)
    g_socket_shutdown (
        g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
}

/* --- the object --- */

static void
avb_rdp_link_dispose (GObject *object)
{
  avb_rdp_link_close (AVB_RDP_LINK (object));
  G_OBJECT_CLASS (avb_rdp_link_parent_class)->dispose (object);
}

static void
avb_rdp_link_finalize (GObject *object)
{
  avb_rdp_shared_unref (AVB_RDP_LINK (object)->shared);
  G_OBJECT_CLASS (avb_rdp_link_parent_class)->finalize (object);
}

static void
avb_rdp_link_class_init (AvbRdpLinkClass *klass)
{
  static const char *const names[] = { "connected", "locks", "cursor", "picture", "ended" };

  G_OBJECT_CLASS (klass)->dispose = avb_rdp_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_rdp_link_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (
        names[i], AVB_TYPE_RDP_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_rdp_link_init (AvbRdpLink *self)
{
}

AvbRdpLink *
avb_rdp_link_new (const AvbConsoleEndpoint *endpoint, const char *password, const char *fingerprint)
{
  g_autoptr (AvbConsoleEndpoint) copy = NULL;
  AvbRdpLink *self;
  char       *old;

  g_return_val_if_fail (endpoint != NULL && endpoint->host != NULL && endpoint->id != NULL, NULL);
  g_return_val_if_fail (endpoint->user != NULL && password != NULL, NULL);

  copy = avb_console_endpoint_copy (endpoint);
  old = copy->password;
  copy->password = g_strdup (password);
  avb_secret_free (old);
  self = g_object_new (AVB_TYPE_RDP_LINK, NULL);
  self->shared = avb_rdp_shared_new (copy);
  self->shared->fingerprint = g_strdup (fingerprint);
  self->shared->link = self;
  g_thread_unref (g_thread_new ("vmconnect", avb_rdp_thread, avb_rdp_shared_ref (self->shared)));
  return self;
}

void
avb_rdp_link_close (AvbRdpLink *self)
{
  AvbRdpShared *shared;

  g_return_if_fail (AVB_IS_RDP_LINK (self));

  if (self->closed)
    return;
  shared = self->shared;
  self->closed = TRUE;
  shared->link = NULL;
  g_cancellable_cancel (shared->cancellable);
  g_mutex_lock (&shared->mutex);
  shared->closed = TRUE;
  shared->is_parked = FALSE;
  g_cond_signal (&shared->cond);
  if (shared->wake != NULL)
    SetEvent (shared->wake);
  if (shared->context != NULL)
    freerdp_abort_connect_context (shared->context);
  avb_rdp_shared_hang_up (shared);
  g_mutex_unlock (&shared->mutex);
}

const AvbRdpPicture *
avb_rdp_link_get_picture (AvbRdpLink *self)
{
  g_return_val_if_fail (AVB_IS_RDP_LINK (self), NULL);

  /* Parked, the thread does not touch it. */
  return !self->closed && self->shared->picture.pixels != NULL ? &self->shared->picture : NULL;
}

guint8 *
avb_rdp_link_dup_cursor (AvbRdpLink *self, int *width, int *height, int *hot_x, int *hot_y)
{
  AvbRdpCursor *cursor;
  guint8       *rgba;

  g_return_val_if_fail (AVB_IS_RDP_LINK (self), NULL);

  g_mutex_lock (&self->shared->mutex);
  cursor = &self->shared->cursor;
  *width = cursor->width;
  *height = cursor->height;
  *hot_x = cursor->hot_x;
  *hot_y = cursor->hot_y;
  rgba = cursor->rgba != NULL
             ? g_memdup2 (cursor->rgba, (gsize) cursor->width * (gsize) cursor->height * 4)
             : NULL;
  g_mutex_unlock (&self->shared->mutex);
  return rgba;
}

int
avb_rdp_link_get_locks (AvbRdpLink *self)
{
  int locks;

  g_return_val_if_fail (AVB_IS_RDP_LINK (self), -1);

  g_mutex_lock (&self->shared->mutex);
  locks = self->shared->locks;
  g_mutex_unlock (&self->shared->mutex);
  return locks;
}

AvbRdpEnding
avb_rdp_link_get_ending (AvbRdpLink *self)
{
  AvbRdpEnding ending;

  g_return_val_if_fail (AVB_IS_RDP_LINK (self), AVB_RDP_LOST);

  g_mutex_lock (&self->shared->mutex);
  ending = self->shared->ending;
  g_mutex_unlock (&self->shared->mutex);
  return ending;
}

GTlsCertificate *
avb_rdp_link_get_untrusted (AvbRdpLink *self, GTlsCertificateFlags *errors)
{
  GTlsCertificate *certificate;

  g_return_val_if_fail (AVB_IS_RDP_LINK (self), NULL);

  g_mutex_lock (&self->shared->mutex);
  certificate = self->shared->untrusted;
  *errors = self->shared->untrusted_errors;
  g_mutex_unlock (&self->shared->mutex);
  return certificate;
}

/* --- input --- */

static gboolean
is_motion (const AvbRdpInput *input)
{
  return input->kind == AVB_RDP_MOUSE && input->flags == PTR_FLAGS_MOVE;
}

static gboolean
is_release (const AvbRdpInput *input)
{
  switch (input->kind)
    {
    case AVB_RDP_KEY:
      return !input->press;
    case AVB_RDP_MOUSE:
      return (input->flags & (PTR_FLAGS_DOWN | PTR_FLAGS_MOVE | PTR_FLAGS_WHEEL)) == 0;
    case AVB_RDP_EXTENDED_MOUSE:
      return (input->flags & PTR_XFLAGS_DOWN) == 0;
    case AVB_RDP_PAUSE:
    case AVB_RDP_LOCKS:
    default:
      return FALSE;
    }
}

void
avb_rdp_link_send (AvbRdpLink *self, const AvbRdpInput *input)
{
  AvbRdpShared *shared;
  AvbRdpInput  *last;

  g_return_if_fail (AVB_IS_RDP_LINK (self));
  g_return_if_fail (input != NULL);

  shared = self->shared;
  g_mutex_lock (&shared->mutex);
  last = shared->input->len > 0
             ? &g_array_index (shared->input, AvbRdpInput, shared->input->len - 1)
             : NULL;
  if (last != NULL && is_motion (last) && is_motion (input))
    *last = *input;
  else if (shared->input->len < (is_release (input) ? MAX_RELEASES : MAX_WAITING))
    g_array_append_vals (shared->input, input, 1);
  if (shared->wake != NULL)
    SetEvent (shared->wake);
  g_mutex_unlock (&shared->mutex);
}

guint
avb_rdp_link_get_n_threads (void)
{
  return (guint) g_atomic_int_get (&n_threads);
}
