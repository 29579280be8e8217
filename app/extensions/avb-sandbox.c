/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-sandbox.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#ifdef __linux__
#include <signal.h>
#include <unistd.h>
#endif

#include "app/extensions/avb-sandbox-filter.h"
#include "app/extensions/avb-sandbox-private.h"
#include "backends/avb-error.h"

#ifdef __linux__

#define FILTER_FD 3
#define TEMPORARY_SIZE "33554432"
#define SHARED_SIZE "1048576"
/* Programs in Go and others set much aside that they never touch; this only stops what is absurd. */
#define ADDRESS_SPACE (G_GUINT64_CONSTANT (32) << 30)

/* (nullable): what tests put in the place of bwrap */
static char *bwrap_for_test;
static gboolean proven;

void
avb_sandbox_set_proven (gboolean is_proven)
{
  proven = is_proven;
}

void
avb_sandbox_set_bwrap (const char *bwrap)
{
  g_set_str (&bwrap_for_test, bwrap);
}

gboolean
avb_sandbox_is_flatpak (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

/* --- bubblewrap's arguments --- */

static void
add (GPtrArray *argv, ...)
{
  va_list list;
  const char *argument;

  va_start (list, argv);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (argv, g_strdup (argument));
  va_end (list);
}

/* What is in /usr is on most systems also found without it. */
static void
add_system (GPtrArray *argv)
{
  static const char *const folders[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };

  add (argv, "--ro-bind", "/usr", "/usr", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *target = g_file_read_link (folders[i], NULL);

      if (target != NULL)
        add (argv, "--symlink", target, folders[i], NULL);
      else
        add (argv, "--ro-bind-try", folders[i], folders[i], NULL);
    }
  add (argv, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
       "--ro-bind-try", "/etc/localtime", "/etc/localtime",
       /* what this computer’s memory is saved by sharing; it says nothing of anybody */
       "--ro-bind-try", "/sys/kernel/mm/ksm", "/sys/kernel/mm/ksm", NULL);
}

static void
add_network (GPtrArray *argv)
{
  static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki",
                                       "/etc/ca-certificates" };

  add (argv, "--share-net", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    add (argv, "--ro-bind-try", files[i], files[i], NULL);
}

static void
add_environment (GPtrArray *argv)
{
  const char *language = g_getenv ("LANG");

  add (argv, "--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "LANG",
       language != NULL ? language : "C.UTF-8", "--setenv", "TMPDIR", "/tmp", "--setenv", "AVB_APP", AVB_SANDBOX_APP,
       "--setenv", "PYTHONDONTWRITEBYTECODE", "1", NULL);
}

static void
add_bwrap (GPtrArray *argv, const AvbSandboxSpec *spec)
{
  add (argv, bwrap_for_test != NULL ? bwrap_for_test : "bwrap", "--unshare-user", "--unshare-all", "--disable-userns", "--cap-drop",
       "ALL", "--new-session", "--die-with-parent", "--hostname", "extension", NULL);
  if (spec->network)
    add_network (argv);
  add_system (argv);
  add (argv, "--proc", "/proc", "--dev", "/dev", "--size", SHARED_SIZE, "--tmpfs", "/dev/shm", "--size", TEMPORARY_SIZE, "--tmpfs",
       "/tmp", "--ro-bind", spec->app_dir, AVB_SANDBOX_APP, NULL);
  add_environment (argv);
  if (spec->data_dir != NULL)
    add (argv, "--bind", spec->data_dir, AVB_SANDBOX_DATA, "--setenv", "AVB_DATA", AVB_SANDBOX_DATA, "--setenv", "HOME",
         AVB_SANDBOX_DATA, "--chdir", AVB_SANDBOX_DATA, NULL);
  else
    add (argv, "--setenv", "HOME", "/tmp", "--chdir", "/tmp", NULL);
  if (spec->runtime_dir != NULL)
    add (argv, "--bind", spec->runtime_dir, AVB_SANDBOX_RUNTIME, "--setenv", "AVB_RUNTIME", AVB_SANDBOX_RUNTIME, NULL);
  /* These two are memory without a limit of their own. */
  add (argv, "--remount-ro", "/dev", "--remount-ro", "/", "--seccomp", G_STRINGIFY (FILTER_FD), "--", NULL);
}

/* --- Flatpak's --- */

static void
add_flatpak_folder (GPtrArray *argv, const char *option, const char *folder, const char *variable)
{
  g_autofree char *expose = g_strconcat (option, "=", folder, NULL);
  g_autofree char *environment = g_strconcat ("--env=", variable, "=", folder, NULL);

  add (argv, expose, environment, NULL);
}

static void
add_flatpak (GPtrArray *argv, const AvbSandboxSpec *spec)
{
  add (argv, "flatpak-spawn", "--sandbox", "--watch-bus", "--clear-env", "--env=PATH=/usr/bin:/bin", "--env=LANG=C.UTF-8",
       "--env=HOME=/tmp", "--directory=/", NULL);
  if (!spec->network)
    add (argv, "--no-network", NULL);
  add_flatpak_folder (argv, "--sandbox-expose-path-ro", spec->app_dir, "AVB_APP");
  if (spec->data_dir != NULL)
    add_flatpak_folder (argv, "--sandbox-expose-path", spec->data_dir, "AVB_DATA");
  if (spec->runtime_dir != NULL)
    add_flatpak_folder (argv, "--sandbox-expose-path", spec->runtime_dir, "AVB_RUNTIME");
}

/* --- what a process may take --- */

static guint
memory_of (const AvbSandboxSpec *spec)
{
  return spec->memory_mb > 0 ? spec->memory_mb : AVB_SANDBOX_MEMORY_MB;
}

static void
add_limit (GPtrArray *argv, const char *name, guint64 value)
{
  g_ptr_array_add (argv, g_strdup_printf ("--%s=%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, name, value, value));
}

/* Set inside, where only what is in this user namespace counts as the user's processes. */
static void
add_limits (GPtrArray *argv, const AvbSandboxSpec *spec)
{
  guint64 memory = (guint64) memory_of (spec) << 20;

  add (argv, "prlimit", NULL);
  add_limit (argv, "data", memory);
  add_limit (argv, "as", MAX (ADDRESS_SPACE, 2 * memory));
  add_limit (argv, "stack", 8 << 20);
  add_limit (argv, "nproc", AVB_SANDBOX_PROCESSES);
  add_limit (argv, "nofile", 256);
  add_limit (argv, "fsize", spec->disk > 0 ? spec->disk : AVB_SANDBOX_DISK);
  add_limit (argv, "core", 0);
  add_limit (argv, "memlock", 0);
  add_limit (argv, "msgqueue", 0);
  add_limit (argv, "rtprio", 0);
  add (argv, "--", NULL);
}

/* A scope of systemd counts the memory of all processes together. */
static void
add_scope (GPtrArray *argv, const AvbSandboxSpec *spec)
{
  g_autofree char *memory = g_strdup_printf ("MemoryMax=%uM", memory_of (spec) + 64);
  g_autofree char *tasks = g_strdup_printf ("TasksMax=%d", AVB_SANDBOX_PROCESSES + 4);
  g_autofree char *description = g_strdup_printf ("Description=Extension %s of Alpha VBox", spec->id);
  const char *path = g_getenv ("PATH");
  g_autofree char *environment = g_strconcat ("PATH=", path != NULL ? path : "/usr/bin:/bin", NULL);

  add (argv, "systemd-run", "--user", "--scope", "--quiet", "--collect", "-p", memory, "-p", "MemorySwapMax=0", "-p", tasks, "-p",
       description, "--", "env", "-i", environment, NULL);
}

/* Without the environment of this program: the first process in the sandbox shows its own to all. */
static char **
make_environment (gboolean scope)
{
  static const char *const kept[] = { "PATH", "LANG" };
  static const char *const for_scope[] = { "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS" };
  char **environment = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  for (guint i = 0; scope && i < G_N_ELEMENTS (for_scope); i++)
    if (g_getenv (for_scope[i]) != NULL)
      environment = g_environ_setenv (environment, for_scope[i], g_getenv (for_scope[i]), TRUE);
  return environment;
}

static char *
dup_program (const AvbSandboxSpec *spec)
{
  /* The self-test runs what the system has. */
  if (g_path_is_absolute (spec->exec))
    return g_strdup (spec->exec);
  return g_build_filename (avb_sandbox_is_flatpak () ? spec->app_dir : AVB_SANDBOX_APP, spec->exec, NULL);
}

GSubprocess *
avb_sandbox_spawn_unproven (const AvbSandboxSpec *spec, gboolean scope, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *program = dup_program (spec);
  g_auto (GStrv) environment = NULL;
  g_autoptr (GError) native = NULL;
  GSubprocess *process;
  gboolean flatpak = avb_sandbox_is_flatpak ();

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_PIPE);
  if (flatpak)
    add_flatpak (argv, spec);
  else
    {
      int filter = avb_sandbox_filter_open (spec->network, error);

      if (filter < 0)
        return NULL;
      g_subprocess_launcher_take_fd (launcher, filter, FILTER_FD);
      environment = make_environment (scope);
      g_subprocess_launcher_set_environ (launcher, environment);
      if (scope)
        add_scope (argv, spec);
      add_bwrap (argv, spec);
    }
  add_limits (argv, spec);
  add (argv, program, NULL);
  for (guint i = 0; spec->arguments != NULL && spec->arguments[i] != NULL; i++)
    add (argv, spec->arguments[i], NULL);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_cwd (launcher, "/");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &native);
  if (process == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, native->message,
                                             _("The sandbox for extensions could not be started. Is bubblewrap installed?")));
  return process;
}

