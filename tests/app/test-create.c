/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* From a file to a machine of the user's real libvirt, and back to nothing. Emulated; run in
 * tests/tools/with-home. */

#include "config.h"

#include "app/avb-draft.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

static char *folder;

static AvbLibrary *
make_library (void)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();

  return avb_library_new (backends);
}

static AvbConnection *
open_uri (AvbLibrary *library, const char *uri)
{
  g_autoptr (GError) error = NULL;
  AvbConnection *connection = avb_library_open (library, uri, &error);

  g_assert_no_error (error);
  return connection;
}

static AvbMedium *
inspect (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return avb_test_await_object (avb_medium_inspect (file));
}

static guint
count_machines (AvbConnection *connection)
{
  return g_list_model_get_n_items (avb_connection_get_machines (connection));
}

static gboolean
has_state (AvbMachine *machine, AvbMachineState state)
{
  return avb_machine_get_state (machine) == state;
}

static AvbDraft *
make_draft (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));

  avb_machine_spec_set_cpus (avb_draft_get_spec (draft), 1);
  avb_machine_spec_set_memory_mib (avb_draft_get_spec (draft), 256);
  avb_machine_spec_set_accelerated (avb_draft_get_spec (draft), FALSE);
  return draft;
}

static AvbMachine *
create (AvbDraft *draft, gboolean start)
{
  g_autofree char *title = avb_draft_dup_job_title (draft);
  g_autoptr (AvbOperation) operation = avb_operation_new (title);

  return avb_test_await_object (avb_draft_create (draft, operation, start));
}

static void
delete (AvbLibrary *library, AvbMachine *machine)
{
  avb_library_delete_later (library, machine, AVB_DELETE_DISKS);
  avb_test_await (avb_library_delete_now (library, machine));
}

static gboolean
file_contains (const char *path, const char *words)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, words) != NULL;
}

/* The whole way: the guest of the disc runs, shuts down when asked, and leaves nothing. */
static DexFuture *
iso_runs (gpointer data)
{
  const char *path = g_getenv ("AVB_TEST_ISO");
  g_autofree char *serial = avb_fixture_path (folder, "serial.log");
  g_autoptr (AvbLibrary) library = NULL;
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  AvbConnection *connection;

  if (path == NULL)
    {
      g_test_skip ("no test guest was built");
      return NULL;
    }
  library = make_library ();
  connection = open_uri (library, NULL);
  medium = inspect (path);
  draft = make_draft (library, connection, medium);
  g_assert_cmpstr (avb_draft_get_problem (draft), ==, NULL);
  avb_machine_spec_set_serial (avb_draft_get_spec (draft), serial);
  machine = create (draft, TRUE);
  g_assert_cmpstr (avb_machine_get_name (machine), ==, "Alpha VBox Test");
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_cmpuint (avb_library_count_running (library), ==, 1);
  avb_test_until_true (file_contains (serial, "ALPHA-VBOX-GUEST-READY"));

  avb_test_await (avb_machine_shut_down (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  delete (library, machine);
  avb_test_until_true (count_machines (connection) == 0);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  return NULL;
}

static DexFuture *
disk_is_copied (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *content = g_malloc0 (4 << 20);
  g_autofree char *raw = NULL;
  g_autofree char *path = avb_fixture_path (folder, "source.vmdk");
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  const AvbDiskSpec *disk;

  memset (content + (1 << 20), 'x', 1 << 20);
  raw = avb_fixture_write (folder, "source.raw", content, 4 << 20);
  avb_fixture_run ("qemu-img", "convert", "-f", "raw", "-O", "vmdk", raw, path, NULL);
  medium = inspect (path);
  draft = make_draft (library, connection, medium);
  machine = create (draft, FALSE);
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), 0);
  g_assert_cmpstr (disk->format, ==, "qcow2");
  avb_fixture_run ("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, disk->path, NULL);

  delete (library, machine);
  avb_test_until_true (count_machines (connection) == 0);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  return NULL;
}

/* Used in place: a deletion with disks is what the user asked for; without, it stays. */
static DexFuture *
disk_is_used_in_place (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *path = avb_fixture_make_disk (folder, "in place.qcow2", "qcow2", NULL);
  g_autoptr (AvbMedium) medium = inspect (path);
  g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
  g_autoptr (AvbMachine) machine = NULL;

  avb_draft_set_copy_disk (draft, FALSE);
  machine = create (draft, TRUE);
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
  avb_test_await (avb_library_delete_pending (library));
  avb_test_until_true (count_machines (connection) == 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  return NULL;
}

/* Names of files and machines that break what is put together carelessly. */
static DexFuture *
odd_names_work (gpointer data)
{
  static const char *const names[] = { "two\nlines & <b>.iso", "a,b=c:d.iso", "'\"$(x)`.iso", "Türkçe ü 日本.iso" };
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = avb_fixture_make_iso (folder, names[i], "", TRUE);
      g_autoptr (AvbMedium) medium = inspect (path);
      g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
      g_autoptr (AvbMachine) machine = create (draft, TRUE);
      g_autoptr (AvbMachineSpec) spec = NULL;
      const AvbDiskSpec *disc;

      avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
      spec = avb_test_await_object (avb_machine_read_spec (machine));
      /* Where the definition cannot hold the name, a copy has another. */
      disc = g_ptr_array_index (avb_machine_spec_get_disks (spec), 1);
      if (strchr (path, '\n') == NULL)
        g_assert_cmpstr (disc->path, ==, path);
      else
        avb_fixture_run ("cmp", "-s", disc->path, path, NULL);
      avb_test_await (avb_machine_force_off (machine));
      avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
      delete (library, machine);
      avb_test_until_true (count_machines (connection) == 0);
      g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
    }
  return NULL;
}

static DexFuture *
same_name_at_once (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *path = avb_fixture_make_iso (folder, "twice.iso", "TWICE", TRUE);
  g_autoptr (AvbMedium) medium = inspect (path);
  DexFuture *futures[3];
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");

      g_assert_cmpstr (avb_machine_spec_get_name (avb_draft_get_spec (draft)), ==, "TWICE");
      futures[i] = avb_draft_create (draft, operation, FALSE);
    }
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr (AvbMachine) machine = avb_test_await_object (futures[i]);

      g_hash_table_add (names, g_strdup (avb_machine_get_name (machine)));
      avb_library_delete_later (library, machine, AVB_DELETE_DISKS);
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, 3);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 3);
  avb_test_await (avb_library_delete_pending (library));
  avb_test_until_true (count_machines (connection) == 0);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

