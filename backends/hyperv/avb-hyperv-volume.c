/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Disks of the host: pages "Msvm_ImageManagementService" and "Msvm_VirtualHardDiskSettingData". They are made in the folder
 * that the host has for them (page "Msvm_VirtualSystemManagementServiceSettingData", DefaultVirtualHardDiskPath). */

#define SERVICE "Msvm_ImageManagementService"
#define TYPE_DYNAMIC 3
#define TYPE_DIFFERENCING 4
#define FORMAT_VHD 2
#define FORMAT_VHDX 3
#define SECTOR 4096
#define MIN_CAPACITY (3ull * 1024 * 1024)
#define MAX_CAPACITY (64ull * 1024 * 1024 * 1024 * 1024)
#define MAX_NAME 100
#define MAX_TRIES 100

typedef struct {
  char    *name;
  gboolean vhd;
  guint64  capacity;
  char    *source;  /* (nullable) */
  char    *backing; /* (nullable) */
} Volume;

static void
volume_free (gpointer data)
{
  Volume *volume = data;

  g_free (volume->name);
  g_free (volume->source);
  g_free (volume->backing);
  g_free (volume);
}

/* Without what Windows does not take in the name of a file. */
static char *
make_name (const char *wish)
{
  g_autofree char *valid = g_utf8_make_valid (wish != NULL ? wish : "", -1);
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *p = valid; *p != '\0' && name->len < MAX_NAME; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c) || (c < 0x80 && strchr ("\\/:*?\"<>|,;'", (int) c) != NULL))
        c = '-';
      if ((c == '.' || c == ' ') && name->len == 0)
        continue;
      g_string_append_unichar (name, c);
    }
  for (guint i = 0; i < 2; i++)
    {
      static const char *const endings[] = { ".vhdx", ".vhd" };
      g_autofree char *lower = g_ascii_strdown (name->str, -1);

      if (g_str_has_suffix (lower, endings[i]))
        g_string_truncate (name, name->len - strlen (endings[i]));
    }
  while (name->len > 0 && (name->str[name->len - 1] == '.' || name->str[name->len - 1] == ' '))
    g_string_truncate (name, name->len - 1);
  return g_strdup (name->len > 0 ? name->str : "disk");
}

static char *
make_path (AvbHypervVerb *verb, const Volume *volume, guint number)
{
  const char      *folder = verb->connection->disk_folder;
  g_autofree char *suffix = number > 1 ? g_strdup_printf ("-%u", number) : g_strdup ("");

  return g_strdup_printf ("%s%s%s%s.%s", folder, g_str_has_suffix (folder, "\\") ? "" : "\\", volume->name, suffix,
                          volume->vhd ? "vhd" : "vhdx");
}

AvbWmiObject *
avb_hyperv_read_disk (const AvbHypervCall *call, const char *path, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("GetVirtualHardDiskSettingData");
  g_autoptr (AvbWmiObject) result = NULL;
  AvbWmiObject *disk;

  avb_wmi_object_set_string (parameters, "Path", path);
  result = avb_hyperv_call_service (call, SERVICE, "GetVirtualHardDiskSettingData", parameters, error);
  if (result == NULL)
    return NULL;
  disk = avb_wmi_object_get_object_at (result, "SettingData", 0);
  if (disk != NULL)
    return avb_wmi_object_ref (disk);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, path, _ ("The host does not say what this disk is.")));
  return NULL;
}

static gboolean
is_there (AvbHypervVerb *verb, const char *path)
{
  AvbHypervCall call = { verb->client, verb->call.what, NULL, verb->call.silence_ms };
  g_autoptr (AvbWmiObject) disk = avb_hyperv_read_disk (&call, path, NULL);

  return disk != NULL;
}

/* --- Creating --- */

static AvbWmiObject *
new_settings (const Volume *volume, const char *path)
{
  AvbWmiObject *settings = avb_wmi_object_new ("Msvm_VirtualHardDiskSettingData");

  avb_wmi_object_set_uint (settings, "Type", AVB_WMI_UINT16,
                           volume->backing != NULL ? TYPE_DIFFERENCING : TYPE_DYNAMIC);
  avb_wmi_object_set_uint (settings, "Format", AVB_WMI_UINT16, volume->vhd ? FORMAT_VHD : FORMAT_VHDX);
  avb_wmi_object_set_string (settings, "Path", path);
  if (volume->backing != NULL)
    avb_wmi_object_set_string (settings, "ParentPath", volume->backing);
  if (volume->capacity > 0 && volume->source == NULL && volume->backing == NULL)
    avb_wmi_object_set_uint (settings, "MaxInternalSize", AVB_WMI_UINT64, volume->capacity);
  return settings;
}

