/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-jobs.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/extensions/avb-extension-ask.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-permission-sheet.h"

struct _AvbExtensionJobs {
  GObject           parent_instance;

  AvbExtensionSet  *set;
  AvbLibrary       *library;     /* borrowed, as the next: of the set */
  AvbMarketplace   *marketplace;
  GHashTable       *running; /* ID → AvbOperation */
};

G_DEFINE_FINAL_TYPE (AvbExtensionJobs, avb_extension_jobs, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* What one job needs while it goes on. */
typedef struct {
  AvbExtensionJobs *jobs;
  GtkWidget        *widget;
  char             *id;
  AvbMarketEntry   *entry;
  AvbMarketVersion *version;
  AvbMarketUpdate  *update;
  GFile            *file;
  gboolean          with_data;
  gboolean          enabled;
} Task;

static Task *
task_new (AvbExtensionJobs *jobs, GtkWidget *widget, const char *id)
{
  Task *task = g_new0 (Task, 1);
  GtkRoot *root = gtk_widget_get_root (widget);

  task->jobs = g_object_ref (jobs);
  /* The window: a row goes, a page is left, before the work has ended. */
  task->widget = g_object_ref (root != NULL ? GTK_WIDGET (root) : widget);
  task->id = g_strdup (id);
  return task;
}

static void
task_free (gpointer data)
{
  Task *task = data;

  g_clear_object (&task->entry);
  g_clear_object (&task->version);
  g_clear_object (&task->update);
  g_clear_object (&task->file);
  g_object_unref (task->widget);
  g_object_unref (task->jobs);
  g_free (task->id);
  g_free (task);
}

static void
run (Task *task, DexFiberFunc func, const char *what)
{
  avb_future_finish (avb_fiber_spawn (func, task, task_free), what);
}

/* A mistake was shown: the chain has come to its end. */
static DexFuture *
fail (Task *task, const GError *error)
{
  avb_feedback_error (task->widget, error);
  return dex_future_new_true ();
}

G_GNUC_PRINTF (2, 3)
static void
tell (Task *task, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  avb_feedback_message (task->widget, text);
}

/* --- what goes on --- */

static void
begin (Task *task, const char *id, AvbOperation *operation)
{
  g_hash_table_replace (task->jobs->running, g_strdup (id), g_object_ref (operation));
  avb_library_add_job (task->jobs->library, operation);
  g_signal_emit (task->jobs, signals[CHANGED], 0, id);
}

static void
end (Task *task, const char *id, AvbOperation *operation)
{
  if (g_hash_table_lookup (task->jobs->running, id) == operation)
    g_hash_table_remove (task->jobs->running, id);
  /* A failure has its toast, with what there is to say about it. */
  if (avb_operation_get_state (operation) != AVB_OPERATION_RUNNING)
    avb_library_dismiss_job (task->jobs->library, operation);
  g_signal_emit (task->jobs, signals[CHANGED], 0, id);
}

/* One at a time for each: the second click on a button comes late. */
static gboolean
is_busy (Task *task, const char *id)
{
  return avb_extension_jobs_find (task->jobs, id) != NULL;
}

G_GNUC_PRINTF (1, 0)
static AvbOperation *
make_operation (const char *format, const char *name)
{
  g_autofree char *title = g_strdup_printf (format, name);

  return avb_operation_new (title);
}

/* In a fiber. @id: (nullable): several; @back: it runs again at once; @label: what is done */
static gboolean
may_stop (Task *task, const char *id, gboolean back, const char *label)
{
  AvbServedDisks *disks = avb_extension_set_get_served_disks (task->jobs->set);

  return avb_extension_ask_to_stop (task->widget, avb_served_disks_count (disks, id), back, label);
}

/* --- install --- */

/* (transfer full) (nullable): what the user grants of what @manifest asks; for avb_permission_sheet_ask() */
static GListModel *
ask (Task *task, AvbExtensionManifest *manifest, const char *warning, DexFuture *icon, GError **error)
{
  AvbInstalled *installed = avb_extension_jobs_find_installed (task->jobs, avb_extension_manifest_get_id (manifest));

  return dex_await_object (avb_permission_sheet_ask (task->widget, manifest, installed,
                                                     avb_marketplace_get_policy (task->jobs->marketplace), warning, icon),
                           error);
}

static DexFuture *
install_fiber (gpointer data)
{
  Task *task = data;
  AvbMarketplace *marketplace = task->jobs->marketplace;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) granted = NULL;
  g_autoptr (AvbOperation) operation = NULL;
  AvbExtensionManifest *manifest;
  gboolean ok;

  if (is_busy (task, task->id))
    return dex_future_new_true ();
  manifest = avb_market_version_get_manifest (task->version, &error);
  if (manifest == NULL || !avb_marketplace_check_install (marketplace, task->entry, task->version, &error))
    return fail (task, error);
  granted = ask (task, manifest, NULL, avb_extension_icon_of_entry (marketplace, task->entry), &error);
  if (granted == NULL)
    return fail (task, error);
  /* Translators: %s is the name of an extension. */
  operation = make_operation (_("Installing “%s”"), avb_market_entry_get_name (task->entry));
  begin (task, task->id, operation);
  ok = dex_await (avb_marketplace_install (marketplace, task->entry, task->version, granted, operation), &error);
  end (task, task->id, operation);
  if (!ok)
    return fail (task, error);
  tell (task, _("“%s” was installed."), avb_market_entry_get_name (task->entry));
  return dex_future_new_true ();
}

