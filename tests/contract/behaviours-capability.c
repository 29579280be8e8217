/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>

#include "backends/avb-guest-command.h"
#include "backends/avb-guest-info.h"
#include "backends/avb-machine-clone.h"
#include "backends/avb-machine-link.h"
#include "backends/avb-snapshot.h"
#include "tests/contract/contract.h"

/* The truth of capabilities, both ways: what is said to work works, and what is said not to is refused with that very
 * sentence, in any state. */

/* Calls @verb of a machine that is off and of one that runs: both refuse. */
typedef DexFuture *(*Verb) (AvbMachine *machine);

static gboolean
refuses (Contract *c, AvbFeature feature, const Verb *verbs)
{
  const char *reason = contract_reason (c, feature);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;

  g_assert_true (avb_capabilities_is_known (avb_connection_get_capabilities (c->connection), feature));
  g_assert_true ((reason == NULL)
                 == avb_capabilities_can (avb_connection_get_capabilities (c->connection), feature));
  if (reason == NULL)
    return FALSE;
  g_assert_true (*reason != '\0');
  machine = contract_create (c, "contract-refused");
  g_assert_cmpstr (avb_machine_get_reason (machine, feature), ==, reason);
  spec = contract_read_spec (machine);
  for (guint i = 0; i < 2; i++)
    {
      AvbMachineState state = i == 0 ? AVB_MACHINE_OFF : AVB_MACHINE_RUNNING;

      contract_bring (machine, state);
      for (guint j = 0; verbs[j] != NULL; j++)
        contract_await_refusal (verbs[j](machine), reason);
      g_assert_cmpint (avb_machine_get_state (machine), ==, state);
      contract_assert_spec (machine, spec);
    }
  contract_refused (c, reason);
  return TRUE;
}

static DexFuture *
save (AvbMachine *machine)
{
  return avb_machine_save (machine, NULL);
}

static void
feature_save (Contract *c)
{
  static const Verb verbs[] = { save, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_SAVE, verbs))
    return;
  machine = contract_create_with_disk (c, "contract-save");
  contract_bring (machine, AVB_MACHINE_RUNNING);
  avb_test_await (save (machine));
  contract_until_state (machine, AVB_MACHINE_SAVED);
  avb_test_await (avb_machine_start (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
}

static void
feature_pause (Contract *c)
{
  static const Verb verbs[] = { avb_machine_pause, avb_machine_resume, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_PAUSE, verbs))
    return;
  machine = contract_create (c, "contract-pause");
  contract_bring (machine, AVB_MACHINE_PAUSED);
  avb_test_await (avb_machine_resume (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
}

static void
feature_reset (Contract *c)
{
  static const Verb verbs[] = { avb_machine_reset, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_RESET, verbs))
    {
      g_autoptr (AvbMachine) running = contract_find (c->connection, "contract-refused");

      g_assert_false (avb_machine_can_reset (running));
      return;
    }
  machine = contract_create (c, "contract-reset");
  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_can_reset (machine));
  avb_test_await (avb_machine_reset (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
}

static DexFuture *
rename_it (AvbMachine *machine)
{
  return avb_machine_rename (machine, "contract-other-name");
}

static void
feature_rename (Contract *c)
{
  static const Verb verbs[] = { rename_it, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_RENAME, verbs))
    return;
  machine = contract_create (c, "contract-name");
  avb_test_await (rename_it (machine));
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "contract-other-name") == 0);
}

static void
feature_screenshot (Contract *c)
{
  static const Verb verbs[] = { avb_machine_take_screenshot, NULL };
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-picture");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbScreenshot) screenshot = NULL;

  if (refuses (c, AVB_FEATURE_SCREENSHOT, verbs))
    return;
  avb_machine_spec_set_graphics (spec, TRUE);
  machine = contract_create_spec (c, spec);
  avb_test_await_error (avb_machine_take_screenshot (machine), AVB_ERROR, AVB_ERROR_BUSY);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  screenshot = avb_test_await_boxed (avb_machine_take_screenshot (machine));
  g_assert_cmpuint (g_bytes_get_size (screenshot->bytes), >, 0);
  g_assert_true (g_str_equal (screenshot->mime_type, "image/png")
                 || g_str_equal (screenshot->mime_type, "image/x-portable-pixmap"));
}

