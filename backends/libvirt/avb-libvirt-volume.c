/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "backends/avb-folders.h"
#include "backends/avb-posix.h"
#include "backends/libvirt/avb-libvirt-claim.h"
#include "backends/libvirt/avb-libvirt-tool.h"

/* Volumes of the session: files of this user, made by qemu-img under a temporary name in the same
 * folder, then renamed. */

#define TEMPORARY_PREFIX AVB_LIBVIRT_PART_PREFIX
#define TEMPORARY_SUFFIX AVB_LIBVIRT_PART_SUFFIX
#define ABANDONED_AFTER_S (24 * 60 * 60)

#define QCOW2_OPTIONS "cluster_size=128k,extended_l2=on,lazy_refcounts=on"
#define MAX_NAME 180
#define MAX_TRIES 1000

char *
avb_libvirt_volume_dup_folder (void)
{
  return avb_folder_build (AVB_FOLDER_DATA, "disks");
}

char *
avb_libvirt_volume_make_name (const char *wish, const char *format)
{
  const char *ending = g_strcmp0 (format, "qcow2") == 0 ? ".qcow2" : ".img";
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (wish != NULL ? wish : "", -1);

  for (const char *p = valid; *p != '\0' && name->len < MAX_NAME; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* A comma would end the file's name in QEMU's options, a colon begin a protocol. */
      if (c == '/' || c == ',' || c == ':' || c == '\\' || g_unichar_iscntrl (c))
        c = '-';
      if (c == '.' && name->len == 0)
        continue;
      g_string_append_unichar (name, c);
    }
  if (g_str_has_suffix (name->str, ending))
    g_string_truncate (name, name->len - strlen (ending));
  if (name->len == 0)
    g_string_append (name, "disk");
  g_string_append (name, ending);
  return g_strdup (name->str);
}

GError *
avb_libvirt_volume_error (int code, const char *path)
{
  g_autofree char *details = g_strdup_printf ("%s: %s", path, g_strerror (code));

  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return avb_error_new (AVB_ERROR_NO_SPACE, details, _ ("There is no space left on the disk."));
    case EACCES:
    case EPERM:
    case EROFS:
      return avb_error_new (AVB_ERROR_PERMISSION,
                            details,
                            _ ("You are not allowed to write to the folder of the disks."));
    default:
      return avb_error_new (AVB_ERROR_FAILED, details, _ ("The disk could not be created."));
    }
}

typedef struct {
  char *folder;
  char *name;
  char *temporary;
  AvbLibvirtClaim *claim; /* (nullable) */
} FileCall;

static void
file_call_free (gpointer data)
{
  FileCall *call = data;

  g_free (call->folder);
  g_free (call->name);
  g_free (call->temporary);
  g_free (call);
}

/* What a program that died in the middle of a copy left behind, and had not claimed. A copy that is under way, perhaps
 * another program's, was written to lately. */
static void
sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf         info;

      if (g_str_has_prefix (name, TEMPORARY_PREFIX) && g_str_has_suffix (name, TEMPORARY_SUFFIX) &&
          g_lstat (path, &info) == 0 && S_ISREG (info.st_mode) &&
          info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - ABANDONED_AFTER_S)
        g_unlink (path);
    }
}

static DexFuture *
begin_thread (gpointer data)
{
  FileCall        *call = data;
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (TEMPORARY_PREFIX, uuid, TEMPORARY_SUFFIX, NULL);
  g_autofree char *path = g_build_filename (call->folder, name, NULL);
  int              fd;

  if (g_mkdir_with_parents (call->folder, 0700) != 0)
    return dex_future_new_for_error (avb_libvirt_volume_error (errno, call->folder));
  avb_libvirt_claim_sweep (NULL);
  sweep (call->folder);
  /* Before it is there: nobody else has this name. */
  call->claim = avb_libvirt_claim_new ();
  avb_libvirt_claim_note_part (call->claim, path);
  fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      const int code = errno;

      g_clear_pointer (&call->claim, avb_libvirt_claim_free);
      return dex_future_new_for_error (avb_libvirt_volume_error (code, path));
    }
  close (fd);
  return dex_future_new_take_string (g_steal_pointer (&path));
}

static char *
numbered_path (const char *folder, const char *name, guint number)
{
  const char      *ending = strrchr (name, '.');
  g_autofree char *file
      = number == 1 ? g_strdup (name)
                    : g_strdup_printf ("%.*s-%u%s", (int) (ending - name), name, number, ending);

  return g_build_filename (folder, file, NULL);
}