GSubprocess *
avb_sandbox_spawn (const AvbSandboxSpec *spec, GError **error)
{
  g_return_val_if_fail (spec != NULL && spec->app_dir != NULL && spec->exec != NULL && spec->id != NULL, NULL);
  g_return_val_if_fail (g_main_context_is_owner (g_main_context_default ()), NULL);

  if (!proven)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, "the self-test has not been passed",
                                               _("The sandbox for extensions has not been tested.")));
      return NULL;
    }
  return avb_sandbox_spawn_unproven (spec, avb_sandbox_has_scope (), error);
}

/* --- what runs within --- */

static void
collect (GPid pid, GArray *pids, guint depth)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", pid, pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (depth > 32 || pids->len > 4096 || !g_file_get_contents (path, &text, NULL, NULL))
    return;
  words = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      GPid child = (GPid) g_ascii_strtoll (words[i], NULL, 10);

      if (child <= 1)
        continue;
      g_array_append_val (pids, child);
      collect (child, pids, depth + 1);
    }
}

static GPid
get_pid (GSubprocess *process)
{
  const char *identifier = g_subprocess_get_identifier (process);

  return identifier != NULL ? (GPid) g_ascii_strtoll (identifier, NULL, 10) : 0;
}

void
avb_sandbox_terminate (GSubprocess *process)
{
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GPid));
  GPid pid = get_pid (process);

  g_return_if_fail (G_IS_SUBPROCESS (process));

  if (pid > 0)
    collect (pid, pids, 0);
  /* Not to bubblewrap itself: with it everything would be gone at once. Flatpak's hands it on. */
  for (guint i = 0; i < pids->len; i++)
    kill (g_array_index (pids, GPid, i), SIGTERM);
  if (pids->len == 0)
    g_subprocess_send_signal (process, SIGTERM);
}

