/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-jobs-button.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"

struct _AvbJobsButton {
  AdwBin         parent_instance;

  AvbLibrary    *library;
  GtkMenuButton *button;
  GtkListBox    *list; /* built when first opened */
};

G_DEFINE_FINAL_TYPE (AvbJobsButton, avb_jobs_button, ADW_TYPE_BIN)

enum { PROP_0, PROP_LIBRARY, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* --- one row --- */

typedef struct {
  AvbLibrary   *library;
  AvbOperation *operation;
  GtkLabel     *status;
  GtkWidget    *bar;
  GtkWidget    *button;
  GtkWidget    *details;
} JobRow;

static void
job_row_free (gpointer data, GClosure *closure)
{
  JobRow *row = data;

  g_object_unref (row->operation);
  g_object_unref (row->library);
  g_free (row);
}

static void
job_changed_cb (AvbOperation *operation, GParamSpec *pspec, JobRow *row)
{
  double fraction = avb_operation_get_fraction (operation);
  gboolean running = avb_operation_get_state (operation) == AVB_OPERATION_RUNNING;
  const GError *error = avb_operation_get_error (operation);
  g_autofree char *text = avb_format_operation (operation);

  gtk_label_set_label (row->status, text);
  gtk_widget_set_visible (GTK_WIDGET (row->status), *text != '\0');
  gtk_widget_set_visible (row->bar, running);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (row->bar), fraction);
  gtk_widget_set_sensitive (row->button, !running || avb_operation_get_can_cancel (operation));
  gtk_widget_set_tooltip_text (row->button, running ? _("Cancel") : _("Dismiss"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  running ? _("Cancel") : _("Dismiss"), -1);
  gtk_widget_set_visible (row->details,
                          error != NULL && avb_error_get_details (error) != NULL);
}

static void
job_button_cb (GtkWidget *button, JobRow *row)
{
  if (avb_operation_get_state (row->operation) == AVB_OPERATION_RUNNING)
    avb_operation_cancel (row->operation);
  else
    avb_library_dismiss_job (row->library, row->operation);
}

static void
job_details_cb (GtkWidget *button, JobRow *row)
{
  const GError *error = avb_operation_get_error (row->operation);
  GtkWidget *popover = gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER);

  if (error == NULL)
    return;
  if (popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (popover));
  avb_feedback_details (GTK_WIDGET (gtk_widget_get_root (button)), error->message,
                        avb_error_get_details (error));
}

GtkWidget *
avb_job_row_new (AvbLibrary *library, AvbOperation *operation)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *title = gtk_label_new (avb_operation_get_title (operation));
  JobRow *row = g_new0 (JobRow, 1);

  row->library = g_object_ref (library);
  row->operation = g_object_ref (operation);
  row->status = GTK_LABEL (gtk_label_new (NULL));
  row->bar = gtk_progress_bar_new ();
  row->button = gtk_button_new_from_icon_name ("window-close-symbolic");
  row->details = gtk_button_new_with_mnemonic (_("_Details"));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (row->status, 0);
  gtk_label_set_wrap (row->status, TRUE);
  gtk_label_set_max_width_chars (row->status, 40);
  gtk_widget_add_css_class (GTK_WIDGET (row->status), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (row->status), "dimmed");
  gtk_widget_set_halign (row->details, GTK_ALIGN_START);
  gtk_widget_set_valign (row->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row->button, "flat");
  gtk_widget_add_css_class (row->button, "circular");
  gtk_widget_set_hexpand (middle, TRUE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row->bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  title, NULL, -1);
  gtk_box_append (GTK_BOX (middle), title);
  gtk_box_append (GTK_BOX (middle), row->bar);
  gtk_box_append (GTK_BOX (middle), GTK_WIDGET (row->status));
  gtk_box_append (GTK_BOX (middle), row->details);
  gtk_box_append (GTK_BOX (box), middle);
  gtk_box_append (GTK_BOX (box), row->button);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);

  g_signal_connect (row->button, "clicked", G_CALLBACK (job_button_cb), row);
  g_signal_connect (row->details, "clicked", G_CALLBACK (job_details_cb), row);
  job_changed_cb (operation, NULL, row);
  g_object_set_data (G_OBJECT (box), "avb-operation", operation);
  /* The widgets live as long as the box; the handler goes with it. */
  {
    GClosure *closure = g_cclosure_new (G_CALLBACK (job_changed_cb), row, job_row_free);

    g_object_watch_closure (G_OBJECT (box), closure);
    g_signal_connect_closure (operation, "notify", closure, FALSE);
  }
  return box;
}

