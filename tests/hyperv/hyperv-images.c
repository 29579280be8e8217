/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Msvm_ImageManagementService and CIM_DataFile.Delete, by their pages. */

/* Msvm_VirtualHardDiskSettingData.Type and Format */
enum { TYPE_FIXED = 2, TYPE_DYNAMIC = 3, TYPE_DIFFERENCING = 4 };
enum { FORMAT_VHD = 2, FORMAT_VHDX = 3 };

#define EMPTY_SIZE (4 * 1024 * 1024)
#define MAX_DISK   (G_GUINT64_CONSTANT (64) << 40)

typedef struct {
  char     *source; /* (nullable) */
  HvObject *wanted; /* (nullable) */
  char     *path;
  guint64   size;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->source);
  g_free (work->path);
  g_clear_pointer (&work->wanted, hv_object_unref);
  g_free (work);
}

static HvObject *
read_disk (HvInvoke *in, guint32 *code)
{
  const char *text = hv_arg (in, "VirtualDiskSettingData");
  g_autoptr (HvObject) object = NULL;

  *code = HV_INVALID_PARAMETER;
  if (text == NULL)
    return NULL;
  object = hv_read_instance (text, code);
  if (object == NULL)
    return NULL;
  *code = HV_INVALID_PARAMETER;
  if (!g_str_equal (object->klass->name, "Msvm_VirtualHardDiskSettingData") || hv_get (object, "Path") == NULL)
    return NULL;
  *code = HV_OK;
  return g_steal_pointer (&object);
}

/* The suffix must tell the format. */
static gboolean
has_right_suffix (const char *path, guint64 format)
{
  g_autofree char *folded = g_utf8_strdown (path, -1);

  if (format == FORMAT_VHDX)
    return g_str_has_suffix (folded, ".vhdx") || g_str_has_suffix (folded, ".avhdx");
  return format == FORMAT_VHD && (g_str_has_suffix (folded, ".vhd") || g_str_has_suffix (folded, ".avhd"));
}

static guint32
check_disk (HypervSimulator *self, HvObject *wanted)
{
  guint64 type = hv_get_uint (wanted, "Type"), format = hv_get_uint (wanted, "Format");
  guint64 size = hv_get_uint (wanted, "MaxInternalSize"), sector = hv_get_uint (wanted, "LogicalSectorSize");
  const char *parent = hv_get (wanted, "ParentPath");

  if (type < TYPE_FIXED || type > TYPE_DIFFERENCING || !has_right_suffix (hv_get (wanted, "Path"), format))
    return HV_INVALID_PARAMETER;
  if (sector != 0 && sector != 512 && sector != 4096)
    return HV_INVALID_PARAMETER;
  if (type == TYPE_DIFFERENCING)
    return parent == NULL ? HV_INVALID_PARAMETER : hv_file_find (self, parent) == NULL ? HV_FILE_NOT_FOUND : HV_OK;
  return size < 3 * 1024 * 1024 || size > MAX_DISK ? HV_INVALID_PARAMETER : HV_OK;
}

/* A file for a disk: *error tells what is in the way. */
static HvFile *
make_disk (HypervSimulator *self, const char *path, guint type, guint64 capacity, guint64 data, char **error)
{
  guint64 size = type == TYPE_FIXED ? capacity : MIN (EMPTY_SIZE + data, capacity + EMPTY_SIZE);

  if (!hv_has_folder (self, path))
    *error = g_strdup_printf ("The system failed to create '%s'. The system cannot find the path specified. (0x80070003)", path);
  else if (hv_file_find (self, path) != NULL)
    *error = g_strdup_printf ("The system failed to create '%s'. The file exists. (0x80070050)", path);
  else if (size > hv_get_uint (self->disk, "FreeSpace"))
    *error = g_strdup_printf ("The system failed to create '%s'. There is not enough space on the disk. (0x80070070)", path);
  return *error == NULL ? hv_file_add (self, path, size) : NULL;
}

