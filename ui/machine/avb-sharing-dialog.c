/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sharing-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/machine/avb-sharing-row.h"

struct _AvbSharingDialog {
  AdwDialog parent_instance;

  AvbMachine   *machine;
  GPtrArray    *shares; /* (nullable): not known yet */
  GPtrArray    *rows;
  GQueue        waiting; /* folders to share, one after the other */
  gboolean      busy;
  GCancellable *cancellable;

  AdwBanner           *banner;
  AdwStatusPage       *empty;
  AdwToastOverlay     *toasts;
  GtkStack            *stack;
  AdwPreferencesGroup *group;
};

G_DEFINE_FINAL_TYPE (AvbSharingDialog, avb_sharing_dialog, ADW_TYPE_DIALOG)

static void load (AvbSharingDialog *self);
static void share_next (AvbSharingDialog *self);

/* --- Saying things: a dialog covers the window's own toasts --- */

static void
say (AvbSharingDialog *self, const char *text)
{
  AdwToast *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
details_cb (AdwToast *toast, GWeakRef *widget)
{
  g_autoptr (GtkWidget) dialog = g_weak_ref_get (widget);

  if (dialog != NULL)
    avb_feedback_details (
        dialog, adw_toast_get_title (toast), g_object_get_data (G_OBJECT (toast), "details"));
}

static void
weak_free (gpointer data, GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
weak_new (gpointer object)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  return weak;
}

static void
say_error (AvbSharingDialog *self, const GError *error)
{
  const char *details = avb_error_get_details (error);
  AdwToast   *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, error->message);
  adw_toast_set_timeout (toast, 8);
  if (details != NULL)
    {
      adw_toast_set_button_label (toast, _ ("_Details"));
      g_object_set_data_full (G_OBJECT (toast), "details", g_strdup (details), g_free);
      g_signal_connect_data (
          toast, "button-clicked", G_CALLBACK (details_cb), weak_new (self), weak_free, 0);
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* --- What can be done --- */

/* (nullable) (transfer full): why no folder can be added */
static char *
dup_refusal (AvbSharingDialog *self)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self->machine);
  const char *reason;

  if (connection == NULL || !avb_machine_get_available (self->machine))
    return g_strdup (_ ("There is no connection to the hypervisor at the moment."));
  reason = avb_capabilities_get_reason (avb_connection_get_capabilities (connection),
                                        AVB_FEATURE_SHARED_FOLDERS);
  if (reason != NULL)
    return g_strdup (reason);
  if (!avb_connection_get_is_local (connection))
    return g_strdup (_ ("This machine runs on another host: folders of this computer cannot be "
                        "shared with it."));
  if (avb_machine_get_state (self->machine) == AVB_MACHINE_SAVED)
    return g_strdup (_ ("This machine is saved. Start it to change what is shared."));
  return NULL;
}

static void
update (AvbSharingDialog *self)
{
  g_autofree char *refusal = dup_refusal (self);
  gboolean         waits = FALSE;

  for (guint i = 0; self->shares != NULL && i < self->shares->len; i++)
    waits |= ((AvbShareSpec *) self->shares->pdata[i])->presence != AVB_SHARE_PRESENT;
  adw_banner_set_title (self->banner,
                        refusal != NULL ? refusal
                        : waits ? _ ("Some changes take effect when the machine is powered off and "
                                     "started again.")
                                : "");
  adw_banner_set_revealed (self->banner, refusal != NULL || waits);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sharing-dialog.add", refusal == NULL);
  /* Nobody is asked to do what cannot be done. */
  adw_status_page_set_description (self->empty, refusal != NULL ? NULL
                                                : _ ("Drop a folder here to show it to the guest. The guest can only "
                                                     "read it, unless you decide otherwise."));
  gtk_widget_set_visible (adw_status_page_get_child (self->empty), refusal == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->group),
                            !self->busy && avb_machine_can_edit (self->machine));
}

/* --- Changing a share --- */

typedef struct {
  AvbSharingDialog *self;
  AvbShareSpec     *share;
  gboolean          removal;
  gboolean          addition;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->self);
  avb_share_spec_free (change->share);
  g_free (change);
}

static Change *
change_new (AvbSharingDialog *self, const AvbShareSpec *share)
{
  Change *change = g_new0 (Change, 1);

  change->self = g_object_ref (self);
  change->share = avb_share_spec_copy (share);
  return change;
}

static void undo_cb (AdwToast *toast, Change *change);

static void
change_closure_free (gpointer data, GClosure *closure)
{
  change_free (data);
}

