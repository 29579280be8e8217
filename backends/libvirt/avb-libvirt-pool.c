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

static virStorageVol *
create_in_pool (PoolCall *call, virStoragePool *pool)
{
  g_autofree char *file = avb_libvirt_volume_make_name (call->name, call->format);
  const char      *ending = strrchr (file, '.');

  for (guint i = 1; i < 1000; i++)
    {
      g_autofree char *name
          = i == 1 ? g_strdup (file)
                   : g_strdup_printf ("%.*s-%u%s", (int) (ending - file), file, i, ending);
      g_autofree char *xml
          = g_markup_printf_escaped ("<volume><name>%s</name><capacity>%" G_GUINT64_FORMAT
                                     "</capacity><allocation>0</allocation>"
                                     "<target><format type='%s'/></target></volume>",
                                     name,
                                     call->capacity,
                                     call->format);
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
  n = read (call->fd, data, size);
  if (n > 0)
    avb_operation_set_bytes (call->operation, call->done += n, call->total);
  return n;
}

static gboolean
upload (PoolCall *call, virStorageVol *volume)
{
  g_autoptr (virStream) stream = virStreamNew (call->vir, 0);

  return stream != NULL && virStorageVolUpload (volume, stream, 0, 0, 0) == 0
         && virStreamSendAll (stream, upload_cb, call) == 0 && virStreamFinish (stream) == 0;
}

static DexFuture *
create_thread (gpointer data)
{
  const char     *what = _ ("The disk could not be created.");
  PoolCall       *call = data;
  virStoragePool *pool;
  virStorageVol  *volume = NULL;
  DexFuture      *result = NULL;
  GStatBuf        info;
  char           *path;

  virResetLastError ();
  call->fd = call->source != NULL ? g_open (call->source, O_RDONLY | O_CLOEXEC, 0) : -1;
  if (call->source != NULL && (call->fd < 0 || g_stat (call->source, &info) != 0))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_FOUND, call->source, _ ("The file could not be read.")));
  if (call->source != NULL)
    call->total = info.st_size;
  if (call->capacity == 0)
    call->capacity = call->total;
  pool = find_pool (call->vir);
  if (pool != NULL)
    volume = create_in_pool (call, pool);
  if (pool == NULL)
    result = dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _ ("This host has no active storage pool for disks.")));
  else if (volume == NULL)
    result = avb_libvirt_future_error (what);
  else if (call->source != NULL && !upload (call, volume))
    {
      result = g_cancellable_is_cancelled (avb_operation_get_cancellable (call->operation))
                   ? dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"))
                   : avb_libvirt_future_error (what);
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