static void
feature_console (Contract *c)
{
  static const Verb verbs[] = { avb_machine_open_console_fd, NULL };
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-console");
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_CONSOLE, verbs))
    return;
  avb_machine_spec_set_graphics (spec, TRUE);
  machine = contract_create_spec (c, spec);
  g_assert_false (avb_machine_has_console (machine));
  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_has_console (machine));
}

/* What a machine is born with: made and started, or refused and not there. */
static void
born_with (Contract *c, AvbFeature feature, AvbFirmware firmware, gboolean tpm)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-born");
  const char *reason = contract_reason (c, feature);
  g_autoptr (AvbMachine) machine = NULL;

  avb_machine_spec_set_firmware (spec, firmware);
  avb_machine_spec_set_tpm (spec, tpm);
  g_assert_cmpstr (avb_capabilities_get_spec_reason (avb_connection_get_capabilities (c->connection), spec, NULL),
                   ==,
                   reason);
  if (reason != NULL)
    {
      g_autoptr (AvbMachineSpec) plain = contract_make_spec (c, "contract-born");
      g_autoptr (AvbMachine) other = NULL;

      contract_await_refusal (avb_connection_create_machine (c->connection, spec), reason);
      other = contract_create_spec (c, plain);
      contract_await_refusal (avb_machine_apply_spec (other, spec), reason);
      contract_assert_spec (other, plain);
      contract_refused (c, reason);
      return;
    }
  machine = contract_create_spec (c, spec);
  contract_assert_spec (machine, spec);
  contract_bring (machine, AVB_MACHINE_RUNNING);
}

static void
feature_uefi (Contract *c)
{
  born_with (c, AVB_FEATURE_UEFI, AVB_FIRMWARE_UEFI, FALSE);
}

static void
feature_secure_boot (Contract *c)
{
  if (contract_reason (c, AVB_FEATURE_UEFI) != NULL)
    g_assert_nonnull (contract_reason (c, AVB_FEATURE_SECURE_BOOT));
  born_with (c, AVB_FEATURE_SECURE_BOOT, AVB_FIRMWARE_UEFI_SECURE, FALSE);
}

static void
feature_tpm (Contract *c)
{
  born_with (c,
             AVB_FEATURE_TPM,
             contract_reason (c, AVB_FEATURE_UEFI) == NULL ? AVB_FIRMWARE_UEFI : AVB_FIRMWARE_BIOS,
             TRUE);
}

static DexFuture *
share_tmp (AvbMachine *machine)
{
  g_autoptr (AvbShareSpec) share = avb_share_spec_new (g_get_user_data_dir (), "contract");

  return avb_machine_set_share (machine, share);
}

static void
feature_shared_folders (Contract *c)
{
  static const Verb verbs[] = { share_tmp, NULL };
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GPtrArray) shares = NULL;

  if (refuses (c, AVB_FEATURE_SHARED_FOLDERS, verbs))
    return;
  machine = contract_create (c, "contract-share");
  avb_test_await (share_tmp (machine));
  shares = avb_test_await_boxed (avb_machine_list_shares (machine));
  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_cmpstr (((AvbShareSpec *) shares->pdata[0])->tag, ==, "contract");
  avb_test_await (avb_machine_remove_share (machine, "contract"));
  avb_test_await_error (
      avb_machine_remove_share (machine, "contract"), AVB_ERROR, AVB_ERROR_NOT_FOUND);
}

static DexFuture *
take_snapshot (AvbMachine *machine)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  return avb_machine_take_snapshot (machine, "contract", NULL, operation);
}

static DexFuture *
revert_snapshot (AvbMachine *machine)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  return avb_machine_revert_snapshot (machine, "contract", operation);
}

