/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/kvm/avb-kvm-probe.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "backends/kvm/avb-kvm-backend.h"
#include "tests/avb-test.h"

/* A helper that says @answer, or hangs up by @signal, and counts how often it was asked. */
static char *
write_helper (const char *folder,
              const char *body)
{
  char *path = g_build_filename (folder, "helper", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho x >> '%s/asked'\n%s\n", folder, body);

  g_assert_true (g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  return path;
}

static guint
times_asked (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "asked", NULL);
  g_autofree char *content = NULL;
  gsize length = 0;

  g_file_get_contents (path, &content, &length, NULL);
  return (guint) (length / 2);
}

static AvbKvmProbe *
run (const char *device,
     const char *folder,
     const char *helper)
{
  g_autofree char *cache = g_build_filename (folder, "cache", "kvm.ini", NULL);

  return avb_test_await_boxed (avb_kvm_probe_run (device, helper, cache));
}

static DexFuture *
missing_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "exit 0");
  g_autoptr (AvbKvmProbe) probe = run ("/nonexistent/kvm", folder, helper);
  g_autofree char *reason = avb_kvm_probe_dup_reason (probe);
  g_autofree char *remedy = avb_kvm_probe_dup_remedy (probe);

  g_assert_cmpint (probe->verdict, ==, AVB_KVM_MISSING);
  g_assert_nonnull (reason);
  g_assert_nonnull (remedy);
  g_assert_cmpuint (times_asked (folder), ==, 0);
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
not_permitted_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "exit 0");
  g_autofree char *device = g_build_filename (folder, "kvm", NULL);
  g_autoptr (AvbKvmProbe) probe = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may open anything");
      avb_test_remove_folder (folder);
      return NULL;
    }
  g_assert_true (g_file_set_contents_full (device, "", 0, G_FILE_SET_CONTENTS_NONE, 0, NULL));
  g_assert_cmpint (g_chmod (device, 0), ==, 0);
  probe = run (device, folder, helper);
  g_assert_cmpint (probe->verdict, ==, AVB_KVM_NOT_PERMITTED);
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
works_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "echo works");
  g_autoptr (AvbKvmProbe) probe = run ("/dev/null", folder, helper);

  g_assert_cmpint (probe->verdict, ==, AVB_KVM_WORKS);
  g_assert_null (avb_kvm_probe_dup_reason (probe));
  g_assert_null (avb_kvm_probe_dup_remedy (probe));
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
broken_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "echo 'KVM internal error, suberror 1'; exit 1");
  g_autoptr (AvbKvmProbe) probe = run ("/dev/null", folder, helper);

  g_assert_cmpint (probe->verdict, ==, AVB_KVM_BROKEN);
  g_assert_cmpstr (probe->details, ==, "KVM internal error, suberror 1");
  avb_test_remove_folder (folder);
  return NULL;
}

/* VirtualBox has it, and later has it no more: that is seen at once. */
static DexFuture *
busy_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *cache = g_build_filename (folder, "cache", "kvm.ini", NULL);
  g_autofree char *helper = write_helper (folder, "echo 'KVM_CREATE_VM: Device or resource busy'; exit 3");
  g_autoptr (AvbKvmProbe) busy = run ("/dev/null", folder, helper);
  g_autofree char *reason = avb_kvm_probe_dup_reason (busy);
  g_autofree char *remedy = avb_kvm_probe_dup_remedy (busy);
  g_autoptr (AvbKvmProbe) works = NULL;

  g_assert_cmpint (busy->verdict, ==, AVB_KVM_BUSY);
  g_assert_cmpstr (busy->details, ==, "KVM_CREATE_VM: Device or resource busy");
  g_assert_nonnull (strstr (reason, "VirtualBox"));
  g_assert_cmpstr (remedy, ==, "Close its machines, then try again.");
  g_assert_false (g_file_test (cache, G_FILE_TEST_EXISTS));

  g_free (helper);
  helper = write_helper (folder, "echo works");
  works = run ("/dev/null", folder, helper);
  g_assert_cmpint (works->verdict, ==, AVB_KVM_WORKS);
  g_assert_cmpuint (times_asked (folder), ==, 2);
  avb_test_remove_folder (folder);
  return NULL;
}

static gboolean
is_mended (AvbConnection *connection)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);

  return avb_capabilities_get_acceleration (capabilities) == AVB_ACCELERATION_HARDWARE;
}

static gboolean
is_emulated (AvbConnection *connection)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);

  return avb_capabilities_get_acceleration (capabilities) == AVB_ACCELERATION_NONE;
}

static gboolean
is_busy (AvbConnection *connection)
{
  const char *reason
      = avb_capabilities_get_acceleration_reason (avb_connection_get_capabilities (connection));

  return reason != NULL && strstr (reason, "VirtualBox") != NULL;
}

