/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "tests/contract/contract.h"

/* A machine is what its spec says: each property is kept as it is, or refused; none is left out silently. */

typedef struct {
  const char *name;
  void      (*change) (Contract *c, AvbMachineSpec *spec);
  AvbFeature  feature; /* AVB_N_FEATURES: none */
} Property;

static void
plain (Contract *c, AvbMachineSpec *spec)
{
}

static void
description (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_description (spec, "two\nlines & <markup> “ü”");
}

static void
os_id (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/12");
}

static void
cpus (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_cpus (spec, 3);
}

static void
memory (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_memory_mib (spec, 1026);
}

static void
bios (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
}

static void
uefi (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
}

static void
secure (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE);
}

/* A TPM is of use with UEFI only; some hosts have it there only. */
static void
tpm (Contract *c, AvbMachineSpec *spec)
{
  if (contract_reason (c, AVB_FEATURE_UEFI) == NULL)
    uefi (c, spec);
  avb_machine_spec_set_tpm (spec, TRUE);
}

static void
display (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_graphics (spec, TRUE);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
}

static void
no_display (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_graphics (spec, FALSE);
}

static void
extras (Contract *c, AvbMachineSpec *spec)
{
  display (c, spec);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, TRUE);
}

static void
serial (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_serial (spec, "/tmp/contract & serial.log");
}

static void
kernel (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_set_kernel (spec, "/boot/vmlinuz & co");
  avb_machine_spec_set_initrd (spec, "/boot/initrd");
  avb_machine_spec_set_kernel_arguments (spec, "quiet a=<b>");
}

static void
share (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_add_share (spec, avb_share_spec_new ("/tmp/a folder", "folder"));
}

static void
disk (Contract *c, AvbMachineSpec *spec)
{
  contract_add_disk (c, spec);
}

static void
two_disks (Contract *c, AvbMachineSpec *spec)
{
  contract_add_disk (c, spec);
  contract_add_disk (c, spec);
}

static AvbDiskSpec *
last_disk (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  return disks->pdata[disks->len - 1];
}

static void
bus_virtio (Contract *c, AvbMachineSpec *spec)
{
  disk (c, spec);
  last_disk (spec)->bus = AVB_DISK_BUS_VIRTIO;
}

static void
bus_sata (Contract *c, AvbMachineSpec *spec)
{
  disk (c, spec);
  last_disk (spec)->bus = AVB_DISK_BUS_SATA;
}

static void
bus_scsi (Contract *c, AvbMachineSpec *spec)
{
  disk (c, spec);
  last_disk (spec)->bus = AVB_DISK_BUS_SCSI;
}

static void
bus_usb (Contract *c, AvbMachineSpec *spec)
{
  disk (c, spec);
  last_disk (spec)->bus = AVB_DISK_BUS_USB;
}

static void
bus_ide (Contract *c, AvbMachineSpec *spec)
{
  bios (c, spec);
  disk (c, spec);
  last_disk (spec)->bus = AVB_DISK_BUS_IDE;
}

static void
read_only (Contract *c, AvbMachineSpec *spec)
{
  disk (c, spec);
  last_disk (spec)->read_only = TRUE;
}

static void
served (Contract *c, AvbMachineSpec *spec)
{
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, c->host->disk_bus, "/tmp/contract/a & b.sock", "raw"));
  last_disk (spec)->source = AVB_DISK_SOURCE_NBD;
}

static void
boot_order (Contract *c, AvbMachineSpec *spec)
{
  two_disks (c, spec);
  last_disk (spec)->boot_order = 1;
  ((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[0])->boot_order = 2;
}

static void
empty_drive (Contract *c, AvbMachineSpec *spec)
{
  AvbDiskBus bus = c->host->disk_bus == AVB_DISK_BUS_VIRTIO ? AVB_DISK_BUS_SATA : c->host->disk_bus;

  avb_machine_spec_add_disk (spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, bus, NULL, NULL));
  last_disk (spec)->read_only = TRUE;
}

static void
floppy (Contract *c, AvbMachineSpec *spec)
{
  bios (c, spec);
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_FLOPPY, AVB_DISK_BUS_FDC, NULL, NULL));
}

static void
no_network (Contract *c, AvbMachineSpec *spec)
{
  g_ptr_array_set_size (avb_machine_spec_get_interfaces (spec), 0);
}

static AvbInterfaceSpec *
first_interface (Contract *c, AvbMachineSpec *spec)
{
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);

  if (interfaces->len == 0)
    avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL));
  return interfaces->pdata[0];
}

static void
mac (Contract *c, AvbMachineSpec *spec)
{
  g_set_str (&first_interface (c, spec)->mac, "52:54:00:12:34:5a");
}

