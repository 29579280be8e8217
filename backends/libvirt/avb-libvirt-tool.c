/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-tool.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define MAX_STDERR 4096
#define LOCK_FD 3

/* In the child: it may not eat the computer on a malformed image. Should this program die, the pipe
 * for the progress breaks, and ends it. */
static void
child_setup_cb (gpointer data)
{
  const struct rlimit memory = { 4ull << 30, 4ull << 30 };
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_AS, &memory);
  setrlimit (RLIMIT_CORE, &none);
  /* A file that may not grow is an error like a full disk, not the end of the process. */
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGPIPE, SIG_DFL);
}

/* "    (12.34/100%)\r", many times. */
static void
report_progress (AvbOperation *operation, const char *text, gsize length, guint64 total)
{
  g_autofree char *copy = g_strndup (text, length);
  const char      *last = strrchr (copy, '(');
  double           percent;

  if (last != NULL && strchr (last, '/') != NULL)
    {
      percent = g_ascii_strtod (last + 1, NULL);
      if (percent >= 0 && percent <= 100 && total > 0)
        avb_operation_set_bytes (operation, (guint64) (percent / 100 * total), total);
    }
}

static GError *
error_from_tool (const char *text)
{
  /* A write of which a part has still found room is an invalid argument to QEMU. */
  if (strstr (text, "No space left on device") != NULL || strstr (text, "File too large") != NULL
      || strstr (text, "Disk quota exceeded") != NULL
      || (strstr (text, "error while writing") != NULL && strstr (text, "Invalid argument") != NULL))
    return avb_error_new (AVB_ERROR_NO_SPACE, text, _ ("There is no space left on the disk."));
  if (strstr (text, "Permission denied") != NULL)
    return avb_error_new (AVB_ERROR_PERMISSION, text, _ ("A file could not be read or written."));
  /* A copy of what is being written would be damaged. */
  if (strstr (text, "Failed to get") != NULL && strstr (text, " lock") != NULL)
    return avb_error_new (AVB_ERROR_BUSY, text,
                          _ ("The disk is in use by a machine that is running. Shut it down first."));
  return avb_error_new (AVB_ERROR_FAILED, text, _ ("The disk could not be created."));
}

typedef struct {
  GStrv arguments;
  int   lock;
} SpawnCall;

static void
spawn_call_free (gpointer data)
{
  SpawnCall *call = data;

  g_strfreev (call->arguments);
  if (call->lock >= 0)
    close (call->lock);
  g_free (call);
}

/* Starting a process waits until the new one has begun: not on the main thread. */
static DexFuture *
spawn_thread (gpointer data)
{
  SpawnCall *call = data;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  if (call->lock >= 0)
    g_subprocess_launcher_take_fd (launcher, g_steal_fd (&call->lock), LOCK_FD);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) call->arguments, &error);
  if (process == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED, error->message,
                       _ ("The program qemu-img is not installed.")));
  return dex_future_new_take_object (process);
}

/* It waits where the disk has more to do than it takes. What does not work here, the sync at the end says. */
static DexFuture *
flush_thread (gpointer data)
{
  g_autofd int fd = g_open (data, O_RDONLY | O_CLOEXEC, 0);

  if (fd >= 0)
    avb_posix_flush_soon (fd, 0, 0);
  return dex_future_new_true ();
}

/* One at a time. */
static void
flush (DexFuture **flushing, const char *output)
{
  if (output == NULL || (*flushing != NULL && dex_future_is_pending (*flushing)))
    return;
  dex_clear (flushing);
  *flushing = avb_blocking_run_long (flush_thread, g_strdup (output), g_free);
}

gboolean
avb_libvirt_tool_run (const char *const *arguments,
                      int                lock,
                      const char        *output,
                      AvbOperation      *operation,
                      guint64            total,
                      GError           **error)
{
  SpawnCall    *call = g_new0 (SpawnCall, 1);
  GCancellable *cancellable = avb_operation_get_cancellable (operation);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) complaint = NULL;
  g_autofree char *text = NULL;
  DexFuture *flushing = NULL;

  call->arguments = g_strdupv ((char **) arguments);
  call->lock = lock >= 0 ? fcntl (lock, F_DUPFD_CLOEXEC, LOCK_FD + 1) : -1;
  process = dex_await_object (avb_blocking_run (spawn_thread, call, spawn_call_free), error);
  if (process == NULL)
    return FALSE;
  for (;;)
    {
      DexFuture *read
          = dex_input_stream_read_bytes (g_subprocess_get_stdout_pipe (process), 4096, 0);
      g_autoptr (GBytes) bytes = NULL;

      dex_await (dex_future_first (
                     dex_ref (read), dex_cancellable_new_from_cancellable (cancellable), NULL),
                 NULL);
      if (g_cancellable_is_cancelled (cancellable))
        g_subprocess_force_exit (process);
      bytes = dex_await_boxed (read, NULL);
      if (bytes == NULL || g_bytes_get_size (bytes) == 0)
        break;
      report_progress (operation, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), total);
      flush (&flushing, output);
    }
  if (flushing != NULL)
    dex_await (flushing, NULL);
  complaint = dex_await_boxed (
      dex_input_stream_read_bytes (g_subprocess_get_stderr_pipe (process), MAX_STDERR, 0), NULL);
  if (complaint != NULL)
    text = g_strndup (g_bytes_get_data (complaint, NULL), g_bytes_get_size (complaint));
  if (dex_await (dex_subprocess_wait_check (process), &local_error))
    return TRUE;
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  else
    g_propagate_error (
        error, error_from_tool (text != NULL && *text != '\0' ? text : local_error->message));
  return FALSE;
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) number);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

char *
avb_libvirt_tool_describe_source (const char *path,
                                  const char *format,
                                  guint64     offset,
                                  guint64     length,
                                  gboolean    with_bases)
{
  static const char *const with_backing[] = { "qcow2", "qed", "vmdk", "qcow", NULL };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "driver", format);
  json_builder_set_member_name (builder, "file");
  json_builder_begin_object (builder);
  if (offset > 0 || length > 0)
    {
      add_string (builder, "driver", "raw");
      add_number (builder, "offset", offset);
      if (length > 0)
        add_number (builder, "size", length);
      json_builder_set_member_name (builder, "file");
      json_builder_begin_object (builder);
    }
  add_string (builder, "driver", "file");
  add_string (builder, "filename", path);
  if (offset > 0 || length > 0)
    json_builder_end_object (builder);
  json_builder_end_object (builder);
  if (!with_bases && g_strv_contains (with_backing, format))
    {
      json_builder_set_member_name (builder, "backing");
      json_builder_add_null_value (builder);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_strconcat ("json:", json, NULL);
}
