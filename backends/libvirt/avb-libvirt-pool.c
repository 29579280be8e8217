/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-private.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Volumes in libvirt's storage pools: for hosts whose folders are not this user's. */

typedef struct {
  virConnect   *vir;
  char         *name;
  char         *format;
  guint64       capacity;
  char         *source;
  guint64       offset; /* of the image in the source */
  guint64       length; /* 0: to its end */
  char         *backing;
  char         *backing_format;
  AvbOperation *operation;
  int           fd;
  guint64       done;
  guint64       total;
} PoolCall;

static void
pool_call_free (gpointer data)
{
  PoolCall *call = data;

  g_free (call->name);
  g_free (call->format);
  g_free (call->source);
  g_free (call->backing);
  g_free (call->backing_format);
  g_clear_object (&call->operation);
  g_free (call);
}

/* The pool named "default", else the first one that is active. */
static virStoragePool *
find_pool (virConnect *vir)
{
  virStoragePool **pools = NULL;
  virStoragePool  *found = virStoragePoolLookupByName (vir, "default");
  int              n;

  if (found != NULL && virStoragePoolIsActive (found) == 1)
    return found;
  if (found != NULL)
    virStoragePoolFree (found);
  found = NULL;
  n = virConnectListAllStoragePools (vir, &pools, VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
  for (int i = 0; i < n; i++)
    {
      if (found == NULL)
        found = pools[i];
      else
        virStoragePoolFree (pools[i]);
    }
  free (pools);
  return found;
}

/* (transfer full): "" where it stands on nothing */
static char *
describe_backing (PoolCall *call)
{
  return call->backing == NULL
             ? g_strdup ("")
             : g_markup_printf_escaped (
                   "<backingStore><path>%s</path><format type='%s'/></backingStore>",
                   call->backing,
                   call->backing_format);
}

static virStorageVol *
create_in_pool (PoolCall *call, virStoragePool *pool)
{
  g_autofree char *backing = describe_backing (call);
  g_autofree char *file = avb_libvirt_volume_make_name (call->name, call->format);
  const char      *ending = strrchr (file, '.');

  for (guint i = 1; i < 1000; i++)
    {
      g_autofree char *name
          = i == 1 ? g_strdup (file)
                   : g_strdup_printf ("%.*s-%u%s", (int) (ending - file), file, i, ending);
      g_autofree char *head
          = g_markup_printf_escaped ("<volume><name>%s</name><capacity>%" G_GUINT64_FORMAT
                                     "</capacity><allocation>0</allocation>"
                                     "<target><format type='%s'/></target>",
                                     name,
                                     call->capacity,
                                     call->format);
      g_autofree char *xml = g_strconcat (head, backing, "</volume>", NULL);
      virStorageVol *taken = virStorageVolLookupByName (pool, name);
      virStorageVol *volume = taken == NULL ? virStorageVolCreateXML (pool, xml, 0) : NULL;

      if (taken != NULL)
        virStorageVolFree (taken);
      else if (volume != NULL || virGetLastErrorCode () != VIR_ERR_STORAGE_VOL_EXIST)
        return volume;
    }
  return NULL;
}

static int
upload_cb (virStream *stream, char *data, size_t size, void *user_data)
{
  PoolCall *call = user_data;
  gssize    n;

  if (g_cancellable_is_cancelled (avb_operation_get_cancellable (call->operation)))
    return -1;
  n = read (call->fd, data, MIN (size, call->total - call->done));
  if (n > 0)
    avb_operation_set_bytes (call->operation, call->done += n, call->total);
  return n;
}

/* (nullable): what went wrong, read before the stream goes, which forgets it */
static GError *
upload (PoolCall *call, virStorageVol *volume, const char *what)
{
  g_autoptr (virStream) stream = virStreamNew (call->vir, 0);
  g_autoptr (GError) error = NULL;

  if (lseek (call->fd, (off_t) call->offset, SEEK_SET) < 0)
    return avb_error_new (AVB_ERROR_NOT_FOUND, call->source, _ ("The file could not be read."));
  if (stream != NULL && virStorageVolUpload (volume, stream, 0, 0, 0) == 0
      && virStreamSendAll (stream, upload_cb, call) == 0 && virStreamFinish (stream) == 0)
    return NULL;
  error = avb_libvirt_error_new (what);
  if (g_cancellable_is_cancelled (avb_operation_get_cancellable (call->operation)))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  return g_steal_pointer (&error);
}

/* How large the volume is, and what of the source goes there. */
static GError *
measure (PoolCall *call)
{
  virStorageVol    *backing;
  virStorageVolInfo info;
  GStatBuf          file;

  if (call->source != NULL)
    {
      if (call->fd < 0 || g_stat (call->source, &file) != 0 || (guint64) file.st_size < call->offset
          || (guint64) file.st_size - call->offset < call->length)
        return avb_error_new (AVB_ERROR_NOT_FOUND, call->source, _ ("The file could not be read."));
      call->total = call->length > 0 ? call->length : file.st_size - call->offset;
      /* Only of a raw image is the file's size the disk's. */
      if (call->capacity > 0 && call->capacity < call->total && g_str_equal (call->format, "raw"))
        return avb_error_new (
            AVB_ERROR_INVALID, call->source, _ ("The image is larger than the disk that shall be made of it."));
      if (call->capacity == 0)
        call->capacity = call->total;
    }
  if (call->backing == NULL || call->capacity > 0)
    return NULL;
  backing = virStorageVolLookupByPath (call->vir, call->backing);
  if (backing == NULL)
    return avb_libvirt_error_new (_ ("The disk could not be created."));
  if (virStorageVolGetInfo (backing, &info) == 0)
    call->capacity = info.capacity;
  virStorageVolFree (backing);
  return NULL;
}

static DexFuture *
create_thread (gpointer data)
{
  const char     *what = _ ("The disk could not be created.");
  PoolCall       *call = data;
  virStoragePool *pool;
  virStorageVol  *volume = NULL;
  DexFuture      *result = NULL;
  GError         *error = NULL;
  char           *path;

  virResetLastError ();
  call->fd = call->source != NULL ? g_open (call->source, O_RDONLY | O_CLOEXEC, 0) : -1;
  pool = find_pool (call->vir);
  if (!g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (call->operation), &error))
    error = measure (call);
  if (pool != NULL && error == NULL)
    volume = create_in_pool (call, pool);
  if (error != NULL)
    result = dex_future_new_for_error (error);
  else if (pool == NULL)
    result = dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _ ("This host has no active storage pool for disks.")));
  else if (volume == NULL)
    result = avb_libvirt_future_error (what);
  else if (call->source != NULL && (error = upload (call, volume, what)) != NULL)
    {
      result = dex_future_new_for_error (error);
      virStorageVolDelete (volume, 0);
    }
  else if ((path = virStorageVolGetPath (volume)) != NULL)
    {
      result = dex_future_new_for_string (path);
      free (path);
    }
  else
    {
      result = avb_libvirt_future_error (what);
      virStorageVolDelete (volume, 0);
    }

  if (volume != NULL)
    virStorageVolFree (volume);
  if (pool != NULL)
    virStoragePoolFree (pool);
  if (call->fd >= 0)
    close (call->fd);
  g_clear_pointer (&call->vir, virConnectClose);
  return result;
}