static void
say_removed (AvbSharingDialog *self, const AvbShareSpec *share, AvbApplied applied)
{
  g_autoptr (GFile) file = g_file_new_for_path (share->path);
  g_autofree char *name = avb_text_dup_file_name (file);
  g_autofree char *text = NULL;
  AdwToast        *toast = adw_toast_new ("");

  /* Translators: %s is the name of a folder. */
  text = g_strdup_printf (applied == AVB_APPLIED_NOW
                              ? _ ("“%s” is no longer shared")
                              : _ ("“%s” is no longer shared once the machine is off"),
                          name);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, 8);
  g_signal_connect_data (toast,
                         "button-clicked",
                         G_CALLBACK (undo_cb),
                         change_new (self, share),
                         change_closure_free,
                         0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static DexFuture *
changed_cb (DexFuture *future, gpointer data)
{
  Change           *change = data;
  AvbSharingDialog *self = change->self;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->busy = FALSE;
  if (self->machine == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    say_error (self, error);
  else if (change->removal)
    say_removed (self, change->share, g_value_get_int (value));
  else if (g_value_get_int (value) == AVB_APPLIED_AT_NEXT_START)
    say (self,
         change->addition ? _ ("The guest gets this folder at the next start.")
                          : _ ("This takes effect at the next start."));
  load (self);
  return dex_future_new_true ();
}

/* Takes @change. */
static void
begin (Change *change)
{
  AvbSharingDialog *self = change->self;
  DexFuture        *future;

  self->busy = TRUE;
  update (self);
  future = change->removal ? avb_machine_remove_share (self->machine, change->share->tag)
                           : avb_machine_set_share (self->machine, change->share);
  avb_future_finish (dex_future_finally (future, changed_cb, change, change_free),
                     "Changing a shared folder");
}

static void
undo_cb (AdwToast *toast, Change *change)
{
  Change *back;

  if (change->self->busy || change->self->machine == NULL)
    return;
  back = change_new (change->self, change->share);
  back->addition = TRUE;
  begin (back);
}

static void
row_changed_cb (AvbSharingDialog *self, gboolean read_only, AvbSharingRow *row)
{
  Change *change = change_new (self, avb_sharing_row_get_share (row));

  change->share->read_only = read_only;
  begin (change);
}

static void
row_copied_cb (AvbSharingDialog *self)
{
  say (self, _ ("Copied to clipboard"));
}

static void
row_removed_cb (AvbSharingDialog *self, AvbSharingRow *row)
{
  Change *change = change_new (self, avb_sharing_row_get_share (row));

  change->removal = TRUE;
  begin (change);
}

/* --- The list --- */

static gboolean
is_windows (AvbMachine *machine)
{
  const char *os_id = avb_machine_get_os_id (machine);

  return os_id != NULL && strstr (os_id, "microsoft.com/win") != NULL;
}

static void
fill (AvbSharingDialog *self)
{
  g_autoptr (GHashTable) expanded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      AvbSharingRow *row = self->rows->pdata[i];

      if (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)))
        g_hash_table_add (expanded, g_strdup (avb_sharing_row_get_share (row)->tag));
      adw_preferences_group_remove (self->group, GTK_WIDGET (row));
    }
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < self->shares->len; i++)
    {
      const AvbShareSpec *share = self->shares->pdata[i];
      GtkWidget          *row = avb_sharing_row_new (share, is_windows (self->machine));

      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row),
                                     g_hash_table_contains (expanded, share->tag));
      g_signal_connect_object (
          row, "changed", G_CALLBACK (row_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (row, "copied", G_CALLBACK (row_copied_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (
          row, "removed", G_CALLBACK (row_removed_cb), self, G_CONNECT_SWAPPED);
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  gtk_stack_set_visible_child_name (self->stack, self->shares->len > 0 ? "list" : "empty");
  update (self);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  AvbSharingDialog *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->machine == NULL)
    return dex_future_new_true ();
  /* That its host has no shared folders is what the banner says. */
  if (value == NULL)
    {
      g_autofree char *refusal = dup_refusal (self);

      if (refusal == NULL || !g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED))
        say_error (self, error);
    }
  g_clear_pointer (&self->shares, g_ptr_array_unref);
  self->shares = value != NULL ? g_value_dup_boxed (value) : g_ptr_array_new ();
  fill (self);
  share_next (self);
  return dex_future_new_true ();
}

static void
load (AvbSharingDialog *self)
{
  avb_future_finish (
      dex_future_finally (
          avb_machine_list_shares (self->machine), loaded_cb, g_object_ref (self), g_object_unref),
      "Looking up shared folders");
}

/* --- Adding --- */

static gboolean
is_shared (AvbSharingDialog *self, const char *path)
{
  for (guint i = 0; i < self->shares->len; i++)
    {
      const AvbShareSpec *share = self->shares->pdata[i];

      if (share->presence != AVB_SHARE_UNTIL_OFF && g_strcmp0 (share->path, path) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
share_folder (AvbSharingDialog *self, GFile *folder)
{
  g_autofree char *path = g_file_get_path (folder);
  g_autofree char *refusal = dup_refusal (self);
  g_autofree char *tag = NULL;
  g_autoptr (AvbShareSpec) share = NULL;
  Change *change;

  if (refusal != NULL)
    say (self, refusal);
  else if (path == NULL)
    say (self, _ ("Only folders of this computer can be shared."));
  else if (is_shared (self, path))
    say (self, _ ("This folder is shared already."));
  else
    {
      tag = avb_share_tag_make (path, self->shares);
      share = avb_share_spec_new (path, tag);
      change = change_new (self, share);
      change->addition = TRUE;
      begin (change);
    }
}

static void
share_next (AvbSharingDialog *self)
{
  while (!self->busy && self->shares != NULL && !g_queue_is_empty (&self->waiting))
    {
      g_autoptr (GFile) folder = g_queue_pop_head (&self->waiting);

      share_folder (self, folder);
    }
}

static void
queried_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (AvbSharingDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (info == NULL)
    {
      say_error (self, error);
      return;
    }
  if (g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE)
      != G_FILE_TYPE_DIRECTORY)
    {
      say (self, _ ("Only a folder can be shared, not a file."));
      return;
    }
  g_queue_push_tail (&self->waiting, g_object_ref (object));
  share_next (self);
}

void
avb_sharing_dialog_add_folder (AvbSharingDialog *self, GFile *folder)
{
  g_return_if_fail (AVB_IS_SHARING_DIALOG (self));
  g_return_if_fail (G_IS_FILE (folder));

  g_file_query_info_async (folder,
                           G_FILE_ATTRIBUTE_STANDARD_TYPE,
                           G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT,
                           self->cancellable,
                           queried_cb,
                           g_object_ref (self));
}

static void
chosen_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (AvbSharingDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder
      = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (object), result, &error);

  if (folder != NULL)
    avb_sharing_dialog_add_folder (self, folder);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED)
           && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED)
           && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say_error (self, error);
}

