/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-served-disks.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* One disk that is served to one machine now. */
typedef struct {
  AvbContribution      *target;
  AvbStorageAttachment *attachment;
  AvbServedDisk        *disk;
} Attached;

struct _AvbServedDisks
{
  GObject parent_instance;

  AvbLibrary       *library;
  AvbExtensionHost *host;
  GHashTable       *attached; /* AvbMachine → GPtrArray of Attached */
  GHashTable       *watched;  /* set of AvbMachine */
};

G_DEFINE_FINAL_TYPE (AvbServedDisks, avb_served_disks, G_TYPE_OBJECT)

static void
attached_free (gpointer data)
{
  Attached *self = data;

  g_object_unref (self->target);
  avb_storage_attachment_free (self->attachment);
  avb_served_disk_free (self->disk);
  g_free (self);
}

/* --- asking extensions, in a fiber --- */

static AvbContribution *
find_target (AvbServedDisks *self, AvbMachine *machine, const AvbServedDisk *disk, GError **error)
{
  AvbContributions *contributions = avb_extension_host_get_contributions (self->host);
  AvbContribution *target
      = avb_contributions_find (contributions, AVB_CONTRIBUTION_STORAGE, disk->extension, disk->target);
  g_autoptr (AvbExtension) extension = NULL;

  if (target != NULL)
    return target;
  extension = avb_extension_host_find (self->host, disk->extension);
  if (extension == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_FOUND, disk->extension,
                                             _("A disk of “%1$s” is served by the extension “%2$s”, which is not installed. "
                                               "Install it, or remove the disk."),
                                             avb_machine_get_name (machine), disk->extension));
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, avb_extension_get_state_reason (extension),
                                             _("A disk of “%1$s” is served by the extension “%2$s”, which is switched off. "
                                               "Switch it on, or remove the disk."),
                                             avb_machine_get_name (machine), avb_extension_get_name (extension)));
  return NULL;
}

/* (transfer full) (nullable) */
static Attached *
attach (AvbServedDisks *self, AvbMachine *machine, const AvbServedDisk *disk, GError **error)
{
  g_autoptr (AvbContribution) target = find_target (self, machine, disk, error);
  g_autoptr (JsonObject) about = NULL;
  g_autoptr (GError) local_error = NULL;
  AvbStorageAttachment *attachment;
  Attached *attached;

  if (target == NULL)
    return NULL;
  about = avb_extension_host_describe_machine (machine);
  attachment = dex_await_boxed (
      avb_contribution_attach_storage (target, disk->options, disk->volume, about, disk->read_only), &local_error);
  if (attachment == NULL)
    {
      g_propagate_error (
          error, avb_error_new (local_error->domain == AVB_ERROR ? local_error->code : AVB_ERROR_UNAVAILABLE,
                                avb_error_get_details (local_error), _("A disk of “%1$s” is not served. %2$s"),
                                avb_machine_get_name (machine), local_error->message));
      return NULL;
    }
  attached = g_new0 (Attached, 1);
  attached->target = g_steal_pointer (&target);
  attached->attachment = attachment;
  attached->disk = avb_served_disk_copy (disk);
  return attached;
}

static void
detach (const Attached *attached)
{
  avb_future_finish (avb_contribution_detach_storage (attached->target, attached->attachment, attached->disk->options,
                                                      attached->disk->volume),
                     "give back a served disk");
}

static void
detach_all (GPtrArray *all)
{
  for (guint i = 0; i < all->len; i++)
    detach (g_ptr_array_index (all, i));
}

/* --- definitions --- */

static void
fill_disk (AvbDiskSpec *disk, const AvbStorageAttachment *attachment, gboolean read_only)
{
  disk->source = attachment->nbd ? AVB_DISK_SOURCE_NBD : AVB_DISK_SOURCE_FILE;
  g_set_str (&disk->path, attachment->path);
  g_set_str (&disk->export_name, attachment->nbd ? attachment->export : NULL);
  g_set_str (&disk->format, attachment->format);
  disk->read_only = read_only || attachment->read_only;
}

static AvbDiskSpec *
find_disk (AvbMachineSpec *spec, const char *path)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    if (g_strcmp0 (((AvbDiskSpec *) g_ptr_array_index (disks, i))->path, path) == 0)
      return g_ptr_array_index (disks, i);
  return NULL;
}

