/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-model.h"
#include "tests/backends/hyperv/hyperv-specs.h"

/* Specs to Hyper-V's objects and back, on a model of what a host keeps. What the steps are is held by golden texts. */

static HypervModel *
make (guint i, AvbMachineSpec **out_spec, gboolean log)
{
  AvbMachineSpec  *spec = hyperv_specs[i].make ();
  HypervModel           *model = hyperv_model_new (spec);
  g_autoptr (GError) error = NULL;

  g_assert_true (avb_machine_spec_validate (spec, &error));
  g_assert_true (avb_hyperv_spec_check (spec, NULL, model->config->switches, "x86_64", &error));
  g_assert_no_error (error);
  if (log)
    {
      g_autoptr (AvbWmiObject) settings = avb_hyperv_spec_new_settings (spec, "mark");

      model->log = g_string_new (NULL);
      g_string_append_printf (model->log, "=== %s\ndefine\n", hyperv_specs[i].name);
      hyperv_model_log_object (model->log, settings);
    }
  hyperv_model_bring (model, spec);
  *out_spec = spec;
  return model;
}

static void
test_there_and_back (gconstpointer data)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (HypervModel) model = make (GPOINTER_TO_UINT (data), &spec, FALSE);
  g_autoptr (AvbMachineSpec) read = NULL;

  hyperv_model_assert_reads (model, spec);
  g_assert_false (avb_hyperv_spec_needs_off (model->config, spec));
  /* What was read changes nothing, and is allowed. */
  read = avb_hyperv_spec_read (model->config);
  g_assert_true (avb_hyperv_spec_check (read, model->config, model->config->switches, "x86_64", NULL));
  hyperv_model_bring (model, read);
  g_assert_cmpuint (model->n_steps, ==, 0);
}

/* From each to each: whatever a machine was. */
static void
test_each_to_each (void)
{
  for (guint from = 0; from < hyperv_specs_count (); from++)
    for (guint to = 0; to < hyperv_specs_count (); to++)
      {
        g_autoptr (AvbMachineSpec) first = NULL;
        g_autoptr (AvbMachineSpec) second = hyperv_specs[to].make ();
        g_autoptr (HypervModel) model = NULL;
        g_autofree char *label = g_strdup_printf ("%s to %s", hyperv_specs[from].name, hyperv_specs[to].name);

        /* Long, and more of the same. */
        if ((g_str_equal (hyperv_specs[from].name, "many-disks") || g_str_equal (hyperv_specs[to].name, "many-disks"))
            && (from + to) % 8 != 0)
          continue;
        model = make (from, &first, FALSE);
        g_test_message ("%s", label);
        if ((avb_machine_spec_get_firmware (first) == AVB_FIRMWARE_BIOS)
            != (avb_machine_spec_get_firmware (second) == AVB_FIRMWARE_BIOS))
          {
            g_autoptr (GError) error = NULL;

            g_assert_false (avb_hyperv_spec_check (second, model->config, model->config->switches, NULL, &error));
            g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
            continue;
          }
        hyperv_model_bring (model, second);
        hyperv_model_assert_reads (model, second);
      }
}

static void
test_golden (void)
{
  const char *golden = g_getenv ("AVB_HYPERV_GOLDEN");
  const char *update = g_getenv ("AVB_HYPERV_GOLDEN_UPDATE");
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *expected = NULL;

  for (guint i = 0; i < hyperv_specs_count (); i++)
    {
      g_autoptr (AvbMachineSpec) spec = NULL;
      g_autoptr (HypervModel) model = NULL;

      /* Long, and more of the same. */
      if (g_str_equal (hyperv_specs[i].name, "many-disks"))
        continue;
      model = make (i, &spec, TRUE);
      g_string_append (all, model->log->str);
    }
  if (update != NULL)
    {
      g_assert_true (g_file_set_contents (update, all->str, -1, NULL));
      g_test_skip ("written anew");
      return;
    }
  g_assert_true (g_file_get_contents (golden, &expected, NULL, NULL));
  {
    g_auto (GStrv) is = g_strsplit (all->str, "\n", -1);
    g_auto (GStrv) wanted = g_strsplit (expected, "\n", -1);

    for (guint i = 0; is[i] != NULL && wanted[i] != NULL; i++)
      {
        if (!g_str_equal (is[i], wanted[i]))
          g_test_message ("line %u", i + 1);
        g_assert_cmpstr (is[i], ==, wanted[i]);
      }
    g_assert_cmpuint (g_strv_length (is), ==, g_strv_length (wanted));
  }
}

typedef void (*Spoil) (AvbMachineSpec *spec);

