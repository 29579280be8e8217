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
  AvbSpiceSession    *session;
  SpiceInputsChannel *inputs; /* that it was begun with */
  AvbOperation       *operation;
  GArray             *strokes;
  guint               position;
} Typing;

static void
typing_free (gpointer data)
{
  Typing *typing = data;

  g_object_unref (typing->operation);
  g_clear_object (&typing->inputs);
  g_object_unref (typing->session);
  g_array_unref (typing->strokes);
  g_free (typing);
}

static void
typing_send (Typing *typing, const AvbStroke *stroke)
{
  guint scancode = avb_keymap_from_linux (stroke->code);

  if (stroke->shift)
    spice_inputs_channel_key_press (typing->inputs, LEFT_SHIFT);
  if (stroke->alt_gr)
    spice_inputs_channel_key_press (typing->inputs, ALT_GR);
  spice_inputs_channel_key_press (typing->inputs, scancode);
  spice_inputs_channel_key_release (typing->inputs, scancode);
  if (stroke->alt_gr)
    spice_inputs_channel_key_release (typing->inputs, ALT_GR);
  if (stroke->shift)
    spice_inputs_channel_key_release (typing->inputs, LEFT_SHIFT);
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
  if (typing->inputs == NULL
      || avb_spice_session_get_inputs (typing->session) != typing->inputs)
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
avb_console_type (AvbSpiceSession *session, GArray *strokes, AvbOperation *operation)
{
  Typing *typing;
  int     locks = 0;

  g_return_if_fail (AVB_IS_SPICE_SESSION (session));
  g_return_if_fail (strokes != NULL);
  g_return_if_fail (AVB_IS_OPERATION (operation));

  typing = g_new0 (Typing, 1);
  typing->session = g_object_ref (session);
  typing->operation = g_object_ref (operation);
  typing->strokes = g_array_ref (strokes);
  g_set_object (&typing->inputs, avb_spice_session_get_inputs (session));
  /* Caps Lock in the guest would turn the letters round. */
  if (typing->inputs != NULL)
    {
      g_object_get (typing->inputs, "key-modifiers", &locks, NULL);
      if (locks & SPICE_INPUTS_CAPS_LOCK)
        spice_inputs_channel_set_key_locks (typing->inputs, (guint) locks & ~SPICE_INPUTS_CAPS_LOCK);
    }
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1000 / AVB_TYPING_RATE, type_cb, typing, typing_free);
}
