/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-draft.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "backends/avb-error.h"
#include "tests/app/avb-fake-connection.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* One test's library, connection and folders. */
typedef struct {
  AvbLibrary        *library;
  AvbFakeConnection *connection;
  char              *media;
  char              *disks;
} Place;

static Place *
place_new (const char *uri)
{
  g_autoptr (GListModel) backends = avb_fake_backends ();
  Place *place = g_new0 (Place, 1);

  place->library = avb_library_new (backends);
  place->connection = AVB_FAKE_CONNECTION (avb_library_open (place->library, uri, NULL));
  place->media = avb_test_make_folder ();
  place->disks = avb_test_make_folder ();
  place->connection->folder = g_strdup (place->disks);
  return place;
}

static void
place_free (Place *place)
{
  g_object_unref (place->library);
  avb_test_remove_folder (place->media);
  avb_test_remove_folder (place->disks);
  g_free (place->media);
  g_free (place->disks);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static AvbDraft *
draft (Place *place, AvbMedium *medium)
{
  return avb_test_await_object (avb_draft_new (place->library, AVB_CONNECTION (place->connection), medium));
}

static AvbMedium *
inspect (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return avb_test_await_object (avb_medium_inspect (file));
}

static AvbMedium *
make_iso (Place *place, const char *volume_id)
{
  g_autofree char *path = avb_fixture_make_iso (place->media, "m.iso", volume_id, TRUE);

  return inspect (path);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static guint
count_machines (Place *place)
{
  return g_list_model_get_n_items (avb_connection_get_machines (AVB_CONNECTION (place->connection)));
}

static void
assert_problem (AvbDraft *self, gboolean fatal, const char *words)
{
  if (words == NULL)
    g_assert_cmpstr (avb_draft_get_problem (self), ==, NULL);
  else if (avb_draft_get_problem (self) == NULL || strstr (avb_draft_get_problem (self), words) == NULL)
    g_error ("“%s” does not say “%s”", avb_draft_get_problem (self), words);
  g_assert_cmpint (avb_draft_get_problem_is_fatal (self), ==, fatal);
  g_assert_cmpint (avb_draft_get_can_create (self), ==, !fatal);
}

static DexFuture *
is_prefilled_for_a_known_system (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "Debian 12.5.0 amd64 n");
  g_autoptr (AvbDraft) self = draft (place, medium);
  AvbMachineSpec *spec = avb_draft_get_spec (self);

  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "Debian 12");
  g_assert_cmpstr (avb_machine_spec_get_os_id (spec), ==, "http://debian.org/debian/12");
  g_assert_cmpstr (avb_machine_spec_get_architecture (spec), ==, "x86_64");
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), >=, 1);
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), <=, 4);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 2048);
  g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 20 * GIB);
  g_assert_cmpint (avb_machine_spec_get_firmware (spec), ==, AVB_FIRMWARE_BIOS);
  g_assert_false (avb_machine_spec_get_tpm (spec));
  g_assert_false (avb_machine_spec_get_accelerated (spec));
  g_assert_true (avb_machine_spec_get_graphics (spec));
  g_assert_cmpuint (avb_draft_get_max_cpus (self), ==, 4);
  g_assert_cmpuint (avb_draft_get_max_memory_mib (self), ==, 8192);
  g_assert_cmpint (avb_draft_get_size (self), ==, AVB_DRAFT_SIZE_MEDIUM);
  assert_problem (self, FALSE, NULL);
  return NULL;
}

static DexFuture *
is_prefilled_for_an_unknown_system (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "SOMETHING");
  g_autoptr (AvbDraft) self = draft (place, medium);
  g_autoptr (AvbDraft) empty = draft (place, NULL);
  AvbMachineSpec *spec = avb_draft_get_spec (self);

  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "SOMETHING");
  g_assert_cmpstr (avb_machine_spec_get_os_id (spec), ==, NULL);
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), ==, 2);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 2048);
  g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 20 * GIB);
  g_assert_cmpstr (avb_machine_spec_get_name (avb_draft_get_spec (empty)), ==, "Machine");
  assert_problem (empty, FALSE, NULL);
  return NULL;
}

