/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-export-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-export.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"

struct _AvbExportDialog {
  AdwDialog       parent_instance;

  AvbLibrary     *library;
  AvbMachine     *machine;
  AvbMachineSpec *spec;        /* (nullable): once it is read */
  char           *spec_error;  /* (nullable) */
  GFile          *destination;
  GCancellable   *cancellable; /* of the folder's dialog */

  AdwBanner      *problem;
  AdwComboRow    *format;
  AdwActionRow   *folder;
  AdwSwitchRow   *checksum;
  GtkLabel       *contents;
  GtkWidget      *export;
};

G_DEFINE_FINAL_TYPE (AvbExportDialog, avb_export_dialog, ADW_TYPE_DIALOG)

/* What the toast at the end needs. */
typedef struct {
  GtkWidget *window; /* weak: the toast lives in it */
  char      *name;
  char      *path;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_weak_pointer (&job->window);
  g_free (job->name);
  g_free (job->path);
  g_free (job);
}

static void
free_job_closure (gpointer data, GClosure *closure)
{
  job_free (data);
}

static char *
describe_contents (AvbExportFormat format, guint n_disks)
{
  if (format == AVB_EXPORT_OVA && n_disks == 0)
    return g_strdup (_("One file with the machine’s settings, for VirtualBox, VMware and this program. There is no hard disk."));
  if (format == AVB_EXPORT_OVA)
    return g_strdup_printf (
        ngettext ("One file with the machine’s settings and its hard disk, for VirtualBox, VMware and this program. "
                  "Discs, snapshots, shared folders and the secrets of a TPM stay here.",
                  "One file with the machine’s settings and its %u hard disks, for VirtualBox, VMware and this program. "
                  "Discs, snapshots, shared folders and the secrets of a TPM stay here.", n_disks),
        n_disks);
  return g_strdup_printf (ngettext ("The hard disk as it is now, without the machine’s settings.",
                                    "%u hard disks as they are now, one file each, without the machine’s settings.", n_disks),
                          n_disks);
}

static void
update (AvbExportDialog *self)
{
  AvbExportFormat format = adw_combo_row_get_selected (self->format);
  g_autofree char *problem = NULL;
  g_autofree char *contents = NULL;

  if (self->spec_error != NULL)
    problem = g_strdup (self->spec_error);
  else
    problem = avb_export_find_problem (self->machine, self->spec, format);
  if (self->spec != NULL)
    contents = describe_contents (format, avb_export_count_disks (self->spec));
  gtk_label_set_label (self->contents, contents != NULL ? contents : "");
  if (problem != NULL)
    adw_banner_set_title (self->problem, problem);
  adw_banner_set_revealed (self->problem, problem != NULL);
  gtk_widget_set_sensitive (self->export, problem == NULL && self->spec != NULL);
}

static void
changed_cb (AvbExportDialog *self)
{
  if (self->machine != NULL)
    update (self);
}

static DexFuture *
spec_read_cb (DexFuture *future, gpointer user_data)
{
  AvbExportDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->machine == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    self->spec = g_value_dup_object (value);
  else
    self->spec_error = g_strdup (error->message);
  update (self);
  return dex_future_new_true ();
}

