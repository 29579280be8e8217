/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-link.h"
#include "backends/avb-snapshot.h"
#include "tests/contract/contract.h"

/* Machines come, are called something, keep what was chosen for them, and go. */

static void
create (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-create");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) listed = NULL;
  guint n = contract_count (c->connection);

  avb_machine_spec_set_setting (spec, "display", "from the first moment");
  machine = contract_create_spec (c, spec);
  g_assert_cmpuint (contract_count (c->connection), ==, n + 1);
  listed = contract_find (c->connection, "contract-create");
  g_assert_true (listed == machine);
  g_assert_true (g_uuid_string_is_valid (avb_machine_get_uuid (machine)));
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  g_assert_true (avb_machine_get_available (machine));
  g_assert_null (avb_machine_get_operation (machine));
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_true (avb_machine_get_has_details (machine));
  g_assert_cmpuint (avb_machine_get_cpus (machine), ==, avb_machine_spec_get_cpus (spec));
  g_assert_cmpuint (
      avb_machine_get_memory_mib (machine), ==, avb_machine_spec_get_memory_mib (spec));
  g_assert_cmpstr (avb_machine_get_setting (machine, "display"), ==, "from the first moment");
}

static void
duplicate_names (Contract *c)
{
  g_autoptr (AvbMachine) first = contract_create (c, "contract-one");
  g_autoptr (AvbMachine) second = contract_create (c, "contract-two");
  g_autoptr (AvbMachineSpec) same = contract_make_spec (c, "contract-one");
  guint n = contract_count (c->connection);

  avb_test_await_error (
      avb_connection_create_machine (c->connection, same), AVB_ERROR, AVB_ERROR_EXISTS);
  g_assert_cmpuint (contract_count (c->connection), ==, n);
  if (contract_reason (c, AVB_FEATURE_RENAME) == NULL)
    {
      avb_test_await_error (
          avb_machine_rename (second, "contract-one"), AVB_ERROR, AVB_ERROR_EXISTS);
      avb_test_await_error (avb_machine_apply_spec (second, same), AVB_ERROR, AVB_ERROR_EXISTS);
      g_assert_cmpstr (avb_machine_get_name (second), ==, "contract-two");
    }
}

static void
rename_machine (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-before");
  g_autofree char *uuid = g_strdup (avb_machine_get_uuid (machine));
  const char *reason = contract_reason (c, AVB_FEATURE_RENAME);

  if (reason != NULL)
    {
      g_autoptr (AvbMachineSpec) before = contract_read_spec (machine);
      g_autoptr (AvbMachineSpec) spec = avb_machine_spec_copy (before);

      contract_await_refusal (avb_machine_rename (machine, "contract-after"), reason);
      /* By the way of a spec neither, and then nothing of that spec is taken. */
      avb_machine_spec_set_name (spec, "contract-after");
      avb_machine_spec_set_cpus (spec, 2);
      contract_await_refusal (avb_machine_apply_spec (machine, spec), reason);
      contract_assert_spec (machine, before);
      g_assert_cmpstr (avb_machine_get_name (machine), ==, "contract-before");
      g_assert_false (avb_machine_can_rename (machine));
      contract_refused (c, reason);
      return;
    }
  avb_test_await (avb_machine_rename (machine, "contract & <after>"));
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "contract & <after>") == 0);
  g_assert_cmpstr (avb_machine_get_uuid (machine), ==, uuid);
  /* To what it is called already. */
  avb_test_await (avb_machine_rename (machine, "contract & <after>"));
}

static void
setting_cb (AvbMachine *machine, const char *key, guint *count)
{
  (*count)++;
}

static void
settings (Contract *c)
{
  static const char *const bad_keys[] = { "", "Upper", "with space", "ü" };
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-settings");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  g_autofree char *long_text = g_strnfill (4097, 'x');
  guint count = 0;

  avb_test_await (avb_machine_load_details (machine));
  g_signal_connect (machine, "setting-changed", G_CALLBACK (setting_cb), &count);
  avb_test_await (avb_machine_set_setting (machine, "display", "a & <b> “ü” 機"));
  avb_test_await (avb_machine_set_setting (machine, "clipboard", "no"));
  g_assert_cmpuint (count, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (bad_keys); i++)
    avb_test_await_error (
        avb_machine_set_setting (machine, bad_keys[i], "x"), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (
      avb_machine_set_setting (machine, "display", long_text), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (
      avb_machine_set_setting (machine, "display", "a\nb"), AVB_ERROR, AVB_ERROR_INVALID);
  /* They are no part of the spec. */
  contract_assert_spec (machine, spec);

  /* Kept, also while it runs, and for whoever comes later. */
  contract_bring (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_set_setting (machine, "sound", "off"));
  avb_test_await (avb_machine_set_setting (machine, "clipboard", NULL));
  contract_bring (machine, AVB_MACHINE_OFF);
  {
    g_autoptr (AvbConnection) second = c->host->connect ();
    g_autoptr (AvbMachine) seen = contract_find (second, "contract-settings");

    avb_test_await (avb_machine_load_details (seen));
    g_assert_cmpstr (avb_machine_get_setting (seen, "display"), ==, "a & <b> “ü” 機");
    g_assert_cmpstr (avb_machine_get_setting (seen, "sound"), ==, "off");
    g_assert_null (avb_machine_get_setting (seen, "clipboard"));
    contract_close (g_steal_pointer (&second));
  }
  g_signal_handlers_disconnect_by_data (machine, &count);
}

static void
delete_keeping (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create_with_disk (c, "contract-keep");
  const char *path = c->volumes->pdata[0];

  g_assert_true (c->host->volume_exists (path));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (!contract_has (c->connection, "contract-keep"));
  g_assert_true (c->host->volume_exists (path));
}

/* Never a disk that is another's too, nor one that is only read. */
static void
delete_with_disks (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-first");
  g_autoptr (AvbMachineSpec) other = contract_make_spec (c, "contract-second");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) second = NULL;
  AvbDiskSpec *shared;

  contract_add_disk (c, spec);
  contract_add_disk (c, spec);
  shared = avb_machine_spec_get_disks (spec)->pdata[1];
  avb_machine_spec_add_disk (other, avb_disk_spec_copy (shared));
  machine = contract_create_spec (c, spec);
  second = contract_create_spec (c, other);
  contract_bring (machine, AVB_MACHINE_SAVED);

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (!contract_has (c->connection, "contract-first"));
  g_assert_false (c->host->volume_exists (c->volumes->pdata[0]));
  g_assert_true (c->host->volume_exists (c->volumes->pdata[1]));
  avb_test_await (avb_machine_delete (second, AVB_DELETE_DISKS));
  avb_test_until_true (!contract_has (c->connection, "contract-second"));
  g_assert_false (c->host->volume_exists (c->volumes->pdata[1]));
}

static void
assert_gone (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  if (dex_await (future, &error))
    g_error ("A machine that is gone did something");
  if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND)
      && !g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    g_error ("Of a machine that is gone: %s", error->message);
}

