/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-qemu-img.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gio/gio.h>
#include <string.h>
#ifdef G_OS_UNIX
#include <sys/resource.h>
#include <unistd.h>
#endif

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* A sound image takes some milliseconds; a slow network disk, or a slow computer, longer. */
#define TIME_LIMIT 60
#define CPU_LIMIT 10
#define MEMORY_LIMIT (G_GUINT64_CONSTANT (2) << 30)
#define OUTPUT_LIMIT (1024 * 1024)
#define HEAD_SIZE (64 * 1024)

typedef struct {
  char   *path;
  guint64 offset; /* of the image in the file, in bytes */
  guint64 length; /* 0: to the end */
  char   *format;
  char   *name;
} Request;

typedef struct {
  GSubprocess *process;
  guint        timer;
  gboolean     timed_out;
} Watch;

/* Found unusable once: not tried again. */
static gboolean no_bubblewrap;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->path);
  g_free (request->format);
  g_free (request->name);
  g_free (request);
}

static Request *
request_new (const char *path, const char *format, const char *name)
{
  Request *request = g_new0 (Request, 1);

  request->path = g_strdup (path);
  request->format = g_strdup (format);
  request->name = g_strdup (name);
  return request;
}

#ifdef G_OS_UNIX
static void
limit (int what, rlim_t value)
{
  struct rlimit limits = { value, value };

  setrlimit (what, &limits);
}

/* Between fork and exec: nothing but system calls. */
static void
limit_child (gpointer data)
{
  limit (RLIMIT_CPU, CPU_LIMIT);
  limit (RLIMIT_AS, MEMORY_LIMIT);
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, OUTPUT_LIMIT);
}
#endif

/* /lib and its like are folders, or links into /usr. */
static void
add_system_folder (GStrvBuilder *argv, const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);

  if (target != NULL)
    g_strv_builder_add_many (argv, "--symlink", target, path, NULL);
  else
    g_strv_builder_add_many (argv, "--ro-bind-try", path, path, NULL);
}

static void
add_sandbox (GStrvBuilder *argv, const char *bubblewrap, const char *image, const char *output)
{
  static const char *const folders[] = { "/bin", "/lib", "/lib64", "/sbin" };

  g_strv_builder_add_many (argv, bubblewrap, "--unshare-all", "--die-with-parent", "--new-session",
                           "--cap-drop", "ALL", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin",
                           "--setenv", "LC_ALL", "C", "--ro-bind", "/usr", "/usr", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    add_system_folder (argv, folders[i]);
  g_strv_builder_add_many (argv, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--dev", "/dev",
                           "--proc", "/proc", "--ro-bind", image, "/image", NULL);
  if (output != NULL)
    g_strv_builder_add_many (argv, "--bind", output, "/output", NULL);
  g_strv_builder_add_many (argv, "--chdir", "/", NULL);
}

/* (transfer full): a part of a file, for --image-opts, where a comma is written twice */
static char *
describe_part (const Request *request, const char *image)
{
  g_autoptr (GString) path = g_string_new (image);

  g_string_replace (path, ",", ",,", 0);
  return g_strdup_printf ("driver=%s,file.driver=raw,file.offset=%" G_GUINT64_FORMAT ",file.size=%" G_GUINT64_FORMAT
                          ",file.file.driver=file,file.file.filename=%s",
                          request->format, request->offset, request->length, path->str);
}

/* @output: (nullable): a file for the head of the disk; %NULL: its description goes to stdout. */
static GStrv
build_command (const Request *request, const char *output, gboolean *sandboxed)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autofree char *bubblewrap = no_bubblewrap ? NULL : g_find_program_in_path ("bwrap");
  g_autofree char *program = g_find_program_in_path ("qemu-img");
  const char *image = request->path;

  if (program == NULL)
    return NULL;
  *sandboxed = bubblewrap != NULL && g_str_has_prefix (program, "/usr/");
  if (*sandboxed)
    {
      add_sandbox (argv, bubblewrap, image, output);
      image = "/image";
    }
  if (request->length > 0)
    {
      g_autofree char *part = describe_part (request, image);

      g_strv_builder_add_many (argv, program, "info", "--output=json", "-U", "--image-opts", part, NULL);
    }
  else if (output == NULL)
    g_strv_builder_add_many (argv, program, "info", "--output=json", "-U", "-f", request->format, image, NULL);
  else
    {
      g_autofree char *from = g_strdup_printf ("if=%s", image);
      g_autofree char *to = g_strdup_printf ("of=%s", *sandboxed ? "/output" : output);

      g_strv_builder_add_many (argv, program, "dd", "-U", "-f", request->format, "-O", "raw", "bs=65536",
                               "count=1", from, to, NULL);
    }
  return g_strv_builder_end (argv);
}

static gboolean
watch_timeout_cb (gpointer data)
{
  Watch *watch = data;

  watch->timer = 0;
  watch->timed_out = TRUE;
  g_subprocess_force_exit (watch->process);
  return G_SOURCE_REMOVE;
}

