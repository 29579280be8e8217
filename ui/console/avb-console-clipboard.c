/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-clipboard.h"

#include <glib/gi18n.h>
#include <spice/vd_agent.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-agent-guard.h"
#include "ui/console/avb-clipboard-format.h"
#include "ui/console/avb-clipboard-reader.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-guest-offer.h"
#include "ui/console/avb-guest-requests.h"

/* A guest may offer and ask as often as it likes: so often, in ms, we look at the last it said. */
#define PAUSE_MS 20

/* A guest that asks and does not read fills our memory: this is what it gets between two times that the
 * user turns to it or copies something. */
#define BUDGET (2.5 * AVB_CLIPBOARD_LIMIT)
/* What a message costs at least. */
#define MESSAGE_COST 64

#define N_SELECTIONS 3
#define SESSION_KEY "avb-console-clipboard"

struct _AvbConsoleClipboard {
  GObject parent_instance;

  AvbSpiceSession    *session;
  AvbConsoleSettings *settings;
  SpiceMainChannel   *main;
  AvbAgentGuard      *guard;
  GdkClipboard       *clipboard;
  GHashTable         *controllers; /* of the widgets; not owned */
  guint               focused;     /* how many of them have the keyboard: 0 or 1 */

  /* guest → host */
  AvbGuestRequests *requests;
  AvbGuestOffer    *offer;     /* what we put on the desktop's clipboard, nullable */
  guint             offered;   /* by the guest, and not yet on the desktop's clipboard */
  guint             offer_source;

  /* host → guest */
  guint         grant_source;
  guint         granted;           /* the guest was told of these types; 0: of nothing */
  guint         asked[N_SELECTIONS]; /* by the guest: types not yet answered; bit 0 for unknown ones */
  guint         answer_source;
  GCancellable *reading; /* for an answer */
  gsize         spent;   /* of the budget */
};

G_DEFINE_FINAL_TYPE (AvbConsoleClipboard, avb_console_clipboard, G_TYPE_OBJECT)