/* --- the button --- */

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  AvbJobsButton *self = user_data;
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), avb_job_row_new (self->library, item));
  return row;
}

static void
create_popover_cb (GtkMenuButton *button, gpointer user_data)
{
  AvbJobsButton *self = user_data;
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_list_box_bind_model (self->list, avb_library_get_jobs (self->library), create_row_cb, self,
                           NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Jobs"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->list));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 400);
  gtk_widget_set_size_request (scrolled, 300, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  gtk_menu_button_set_popover (button, popover);
}

static void
job_state_cb (AvbJobsButton *self, GParamSpec *pspec, AvbOperation *operation)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  AvbOperationState state = avb_operation_get_state (operation);
  const GError *error = avb_operation_get_error (operation);
  g_autoptr (GNotification) notification = NULL;
  GApplication *application = g_application_get_default ();

  if (state != AVB_OPERATION_DONE && state != AVB_OPERATION_FAILED)
    return;
  if (application == NULL || (GTK_IS_WINDOW (root) && gtk_window_is_active (GTK_WINDOW (root))))
    return;
  notification = g_notification_new (avb_operation_get_title (operation));
  g_notification_set_body (notification, state == AVB_OPERATION_DONE ? _("Done.")
                                         : error != NULL             ? error->message
                                                                     : _("Failed."));
  g_application_send_notification (application, NULL, notification);
}

static void
jobs_changed_cb (AvbJobsButton *self, guint position, guint removed, guint added, GListModel *jobs)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbOperation) operation = g_list_model_get_item (jobs, position + i);

      g_signal_connect_object (operation, "notify::state", G_CALLBACK (job_state_cb), self,
                               G_CONNECT_SWAPPED);
    }
  /* An open list must not stay behind on a button that has gone. */
  if (g_list_model_get_n_items (jobs) == 0)
    gtk_menu_button_popdown (self->button);
  gtk_widget_set_visible (GTK_WIDGET (self), g_list_model_get_n_items (jobs) > 0);
}

static void
set_library (AvbJobsButton *self, AvbLibrary *library)
{
  GListModel *jobs;

  if (library == NULL || self->library == library)
    return;
  g_return_if_fail (self->library == NULL);
  self->library = g_object_ref (library);
  jobs = avb_library_get_jobs (library);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  jobs_changed_cb (self, 0, 0, g_list_model_get_n_items (jobs), jobs);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIBRARY]);
}

static void
avb_jobs_button_dispose (GObject *object)
{
  AvbJobsButton *self = AVB_JOBS_BUTTON (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_jobs_button_parent_class)->dispose (object);
}

static void
avb_jobs_button_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    g_value_set_object (value, AVB_JOBS_BUTTON (object)->library);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_jobs_button_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    set_library (AVB_JOBS_BUTTON (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_jobs_button_class_init (AvbJobsButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_jobs_button_dispose;
  object_class->get_property = avb_jobs_button_get_property;
  object_class->set_property = avb_jobs_button_set_property;
  properties[PROP_LIBRARY] =
      g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_jobs_button_init (AvbJobsButton *self)
{
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (self->button, "content-loading-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), _("Jobs"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Jobs"), -1);
  gtk_menu_button_set_create_popup_func (self->button, create_popover_cb, self, NULL);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->button));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
