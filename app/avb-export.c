/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-export.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-export-private.h"
#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"
#include "backends/avb-error.h"

#define MAX_STEM_CHARS 60
#define MAX_NUMBER 10000

/* How much of the work it is to read and convert the disks, by format. */
static const double conversion_share[AVB_N_EXPORT_FORMATS] = {
  [AVB_EXPORT_OVA] = 0.85,  [AVB_EXPORT_QCOW2] = 0.8, [AVB_EXPORT_QCOW2_COMPRESSED] = 0.95,
  [AVB_EXPORT_RAW] = 0.8, [AVB_EXPORT_RAW_ZSTD] = 0.3, [AVB_EXPORT_RAW_GZIP] = 0.15,
};

typedef struct {
  AvbMachine      *machine;
  AvbConnection   *connection;
  AvbMachineSpec  *spec;
  AvbExportFormat  format;
  char            *parent;
  gboolean         checksum;
  AvbJobQueue     *queue; /* (nullable) */
  AvbOperation    *operation;
  AvbExportFolder *folder;
  char            *stem;
  GPtrArray       *names;
  guint            index, count; /* of the disk in hand */
} Export;

static void
export_free (gpointer data)
{
  Export *self = data;

  g_object_unref (self->machine);
  g_clear_object (&self->connection);
  g_clear_object (&self->spec);
  g_clear_object (&self->queue);
  g_clear_object (&self->operation);
  g_assert (self->folder == NULL);
  g_ptr_array_unref (self->names);
  g_free (self->parent);
  g_free (self->stem);
  g_free (self);
}

static const char *
suffix_of (AvbExportFormat format)
{
  switch (format)
    {
    case AVB_EXPORT_OVA:
      return ".vmdk";
    case AVB_EXPORT_QCOW2:
    case AVB_EXPORT_QCOW2_COMPRESSED:
      return ".qcow2";
    case AVB_EXPORT_RAW:
    case AVB_EXPORT_RAW_ZSTD:
    case AVB_EXPORT_RAW_GZIP:
    case AVB_N_EXPORT_FORMATS:
    default:
      return ".raw";
    }
}

static gboolean
goes_along (const AvbDiskSpec *disk)
{
  return disk->device == AVB_DISK_DEVICE_DISK && disk->path != NULL;
}

static gboolean
has_served_disk (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i);

      if (goes_along (disk) && disk->source != AVB_DISK_SOURCE_FILE)
        return TRUE;
    }
  return FALSE;
}

guint
avb_export_count_disks (AvbMachineSpec *spec)
{
  GPtrArray *disks;
  guint count = 0;

  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), 0);

  disks = avb_machine_spec_get_disks (spec);
  for (guint i = 0; i < disks->len; i++)
    count += goes_along (g_ptr_array_index (disks, i));
  return count;
}

char *
avb_export_find_problem (AvbMachine *machine, AvbMachineSpec *spec, AvbExportFormat format)
{
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  if (avb_machine_get_reason (machine, AVB_FEATURE_EXPORT) != NULL)
    return g_strdup (avb_machine_get_reason (machine, AVB_FEATURE_EXPORT));
  if (avb_machine_get_state (machine) == AVB_MACHINE_SAVED)
    return g_strdup (_("The machine’s saved state cannot go along. Start it and shut it down first."));
  if (avb_machine_get_state (machine) != AVB_MACHINE_OFF && avb_machine_get_state (machine) != AVB_MACHINE_CRASHED)
    return g_strdup (_("The machine must be off. Shut it down first."));
  if (avb_machine_get_operation (machine) != NULL)
    return g_strdup (_("Other work on the machine is under way. Wait until it is done."));
  if (spec != NULL && has_served_disk (spec))
    return g_strdup (_("A disk of this machine is served by an extension, and cannot be exported."));
  if (spec != NULL && format != AVB_EXPORT_OVA && avb_export_count_disks (spec) == 0)
    return g_strdup (_("The machine has no hard disk."));
  return NULL;
}

/* A file name that no file system and no tool stumbles over. */
static char *
make_stem (const char *name)
{
  g_autofree char *line = avb_text_make_line (name, MAX_STEM_CHARS);
  g_autoptr (GString) stem = g_string_new (NULL);

  for (const char *c = line; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (g_unichar_isalnum (letter) || g_unichar_ismark (letter) ||
          (letter < 128 && strchr ("._-+()", (int) letter) != NULL))
        g_string_append_unichar (stem, letter);
      else
        g_string_append_c (stem, '-');
    }
  if (stem->len == 0 || stem->str[0] == '.' || stem->str[0] == '-')
    g_string_prepend (stem, "machine");
  return g_string_free_and_steal (g_steal_pointer (&stem));
}

static gboolean
is_free (Export *self, const char *stem)
{
  static const char *const suffixes[] = { ".ova", ".qcow2", ".raw", ".raw.zst", ".raw.gz" };
  g_autoptr (GDir) dir = g_dir_open (self->parent, 0, NULL);
  const char *name;
  gsize length = strlen (stem);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      const char *rest = name + length;

      if (!g_str_has_prefix (name, stem))
        continue;
      if (g_str_has_prefix (rest, "-disk"))
        return FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
        if (g_str_has_prefix (rest, suffixes[i]))
          return FALSE;
    }
  return TRUE;
}