enum { REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
avb_console_clipboard_is_on (AvbConsoleClipboard *self)
{
  gboolean on;

  g_object_get (self->settings, "clipboard", &on, NULL);
  return on && avb_guest_requests_can_ask (self->requests);
}

static gboolean
avb_console_clipboard_has_crlf (AvbConsoleClipboard *self)
{
  return spice_main_channel_agent_test_capability (self->main, VD_AGENT_CAP_GUEST_LINEEND_CRLF);
}

/* Whether the desktop's clipboard has what this machine's own guest put there. */
static gboolean
avb_console_clipboard_is_own (AvbConsoleClipboard *self)
{
  return self->offer != NULL
         && gdk_clipboard_get_content (self->clipboard) == GDK_CONTENT_PROVIDER (self->offer);
}

/* guest → host */

static void
avb_console_clipboard_withdraw (AvbConsoleClipboard *self)
{
  gboolean own = avb_console_clipboard_is_own (self);

  self->offered = 0;
  g_clear_object (&self->offer);
  if (own)
    gdk_clipboard_set_content (self->clipboard, NULL);
}

static gboolean
offer_cb (gpointer data)
{
  AvbConsoleClipboard *self = data;
  guint                types = self->offered;

  self->offer_source = 0;
  /* Without the keyboard it waits for it. */
  if (types == 0 || self->focused == 0 || !avb_console_clipboard_is_on (self))
    return G_SOURCE_REMOVE;
  self->offered = 0;
  self->granted = 0;
  g_clear_object (&self->offer);
  self->offer
      = avb_guest_offer_new (self->requests, types, avb_console_clipboard_has_crlf (self));
  gdk_clipboard_set_content (self->clipboard, GDK_CONTENT_PROVIDER (self->offer));
  return G_SOURCE_REMOVE;
}

static gboolean
grab_cb (SpiceMainChannel    *main,
         guint                selection,
         gpointer             types,
         guint                n_types,
         AvbConsoleClipboard *self)
{
  if (selection != VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD || !avb_console_clipboard_is_on (self))
    return TRUE;
  /* The guest has a clipboard of its own now, whatever it is. */
  self->granted = 0;
  self->offered = avb_clipboard_types_of_guest (types, n_types);
  if (self->offered == 0)
    avb_console_clipboard_withdraw (self);
  else if (self->offer_source == 0)
    self->offer_source = g_timeout_add (PAUSE_MS, offer_cb, self);
  return TRUE;
}

static void
guest_release_cb (SpiceMainChannel *main, guint selection, AvbConsoleClipboard *self)
{
  if (selection == VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD)
    avb_console_clipboard_withdraw (self);
}

static void
data_cb (SpiceMainChannel    *main,
         guint                selection,
         guint                type,
         gpointer             data,
         guint                size,
         AvbConsoleClipboard *self)
{
  if (selection == VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD)
    avb_guest_requests_answer (self->requests, type, data, size);
}

static void
requests_refused_cb (AvbGuestRequests *requests, const char *message, AvbConsoleClipboard *self)
{
  g_signal_emit (self, signals[REFUSED], 0, message);
}

/* host → guest */

static void
avb_console_clipboard_revoke (AvbConsoleClipboard *self)
{
  if (self->granted == 0)
    return;
  self->granted = 0;
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  if (avb_guest_requests_can_ask (self->requests))
    spice_main_channel_clipboard_selection_release (self->main,
                                                    VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD);
}

/* Tells the guest what the desktop's clipboard has. */
static void
avb_console_clipboard_grant (AvbConsoleClipboard *self)
{
  guint32 types[8];
  int     n_types = 0;
  guint   set;

  if (self->focused == 0 || !avb_console_clipboard_is_on (self)
      || avb_console_clipboard_is_own (self))
    return;
  set = avb_clipboard_types_of_host (self->clipboard);
  if (set == 0)
    {
      avb_console_clipboard_revoke (self);
      return;
    }
  for (guint type = 0; type < G_N_ELEMENTS (types); type++)
    if (set & AVB_CLIPBOARD_BIT (type))
      types[n_types++] = type;
  self->granted = set;
  self->spent = 0;
  spice_main_channel_clipboard_selection_grab (
      self->main, VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD, types, n_types);
}

static void avb_console_clipboard_answer_later (AvbConsoleClipboard *self);

/* @bytes: %NULL for nothing */
static void
avb_console_clipboard_answer (AvbConsoleClipboard *self,
                              guint                selection,
                              guint                type,
                              GBytes              *bytes)
{
  int   max = -1;
  gsize size = 0;

  if (!avb_guest_requests_can_ask (self->requests))
    return;
  g_object_get (self->main, "max-clipboard", &max, NULL);
  if (bytes != NULL && self->spent + g_bytes_get_size (bytes) <= BUDGET
      && (max < 0 || g_bytes_get_size (bytes) < (gsize) max))
    size = g_bytes_get_size (bytes);
  else
    bytes = NULL;
  self->spent += size + MESSAGE_COST;
  if (self->spent > 2 * BUDGET)
    return; /* not even that it gets nothing */
  spice_main_channel_clipboard_selection_notify (
      self->main,
      selection,
      bytes != NULL ? type : VD_AGENT_CLIPBOARD_NONE,
      bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL,
      size);
}

/* An answer that is being made. */
typedef struct {
  GWeakRef             clipboard;
  GCancellable        *reading;
  guint                type;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_weak_ref_clear (&answer->clipboard);
  g_object_unref (answer->reading);
  g_free (answer);
}

static DexFuture *
answer_ready_cb (DexFuture *future, gpointer data)
{
  Answer *answer = data;
  g_autoptr (AvbConsoleClipboard) self = g_weak_ref_get (&answer->clipboard);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GBytes       *bytes = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self == NULL || self->reading != answer->reading)
    return dex_future_new_true (); /* of a connection that has gone */
  g_clear_object (&self->reading);
  if (g_cancellable_is_cancelled (answer->reading))
    bytes = NULL;
  else if (g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID))
    g_signal_emit (self, signals[REFUSED], 0, error->message);
  if (bytes != NULL && answer->type == VD_AGENT_CLIPBOARD_UTF8_TEXT)
    bytes = text = avb_clipboard_text_to_guest (bytes, avb_console_clipboard_has_crlf (self));
  avb_console_clipboard_answer (
      self, VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD, answer->type, bytes);
  avb_console_clipboard_answer_later (self);
  return dex_future_new_true ();
}