static void
two_interfaces (Contract *c, AvbMachineSpec *spec)
{
  first_interface (c, spec);
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_copy (avb_machine_spec_get_interfaces (spec)->pdata[0]));
}

static void
user_network (Contract *c, AvbMachineSpec *spec)
{
  no_network (c, spec);
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_USER, NULL, "virtio"));
}

static void
emulated_card (Contract *c, AvbMachineSpec *spec)
{
  no_network (c, spec);
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_USER, NULL, "e1000e"));
}

static void
bridge (Contract *c, AvbMachineSpec *spec)
{
  no_network (c, spec);
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_new (AVB_INTERFACE_BRIDGE, c->host->bridge != NULL ? c->host->bridge : "none", NULL));
}

static const Property properties[] = {
  { "plain", plain, AVB_N_FEATURES },
  { "description", description, AVB_N_FEATURES },
  { "os-id", os_id, AVB_N_FEATURES },
  { "cpus", cpus, AVB_N_FEATURES },
  { "memory", memory, AVB_N_FEATURES },
  { "bios", bios, AVB_N_FEATURES },
  { "uefi", uefi, AVB_FEATURE_UEFI },
  { "secure-boot", secure, AVB_FEATURE_SECURE_BOOT },
  { "tpm", tpm, AVB_FEATURE_TPM },
  { "display", display, AVB_N_FEATURES },
  { "no-display", no_display, AVB_N_FEATURES },
  { "extras", extras, AVB_N_FEATURES },
  { "serial-file", serial, AVB_N_FEATURES },
  { "kernel", kernel, AVB_N_FEATURES },
  { "shared-folder", share, AVB_FEATURE_SHARED_FOLDERS },
  { "disk", disk, AVB_N_FEATURES },
  { "two-disks", two_disks, AVB_N_FEATURES },
  { "disk-virtio", bus_virtio, AVB_N_FEATURES },
  { "disk-sata", bus_sata, AVB_N_FEATURES },
  { "disk-scsi", bus_scsi, AVB_N_FEATURES },
  { "disk-usb", bus_usb, AVB_N_FEATURES },
  { "disk-ide", bus_ide, AVB_N_FEATURES },
  { "disk-read-only", read_only, AVB_N_FEATURES },
  { "disk-served", served, AVB_FEATURE_SERVED_DISKS },
  { "boot-order", boot_order, AVB_N_FEATURES },
  { "empty-drive", empty_drive, AVB_N_FEATURES },
  { "floppy", floppy, AVB_N_FEATURES },
  { "no-network", no_network, AVB_N_FEATURES },
  { "hardware-address", mac, AVB_N_FEATURES },
  { "two-interfaces", two_interfaces, AVB_N_FEATURES },
  { "user-network", user_network, AVB_N_FEATURES },
  { "emulated-card", emulated_card, AVB_N_FEATURES },
  { "bridge", bridge, AVB_N_FEATURES },
};

/* (nullable): why the host refuses it; "" for any sentence */
static const char *
find_refusal (Contract *c, const Property *property)
{
  if (property->feature != AVB_N_FEATURES && contract_reason (c, property->feature) != NULL)
    return contract_reason (c, property->feature);
  /* One that is not there. */
  if (property->change == bridge && c->host->bridge == NULL)
    return "";
  for (const ContractNote *note = c->host->refused; note != NULL && note->name != NULL; note++)
    if (g_str_equal (note->name, property->name))
      return "";
  return NULL;
}

static void
round_trip (Contract *c)
{
  guint n_kept = 0;
  g_autoptr (GString) refused = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      const Property *property = &properties[i];
      g_autofree char *name = g_strconcat ("contract-", property->name, NULL);
      g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, name);
      const char *reason = find_refusal (c, property);
      guint       before = contract_count (c->connection);

      g_test_message ("%s%s", property->name, reason != NULL ? ": refused" : "");
      property->change (c, spec);
      if (reason != NULL)
        {
          if (property->change == bridge)
            avb_test_await_error (
                avb_connection_create_machine (c->connection, spec), AVB_ERROR, AVB_ERROR_INVALID);
          else
            contract_await_refusal (avb_connection_create_machine (c->connection, spec),
                                    *reason != '\0' ? reason : NULL);
          g_assert_cmpuint (contract_count (c->connection), ==, before);
          g_string_append_printf (refused, "%s%s", refused->len > 0 ? ", " : "", property->name);
        }
      else
        {
          g_autoptr (AvbMachine) machine = contract_create_spec (c, spec);

          contract_assert_spec (machine, spec);
          contract_remove (c, machine);
          n_kept++;
        }
    }
  contract_remark (c, "%u kept%s%s", n_kept, refused->len > 0 ? "; refused: " : "", refused->str);
}