/* The button that tries again asks KVM again, not libvirt alone. */
static DexFuture *
retry_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *before = g_strdup (g_getenv ("ALPHA_VBOX_KVM_SELF_TEST"));
  g_autofree char *helper = write_helper (folder, "exit 3");
  g_autofree char *cache
      = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", "kvm.ini", NULL);
  g_autoptr (AvbBackend) backend = avb_kvm_backend_new ();
  g_autoptr (AvbConnection) connection = NULL;
  /* Where there is none, it is neither busy nor mended by another answer of the self-test. */
  gboolean exists = access ("/dev/kvm", R_OK | W_OK) == 0;

  g_unlink (cache);
  g_setenv ("ALPHA_VBOX_KVM_SELF_TEST", helper, TRUE);
  connection = avb_backend_connect (backend, "qemu:///session");
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  avb_test_until (exists ? is_busy : is_emulated, connection);
  g_free (helper);
  helper = write_helper (folder, "exit 0");
  avb_connection_retry (connection);
  avb_test_until (exists ? is_mended : is_emulated, connection);
  g_assert_cmpuint (times_asked (folder), ==, exists ? 2 : 0);
  avb_test_await (avb_connection_close (connection));
  g_setenv ("ALPHA_VBOX_KVM_SELF_TEST", before, TRUE);
  g_unlink (cache);
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
killed_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "kill -ALRM $$");
  g_autoptr (AvbKvmProbe) probe = run ("/dev/null", folder, helper);

  g_assert_cmpint (probe->verdict, ==, AVB_KVM_BROKEN);
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
once_per_boot_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *helper = write_helper (folder, "echo 'KVM exit reason 8'; exit 1");
  g_autofree char *cache = g_build_filename (folder, "cache", "kvm.ini", NULL);
  g_autoptr (AvbKvmProbe) first = run ("/dev/null", folder, helper);
  g_autoptr (AvbKvmProbe) second = run ("/dev/null", folder, helper);
  g_autoptr (AvbKvmProbe) other_device = run ("/dev/zero", folder, helper);
  g_autoptr (AvbKvmProbe) other_boot = NULL;
  g_autofree char *content = NULL;
  g_autofree char *before = NULL;

  g_assert_cmpuint (times_asked (folder), ==, 2);
  g_assert_cmpstr (second->details, ==, first->details);
  g_assert_cmpint (second->verdict, ==, AVB_KVM_BROKEN);

  /* Another boot, and a file that is damaged. */
  g_assert_true (g_file_get_contents (cache, &content, NULL, NULL));
  before = g_strdup_printf ("[kvm]\nboot-id=other\ndevice=/dev/null\nworks=true\n");
  g_assert_true (g_file_set_contents (cache, before, -1, NULL));
  other_boot = run ("/dev/null", folder, helper);
  g_assert_cmpint (other_boot->verdict, ==, AVB_KVM_BROKEN);
  g_assert_cmpuint (times_asked (folder), ==, 3);
  g_assert_true (g_file_set_contents (cache, "[kvm\nboot-id=\xff", -1, NULL));
  g_clear_pointer (&other_boot, avb_kvm_probe_free);
  other_boot = run ("/dev/null", folder, helper);
  g_assert_cmpint (other_boot->verdict, ==, AVB_KVM_BROKEN);
  g_assert_cmpuint (times_asked (folder), ==, 4);
  avb_test_remove_folder (folder);
  return NULL;
}

/* The real program: never more than its time limit, always one line. */
static DexFuture *
self_test_fiber (gpointer data)
{
  static const char *const devices[] = { "/dev/kvm", "/dev/null", "/nonexistent" };

  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *output = NULL;
      g_autoptr (GSubprocess) process =
          g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            g_getenv ("ALPHA_VBOX_KVM_SELF_TEST"), devices[i], NULL);

      g_assert_no_error (error);
      g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
      g_assert_no_error (error);
      g_test_message ("%s: %s", devices[i], g_strchomp (output));
      g_assert_true (g_subprocess_get_if_exited (process));
      g_assert_cmpint (g_subprocess_get_exit_status (process) == 0, ==,
                       g_str_equal (output, "works"));
      g_assert_null (strchr (output, '\n'));
      g_assert_cmpuint (strlen (output), >, 0);
    }
  return NULL;
}

static DexFuture *
no_helper_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *cache = g_build_filename (folder, "kvm.ini", NULL);

  g_autoptr (AvbKvmProbe) probe =
      avb_test_await_boxed (avb_kvm_probe_run ("/dev/null", "/nonexistent/helper", cache));
  g_autofree char *reason = avb_kvm_probe_dup_reason (probe);

  g_assert_cmpint (probe->verdict, ==, AVB_KVM_UNTESTED);
  g_assert_nonnull (reason);
  g_assert_false (g_file_test (cache, G_FILE_TEST_EXISTS));
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int    argc,
      char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/KvmProbe/missing", missing_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/not-permitted", not_permitted_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/works", works_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/broken", broken_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/busy", busy_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/retry", retry_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/killed", killed_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/once-per-boot", once_per_boot_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/no-helper", no_helper_fiber);
  avb_test_add_fiber ("/Avb/KvmProbe/self-test", self_test_fiber);
  return g_test_run ();
}
