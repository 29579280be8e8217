/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-clone-actions.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-connection.h"
#include "backends/avb-machine-clone.h"
#include "ui/avb-feedback.h"
#include "ui/machine/avb-clone-dialog.h"
#include "ui/machine/avb-snapshots-dialog.h"

/* Off, and nothing else under way. */
static gboolean
is_idle (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return (state == AVB_MACHINE_OFF || state == AVB_MACHINE_CRASHED) &&
         avb_machine_can_delete (machine);
}

gboolean
avb_clone_actions_can_clone (AvbMachine *machine)
{
  return is_idle (machine) && !avb_machine_get_is_template (machine) &&
         avb_machine_get_reason (machine, AVB_FEATURE_CLONE) == NULL;
}

gboolean
avb_clone_actions_can_derive (AvbMachine *machine)
{
  return is_idle (machine) && avb_machine_get_is_template (machine) &&
         avb_machine_get_reason (machine, AVB_FEATURE_CLONE) == NULL;
}

gboolean
avb_clone_actions_can_freeze (AvbMachine *machine)
{
  return avb_clone_actions_can_clone (machine);
}

gboolean
avb_clone_actions_can_release (AvbMachine *machine)
{
  return avb_clone_actions_can_derive (machine);
}

gboolean
avb_clone_actions_can_snapshot (AvbMachine *machine)
{
  return avb_machine_get_available (machine) && avb_machine_get_operation (machine) == NULL &&
         avb_machine_get_state (machine) != AVB_MACHINE_UNKNOWN &&
         avb_machine_get_reason (machine, AVB_FEATURE_SNAPSHOTS) == NULL &&
         !avb_machine_get_is_template (machine) &&
         avb_machine_get_setting (machine, AVB_SETTING_DISPOSABLE) == NULL;
}

void
avb_clone_actions_clone (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine)
{
  adw_dialog_present (avb_clone_dialog_new (library, machine), owner);
}

void
avb_clone_actions_snapshot (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine)
{
  adw_dialog_present (avb_snapshots_dialog_new (library, machine), owner);
}

typedef struct {
  GtkWidget  *window; /* weak */
  AvbMachine *machine;
} Freezing;

static void
freezing_free (gpointer data)
{
  Freezing *freezing = data;

  g_clear_weak_pointer (&freezing->window);
  g_object_unref (freezing->machine);
  g_free (freezing);
}

static void
undo_cb (AdwToast *toast, AvbMachine *machine)
{
  GtkWidget *window = g_object_get_data (G_OBJECT (toast), "window");

  if (window != NULL && avb_clone_actions_can_release (machine))
    avb_feedback_watch (window, avb_machine_set_template (machine, FALSE));
}

/* It can be undone, so nothing was asked. */
static DexFuture *
frozen_cb (DexFuture *future, gpointer user_data)
{
  Freezing *freezing = user_data;
  g_autofree char *title = NULL;
  AdwToast *toast;

  if (freezing->window == NULL)
    return dex_future_new_true ();
  /* Translators: %s is a machine's name. */
  title = g_strdup_printf (_("“%s” is a template now"), avb_machine_get_name (freezing->machine));
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "window", g_object_ref (freezing->window),
                          g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), freezing->machine, 0);
  avb_feedback_toast (freezing->window, toast);
  return dex_future_new_true ();
}

void
avb_clone_actions_freeze (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine)
{
  Freezing *freezing = g_new0 (Freezing, 1);

  freezing->machine = g_object_ref (machine);
  g_set_weak_pointer (&freezing->window, GTK_WIDGET (gtk_widget_get_root (owner)));
  avb_feedback_watch (owner, dex_future_then (avb_machine_set_template (machine, TRUE), frozen_cb,
                                              freezing, freezing_free));
}

void
avb_clone_actions_release (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine)
{
  avb_feedback_watch (owner, avb_machine_set_template (machine, FALSE));
}
