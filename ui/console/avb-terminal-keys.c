/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-terminal-private.h"

#define MODIFIERS (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)

/* The first of an action is the one that menus show. */
static const struct {
  const char *trigger;
  const char *action;
} shortcuts[] = {
  { "<Control><Shift>c", "terminal.copy" },
  { "<Control><Shift>v", "terminal.paste" },
  { "<Control><Shift>a", "terminal.select-all" },
  { "<Control><Shift>f", "terminal.find" },
  { "<Control>plus", "terminal.zoom-in" },
  { "<Control>equal", "terminal.zoom-in" },
  { "<Control>KP_Add", "terminal.zoom-in" },
  { "<Control>minus", "terminal.zoom-out" },
  { "<Control>KP_Subtract", "terminal.zoom-out" },
  { "<Control>0", "terminal.zoom-normal" },
  { "<Control>KP_0", "terminal.zoom-normal" },
};

/* What the program keeps. Everything else is the guest's. */
static gboolean
is_ours (guint keyval, GdkModifierType state)
{
  GdkModifierType modifiers = state & MODIFIERS;

  if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
    return TRUE;
  if (modifiers == GDK_CONTROL_MASK)
    switch (keyval)
      {
      case GDK_KEY_plus:
      case GDK_KEY_equal:
      case GDK_KEY_KP_Add:
      case GDK_KEY_minus:
      case GDK_KEY_KP_Subtract:
      case GDK_KEY_0:
      case GDK_KEY_KP_0:
      case GDK_KEY_Tab:
        return TRUE;
      default:
        return FALSE;
      }
  return keyval == GDK_KEY_F11 || keyval == GDK_KEY_Menu
         || (keyval == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK);
}

/* The window's shortcuts come before the focused widget: this comes before them. */
static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GtkWidget             *terminal)
{
  if (is_ours (keyval, state))
    return FALSE;
  return gtk_event_controller_key_forward (controller, terminal);
}

/* Added when the focus comes, so that it is before what was there already. */
static void
focus_cb (GtkWidget *terminal, GParamSpec *pspec, GtkEventController *controller)
{
  GtkWidget *was = gtk_event_controller_get_widget (controller);
  GtkWidget *now
      = gtk_widget_has_focus (terminal) ? GTK_WIDGET (gtk_widget_get_root (terminal)) : NULL;

  if (was == now)
    return;
  if (was != NULL)
    gtk_widget_remove_controller (was, controller);
  if (now != NULL)
    gtk_widget_add_controller (now, g_object_ref (controller));
}

static gboolean
leave_cb (GtkWidget *terminal, GVariant *arguments, gpointer data)
{
  GtkDirectionType direction = GPOINTER_TO_INT (data);

  return gtk_widget_child_focus (GTK_WIDGET (gtk_widget_get_root (terminal)), direction);
}

void
avb_terminal_keys_add (VteTerminal *terminal)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *local = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), terminal);
  g_signal_connect (terminal, "notify::root", G_CALLBACK (focus_cb), keys);
  g_signal_connect_data (terminal, "notify::has-focus", G_CALLBACK (focus_cb), keys,
                         (GClosureNotify) (GCallback) g_object_unref, G_CONNECT_DEFAULT);

  /* Before VTE makes characters of them. */
  gtk_event_controller_set_propagation_phase (local, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_shortcut_controller_add_shortcut (
        GTK_SHORTCUT_CONTROLLER (local),
        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (shortcuts[i].trigger),
                          gtk_named_action_new (shortcuts[i].action)));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (local),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>Tab"),
                        gtk_callback_action_new (
                            leave_cb, GINT_TO_POINTER (GTK_DIR_TAB_FORWARD), NULL)));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (local),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control><Shift>Tab|<Control><Shift>ISO_Left_Tab"),
                        gtk_callback_action_new (
                            leave_cb, GINT_TO_POINTER (GTK_DIR_TAB_BACKWARD), NULL)));
  gtk_widget_add_controller (GTK_WIDGET (terminal), local);
}
