/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ssh-actions.h"

#include <glib/gi18n-lib.h>

#include "app/avb-guest-port.h"
#include "app/avb-setup.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "ui/avb-feedback.h"

#define SSH_PORT 22

struct _AvbSshActions {
  GObject        parent_instance;

  GtkWidget     *owner; /* not owned: it owns us */
  AvbMachine    *machine;
  GSimpleAction *open;
};

G_DEFINE_FINAL_TYPE (AvbSshActions, avb_ssh_actions, G_TYPE_OBJECT)

/* The setting may have come with a definition from anywhere: what is no login name is not handed on. (nullable) */
static const char *
get_user (AvbSshActions *self)
{
  const char *user = avb_machine_get_setting (self->machine, AVB_SETUP_USER_SETTING);

  return user != NULL && g_regex_match_simple ("^[a-z_][a-z0-9_.-]{0,31}$", user, G_REGEX_DOLLAR_ENDONLY, 0) ? user : NULL;
}

/* Guests come and go at one address: their keys are kept by machine, and apart from those of the user's own hosts.
 * (transfer full) */
static char *
make_command (AvbSshActions *self, GNetworkAddress *address)
{
  g_autofree char *folder = avb_folder_build (AVB_FOLDER_DATA, NULL);
  g_autofree char *known = g_build_filename (folder, "known_hosts", NULL);
  g_autofree char *known_option = g_strdup_printf ("UserKnownHostsFile=\"%s\"", known);
  g_autofree char *alias_option = g_strconcat ("HostKeyAlias=", avb_machine_get_uuid (self->machine), NULL);
  g_autofree char *port = g_strdup_printf ("%u", g_network_address_get_port (address));
  const char *user = get_user (self);
  g_autofree char *where = user != NULL
                               ? g_strconcat (user, "@", g_network_address_get_hostname (address), NULL)
                               : g_strdup (g_network_address_get_hostname (address));
  const char *words[] = { "ssh", "-p", port, "-o", alias_option, "-o", known_option, "-o",
                          "StrictHostKeyChecking=accept-new", where, NULL };
  g_autoptr (GString) command = g_string_new (NULL);

  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (words[i]);

      g_string_append_printf (command, "%s%s", i > 0 ? " " : "", quoted);
    }
  return g_string_free_and_steal (g_steal_pointer (&command));
}

static DexFuture *
reached_cb (DexFuture *future, gpointer user_data)
{
  AvbSshActions *self = user_data;
  g_autofree char *command = NULL;
  g_autoptr (GString) line = NULL;
  g_autoptr (GAppInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  /* The page may be gone by now. */
  if (self->owner == NULL)
    return dex_future_new_true ();
  command = make_command (self, g_value_get_object (dex_future_get_value (future, NULL)));
  line = g_string_new (command);
  /* There it would begin a field code. */
  g_string_replace (line, "%", "%%", 0);
  info = g_app_info_create_from_commandline (line->str, "SSH", G_APP_INFO_CREATE_NEEDS_TERMINAL, &error);
  if (info == NULL || !g_app_info_launch (info, NULL, NULL, &error))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_FOUND, command, _("No terminal could be opened. The details have the command.")));
  return dex_future_new_true ();
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, AvbSshActions *self)
{
  avb_feedback_watch (self->owner, dex_future_then (avb_guest_port_reach (self->machine, SSH_PORT), reached_cb,
                                                    g_object_ref (self), g_object_unref));
}

static void
state_cb (AvbSshActions *self)
{
  g_simple_action_set_enabled (self->open, avb_machine_get_state (self->machine) == AVB_MACHINE_RUNNING);
}

static void
avb_ssh_actions_dispose (GObject *object)
{
  AvbSshActions *self = AVB_SSH_ACTIONS (object);

  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "ssh", NULL);
  self->owner = NULL;
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_clear_object (&self->machine);
  g_clear_object (&self->open);
  G_OBJECT_CLASS (avb_ssh_actions_parent_class)->dispose (object);
}

static void
avb_ssh_actions_class_init (AvbSshActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_ssh_actions_dispose;
}

static void
avb_ssh_actions_init (AvbSshActions *self)
{
}

AvbSshActions *
avb_ssh_actions_new (GtkWidget *owner, AvbMachine *machine)
{
  AvbSshActions *self;
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SSH_ACTIONS, NULL);
  self->owner = owner;
  self->machine = g_object_ref (machine);
  self->open = g_simple_action_new ("open", NULL);
  g_signal_connect_object (self->open, "activate", G_CALLBACK (open_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (machine, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (self->open));
  gtk_widget_insert_action_group (owner, "ssh", G_ACTION_GROUP (group));
  state_cb (self);
  return self;
}