void
avb_sandbox_kill (GSubprocess *process)
{
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GPid));
  GPid pid = get_pid (process);

  g_return_if_fail (G_IS_SUBPROCESS (process));

  /* The first of its PID namespace takes all others with it, and goes itself with bubblewrap; named here too in case it
   * had not yet said that it wants to. */
  if (pid > 0)
    collect (pid, pids, 0);
  for (guint i = 0; i < pids->len; i++)
    kill (g_array_index (pids, GPid, i), SIGKILL);
  g_subprocess_force_exit (process);
}

static guint64
memory_of_process (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  guint64 resident, shared;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 4);
  if (g_strv_length (words) < 3)
    return 0;
  resident = g_ascii_strtoull (words[1], NULL, 10);
  shared = g_ascii_strtoull (words[2], NULL, 10);
  return (resident > shared ? resident - shared : 0) * sysconf (_SC_PAGESIZE);
}

guint64
avb_sandbox_measure_memory (GPid pid, guint *n_processes)
{
  g_autoptr (GArray) pids = g_array_new (FALSE, FALSE, sizeof (GPid));
  guint64 memory = 0;

  collect (pid, pids, 0);
  for (guint i = 0; i < pids->len; i++)
    memory += memory_of_process (g_array_index (pids, GPid, i));
  if (n_processes != NULL)
    *n_processes = pids->len;
  return memory;
}