static DexFuture *
windows_gets_what_it_wants (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autofree char *path = avb_fixture_path (place->media, "w.iso");
  g_autofree char *tree = avb_fixture_path (place->media, "tree");
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) self = NULL;
  AvbMachineSpec *spec;

  g_assert_cmpint (g_mkdir (tree, 0700), ==, 0);
  avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-V", "CCCOMA_X64FRE_EN-US_DV9", "-publisher",
                   "MICROSOFT CORPORATION", "-o", path, tree, NULL);
  medium = inspect (path);
  self = draft (place, medium);
  spec = avb_draft_get_spec (self);
  g_assert_true (g_str_has_prefix (avb_machine_spec_get_os_id (spec), "http://microsoft.com/win/"));
  if (g_str_has_suffix (avb_machine_spec_get_os_id (spec), "/11"))
    {
      g_assert_cmpint (avb_machine_spec_get_firmware (spec), ==, AVB_FIRMWARE_UEFI_SECURE);
      g_assert_false (avb_machine_spec_get_tpm (spec));
      g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), >=, 4096);
    }
  /* Not bootable: that is said first. */
  assert_problem (self, FALSE, "does not look like");
  return NULL;
}

static DexFuture *
presets_and_numbers (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "SOMETHING");
  g_autoptr (AvbDraft) self = draft (place, medium);
  AvbMachineSpec *spec = avb_draft_get_spec (self);

  avb_draft_set_size (self, AVB_DRAFT_SIZE_SMALL);
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), ==, 1);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 1024);
  g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 10 * GIB);
  avb_draft_set_size (self, AVB_DRAFT_SIZE_LARGE);
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), ==, 4);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 4096);
  g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 40 * GIB);
  g_assert_cmpint (avb_draft_get_size (self), ==, AVB_DRAFT_SIZE_LARGE);

  avb_machine_spec_set_memory_mib (spec, 4000);
  g_assert_cmpint (avb_draft_get_size (self), ==, AVB_DRAFT_SIZE_CUSTOM);
  avb_draft_set_size (self, AVB_DRAFT_SIZE_MEDIUM);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 2048);
  g_object_set (self, "disk-size", 3 * GIB, NULL);
  g_assert_cmpint (avb_draft_get_size (self), ==, AVB_DRAFT_SIZE_CUSTOM);
  return NULL;
}

static DexFuture *
problems_are_told (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "Debian 12.5.0 amd64 n");
  g_autoptr (AvbDraft) self = draft (place, medium);
  AvbMachineSpec *spec = avb_draft_get_spec (self);

  avb_machine_spec_set_name (spec, "");
  assert_problem (self, TRUE, "");
  avb_machine_spec_set_name (spec, "two\nlines");
  assert_problem (self, TRUE, "");
  avb_machine_spec_set_name (spec, "a/b");
  assert_problem (self, TRUE, "");
  avb_machine_spec_set_name (spec, "<b>bold & more");
  assert_problem (self, FALSE, NULL);

  avb_fake_connection_add (place->connection, "<b>bold & more", AVB_MACHINE_OFF);
  assert_problem (self, TRUE, "named “<b>bold & more” already");
  avb_machine_spec_set_name (spec, "free");
  assert_problem (self, FALSE, NULL);

  avb_machine_spec_set_memory_mib (spec, 17000);
  assert_problem (self, TRUE, "more memory than");
  avb_machine_spec_set_memory_mib (spec, 5000);
  assert_problem (self, FALSE, "are free at the moment");
  avb_machine_spec_set_memory_mib (spec, 64);
  assert_problem (self, FALSE, "needs at least");
  avb_draft_set_size (self, AVB_DRAFT_SIZE_MEDIUM);
  assert_problem (self, FALSE, NULL);

  avb_connection_set_link (AVB_CONNECTION (place->connection), AVB_LINK_LOST, "Gone.");
  assert_problem (self, TRUE, "no connection");
  avb_connection_set_link (AVB_CONNECTION (place->connection), AVB_LINK_UP, NULL);
  assert_problem (self, FALSE, NULL);
  return NULL;
}