static void
assert_refused (Spoil spoil, int code)
{
  g_autoptr (AvbMachineSpec) spec = hyperv_spec_plain ();
  g_autoptr (HypervModel) model = hyperv_model_new (spec);
  g_autoptr (GError) error = NULL;

  spoil (spec);
  g_assert_false (avb_hyperv_spec_check (spec, NULL, model->config->switches, "x86_64", &error));
  g_assert_error (error, AVB_ERROR, code);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void spoil_emulated (AvbMachineSpec *spec) { avb_machine_spec_set_accelerated (spec, FALSE); }
static void spoil_architecture (AvbMachineSpec *spec) { avb_machine_spec_set_architecture (spec, "aarch64"); }
static void spoil_transient (AvbMachineSpec *spec) { avb_machine_spec_set_transient (spec, TRUE); }
static void spoil_kernel (AvbMachineSpec *spec) { avb_machine_spec_set_kernel (spec, "/k"); }
static void spoil_serial (AvbMachineSpec *spec) { avb_machine_spec_set_serial (spec, "/s"); }
static void spoil_channel (AvbMachineSpec *spec) { avb_machine_spec_set_extra (spec, AVB_EXTRA_SETUP_CHANNEL, TRUE); }
static void spoil_share (AvbMachineSpec *spec) { avb_machine_spec_add_share (spec, avb_share_spec_new ("/home", "home")); }
static void spoil_memory (AvbMachineSpec *spec) { avb_machine_spec_set_memory_mib (spec, 1023); }
static void spoil_little_memory (AvbMachineSpec *spec) { avb_machine_spec_set_memory_mib (spec, 30); }
static void spoil_cpus (AvbMachineSpec *spec) { avb_machine_spec_set_cpus (spec, 10000); }
static void spoil_floppy (AvbMachineSpec *spec) { hyperv_spec_add_disk (spec, AVB_DISK_DEVICE_FLOPPY, AVB_DISK_BUS_FDC, "C:\\a.vfd", 0); }
static void spoil_usb (AvbMachineSpec *spec) { hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_USB, "C:\\a.vhdx", 0); }
static void spoil_read_only (AvbMachineSpec *spec) { hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.vhdx", 0)->read_only = TRUE; }
static void spoil_format (AvbMachineSpec *spec) { g_set_str (&hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.vhdx", 0)->format, "qcow2"); }
static void spoil_ending (AvbMachineSpec *spec) { hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.qcow2", 0); }
static void spoil_user (AvbMachineSpec *spec) { hyperv_spec_add_nic (spec, AVB_INTERFACE_NETWORK, "nowhere", NULL); }
static void spoil_bridge (AvbMachineSpec *spec) { hyperv_spec_add_nic (spec, AVB_INTERFACE_BRIDGE, "inside", NULL); }

static void
spoil_tpm (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  avb_machine_spec_set_tpm (spec, TRUE);
}

static void
spoil_ide (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  for (guint i = 0; i < 5; i++)
    hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_IDE, NULL, 0);
}

static void
spoil_nics (AvbMachineSpec *spec)
{
  for (guint i = 0; i < 9; i++)
    hyperv_spec_add_nic (spec, AVB_INTERFACE_USER, NULL, NULL);
}

static void
spoil_name (AvbMachineSpec *spec)
{
  g_autofree char *name = g_strnfill (101, 'x');

  avb_machine_spec_set_name (spec, name);
}

static void
test_refused (void)
{
  static const Spoil never[] = { spoil_emulated, spoil_architecture, spoil_transient, spoil_kernel, spoil_serial,
                                 spoil_channel, spoil_share, spoil_memory, spoil_little_memory, spoil_cpus, spoil_floppy,
                                 spoil_usb, spoil_read_only, spoil_format, spoil_ending, spoil_tpm, spoil_ide,
                                 spoil_nics, spoil_name };

  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    assert_refused (never[i], AVB_ERROR_NOT_SUPPORTED);
  assert_refused (spoil_user, AVB_ERROR_INVALID);
  assert_refused (spoil_bridge, AVB_ERROR_INVALID);
}

/* What others set stays, and one change touches one object. */
static void
test_keeps_what_is_not_known (void)
{
  g_autoptr (AvbMachineSpec) spec = hyperv_spec_linux ();
  g_autoptr (HypervModel) model = hyperv_model_new (spec);
  AvbWmiObject *memory = avb_hyperv_config_find (model->config, "Msvm_MemorySettingData");
  AvbWmiObject *strange = hyperv_model_new_resource (AVB_HYPERV_RASD, 1, "Contoso:Device");

  avb_wmi_object_set_boolean (memory, "DynamicMemoryEnabled", TRUE);
  avb_wmi_object_set_uint (memory, "TargetMemoryBuffer", AVB_WMI_UINT32, 33);
  hyperv_model_add (model, strange, "\\strange");
  hyperv_model_bring (model, spec);
  memory = avb_hyperv_config_find (model->config, "Msvm_MemorySettingData");
  g_assert_true (avb_wmi_object_get_boolean (memory, "DynamicMemoryEnabled"));
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "TargetMemoryBuffer", 0), ==, 33);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "VirtualQuantity", 0), ==, 4096);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "Reservation", 0), ==, 512);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "Limit", 0), ==, 1024 * 1024);
  g_assert_cmpuint (avb_wmi_object_get_uint (avb_hyperv_config_find (model->config, "Msvm_ProcessorSettingData"),
                                             "Weight", 0), ==, 77);
  g_assert_true (g_ptr_array_find (model->config->components, strange, NULL));

  avb_machine_spec_set_cpus (spec, 3);
  {
    g_autoptr (AvbHypervStep) step = avb_hyperv_spec_next_step (model->config, spec, NULL);

    g_assert_cmpint (step->kind, ==, AVB_HYPERV_STEP_MODIFY);
    g_assert_cmpuint (step->objects->len, ==, 1);
  }
  g_assert_true (avb_hyperv_spec_needs_off (model->config, spec));
  hyperv_model_bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
}

