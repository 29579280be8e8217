/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-settings.h"

#include "backends/avb-blocking.h"

struct _AvbConsoleSettings {
  GObject parent_instance;

  AvbMachine *machine;
};

G_DEFINE_FINAL_TYPE (AvbConsoleSettings, avb_console_settings, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbDisplayMode,
                    avb_display_mode,
                    G_DEFINE_ENUM_VALUE (AVB_DISPLAY_SCALE, "scale"),
                    G_DEFINE_ENUM_VALUE (AVB_DISPLAY_RESIZE, "resize"),
                    G_DEFINE_ENUM_VALUE (AVB_DISPLAY_EXACT, "exact"))

enum {
  PROP_0,
  PROP_CLIPBOARD,
  PROP_DISPLAY_MODE,
  PROP_LOCK_KEYS,
  PROP_MUTED,
  PROP_VOLUME,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

#define SETTINGS_KEY "avb-console-settings"

/* Fills @value, which has the type of @pspec. */
static void
value_from_text (GValue *value, GParamSpec *pspec, const char *text)
{
  if (text == NULL)
    {
      g_param_value_set_default (pspec, value);
      return;
    }
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    {
      if (g_str_equal (text, "yes") || g_str_equal (text, "no"))
        g_value_set_boolean (value, g_str_equal (text, "yes"));
      else
        g_param_value_set_default (pspec, value);
    }
  else if (G_IS_PARAM_SPEC_INT (pspec))
    {
      const GParamSpecInt *range = G_PARAM_SPEC_INT (pspec);
      gint64               number;

      if (g_ascii_string_to_signed (text, 10, range->minimum, range->maximum, &number, NULL))
        g_value_set_int (value, (int) number);
      else
        g_param_value_set_default (pspec, value);
    }
  else
    {
      const GEnumValue *known
          = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text);

      if (known != NULL)
        g_value_set_enum (value, known->value);
      else
        g_param_value_set_default (pspec, value);
    }
}

/* (transfer full) (nullable): %NULL for the default */
static char *
value_to_text (const GValue *value, GParamSpec *pspec)
{
  if (g_param_value_defaults (pspec, value))
    return NULL;
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return g_strdup (g_value_get_boolean (value) ? "yes" : "no");
  if (G_IS_PARAM_SPEC_INT (pspec))
    return g_strdup_printf ("%d", g_value_get_int (value));
  return g_strdup (
      g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class, g_value_get_enum (value))
          ->value_nick);
}

static void
setting_changed_cb (AvbMachine *machine, const char *key, AvbConsoleSettings *self)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), key);

  if (pspec != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
avb_console_settings_dispose (GObject *object)
{
  AvbConsoleSettings *self = AVB_CONSOLE_SETTINGS (object);

  if (self->machine != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->machine, self);
      g_object_set_data (G_OBJECT (self->machine), SETTINGS_KEY, NULL);
    }
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_console_settings_parent_class)->dispose (object);
}

static void
avb_console_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleSettings *self = AVB_CONSOLE_SETTINGS (object);

  value_from_text (value, pspec, avb_machine_get_setting (self->machine, pspec->name));
}

static void
avb_console_settings_set_property (GObject      *object,
                                   guint         id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  AvbConsoleSettings *self = AVB_CONSOLE_SETTINGS (object);
  g_autofree char    *text = value_to_text (value, pspec);

  avb_future_finish (avb_machine_set_setting (self->machine, pspec->name, text),
                     "keep a setting of the console");
}

static void
avb_console_settings_class_init (AvbConsoleSettingsClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_settings_dispose;
  object_class->get_property = avb_console_settings_get_property;
  object_class->set_property = avb_console_settings_set_property;

  properties[PROP_CLIPBOARD] = g_param_spec_boolean ("clipboard", NULL, NULL, TRUE, flags);
  properties[PROP_DISPLAY_MODE] = g_param_spec_enum (
      "display-mode", NULL, NULL, AVB_TYPE_DISPLAY_MODE, AVB_DISPLAY_RESIZE, flags);
  properties[PROP_LOCK_KEYS] = g_param_spec_boolean ("lock-keys", NULL, NULL, TRUE, flags);
  properties[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags);
  properties[PROP_VOLUME] = g_param_spec_int ("volume", NULL, NULL, 0, 100, 100, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_console_settings_init (AvbConsoleSettings *self)
{
}

AvbConsoleSettings *
avb_console_settings_for_machine (AvbMachine *machine)
{
  AvbConsoleSettings *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_get_data (G_OBJECT (machine), SETTINGS_KEY);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (AVB_TYPE_CONSOLE_SETTINGS, NULL);
  self->machine = g_object_ref (machine);
  g_object_set_data (G_OBJECT (machine), SETTINGS_KEY, self);
  g_signal_connect (machine, "setting-changed", G_CALLBACK (setting_changed_cb), self);
  if (avb_machine_get_available (machine))
    avb_future_finish (avb_machine_load_details (machine), "read the machine's settings");
  return self;
}