/* A picture of another kind than the guest wants becomes what it wants. */
static DexFuture *
piece_read_cb (DexFuture *future, gpointer data)
{
  Answer                  *answer = data;
  const AvbClipboardPiece *piece = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (answer->type == VD_AGENT_CLIPBOARD_IMAGE_PNG
      && !g_str_equal (piece->mime_type, "image/png"))
    return avb_clipboard_to_png (piece->bytes);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (piece->bytes));
}

static void
avb_console_clipboard_read (AvbConsoleClipboard *self, guint type)
{
  Answer    *answer = g_new0 (Answer, 1);
  DexFuture *future;
  int        max = -1;
  gsize      limit = AVB_CLIPBOARD_LIMIT;

  g_object_get (self->main, "max-clipboard", &max, NULL);
  if (max >= 0)
    limit = MIN (limit, (gsize) MAX (max, 1) - 1); /* it has to be less */
  self->reading = g_cancellable_new ();
  g_weak_ref_init (&answer->clipboard, self);
  answer->reading = g_object_ref (self->reading);
  answer->type = type;
  future = avb_clipboard_read (
      self->clipboard, avb_clipboard_mime_types (type), limit, self->reading);
  future = dex_future_then (future, piece_read_cb, answer, NULL);
  avb_future_finish (dex_future_finally (future, answer_ready_cb, answer, answer_free),
                     "give the clipboard to the machine");
}

static gboolean
answer_cb (gpointer data)
{
  AvbConsoleClipboard *self = data;
  gboolean             on = avb_console_clipboard_is_on (self);
  guint               *asked = &self->asked[VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD];

  self->answer_source = 0;
  /* What it can't have is answered at once. */
  for (guint selection = 0; selection < N_SELECTIONS; selection++)
    for (guint type = 0; type < 32; type++)
      if (self->asked[selection] & AVB_CLIPBOARD_BIT (type)
          && !(on && selection == VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD
               && self->granted & AVB_CLIPBOARD_BIT (type)))
        {
          self->asked[selection] &= ~AVB_CLIPBOARD_BIT (type);
          avb_console_clipboard_answer (self, selection, type, NULL);
        }
  if (*asked != 0 && self->reading == NULL)
    {
      guint type = (guint) g_bit_nth_lsf (*asked, -1);

      *asked &= ~AVB_CLIPBOARD_BIT (type);
      avb_console_clipboard_read (self, type);
    }
  return G_SOURCE_REMOVE;
}

static void
avb_console_clipboard_answer_later (AvbConsoleClipboard *self)
{
  if (self->answer_source == 0)
    self->answer_source = g_timeout_add (PAUSE_MS, answer_cb, self);
}

static gboolean
request_cb (SpiceMainChannel *main, guint selection, guint type, AvbConsoleClipboard *self)
{
  if (selection >= N_SELECTIONS)
    return TRUE;
  self->asked[selection] |= type < 32 ? AVB_CLIPBOARD_BIT (type) : 1;
  avb_console_clipboard_answer_later (self);
  return TRUE;
}

/* The desktop */

static gboolean
grant_cb (gpointer data)
{
  AvbConsoleClipboard *self = data;

  self->grant_source = 0;
  avb_console_clipboard_grant (self);
  return G_SOURCE_REMOVE;
}

