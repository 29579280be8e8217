/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-display-actions.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-guest-layout.h"
#include "ui/machine/avb-monitor-window.h"

struct _AvbDisplayActions {
  GObject             parent_instance;

  GtkWidget          *owner; /* not owned: it owns us */
  AvbLibrary         *library;
  AvbMachine         *machine;
  GSimpleActionGroup *group;
  AvbConsoleSettings *settings;
  GMenu              *menu;
  AvbGuestMonitors   *monitors; /* the guest's; NULL without a console */
  AvbGuestLayout     *layout;
  const char         *missing; /* of the session: why there is one monitor only */
  GListModel         *host; /* the host's monitors */
};

G_DEFINE_FINAL_TYPE (AvbDisplayActions, avb_display_actions, G_TYPE_OBJECT)

/* A sentence in a menu: an item that can't be chosen. */
static void
append_note (GMenu *menu, const char *text)
{
  g_menu_append (menu, text, "display.note");
}

/* The number of a monitor that neither the guest has nor a window is there for;
 * AVB_MAX_MONITORS if there is none. */
static guint
find_free (AvbDisplayActions *self)
{
  guint number = 0;

  while (self->monitors != NULL && number < AVB_MAX_MONITORS)
    {
      number = avb_guest_monitors_find_free (self->monitors, number + 1);
      if (number < AVB_MAX_MONITORS && avb_monitor_window_find (self->machine, number) == NULL)
        return number;
    }
  return AVB_MAX_MONITORS;
}

static void
append_monitors (AvbDisplayActions *self)
{
  g_autoptr (GMenu) section = g_menu_new ();

  if (self->monitors == NULL)
    return;
  for (guint i = 1; i < AVB_MAX_MONITORS; i++)
    {
      /* Translators: one of the guest's monitors, by number */
      g_autofree char *label = g_strdup_printf (_("Show _Monitor %u"), i + 1);
      g_autofree char *action = g_strdup_printf ("display.show-monitor(uint32 %u)", i);

      if (avb_guest_monitors_find (self->monitors, i) != NULL)
        g_menu_append (section, label, action);
    }
  if (self->missing == NULL)
    g_menu_append (section, _("_Add Monitor"), "display.add-monitor");
  if (self->missing != NULL)
    append_note (section, self->missing);
  else if (!avb_guest_layout_get_can_arrange (self->layout))
    append_note (section, _("Resizing and monitors need a SPICE agent"));
  else if (find_free (self) == AVB_MAX_MONITORS)
    append_note (section, _("The machine’s graphics card has no other monitor"));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (section));
}

static void
append_host (AvbDisplayActions *self)
{
  g_autoptr (GMenu) submenu = g_menu_new ();
  g_autoptr (GMenu) section = g_menu_new ();
  guint n = g_list_model_get_n_items (self->host);

  if (n < 2)
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GdkMonitor) monitor = g_list_model_get_item (self->host, i);
      const char *name = gdk_monitor_get_description (monitor);
      g_autofree char *action = g_strdup_printf ("display.fullscreen-on(uint32 %u)", i);
      g_autofree char *fallback = NULL;

      if (name == NULL)
        name = gdk_monitor_get_connector (monitor);
      if (name == NULL)
        name = fallback = g_strdup_printf (_("Monitor %u"), i + 1);
      {
        /* A name is not a mnemonic. */
        g_auto (GStrv) parts = g_strsplit (name, "_", -1);
        g_autofree char *label = g_strjoinv ("__", parts);

        g_menu_append (submenu, label, action);
      }
    }
  g_menu_append_submenu (section, _("_Full Screen On"), G_MENU_MODEL (submenu));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (section));
}

static void
update (AvbDisplayActions *self)
{
  GAction *add = g_action_map_lookup_action (G_ACTION_MAP (self->group), "add-monitor");

  g_menu_remove_all (self->menu);
  append_monitors (self);
  append_host (self);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (add),
                               self->layout != NULL &&
                                   avb_guest_layout_get_can_arrange (self->layout) &&
                                   find_free (self) < AVB_MAX_MONITORS);
}

