/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-display-actions.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-guest-layout.h"

struct _AvbDisplayActions {
  GObject             parent_instance;

  GtkWidget          *owner; /* not owned: it owns us */
  GSimpleActionGroup *group;
  AvbConsoleSettings *settings;
  GMenu              *menu;
  AvbSpiceSession    *session; /* not owned: the console holds it */
  AvbGuestLayout     *layout;
};

G_DEFINE_FINAL_TYPE (AvbDisplayActions, avb_display_actions, G_TYPE_OBJECT)

/* A sentence in a menu: an item that can't be chosen. */
static void
append_note (GMenu *menu, const char *text)
{
  g_menu_append (menu, text, "display.note");
}

static void
update_menu (AvbDisplayActions *self)
{
  g_autoptr (GMenu) notes = g_menu_new ();

  g_menu_remove_all (self->menu);
  if (self->layout != NULL && !avb_guest_layout_get_can_arrange (self->layout))
    append_note (notes, _("The guest can’t be resized: no SPICE agent runs in it"));
  if (g_menu_model_get_n_items (G_MENU_MODEL (notes)) > 0)
    g_menu_append_section (self->menu, NULL, G_MENU_MODEL (notes));
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

AvbDisplayActions *
avb_display_actions_new (GtkWidget *owner, AvbMachine *machine, GMenu *menu)
{
  AvbDisplayActions *self;
  g_autoptr (GSimpleAction) note = g_simple_action_new ("note", NULL);

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (G_IS_MENU (menu), NULL);

  self = g_object_new (AVB_TYPE_DISPLAY_ACTIONS, NULL);
  self->owner = owner;
  self->menu = g_object_ref (menu);
  self->settings = avb_console_settings_for_machine (machine);
  self->group = g_simple_action_group_new ();
  add_property_action (self, "mode", "display-mode");
  add_property_action (self, "lock-keys", "lock-keys");
  g_simple_action_set_enabled (note, FALSE);
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (note));
  gtk_widget_insert_action_group (owner, "display", G_ACTION_GROUP (self->group));
  update_menu (self);
  return self;
}

void
avb_display_actions_set_console (AvbDisplayActions *self, AvbConsole *console)
{
  g_return_if_fail (AVB_IS_DISPLAY_ACTIONS (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->layout != NULL)
    g_signal_handlers_disconnect_by_data (self->layout, self);
  g_clear_object (&self->layout);
  self->session = console != NULL ? avb_console_get_session (console) : NULL;
  if (self->session != NULL)
    {
      self->layout = avb_guest_layout_for_session (self->session);
      g_signal_connect_swapped (
          self->layout, "notify::can-arrange", G_CALLBACK (update_menu), self);
    }
  update_menu (self);
}