static DexFuture *
names_are_unique (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  g_autoptr (AvbDraft) self = NULL;

  avb_fake_connection_add (place->connection, "DISC", AVB_MACHINE_OFF);
  avb_fake_connection_add (place->connection, "DISC 2", AVB_MACHINE_OFF);
  self = draft (place, medium);
  g_assert_cmpstr (avb_machine_spec_get_name (avb_draft_get_spec (self)), ==, "DISC 3");
  return NULL;
}

static DexFuture *
other_architectures_are_refused (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) arm = make_iso (place, "Debian 12.5.0 arm64 n");
  g_autoptr (AvbDraft) self = draft (place, arm);
  g_autoptr (AvbMedium) old = make_iso (place, "Debian 12.5.0 i386 n");
  g_autoptr (AvbDraft) on_pc = draft (place, old);

  assert_problem (self, TRUE, "aarch64");
  g_assert_cmpstr (avb_machine_spec_get_architecture (avb_draft_get_spec (on_pc)), ==, "x86_64");
  assert_problem (on_pc, FALSE, NULL);
  return NULL;
}

static DexFuture *
space_is_checked (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  g_autofree char *path = avb_fixture_path (place->media, "big.raw");
  g_autoptr (AvbMedium) disk = NULL;
  g_autoptr (AvbDraft) less = NULL;
  g_autoptr (AvbDraft) none = NULL;
  g_autoptr (AvbDraft) copy = NULL;

  place->connection->free_disk = 5 * GIB + 5;
  less = draft (place, medium);
  g_assert_cmpuint (avb_draft_get_disk_size (less), ==, 5 * GIB);
  assert_problem (less, FALSE, NULL);
  avb_draft_set_disk_size (less, 6 * GIB);
  assert_problem (less, FALSE, "may grow");

  place->connection->free_disk = 1024;
  none = draft (place, medium);
  assert_problem (none, TRUE, "“/disks”");

  {
    g_autofree char *bytes = g_malloc (1 << 20);

    memset (bytes, 1, 1 << 20);
    bytes[510] = 0x55;
    bytes[511] = (char) 0xaa;
    g_assert_true (g_file_set_contents (path, bytes, 1 << 20, NULL));
  }
  disk = inspect (path);
  copy = draft (place, disk);
  assert_problem (copy, TRUE, "disk space");
  avb_draft_set_copy_disk (copy, FALSE);
  assert_problem (copy, FALSE, NULL);
  return NULL;
}

static DexFuture *
iso_becomes_a_machine (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "Debian 12.5.0 amd64 n");
  g_autoptr (AvbDraft) self = draft (place, medium);
  g_autofree char *title = avb_draft_dup_job_title (self);
  g_autoptr (AvbOperation) operation = avb_operation_new (title);
  DexFuture *future = avb_draft_create (self, operation, TRUE);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  const AvbDiskSpec *disk;
  const AvbInterfaceSpec *nic;

  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_jobs (place->library)), ==, 1);
  machine = avb_test_await_object (future);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_jobs (place->library)), ==, 0);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);

  spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 2);
  disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), 0);
  g_assert_cmpint (disk->device, ==, AVB_DISK_DEVICE_DISK);
  g_assert_cmpint (disk->bus, ==, AVB_DISK_BUS_VIRTIO);
  g_assert_cmpstr (disk->format, ==, "qcow2");
  g_assert_cmpuint (disk->boot_order, ==, 1);
  g_assert_true (g_file_test (disk->path, G_FILE_TEST_EXISTS));
  disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), 1);
  g_assert_cmpint (disk->device, ==, AVB_DISK_DEVICE_CDROM);
  g_assert_cmpstr (disk->path, ==, avb_medium_get_path (medium));
  g_assert_true (disk->read_only);
  g_assert_cmpuint (disk->boot_order, ==, 2);
  g_assert_cmpuint (avb_machine_spec_get_interfaces (spec)->len, ==, 1);
  nic = g_ptr_array_index (avb_machine_spec_get_interfaces (spec), 0);
  g_assert_cmpstr (nic->model, ==, "virtio");
  g_assert_cmpuint (count_files (place->disks), ==, 1);
  return NULL;
}