/* The other way: a machine that is there becomes it. */
static void
apply_each (Contract *c)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      const Property *property = &properties[i];
      g_autofree char *name = g_strconcat ("contract-", property->name, NULL);
      g_autoptr (AvbMachineSpec) spec = NULL;
      g_autoptr (AvbMachineSpec) before = NULL;
      g_autoptr (AvbMachine) machine = NULL;
      const char *reason = find_refusal (c, property);

      /* Firmware is what a machine is born with. */
      if (property->change == uefi || property->change == secure || property->change == bios
          || property->change == tpm || property->change == bus_ide || property->change == floppy)
        continue;
      g_test_message ("%s%s", property->name, reason != NULL ? ": refused" : "");
      machine = contract_create (c, name);
      before = contract_read_spec (machine);
      spec = avb_machine_spec_copy (before);
      property->change (c, spec);
      if (reason != NULL)
        {
          if (property->change == bridge)
            avb_test_await_error (
                avb_machine_apply_spec (machine, spec), AVB_ERROR, AVB_ERROR_INVALID);
          else
            contract_await_refusal (avb_machine_apply_spec (machine, spec),
                                    *reason != '\0' ? reason : NULL);
          contract_assert_spec (machine, before);
        }
      else
        {
          g_autoptr (GError) error = NULL;

          g_assert_cmpint (dex_await_int (avb_machine_apply_spec (machine, spec), &error), ==,
                           AVB_APPLIED_NOW);
          g_assert_no_error (error);
          contract_assert_spec (machine, spec);
        }
      contract_remove (c, machine);
    }
}

/* One thing changes and all the rest stays; what was loaded follows by itself. */
static void
apply_one (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-apply");
  g_autoptr (AvbMachine) machine = NULL;
  const char *state_before;

  description (c, spec);
  two_disks (c, spec);
  empty_drive (c, spec);
  machine = contract_create_spec (c, spec);
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_set_setting (machine, "display", "kept & <true>"));
  state_before = contract_state_name (avb_machine_get_state (machine));

  avb_machine_spec_set_cpus (spec, 2);
  avb_test_await (avb_machine_apply_spec (machine, spec));
  contract_assert_spec (machine, spec);
  avb_test_until_true (avb_machine_get_cpus (machine) == 2);

  avb_machine_spec_set_memory_mib (spec, avb_machine_spec_get_memory_mib (spec) + 32);
  avb_test_await (avb_machine_apply_spec (machine, spec));
  contract_assert_spec (machine, spec);
  avb_test_until_true (avb_machine_get_memory_mib (machine)
                       == avb_machine_spec_get_memory_mib (spec));

  avb_machine_spec_set_description (spec, NULL);
  avb_test_await (avb_machine_apply_spec (machine, spec));
  contract_assert_spec (machine, spec);

  g_ptr_array_remove_index (avb_machine_spec_get_disks (spec), 0);
  avb_test_await (avb_machine_apply_spec (machine, spec));
  contract_assert_spec (machine, spec);

  g_assert_cmpstr (avb_machine_get_setting (machine, "display"), ==, "kept & <true>");
  g_assert_cmpstr (contract_state_name (avb_machine_get_state (machine)), ==, state_before);
  /* The same again is no change. */
  avb_test_await (avb_machine_apply_spec (machine, spec));
  contract_assert_spec (machine, spec);
}

/* While it runs: at once, or at the next start, and it says which. */
static void
apply_running (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-running");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  g_autoptr (GError) error = NULL;
  int applied;

  contract_bring (machine, AVB_MACHINE_RUNNING);
  avb_machine_spec_set_cpus (spec, avb_machine_spec_get_cpus (spec) + 1);
  applied = dex_await_int (avb_machine_apply_spec (machine, spec), &error);
  if (error != NULL)
    {
      g_autoptr (AvbMachineSpec) unchanged = contract_read_spec (machine);

      /* A host that cannot even note it says so, and has not changed anything. */
      g_assert_error (error, AVB_ERROR, AVB_ERROR_BUSY);
      avb_machine_spec_set_cpus (spec, avb_machine_spec_get_cpus (spec) - 1);
      g_assert_true (avb_machine_spec_equal (spec, unchanged));
      contract_refused (c, error->message);
      return;
    }
  g_assert_true (applied == AVB_APPLIED_NOW || applied == AVB_APPLIED_AT_NEXT_START);
  contract_remark (c, "processors: %s", applied == AVB_APPLIED_NOW ? "now" : "at the next start");
  contract_assert_spec (machine, spec);
  contract_bring (machine, AVB_MACHINE_OFF);
  contract_assert_spec (machine, spec);
}

