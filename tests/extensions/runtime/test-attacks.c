/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What can be done from inside the sandbox. The table of it: meson-logs/extension-attacks.md. */

#include "config.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/extensions/avb-sandbox.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/extensions/runtime/runtime-rig.h"

typedef struct {
  const char *name;
  const char *what;     /* for people */
  const char *argument; /* (nullable) */
} Attack;

static GSocket *
listen_unix (const char *path, GUnixSocketAddressType type)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new_with_type (path, -1, type);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  return socket;
}

static GSocket *
listen_loopback (char **port)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, &error);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) local = NULL;

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  local = g_socket_get_local_address (socket, &error);
  *port = g_strdup_printf ("%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  return socket;
}

/* What an attacker would like to have is there: it can be had from outside. */
typedef struct {
  char    *key;
  char    *libvirt;
  char    *bus;
  char    *environment;
  char    *abstract;
  char    *port;
  char    *pid;
  GSocket *sockets[4];
} Treasures;

static void
bury (Treasures *self)
{
  g_autofree char *ssh = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autofree char *libvirt = g_build_filename (g_get_user_runtime_dir (), "libvirt", NULL);

  g_assert_no_errno (g_mkdir_with_parents (ssh, 0700));
  g_assert_no_errno (g_mkdir_with_parents (libvirt, 0700));
  self->key = g_build_filename (ssh, "id_ed25519", NULL);
  g_assert_true (g_file_set_contents (self->key, "secret", -1, NULL));
  self->libvirt = g_build_filename (libvirt, "libvirt-sock", NULL);
  self->bus = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  self->environment = g_strdup_printf ("/proc/%d/environ", getpid ());
  self->abstract = g_strdup_printf ("avb-test-%d", getpid ());
  self->pid = g_strdup_printf ("%d", getpid ());
  self->sockets[0] = listen_unix (self->libvirt, G_UNIX_SOCKET_ADDRESS_PATH);
  self->sockets[1] = listen_unix (self->abstract, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  self->sockets[2] = listen_loopback (&self->port);
  g_assert_true (g_file_test (self->bus, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (self->environment, G_FILE_TEST_EXISTS));
}

static void
dig_up (Treasures *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sockets); i++)
    g_clear_object (&self->sockets[i]);
  g_unlink (self->key);
  g_free (self->key);
  g_free (self->libvirt);
  g_free (self->bus);
  g_free (self->environment);
  g_free (self->abstract);
  g_free (self->port);
  g_free (self->pid);
}

static void
save_table (const char *table)
{
  const char *root = g_getenv ("MESON_BUILD_ROOT") != NULL ? g_getenv ("MESON_BUILD_ROOT") : g_getenv ("AVB_BUILD_ROOT");
  g_autofree char *path = NULL;

  if (root == NULL)
    return;
  path = g_build_filename (root, "meson-logs", "extension-attacks.md", NULL);
  g_assert_true (g_file_set_contents (path, table, -1, NULL));
}