static DexFuture *
iso_is_copied_where_it_cannot_be_reached (gpointer data)
{
  g_autoptr (Place) place = place_new ("fake:///system");
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  g_autoptr (AvbDraft) self = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  const AvbDiskSpec *disk;

  /* The folders of the test are the user's alone. */
  self = draft (place, medium);
  machine = avb_test_await_object (avb_draft_create (self, operation, FALSE));
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), 1);
  g_assert_true (g_str_has_prefix (disk->path, place->disks));
  g_assert_true (g_str_has_suffix (disk->path, "/DISC" AVB_VOLUME_DISC_COPY));
  g_assert_cmpuint (count_files (place->disks), ==, 2);
  return NULL;
}

static DexFuture *
disk_image_is_copied_or_used (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autofree char *path = avb_fixture_make_disk (place->media, "my disk.qcow2", "qcow2", NULL);
  g_autoptr (AvbMedium) medium = inspect (path);

  for (int copy = 0; copy < 2; copy++)
    {
      g_autoptr (AvbDraft) self = draft (place, medium);
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (AvbMachineSpec) spec = NULL;
      const AvbDiskSpec *disk;

      g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 0);
      g_assert_true (avb_draft_get_copy_disk (self));
      avb_draft_set_copy_disk (self, copy);
      machine = avb_test_await_object (avb_draft_create (self, operation, FALSE));
      g_assert_cmpstr (avb_machine_get_name (machine), ==, copy ? "my disk 2" : "my disk");
      spec = avb_test_await_object (avb_machine_read_spec (machine));
      g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 1);
      disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), 0);
      g_assert_cmpint (disk->bus, ==, AVB_DISK_BUS_SATA);
      g_assert_cmpstr (disk->format, ==, "qcow2");
      if (copy)
        g_assert_true (g_str_has_suffix (disk->path, "/my-disk-2.qcow2"));
      else
        g_assert_cmpstr (disk->path, ==, path);
      g_assert_cmpuint (count_files (place->disks), ==, copy);
    }
  return NULL;
}

/* Whatever goes wrong, nothing is left. */
static DexFuture *
failures_leave_nothing (gpointer data)
{
  static const struct {
    AvbFakeMood mood;
    AvbError    code;
  } cases[] = {
    { AVB_FAKE_NO_SPACE, AVB_ERROR_NO_SPACE },
    { AVB_FAKE_REFUSES, AVB_ERROR_INVALID },
    { AVB_FAKE_BREAKS, AVB_ERROR_UNAVAILABLE },
  };
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AvbDraft) self = draft (place, medium);
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");

      place->connection->mood = cases[i].mood;
      avb_test_await_error (avb_draft_create (self, operation, TRUE), AVB_ERROR, (int) cases[i].code);
      g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
      avb_test_until_true (avb_connection_get_link (AVB_CONNECTION (place->connection)) == AVB_LINK_UP);
      g_assert_cmpuint (count_files (place->disks), ==, 0);
      g_assert_cmpuint (count_machines (place), ==, 0);
      g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_jobs (place->library)), ==, 1);
      avb_library_dismiss_job (place->library, operation);
    }
  return NULL;
}

static DexFuture *
cancel_leaves_nothing (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");

  for (guint when = 0; when < 2; when++)
    {
      g_autoptr (AvbDraft) self = draft (place, medium);
      g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
      DexFuture *future;

      place->connection->mood = AVB_FAKE_HANGS;
      place->connection->volume_begun = FALSE;
      if (when == 0)
        avb_operation_cancel (operation);
      future = avb_draft_create (self, operation, TRUE);
      if (when == 1)
        {
          avb_test_until_true (place->connection->volume_begun);
          avb_operation_cancel (operation);
        }
      avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_CANCELLED);
      g_assert_cmpuint (count_files (place->disks), ==, 0);
      g_assert_cmpuint (count_machines (place), ==, 0);
      g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_jobs (place->library)), ==, 0);
    }
  return NULL;
}