void
avb_extension_jobs_install (AvbExtensionJobs *self, GtkWidget *widget, AvbMarketEntry *entry, AvbMarketVersion *version)
{
  Task *task;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));
  g_return_if_fail (AVB_IS_MARKET_ENTRY (entry));

  task = task_new (self, widget, avb_market_entry_get_id (entry));
  task->entry = g_object_ref (entry);
  task->version = g_object_ref (version != NULL ? version : avb_market_entry_get_best (entry));
  run (task, install_fiber, "install an extension");
}

/* --- a file --- */

static char *
dup_file_warning (const AvbLocalPackage *local)
{
  if (local->publisher_key == NULL)
    return g_strdup (_("This is a file without a signature. Nobody has looked at it, and it may come from anybody. Install it only "
                       "if you know who gave it to you."));
  return g_strdup_printf (_("This file comes from no marketplace: nobody has looked at it. It is signed with the key %s. Install "
                            "it only if you know whose that is."), local->publisher_key);
}

/* (transfer full) (nullable): what the user granted */
static GListModel *
ask_for_file (Task *task, const AvbLocalPackage *local, GError **error)
{
  AvbExtensionManifest *manifest = avb_package_get_manifest (local->package);
  g_autofree char *warning = dup_file_warning (local);

  if (local->error != NULL)
    {
      g_propagate_error (error, g_error_copy (local->error));
      return NULL;
    }
  return ask (task, manifest, warning, NULL, error);
}

static DexFuture *
install_file_fiber (gpointer data)
{
  Task *task = data;
  g_autofree char *path = g_file_get_path (task->file);
  g_autoptr (AvbLocalPackage) local = NULL;
  g_autoptr (GListModel) granted = NULL;
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  AvbExtensionManifest *manifest;
  const char *id;
  gboolean ok;

  if (path == NULL)
    {
      error = avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("Copy the file to this computer first."));
      return fail (task, error);
    }
  local = dex_await_boxed (avb_marketplace_inspect_file (task->jobs->marketplace, path), &error);
  if (local == NULL)
    return fail (task, error);
  granted = ask_for_file (task, local, &error);
  if (granted == NULL)
    return fail (task, error);
  manifest = avb_package_get_manifest (local->package);
  id = avb_extension_manifest_get_id (manifest);
  if (is_busy (task, id))
    return dex_future_new_true ();
  operation = make_operation (_("Installing “%s”"), avb_extension_manifest_get_name (manifest));
  begin (task, id, operation);
  ok = dex_await (avb_marketplace_install_file (task->jobs->marketplace, local, granted, operation), &error);
  end (task, id, operation);
  if (!ok)
    return fail (task, error);
  tell (task, _("“%s” was installed."), avb_extension_manifest_get_name (manifest));
  gtk_widget_activate_action (task->widget, "win.open-extension", "s", id);
  return dex_future_new_true ();
}

void
avb_extension_jobs_install_file (AvbExtensionJobs *self, GtkWidget *widget, GFile *file)
{
  Task *task;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));
  g_return_if_fail (G_IS_FILE (file));

  task = task_new (self, widget, NULL);
  task->file = g_object_ref (file);
  run (task, install_file_fiber, "install an extension from a file");
}

/* --- update --- */