/* In a thread. */
static DexFuture *
begin_thread (gpointer data)
{
  Export *self = data;
  GError *error = NULL;
  g_autofree char *wish = make_stem (avb_machine_spec_get_name (self->spec));

  self->stem = g_strdup (wish);
  for (guint i = 2; i < MAX_NUMBER && !is_free (self, self->stem); i++)
    {
      g_free (self->stem);
      self->stem = g_strdup_printf ("%s-%u", wish, i);
    }
  self->folder = avb_export_folder_new (self->parent, &error);
  return self->folder != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

static DexFuture *
end_thread (gpointer data)
{
  Export *self = data;

  g_clear_pointer (&self->folder, avb_export_folder_free);
  return dex_future_new_true ();
}

static DexFuture *
pack_thread (gpointer data)
{
  Export *self = data;
  AvbExportPack pack = { .folder = self->folder, .spec = self->spec, .format = self->format, .stem = self->stem,
                         .names = self->names, .operation = self->operation, .checksum = self->checksum,
                         .start = conversion_share[self->format] };
  GError *error = NULL;

  if (!avb_export_pack (&pack, &error) || !avb_export_folder_publish (self->folder, self->names, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static void
part_progress_cb (AvbOperation *part, GParamSpec *pspec, Export *self)
{
  double fraction = MAX (avb_operation_get_fraction (part), 0);

  avb_operation_set_fraction (self->operation,
                              conversion_share[self->format] * (self->index + fraction) / self->count);
}

static void
cancelled_cb (GCancellable *cancellable, AvbOperation *part)
{
  avb_operation_cancel (part);
}

/* In a fiber. */
static gboolean
convert_disk (Export *self, const AvbDiskSpec *disk, GError **error)
{
  GCancellable *cancellable = avb_operation_get_cancellable (self->operation);
  g_autoptr (AvbOperation) part = avb_operation_new (avb_operation_get_title (self->operation));
  g_autofree char *number = self->count > 1 || self->format == AVB_EXPORT_OVA
                                ? g_strdup_printf ("-disk%u", self->index + 1) : g_strdup ("");
  char *name = g_strconcat (self->stem, number, suffix_of (self->format), NULL);
  g_autofree char *path = avb_export_folder_path (self->folder, name);
  AvbExportSpec spec = { .path = disk->path, .format = disk->format, .destination = path,
                         .destination_format = suffix_of (self->format) + 1,
                         .compress = self->format == AVB_EXPORT_QCOW2_COMPRESSED };
  gulong progress, cancel;
  gboolean ok;

  g_ptr_array_add (self->names, name);
  progress = g_signal_connect (part, "notify::fraction", G_CALLBACK (part_progress_cb), self);
  cancel = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (part), g_object_unref);
  ok = dex_await (avb_connection_export_volume (self->connection, &spec, part), error);
  g_cancellable_disconnect (cancellable, cancel);
  g_signal_handler_disconnect (part, progress);
  avb_operation_finish (part, NULL);
  return ok && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
convert_disks (Export *self, GError **error)
{
  GPtrArray *disks = avb_machine_spec_get_disks (self->spec);

  self->count = avb_export_count_disks (self->spec);
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i);

      if (!goes_along (disk))
        continue;
      avb_operation_set_status (self->operation, _("Converting the disks"));
      if (!convert_disk (self, disk, error))
        return FALSE;
      self->index++;
    }
  return TRUE;
}

/* In a fiber. */
static gboolean
run (Export *self, GError **error)
{
  g_autofree char *problem = NULL;

  if (self->queue != NULL && !dex_await (avb_job_queue_enter (self->queue, self->operation), error))
    return FALSE;
  self->spec = dex_await_object (avb_machine_read_spec (self->machine), error);
  if (self->spec == NULL)
    return FALSE;
  problem = avb_export_find_problem (self->machine, self->spec, self->format);
  if (problem != NULL)
    {
      g_propagate_error (error, avb_error_new (avb_machine_get_state (self->machine) == AVB_MACHINE_OFF &&
                                               avb_machine_get_operation (self->machine) == NULL
                                                   ? AVB_ERROR_INVALID : AVB_ERROR_BUSY, NULL, "%s", problem));
      return FALSE;
    }
  /* From here on nobody starts it. */
  avb_machine_set_operation (self->machine, self->operation);
  return dex_await (avb_blocking_run (begin_thread, self, NULL), error) && convert_disks (self, error) &&
         dex_await (avb_blocking_run_long (pack_thread, self, NULL), error);
}

static DexFuture *
export_fiber (gpointer data)
{
  Export *self = data;
  GError *error = NULL;
  gboolean ok = run (self, &error);

  if (self->folder != NULL)
    dex_await (avb_blocking_run_long (end_thread, self, NULL), NULL);
  if (avb_machine_get_operation (self->machine) == self->operation)
    avb_machine_set_operation (self->machine, NULL);
  avb_operation_finish (self->operation, error);
  return ok ? dex_future_new_take_string (g_build_filename (self->parent, g_ptr_array_index (self->names, 0), NULL))
            : dex_future_new_for_error (error);
}

DexFuture *
avb_export_machine (AvbMachine      *machine,
                    AvbExportFormat  format,
                    const char      *folder,
                    gboolean         checksum,
                    AvbJobQueue     *queue,
                    AvbOperation    *operation)
{
  Export *self;
  DexFuture *future;

  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (format < AVB_N_EXPORT_FORMATS);
  dex_return_error_if_fail (folder != NULL && g_path_is_absolute (folder));
  dex_return_error_if_fail (queue == NULL || AVB_IS_JOB_QUEUE (queue));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  self = g_new0 (Export, 1);
  self->machine = g_object_ref (machine);
  self->connection = avb_machine_dup_connection (machine);
  self->format = format;
  self->parent = g_strdup (folder);
  self->checksum = checksum;
  g_set_object (&self->queue, queue);
  self->operation = g_object_ref (operation);
  self->names = g_ptr_array_new_with_free_func (g_free);
  future = avb_fiber_spawn (export_fiber, self, export_free);
  avb_future_finish (dex_ref (future), "export a machine");
  return future;
}