static DexFuture *
taken_name_is_changed (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  g_autoptr (AvbDraft) self = draft (place, medium);
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  g_autoptr (AvbMachine) machine = NULL;

  place->connection->mood = AVB_FAKE_TAKEN;
  machine = avb_test_await_object (avb_draft_create (self, operation, FALSE));
  g_assert_cmpstr (avb_machine_get_name (machine), ==, "DISC 2");
  return NULL;
}

static DexFuture *
machine_that_does_not_start_stays (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  g_autoptr (AvbDraft) self = draft (place, medium);
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  g_autoptr (GError) error = NULL;

  place->connection->mood = AVB_FAKE_NO_START;
  g_assert_false (dex_await (avb_draft_create (self, operation, TRUE), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "was created, but"));
  g_assert_cmpstr (avb_error_get_details (error), ==, "native");
  g_assert_cmpuint (count_machines (place), ==, 1);
  g_assert_cmpuint (count_files (place->disks), ==, 1);
  return NULL;
}

static DexFuture *
without_interest_it_goes_on (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbMedium) medium = make_iso (place, "DISC");
  AvbDraft *self = draft (place, medium);
  AvbOperation *operation = avb_operation_new ("creating");

  dex_unref (avb_draft_create (self, operation, FALSE));
  avb_test_until_true (avb_operation_get_state (operation) == AVB_OPERATION_DONE);
  g_assert_cmpuint (count_machines (place), ==, 1);
  avb_test_until_true (G_OBJECT (self)->ref_count == 1);
  g_assert_finalize_object (self);
  g_assert_finalize_object (operation);
  return NULL;
}

static DexFuture *
what_cannot_be_created_is_not (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbDraft) self = draft (place, NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  g_autoptr (AvbCapabilities) cannot = avb_capabilities_new ();

  avb_machine_spec_set_name (avb_draft_get_spec (self), "");
  avb_test_await_error (avb_draft_create (self, operation, FALSE), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);

  avb_capabilities_set_unsupported (cannot, AVB_FEATURE_CREATE, "Read only.");
  avb_connection_set_capabilities (AVB_CONNECTION (place->connection), cannot);
  assert_problem (self, TRUE, "Read only.");
  avb_test_await_error (avb_draft_new (place->library, AVB_CONNECTION (place->connection), NULL), AVB_ERROR,
                        AVB_ERROR_NOT_SUPPORTED);
  avb_connection_set_link (AVB_CONNECTION (place->connection), AVB_LINK_LOST, "Gone.");
  avb_test_await_error (avb_draft_new (place->library, AVB_CONNECTION (place->connection), NULL), AVB_ERROR,
                        AVB_ERROR_UNAVAILABLE);
  return NULL;
}

static AvbMachineTemplate *
template_of (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return avb_machine_template_new ("org.example.pack", "Small Router", "For <b>tests</b>", json_node_get_object (node),
                                   error);
}

static AvbDraft *
draft_of (Place *place, AvbMedium *medium, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMachineTemplate) template = template_of (text, &error);

  g_assert_no_error (error);
  return avb_test_await_object (
      avb_draft_new_from_template (place->library, AVB_CONNECTION (place->connection), medium, template));
}

#define ROUTER                                                                                              \
  "{'id':'router','recipe':'some-disc','spec':{'os':'http://debian.org/debian/12','cpus':1,'memory_mib':640," \
  "'disk_gib':3,'firmware':'bios','tpm':false,'extras':{'sound':false},"                                     \
  "'interfaces':[{'kind':'user','model':'virtio'},{'kind':'network','source':'lan','model':'e1000e'}]}}"