static void
gone (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-gone");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  g_autoptr (AvbMachine) raced = contract_create (c, "contract-raced");
  DexFuture *first, *second;

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (!contract_has (c->connection, "contract-gone"));
  g_assert_false (avb_machine_can_start (machine));
  g_assert_false (avb_machine_can_delete (machine));
  assert_gone (avb_machine_start (machine));
  assert_gone (avb_machine_delete (machine, AVB_DELETE_DISKS));
  assert_gone (avb_machine_read_spec (machine));
  assert_gone (avb_machine_apply_spec (machine, spec));
  assert_gone (avb_machine_load_details (machine));
  assert_gone (avb_machine_find_console (machine));

  /* Asked while it goes. */
  first = avb_machine_delete (raced, AVB_DELETE_KEEP_DISKS);
  second = avb_machine_read_spec (raced);
  avb_test_await (first);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (AvbMachineSpec) read = dex_await_object (second, &error);

    g_assert_true (read != NULL || g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND)
                   || g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE));
  }
  avb_test_until_true (!contract_has (c->connection, "contract-raced"));
}

/* --- Networks --- */

static void
unknown_network (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-network");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (avb_machine_spec_get_interfaces (spec), 0);
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_new (AVB_INTERFACE_NETWORK, "no such & <network>", NULL));
  machine = dex_await_object (avb_connection_create_machine (c->connection, spec), &error);
  if (machine == NULL)
    {
      g_assert_true (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND)
                     || g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID));
      g_assert_false (contract_has (c->connection, "contract-network"));
      contract_remark (c, "refused at creation");
      return;
    }
  contract_assert_spec (machine, spec);
  dex_await (avb_machine_start (machine), &error);
  g_assert_nonnull (error);
  g_assert_true (error->domain == AVB_ERROR);
  g_assert_nonnull (avb_error_get_details (error));
  contract_until_state (machine, AVB_MACHINE_OFF);
  contract_remark (c, "reported at the start");
}

static int
read_cable (AvbMachine *machine)
{
  g_autoptr (GError) error = NULL;
  int link = dex_await_int (avb_machine_read_network_link (machine), &error);

  g_assert_no_error (error);
  return link;
}

static void
network_cable (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-cable");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  const char *reason = contract_reason (c, AVB_FEATURE_NETWORK_LINK);

  if (reason != NULL)
    {
      contract_await_refusal (avb_machine_set_network_link (machine, FALSE), reason);
      contract_refused (c, reason);
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (read_cable (machine), ==, AVB_NETWORK_LINK_UP);
      avb_test_await (avb_machine_set_network_link (machine, FALSE));
      g_assert_cmpint (read_cable (machine), ==, AVB_NETWORK_LINK_DOWN);
      avb_test_await (avb_machine_set_network_link (machine, TRUE));
      g_assert_cmpint (read_cable (machine), ==, AVB_NETWORK_LINK_UP);
      contract_bring (machine, AVB_MACHINE_RUNNING);
    }
  avb_test_await (avb_machine_set_network_link (machine, FALSE));
  contract_bring (machine, AVB_MACHINE_OFF);
  g_assert_cmpint (read_cable (machine), ==, AVB_NETWORK_LINK_DOWN);
  contract_assert_spec (machine, spec);
}

const ContractBehaviour contract_machine_behaviours[] = {
  { "create", create },
  { "duplicate-names", duplicate_names },
  { "rename", rename_machine },
  { "settings", settings },
  { "delete-keeps-disks", delete_keeping },
  { "delete-with-disks", delete_with_disks },
  { "machine-gone", gone },
  { "unknown-network", unknown_network },
  { "network-cable", network_cable },
  { NULL, NULL },
};