/* Never over a file that is there, whoever made it in between. */
static int
rename_new (const char *from, const char *to)
{
  if (avb_posix_rename_new (from, to) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  return link (from, to) == 0 ? g_unlink (from) : -1;
}

static int
sync_path (const char *path, int flags)
{
  int fd = g_open (path, flags | O_CLOEXEC, 0);
  int result;

  if (fd < 0)
    return -1;
  result = fsync (fd);
  close (fd);
  return result;
}

static DexFuture *
commit_thread (gpointer data)
{
  FileCall *call = data;

  if (sync_path (call->temporary, O_RDWR) != 0)
    return dex_future_new_for_error (avb_libvirt_volume_error (errno, call->temporary));
  for (guint i = 1; i <= MAX_TRIES; i++)
    {
      g_autofree char *path = numbered_path (call->folder, call->name, i);
      GStatBuf         info;

      if (g_lstat (path, &info) == 0)
        continue;
      avb_libvirt_claim_note_volume (call->claim, call->temporary, path);
      if (rename_new (call->temporary, path) == 0)
        {
          sync_path (call->folder, O_RDONLY | O_DIRECTORY);
          avb_libvirt_claim_hold (g_steal_pointer (&call->claim), path);
          return dex_future_new_take_string (g_steal_pointer (&path));
        }
      if (errno != EEXIST)
        return dex_future_new_for_error (avb_libvirt_volume_error (errno, path));
    }
  return dex_future_new_for_error (avb_libvirt_volume_error (EEXIST, call->name));
}

static DexFuture *
remove_thread (gpointer data)
{
  FileCall *call = data;

  g_unlink (call->temporary);
  g_clear_pointer (&call->claim, avb_libvirt_claim_free);
  return dex_future_new_true ();
}

typedef struct {
  char         *name;
  char         *format;
  guint64       capacity;
  char         *source;
  char         *source_format;
  guint64       source_offset;
  guint64       source_length;
  char         *backing;
  char         *backing_format;
  gboolean      with_bases; /* the source is a machine's disk */
  AvbOperation *operation;
} VolumeCall;

static void
volume_call_free (gpointer data)
{
  VolumeCall *call = data;

  g_free (call->name);
  g_free (call->format);
  g_free (call->source);
  g_free (call->source_format);
  g_free (call->backing);
  g_free (call->backing_format);
  g_object_unref (call->operation);
  g_free (call);
}

/* Growing only: qemu-img's own rule refuses to cut off data. */
static gboolean
grow (VolumeCall *call, const char *path, const char *size, int lock, GError **error)
{
  const char *resize[]
      = { "qemu-img", "resize", "-q", "-f", call->format, "--", path, size, NULL };
  g_autoptr (GError) failure = NULL;
  const char *details;

  if (avb_libvirt_tool_run (resize, lock, NULL, call->operation, 0, &failure))
    return TRUE;
  details = avb_error_get_details (failure);
  if (details != NULL && strstr (details, "--shrink") != NULL)
    g_propagate_error (
        error,
        avb_error_new (
            AVB_ERROR_INVALID, details, _ ("The image is larger than the disk that shall be made of it.")));
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
write_volume (VolumeCall *call, const char *path, int lock, GError **error)
{
  gboolean         is_qcow2 = g_str_equal (call->format, "qcow2");
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, call->capacity);

  if (call->backing != NULL)
    {
      const char *overlay[] = { "qemu-img", "create", "-q", "-f", "qcow2", "-o", QCOW2_OPTIONS,
                                "-b", call->backing, "-F", call->backing_format, "--", path,
                                call->capacity > 0 ? size : NULL, NULL };

      return avb_libvirt_tool_run (overlay, lock, NULL, call->operation, 0, error);
    }
  if (call->source == NULL)
    {
      const char *create[] = { "qemu-img",
                               "create",
                               "-q",
                               "-f",
                               call->format,
                               "-o",
                               is_qcow2 ? QCOW2_OPTIONS : "preallocation=off",
                               "--",
                               path,
                               size,
                               NULL };

      return avb_libvirt_tool_run (create, lock, NULL, call->operation, 0, error);
    }
  else
    {
      g_autofree char *source = avb_libvirt_tool_describe_source (
          call->source, call->source_format, call->source_offset, call->source_length, call->with_bases);
      GStatBuf         info;
      guint64          total = call->capacity;
      const char      *convert[] = { "qemu-img",
                                     "convert",
                                     "-p",
                                     "-O",
                                     call->format,
                                     "-o",
                                is_qcow2 ? QCOW2_OPTIONS : "preallocation=off",
                                     source,
                                     path,
                                     NULL };

      if (total == 0)
        total = call->source_length;
      if (total == 0 && g_stat (call->source, &info) == 0)
        total = info.st_size;
      if (!avb_libvirt_tool_run (convert, lock, path, call->operation, total, error))
        return FALSE;
      return call->capacity == 0 || grow (call, path, size, lock, error);
    }
}

static DexFuture *
create_fiber (gpointer data)
{
  VolumeCall      *call = data;
  GError          *error = NULL;
  FileCall        *file = g_new0 (FileCall, 1);
  g_autofree char *path = NULL;

  file->folder = avb_libvirt_volume_dup_folder ();
  file->name = avb_libvirt_volume_make_name (call->name, call->format);
  file->temporary = dex_await_string (avb_blocking_run (begin_thread, file, NULL), &error);
  if (file->temporary != NULL
      && write_volume (call, file->temporary, avb_libvirt_claim_get_fd (file->claim), &error))
    {
      if (g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (call->operation),
                                                &error))
        path = NULL;
      else
        path = dex_await_string (avb_blocking_run (commit_thread, file, NULL), &error);
    }
  if (path == NULL && file->temporary != NULL)
    dex_await (avb_blocking_run (remove_thread, file, NULL), NULL);
  file_call_free (file);

  return path != NULL ? dex_future_new_take_string (g_steal_pointer (&path))
                      : dex_future_new_for_error (error);
}