static DexFuture *
delete_snapshot (AvbMachine *machine)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  return avb_machine_delete_snapshot (machine, "contract", operation);
}

static void
feature_snapshots (Contract *c)
{
  static const Verb verbs[]
      = { avb_machine_list_snapshots, take_snapshot, revert_snapshot, delete_snapshot, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_SNAPSHOTS, verbs))
    return;
  machine = contract_create_with_disk (c, "contract-snapshot");
  avb_test_await (take_snapshot (machine));
  avb_test_await (revert_snapshot (machine));
  avb_test_await (delete_snapshot (machine));
}

static DexFuture *
clone_it (AvbMachine *machine)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Clone");
  AvbCloneSpec spec = { .name = "contract-clone" };

  return avb_machine_clone (machine, &spec, operation);
}

static DexFuture *
freeze_it (AvbMachine *machine)
{
  return avb_machine_set_template (machine, TRUE);
}

static void
feature_clone (Contract *c)
{
  static const Verb verbs[] = { clone_it, freeze_it, NULL };
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) clone = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  AvbDiskSpec *disk;

  if (refuses (c, AVB_FEATURE_CLONE, verbs))
    return;
  machine = contract_create_with_disk (c, "contract-original");
  clone = avb_test_await_object (clone_it (machine));
  g_assert_true (clone != machine);
  g_assert_cmpstr (avb_machine_get_uuid (clone), !=, avb_machine_get_uuid (machine));
  spec = contract_read_spec (clone);
  disk = avb_machine_spec_get_disks (spec)->pdata[0];
  g_assert_cmpstr (disk->path, !=, c->volumes->pdata[0]);
  g_ptr_array_add (c->volumes, g_strdup (disk->path));
  avb_test_await_error (clone_it (machine), AVB_ERROR, AVB_ERROR_EXISTS);

  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (freeze_it (machine));
  g_assert_true (avb_machine_get_is_template (machine));
  contract_await_refusal (avb_machine_start (machine), avb_machine_template_refusal ());
  g_assert_false (avb_machine_can_start (machine));
  avb_test_await (avb_machine_set_template (machine, FALSE));
  contract_bring (machine, AVB_MACHINE_RUNNING);
}

static DexFuture *
export_nothing (Contract *c, const char *path, const char *destination, AvbOperation *operation)
{
  AvbExportSpec spec = { .path = path,
                         .format = c->host->volume_format,
                         .destination = destination,
                         .destination_format = "raw" };

  return avb_connection_export_volume (c->connection, &spec, operation);
}

static void
feature_export (Contract *c)
{
  const char *reason = contract_reason (c, AVB_FEATURE_EXPORT);
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *destination = g_build_filename (folder, "exported", NULL);
  g_autofree char *path = contract_make_volume (c, "contract");
  g_autoptr (AvbOperation) operation = avb_operation_new ("Export");

  if (reason != NULL)
    {
      contract_await_refusal (export_nothing (c, path, destination, operation), reason);
      g_assert_false (g_file_test (destination, G_FILE_TEST_EXISTS));
      contract_refused (c, reason);
    }
  else
    {
      avb_test_await (export_nothing (c, path, destination, operation));
      g_assert_true (g_file_test (destination, G_FILE_TEST_IS_REGULAR));
      avb_test_await_error (
          export_nothing (c, path, destination, operation), AVB_ERROR, AVB_ERROR_EXISTS);
    }
  avb_test_remove_folder (folder);
}

static DexFuture *
unplug (AvbMachine *machine)
{
  return avb_machine_set_network_link (machine, FALSE);
}

static void
feature_network_link (Contract *c)
{
  static const Verb verbs[] = { unplug, NULL };
  g_autoptr (AvbMachine) machine = NULL;

  if (refuses (c, AVB_FEATURE_NETWORK_LINK, verbs))
    return;
  machine = contract_create (c, "contract-link");
  avb_test_await (unplug (machine));
}

static DexFuture *
freeze_guest (AvbMachine *machine)
{
  return avb_machine_freeze (machine, 10);
}