static char *
quote (const char *text)
{
  char *copy = g_strdup (text);

  return g_strdelimit (copy, "'", '"');
}

static DexFuture *
template_is_filled_in (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autofree char *text = quote (ROUTER);
  g_autoptr (AvbDraft) self = draft_of (place, NULL, text);
  g_autoptr (AvbOperation) operation = avb_operation_new ("creating");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  AvbMachineTemplate *template = avb_draft_get_template (self);

  g_assert_cmpstr (avb_machine_template_get_id (template), ==, "org.example.pack/router");
  g_assert_cmpstr (avb_machine_template_get_recipe (template), ==, "some-disc");
  g_assert_cmpstr (avb_machine_spec_get_name (avb_draft_get_spec (self)), ==, "Small Router");
  g_assert_cmpint (avb_draft_get_size (self), ==, AVB_DRAFT_SIZE_CUSTOM);
  g_assert_cmpuint (avb_draft_get_disk_size (self), ==, 3 * GIB);
  assert_problem (self, FALSE, "needs at least 1 GiB of memory");

  machine = avb_test_await_object (avb_draft_create (self, operation, FALSE));
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 640);
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), ==, 1);
  g_assert_cmpstr (avb_machine_spec_get_os_id (spec), ==, "http://debian.org/debian/12");
  g_assert_false (avb_machine_spec_get_extra (spec, AVB_EXTRA_SOUND));
  g_assert_true (avb_machine_spec_get_extra (spec, AVB_EXTRA_DISPLAY_AGENT));
  g_assert_cmpuint (avb_machine_spec_get_interfaces (spec)->len, ==, 2);
  g_assert_cmpstr (((AvbInterfaceSpec *) avb_machine_spec_get_interfaces (spec)->pdata[1])->source, ==, "lan");
  return NULL;
}

/* What the computer does not have is told, and can be mended; what the file is goes before what the template says. */
static DexFuture *
template_yields (gpointer data)
{
  g_autoptr (Place) place = place_new (NULL);
  g_autoptr (AvbCapabilities) few = avb_capabilities_copy (
      avb_connection_get_capabilities (AVB_CONNECTION (place->connection)));
  g_autofree char *secure = quote ("{'id':'w','spec':{'firmware':'uefi-secure','tpm':true,'cpus':1000,"
                                   "'memory_mib':60000000,'interfaces':[]}}");
  g_autofree char *arm = quote ("{'id':'a','spec':{'architecture':'aarch64','firmware':'bios'}}");
  g_autoptr (AvbMedium) medium = make_iso (place, "Debian 12.5.0 amd64 n");
  g_autoptr (AvbDraft) self = NULL;
  g_autoptr (AvbDraft) foreign = draft_of (place, NULL, arm);
  g_autoptr (AvbDraft) own = draft_of (place, medium, arm);

  assert_problem (foreign, TRUE, "aarch64");
  assert_problem (own, FALSE, NULL);
  g_assert_cmpstr (avb_machine_spec_get_architecture (avb_draft_get_spec (own)), ==, "x86_64");
  g_assert_cmpstr (avb_machine_spec_get_os_id (avb_draft_get_spec (own)), ==, "http://debian.org/debian/12");

  avb_capabilities_set_unsupported (few, AVB_FEATURE_SECURE_BOOT, "No Secure Boot.");
  avb_capabilities_set_unsupported (few, AVB_FEATURE_TPM, "No TPM.");
  avb_connection_set_capabilities (AVB_CONNECTION (place->connection), few);
  self = draft_of (place, NULL, secure);
  g_assert_cmpuint (avb_machine_spec_get_cpus (avb_draft_get_spec (self)), <=, 1000);
  assert_problem (self, TRUE, "No Secure Boot.");
  avb_draft_mend (self, AVB_MEND_PLAIN_FIRMWARE);
  avb_draft_mend (self, AVB_MEND_NO_TPM);
  avb_draft_mend (self, AVB_MEND_LESS_MEMORY);
  g_assert_true (avb_draft_get_can_create (self));
  return NULL;
}