#else /* not Linux */

static GError *
new_unsupported (void)
{
  return avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                        _("Extensions with code run only on Linux, for only there they can be locked in."));
}

GSubprocess *
avb_sandbox_spawn (const AvbSandboxSpec *spec, GError **error)
{
  g_propagate_error (error, new_unsupported ());
  return NULL;
}

DexFuture *
avb_sandbox_self_test (void)
{
  return dex_future_new_for_error (new_unsupported ());
}

void
avb_sandbox_terminate (GSubprocess *process)
{
  g_subprocess_force_exit (process);
}

void
avb_sandbox_kill (GSubprocess *process)
{
  g_subprocess_force_exit (process);
}

guint64
avb_sandbox_measure_memory (GPid pid, guint *n_processes)
{
  return 0;
}

void
avb_sandbox_reset_for_test (const char *bwrap)
{
}

gboolean
avb_sandbox_is_flatpak (void)
{
  return FALSE;
}

#endif

void
avb_sandbox_get_paths (const char *app_dir, const char *data_dir, const char *runtime_dir, AvbSandboxPaths *paths)
{
  gboolean same = avb_sandbox_is_flatpak ();

  paths->app = same ? app_dir : AVB_SANDBOX_APP;
  paths->data = same || data_dir == NULL ? data_dir : AVB_SANDBOX_DATA;
  paths->runtime = same || runtime_dir == NULL ? runtime_dir : AVB_SANDBOX_RUNTIME;
}

static gboolean
add_folder (const char *folder, guint64 *bytes, guint *rest, guint depth)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileEnumerator) children = NULL;
  g_autoptr (GFileInfo) info = NULL;

  children = g_file_enumerate_children (file, "standard::name,standard::type,standard::allocated-size",
                                        G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  while (children != NULL && (info = g_file_enumerator_next_file (children, NULL, NULL)) != NULL)
    {
      if (*rest == 0 || depth > 64)
        return FALSE;
      (*rest)--;
      *bytes += g_file_info_get_attribute_uint64 (info, "standard::allocated-size");
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        {
          g_autofree char *path = g_build_filename (folder, g_file_info_get_name (info), NULL);

          if (!add_folder (path, bytes, rest, depth + 1))
            return FALSE;
        }
      g_clear_object (&info);
    }
  return TRUE;
}

guint64
avb_sandbox_measure_folder (const char *folder, guint max_entries)
{
  guint64 bytes = 0;

  g_return_val_if_fail (folder != NULL, 0);
  return add_folder (folder, &bytes, &max_entries, 0) ? bytes : G_MAXUINT64;
}
