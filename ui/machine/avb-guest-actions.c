/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-guest-actions.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-connection.h"
#include "backends/avb-guest-info.h"
#include "ui/avb-feedback.h"

/* Time for a copy of a disk by hand; nobody wants a guest that hangs for longer than that. */
#define FREEZE_SECONDS 120

struct _AvbGuestActions {
  GObject parent_instance;

  GtkWidget          *owner; /* not owned: it owns us */
  AvbMachine         *machine;
  GSimpleActionGroup *group;
  AdwBanner          *banner;
};

G_DEFINE_FINAL_TYPE (AvbGuestActions, avb_guest_actions, G_TYPE_OBJECT)

static void
enable (AvbGuestActions *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->group), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static char *
format_until (gint64 until)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (until);
  /* Translators: a time of day, with seconds. */
  g_autofree char *text = g_date_time_format (time, _("%H:%M:%S"));

  /* Translators: %s is a time of day. */
  return g_strdup_printf (_("The guest’s file systems are frozen. They are thawed by themselves at %s."), text);
}

static void
update (AvbGuestActions *self)
{
  gint64 until = avb_machine_get_frozen_until (self->machine);
  gboolean running = avb_machine_get_state (self->machine) == AVB_MACHINE_RUNNING &&
                     avb_machine_get_available (self->machine);

  enable (self, "freeze", running && until == 0 && avb_machine_get_agent_connected (self->machine) &&
                              avb_machine_get_reason (self->machine, AVB_FEATURE_FREEZE) == NULL);
  enable (self, "thaw", running && until != 0);
  if (until != 0)
    {
      g_autofree char *title = format_until (until);

      adw_banner_set_title (self->banner, title);
    }
  adw_banner_set_revealed (self->banner, until != 0);
}

static void
freeze_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AvbGuestActions *self = data;

  /* Until the guest has answered. */
  enable (self, "freeze", FALSE);
  avb_feedback_watch (self->owner, avb_machine_freeze (self->machine, FREEZE_SECONDS));
}

static void
thaw_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AvbGuestActions *self = data;

  enable (self, "thaw", FALSE);
  avb_feedback_watch (self->owner, avb_machine_thaw (self->machine));
}

static void
avb_guest_actions_dispose (GObject *object)
{
  AvbGuestActions *self = AVB_GUEST_ACTIONS (object);

  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "guest", NULL);
  self->owner = NULL;
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_func (self->machine, update, self);
  g_clear_object (&self->machine);
  g_clear_object (&self->group);
  g_clear_object (&self->banner);
  G_OBJECT_CLASS (avb_guest_actions_parent_class)->dispose (object);
}

static void
avb_guest_actions_class_init (AvbGuestActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_actions_dispose;
}

static void
avb_guest_actions_init (AvbGuestActions *self)
{
}

AvbGuestActions *
avb_guest_actions_new (GtkWidget *owner, AvbMachine *machine, AdwToolbarView *toolbar)
{
  static const GActionEntry entries[] = {
    { .name = "freeze", .activate = freeze_cb },
    { .name = "thaw", .activate = thaw_cb },
  };
  static const char *const facts[] = { "notify::state", "notify::available",
                                       "notify::agent-connected", "notify::frozen-until" };
  AvbGuestActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (ADW_IS_TOOLBAR_VIEW (toolbar), NULL);

  self = g_object_new (AVB_TYPE_GUEST_ACTIONS, NULL);
  self->owner = owner;
  self->machine = g_object_ref (machine);
  self->group = g_simple_action_group_new ();
  self->banner = ADW_BANNER (g_object_ref_sink (adw_banner_new ("")));
  g_action_map_add_action_entries (G_ACTION_MAP (self->group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (owner, "guest", G_ACTION_GROUP (self->group));
  adw_banner_set_button_label (self->banner, _("_Thaw"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner), "guest.thaw");
  adw_toolbar_view_add_top_bar (toolbar, GTK_WIDGET (self->banner));
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    g_signal_connect_object (machine, facts[i], G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