static void
test_other_disc (void)
{
  g_autoptr (AvbMachineSpec) spec = hyperv_spec_linux ();
  g_autoptr (HypervModel) model = hyperv_model_new (spec);
  AvbDiskSpec *disc = avb_machine_spec_get_disks (spec)->pdata[1];

  hyperv_model_bring (model, spec);
  g_set_str (&disc->path, "D:\\ISO\\other.iso");
  g_assert_false (avb_hyperv_spec_needs_off (model->config, spec));
  hyperv_model_bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  hyperv_model_assert_reads (model, spec);
  g_clear_pointer (&disc->path, g_free);
  hyperv_model_bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  hyperv_model_assert_reads (model, spec);
  g_set_str (&disc->path, "D:\\ISO\\third.iso");
  hyperv_model_bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  hyperv_model_assert_reads (model, spec);
}

/* Somebody changed the order in Hyper-V Manager: what the notes say of it is old. */
static void
test_boot_order_of_others (void)
{
  g_autoptr (AvbMachineSpec) spec = hyperv_spec_linux ();
  g_autoptr (HypervModel) model = hyperv_model_new (spec);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  hyperv_model_bring (model, spec);
  first = g_strdup (avb_wmi_object_get_string_at (model->config->settings, "BootSourceOrder", 0));
  second = g_strdup (avb_wmi_object_get_string_at (model->config->settings, "BootSourceOrder", 1));
  avb_wmi_object_set_strings (model->config->settings, "BootSourceOrder", (const char *[]){ second, first, NULL });
  read = avb_hyperv_spec_read (model->config);
  g_assert_cmpuint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[0])->boot_order, ==, 1);
  g_assert_cmpuint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[1])->boot_order, ==, 2);
  g_assert_cmpint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[0])->bus, ==, AVB_DISK_BUS_VIRTIO);
}

static void
test_template_of_others_stays (void)
{
  g_autoptr (AvbMachineSpec) spec = hyperv_spec_linux ();
  g_autoptr (HypervModel) model = hyperv_model_new (spec);

  avb_wmi_object_set_string (model->config->settings, "SecureBootTemplateId", "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3");
  hyperv_model_bring (model, spec);
  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  hyperv_model_bring (model, spec);
  g_assert_cmpstr (avb_wmi_object_get_string (model->config->settings, "SecureBootTemplateId"), ==,
                   "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3");
}

static void
test_notes (void)
{
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse ("mine\r\nand more\r\n");
  g_autofree char *merged = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (notes->description, ==, "mine\nand more\n");
  avb_hyperv_notes_set (notes, "os", "x");
  merged = avb_hyperv_notes_merge ("mine\r\nand more\r\n", notes);
  g_assert_cmpstr (merged, ==, "mine\r\nand more\r\n\r\n\r\n[Alpha VBox 1.0]\r\nos=x\r\n[/Alpha VBox]\r\n");
  /* Somebody writes behind it. */
  edited = g_strconcat (merged, "later\x01", NULL);
  {
    g_autoptr (AvbHypervNotes) more = avb_hyperv_notes_parse (edited);

    g_assert_cmpstr (more->description, ==, "mine\nand more\n\nlater ");
    g_assert_cmpstr (avb_hyperv_notes_get (more, "os"), ==, "x");
    again = avb_hyperv_notes_merge (edited, more);
    g_assert_cmpstr (again, ==, edited);
    avb_hyperv_notes_set (more, "os", "y");
    g_free (again);
    again = avb_hyperv_notes_merge (edited, more);
    g_assert_cmpstr (again, ==,
                     "mine\r\nand more\r\n\r\n\r\n[Alpha VBox 1.0]\r\nos=y\r\n[/Alpha VBox]\r\nlater\x01");
  }
}