/* Reads to the end, or to the limit: then the process is killed. In a fiber. */
static GBytes *
read_all (GSubprocess *process, GInputStream *stream)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (GBytes) block = dex_await_boxed (
          dex_input_stream_read_bytes (stream, 64 * 1024, G_PRIORITY_DEFAULT), NULL);

      if (block == NULL || g_bytes_get_size (block) == 0)
        break;
      if (all->len + g_bytes_get_size (block) > OUTPUT_LIMIT)
        {
          g_subprocess_force_exit (process);
          break;
        }
      g_byte_array_append (all, g_bytes_get_data (block, NULL), g_bytes_get_size (block));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static char *
to_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return g_utf8_make_valid (data != NULL ? data : "", length);
}

static GSubprocess *
spawn (const char *const *argv, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
#ifdef G_OS_UNIX
  g_subprocess_launcher_set_child_setup (launcher, limit_child, NULL, NULL);
#endif
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

/* One run. On failure @text is what the program wrote to stderr. */
static GBytes *
run_command (const char *const *argv, const char *name, char **text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GSubprocess) process = spawn (argv, &local_error);
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GBytes) messages = NULL;
  Watch watch = { .process = process };
  gboolean ok;

  if (process == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, local_error->message,
                                               _("The program that examines disk images cannot be started.")));
      return NULL;
    }
  watch.timer = g_timeout_add_seconds (TIME_LIMIT, watch_timeout_cb, &watch);
  output = read_all (process, g_subprocess_get_stdout_pipe (process));
  messages = read_all (process, g_subprocess_get_stderr_pipe (process));
  ok = dex_await (dex_subprocess_wait_check (process), NULL);
  g_clear_handle_id (&watch.timer, g_source_remove);
  if (ok)
    return g_steal_pointer (&output);

  *text = to_text (messages);
  if (watch.timed_out)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, *text,
                                             _("Examining “%s” took too long and was given up."), name));
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, *text,
                                             _("“%s” is damaged, or a kind of disk image that is not "
                                               "supported."),
                                             name));
  return NULL;
}

/* Not where it is this one file that cannot be bound: it is not examined without a sandbox then. */
static gboolean
is_sandbox_failure (const char *text)
{
  return g_str_has_prefix (text, "bwrap: ") && strstr (text, "image") == NULL &&
         strstr (text, "source path") == NULL && strstr (text, "bind mount") == NULL;
}

static GBytes *
run (const Request *request, const char *output, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *text = NULL;
      gboolean sandboxed = FALSE;
      g_auto (GStrv) argv = build_command (request, output, &sandboxed);
      GBytes *bytes;

      if (argv == NULL)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                   _("Disk images cannot be examined here, because the "
                                                     "program qemu-img is not installed.")));
          return NULL;
        }
      bytes = run_command ((const char *const *) argv, request->name, &text, &local_error);
      if (bytes != NULL)
        return bytes;
      if (!sandboxed || text == NULL || !is_sandbox_failure (text))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      /* Some systems forbid user namespaces. The limits stay. */
      g_message ("Disk images are examined without a sandbox: %s", text);
      no_bubblewrap = TRUE;
    }
}

static DexFuture *
info_fiber (gpointer data)
{
  const Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = run (request, NULL, &error);
  guint64 capacity = 0;

  if (bytes == NULL ||
      !avb_qemu_img_parse_info (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), request->format,
                                request->name, &capacity, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_uint64 (capacity);
}

static DexFuture *
read_head_fiber (gpointer data)
{
  const Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) printed = NULL;
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  gsize length = 0;
  int fd = g_file_open_tmp ("alpha-vbox-XXXXXX", &path, &error);

  if (fd < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_close (fd, NULL);
  printed = run (request, path, &error);
  /* At most HEAD_SIZE bytes, just written: this does not wait for a disk. */
  if (printed != NULL)
    g_file_get_contents (path, &contents, &length, &error);
  g_unlink (path);
  if (contents == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (G_TYPE_BYTES,
                                    g_bytes_new_take (g_steal_pointer (&contents), MIN (length, HEAD_SIZE)));
}

DexFuture *
avb_qemu_img_info (const char *path, const char *format, const char *name)
{
  dex_return_error_if_fail (path != NULL && format != NULL && name != NULL);

  return avb_fiber_spawn (info_fiber, request_new (path, format, name), request_free);
}

DexFuture *
avb_qemu_img_info_part (const char *path, guint64 offset, guint64 length, const char *format, const char *name)
{
  Request *request;

  dex_return_error_if_fail (path != NULL && format != NULL && name != NULL);
  dex_return_error_if_fail (length > 0);

  request = request_new (path, format, name);
  request->offset = offset;
  request->length = length;
  return avb_fiber_spawn (info_fiber, request, request_free);
}

DexFuture *
avb_qemu_img_read_head (const char *path, const char *format, const char *name)
{
  dex_return_error_if_fail (path != NULL && format != NULL && name != NULL);

  return avb_fiber_spawn (read_head_fiber, request_new (path, format, name), request_free);
}