static gboolean
make_disk (AvbHypervVerb *verb, const Volume *volume, const char *path, GError **error)
{
  const char *method = volume->source != NULL ? "ConvertVirtualHardDisk" : "CreateVirtualHardDisk";
  g_autoptr (AvbWmiObject) settings = new_settings (volume, path);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new (method);
  g_autoptr (AvbWmiObject) result = NULL;

  if (volume->source != NULL)
    avb_wmi_object_set_string (parameters, "SourcePath", volume->source);
  avb_wmi_object_set_object (parameters, "VirtualDiskSettingData", settings);
  result = avb_hyperv_call_service (&verb->call, SERVICE, method, parameters, error);
  return result != NULL;
}

static gboolean
resize (AvbHypervVerb *verb, const Volume *volume, const char *path, GError **error)
{
  g_autoptr (AvbWmiObject) disk = avb_hyperv_read_disk (&verb->call, path, error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ResizeVirtualHardDisk");
  g_autoptr (AvbWmiObject) result = NULL;
  guint64 is;

  if (disk == NULL)
    return FALSE;
  is = avb_wmi_object_get_uint (disk, "MaxInternalSize", 0);
  if (is == volume->capacity)
    return TRUE;
  if (is > volume->capacity)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _ ("The source is larger than the disk is to be.")));
      return FALSE;
    }
  avb_wmi_object_set_string (parameters, "Path", path);
  avb_wmi_object_set_uint (parameters, "MaxInternalSize", AVB_WMI_UINT64, volume->capacity);
  result = avb_hyperv_call_service (&verb->call, SERVICE, "ResizeVirtualHardDisk", parameters, error);
  return result != NULL;
}

/* %AVB_ERROR_EXISTS if the name is taken: the host says so in many ways. */
static gboolean
try_path (AvbHypervVerb *verb, const Volume *volume, const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (is_there (verb, path))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_EXISTS, path, "%s", verb->call.what));
      return FALSE;
    }
  if (make_disk (verb, volume, path, &local_error)
      && (volume->capacity == 0 || (volume->source == NULL && volume->backing == NULL)
          || resize (verb, volume, path, &local_error)))
    return TRUE;
  /* Whatever is there is ours, or half of it; never what somebody else made in between. */
  if (!g_error_matches (local_error, AVB_ERROR, AVB_ERROR_EXISTS))
    avb_hyperv_delete_file (verb->cim, path, NULL);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static DexFuture *
create_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  const Volume  *volume = verb->data;

  for (guint number = 1; number <= MAX_TRIES; number++)
    {
      g_autofree char *path = make_path (verb, volume, number);
      g_autoptr (GError) error = NULL;

      if (try_path (verb, volume, path, &error))
        return dex_future_new_take_string (g_steal_pointer (&path));
      if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_EXISTS))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_EXISTS, volume->name, "%s", verb->call.what));
}

static const char *
refuse_source (AvbConnection *connection, const AvbVolumeSpec *volume)
{
  if (!avb_connection_get_is_local (connection))
    return _ ("A file of this computer cannot be brought to a host with Hyper-V: copy it there first.");
  if (volume->source_offset != 0 || volume->source_length != 0
      || (g_strcmp0 (volume->source_format, "vhdx") != 0 && g_strcmp0 (volume->source_format, "vpc") != 0))
    return _ ("Hyper-V takes over disks in the formats VHDX and VHD only.");
  return NULL;
}

/* (transfer full) (nullable) */
static GError *
refuse (AvbConnection *connection, const AvbVolumeSpec *volume)
{
  const char *problem = NULL;

  if (AVB_HYPERV_CONNECTION (connection)->disk_folder == NULL)
    return avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _ ("The host does not say where its disks are to be."));
  if (volume->source != NULL)
    problem = refuse_source (connection, volume);
  if (problem == NULL && g_strcmp0 (volume->format, "vhdx") != 0 && g_strcmp0 (volume->format, "vpc") != 0)
    problem = _ ("Hyper-V makes disks in the formats VHDX and VHD only.");
  if (problem != NULL)
    return avb_error_new (AVB_ERROR_NOT_SUPPORTED, volume->format, "%s", problem);
  if ((volume->source != NULL && volume->backing != NULL) || volume->capacity > MAX_CAPACITY
      || (volume->source == NULL && volume->backing == NULL && volume->capacity < MIN_CAPACITY))
    return avb_error_new (AVB_ERROR_INVALID, NULL, _ ("A disk of Hyper-V has between 3 MiB and 64 TiB."));
  return NULL;
}