static void
templates_are_not_trusted (void)
{
  static const char *const wrong[] = {
    "{}", "{'id':'a'}", "{'id':7,'spec':{}}", "{'id':'a','spec':[]}", "{'id':'a','spec':{'cpus':0}}",
    "{'id':'a','spec':{'cpus':1e3}}", "{'id':'a','spec':{'cpus':'2'}}", "{'id':'a','spec':{'memory_mib':-1}}",
    "{'id':'a','spec':{'memory_mib':9007199254740993}}", "{'id':'a','spec':{'disk_gib':1048577}}",
    "{'id':'a','spec':{'firmware':'efi'}}", "{'id':'a','spec':{'tpm':1}}", "{'id':'a','spec':{'os':''}}",
    "{'id':'a','spec':{'os':'a\\nb'}}", "{'id':'a','spec':{'extras':[]}}", "{'id':'a','spec':{'extras':{'sound':'no'}}}",
    "{'id':'a','spec':{'interfaces':{}}}", "{'id':'a','spec':{'interfaces':[7]}}",
    "{'id':'a','spec':{'interfaces':[{'kind':'user','source':'x'}]}}", "{'id':'a','spec':{'interfaces':[{}]}}",
    "{'id':'a','spec':{'interfaces':[{'kind':'bridge'}]}}", "{'id':'a','recipe':[],'spec':{}}",
    "{'id':'a','spec':{'interfaces':[{'kind':'user'},{'kind':'user'},{'kind':'user'},{'kind':'user'},{'kind':'user'},"
    "{'kind':'user'},{'kind':'user'},{'kind':'user'},{'kind':'user'}]}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *text = quote (wrong[i]);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", text);
      g_assert_null (template_of (text, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Draft/is-prefilled-for-a-known-system", is_prefilled_for_a_known_system);
  avb_test_add_fiber ("/Avb/Draft/is-prefilled-for-an-unknown-system", is_prefilled_for_an_unknown_system);
  avb_test_add_fiber ("/Avb/Draft/windows-gets-what-it-wants", windows_gets_what_it_wants);
  avb_test_add_fiber ("/Avb/Draft/presets-and-numbers", presets_and_numbers);
  avb_test_add_fiber ("/Avb/Draft/problems-are-told", problems_are_told);
  avb_test_add_fiber ("/Avb/Draft/names-are-unique", names_are_unique);
  avb_test_add_fiber ("/Avb/Draft/other-architectures-are-refused", other_architectures_are_refused);
  avb_test_add_fiber ("/Avb/Draft/space-is-checked", space_is_checked);
  avb_test_add_fiber ("/Avb/Draft/iso-becomes-a-machine", iso_becomes_a_machine);
  avb_test_add_fiber ("/Avb/Draft/iso-is-copied-where-it-cannot-be-reached",
                      iso_is_copied_where_it_cannot_be_reached);
  avb_test_add_fiber ("/Avb/Draft/disk-image-is-copied-or-used", disk_image_is_copied_or_used);
  avb_test_add_fiber ("/Avb/Draft/failures-leave-nothing", failures_leave_nothing);
  avb_test_add_fiber ("/Avb/Draft/cancel-leaves-nothing", cancel_leaves_nothing);
  avb_test_add_fiber ("/Avb/Draft/taken-name-is-changed", taken_name_is_changed);
  avb_test_add_fiber ("/Avb/Draft/machine-that-does-not-start-stays", machine_that_does_not_start_stays);
  avb_test_add_fiber ("/Avb/Draft/without-interest-it-goes-on", without_interest_it_goes_on);
  avb_test_add_fiber ("/Avb/Draft/what-cannot-be-created-is-not", what_cannot_be_created_is_not);
  avb_test_add_fiber ("/Avb/Draft/template-is-filled-in", template_is_filled_in);
  avb_test_add_fiber ("/Avb/Draft/template-yields", template_yields);
  g_test_add_func ("/Avb/Draft/templates-are-not-trusted", templates_are_not_trusted);
  return g_test_run ();
}