/* Whether a guest is frozen only a guest shows: tests/guest. Here: that nobody says so without one. */
static void
feature_freeze (Contract *c)
{
  static const Verb verbs[] = { freeze_guest, avb_machine_thaw, NULL };
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  if (refuses (c, AVB_FEATURE_FREEZE, verbs))
    return;
  machine = contract_create (c, "contract-freeze");
  avb_test_await_error (freeze_guest (machine), AVB_ERROR, AVB_ERROR_BUSY);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_assert_false (dex_await (freeze_guest (machine), &error));
  g_assert_true (error->domain == AVB_ERROR);
  g_assert_cmpint (avb_machine_get_frozen_until (machine), ==, 0);
  contract_remark (c, "refused without an agent; with one: tests/guest");
}

static DexFuture *
run_command (AvbMachine *machine)
{
  static const char *const words[] = { "true", NULL };

  return avb_machine_run_command (machine, words, NULL, 5, NULL);
}

/* What one comes to only a guest shows: tests/guest. Here: that nobody says so without one, nor takes what is none. */
static void
feature_guest_commands (Contract *c)
{
  static const char *const none[] = { NULL };
  static const Verb verbs[] = { run_command, NULL };
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  if (refuses (c, AVB_FEATURE_GUEST_COMMANDS, verbs))
    return;
  machine = contract_create (c, "contract-command");
  avb_test_await_error (run_command (machine), AVB_ERROR, AVB_ERROR_BUSY);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  avb_test_await_error (avb_machine_run_command (machine, none, NULL, 5, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_false (dex_await (run_command (machine), &error));
  g_assert_true (error->domain == AVB_ERROR);
  contract_remark (c, "refused without an agent; with one: tests/guest");
}

static void
feature_create (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-create");
  const char *reason = contract_reason (c, AVB_FEATURE_CREATE);

  if (reason != NULL)
    {
      contract_await_refusal (avb_connection_create_machine (c->connection, spec), reason);
      contract_refused (c, reason);
      return;
    }
  g_object_unref (contract_create_spec (c, spec));
}

/* What is told of the host itself. */
static void
host_facts (Contract *c)
{
  AvbCapabilities   *caps = avb_connection_get_capabilities (c->connection);
  const char *const *architectures = avb_capabilities_get_architectures (caps);
  g_autoptr (AvbHostFree) left = avb_test_await_boxed (avb_connection_read_free (c->connection));

  g_assert_nonnull (avb_capabilities_get_architecture (caps));
  g_assert_true (g_strv_contains (architectures, avb_capabilities_get_architecture (caps)));
  g_assert_cmpstr (architectures[0], ==, avb_capabilities_get_architecture (caps));
  g_assert_cmpuint (avb_capabilities_get_cpus (caps), >, 0);
  g_assert_cmpuint (avb_capabilities_get_memory_mib (caps), >, 0);
  g_assert_cmpuint (left->disk_bytes, >, 0);
  g_assert_cmpuint (left->memory_mib, >, 0);
  g_assert_true (*avb_connection_get_name (c->connection) != '\0');
  for (guint i = 0; i < AVB_N_FEATURES; i++)
    g_assert_true (avb_capabilities_is_known (caps, i));
}

const ContractBehaviour contract_capability_behaviours[] = {
  { "host-facts", host_facts },
  { "feature-create", feature_create },
  { "feature-save", feature_save },
  { "feature-pause", feature_pause },
  { "feature-reset", feature_reset },
  { "feature-rename", feature_rename },
  { "feature-screenshot", feature_screenshot },
  { "feature-console", feature_console },
  { "feature-uefi", feature_uefi },
  { "feature-secure-boot", feature_secure_boot },
  { "feature-tpm", feature_tpm },
  { "feature-shared-folders", feature_shared_folders },
  { "feature-snapshots", feature_snapshots },
  { "feature-clone", feature_clone },
  { "feature-export", feature_export },
  { "feature-network-link", feature_network_link },
  { "feature-freeze", feature_freeze },
  { "feature-guest-commands", feature_guest_commands },
  { NULL, NULL },
};
