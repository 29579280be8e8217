/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-actions.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "app/contributions/avb-attached-network.h"
#include "app/contributions/avb-machine-command.h"
#include "backends/avb-blocking.h"
#include "ui/avb-feedback.h"
#include "ui/extensions/avb-network-dialog.h"
#include "ui/extensions/avb-panel-view.h"
#include "ui/extensions/avb-serve-disk-dialog.h"

typedef struct {
  GtkWidget       *window;
  AvbExtensionSet *set;
  AvbContribution *contribution;
  AvbMachine      *machine; /* (nullable) */
} Use;

static void
use_free (gpointer data)
{
  Use *use = data;

  g_object_unref (use->window);
  g_object_unref (use->set);
  g_clear_object (&use->contribution);
  g_clear_object (&use->machine);
  g_free (use);
}

/* --- results --- */

static void
copy_cb (GtkWidget *button, gpointer user_data)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (button), g_object_get_data (G_OBJECT (button), "avb-text"));
}

static AdwDialog *
make_dialog (const char *title, GtkWidget *content, GtkWidget *end)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *header = adw_header_bar_new ();

  if (end != NULL)
    adw_header_bar_pack_end (ADW_HEADER_BAR (header), end);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), content);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_content_width (dialog, 640);
  adw_dialog_set_content_height (dialog, 560);
  adw_dialog_set_child (dialog, view);
  return dialog;
}

static GtkWidget *
scroll (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_margin_start (child, 18);
  gtk_widget_set_margin_end (child, 18);
  gtk_widget_set_margin_top (child, 6);
  gtk_widget_set_margin_bottom (child, 18);
  adw_clamp_set_child (ADW_CLAMP (clamp), child);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  return scrolled;
}

void
avb_extension_actions_show_report (GtkWidget *window, const char *title, const char *report)
{
  GtkWidget *label = gtk_label_new (report);
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_set_tooltip_text (copy, _("Copy All"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Copy All"), -1);
  g_object_set_data_full (G_OBJECT (copy), "avb-text", g_strdup (report), g_free);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_cb), NULL);
  adw_dialog_present (make_dialog (title, scroll (label), copy), window);
}

static DexFuture *
open_panel (Use *use, const char *panel)
{
  return avb_extension_host_open_panel (avb_extension_set_get_host (use->set),
                                        avb_contribution_get_extension (use->contribution), panel, use->machine);
}

/* --- commands --- */

static DexFuture *
command_fiber (gpointer data)
{
  Use *use = data;
  const char *title = avb_contribution_get_title (use->contribution);
  g_autoptr (AvbOperation) operation = avb_operation_new (title);
  g_autoptr (AvbCommandResult) result = NULL;
  g_autoptr (AvbPanel) panel = NULL;
  g_autoptr (GError) error = NULL;

  avb_library_add_job (avb_extension_set_get_library (use->set), operation);
  result = dex_await_boxed (avb_machine_command_run (use->contribution, use->machine, operation), &error);
  if (avb_operation_get_state (operation) == AVB_OPERATION_FAILED)
    avb_library_dismiss_job (avb_extension_set_get_library (use->set), operation);
  if (result != NULL && result->panel != NULL)
    panel = dex_await_object (open_panel (use, result->panel), &error);
  if (error != NULL)
    avb_feedback_error (use->window, error);
  if (result == NULL)
    return dex_future_new_true ();
  if (panel != NULL)
    adw_dialog_present (make_dialog (title, scroll (avb_panel_view_new (panel)), NULL), use->window);
  if (result->report != NULL)
    avb_extension_actions_show_report (use->window, title, result->report);
  if (result->text != NULL && *result->text != '\0')
    avb_feedback_message (use->window, result->text);
  return dex_future_new_true ();
}

/* --- networks --- */

static DexFuture *
network_fiber (gpointer data)
{
  Use *use = data;
  const char *title = avb_contribution_get_title (use->contribution);
  g_autoptr (GError) error = NULL;
  int applied = dex_await_int (avb_attached_network_connect (use->machine, use->contribution, NULL, NULL), &error);

  if (error != NULL)
    avb_feedback_error (use->window, error);
  else
    avb_network_dialog_tell (use->window, TRUE, title, applied);
  return dex_future_new_true ();
}

void
avb_extension_actions_use (GtkWidget *window, AvbExtensionSet *set, GVariant *target)
{
  AvbContributions *all;
  const char *extension, *id, *uuid;
  int kind;
  Use *use;

  g_return_if_fail (GTK_IS_WIDGET (window));
  g_return_if_fail (AVB_IS_EXTENSION_SET (set));

  g_variant_get (target, "(i&s&s&s)", &kind, &extension, &id, &uuid);
  if (kind < 0 || kind >= AVB_N_CONTRIBUTION_KINDS)
    return;
  all = avb_extension_host_get_contributions (avb_extension_set_get_host (set));
  use = g_new0 (Use, 1);
  use->window = g_object_ref (window);
  use->set = g_object_ref (set);
  use->contribution = avb_contributions_find (all, (AvbContributionKind) kind, extension, id);
  use->machine = *uuid != '\0' ? avb_library_find (avb_extension_set_get_library (set), uuid) : NULL;
  if (use->machine != NULL)
    g_object_ref (use->machine);
  /* The menu may be older than what has just gone. */
  if (use->contribution == NULL || (*uuid != '\0' && use->machine == NULL))
    {
      use_free (use);
      return;
    }
  if (kind == AVB_CONTRIBUTION_STORAGE)
    {
      adw_dialog_present (avb_serve_disk_dialog_new (set, use->contribution, use->machine), window);
      use_free (use);
    }
  else if (kind == AVB_CONTRIBUTION_NETWORK && avb_network_dialog_is_for (use->contribution))
    {
      adw_dialog_present (avb_network_dialog_new (set, use->contribution, use->machine), window);
      use_free (use);
    }
  else if (kind == AVB_CONTRIBUTION_NETWORK)
    avb_future_finish (avb_fiber_spawn (network_fiber, use, use_free), "connect to a network");
  else
    avb_future_finish (avb_fiber_spawn (command_fiber, use, use_free), "run an extension's command");
}