static void
show_cb (AdwToast *toast, Job *job)
{
  g_autoptr (GFile) file = g_file_new_for_path (job->path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  if (job->window != NULL)
    gtk_file_launcher_open_containing_folder (launcher, GTK_WINDOW (job->window), NULL, NULL, NULL);
}

static DexFuture *
exported_cb (DexFuture *future, gpointer user_data)
{
  Job *job = user_data;
  Job *shown;
  g_autofree char *title = NULL;
  AdwToast *toast;

  if (job->window == NULL)
    return dex_future_new_true ();
  toast = adw_toast_new ("");
  shown = g_new0 (Job, 1);
  g_set_weak_pointer (&shown->window, job->window);
  shown->path = g_value_dup_string (dex_future_get_value (future, NULL));
  /* Translators: %s is a machine's name. */
  title = g_strdup_printf (_("Exported “%s”"), job->name);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _("_Show in Folder"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (show_cb), shown, free_job_closure, 0);
  avb_feedback_toast (job->window, toast);
  return dex_future_new_true ();
}

static void
export_cb (AvbExportDialog *self)
{
  g_autofree char *path = g_file_get_path (self->destination);
  /* Translators: %s is a machine's name. */
  g_autofree char *title = g_strdup_printf (_("Exporting “%s”"), avb_machine_get_name (self->machine));
  g_autoptr (AvbOperation) operation = NULL;
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  DexFuture *future;
  Job *job;

  if (!gtk_widget_get_sensitive (self->export))
    return;
  operation = avb_operation_new (title);
  job = g_new0 (Job, 1);
  g_set_weak_pointer (&job->window, window);
  job->name = g_strdup (avb_machine_get_name (self->machine));
  avb_library_add_job (self->library, operation);
  future = avb_export_machine (self->machine, adw_combo_row_get_selected (self->format), path,
                               adw_switch_row_get_active (self->checksum), avb_library_get_queue (self->library),
                               operation);
  avb_feedback_watch (window, dex_future_then (future, exported_cb, job, job_free));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbExportDialog) self = user_data;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (folder != NULL && self->machine != NULL)
    avb_export_dialog_set_folder (self, folder);
}

static void
choose_cb (AvbExportDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _("Export to a Folder"));
  gtk_file_dialog_set_initial_folder (dialog, self->destination);
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, self->cancellable,
                                 folder_chosen_cb, g_object_ref (self));
}

static void
avb_export_dialog_closed (AdwDialog *dialog)
{
  g_cancellable_cancel (AVB_EXPORT_DIALOG (dialog)->cancellable);
}

static void
avb_export_dialog_dispose (GObject *object)
{
  AvbExportDialog *self = AVB_EXPORT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->library);
  g_clear_object (&self->machine);
  g_clear_object (&self->spec);
  g_clear_object (&self->destination);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_EXPORT_DIALOG);
  G_OBJECT_CLASS (avb_export_dialog_parent_class)->dispose (object);
}

static void
avb_export_dialog_finalize (GObject *object)
{
  AvbExportDialog *self = AVB_EXPORT_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_free (self->spec_error);
  G_OBJECT_CLASS (avb_export_dialog_parent_class)->finalize (object);
}

static void
avb_export_dialog_class_init (AvbExportDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_export_dialog_dispose;
  object_class->finalize = avb_export_dialog_finalize;
  ADW_DIALOG_CLASS (klass)->closed = avb_export_dialog_closed;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/machine/avb-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, format);
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, folder);
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, checksum);
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, contents);
  gtk_widget_class_bind_template_child (widget_class, AvbExportDialog, export);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
}

static void
avb_export_dialog_init (AvbExportDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

static GFile *
find_folder (void)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);

  return g_file_new_for_path (documents != NULL ? documents : g_get_home_dir ());
}

AdwDialog *
avb_export_dialog_new (AvbLibrary *library, AvbMachine *machine)
{
  g_autoptr (GFile) folder = find_folder ();
  AvbExportDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_EXPORT_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->machine = g_object_ref (machine);
  avb_export_dialog_set_folder (self, folder);
  g_signal_connect_object (machine, "notify::state", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (machine, "notify::operation", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  avb_future_finish (dex_future_finally (avb_machine_read_spec (machine), spec_read_cb, g_object_ref (self),
                                         g_object_unref),
                     "read a machine's definition");
  update (self);
  return ADW_DIALOG (self);
}

void
avb_export_dialog_set_folder (AvbExportDialog *self, GFile *folder)
{
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;

  g_return_if_fail (AVB_IS_EXPORT_DIALOG (self));
  g_return_if_fail (G_IS_FILE (folder));

  path = g_file_get_path (folder);
  /* A server's folder that is not mounted. */
  if (path == NULL)
    return;
  g_set_object (&self->destination, folder);
  shown = g_filename_display_name (path);
  adw_action_row_set_subtitle (self->folder, shown);
}