/* Where an extension serves a disk behind another socket than the last time, the definition follows; a saved state
 * cannot. */
static gboolean
follow (AvbMachine *machine, GPtrArray *all, GError **error)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_served_disk_free);
  gboolean moved = FALSE;

  for (guint i = 0; i < all->len; i++)
    {
      const Attached *attached = g_ptr_array_index (all, i);

      moved |= g_strcmp0 (attached->attachment->path, attached->disk->path) != 0;
    }
  if (!moved)
    return TRUE;
  if (avb_machine_get_state (machine) == AVB_MACHINE_SAVED)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL,
                                               _("A disk of “%s” is served at another place than when it was saved."),
                                               avb_machine_get_name (machine)));
      return FALSE;
    }
  spec = dex_await_object (avb_machine_read_spec (machine), error);
  if (spec == NULL)
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      Attached *attached = g_ptr_array_index (all, i);
      AvbDiskSpec *disk = find_disk (spec, attached->disk->path);

      if (disk != NULL)
        fill_disk (disk, attached->attachment, attached->disk->read_only);
      g_set_str (&attached->disk->path, attached->attachment->path);
      g_ptr_array_add (disks, avb_served_disk_copy (attached->disk));
    }
  dex_await_int (avb_machine_apply_spec (machine, spec), error);
  return (error == NULL || *error == NULL) && dex_await (avb_served_disks_write (machine, disks), error);
}

/* A disk that was taken out of the definition by somebody else is not asked for any more. */
static GPtrArray *
find_wanted (AvbMachine *machine, GError **error)
{
  g_autoptr (GPtrArray) disks = avb_served_disks_read (machine);
  g_autoptr (AvbMachineSpec) spec = NULL;

  if (disks->len == 0)
    return g_steal_pointer (&disks);
  spec = dex_await_object (avb_machine_read_spec (machine), error);
  if (spec == NULL)
    return NULL;
  for (guint i = disks->len; i > 0; i--)
    if (find_disk (spec, ((AvbServedDisk *) g_ptr_array_index (disks, i - 1))->path) == NULL)
      g_ptr_array_remove_index (disks, i - 1);
  return g_steal_pointer (&disks);
}

/* --- before a start --- */

typedef struct {
  AvbServedDisks *self;
  AvbMachine     *machine;
} Work;

static Work *
work_new (AvbServedDisks *self, AvbMachine *machine)
{
  Work *work = g_new0 (Work, 1);

  work->self = g_object_ref (self);
  work->machine = g_object_ref (machine);
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_object_unref (work->self);
  g_object_unref (work->machine);
  g_free (work);
}

static DexFuture *
attach_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (attached_free);
  g_autoptr (GPtrArray) disks = NULL;
  GError *error = NULL;

  if (!dex_await (avb_machine_load_details (work->machine), &error))
    return dex_future_new_for_error (error);
  disks = find_wanted (work->machine, &error);
  for (guint i = 0; disks != NULL && i < disks->len && error == NULL; i++)
    {
      Attached *attached = attach (work->self, work->machine, g_ptr_array_index (disks, i), &error);

      if (attached != NULL)
        g_ptr_array_add (all, attached);
    }
  if (error == NULL && all->len > 0)
    follow (work->machine, all, &error);
  if (error != NULL)
    {
      detach_all (all);
      return dex_future_new_for_error (error);
    }
  if (all->len > 0)
    g_hash_table_insert (work->self->attached, g_object_ref (work->machine), g_steal_pointer (&all));
  return dex_future_new_true ();
}

static DexFuture *
guard_cb (AvbMachine *machine, gpointer data)
{
  g_autoptr (AvbServedDisks) self = g_weak_ref_get (data);

  if (self == NULL)
    return NULL;
  return avb_fiber_spawn (attach_fiber, work_new (self, machine), work_free);
}

/* --- while it runs, and after --- */

static gboolean
runs (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED || state == AVB_MACHINE_STOPPING;
}

/* QEMU has waited for it. */
static void
attach_again (AvbServedDisks *self, AvbMachine *machine)
{
  if (runs (machine) && avb_machine_get_available (machine))
    avb_future_finish (avb_fiber_spawn (attach_fiber, work_new (self, machine), work_free),
                       "serve the disks of a machine that runs");
}