static guint32
create_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvObject *wanted = work->wanted;
  guint type = (guint) hv_get_uint (wanted, "Type");
  const char *parent_path = hv_get (wanted, "ParentPath");
  HvFile *source = work->source != NULL ? hv_file_find (self, work->source) : NULL;
  HvFile *parent = type == TYPE_DIFFERENCING ? hv_file_find (self, parent_path) : NULL;
  guint64 sector = hv_get_uint (wanted, "LogicalSectorSize");
  guint64 capacity = hv_get_uint (wanted, "MaxInternalSize");
  HvFile *file;

  if (source != NULL)
    capacity = source->capacity;
  else if (parent != NULL)
    capacity = parent->capacity;
  /* MaxInternalSize is rounded up to whole sectors. */
  sector = sector != 0 ? sector : 512;
  capacity = (capacity + sector - 1) / sector * sector;
  file = make_disk (self, hv_get (wanted, "Path"), type, capacity, source != NULL ? hv_get_uint (source->file, "FileSize") : 0, error);
  if (file == NULL)
    return HV_FAILED;
  file->capacity = capacity;
  file->type = type;
  file->format = (guint) hv_get_uint (wanted, "Format");
  file->logical_sector = (guint32) sector;
  if (hv_get_uint (wanted, "BlockSize") != 0)
    file->block_size = (guint32) hv_get_uint (wanted, "BlockSize");
  if (parent != NULL)
    file->parent = g_strdup (parent_path);
  return HV_OK;
}

static guint32
create_virtual_hard_disk (HvInvoke *in)
{
  HvJobPlan plan = { 0, "Creating Virtual Hard Disk", NULL, NULL, create_done, NULL, NULL, work_free };
  guint32 code;
  g_autoptr (HvObject) wanted = read_disk (in, &code);
  Work *work;

  if (wanted != NULL)
    code = check_disk (in->sim, wanted);
  if (code != HV_OK)
    return code;
  work = g_new0 (Work, 1);
  work->wanted = g_steal_pointer (&wanted);
  plan.data = work;
  return hv_job_start (in, &plan);
}

static guint32
convert_virtual_hard_disk (HvInvoke *in)
{
  HvJobPlan plan = { 0, "Converting Virtual Hard Disk", NULL, NULL, create_done, NULL, NULL, work_free };
  const char *source = hv_arg (in, "SourcePath");
  HvFile *file = source != NULL ? hv_file_find (in->sim, source) : NULL;
  guint32 code;
  g_autoptr (HvObject) wanted = read_disk (in, &code);
  Work *work;

  if (code != HV_OK)
    return code;
  if (file == NULL)
    return source != NULL ? HV_FILE_NOT_FOUND : HV_INVALID_PARAMETER;
  if (file->capacity == 0)
    return HV_INVALID_PARAMETER;
  hv_set_uint (wanted, "MaxInternalSize", file->capacity);
  code = check_disk (in->sim, wanted);
  if (code != HV_OK)
    return code;
  work = g_new0 (Work, 1);
  work->wanted = g_steal_pointer (&wanted);
  work->source = g_strdup (source);
  plan.data = work;
  return hv_job_start (in, &plan);
}

static guint32
resize_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvFile *file = hv_file_find (self, work->path);

  if (file == NULL)
    {
      *error = g_strdup ("The system cannot find the file specified.");
      return HV_FILE_NOT_FOUND;
    }
  file->capacity = work->size;
  if (file->type == TYPE_FIXED)
    hv_set_uint (file->file, "FileSize", work->size);
  hv_store_changed (self->store, file->file);
  return HV_OK;
}

/* The file of a Path parameter that is a disk; NULL with *code */
static HvFile *
get_disk (HvInvoke *in, guint32 *code)
{
  const char *path = hv_arg (in, "Path");
  HvFile *file = path != NULL ? hv_file_find (in->sim, path) : NULL;

  *code = HV_OK;
  if (path == NULL)
    *code = HV_INVALID_PARAMETER;
  else if (file == NULL)
    *code = HV_FILE_NOT_FOUND;
  else if (file->capacity == 0)
    *code = HV_INVALID_PARAMETER;
  return *code == HV_OK ? file : NULL;
}

