/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-reader-keys.h"

struct _AvbReaderKeys {
  GSettings *settings;
  guint      held; /* keycode of the screen reader's own key, or 0 */
};

AvbReaderKeys *
avb_reader_keys_new (void)
{
  AvbReaderKeys *self = g_new0 (AvbReaderKeys, 1);

  self->settings = g_settings_new (AVB_APPLICATION_ID);
  return self;
}

void
avb_reader_keys_free (AvbReaderKeys *self)
{
  g_object_unref (self->settings);
  g_free (self);
}

gboolean
avb_reader_keys_press (AvbReaderKeys *self, guint keyval, guint keycode)
{
  if (!g_settings_get_boolean (self->settings, "screen-reader-keys"))
    {
      self->held = 0;
      return FALSE;
    }
  if (self->held != 0)
    return TRUE;
  if (keyval != GDK_KEY_Insert && keyval != GDK_KEY_KP_Insert && keyval != GDK_KEY_Caps_Lock)
    return FALSE;
  self->held = keycode;
  return TRUE;
}

void
avb_reader_keys_release (AvbReaderKeys *self, guint keycode)
{
  if (self->held == keycode)
    self->held = 0;
}

void
avb_reader_keys_reset (AvbReaderKeys *self)
{
  self->held = 0;
}
