/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-keys-actions.h"

#include "ui/machine/avb-keys-dialog.h"

struct _AvbKeysActions {
  GObject    parent_instance;

  GtkWidget *owner; /* not owned: it owns us */
  GSettings *settings;
  GMenu     *menus[2];
};

G_DEFINE_FINAL_TYPE (AvbKeysActions, avb_keys_actions, G_TYPE_OBJECT)

static void
kept_cb (AvbKeysActions *self)
{
  g_auto (GStrv) kept = avb_keys_dup_kept (self->settings);

  for (guint i = 0; i < G_N_ELEMENTS (self->menus); i++)
    {
      g_menu_remove_all (self->menus[i]);
      for (guint j = 0; kept[j] != NULL; j++)
        {
          g_autofree char *label = avb_keys_format (kept[j]);
          g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

          g_menu_item_set_action_and_target (item, "page.send-keys", "s", kept[j]);
          g_menu_append_item (self->menus[i], item);
        }
    }
}

static void
edit_cb (GSimpleAction *action, GVariant *parameter, AvbKeysActions *self)
{
  adw_dialog_present (avb_keys_dialog_new (), self->owner);
}

static void
avb_keys_actions_dispose (GObject *object)
{
  AvbKeysActions *self = AVB_KEYS_ACTIONS (object);

  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "keys", NULL);
  self->owner = NULL;
  g_clear_object (&self->settings);
  g_clear_object (&self->menus[0]);
  g_clear_object (&self->menus[1]);
  G_OBJECT_CLASS (avb_keys_actions_parent_class)->dispose (object);
}

static void
avb_keys_actions_class_init (AvbKeysActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_keys_actions_dispose;
}

static void
avb_keys_actions_init (AvbKeysActions *self)
{
}

AvbKeysActions *
avb_keys_actions_new (GtkWidget *owner, GMenu *menu, GMenu *other_menu)
{
  AvbKeysActions *self;
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) edit = g_simple_action_new ("edit", NULL);
  g_autoptr (GAction) reader = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (G_IS_MENU (menu) && G_IS_MENU (other_menu), NULL);

  self = g_object_new (AVB_TYPE_KEYS_ACTIONS, NULL);
  self->owner = owner;
  self->menus[0] = g_object_ref (menu);
  self->menus[1] = g_object_ref (other_menu);
  self->settings = g_settings_new (AVB_APPLICATION_ID);
  g_signal_connect_object (self->settings, "changed::key-combinations", G_CALLBACK (kept_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (edit, "activate", G_CALLBACK (edit_cb), self, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (edit));
  reader = g_settings_create_action (self->settings, "screen-reader-keys");
  g_action_map_add_action (G_ACTION_MAP (group), reader);
  gtk_widget_insert_action_group (owner, "keys", G_ACTION_GROUP (group));
  kept_cb (self);
  return self;
}