/* It ran before this program did. */
static void
machine_details_cb (AvbMachine *machine, GParamSpec *pspec, AvbServedDisks *self)
{
  if (avb_machine_get_has_details (machine) && !g_hash_table_contains (self->attached, machine))
    attach_again (self, machine);
}

/* Only a change of state ends it: details come anew while a machine is about to start, too. */
static void
machine_state_cb (AvbMachine *machine, GParamSpec *pspec, AvbServedDisks *self)
{
  GPtrArray *all = g_hash_table_lookup (self->attached, machine);

  if (runs (machine))
    machine_details_cb (machine, NULL, self);
  else if (all != NULL && avb_machine_get_state (machine) != AVB_MACHINE_UNKNOWN)
    {
      detach_all (all);
      g_hash_table_remove (self->attached, machine);
    }
}

static gboolean
has_disk_of (GPtrArray *all, const char *extension)
{
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((Attached *) g_ptr_array_index (all, i))->disk->extension, extension))
      return TRUE;
  return FALSE;
}

static void
extension_state_cb (AvbExtension *extension, GParamSpec *pspec, AvbServedDisks *self)
{
  GHashTableIter iter;
  gpointer machine, all;

  if (avb_extension_get_state (extension) != AVB_EXTENSION_RUNNING)
    return;
  g_hash_table_iter_init (&iter, self->attached);
  while (g_hash_table_iter_next (&iter, &machine, &all))
    if (has_disk_of (all, avb_extension_get_id (extension)))
      attach_again (self, machine);
}

/* An extension is there, or there again: installed, switched on, or of another version. Nothing else may start it, and
 * machines that run wait for their disks. */
static void
targets_changed_cb (AvbServedDisks *self, guint position, guint removed, guint added)
{
  GHashTableIter iter;
  gpointer machine;

  if (added == 0)
    return;
  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &machine, NULL))
    attach_again (self, machine);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_machine (AvbServedDisks *self, AvbMachine *machine)
{
  GWeakRef *weak;

  if (!g_hash_table_add (self->watched, g_object_ref (machine)))
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  avb_machine_set_start_guard (machine, guard_cb, weak, weak_ref_free);
  g_signal_connect_object (machine, "notify::state", G_CALLBACK (machine_state_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (machine, "notify::has-details", G_CALLBACK (machine_details_cb), self, G_CONNECT_DEFAULT);
  if (runs (machine) && avb_machine_get_available (machine))
    avb_future_finish (avb_machine_load_details (machine), "see whether a machine has served disks");
}

static void
machines_changed_cb (AvbServedDisks *self, guint position, guint removed, guint added, GListModel *machines)
{
  GHashTableIter iter;
  gpointer machine;

  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbMachine) one = g_list_model_get_item (machines, position + i);

      watch_machine (self, one);
    }
  if (removed == 0)
    return;
  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &machine, NULL))
    if (avb_library_find (self->library, avb_machine_get_uuid (machine)) == NULL)
      {
        GPtrArray *all = g_hash_table_lookup (self->attached, machine);

        if (all != NULL)
          detach_all (all);
        g_hash_table_remove (self->attached, machine);
        g_hash_table_iter_remove (&iter);
      }
}

static void
extensions_changed_cb (AvbServedDisks *self, guint position, guint removed, guint added, GListModel *extensions)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbExtension) extension = g_list_model_get_item (extensions, position + i);

      g_signal_connect_object (extension, "notify::state", G_CALLBACK (extension_state_cb), self, G_CONNECT_DEFAULT);
    }
}

/* --- adding and removing --- */

typedef struct {
  AvbServedDisks *self;
  AvbMachine     *machine;
  AvbServedDisk  *disk; /* to add; of one to remove only the path */
  gboolean        boot;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->self);
  g_object_unref (change->machine);
  avb_served_disk_free (change->disk);
  g_free (change);
}

/* As the other disks of the machine are connected. */
static AvbDiskBus
choose_bus (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i);

      if (disk->device == AVB_DISK_DEVICE_DISK && disk->bus != AVB_DISK_BUS_IDE)
        return disk->bus;
    }
  return AVB_DISK_BUS_VIRTIO;
}