static DexFuture *
update_fiber (gpointer data)
{
  Task *task = data;
  AvbMarketVersion *version = avb_market_update_get_version (task->update);
  AvbMarketEntry *entry = avb_market_update_get_entry (task->update);
  AvbExtensionManifest *manifest;
  g_autoptr (GListModel) granted = NULL;
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (is_busy (task, task->id))
    return dex_future_new_true ();
  manifest = avb_market_version_get_manifest (version, &error);
  if (manifest == NULL)
    return fail (task, error);
  if (avb_market_update_get_widens (task->update))
    {
      granted = ask (task, manifest, NULL, avb_extension_icon_of_entry (task->jobs->marketplace, entry), &error);
      if (granted == NULL)
        return fail (task, error);
    }
  if (!may_stop (task, task->id, TRUE, _("_Update")))
    return dex_future_new_true ();
  /* Translators: %s is the name of an extension. */
  operation = make_operation (_("Updating “%s”"), avb_market_entry_get_name (entry));
  begin (task, task->id, operation);
  ok = dex_await (avb_marketplace_update (task->jobs->marketplace, task->update, granted, operation), &error);
  end (task, task->id, operation);
  if (!ok)
    return fail (task, error);
  tell (task, _("“%1$s” is version %2$s now."), avb_market_entry_get_name (entry),
        avb_market_version_get_version (version));
  return dex_future_new_true ();
}

void
avb_extension_jobs_update (AvbExtensionJobs *self, GtkWidget *widget, AvbMarketUpdate *update)
{
  Task *task;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));
  g_return_if_fail (AVB_IS_MARKET_UPDATE (update));

  task = task_new (self, widget, avb_installed_get_id (avb_market_update_get_installed (update)));
  task->update = g_object_ref (update);
  run (task, update_fiber, "update an extension");
}

/* Whether one of those that would be updated serves a disk now. */
static gboolean
serves_any (Task *task)
{
  GListModel *updates = avb_marketplace_get_updates (task->jobs->marketplace);
  AvbServedDisks *disks = avb_extension_set_get_served_disks (task->jobs->set);

  for (guint i = 0; i < g_list_model_get_n_items (updates); i++)
    {
      g_autoptr (AvbMarketUpdate) update = g_list_model_get_item (updates, i);

      if (!avb_market_update_get_widens (update)
          && avb_served_disks_count (disks, avb_installed_get_id (avb_market_update_get_installed (update))) > 0)
        return TRUE;
    }
  return FALSE;
}

static DexFuture *
update_all_fiber (gpointer data)
{
  Task *task = data;
  g_autoptr (AvbOperation) operation = avb_operation_new (_("Updating extensions"));
  g_autoptr (GError) error = NULL;
  guint n;

  if (is_busy (task, "") || (serves_any (task) && !may_stop (task, NULL, TRUE, _("_Update"))))
    return dex_future_new_true ();
  begin (task, "", operation);
  n = dex_await_uint (avb_marketplace_update_all (task->jobs->marketplace, operation), &error);
  end (task, "", operation);
  if (error != NULL)
    return fail (task, error);
  tell (task, ngettext ("%u extension was updated.", "%u extensions were updated.", n), n);
  return dex_future_new_true ();
}

void
avb_extension_jobs_update_all (AvbExtensionJobs *self, GtkWidget *widget)
{
  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  run (task_new (self, widget, NULL), update_all_fiber, "update extensions");
}

/* --- back, away, on and off --- */

static DexFuture *
roll_back_fiber (gpointer data)
{
  Task *task = data;
  AvbInstalled *installed = avb_extension_jobs_find_installed (task->jobs, task->id);
  g_autoptr (GError) error = NULL;

  if (installed == NULL || is_busy (task, task->id))
    return dex_future_new_true ();
  g_object_ref (installed);
  if (!may_stop (task, task->id, TRUE, _("_Roll Back")))
    {
      g_object_unref (installed);
      return dex_future_new_true ();
    }
  if (!dex_await (avb_extension_store_roll_back (avb_marketplace_get_store (task->jobs->marketplace), task->id), &error))
    {
      g_object_unref (installed);
      return fail (task, error);
    }
  tell (task, _("“%1$s” is version %2$s again."),
        avb_extension_manifest_get_name (avb_installed_get_manifest (installed)), avb_installed_get_version (installed));
  g_object_unref (installed);
  return dex_future_new_true ();
}

void
avb_extension_jobs_roll_back (AvbExtensionJobs *self, GtkWidget *widget, const char *id)
{
  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  run (task_new (self, widget, id), roll_back_fiber, "roll an extension back");
}