/* (nullable) */
static gboolean
file_is_valid (const char *path, const char *format)
{
  static const char *const formats[]
      = { "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", NULL };

  return path == NULL
         || (format != NULL && g_strv_contains (formats, format) && g_path_is_absolute (path)
             && g_utf8_validate (path, -1, NULL));
}

static DexFuture *
create (const AvbVolumeSpec *volume, gboolean with_bases, AvbOperation *operation)
{
  static const char *const formats[] = { "qcow2", "raw", NULL };
  VolumeCall *call;

  if (volume->format == NULL || !g_strv_contains (formats, volume->format)
      || !file_is_valid (volume->source, volume->source_format)
      || !file_is_valid (volume->backing, volume->backing_format)
      || (volume->backing != NULL
          && (volume->source != NULL || !g_str_equal (volume->format, "qcow2")))
      || (volume->source == NULL && volume->backing == NULL && volume->capacity == 0)
      || volume->capacity > G_MAXINT64 || volume->source_offset > G_MAXINT64
      || volume->source_length > G_MAXINT64 - volume->source_offset)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID, volume->format, _ ("A disk of this kind cannot be created.")));

  call = g_new0 (VolumeCall, 1);
  call->name = g_strdup (volume->name);
  call->format = g_strdup (volume->format);
  call->capacity = volume->capacity;
  call->source = g_strdup (volume->source);
  call->source_format = g_strdup (volume->source_format);
  call->source_offset = volume->source_offset;
  call->source_length = volume->source_length;
  call->backing = g_strdup (volume->backing);
  call->backing_format = g_strdup (volume->backing_format);
  call->with_bases = with_bases;
  call->operation = g_object_ref (operation);
  return avb_fiber_spawn (create_fiber, call, volume_call_free);
}

DexFuture *
avb_libvirt_volume_create (const AvbVolumeSpec *volume, AvbOperation *operation)
{
  return create (volume, FALSE, operation);
}

DexFuture *
avb_libvirt_volume_copy (const AvbVolumeSpec *volume, AvbOperation *operation)
{
  return create (volume, TRUE, operation);
}

static DexFuture *
delete_thread (gpointer data)
{
  const char      *path = data;
  g_autofree char *folder = avb_libvirt_volume_dup_folder ();
  g_autofree char *parent = g_path_get_dirname (path);

  /* Only what create_volume makes; anything else that is handed in is a mistake. */
  if (g_strcmp0 (folder, parent) != 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_PERMISSION,
                       path,
                       _ ("This disk was not made by this program and is not deleted.")));
  if (g_unlink (path) != 0 && errno != ENOENT)
    return dex_future_new_for_error (avb_libvirt_volume_error (errno, path));
  avb_libvirt_claim_settle (path);
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_volume_delete (const char *path)
{
  return avb_blocking_run (delete_thread, g_strdup (path), g_free);
}