static void
boot_from (AvbMachineSpec *spec, AvbDiskSpec *disk)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      AvbDiskSpec *other = g_ptr_array_index (disks, i);

      if (other->boot_order > 0)
        other->boot_order++;
    }
  disk->boot_order = 1;
}

/* The setting first: without it nobody would serve the disk that the definition has. In a fiber. */
static gboolean
define_disk (Change *change, const Attached *attached, AvbApplied *applied, GError **error)
{
  g_autoptr (AvbMachineSpec) spec = dex_await_object (avb_machine_read_spec (change->machine), error);
  g_autoptr (GPtrArray) disks = avb_served_disks_read (change->machine);
  g_autoptr (GError) local_error = NULL;
  AvbDiskSpec *disk;

  if (spec == NULL)
    return FALSE;
  disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, choose_bus (spec), NULL, NULL);
  fill_disk (disk, attached->attachment, attached->disk->read_only);
  if (change->boot)
    boot_from (spec, disk);
  avb_machine_spec_add_disk (spec, disk);
  g_ptr_array_add (disks, avb_served_disk_copy (attached->disk));
  if (!dex_await (avb_served_disks_write (change->machine, disks), error))
    return FALSE;
  *applied = (AvbApplied) dex_await_int (avb_machine_apply_spec (change->machine, spec), &local_error);
  if (local_error == NULL)
    return TRUE;
  g_ptr_array_set_size (disks, disks->len - 1);
  dex_await (avb_served_disks_write (change->machine, disks), NULL);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
is_there (AvbMachine *machine, const char *path)
{
  g_autoptr (GPtrArray) disks = avb_served_disks_read (machine);

  for (guint i = 0; i < disks->len; i++)
    if (g_str_equal (((AvbServedDisk *) g_ptr_array_index (disks, i))->path, path))
      return TRUE;
  return FALSE;
}

static DexFuture *
add_fiber (gpointer data)
{
  Change *change = data;
  AvbApplied applied = AVB_APPLIED_NOW;
  Attached *attached = NULL;
  GError *error = NULL;

  if (dex_await (avb_machine_load_details (change->machine), &error))
    attached = attach (change->self, change->machine, change->disk, &error);
  if (attached == NULL)
    return dex_future_new_for_error (error);
  g_set_str (&attached->disk->path, attached->attachment->path);
  if (is_there (change->machine, attached->disk->path))
    {
      /* It is served to it: what is attached is what it has. */
      attached_free (attached);
      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_EXISTS, NULL, _("The machine has this disk already.")));
    }
  if (!define_disk (change, attached, &applied, &error) || !runs (change->machine))
    detach (attached);
  attached_free (attached);
  /* From now on it is among those that are served while it runs. */
  attach_again (change->self, change->machine);
  return error == NULL ? dex_future_new_for_int ((int) applied) : dex_future_new_for_error (error);
}

DexFuture *
avb_served_disks_add (AvbServedDisks  *self,
                      AvbMachine      *machine,
                      AvbContribution *target,
                      const char      *volume,
                      JsonObject      *options,
                      gboolean         read_only,
                      gboolean         boot)
{
  Change *change;
  const char *reason;

  dex_return_error_if_fail (AVB_IS_SERVED_DISKS (self));
  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (target));

  reason = avb_machine_get_reason (machine, AVB_FEATURE_SERVED_DISKS);
  if (reason != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason));
  change = g_new0 (Change, 1);
  change->self = g_object_ref (self);
  change->machine = g_object_ref (machine);
  change->boot = boot;
  change->disk = g_new0 (AvbServedDisk, 1);
  change->disk->extension = g_strdup (avb_extension_get_id (avb_contribution_get_extension (target)));
  change->disk->target = g_strdup (avb_contribution_get_id (target));
  change->disk->volume = g_strdup (volume);
  change->disk->read_only = read_only;
  change->disk->options = options != NULL ? json_object_ref (options) : NULL;
  return avb_fiber_spawn (add_fiber, change, change_free);
}

static gboolean
take_out (GPtrArray *disks, const char *path)
{
  for (guint i = 0; i < disks->len; i++)
    if (g_str_equal (((AvbServedDisk *) g_ptr_array_index (disks, i))->path, path))
      {
        g_ptr_array_remove_index (disks, i);
        return TRUE;
      }
  return FALSE;
}