/* @check: (out) (nullable): the box for its data */
static AdwDialog *
make_remove_dialog (AvbInstalled *installed, GtkWidget **check)
{
  AvbExtensionManifest *manifest = avb_installed_get_manifest (installed);
  g_autofree char *title = g_strdup_printf (_("Remove “%s”?"), avb_extension_manifest_get_name (manifest));
  AdwDialog *dialog = adw_alert_dialog_new (title, NULL);

  *check = NULL;
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), _("What it added to the program goes with it. Machines stay."));
  if (avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE)
    {
      GtkWidget *label = gtk_label_new_with_mnemonic (_("Also delete what it _stored"));

      /* The button's own label would be its name with the underscore. */
      *check = gtk_check_button_new ();
      gtk_check_button_set_child (GTK_CHECK_BUTTON (*check), label);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_mnemonic_widget (GTK_LABEL (label), *check);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (*check), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
      adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), *check);
    }
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  return dialog;
}

static DexFuture *
remove_fiber (gpointer data)
{
  Task *task = data;
  AvbExtensionStore *store = avb_marketplace_get_store (task->jobs->marketplace);
  AvbInstalled *installed = avb_extension_jobs_find_installed (task->jobs, task->id);
  g_autofree char *name = NULL;
  g_autofree char *response = NULL;
  g_autoptr (AdwDialog) dialog = NULL;
  g_autoptr (AvbExtension) extension = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *check;

  if (installed == NULL || is_busy (task, task->id))
    return dex_future_new_true ();
  name = g_strdup (avb_extension_manifest_get_name (avb_installed_get_manifest (installed)));
  dialog = g_object_ref_sink (make_remove_dialog (installed, &check));
  response = dex_await_string (avb_extension_ask (dialog, task->widget), &error);
  if (g_strcmp0 (response, "remove") != 0)
    return dex_future_new_true ();
  if (!may_stop (task, task->id, FALSE, _("_Remove")))
    return dex_future_new_true ();
  extension = avb_extension_host_find (avb_extension_set_get_host (task->jobs->set), task->id);
  if (extension != NULL && !dex_await (avb_extension_stop (extension), &error))
    return fail (task, error);
  task->with_data = check != NULL && gtk_check_button_get_active (GTK_CHECK_BUTTON (check));
  if (!dex_await (avb_extension_store_remove (store, task->id, task->with_data), &error))
    return fail (task, error);
  tell (task, _("“%s” was removed."), name);
  return dex_future_new_true ();
}

void
avb_extension_jobs_remove (AvbExtensionJobs *self, GtkWidget *widget, const char *id)
{
  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  run (task_new (self, widget, id), remove_fiber, "remove an extension");
}

static DexFuture *
switch_fiber (gpointer data)
{
  Task *task = data;
  g_autoptr (GError) error = NULL;

  if (!task->enabled && !may_stop (task, task->id, FALSE, _("_Switch Off")))
    {
      /* The switch that was moved goes back. */
      g_signal_emit (task->jobs, signals[CHANGED], 0, task->id);
      return dex_future_new_true ();
    }
  if (!dex_await (avb_extension_store_set_enabled (avb_marketplace_get_store (task->jobs->marketplace), task->id, task->enabled),
                  &error))
    return fail (task, error);
  return dex_future_new_true ();
}

void
avb_extension_jobs_set_enabled (AvbExtensionJobs *self, GtkWidget *widget, const char *id, gboolean enabled)
{
  Task *task;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  task = task_new (self, widget, id);
  task->enabled = enabled;
  run (task, switch_fiber, "switch an extension");
}

void
avb_extension_jobs_try_again (AvbExtensionJobs *self, GtkWidget *widget, const char *id)
{
  g_autoptr (AvbExtension) extension = NULL;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  extension = avb_extension_host_find (avb_extension_set_get_host (self->set), id);
  if (extension != NULL)
    avb_feedback_watch (widget, avb_extension_try_again (extension));
}

void
avb_extension_jobs_refresh (AvbExtensionJobs *self, GtkWidget *widget)
{
  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  avb_feedback_watch (widget, avb_marketplace_refresh (self->marketplace));
}

/* --- the object --- */

static void
anything_changed_cb (AvbExtensionJobs *self)
{
  g_signal_emit (self, signals[CHANGED], 0, NULL);
}

static void
installed_changed_cb (AvbExtensionJobs *self, GParamSpec *pspec, AvbInstalled *installed)
{
  g_signal_emit (self, signals[CHANGED], 0, avb_installed_get_id (installed));
}