static void
test_damaged_notes (void)
{
  static const char *const texts[] = {
    "", "[Alpha VBox 1.0]", "[/Alpha VBox]\n", "a\n[Alpha VBox 1.0]\nos=x", "[Alpha VBox 1.0]\n[Alpha VBox 1.0]\n[/Alpha VBox]",
    "[Alpha VBox 1.0]\n=\n==\na\n=b\nc=\n[/Alpha VBox]\n", "\xff\xfe[Alpha VBox 1.0]\n\xff=\xff\n[/Alpha VBox]",
    "[Alpha VBox 1.0]\ndisks=scsi0:0 , ,, a,b,c scsi9:99,virtio,99999999999999999999\nnics=x x x\n[/Alpha VBox]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse (texts[i]);
      g_autoptr (AvbMachineSpec) spec = hyperv_spec_linux ();
      g_autoptr (HypervModel) model = hyperv_model_new (spec);
      g_autoptr (AvbMachineSpec) read = NULL;
      g_autofree char *merged = avb_hyperv_notes_merge (texts[i], notes);

      g_assert_cmpstr (merged, ==, texts[i]);
      hyperv_model_bring (model, spec);
      avb_hyperv_settings_set_notes (model->config->settings, texts[i]);
      read = avb_hyperv_spec_read (model->config);
      g_assert_cmpuint (avb_machine_spec_get_disks (read)->len, ==, 2);
      g_assert_true (avb_machine_spec_validate (read, NULL));
    }
}

/* Nothing that a host says ends in anything but a spec. */
static void
test_nonsense_from_the_host (void)
{
  g_autoptr (AvbHypervConfig) config = avb_hyperv_config_new (avb_wmi_object_new ("Msvm_VirtualSystemSettingData"));
  g_autoptr (AvbMachineSpec) read = NULL;
  AvbWmiObject *drive = hyperv_model_new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_DISK, AVB_HYPERV_SUB_DISK);
  AvbWmiObject *self = hyperv_model_new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_SCSI, AVB_HYPERV_SUB_SCSI);
  AvbWmiObject *nic = hyperv_model_new_resource (AVB_HYPERV_SEPSD, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_ETHERNET);

  avb_wmi_object_set_string (drive, "Parent", "\\\\x\\y:z=");
  avb_wmi_object_set_string (drive, "AddressOnParent", "-1");
  avb_wmi_object_set_string (self, "InstanceID", "a");
  avb_wmi_object_set_string (self, "Parent", "Msvm_ResourceAllocationSettingData.InstanceID=\"a\"");
  avb_wmi_object_set_string (self, "VirtualSystemIdentifiers", "{");
  avb_wmi_object_set_string (nic, "Address", "zz");
  avb_wmi_object_set_boolean (nic, "StaticMacAddress", TRUE);
  g_ptr_array_add (config->components, drive);
  g_ptr_array_add (config->components, self);
  g_ptr_array_add (config->components, nic);
  avb_wmi_object_set_string (config->settings, "BootOrder", "x");
  read = avb_hyperv_spec_read (config);
  g_assert_cmpuint (avb_machine_spec_get_disks (read)->len, ==, 0);
  g_assert_cmpuint (avb_machine_spec_get_interfaces (read)->len, ==, 1);
  g_assert_cmpuint (avb_machine_spec_get_cpus (read), ==, 1);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  for (guint i = 0; i < hyperv_specs_count (); i++)
    {
      g_autofree char *path = g_strdup_printf ("/Avb/HypervSpec/there-and-back/%s", hyperv_specs[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_there_and_back);
    }
  g_test_add_func ("/Avb/HypervSpec/each-to-each", test_each_to_each);
  g_test_add_func ("/Avb/HypervSpec/golden", test_golden);
  g_test_add_func ("/Avb/HypervSpec/refused", test_refused);
  g_test_add_func ("/Avb/HypervSpec/keeps-what-is-not-known", test_keeps_what_is_not_known);
  g_test_add_func ("/Avb/HypervSpec/other-disc", test_other_disc);
  g_test_add_func ("/Avb/HypervSpec/boot-order-of-others", test_boot_order_of_others);
  g_test_add_func ("/Avb/HypervSpec/template-of-others-stays", test_template_of_others_stays);
  g_test_add_func ("/Avb/HypervSpec/notes", test_notes);
  g_test_add_func ("/Avb/HypervSpec/damaged-notes", test_damaged_notes);
  g_test_add_func ("/Avb/HypervSpec/nonsense-from-the-host", test_nonsense_from_the_host);
  return g_test_run ();
}
