/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-keys-dialog.h"

#include <glib/gi18n-lib.h>

#define SETTING "key-combinations"
#define MAX_KEYS 8
#define MAX_COMBINATIONS 32

struct _AvbKeysDialog {
  AdwDialog            parent_instance;

  GSettings           *settings;
  GPtrArray           *rows;
  GArray              *pressed; /* of guint: what is held now, in order */
  GString             *taken;   /* the longest so far */
  GtkEventController  *keys;    /* on the window, while keys are taken */
  GdkToplevel         *toplevel;

  GtkToggleButton     *record;
  AdwPreferencesGroup *group;
};

G_DEFINE_FINAL_TYPE (AvbKeysDialog, avb_keys_dialog, ADW_TYPE_DIALOG)

enum { PROP_0, PROP_HINT, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* --- combinations --- */

/* (transfer full): a key without the side that it is on */
static char *
format_key (guint keyval)
{
  switch (keyval)
    {
    case GDK_KEY_Control_L:
    case GDK_KEY_Control_R:
      return g_strdup (C_("keyboard", "Ctrl"));
    case GDK_KEY_Alt_L:
    case GDK_KEY_Alt_R:
    case GDK_KEY_Meta_L:
    case GDK_KEY_Meta_R:
      return g_strdup (C_("keyboard", "Alt"));
    case GDK_KEY_ISO_Level3_Shift:
      return g_strdup (C_("keyboard", "AltGr"));
    case GDK_KEY_Shift_L:
    case GDK_KEY_Shift_R:
      return g_strdup (C_("keyboard", "Shift"));
    case GDK_KEY_Super_L:
    case GDK_KEY_Super_R:
      return g_strdup (C_("keyboard", "Super"));
    case GDK_KEY_Print:
      return g_strdup (C_("keyboard", "Print"));
    default:
      return gtk_accelerator_get_label (keyval, 0);
    }
}

char *
avb_keys_format (const char *combination)
{
  g_auto (GStrv) names = g_strsplit (combination, " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = g_strv_length (names);

  if (n == 0 || n > MAX_KEYS)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      guint keyval = gdk_keyval_from_name (names[i]);
      g_autofree char *label = NULL;

      if (keyval == GDK_KEY_VoidSymbol || keyval == 0)
        return NULL;
      label = format_key (keyval);
      if (text->len > 0)
        g_string_append_c (text, '+');
      g_string_append (text, label);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char **
avb_keys_dup_kept (GSettings *settings)
{
  g_auto (GStrv) kept = g_settings_get_strv (settings, SETTING);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; kept[i] != NULL && i < MAX_COMBINATIONS; i++)
    {
      g_autofree char *label = avb_keys_format (kept[i]);

      if (label != NULL)
        g_strv_builder_add (builder, kept[i]);
    }
  return g_strv_builder_end (builder);
}

/* --- the list --- */

static void
move (AvbKeysDialog *self, guint from, int by)
{
  g_auto (GStrv) kept = avb_keys_dup_kept (self->settings);
  guint n = g_strv_length (kept);
  guint to = from + by;
  char *moved;

  if (from >= n || to >= n)
    return;
  moved = kept[from];
  kept[from] = kept[to];
  kept[to] = moved;
  g_settings_set_strv (self->settings, SETTING, (const char *const *) kept);
}

static void
drop (AvbKeysDialog *self, guint index)
{
  g_auto (GStrv) kept = avb_keys_dup_kept (self->settings);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) left = NULL;

  for (guint i = 0; kept[i] != NULL; i++)
    if (i != index)
      g_strv_builder_add (builder, kept[i]);
  left = g_strv_builder_end (builder);
  g_settings_set_strv (self->settings, SETTING, (const char *const *) left);
}

static void
row_button_cb (GtkWidget *button, AvbKeysDialog *self)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "index"));
  int by = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "by"));

  if (by == 0)
    drop (self, index);
  else
    move (self, index, by);
}

static void
add_button (AvbKeysDialog *self,
            GtkWidget     *row,
            const char    *icon,
            char          *name /* full */,
            guint          index,
            int            by,
            gboolean       sensitive)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_set_sensitive (button, sensitive);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "index", GUINT_TO_POINTER (index));
  g_object_set_data (G_OBJECT (button), "by", GINT_TO_POINTER (by));
  g_signal_connect (button, "clicked", G_CALLBACK (row_button_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_free (name);
}

static void
kept_cb (AvbKeysDialog *self)
{
  g_auto (GStrv) kept = avb_keys_dup_kept (self->settings);
  guint n = g_strv_length (kept);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->group), n > 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = avb_keys_format (kept[i]);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
      add_button (self, row, "go-up-symbolic", g_strdup_printf (_("Move “%s” Up"), label), i, -1, i > 0);
      add_button (self, row, "go-down-symbolic", g_strdup_printf (_("Move “%s” Down"), label), i, 1,
                  i + 1 < n);
      add_button (self, row, "user-trash-symbolic", g_strdup_printf (_("Remove “%s”"), label), i, 0, TRUE);
      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (self->group, row);
    }
}

/* --- taking keys --- */

static void
hint_changed (AvbKeysDialog *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HINT]);
}

static char *
dup_hint (AvbKeysDialog *self)
{
  if (!gtk_toggle_button_get_active (self->record))
    return g_strdup (_("Its keys are pressed together and let go"));
  if (self->taken->len == 0)
    return g_strdup (_("Press the keys now…"));
  return avb_keys_format (self->taken->str);
}