static guint32
resize_virtual_hard_disk (HvInvoke *in)
{
  HvJobPlan plan = { 0, "Resizing Virtual Hard Disk", NULL, NULL, resize_done, NULL, NULL, work_free };
  gint64 size = hv_arg_int (in, "MaxInternalSize", 0);
  guint32 code;
  HvFile *file = get_disk (in, &code);
  Work *work;

  if (file == NULL)
    return code;
  /* VHDX can grow and shrink, VHD grow; nothing below what is in it. */
  if (size <= 0 || (guint64) size > MAX_DISK || size % file->logical_sector != 0
      || (file->format == FORMAT_VHD && (guint64) size < file->capacity) || file->type == TYPE_DIFFERENCING)
    return HV_INVALID_PARAMETER;
  if (hv_file_in_use (in->sim, hv_get (file->file, "Name")))
    return HV_IN_USE;
  work = g_new0 (Work, 1);
  work->path = g_strdup (hv_get (file->file, "Name"));
  work->size = (guint64) size;
  plan.data = work;
  return hv_job_start (in, &plan);
}

/* Both answer at once, with an embedded instance as text. */
static guint32
get_virtual_hard_disk_setting_data (HvInvoke *in)
{
  guint32 code;
  HvFile *file = get_disk (in, &code);
  g_autoptr (HvObject) data = NULL;
  g_autofree char *text = NULL;

  if (file == NULL)
    return code;
  data = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualHardDiskSettingData");
  hv_set (data, "Path", hv_get (file->file, "Name"));
  hv_set (data, "InstanceID", hv_get (file->file, "Name"));
  hv_set_uint (data, "Type", file->type);
  hv_set_uint (data, "Format", file->format);
  hv_set_uint (data, "MaxInternalSize", file->capacity);
  hv_set_uint (data, "BlockSize", file->type == TYPE_FIXED ? 0 : file->block_size);
  hv_set_uint (data, "LogicalSectorSize", file->logical_sector);
  hv_set_uint (data, "PhysicalSectorSize", file->physical_sector);
  hv_set (data, "ParentPath", file->parent != NULL ? file->parent : "");
  hv_set (data, "VirtualDiskId", file->disk_id);
  text = hv_instance_to_cim_xml (data);
  hv_out (in, "SettingData", "string", text);
  hv_append_nil (in->out, "p:Job");
  return HV_OK;
}

static guint32
get_virtual_hard_disk_state (HvInvoke *in)
{
  guint32 code;
  HvFile *file = get_disk (in, &code);
  g_autoptr (HvObject) state = NULL;
  g_autofree char *text = NULL;
  g_autofree char *now = hv_now (in->sim);

  if (file == NULL)
    return code;
  state = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualHardDiskState");
  hv_set (state, "FileSize", hv_get (file->file, "FileSize"));
  hv_set_bool (state, "InUse", hv_file_in_use (in->sim, hv_get (file->file, "Name")));
  hv_set_uint (state, "MinInternalSize", EMPTY_SIZE);
  hv_set_uint (state, "PhysicalSectorSize", file->physical_sector);
  hv_set_uint (state, "Alignment", 1);
  hv_set_uint (state, "FragmentationPercentage", 0);
  hv_set (state, "Timestamp", now);
  text = hv_instance_to_cim_xml (state);
  hv_out (in, "State", "string", text);
  hv_append_nil (in->out, "p:Job");
  return HV_OK;
}

/* CIM_DataFile.Delete: 0 success, 2 access denied, 9 name was not valid, 10 object already exists… 15 sharing */
static guint32
delete_file (HvInvoke *in)
{
  HvFile *file = hv_file_find (in->sim, hv_get (in->target, "Name"));

  if (file == NULL)
    return 9;
  if (hv_file_in_use (in->sim, hv_get (in->target, "Name")))
    return 2;
  hv_file_remove (in->sim, file);
  return HV_OK;
}

const HvMethod hv_image_methods[] = {
  { "Msvm_ImageManagementService", "CreateVirtualHardDisk", "string VirtualDiskSettingData", create_virtual_hard_disk },
  { "Msvm_ImageManagementService", "ResizeVirtualHardDisk", "string Path,uint64 MaxInternalSize", resize_virtual_hard_disk },
  { "Msvm_ImageManagementService", "ConvertVirtualHardDisk", "string SourcePath,string VirtualDiskSettingData",
    convert_virtual_hard_disk },
  { "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", "string Path", get_virtual_hard_disk_setting_data },
  { "Msvm_ImageManagementService", "GetVirtualHardDiskState", "string Path", get_virtual_hard_disk_state },
  { "CIM_DataFile", "Delete", "", delete_file },
  { NULL, NULL, NULL, NULL },
};
