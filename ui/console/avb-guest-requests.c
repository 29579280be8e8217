/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-requests.h"

#include <glib/gi18n.h>
#include <spice/vd_agent.h>

#include "backends/avb-error.h"
#include "ui/console/avb-clipboard-format.h"

/* A question whose answer does not come on for so long has none. */
#define PATIENCE_SECONDS 10

typedef struct {
  guint      type;
  GPtrArray *promises; /* of those who wait for it */
} Question;

struct _AvbGuestRequests {
  GObject parent_instance;

  SpiceMainChannel *channel;
  GQueue            questions; /* the first one was asked */
  guint             look_source;
  gulong            received; /* bytes by the channel, when it was looked at last */
  guint             quiet;    /* seconds without any */
};

G_DEFINE_FINAL_TYPE (AvbGuestRequests, avb_guest_requests, G_TYPE_OBJECT)

enum { REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
question_free (Question *question)
{
  g_ptr_array_unref (question->promises);
  g_free (question);
}

static gulong
avb_guest_requests_get_received (AvbGuestRequests *self)
{
  gulong received = 0;

  g_object_get (self->channel, "total-read-bytes", &received, NULL);
  return received;
}

static void avb_guest_requests_ask_next (AvbGuestRequests *self);

/* Ends the first question. @error: (transfer full) (nullable) */
static void
avb_guest_requests_end (AvbGuestRequests *self, GBytes *bytes, GError *error)
{
  Question *question = g_queue_pop_head (&self->questions);

  g_clear_handle_id (&self->look_source, g_source_remove);
  for (guint i = 0; i < question->promises->len; i++)
    {
      DexPromise *promise = question->promises->pdata[i];

      if (error != NULL)
        dex_promise_reject (promise, g_error_copy (error));
      else
        dex_promise_resolve_boxed (promise, G_TYPE_BYTES, g_bytes_ref (bytes));
    }
  g_clear_error (&error);
  question_free (question);
}

static GError *
no_answer (void)
{
  return avb_error_new (
      AVB_ERROR_UNAVAILABLE, NULL, _ ("The machine did not hand over what is in its clipboard."));
}

static gboolean
look_cb (gpointer data)
{
  AvbGuestRequests *self = data;
  gulong            received = avb_guest_requests_get_received (self);

  self->quiet = received != self->received ? 0 : self->quiet + 1;
  self->received = received;
  if (self->quiet < PATIENCE_SECONDS)
    return G_SOURCE_CONTINUE;
  self->look_source = 0;
  avb_guest_requests_end (self, NULL, no_answer ());
  avb_guest_requests_ask_next (self);
  return G_SOURCE_REMOVE;
}

static void
avb_guest_requests_ask_next (AvbGuestRequests *self)
{
  Question *question;

  while ((question = g_queue_peek_head (&self->questions)) != NULL
         && !avb_guest_requests_can_ask (self))
    avb_guest_requests_end (self, NULL, no_answer ());
  if (question == NULL)
    return;
  self->received = avb_guest_requests_get_received (self);
  self->quiet = 0;
  self->look_source = g_timeout_add_seconds (1, look_cb, self);
  spice_main_channel_clipboard_selection_request (
      self->channel, VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD, question->type);
}

static void
avb_guest_requests_dispose (GObject *object)
{
  AvbGuestRequests *self = AVB_GUEST_REQUESTS (object);

  avb_guest_requests_cancel (self);
  g_clear_object (&self->channel);
  G_OBJECT_CLASS (avb_guest_requests_parent_class)->dispose (object);
}

static void
avb_guest_requests_class_init (AvbGuestRequestsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_requests_dispose;
  signals[REFUSED] = g_signal_new ("refused",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   G_TYPE_STRING);
}

static void
avb_guest_requests_init (AvbGuestRequests *self)
{
}

AvbGuestRequests *
avb_guest_requests_new (void)
{
  return g_object_new (AVB_TYPE_GUEST_REQUESTS, NULL);
}

void
avb_guest_requests_set_channel (AvbGuestRequests *self, SpiceMainChannel *channel)
{
  g_return_if_fail (AVB_IS_GUEST_REQUESTS (self));

  if (self->channel == channel)
    return;
  avb_guest_requests_cancel (self);
  g_set_object (&self->channel, channel);
}

void
avb_guest_requests_cancel (AvbGuestRequests *self)
{
  g_return_if_fail (AVB_IS_GUEST_REQUESTS (self));

  while (!g_queue_is_empty (&self->questions))
    avb_guest_requests_end (self, NULL, no_answer ());
}

gboolean
avb_guest_requests_can_ask (AvbGuestRequests *self)
{
  gboolean connected = FALSE;

  g_return_val_if_fail (AVB_IS_GUEST_REQUESTS (self), FALSE);

  if (self->channel != NULL)
    g_object_get (self->channel, "agent-connected", &connected, NULL);
  return connected
         && spice_main_channel_agent_test_capability (self->channel,
                                                      VD_AGENT_CAP_CLIPBOARD_BY_DEMAND);
}

DexFuture *
avb_guest_requests_ask (AvbGuestRequests *self, guint type)
{
  Question   *question = NULL;
  DexPromise *promise;

  g_return_val_if_fail (AVB_IS_GUEST_REQUESTS (self), NULL);

  for (GList *l = self->questions.head; l != NULL && question == NULL; l = l->next)
    if (((Question *) l->data)->type == type)
      question = l->data;
  if (question == NULL)
    {
      question = g_new0 (Question, 1);
      question->type = type;
      question->promises = g_ptr_array_new_with_free_func (dex_unref);
      g_queue_push_tail (&self->questions, question);
    }
  promise = dex_promise_new ();
  g_ptr_array_add (question->promises, dex_ref (promise));
  if (self->questions.length == 1 && question->promises->len == 1)
    avb_guest_requests_ask_next (self);
  return DEX_FUTURE (promise);
}

void
avb_guest_requests_answer (AvbGuestRequests *self, guint type, const void *data, guint size)
{
  Question *question;

  g_return_if_fail (AVB_IS_GUEST_REQUESTS (self));

  question = g_queue_peek_head (&self->questions);
  if (question == NULL || (type != question->type && type != VD_AGENT_CLIPBOARD_NONE))
    return;
  if (type == VD_AGENT_CLIPBOARD_NONE)
    avb_guest_requests_end (self, NULL, no_answer ());
  else if (size > AVB_CLIPBOARD_LIMIT)
    {
      g_autofree char *limit = g_format_size_full (AVB_CLIPBOARD_LIMIT, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *message = g_strdup_printf (
          /* Translators: %s is a size, such as “100 MiB” */
          _ ("What the machine has in its clipboard is larger than %s and was not taken over."),
          limit);

      avb_guest_requests_end (self, NULL, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", message));
      g_signal_emit (self, signals[REFUSED], 0, message);
    }
  else
    {
      g_autoptr (GBytes) bytes = g_bytes_new (data, size);

      avb_guest_requests_end (self, bytes, NULL);
    }
  avb_guest_requests_ask_next (self);
}