static void
invalid_specs (Contract *c)
{
  static const char *const names[]
      = { "", "   ", ".", "..", "a/b", "line\nbreak", "bell\a", "not UTF-8 \xff" };
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-valid");
  g_autofree char *long_name = g_strnfill (256, 'x');
  g_autoptr (AvbMachineSpec) before = contract_read_spec (machine);
  guint n = contract_count (c->connection);

  for (guint i = 0; i <= G_N_ELEMENTS (names); i++)
    {
      const char *name = i < G_N_ELEMENTS (names) ? names[i] : long_name;
      g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, name);

      avb_test_await_error (
          avb_connection_create_machine (c->connection, spec), AVB_ERROR, AVB_ERROR_INVALID);
      avb_test_await_error (avb_machine_apply_spec (machine, spec), AVB_ERROR, AVB_ERROR_INVALID);
      if (contract_reason (c, AVB_FEATURE_RENAME) == NULL)
        avb_test_await_error (avb_machine_rename (machine, name), AVB_ERROR, AVB_ERROR_INVALID);
    }
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-invalid");

      if (i == 0)
        avb_machine_spec_set_cpus (spec, 0);
      else if (i == 1)
        avb_machine_spec_set_memory_mib (spec, 1);
      else if (i == 2)
        avb_machine_spec_add_disk (spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, c->host->disk_bus,
                                                            "relative", c->host->volume_format));
      else if (i == 3)
        avb_machine_spec_add_interface (spec,
                                        avb_interface_spec_new (AVB_INTERFACE_NETWORK, NULL, NULL));
      else
        avb_machine_spec_set_description (spec, "\x1b[2J");
      avb_test_await_error (
          avb_connection_create_machine (c->connection, spec), AVB_ERROR, AVB_ERROR_INVALID);
    }
  g_assert_cmpuint (contract_count (c->connection), ==, n);
  contract_assert_spec (machine, before);
}

/* libvirt cuts names after 20 bytes for a folder's, which QEMU does not take where that is inside of a character, and the
 * daemon of a session runs without a locale: what cannot be started has a reason, and stays as it is. */
static gboolean
starts_or_says (Contract *c, AvbMachine *machine)
{
  g_autoptr (GError) error = NULL;

  if (dex_await (avb_machine_start (machine), &error))
    {
      contract_until_state (machine, AVB_MACHINE_RUNNING);
      return TRUE;
    }
  g_assert_true (error->domain == AVB_ERROR);
  g_assert_nonnull (strstr (avb_error_get_details (error), "invalid UTF-8"));
  contract_until_state (machine, AVB_MACHINE_OFF);
  return FALSE;
}

/* The name of a machine is anybody's text. */
static void
hostile_names (Contract *c)
{
  static const char *const names[] = {
    "contract & <b>\"quotes\" 'and' %s %n",
    "contract \xe2\x80\xae" "txt.exe\xe2\x80\xac", /* right-to-left override */
    "contract ماكينة",
    "contract 機械 🖥",
    "contract\\back\\slash",
    "contract; rm -rf ~; $(true) `true`",
    "contract --option",
    "contract é and e\xcc\x81",
    "contract ]]> <!-- &amp;",
  };
  guint n_started = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, names[i]);
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (AvbConnection) second = NULL;
      g_autoptr (AvbMachine) seen = NULL;

      g_test_message ("%s", names[i]);
      machine = contract_create_spec (c, spec);
      g_assert_cmpstr (avb_machine_get_name (machine), ==, names[i]);
      contract_assert_spec (machine, spec);
      /* It is the same for who comes later. */
      second = c->host->connect ();
      seen = contract_find (second, names[i]);
      g_assert_nonnull (seen);
      g_assert_cmpstr (avb_machine_get_uuid (seen), ==, avb_machine_get_uuid (machine));
      contract_close (g_steal_pointer (&second));
      n_started += starts_or_says (c, machine);
      contract_remove (c, machine);
    }
  contract_remark (c, "%u of %u names can be started", n_started, (guint) G_N_ELEMENTS (names));
  g_assert_cmpuint (n_started, >, 0);
}

/* One that leaves nothing behind. */
static void
throwaway (Contract *c)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-transient");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  avb_machine_spec_set_transient (spec, TRUE);
  machine = dex_await_object (avb_connection_create_machine (c->connection, spec), &error);
  if (machine == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      g_assert_false (contract_has (c->connection, "contract-transient"));
      contract_refused (c, error->message);
      return;
    }
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (!g_list_store_find (avb_connection_get_store (c->connection), machine, NULL));
}

const ContractBehaviour contract_spec_behaviours[] = {
  { "spec-round-trip", round_trip },
  { "apply-each-property", apply_each },
  { "apply-keeps-the-rest", apply_one },
  { "apply-while-it-runs", apply_running },
  { "invalid-specs", invalid_specs },
  { "hostile-names", hostile_names },
  { "throwaway-machine", throwaway },
  { NULL, NULL },
};