DexFuture *
avb_libvirt_pool_create (virConnect *vir, const AvbVolumeSpec *volume, AvbOperation *operation)
{
  PoolCall *call = g_new0 (PoolCall, 1);

  call->vir = vir;
  call->name = g_strdup (volume->name);
  /* An upload is a copy: the volume has the source's format. */
  call->format = g_strdup (volume->source != NULL ? volume->source_format : volume->format);
  call->capacity = volume->capacity;
  call->source = g_strdup (volume->source);
  call->offset = volume->source_offset;
  call->length = volume->source_length;
  call->backing = g_strdup (volume->backing);
  call->backing_format = g_strdup (volume->backing_format);
  call->operation = g_object_ref (operation);
  return avb_blocking_run_long (create_thread, call, pool_call_free);
}

static DexFuture *
delete_thread (gpointer data)
{
  PoolCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  virStorageVol *volume = virStorageVolLookupByPath (vir, call->name);
  int            result;

  if (volume == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_STORAGE_VOL
               ? dex_future_new_true ()
               : avb_libvirt_future_error (_ ("The disk could not be deleted."));
  result = virStorageVolDelete (volume, 0);
  virStorageVolFree (volume);
  return result == 0 ? dex_future_new_true ()
                     : avb_libvirt_future_error (_ ("The disk could not be deleted."));
}

DexFuture *
avb_libvirt_pool_delete (virConnect *vir, const char *path)
{
  PoolCall *call = g_new0 (PoolCall, 1);

  call->vir = vir;
  call->name = g_strdup (path);
  return avb_blocking_run (delete_thread, call, pool_call_free);
}

typedef struct {
  virConnect      *vir;
  AvbLibvirtDriver driver;
} FreeCall;

static guint64
read_available_memory_kib (void)
{
  g_autofree char *text = NULL;
  const char      *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) : 0;
}

static void
read_folder_free (AvbHostFree *host_free)
{
  g_autofree char *folder = avb_libvirt_volume_dup_folder ();
  struct statvfs   info;

  host_free->disk_path = g_strdup (folder);
  /* It may not be there yet: then its parent tells. */
  while (statvfs (folder, &info) != 0 && strlen (folder) > 1)
    {
      char *parent = g_path_get_dirname (folder);

      g_free (folder);
      folder = parent;
      info.f_bavail = 0;
    }
  host_free->disk_bytes = (guint64) info.f_bavail * info.f_frsize;
}

static void
read_pool_free (virConnect *vir, AvbHostFree *host_free)
{
  virStoragePool    *pool = find_pool (vir);
  virStoragePoolInfo info;

  if (pool == NULL)
    return;
  if (virStoragePoolGetInfo (pool, &info) == 0)
    host_free->disk_bytes = info.available;
  host_free->disk_path = g_strdup (virStoragePoolGetName (pool));
  virStoragePoolFree (pool);
}

static DexFuture *
free_thread (gpointer data)
{
  FreeCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  AvbHostFree *host_free = g_new0 (AvbHostFree, 1);

  if (call->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION
      || call->driver == AVB_LIBVIRT_DRIVER_QEMU_SYSTEM)
    host_free->memory_mib = read_available_memory_kib () / 1024;
  else
    host_free->memory_mib = virNodeGetFreeMemory (vir) >> 20;
  if (call->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION)
    read_folder_free (host_free);
  else
    read_pool_free (vir, host_free);
  return dex_future_new_take_boxed (AVB_TYPE_HOST_FREE, host_free);
}

DexFuture *
avb_libvirt_free_read (virConnect *vir, AvbLibvirtDriver driver)
{
  FreeCall *call = g_new0 (FreeCall, 1);

  call->vir = vir;
  call->driver = driver;
  return avb_blocking_run (free_thread, call, g_free);
}