static void
take_down (AvbKeysDialog *self)
{
  g_string_truncate (self->taken, 0);
  for (guint i = 0; i < self->pressed->len; i++)
    g_string_append_printf (self->taken, "%s%s", i > 0 ? " " : "",
                            gdk_keyval_name (g_array_index (self->pressed, guint, i)));
  hint_changed (self);
}

/* The key as it is without the others: Shift and 1 are no exclamation mark to a guest. */
static guint
plain_keyval (AvbKeysDialog *self, guint keycode, guint keyval)
{
  GdkKeymapKey *keys = NULL;
  guint *keyvals = NULL;
  int n = 0;

  if (gdk_display_map_keycode (gtk_widget_get_display (GTK_WIDGET (self)), keycode, &keys, &keyvals, &n) && n > 0)
    keyval = keyvals[0];
  g_free (keys);
  g_free (keyvals);
  return keyval;
}

static gboolean
pressed_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state,
            AvbKeysDialog *self)
{
  keyval = plain_keyval (self, keycode, keyval);
  if (gdk_keyval_name (keyval) == NULL || self->pressed->len >= MAX_KEYS)
    return GDK_EVENT_STOP;
  for (guint i = 0; i < self->pressed->len; i++)
    if (g_array_index (self->pressed, guint, i) == keyval)
      return GDK_EVENT_STOP;
  g_array_append_val (self->pressed, keyval);
  take_down (self);
  return GDK_EVENT_STOP;
}

/* With the first key that is let go the combination is complete. */
static void
released_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state,
             AvbKeysDialog *self)
{
  g_auto (GStrv) kept = avb_keys_dup_kept (self->settings);
  g_autofree char *taken = g_strdup (self->taken->str);

  if (*taken == '\0')
    return; /* of the key that pressed the button */
  if (!g_strv_contains ((const char *const *) kept, taken) && g_strv_length (kept) < MAX_COMBINATIONS)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) more = NULL;

      g_strv_builder_addv (builder, (const char **) kept);
      g_strv_builder_add (builder, taken);
      more = g_strv_builder_end (builder);
      g_settings_set_strv (self->settings, SETTING, (const char *const *) more);
    }
  gtk_toggle_button_set_active (self->record, FALSE);
}

static void
stop_taking (AvbKeysDialog *self)
{
  if (self->keys == NULL)
    return;
  gtk_widget_remove_controller (gtk_event_controller_get_widget (self->keys), self->keys);
  self->keys = NULL;
  if (self->toplevel != NULL)
    gdk_toplevel_restore_system_shortcuts (self->toplevel);
  g_clear_object (&self->toplevel);
}

static void
start_taking (AvbKeysDialog *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GdkSurface *surface = root != NULL ? gtk_native_get_surface (GTK_NATIVE (root)) : NULL;

  if (surface == NULL || self->keys != NULL)
    return;
  g_array_set_size (self->pressed, 0);
  g_string_truncate (self->taken, 0);
  self->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect (self->keys, "key-pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (self->keys, "key-released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (root), self->keys);
  if (GDK_IS_TOPLEVEL (surface))
    {
      self->toplevel = g_object_ref (GDK_TOPLEVEL (surface));
      gdk_toplevel_inhibit_system_shortcuts (self->toplevel, NULL);
    }
}

static void
record_cb (AvbKeysDialog *self)
{
  if (gtk_toggle_button_get_active (self->record))
    start_taking (self);
  else
    stop_taking (self);
  hint_changed (self);
}

static void
avb_keys_dialog_closed (AdwDialog *dialog)
{
  stop_taking (AVB_KEYS_DIALOG (dialog));
}

static void
avb_keys_dialog_dispose (GObject *object)
{
  AvbKeysDialog *self = AVB_KEYS_DIALOG (object);

  stop_taking (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_KEYS_DIALOG);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (avb_keys_dialog_parent_class)->dispose (object);
}

static void
avb_keys_dialog_finalize (GObject *object)
{
  AvbKeysDialog *self = AVB_KEYS_DIALOG (object);

  g_ptr_array_unref (self->rows);
  g_array_unref (self->pressed);
  g_string_free (self->taken, TRUE);
  G_OBJECT_CLASS (avb_keys_dialog_parent_class)->finalize (object);
}

static void
avb_keys_dialog_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbKeysDialog *self = AVB_KEYS_DIALOG (object);

  if (id == PROP_HINT)
    g_value_take_string (value, self->record != NULL ? dup_hint (self) : NULL);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_keys_dialog_class_init (AvbKeysDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_keys_dialog_dispose;
  object_class->finalize = avb_keys_dialog_finalize;
  object_class->get_property = avb_keys_dialog_get_property;
  ADW_DIALOG_CLASS (klass)->closed = avb_keys_dialog_closed;

  properties[PROP_HINT] =
      g_param_spec_string ("hint", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/machine/avb-keys-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbKeysDialog, record);
  gtk_widget_class_bind_template_child (widget_class, AvbKeysDialog, group);
  gtk_widget_class_bind_template_callback (widget_class, record_cb);
}

static void
avb_keys_dialog_init (AvbKeysDialog *self)
{
  self->rows = g_ptr_array_new ();
  self->pressed = g_array_new (FALSE, FALSE, sizeof (guint));
  self->taken = g_string_new (NULL);
  self->settings = g_settings_new (AVB_APPLICATION_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->settings, "changed::" SETTING, G_CALLBACK (kept_cb), self,
                           G_CONNECT_SWAPPED);
  kept_cb (self);
  hint_changed (self);
}

AdwDialog *
avb_keys_dialog_new (void)
{
  return g_object_new (AVB_TYPE_KEYS_DIALOG, NULL);
}
