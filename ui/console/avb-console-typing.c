/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-typing.h"

#include <glib/gi18n.h>

#include "backends/avb-error.h"
#include "ui/console/avb-keymap.h"

#define LEFT_SHIFT 0x2a
#define ALT_GR 0x138

typedef struct {
  AvbConsoleSession *session;
  AvbInputSink      *sink; /* that it was begun with */
  AvbOperation      *operation;
  GArray            *strokes;
  guint              position;
} Typing;

static void
typing_free (gpointer data)
{
  Typing *typing = data;

  g_object_unref (typing->operation);
  g_clear_object (&typing->sink);
  g_object_unref (typing->session);
  g_array_unref (typing->strokes);
  g_free (typing);
}

static void
typing_send (Typing *typing, const AvbStroke *stroke)
{
  guint scancode = avb_keymap_from_linux (stroke->code);

  if (stroke->shift)
    avb_input_sink_key (typing->sink, LEFT_SHIFT, TRUE);
  if (stroke->alt_gr)
    avb_input_sink_key (typing->sink, ALT_GR, TRUE);
  avb_input_sink_key (typing->sink, scancode, TRUE);
  avb_input_sink_key (typing->sink, scancode, FALSE);
  if (stroke->alt_gr)
    avb_input_sink_key (typing->sink, ALT_GR, FALSE);
  if (stroke->shift)
    avb_input_sink_key (typing->sink, LEFT_SHIFT, FALSE);
}

static gboolean
type_cb (gpointer data)
{
  Typing *typing = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (typing->operation),
                                            &error))
    {
      avb_operation_finish (typing->operation, error);
      return G_SOURCE_REMOVE;
    }
  if (typing->sink == NULL
      || avb_console_session_get_sink (typing->session) != typing->sink)
    {
      error = avb_error_new (
          AVB_ERROR_UNAVAILABLE,
          NULL,
          _ ("Not all was typed, because the connection to the machine’s display was lost."));
      avb_operation_finish (typing->operation, error);
      return G_SOURCE_REMOVE;
    }
  if (typing->position == typing->strokes->len)
    {
      avb_operation_finish (typing->operation, NULL);
      return G_SOURCE_REMOVE;
    }
  typing_send (typing, &g_array_index (typing->strokes, AvbStroke, typing->position));
  typing->position++;
  avb_operation_set_fraction (typing->operation, (double) typing->position / typing->strokes->len);
  return G_SOURCE_CONTINUE;
}

void
avb_console_type (AvbConsoleSession *session, GArray *strokes, AvbOperation *operation)
{
  Typing *typing;
  guint   locks;

  g_return_if_fail (AVB_IS_CONSOLE_SESSION (session));
  g_return_if_fail (strokes != NULL);
  g_return_if_fail (AVB_IS_OPERATION (operation));

  typing = g_new0 (Typing, 1);
  typing->session = g_object_ref (session);
  typing->operation = g_object_ref (operation);
  typing->strokes = g_array_ref (strokes);
  g_set_object (&typing->sink, avb_console_session_get_sink (session));
  /* Caps Lock in the guest would turn the letters round. */
  locks = typing->sink != NULL ? avb_input_sink_get_locks (typing->sink) : 0;
  if (locks & AVB_INPUT_CAPS_LOCK)
    avb_input_sink_set_locks (typing->sink, locks & ~(guint) AVB_INPUT_CAPS_LOCK);
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1000 / AVB_TYPING_RATE, type_cb, typing, typing_free);
}