DexFuture *
avb_hyperv_connection_create_volume (AvbConnection       *connection,
                                     const AvbVolumeSpec *volume,
                                     AvbOperation        *operation)
{
  GError        *error = refuse (connection, volume);
  AvbHypervVerb *verb;
  Volume        *wanted;

  if (error != NULL)
    return dex_future_new_for_error (error);
  verb = avb_hyperv_verb_new (connection, NULL, _ ("The disk could not be created."));
  if (verb != NULL)
    {
      wanted = g_new0 (Volume, 1);
      wanted->name = make_name (volume->name);
      wanted->vhd = g_str_equal (volume->format, "vpc");
      /* A sector of any disk divides it. */
      wanted->capacity = (volume->capacity + SECTOR - 1) / SECTOR * SECTOR;
      wanted->source = g_strdup (volume->source);
      wanted->backing = g_strdup (volume->backing);
      verb->data = wanted;
      verb->data_free = volume_free;
    }
  avb_hyperv_verb_set_operation (verb, operation);
  return avb_hyperv_verb_run (verb, create_fiber, FALSE);
}

/* --- Deleting: page "CIM_DataFile", Delete --- */

/* A path of the other namespace says so; in its text a backslash stands for the next character. */
static AvbWmiPath *
new_file_path (const char *path, GError **error)
{
  g_autoptr (GString) text = g_string_new ("\\\\.\\root\\cimv2:CIM_DataFile.Name=\"");

  for (const char *c = path; *c != '\0'; c++)
    {
      if (*c == '\\' || *c == '"')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *c);
    }
  g_string_append_c (text, '"');
  return avb_wmi_path_from_text (text->str, error);
}

gboolean
avb_hyperv_delete_file (AvbWsmanClient *cim, const char *path, GError **error)
{
  const char *what = _ ("The disk could not be deleted.");
  g_autoptr (AvbWmiPath) file = new_file_path (path, error);
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (GError) local_error = NULL;
  guint64 value;

  if (file == NULL)
    return FALSE;
  result = dex_await_boxed (avb_wsman_client_invoke (cim, file, "Delete", NULL), &local_error);
  if (result == NULL && g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    return TRUE;
  if (result == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  /* 0: done; 2: access denied; 9: there is no such object; 15: it is in use */
  value = avb_wmi_object_get_uint (result, "ReturnValue", G_MAXUINT32);
  if (value == 0 || value == 9)
    return TRUE;
  g_propagate_error (error, avb_error_new (value == 2    ? AVB_ERROR_PERMISSION
                                           : value == 15 ? AVB_ERROR_BUSY
                                                         : AVB_ERROR_FAILED,
                                           path, "%s", what));
  return FALSE;
}

static DexFuture *
delete_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;

  return avb_hyperv_delete_file (verb->cim, verb->text, &error) ? dex_future_new_true ()
                                                                : dex_future_new_for_error (error);
}

/* Only what create_volume makes; anything else that is handed in is a mistake. */
static gboolean
is_own_volume (AvbHypervConnection *self, const char *path)
{
  gsize length = self->disk_folder != NULL ? strlen (self->disk_folder) : 0;

  while (length > 0 && self->disk_folder[length - 1] == '\\')
    length--;
  return length > 0 && g_ascii_strncasecmp (path, self->disk_folder, length) == 0 && path[length] == '\\'
         && strchr (path + length + 1, '\\') == NULL && strchr (path + length + 1, '/') == NULL;
}

DexFuture *
avb_hyperv_connection_delete_volume (AvbConnection *connection, const char *path)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (connection, NULL, _ ("The disk could not be deleted."));

  if (verb != NULL && !is_own_volume (verb->connection, path))
    {
      g_clear_pointer (&verb, avb_hyperv_verb_free);
      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_PERMISSION, path,
                         _ ("This disk was not made by this program and is not deleted.")));
    }
  if (verb != NULL)
    verb->text = g_strdup (path);
  return avb_hyperv_verb_run (verb, delete_fiber, FALSE);
}
