/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Whether the sandbox holds, looked at from inside. */

#include "config.h"

#include "app/extensions/avb-sandbox-private.h"

#ifdef __linux__

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define TIME_LIMIT_S 20

/* $1: the user's home; $2: the runtime folder; $3, $4, $5: the network, PID and user namespaces of this program. Only what
 * every system has; each line says what is wrong. */
static const char script[] =
    "fail() { echo \"$1\"; exit 1; }\n"
    "case $1 in /|/tmp|/usr*|'') ;; *) [ ! -e \"$1\" ] || fail 'the home folder can be seen';; esac\n"
    "case $2 in /|/tmp|'') ;; *) [ ! -e \"$2\" ] || fail 'the runtime folder can be seen';; esac\n"
    "[ ! -e /run/dbus ] || fail 'the system bus can be seen'\n"
    "[ ! -e /run/libvirt ] || fail 'the sockets of libvirt can be seen'\n"
    "[ ! -e /tmp/.X11-unix ] || fail 'the display can be seen'\n"
    "same() { [ \"$(readlink /proc/self/ns/$1)\" != \"$2\" ]; }\n"
    "same net \"$3\" || fail 'the network is shared'\n"
    "same pid \"$4\" || fail 'processes are shared'\n"
    "same user \"$5\" || fail 'the user namespace is shared'\n"
    "while read -r key value rest; do case $key in\n"
    "  Seccomp:) [ \"$value\" = 2 ] || fail 'there is no filter of system calls';;\n"
    "  NoNewPrivs:) [ \"$value\" = 1 ] || fail 'privileges can be gained';;\n"
    "  CapEff:|CapPrm:|CapBnd:) [ \"$value\" = 0000000000000000 ] || fail 'there are privileges';;\n"
    "esac; done < /proc/self/status\n"
    "n=0; while read -r line; do case $line in *:*) n=$((n+1)); case $line in lo:*) ;; *) fail 'there is a network';; esac;; "
    "esac; done < /proc/net/dev\n"
    "if (: > /usr/avb-test) 2>/dev/null; then fail 'the system can be written to'; fi\n"
    "if (: > /app/avb-test) 2>/dev/null; then fail 'its own program can be written to'; fi\n"
    "if (: > /avb-test) 2>/dev/null; then fail 'the root can be written to'; fi\n"
    "if unshare -U true 2>/dev/null; then fail 'namespaces can be made'; fi\n"
    "if mount -t tmpfs none /tmp 2>/dev/null; then fail 'file systems can be mounted'; fi\n"
    "echo proven\n";

/* Flatpak's own sandbox: namespaces are its business. */
static const char flatpak_script[] =
    "fail() { echo \"$1\"; exit 1; }\n"
    "case $1 in /|/tmp|/usr*|'') ;; *) ls \"$1\" 2>/dev/null | grep -qv '^\\.var$' && fail 'the home folder can be seen';; esac\n"
    "n=$(grep -c : /proc/net/dev); [ \"$n\" -le 1 ] || fail 'there is a network'\n"
    "grep -q '^Seccomp:.*2' /proc/self/status || fail 'there is no filter of system calls'\n"
    "grep -q '^NoNewPrivs:.*1' /proc/self/status || fail 'privileges can be gained'\n"
    "[ -z \"$DBUS_SESSION_BUS_ADDRESS\" ] || fail 'the session bus can be seen'\n"
    "echo proven\n";

static DexPromise *result; /* (nullable) */
static gboolean   scope;

gboolean
avb_sandbox_has_scope (void)
{
  return scope;
}

static char *
dup_namespace (const char *name)
{
  g_autofree char *path = g_build_filename ("/proc/self/ns", name, NULL);
  char *link = g_file_read_link (path, NULL);

  return link != NULL ? link : g_strdup ("none");
}

static void
output_cb (GObject *source, GAsyncResult *async, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  char *out = NULL, *err = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), async, &out, &err, &error))
    dex_promise_reject (promise, error);
  else
    {
      g_autofree char *output = g_strstrip (out);
      g_autofree char *trouble = g_strstrip (err);

      dex_promise_resolve_string (promise, g_strdup (*output != '\0' ? output : trouble));
    }
}

static DexFuture *
communicate (GSubprocess *process)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  g_subprocess_communicate_utf8_async (process, NULL, dex_promise_get_cancellable (promise), output_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static GSubprocess *
start_script (const char *app_dir, GError **error)
{
  g_autofree char *net = dup_namespace ("net");
  g_autofree char *pid = dup_namespace ("pid");
  g_autofree char *user = dup_namespace ("user");
  const char *arguments[] = { "-c", avb_sandbox_is_flatpak () ? flatpak_script : script, "sh", g_get_home_dir (),
                              g_get_user_runtime_dir (), net, pid, user, NULL };
  AvbSandboxSpec spec = { .id = "self-test", .app_dir = app_dir, .exec = "/bin/sh", .arguments = arguments };

  return avb_sandbox_spawn_unproven (&spec, FALSE, error);
}

/* Scopes need a systemd of this user that may limit memory. It is fine to have none. */
static gboolean
try_scope (void)
{
  g_autofree char *path = g_find_program_in_path ("systemd-run");
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "systemd", "private", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (avb_sandbox_is_flatpak () || path == NULL || !g_file_test (socket, G_FILE_TEST_EXISTS))
    return FALSE;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, path, "--user",
                              "--scope", "--quiet", "--collect", "-p", "MemoryMax=64M", "-p", "TasksMax=16", "--", "true", NULL);
  return process != NULL &&
         dex_await (dex_future_first (dex_subprocess_wait_check (process), dex_timeout_new_seconds (TIME_LIMIT_S), NULL), NULL);
}

static GError *
new_refusal (const char *why)
{
  g_autofree char *line = avb_text_make_line (why, 200);

  return avb_error_new (AVB_ERROR_NOT_SUPPORTED, why,
                        _("Extensions with code are off, because they could not be locked in on this system: %s"), line);
}

static DexFuture *
self_test_fiber (gpointer data)
{
  DexPromise *promise = data;
  g_autofree char *app_dir = g_dir_make_tmp ("avb-sandbox-XXXXXX", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  if (app_dir != NULL)
    process = start_script (app_dir, &error);
  if (process != NULL)
    {
      output = dex_await_string (dex_future_first (communicate (process), dex_timeout_new_seconds (TIME_LIMIT_S), NULL), &error);
      avb_sandbox_kill (process);
    }
  if (app_dir != NULL)
    g_rmdir (app_dir);
  if (g_strcmp0 (output, "proven") != 0)
    dex_promise_reject (promise, new_refusal (output != NULL && *output != '\0' ? output
                                              : error != NULL ? error->message : "no answer"));
  else
    {
      scope = try_scope ();
      avb_sandbox_set_proven (TRUE);
      dex_promise_resolve_boolean (promise, TRUE);
    }
  return dex_future_new_true ();
}

DexFuture *
avb_sandbox_self_test (void)
{
  if (result == NULL)
    {
      result = dex_promise_new ();
      avb_future_finish (avb_fiber_spawn (self_test_fiber, dex_ref (result), dex_unref), "testing the sandbox");
    }
  return dex_ref (DEX_FUTURE (result));
}

void
avb_sandbox_reset_for_test (const char *bwrap)
{
  dex_clear (&result);
  scope = FALSE;
  avb_sandbox_set_proven (FALSE);
  avb_sandbox_set_bwrap (bwrap);
}

#endif