static GtkWindow *
get_window (AvbDisplayActions *self)
{
  GtkRoot *root = gtk_widget_get_root (self->owner);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
show_monitor (AvbDisplayActions *self, guint number)
{
  GtkWindow *window = get_window (self);

  avb_monitor_window_present (window != NULL ? gtk_window_get_application (window) : NULL,
                              self->library, self->machine, number);
  update (self);
}

static void
add_monitor_cb (AvbDisplayActions *self, GVariant *parameter)
{
  guint number = find_free (self);

  if (number < AVB_MAX_MONITORS)
    show_monitor (self, number);
}

static void
show_monitor_cb (AvbDisplayActions *self, GVariant *parameter)
{
  guint number = g_variant_get_uint32 (parameter);

  if (number > 0 && number < AVB_MAX_MONITORS)
    show_monitor (self, number);
}

static void
fullscreen_on_cb (AvbDisplayActions *self, GVariant *parameter)
{
  g_autoptr (GdkMonitor) monitor =
      g_list_model_get_item (self->host, g_variant_get_uint32 (parameter));
  GtkWindow *window = get_window (self);

  if (monitor != NULL && window != NULL)
    gtk_window_fullscreen_on_monitor (window, monitor);
}

static void
avb_display_actions_dispose (GObject *object)
{
  AvbDisplayActions *self = AVB_DISPLAY_ACTIONS (object);

  /* It may run twice. */
  if (self->menu != NULL)
    avb_display_actions_set_console (self, NULL);
  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "display", NULL);
  self->owner = NULL;
  if (self->host != NULL)
    g_signal_handlers_disconnect_by_data (self->host, self);
  g_clear_object (&self->host);
  g_clear_object (&self->library);
  g_clear_object (&self->machine);
  g_clear_object (&self->group);
  g_clear_object (&self->settings);
  g_clear_object (&self->menu);
  G_OBJECT_CLASS (avb_display_actions_parent_class)->dispose (object);
}

static void
avb_display_actions_class_init (AvbDisplayActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_display_actions_dispose;
}

static void
avb_display_actions_init (AvbDisplayActions *self)
{
}

static void
add_property_action (AvbDisplayActions *self, const char *name, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, self->settings, property);

  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (action));
}

static void
add_action (AvbDisplayActions *self, const char *name, const GVariantType *type, GCallback activated)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, type);

  if (activated != NULL)
    g_signal_connect_object (action, "activate", activated, self, G_CONNECT_SWAPPED);
  g_simple_action_set_enabled (action, activated != NULL);
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (action));
}

AvbDisplayActions *
avb_display_actions_new (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine, GMenu *menu)
{
  AvbDisplayActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (G_IS_MENU (menu), NULL);

  self = g_object_new (AVB_TYPE_DISPLAY_ACTIONS, NULL);
  self->owner = owner;
  self->library = g_object_ref (library);
  self->machine = g_object_ref (machine);
  self->menu = g_object_ref (menu);
  self->settings = avb_console_settings_for_machine (machine);
  self->host = g_object_ref (gdk_display_get_monitors (gtk_widget_get_display (owner)));
  g_signal_connect_swapped (self->host, "items-changed", G_CALLBACK (update), self);
  self->group = g_simple_action_group_new ();
  add_property_action (self, "mode", "display-mode");
  add_property_action (self, "lock-keys", "lock-keys");
  add_action (self, "note", NULL, NULL);
  add_action (self, "add-monitor", NULL, G_CALLBACK (add_monitor_cb));
  add_action (self, "show-monitor", G_VARIANT_TYPE_UINT32, G_CALLBACK (show_monitor_cb));
  add_action (self, "fullscreen-on", G_VARIANT_TYPE_UINT32, G_CALLBACK (fullscreen_on_cb));
  gtk_widget_insert_action_group (owner, "display", G_ACTION_GROUP (self->group));
  update (self);
  return self;
}

void
avb_display_actions_set_console (AvbDisplayActions *self, AvbConsole *console)
{
  AvbConsoleSession *session;

  g_return_if_fail (AVB_IS_DISPLAY_ACTIONS (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->layout != NULL)
    g_signal_handlers_disconnect_by_data (self->layout, self);
  g_clear_object (&self->layout);
  if (self->monitors != NULL)
    g_signal_handlers_disconnect_by_data (self->monitors, self);
  g_clear_object (&self->monitors);
  session = console != NULL ? avb_console_get_session (console) : NULL;
  if (session == NULL)
    return;
  self->missing = avb_console_session_get_missing (session, AVB_CONSOLE_OFFERS_MONITORS);
  self->layout = avb_guest_layout_for_session (session);
  g_signal_connect_swapped (self->layout, "notify::can-arrange", G_CALLBACK (update), self);
  self->monitors = g_object_ref (avb_console_session_get_monitors (session));
  g_signal_connect_swapped (self->monitors, "items-changed", G_CALLBACK (update), self);
  update (self);
}