static void
avb_console_clipboard_grant_later (AvbConsoleClipboard *self)
{
  if (self->grant_source == 0)
    self->grant_source = g_timeout_add (PAUSE_MS, grant_cb, self);
}

static void
changed_cb (GdkClipboard *clipboard, AvbConsoleClipboard *self)
{
  if (avb_console_clipboard_is_own (self))
    return;
  /* What the guest offered before is older. */
  g_clear_object (&self->offer);
  self->offered = 0;
  /* Without the keyboard the guest is not told, and may not read the new contents for the old ones. */
  if (self->focused == 0)
    avb_console_clipboard_revoke (self);
  else
    avb_console_clipboard_grant_later (self);
}

static void
enter_cb (GtkEventControllerFocus *controller, AvbConsoleClipboard *self)
{
  self->focused = 1;
  self->spent = 0;
  if (self->offered != 0)
    offer_cb (self);
  else
    avb_console_clipboard_grant (self);
}

static void
leave_cb (GtkEventControllerFocus *controller, AvbConsoleClipboard *self)
{
  self->focused = 0;
}

/* The connection */

static void
avb_console_clipboard_reset (AvbConsoleClipboard *self)
{
  avb_console_clipboard_withdraw (self);
  avb_guest_requests_cancel (self->requests);
  self->granted = 0;
  memset (self->asked, 0, sizeof self->asked);
  g_clear_handle_id (&self->offer_source, g_source_remove);
  g_clear_handle_id (&self->answer_source, g_source_remove);
  g_clear_handle_id (&self->grant_source, g_source_remove);
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
}

/* The agent is there, says what it can do, or is gone. */
static void
agent_cb (AvbConsoleClipboard *self)
{
  if (!avb_guest_requests_can_ask (self->requests))
    avb_console_clipboard_reset (self);
  else
    avb_console_clipboard_grant_later (self);
}

/* Only another connection gives the memory back. */
static void
exceeded_cb (AvbConsoleClipboard *self)
{
  g_signal_emit (self,
                 signals[REFUSED],
                 0,
                 _ ("The agent in the machine sent more than it may. The display is connected again."));
  avb_console_session_reconnect (AVB_CONSOLE_SESSION (self->session));
}

static void
main_cb (AvbConsoleClipboard *self)
{
  SpiceMainChannel *main = avb_spice_session_get_main (self->session);

  if (main == self->main)
    return;
  avb_console_clipboard_reset (self);
  if (self->main != NULL)
    g_signal_handlers_disconnect_by_data (self->main, self);
  g_set_object (&self->main, main);
  avb_guest_requests_set_channel (self->requests, main);
  avb_agent_guard_set_channel (self->guard, main);
  if (main == NULL)
    return;
  g_signal_connect (main, "main-clipboard-selection", G_CALLBACK (data_cb), self);
  g_signal_connect (main, "main-clipboard-selection-grab", G_CALLBACK (grab_cb), self);
  g_signal_connect (main, "main-clipboard-selection-request", G_CALLBACK (request_cb), self);
  g_signal_connect (main, "main-clipboard-selection-release", G_CALLBACK (guest_release_cb), self);
  g_signal_connect_swapped (main, "main-agent-update", G_CALLBACK (agent_cb), self);
  g_signal_connect_swapped (main, "notify::agent-connected", G_CALLBACK (agent_cb), self);
  agent_cb (self);
}

static void
switched_cb (AvbConsoleClipboard *self)
{
  gboolean on;

  g_object_get (self->settings, "clipboard", &on, NULL);
  if (on)
    {
      avb_console_clipboard_grant (self);
      return;
    }
  avb_console_clipboard_withdraw (self);
  avb_guest_requests_cancel (self->requests);
  avb_console_clipboard_revoke (self);
}