static char *
make_large_disk (void)
{
  g_autofree char *content = g_malloc (1 << 20);
  char *path = avb_fixture_path (folder, "large.img");
  FILE *file = g_fopen (path, "w");

  memset (content, 'x', 1 << 20);
  content[510] = 0x55;
  content[511] = (char) 0xaa;
  for (guint i = 0; i < 256; i++)
    g_assert_cmpuint (fwrite (content, 1 << 20, 1, file), ==, 1);
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

/* However far it had come. */
static DexFuture *
cancelled_copy_leaves_nothing (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *path = make_large_disk ();
  g_autoptr (AvbMedium) medium = inspect (path);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
      DexFuture *future = avb_draft_create (draft, operation, FALSE);
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbMachine) machine = NULL;

      for (guint j = 0; j < i * 3; j++)
        avb_test_pass_time ();
      avb_operation_cancel (operation);
      machine = dex_await_object (future, &error);
      /* On a fast computer the last ones may be done already. */
      if (machine != NULL)
        delete (library, machine);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      avb_test_until_true (count_machines (connection) == 0);
      g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
    }
  g_unlink (path);
  return NULL;
}

static DexFuture *
full_disk_leaves_nothing (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *path = make_large_disk ();
  g_autoptr (AvbMedium) medium = inspect (path);
  g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  struct rlimit before, limit;

  /* Files that may not grow further are to qemu-img what a full disk is. */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  limit = before;
  limit.rlim_cur = 64 << 20;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  avb_test_await_error (avb_draft_create (draft, operation, TRUE), AVB_ERROR, AVB_ERROR_NO_SPACE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
  g_assert_cmpuint (count_machines (connection), ==, 0);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_unlink (path);
  return NULL;
}

/* libvirtd is killed at some moment of a creation: it is done, or nothing of it is there. */
static DexFuture *
killed_daemon_leaves_nothing (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "qemu:///session");
  g_autofree char *path = avb_fixture_make_iso (folder, "killed.iso", "KILLED", TRUE);
  g_autoptr (AvbMedium) medium = inspect (path);

  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (AvbDraft) draft = NULL;
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
      g_autoptr (AvbMachine) machine = NULL;
      DexFuture *future;

      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
      draft = make_draft (library, connection, medium);
      future = avb_draft_create (draft, operation, FALSE);
      for (guint j = 0; j < i; j++)
        avb_test_pass_time ();
      avb_session_test_kill_daemon ();
      machine = dex_await_object (future, NULL);
      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_LOST ||
                           avb_operation_get_state (operation) == AVB_OPERATION_FAILED || machine != NULL);
      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
      if (machine != NULL)
        {
          avb_test_until_true (avb_machine_can_delete (machine));
          g_assert_cmpuint (count_machines (connection), ==, 1);
          g_assert_cmpuint (avb_session_test_count_files (), ==, 1);
          delete (library, machine);
        }
      avb_test_until_true (count_machines (connection) == 0);
      avb_test_until_true (avb_session_test_count_files () == 0);
      avb_library_dismiss_job (library, operation);
    }
  return NULL;
}

/* libvirt's own test hypervisor: what can be tried without any. */
static DexFuture *
test_hypervisor_works (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbConnection *connection = open_uri (library, "test:///default");
  g_autoptr (AvbDraft) draft = avb_test_await_object (avb_draft_new (library, connection, NULL));
  g_autoptr (AvbMachine) machine = NULL;
  guint before = count_machines (connection);

  g_assert_cmpuint (before, ==, 1);
  g_assert_true (avb_draft_get_can_create (draft));
  /* There are no disks behind it. */
  avb_draft_set_disk_size (draft, 0);
  machine = create (draft, TRUE);
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  delete (library, machine);
  avb_test_until_true (count_machines (connection) == before);
  return NULL;
}

int
main (int argc, char **argv)
{
  int code;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Create/test-hypervisor-works", test_hypervisor_works);
  avb_test_add_fiber ("/Avb/Create/iso-runs", iso_runs);
  avb_test_add_fiber ("/Avb/Create/disk-is-copied", disk_is_copied);
  avb_test_add_fiber ("/Avb/Create/disk-is-used-in-place", disk_is_used_in_place);
  avb_test_add_fiber ("/Avb/Create/odd-names-work", odd_names_work);
  avb_test_add_fiber ("/Avb/Create/same-name-at-once", same_name_at_once);
  avb_test_add_fiber ("/Avb/Create/cancelled-copy-leaves-nothing", cancelled_copy_leaves_nothing);
  avb_test_add_fiber ("/Avb/Create/full-disk-leaves-nothing", full_disk_leaves_nothing);
  avb_test_add_fiber ("/Avb/Create/killed-daemon-leaves-nothing", killed_daemon_leaves_nothing);
  code = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return code;
}
