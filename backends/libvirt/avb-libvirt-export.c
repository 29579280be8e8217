/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/libvirt/avb-libvirt-tool.h"

/* Volumes written to files of this computer: by qemu-img, which reads them where they are. */

typedef struct {
  char         *path;
  char         *format;
  char         *destination;
  char         *destination_format;
  gboolean      compress;
  AvbOperation *operation;
} ExportCall;

static void
export_call_free (ExportCall *call)
{
  g_free (call->path);
  g_free (call->format);
  g_free (call->destination);
  g_free (call->destination_format);
  g_object_unref (call->operation);
  g_free (call);
}

/* Takes the name, so that nobody's file is written over. Resolves to the bytes that the volume takes. */
static DexFuture *
begin_thread (gpointer data)
{
  ExportCall *call = data;
  struct stat info;
  int         fd;

  if (access (call->path, R_OK) != 0 || stat (call->path, &info) != 0)
    return dex_future_new_for_error (avb_error_new (
        errno == ENOENT ? AVB_ERROR_NOT_FOUND : AVB_ERROR_PERMISSION, g_strerror (errno),
        _ ("The machine’s disk “%s” cannot be read by you."), call->path));
  fd = g_open (call->destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_EXISTS, call->destination, _ ("There is a file “%s” already."), call->destination));
  if (fd < 0)
    return dex_future_new_for_error (avb_libvirt_volume_error (errno, call->destination));
  close (fd);
  return dex_future_new_for_uint64 ((guint64) info.st_blocks * 512);
}

static DexFuture *
sync_thread (gpointer data)
{
  const char *path = data;
  int         fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  int         code = fd < 0 || fsync (fd) != 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  return code == 0 ? dex_future_new_true ()
                   : dex_future_new_for_error (avb_libvirt_volume_error (code, path));
}

static DexFuture *
remove_thread (gpointer data)
{
  g_unlink (data);
  return dex_future_new_true ();
}

static gboolean
convert (ExportCall *call, guint64 total, GError **error)
{
  g_autofree char *source
      = avb_libvirt_tool_describe_source (call->path, call->format, 0, 0, TRUE);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  const char *const begin[] = { "qemu-img", "convert", "-p", "-O", call->destination_format };

  for (guint i = 0; i < G_N_ELEMENTS (begin); i++)
    g_ptr_array_add (arguments, (char *) begin[i]);
  if (g_str_equal (call->destination_format, "vmdk"))
    {
      g_ptr_array_add (arguments, (char *) "-o");
      g_ptr_array_add (arguments, (char *) "subformat=streamOptimized");
    }
  else if (call->compress)
    {
      g_ptr_array_add (arguments, (char *) "-c");
      g_ptr_array_add (arguments, (char *) "-o");
      g_ptr_array_add (arguments, (char *) "compression_type=zstd");
    }
  g_ptr_array_add (arguments, source);
  g_ptr_array_add (arguments, call->destination);
  g_ptr_array_add (arguments, NULL);
  return avb_libvirt_tool_run (
      (const char *const *) arguments->pdata, -1, call->destination, call->operation, total, error);
}

static DexFuture *
export_fiber (gpointer data)
{
  ExportCall *call = data;
  GError     *error = NULL;
  guint64     total = dex_await_uint64 (avb_blocking_run (begin_thread, call, NULL), &error);

  if (error != NULL)
    return dex_future_new_for_error (error);
  if (convert (call, total, &error)
      && dex_await (avb_blocking_run_long (sync_thread, call->destination, NULL), &error)
      && !g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (call->operation),
                                                &error))
    return dex_future_new_true ();
  dex_await (avb_blocking_run (remove_thread, call->destination, NULL), NULL);
  return dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_volume_export (const AvbExportSpec *spec, AvbOperation *operation)
{
  static const char *const sources[]
      = { "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", NULL };
  static const char *const formats[] = { "qcow2", "raw", "vmdk", NULL };
  ExportCall *call;

  if (spec->path == NULL || !g_path_is_absolute (spec->path) || spec->destination == NULL
      || !g_path_is_absolute (spec->destination) || spec->format == NULL
      || !g_strv_contains (sources, spec->format) || spec->destination_format == NULL
      || !g_strv_contains (formats, spec->destination_format)
      || (spec->compress && !g_str_equal (spec->destination_format, "qcow2")))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID, spec->format, _ ("A disk of this kind cannot be exported.")));

  call = g_new0 (ExportCall, 1);
  call->path = g_strdup (spec->path);
  call->format = g_strdup (spec->format);
  call->destination = g_strdup (spec->destination);
  call->destination_format = g_strdup (spec->destination_format);
  call->compress = spec->compress;
  call->operation = g_object_ref (operation);
  return avb_fiber_spawn (export_fiber, call, (GDestroyNotify) export_call_free);
}