static DexFuture *
remove_fiber (gpointer data)
{
  Change *change = data;
  const char *path = change->disk->path;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (GPtrArray) disks = NULL;
  GError *error = NULL;
  AvbApplied applied = AVB_APPLIED_NOW;
  AvbDiskSpec *disk;

  if (dex_await (avb_machine_load_details (change->machine), &error))
    spec = dex_await_object (avb_machine_read_spec (change->machine), &error);
  if (spec == NULL)
    return dex_future_new_for_error (error);
  disks = avb_served_disks_read (change->machine);
  disk = find_disk (spec, path);
  if (!take_out (disks, path) && disk == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("The machine does not have this disk.")));
  if (disk != NULL)
    {
      g_ptr_array_remove (avb_machine_spec_get_disks (spec), disk);
      applied = (AvbApplied) dex_await_int (avb_machine_apply_spec (change->machine, spec), &error);
    }
  if (error != NULL || !dex_await (avb_served_disks_write (change->machine, disks), &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_int ((int) applied);
}

DexFuture *
avb_served_disks_remove (AvbServedDisks *self, AvbMachine *machine, const char *path)
{
  Change *change;

  dex_return_error_if_fail (AVB_IS_SERVED_DISKS (self));
  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (path != NULL);

  change = g_new0 (Change, 1);
  change->self = g_object_ref (self);
  change->machine = g_object_ref (machine);
  change->disk = g_new0 (AvbServedDisk, 1);
  change->disk->path = g_strdup (path);
  return avb_fiber_spawn (remove_fiber, change, change_free);
}

guint
avb_served_disks_count (AvbServedDisks *self, const char *extension)
{
  GHashTableIter iter;
  gpointer machine, all;
  guint count = 0;

  g_return_val_if_fail (AVB_IS_SERVED_DISKS (self), 0);

  /* What is served to a machine that failed to start is there for its next one. */
  g_hash_table_iter_init (&iter, self->attached);
  while (g_hash_table_iter_next (&iter, &machine, &all))
    if (runs (machine) && (extension == NULL || has_disk_of (all, extension)))
      count++;
  return count;
}

static void
avb_served_disks_dispose (GObject *object)
{
  AvbServedDisks *self = AVB_SERVED_DISKS (object);
  GHashTableIter iter;
  gpointer machine;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &machine, NULL))
    avb_machine_set_start_guard (machine, NULL, NULL, NULL);
  g_hash_table_remove_all (self->watched);
  g_hash_table_remove_all (self->attached);
  g_clear_object (&self->host);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_served_disks_parent_class)->dispose (object);
}

static void
avb_served_disks_finalize (GObject *object)
{
  AvbServedDisks *self = AVB_SERVED_DISKS (object);

  g_hash_table_unref (self->attached);
  g_hash_table_unref (self->watched);
  G_OBJECT_CLASS (avb_served_disks_parent_class)->finalize (object);
}

static void
avb_served_disks_class_init (AvbServedDisksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_served_disks_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_served_disks_finalize;
}

static void
avb_served_disks_init (AvbServedDisks *self)
{
  self->attached = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) g_ptr_array_unref);
  self->watched = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

AvbServedDisks *
avb_served_disks_new (AvbLibrary *library, AvbExtensionHost *host)
{
  AvbServedDisks *self;
  GListModel *machines, *extensions, *targets;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (host), NULL);

  self = g_object_new (AVB_TYPE_SERVED_DISKS, NULL);
  self->library = g_object_ref (library);
  self->host = g_object_ref (host);
  machines = avb_library_get_machines (library);
  extensions = avb_extension_host_get_extensions (host);
  targets = avb_contributions_get (avb_extension_host_get_contributions (host), AVB_CONTRIBUTION_STORAGE);
  g_signal_connect_object (machines, "items-changed", G_CALLBACK (machines_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (extensions, "items-changed", G_CALLBACK (extensions_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (targets, "items-changed", G_CALLBACK (targets_changed_cb), self, G_CONNECT_SWAPPED);
  machines_changed_cb (self, 0, 0, g_list_model_get_n_items (machines), machines);
  extensions_changed_cb (self, 0, 0, g_list_model_get_n_items (extensions), extensions);
  return self;
}