static void
avb_console_clipboard_dispose (GObject *object)
{
  AvbConsoleClipboard *self = AVB_CONSOLE_CLIPBOARD (object);

  if (self->session != NULL)
    {
      avb_console_clipboard_reset (self);
      g_object_set_data (G_OBJECT (self->session), SESSION_KEY, NULL);
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (self->settings, self);
      g_signal_handlers_disconnect_by_data (self->clipboard, self);
      g_signal_handlers_disconnect_by_data (self->requests, self);
      g_signal_handlers_disconnect_by_data (self->guard, self);
    }
  if (self->main != NULL)
    g_signal_handlers_disconnect_by_data (self->main, self);
  g_clear_object (&self->main);
  g_clear_object (&self->requests);
  g_clear_object (&self->guard);
  g_clear_object (&self->settings);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (avb_console_clipboard_parent_class)->dispose (object);
}

static void
avb_console_clipboard_finalize (GObject *object)
{
  g_hash_table_unref (AVB_CONSOLE_CLIPBOARD (object)->controllers);
  G_OBJECT_CLASS (avb_console_clipboard_parent_class)->finalize (object);
}

static void
avb_console_clipboard_class_init (AvbConsoleClipboardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_console_clipboard_dispose;
  object_class->finalize = avb_console_clipboard_finalize;
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
avb_console_clipboard_init (AvbConsoleClipboard *self)
{
  self->controllers = g_hash_table_new (NULL, NULL);
  self->requests = avb_guest_requests_new ();
  self->guard = avb_agent_guard_new ();
  self->clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
}

AvbConsoleClipboard *
avb_console_clipboard_for_session (AvbSpiceSession *session)
{
  AvbConsoleClipboard *self;

  g_return_val_if_fail (AVB_IS_SPICE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), SESSION_KEY);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (AVB_TYPE_CONSOLE_CLIPBOARD, NULL);
  self->session = g_object_ref (session);
  self->settings = avb_console_settings_for_machine (avb_console_session_get_machine (AVB_CONSOLE_SESSION (session)));
  g_object_set_data (G_OBJECT (session), SESSION_KEY, self);
  g_signal_connect (self->requests, "refused", G_CALLBACK (requests_refused_cb), self);
  g_signal_connect_swapped (self->guard, "exceeded", G_CALLBACK (exceeded_cb), self);
  g_signal_connect_swapped (self->settings, "notify::clipboard", G_CALLBACK (switched_cb), self);
  g_signal_connect (self->clipboard, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (session, "notify::main", G_CALLBACK (main_cb), self);
  main_cb (self);
  return self;
}

void
avb_console_clipboard_add_widget (AvbConsoleClipboard *self, GtkWidget *widget)
{
  GtkEventController *controller;

  g_return_if_fail (AVB_IS_CONSOLE_CLIPBOARD (self));
  g_return_if_fail (GTK_IS_WIDGET (widget));

  controller = gtk_event_controller_focus_new ();
  g_signal_connect (controller, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (controller, "leave", G_CALLBACK (leave_cb), self);
  g_hash_table_insert (self->controllers, widget, controller);
  gtk_widget_add_controller (widget, controller);
  if (gtk_event_controller_focus_contains_focus (GTK_EVENT_CONTROLLER_FOCUS (controller)))
    enter_cb (GTK_EVENT_CONTROLLER_FOCUS (controller), self);
}

void
avb_console_clipboard_remove_widget (AvbConsoleClipboard *self, GtkWidget *widget)
{
  GtkEventController *controller;

  g_return_if_fail (AVB_IS_CONSOLE_CLIPBOARD (self));

  controller = g_hash_table_lookup (self->controllers, widget);
  g_return_if_fail (controller != NULL);
  if (gtk_event_controller_focus_contains_focus (GTK_EVENT_CONTROLLER_FOCUS (controller)))
    self->focused = 0;
  g_signal_handlers_disconnect_by_data (controller, self);
  gtk_widget_remove_controller (widget, controller);
  g_hash_table_remove (self->controllers, widget);
}