static void
add_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbSharingDialog *self = AVB_SHARING_DIALOG (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (widget);

  gtk_file_dialog_set_title (dialog, _ ("Share a Folder"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Share"));
  gtk_file_dialog_select_folder (dialog,
                                 GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                 self->cancellable,
                                 chosen_cb,
                                 g_object_ref (self));
}

static gboolean
drop_cb (AvbSharingDialog *self, const GValue *value)
{
  g_autoptr (GSList) files = NULL;

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *file = files; file != NULL; file = file->next)
    avb_sharing_dialog_add_folder (self, file->data);
  return files != NULL;
}

/* --- Object --- */

static void
avb_sharing_dialog_closed (AdwDialog *dialog)
{
  g_cancellable_cancel (AVB_SHARING_DIALOG (dialog)->cancellable);
}

static void
avb_sharing_dialog_dispose (GObject *object)
{
  AvbSharingDialog *self = AVB_SHARING_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_clear_object (&self->machine);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_SHARING_DIALOG);
  G_OBJECT_CLASS (avb_sharing_dialog_parent_class)->dispose (object);
}

static void
avb_sharing_dialog_finalize (GObject *object)
{
  AvbSharingDialog *self = AVB_SHARING_DIALOG (object);

  g_clear_pointer (&self->shares, g_ptr_array_unref);
  g_ptr_array_unref (self->rows);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (avb_sharing_dialog_parent_class)->finalize (object);
}

static void
avb_sharing_dialog_class_init (AvbSharingDialogClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_sharing_dialog_dispose;
  object_class->finalize = avb_sharing_dialog_finalize;
  ADW_DIALOG_CLASS (klass)->closed = avb_sharing_dialog_closed;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-sharing-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbSharingDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingDialog, empty);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbSharingDialog, group);
  gtk_widget_class_install_action (widget_class, "sharing-dialog.add", NULL, add_action);
}

static void
avb_sharing_dialog_init (AvbSharingDialog *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->rows = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->waiting);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

AdwDialog *
avb_sharing_dialog_new (AvbMachine *machine)
{
  AvbSharingDialog *self;
  g_autoptr (AvbConnection) connection = NULL;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SHARING_DIALOG, NULL);
  self->machine = g_object_ref (machine);
  connection = avb_machine_dup_connection (machine);
  if (connection != NULL)
    g_signal_connect_object (
        connection, "notify::capabilities", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (machine, "notify::state", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      machine, "notify::can-edit", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  load (self);
  return ADW_DIALOG (self);
}