static DexFuture *
test_attacks (gpointer data)
{
  Treasures treasures = { 0 };
  g_autoptr (RuntimeRig) rig = runtime_rig_new (NULL, 128, 0);
  g_autoptr (GString) table = g_string_new ("| Attempt from inside | Result |\n| --- | --- |\n");
  guint got = 0;

  bury (&treasures);
  {
    const Attack attacks[] = {
      { "read-file", "read ~/.ssh/id_ed25519", treasures.key },
      { "read-file", "look into the home folder", g_get_home_dir () },
      { "read-file", "look into the runtime folder", g_get_user_runtime_dir () },
      { "read-file", "read /etc/passwd", "/etc/passwd" },
      { "read-file", "read /proc/…/environ of the program", treasures.environment },
      { "read-file", "look into the folders of other extensions", "/run/user" },
      { "unix", "connect to libvirt’s socket", treasures.libvirt },
      { "unix", "connect to the session bus", treasures.bus },
      { "unix", "connect to the system bus", "/run/dbus/system_bus_socket" },
      { "unix", "connect to X11’s socket", "/tmp/.X11-unix/X0" },
      { "abstract", "connect to an abstract socket", treasures.abstract },
      { "abstract", "connect to X11’s abstract socket", "/tmp/.X11-unix/X0" },
      { "loopback", "connect to 127.0.0.1", treasures.port },
      { "packet", "open a raw socket", NULL },
      { "netlink", "ask the kernel for its networks", NULL },
      { "host-name", "learn the name of this computer", g_get_host_name () },
      { "count-processes", "see other processes", NULL },
      { "kill", "send a signal to the program", treasures.pid },
      { "environments", "find the program’s environment in /proc", NULL },
      { "open-files", "use files that the program has open", NULL },
      { "ptrace", "trace another process", NULL },
      { "ptrace-me", "be traced", NULL },
      { "read-memory", "read another process’s memory", NULL },
      { "new-privileges", "gain privileges by a set-user-ID program", NULL },
      { "unshare", "make a user namespace (unshare)", NULL },
      { "clone", "make a user namespace (clone)", NULL },
      { "clone3", "make a namespace (clone3)", NULL },
      { "mount", "mount a file system", NULL },
      { "mknod", "make a device", NULL },
      { "bpf", "load a program into the kernel", NULL },
      { "io-uring", "go around the filter by io_uring", NULL },
      { "userfaultfd", "handle page faults", NULL },
      { "keyring", "use the kernel’s keyring", NULL },
      { "perf", "watch the processor’s counters", NULL },
      { "terminal", "type into the terminal", NULL },
      { "write-usr", "write to /usr", NULL },
      { "write-app", "write to its own program", NULL },
      { "write-root", "write to the root", NULL },
      { "write-dev", "write to /dev", NULL },
      { "write-sysctl", "set a parameter of the kernel", NULL },
      { "read-kmsg", "read the kernel’s messages", NULL },
      { "setuid-file", "leave a set-user-ID file behind (open)", NULL },
      { "setuid-chmod", "leave a set-user-ID file behind (chmod)", NULL },
      { "memfd", "hide memory in a file without a name", NULL },
      { "memory", "take 8 GiB of memory", NULL },
      { "shared-memory", "take 8 GiB of shared memory", NULL },
      { "fork-bomb", "start processes without end", NULL },
      { "fill-data", "write a file of 8 GiB", NULL },
      { "fill-tmp", "fill /tmp", NULL },
      { "fill-shm", "fill /dev/shm", NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
      {
        g_autofree char *method = g_strconcat ("attack/", attacks[i].name, NULL);
        g_autofree char *answer = runtime_rig_ask (rig, method, attacks[i].argument);
        gboolean refused = g_str_has_prefix (answer, "refused");

        g_test_message ("%s: %s", attacks[i].what, answer);
        g_string_append_printf (table, "| %s | %s |\n", attacks[i].what, answer);
        got += !refused;
      }
  }
  save_table (table->str);
  g_assert_cmpuint (got, ==, 0);
  /* It is still there, and well. */
  {
    g_autofree char *echo = runtime_rig_ask (rig, "echo", "still here");

    g_assert_cmpstr (echo, ==, "still here");
  }
  g_assert_cmpuint (avb_extension_process_get_restarts (rig->process), ==, 0);
  dig_up (&treasures);
  return NULL;
}

/* What does not lock in is not used: each of these “sandboxes” runs the program, only that it holds nothing. */
static DexFuture *
test_fails_closed (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  static const struct { const char *script; const char *reason; } cases[] = {
    /* It ends without a word. */
    { "exit 1", "" },
    /* Runs what comes after the second "--", without any sandbox. */
    { "while [ \"$1\" != -- ]; do shift; done; shift; while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"", "home folder" },
    /* All but a network of its own. */
    { "for a; do shift; if [ \"$a\" = --unshare-all ]; then set -- \"$@\" --unshare-all --share-net; else set -- \"$@\" \"$a\"; fi; done; "
      "exec bwrap \"$@\"", "network" },
    /* All but the filter. */
    { "n=0; for a; do shift; if [ \"$a\" = --seccomp ]; then n=1; elif [ $n = 1 ]; then n=0; else set -- \"$@\" \"$a\"; fi; done; "
      "exec bwrap \"$@\"", "filter" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/bwrap-%u", folder, i);
      g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", cases[i].script);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) refused = NULL;
      AvbSandboxSpec spec = { .id = "org.example.x", .app_dir = folder, .exec = "x" };

      g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
      avb_sandbox_reset_for_test (path);
      g_assert_false (dex_await (avb_sandbox_self_test (), &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].reason));
      /* Asked again: the same. And nothing is started. */
      g_assert_false (dex_await (avb_sandbox_self_test (), NULL));
      g_assert_null (avb_sandbox_spawn (&spec, &refused));
      g_assert_error (refused, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
    }
  avb_sandbox_reset_for_test (NULL);
  avb_test_await (avb_sandbox_self_test ());
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Extensions/Sandbox/fails-closed", test_fails_closed);
  avb_test_add_fiber ("/Avb/Extensions/Sandbox/attacks", test_attacks);
  return g_test_run ();
}
