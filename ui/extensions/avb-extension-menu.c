/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-menu.h"

#include <glib/gi18n-lib.h>

#include "app/contributions/avb-machine-command.h"
#include "ui/avb-window.h"
#include "ui/extensions/avb-network-dialog.h"

static const AvbContributionKind shown[] = { AVB_CONTRIBUTION_ACTION, AVB_CONTRIBUTION_CONSOLE_TOOL,
                                             AVB_CONTRIBUTION_STORAGE, AVB_CONTRIBUTION_NETWORK };

/* (transfer full): a label in which an underscore is one */
static char *
dup_label (AvbContribution *contribution)
{
  g_auto (GStrv) parts = g_strsplit (avb_contribution_get_title (contribution), "_", -1);
  g_autofree char *title = g_strjoinv ("__", parts);

  /* Translators: %s is what an extension calls a kind of disk. */
  if (avb_contribution_get_kind (contribution) == AVB_CONTRIBUTION_STORAGE)
    return g_strdup_printf (_("Add Disk: %s…"), title);
  /* Translators: %s is what an extension calls a kind of network. */
  if (avb_contribution_get_kind (contribution) == AVB_CONTRIBUTION_NETWORK && avb_network_dialog_is_for (contribution))
    return g_strdup_printf (_("Connect to Network: %s…"), title);
  /* Translators: %s is what an extension calls a network. */
  if (avb_contribution_get_kind (contribution) == AVB_CONTRIBUTION_NETWORK)
    return g_strdup_printf (_("Connect to Network: %s"), title);
  return g_steal_pointer (&title);
}

static void
append (GMenu *section, AvbContribution *contribution, AvbMachine *machine, const char *label)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
  GVariant *target = g_variant_new ("(isss)", (int) avb_contribution_get_kind (contribution),
                                    avb_extension_get_id (avb_contribution_get_extension (contribution)),
                                    avb_contribution_get_id (contribution),
                                    machine != NULL ? avb_machine_get_uuid (machine) : "");

  g_menu_item_set_action_and_target_value (item, "win.use-contribution", target);
  g_menu_append_item (section, item);
}

static gboolean
is_offered (AvbContribution *contribution, AvbMachine *machine)
{
  AvbContributionKind kind = avb_contribution_get_kind (contribution);

  if (kind == AVB_CONTRIBUTION_ACTION || kind == AVB_CONTRIBUTION_CONSOLE_TOOL)
    return avb_machine_command_is_offered (contribution, machine);
  return machine != NULL;
}

static void
append_kind (GMenu *section, AvbExtensionSet *set, AvbContributionKind kind, AvbMachine *machine)
{
  GListModel *contributions = avb_extension_set_get_contributions (set, kind);

  for (guint i = 0; i < g_list_model_get_n_items (contributions); i++)
    {
      g_autoptr (AvbContribution) contribution = g_list_model_get_item (contributions, i);
      g_autofree char *label = NULL;

      if (!is_offered (contribution, machine))
        continue;
      label = dup_label (contribution);
      append (section, contribution, machine, label);
    }
}

void
avb_extension_menu_fill (GMenu *section, AvbExtensionSet *set, AvbMachine *machine)
{
  g_return_if_fail (G_IS_MENU (section));

  g_menu_remove_all (section);
  for (gsize i = 0; set != NULL && i < G_N_ELEMENTS (shown); i++)
    append_kind (section, set, shown[i], machine);
}

/* --- following --- */

typedef struct {
  GMenu           *section;
  AvbMachine      *machine; /* (nullable) */
  AvbExtensionSet *set;     /* (nullable): until @owner is in a window */
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_object_unref (watch->section);
  g_clear_object (&watch->machine);
  g_clear_object (&watch->set);
  g_free (watch);
}

static void
fill_cb (GtkWidget *owner)
{
  Watch *watch = g_object_get_data (G_OBJECT (owner), "avb-extension-menu");

  avb_extension_menu_fill (watch->section, watch->set, watch->machine);
}

static void
map_cb (GtkWidget *owner, gpointer user_data)
{
  Watch *watch = g_object_get_data (G_OBJECT (owner), "avb-extension-menu");
  GtkRoot *root = gtk_widget_get_root (owner);
  AvbExtensionSet *set = AVB_IS_WINDOW (root) ? avb_window_get_extensions (AVB_WINDOW (root)) : NULL;

  if (set == NULL || watch->set != NULL)
    return;
  watch->set = g_object_ref (set);
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_signal_connect_object (avb_extension_set_get_contributions (set, shown[i]), "items-changed", G_CALLBACK (fill_cb),
                             owner, G_CONNECT_SWAPPED);
  if (watch->machine != NULL)
    g_signal_connect_object (watch->machine, "notify::state", G_CALLBACK (fill_cb), owner, G_CONNECT_SWAPPED);
  fill_cb (owner);
}

void
avb_extension_menu_watch (GtkWidget *owner, GMenu *section, AvbMachine *machine)
{
  Watch *watch;

  g_return_if_fail (GTK_IS_WIDGET (owner));
  g_return_if_fail (G_IS_MENU (section));

  watch = g_new0 (Watch, 1);
  watch->section = g_object_ref (section);
  watch->machine = machine != NULL ? g_object_ref (machine) : NULL;
  g_object_set_data_full (G_OBJECT (owner), "avb-extension-menu", watch, watch_free);
  g_signal_connect (owner, "map", G_CALLBACK (map_cb), NULL);
}