static void
extension_changed_cb (AvbExtensionJobs *self, GParamSpec *pspec, AvbExtension *extension)
{
  g_signal_emit (self, signals[CHANGED], 0, avb_extension_get_id (extension));
}

static void
extensions_changed_cb (AvbExtensionJobs *self, guint position, guint removed, guint added, GListModel *extensions)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (extensions, position + i);

      g_signal_connect_object (extension, "notify", G_CALLBACK (extension_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (avb_extension_get_installed (extension), "notify", G_CALLBACK (installed_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  anything_changed_cb (self);
}

/* Whether something can be installed depends on its marketplace. */
static void
sources_changed_cb (AvbExtensionJobs *self, guint position, guint removed, guint added, GListModel *sources)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, position + i);

      g_signal_connect_object (source, "notify::state", G_CALLBACK (anything_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (source, "notify::can-install", G_CALLBACK (anything_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  anything_changed_cb (self);
}

static void
avb_extension_jobs_dispose (GObject *object)
{
  AvbExtensionJobs *self = AVB_EXTENSION_JOBS (object);

  g_clear_object (&self->set);
  g_clear_pointer (&self->running, g_hash_table_unref);
  G_OBJECT_CLASS (avb_extension_jobs_parent_class)->dispose (object);
}

static void
avb_extension_jobs_class_init (AvbExtensionJobsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_extension_jobs_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
avb_extension_jobs_init (AvbExtensionJobs *self)
{
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

AvbExtensionJobs *
avb_extension_jobs_new (AvbExtensionSet *set)
{
  AvbExtensionJobs *self;
  GListModel *store;
  GListModel *extensions;
  GListModel *sources;

  g_return_val_if_fail (AVB_IS_EXTENSION_SET (set), NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_JOBS, NULL);
  self->set = g_object_ref (set);
  self->library = avb_extension_set_get_library (set);
  self->marketplace = avb_extension_set_get_marketplace (set);
  store = G_LIST_MODEL (avb_marketplace_get_store (self->marketplace));
  extensions = avb_extension_host_get_extensions (avb_extension_set_get_host (set));
  g_signal_connect_object (store, "items-changed", G_CALLBACK (anything_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (avb_marketplace_get_updates (self->marketplace), "items-changed",
                           G_CALLBACK (anything_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (extensions, "items-changed", G_CALLBACK (extensions_changed_cb), self, G_CONNECT_SWAPPED);
  extensions_changed_cb (self, 0, 0, g_list_model_get_n_items (extensions), extensions);
  sources = avb_marketplace_get_sources (self->marketplace);
  g_signal_connect_object (sources, "items-changed", G_CALLBACK (sources_changed_cb), self, G_CONNECT_SWAPPED);
  sources_changed_cb (self, 0, 0, g_list_model_get_n_items (sources), sources);
  return self;
}

AvbExtensionSet *
avb_extension_jobs_get_set (AvbExtensionJobs *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (self), NULL);

  return self->set;
}

AvbMarketplace *
avb_extension_jobs_get_marketplace (AvbExtensionJobs *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (self), NULL);

  return self->marketplace;
}

AvbOperation *
avb_extension_jobs_find (AvbExtensionJobs *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (self), NULL);

  return g_hash_table_lookup (self->running, id);
}

AvbInstalled *
avb_extension_jobs_find_installed (AvbExtensionJobs *self, const char *id)
{
  g_autoptr (AvbInstalled) installed = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (self), NULL);

  installed = avb_extension_store_find (avb_marketplace_get_store (self->marketplace), id);
  return installed; /* the store holds it */
}

void
avb_extension_jobs_disconnect (AvbExtensionJobs *self, gpointer object)
{
  GListModel *sources;

  g_return_if_fail (AVB_IS_EXTENSION_JOBS (self));

  sources = avb_marketplace_get_sources (self->marketplace);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);

      g_signal_handlers_disconnect_by_data (source, object);
    }
  g_signal_handlers_disconnect_by_data (sources, object);
  g_signal_handlers_disconnect_by_data (avb_marketplace_get_entries (self->marketplace), object);
  g_signal_handlers_disconnect_by_data (avb_marketplace_get_updates (self->marketplace), object);
  g_signal_handlers_disconnect_by_data (avb_marketplace_get_store (self->marketplace), object);
  g_signal_handlers_disconnect_by_data (self->marketplace, object);
  g_signal_handlers_disconnect_by_data (self, object);
}
