/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-disposable.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "backends/avb-error.h"
#include "backends/avb-machine-clone.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Machines that leave nothing behind, on real libvirt and QEMU. Run in tests/tools/with-home. */

static char *folder;

static AvbLibrary *
make_library (const char *uri, AvbConnection **connection)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  AvbLibrary *library = avb_library_new (backends);

  *connection = avb_library_open (library, uri, NULL);
  g_assert_nonnull (*connection);
  return library;
}

static AvbMachine *
open_path (AvbLibrary *library, AvbConnection *connection, const char *path)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Opening");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  AvbMachine *machine = avb_test_await_object (avb_disposable_open (library, connection, file, operation));

  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  return machine;
}

static void
refuse_path (AvbLibrary *library, AvbConnection *connection, const char *path, AvbError code)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Opening");
  g_autoptr (GFile) file = g_file_new_for_path (path);

  avb_test_await_error (avb_disposable_open (library, connection, file, operation), AVB_ERROR, code);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
}

static gboolean
is_empty (AvbConnection *connection)
{
  return g_list_model_get_n_items (avb_connection_get_machines (connection)) == 0;
}

static char *
checksum (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length);
}

/* What libvirt itself says of the machine. */
static char *
dup_definition (AvbMachine *machine)
{
  const char *arguments[] = { "virsh", "-q", "-c", "qemu:///session", "dumpxml", avb_machine_get_uuid (machine), NULL };
  char *output = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, &error);
  g_assert_no_error (error);
  return output;
}

static DexFuture *
disk_fiber (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library ("qemu:///session", &connection);
  g_autofree char *image = avb_fixture_make_disk (folder, "image.qcow2", "qcow2", NULL);
  g_autofree char *before = checksum (image);
  g_autofree char *after = NULL;
  g_autofree char *definition = NULL;
  g_autoptr (AvbMachine) machine = open_path (library, connection, image);
  g_autoptr (AvbMachine) second = NULL;

  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  /* It runs, and what it writes has no name. */
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_assert_false (avb_machine_can_save (machine));
  g_assert_cmpstr (avb_machine_get_setting (machine, AVB_SETTING_DISPOSABLE), ==, "yes");
  definition = dup_definition (machine);
  g_assert_nonnull (strstr (definition, "<domain type="));
  g_assert_null (strstr (definition, "<interface"));
  g_assert_null (strstr (definition, "com.redhat.spice.0"));
  g_assert_null (strstr (definition, "org.qemu.guest_agent.0"));
  g_assert_null (strstr (definition, "<redirdev"));
  g_assert_null (strstr (definition, "<filesystem"));

  /* Another one of the same file at the same time; a reset finds its disk. */
  second = open_path (library, connection, image);
  g_assert_cmpstr (avb_machine_get_name (second), !=, avb_machine_get_name (machine));
  avb_test_await (avb_machine_reset (machine));
  avb_test_await (avb_disposable_end_all (library));
  avb_test_until (is_empty, connection);
  after = checksum (image);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

/* QEMU is killed while nobody looks: nothing stays either. */
static DexFuture *
killed_fiber (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library ("qemu:///session", &connection);
  g_autofree char *iso = avb_fixture_make_iso (folder, "live.iso", "LIVE", TRUE);
  g_autoptr (AvbMachine) machine = open_path (library, connection, iso);

  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  g_assert_no_errno (kill (avb_session_test_qemu_pid (avb_machine_get_name (machine)), SIGKILL));
  avb_test_until (is_empty, connection);
  g_assert_true (g_file_test (iso, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

static DexFuture *
refused_fiber (gpointer data)
{
  AvbConnection *connection, *test;
  g_autoptr (AvbLibrary) library = make_library ("qemu:///session", &connection);
  g_autofree char *iso = avb_fixture_make_iso (folder, "refused.iso", "LIVE", TRUE);
  g_autofree char *text = avb_fixture_write (folder, "text.iso", "This is no disc.", 16);

  refuse_path (library, connection, "/nowhere.iso", AVB_ERROR_NOT_FOUND);
  refuse_path (library, connection, text, AVB_ERROR_INVALID);
  test = avb_library_open (library, "test:///default", NULL);
  refuse_path (library, test, iso, AVB_ERROR_NOT_SUPPORTED);
  g_assert_true (is_empty (connection));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

int
main (int argc, char *argv[])
{
  int status;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Disposable/disk-image", disk_fiber);
  avb_test_add_fiber ("/Avb/Disposable/killed", killed_fiber);
  avb_test_add_fiber ("/Avb/Disposable/refused", refused_fiber);
  status = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return status;
}
