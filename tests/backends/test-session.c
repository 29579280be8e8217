/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "backends/avb-error.h"
#include "backends/libvirt/avb-libvirt-util.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Real libvirt and QEMU of this user, emulated. Run in tests/tools/with-home. */

static gboolean
has_state (AvbMachine *machine, AvbMachineState state)
{
  return avb_machine_get_state (machine) == state;
}

static void
state_cb (AvbMachine *machine, GParamSpec *pspec, GArray *states)
{
  AvbMachineState state = avb_machine_get_state (machine);

  g_array_append_val (states, state);
}

static gboolean
saw (GArray *states, AvbMachineState state)
{
  for (guint i = 0; i < states->len; i++)
    if (g_array_index (states, AvbMachineState, i) == state)
      return TRUE;
  return FALSE;
}

static DexFuture *
life_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "life");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("life", disk);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbConsoleEndpoint) console = NULL;
  g_autoptr (AvbScreenshot) screenshot = NULL;
  g_autoptr (GArray) states = g_array_new (FALSE, FALSE, sizeof (AvbMachineState));
  GListModel *machines = avb_connection_get_machines (connection);
  int         fd;

  avb_machine_spec_set_graphics (spec, TRUE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  g_assert_true (has_state (machine, AVB_MACHINE_OFF));
  g_assert_true (avb_machine_can_start (machine));
  g_assert_false (avb_machine_has_console (machine));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_await_error (
      avb_connection_create_machine (connection, spec), AVB_ERROR, AVB_ERROR_EXISTS);
  avb_test_await_error (avb_machine_pause (machine), AVB_ERROR, AVB_ERROR_BUSY);

  avb_test_await (avb_machine_load_details (machine));
  g_assert_true (avb_machine_get_has_details (machine));
  g_assert_cmpuint (avb_machine_get_memory_mib (machine), ==, 64);
  g_assert_true (avb_machine_get_emulated (machine));

  g_signal_connect (machine, "notify::state", G_CALLBACK (state_cb), states);
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_true (avb_machine_has_console (machine));
  console = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (console->kind, ==, AVB_CONSOLE_SPICE_FD);
  {
    g_autoptr (GError) error = NULL;

    fd = dex_await_int (avb_machine_open_console_fd (machine), &error);
    g_assert_no_error (error);
    g_assert_cmpint (fd, >, 2);
    g_close (fd, NULL);
  }
  screenshot = avb_test_await_boxed (avb_machine_take_screenshot (machine));
  g_assert_cmpuint (g_bytes_get_size (screenshot->bytes), >, 100);

  avb_test_await (avb_machine_pause (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_PAUSED));
  avb_test_await (avb_machine_resume (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_reset (machine));

  {
    g_autoptr (AvbOperation) operation = avb_operation_new ("Saving");

    avb_test_await (avb_machine_save (machine, operation));
    g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  }
  avb_test_until_true (has_state (machine, AVB_MACHINE_SAVED));
  g_assert_null (avb_machine_get_operation (machine));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  g_assert_true (saw (states, AVB_MACHINE_PAUSED) && saw (states, AVB_MACHINE_SAVED));
  g_assert_null (avb_machine_get_last_error (machine));

  avb_test_await_error (avb_machine_rename (machine, "a/b"), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await (avb_machine_rename (machine, "life & <after>"));
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "life & <after>") == 0);

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  g_assert_false (g_file_test (disk, G_FILE_TEST_EXISTS));
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_signal_handlers_disconnect_by_data (machine, states);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static AvbApplied
apply (AvbMachine *machine, AvbMachineSpec *spec)
{
  g_autoptr (GError) error = NULL;
  int applied = dex_await_int (avb_machine_apply_spec (machine, spec), &error);

  g_assert_no_error (error);
  return applied;
}

/* A machine from elsewhere gets what it lacks, while it runs where that can be. */
static DexFuture *
extras_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("extras", NULL);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachine) machine = NULL;

  avb_machine_spec_set_graphics (spec, TRUE);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));

  avb_machine_spec_set_extra (spec, AVB_EXTRA_GUEST_AGENT, TRUE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_DISPLAY_AGENT, TRUE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_USB_REDIRECTION, TRUE);
  g_assert_cmpint (apply (machine, spec), ==, AVB_APPLIED_NOW);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_FOLDER_CHANNEL, TRUE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_SOUND, TRUE);
  g_assert_cmpint (apply (machine, spec), ==, AVB_APPLIED_AT_NEXT_START);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));

  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_cmpint (apply (machine, spec), ==, AVB_APPLIED_NOW);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_machine_spec_set_graphics (spec, FALSE);
  g_assert_cmpint (apply (machine, spec), ==, AVB_APPLIED_NOW);
  g_clear_object (&read);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* A display that asks for a password: it is known here, and not asked of anybody on a socket of
 * ours. */
static DexFuture *
password_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("password", NULL);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbConsoleEndpoint) console = NULL;
  g_autoptr (virConnect) vir = virConnectOpen ("qemu:///session");
  g_autoptr (virDomain) domain = NULL;
  g_autoptr (virDomain) defined = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  char *xml;
  int   fd;

  avb_machine_spec_set_graphics (spec, TRUE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  domain = virDomainLookupByUUIDString (vir, avb_machine_get_uuid (machine));
  xml = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  text = g_string_new (xml);
  free (xml);
  g_assert_cmpuint (
      g_string_replace (
          text, "<graphics type='spice'>", "<graphics type='spice' passwd='a&amp;b'>", 0),
      ==,
      1);
  defined = virDomainDefineXML (vir, text->str);
  g_assert_nonnull (defined);

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  console = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (console->kind, ==, AVB_CONSOLE_SPICE_FD);
  g_assert_cmpstr (console->password, ==, "a&b");
  fd = dex_await_int (avb_machine_open_console_fd (machine), &error);
  g_assert_no_error (error);
  g_close (fd, NULL);

  /* A change of something else does not lose it. */
  avb_machine_spec_set_description (spec, "changed");
  avb_test_await (avb_machine_apply_spec (machine, spec));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  xml = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
  g_assert_nonnull (strstr (xml, "passwd='a&amp;b'"));
  free (xml);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* A machine that others made with VNC. Who connects is greeted in VNC's words (RFC 6143, 7.1.1). */
static DexFuture *
vnc_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "vnc");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("vnc", disk);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbConsoleEndpoint) console = NULL;
  g_autoptr (virConnect) vir = virConnectOpen ("qemu:///session");
  g_autoptr (virDomain) domain = NULL;
  g_autoptr (virDomain) defined = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  char  greeting[12];
  gsize length = 0;
  char *xml;
  int   fd;

  avb_machine_spec_set_graphics (spec, TRUE);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  domain = virDomainLookupByUUIDString (vir, avb_machine_get_uuid (machine));
  xml = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  text = g_string_new (xml);
  free (xml);
  g_assert_cmpuint (
      g_string_replace (text, "<graphics type='spice'>", "<graphics type='vnc'>", 0), ==, 1);
  g_string_replace (text, "<image compression='off'/>", "", 0);
  g_string_replace (text, "<audio id='1' type='spice'/>", "<audio id='1' type='none'/>", 0);
  defined = virDomainDefineXML (vir, text->str);
  g_assert_nonnull (defined);

  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_until_true (avb_machine_has_console (machine));
  console = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (console->kind, ==, AVB_CONSOLE_VNC_FD);
  fd = dex_await_int (avb_machine_open_console_fd (machine), &error);
  g_assert_no_error (error);
  g_unix_set_fd_nonblocking (fd, FALSE, NULL);
  while (length < sizeof greeting)
    {
      gssize n = read (fd, greeting + length, sizeof greeting - length);

      g_assert_cmpint (n, >, 0);
      length += (gsize) n;
    }
  g_assert_cmpmem (greeting, sizeof greeting, "RFB 003.008\n", 12);
  g_close (fd, NULL);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
change_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "change");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("change", disk);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));

  avb_machine_spec_set_memory_mib (spec, 96);
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_description (spec, "two\nlines & <markup>");
  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/12");
  avb_machine_spec_set_graphics (spec, TRUE);
  avb_machine_spec_set_name (spec, "changed");
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, NULL, NULL));
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_apply_spec (machine, spec));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  /* Details that were loaded follow by themselves. */
  avb_test_until_true (avb_machine_get_memory_mib (machine) == 96);
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "changed") == 0);
  g_assert_cmpstr (avb_machine_get_os_id (machine), ==, "http://debian.org/debian/12");

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Every firmware that this host says it has really starts. */
static DexFuture *
firmware_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  static const struct {
    AvbFirmware firmware;
    AvbFeature  feature;
  } kinds[] = {
    { AVB_FIRMWARE_UEFI, AVB_FEATURE_UEFI },
    { AVB_FIRMWARE_UEFI_SECURE, AVB_FEATURE_SECURE_BOOT },
  };

  avb_session_test_wait_capabilities (connection);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      AvbCapabilities *caps = avb_connection_get_capabilities (connection);
      g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("firmware", NULL);
      g_autoptr (AvbMachineSpec) read = NULL;
      g_autoptr (AvbMachine) machine = NULL;

      if (!avb_capabilities_can (caps, kinds[i].feature))
        {
          g_assert_nonnull (avb_capabilities_get_reason (caps, kinds[i].feature));
          continue;
        }
      avb_machine_spec_set_firmware (spec, kinds[i].firmware);
      machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
      read = avb_test_await_object (avb_machine_read_spec (machine));
      g_assert_true (avb_machine_spec_equal (spec, read));
      avb_test_await (avb_machine_start (machine));
      avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
      avb_test_await (avb_machine_force_off (machine));
      avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
      avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
      avb_test_until_true (g_list_model_get_n_items (avb_connection_get_machines (connection))
                           == 0);
    }
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* What QEMU was started with, as words. */
static char *
dup_command_line (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", (int) avb_session_test_qemu_pid (name));
  char            *text = NULL;
  gsize            length;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i + 1 < length; i++)
    if (text[i] == '\0')
      text[i] = ' ';
  return text;
}

/* Windows 11 as it wants to be: Secure Boot, a TPM, and what Hyper-V would tell it. Emulated. */
static DexFuture *
windows_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "windows");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("windows", disk);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autofree char *command = NULL;
  g_autofree char *state = NULL;
  AvbCapabilities *caps;
  gboolean         tpm;

  avb_session_test_wait_capabilities (connection);
  caps = avb_connection_get_capabilities (connection);
  tpm = avb_capabilities_can (caps, AVB_FEATURE_TPM);
  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  avb_machine_spec_set_tpm (spec, tpm);
  if (avb_capabilities_can (caps, AVB_FEATURE_SECURE_BOOT))
    avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  command = dup_command_line ("windows");
  g_assert_nonnull (strstr (command, "hv-relaxed=on,hv-vapic=on,hv-spinlocks=0x1fff"));
  g_assert_nonnull (strstr (command, "base=localtime"));
  g_assert_nonnull (strstr (command, "hpet=off"));
  state = g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", "swtpm",
                            avb_machine_get_uuid (machine), "tpm2", NULL);
  g_assert_true (g_file_test (state, G_FILE_TEST_IS_DIR) == tpm);
  g_assert_true ((strstr (command, "tpm-crb") != NULL) == tpm);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_false (g_file_test (state, G_FILE_TEST_EXISTS));
  avb_test_await (avb_connection_close (connection));
  g_test_message ("TPM: %s", tpm ? "yes" : "no");
  return NULL;
}

static DexFuture *
qemu_dies_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("dies", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_cmpint (kill (avb_session_test_qemu_pid ("dies"), SIGKILL), ==, 0);
  avb_test_until_true (has_state (machine, AVB_MACHINE_CRASHED));
  g_assert_nonnull (avb_machine_get_last_error (machine));
  g_assert_true (avb_machine_can_start (machine));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_until_true (avb_machine_get_last_error (machine) == NULL);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
daemon_dies_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("stays", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autoptr (AvbMachine) same = NULL;
  GListModel *machines = avb_connection_get_machines (connection);

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));

  avb_session_test_kill_daemon ();
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_LOST);
  g_assert_nonnull (avb_connection_get_link_error (connection));
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  g_assert_false (avb_machine_get_available (machine));
  g_assert_false (avb_machine_can_force_off (machine));
  avb_test_await_error (avb_machine_force_off (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);

  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  g_assert_null (avb_connection_get_link_error (connection));
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  same = g_list_model_get_item (machines, 0);
  g_assert_true (same == machine);
  g_assert_true (avb_machine_get_available (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));

  /* Events arrive over the new link. */
  avb_test_await (avb_machine_pause (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_PAUSED));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
keeps_disks_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *own = avb_session_test_create_disk (connection, "own");
  g_autofree char *shared = avb_session_test_create_disk (connection, "shared");
  g_autofree char *alias = g_strconcat (shared, ".link", NULL);
  g_autofree char *read_only = avb_session_test_create_disk (connection, "read-only");
  g_autofree char *medium = avb_session_test_create_disk (connection, "medium");
  /* Called like a copy of a disc that this program makes, but not where it makes them. */
  g_autofree char *stranger = g_build_filename (g_get_user_data_dir (), "x-avb-disc.img", NULL);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("first", own);
  g_autoptr (AvbMachineSpec) other = avb_session_test_spec ("second", alias);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) second = NULL;
  AvbDiskSpec *disk;

  /* The second machine knows the shared disk by another name. */
  g_assert_no_errno (link (shared, alias));
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, shared, "qcow2"));
  disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, read_only, "qcow2");
  disk->read_only = TRUE;
  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, medium, "raw"));
  g_assert_true (g_file_set_contents (stranger, "disc", -1, NULL));
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, stranger, "raw"));
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  second = avb_test_await_object (avb_connection_create_machine (connection, other));

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_false (g_file_test (own, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (shared, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (read_only, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (medium, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (stranger, G_FILE_TEST_EXISTS));
  g_unlink (stranger);
  avb_test_await (avb_machine_delete (second, AVB_DELETE_KEEP_DISKS));
  g_assert_true (g_file_test (alias, G_FILE_TEST_EXISTS));

  g_unlink (alias);
  avb_test_await (avb_connection_delete_volume (connection, shared));
  avb_test_await (avb_connection_delete_volume (connection, read_only));
  avb_test_await (avb_connection_delete_volume (connection, medium));
  avb_test_await (avb_connection_delete_volume (connection, medium));
  avb_test_await_error (
      avb_connection_delete_volume (connection, "/etc/passwd"), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
volumes_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *first = avb_session_test_create_disk (connection, "../na\nme:,x");
  g_autofree char *again = avb_session_test_create_disk (connection, "../na\nme:,x");
  g_autofree char *copy = NULL;
  g_autofree char *folder = g_path_get_dirname (first);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Copying");
  g_autoptr (AvbOperation) cancelled = avb_operation_new ("Copying");
  g_autoptr (AvbHostFree) host_free = NULL;
  AvbVolumeSpec volume
      = { .name = "copy", .format = "qcow2", .source = first, .source_format = "qcow2" };

  g_assert_true (g_str_has_suffix (folder, "alpha-vbox/disks"));
  g_assert_cmpstr (first, !=, again);
  copy = avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
  g_assert_true (g_file_test (copy, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 3);

  avb_operation_cancel (cancelled);
  avb_test_await_error (avb_connection_create_volume (connection, &volume, cancelled),
                        G_IO_ERROR,
                        G_IO_ERROR_CANCELLED);
  volume.source_format = "vmdk";
  avb_test_await_error (
      avb_connection_create_volume (connection, &volume, operation), AVB_ERROR, AVB_ERROR_FAILED);
  volume.source_format = NULL;
  avb_test_await_error (
      avb_connection_create_volume (connection, &volume, operation), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 3);

  host_free = avb_test_await_boxed (avb_connection_read_free (connection));
  g_assert_cmpuint (host_free->memory_mib, >, 0);
  g_assert_cmpuint (host_free->disk_bytes, >, 0);

  avb_test_await (avb_connection_delete_volume (connection, first));
  avb_test_await (avb_connection_delete_volume (connection, again));
  avb_test_await (avb_connection_delete_volume (connection, copy));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* A file that may not grow behaves like a full disk, for qemu-img, which inherits the limit. */
static DexFuture *
no_space_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *source = g_build_filename (g_get_user_data_dir (), "source.img", NULL);
  g_autofree char *content = g_malloc (4 << 20);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Copying");
  AvbVolumeSpec volume
      = { .name = "full", .format = "raw", .source = source, .source_format = "raw" };
  struct rlimit before, limit;

  memset (content, 'x', 4 << 20);
  g_assert_true (g_file_set_contents (source, content, 4 << 20, NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  limit = before;
  limit.rlim_cur = 1 << 20;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  avb_test_await_error (
      avb_connection_create_volume (connection, &volume, operation), AVB_ERROR, AVB_ERROR_NO_SPACE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_unlink (source);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
corrupt_state_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("corrupt", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autofree char *path = g_build_filename (
      g_get_user_config_dir (), "libvirt", "qemu", "save", "corrupt.save", NULL);
  struct stat info;

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_save (machine, NULL));
  avb_test_until_true (has_state (machine, AVB_MACHINE_SAVED));
  g_assert_no_errno (stat (path, &info));
  g_assert_no_errno (truncate (path, info.st_size / 2));

  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_until_true (has_state (machine, AVB_MACHINE_SAVED));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static void
cancel_cb (AvbOperation *operation, GParamSpec *pspec, gpointer data)
{
  if (avb_operation_get_total (operation) > 0)
    avb_operation_cancel (operation);
}

static DexFuture *
save_cancel_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("cancel", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autoptr (AvbOperation) before = avb_operation_new ("Saving");
  g_autoptr (AvbOperation) during = avb_operation_new ("Saving");

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_operation_cancel (before);
  avb_test_await_error (avb_machine_save (machine, before), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (before), ==, AVB_OPERATION_CANCELLED);
  g_assert_true (has_state (machine, AVB_MACHINE_RUNNING));

  /* It may be saved before it is heard; what the operation says is what is. */
  g_signal_connect (during, "notify::total", G_CALLBACK (cancel_cb), NULL);
  dex_await (avb_machine_save (machine, during), NULL);
  if (avb_operation_get_state (during) == AVB_OPERATION_DONE)
    avb_test_until_true (has_state (machine, AVB_MACHINE_SAVED));
  else
    avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_null (avb_machine_get_operation (machine));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* A copy that is cancelled while it is written. */
static DexFuture *
copy_cancel_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *source = g_build_filename (g_get_user_data_dir (), "source.img", NULL);
  g_autofree char *content = g_malloc (64 << 20);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Copying");
  AvbVolumeSpec volume
      = { .name = "big", .format = "qcow2", .source = source, .source_format = "raw" };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  for (gsize i = 0; i < 64 << 20; i++)
    content[i] = i >> 9 ^ i;
  g_assert_true (g_file_set_contents (source, content, 64 << 20, NULL));
  g_signal_connect (operation, "notify::total", G_CALLBACK (cancel_cb), NULL);
  path = dex_await_string (avb_connection_create_volume (connection, &volume, operation), &error);
  /* Too quick to be heard: then it is whole. */
  if (path == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    avb_test_await (avb_connection_delete_volume (connection, path));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  g_unlink (source);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* The daemon dies while a machine is created: either it is there and was answered for, or it is not
 * there, also after the link is back. */
static DexFuture *
half_created_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("half", NULL);
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (GError) error = NULL;
      DexFuture *create;

      create = avb_connection_create_machine (connection, spec);
      dex_await (dex_timeout_new_msec (i * 4), NULL);
      avb_session_test_kill_daemon ();
      machine = dex_await_object (create, &error);
      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_LOST);
      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
      if (machine != NULL)
        {
          avb_test_until_true (avb_machine_get_available (machine));
          avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
        }
      else
        g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
      avb_test_until_true (g_list_model_get_n_items (machines) == 0);
      /* The name is free again once the orphan has gone. */
      for (;;)
        {
          g_autoptr (AvbMachine) next = NULL;
          g_autoptr (GError) taken = NULL;

          next = dex_await_object (avb_connection_create_machine (connection, spec), &taken);
          if (next == NULL)
            {
              g_assert_error (taken, AVB_ERROR, AVB_ERROR_EXISTS);
              avb_test_pass_time ();
              continue;
            }
          avb_test_await (avb_machine_delete (next, AVB_DELETE_KEEP_DISKS));
          avb_test_until_true (g_list_model_get_n_items (machines) == 0);
          break;
        }
    }
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* The daemon dies while a machine is deleted: in the end both it and its disk are gone. */
static DexFuture *
half_deleted_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *disk = NULL;
      g_autoptr (AvbMachineSpec) spec = NULL;
      g_autoptr (AvbMachine) machine = NULL;
      DexFuture *deletion;
      GPid       killed;

      disk = avb_session_test_create_disk (connection, "half");
      spec = avb_session_test_spec ("half", disk);
      machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
      deletion = avb_machine_delete (machine, AVB_DELETE_DISKS);
      dex_await (dex_timeout_new_msec (i), NULL);
      killed = avb_session_test_daemon_pid ();
      avb_session_test_kill_daemon ();
      avb_test_await (deletion);
      g_assert_false (g_file_test (disk, G_FILE_TEST_EXISTS));
      /* The new daemon answers. */
      avb_test_until_true (avb_session_test_daemon_pid () != killed
                           && avb_connection_get_link (connection) == AVB_LINK_UP);
      avb_test_until_true (g_list_model_get_n_items (machines) == 0);
    }
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Objects that go while calls are under way. */
static DexFuture *
dropped_fiber (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
      g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("dropped", NULL);
      g_autoptr (AvbMachine) machine = NULL;

      if (i == 0)
        machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
      else
        machine = g_list_model_get_item (avb_connection_get_machines (connection), 0);
      avb_future_finish (avb_machine_load_details (machine), "test");
      avb_future_finish (avb_machine_read_spec (machine), "test");
      avb_future_finish (avb_connection_read_free (connection), "test");
      if (i % 2)
        avb_future_finish (avb_connection_close (connection), "test");
      if (i == 18)
        avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
      if (i == 18)
        break;
    }
  return NULL;
}

static DexFuture *
abandoned_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *first = avb_session_test_create_disk (connection, "first");
  g_autofree char *folder = g_path_get_dirname (first);
  g_autofree char *abandoned = g_build_filename (folder, ".volume.aaaaaa.part", NULL);
  g_autofree char *under_way = g_build_filename (folder, ".volume.bbbbbb.part", NULL);
  g_autofree char *second = NULL;
  struct utimbuf long_ago = { 1000000000, 1000000000 };

  g_assert_true (g_file_set_contents (abandoned, "half", -1, NULL));
  g_assert_true (g_file_set_contents (under_way, "half", -1, NULL));
  g_assert_cmpint (g_utime (abandoned, &long_ago), ==, 0);
  second = avb_session_test_create_disk (connection, "second");
  g_assert_false (g_file_test (abandoned, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (under_way, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_unlink (under_way), ==, 0);
  avb_test_await (avb_connection_delete_volume (connection, first));
  avb_test_await (avb_connection_delete_volume (connection, second));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Session/life", life_fiber);
  avb_test_add_fiber ("/Avb/Session/extras", extras_fiber);
  avb_test_add_fiber ("/Avb/Session/password", password_fiber);
  avb_test_add_fiber ("/Avb/Session/vnc", vnc_fiber);
  avb_test_add_fiber ("/Avb/Session/change", change_fiber);
  avb_test_add_fiber ("/Avb/Session/firmware", firmware_fiber);
  avb_test_add_fiber ("/Avb/Session/windows", windows_fiber);
  avb_test_add_fiber ("/Avb/Session/qemu-dies", qemu_dies_fiber);
  avb_test_add_fiber ("/Avb/Session/daemon-dies", daemon_dies_fiber);
  avb_test_add_fiber ("/Avb/Session/delete-keeps-others-disks", keeps_disks_fiber);
  avb_test_add_fiber ("/Avb/Session/volumes", volumes_fiber);
  avb_test_add_fiber ("/Avb/Session/no-space", no_space_fiber);
  avb_test_add_fiber ("/Avb/Session/corrupt-saved-state", corrupt_state_fiber);
  avb_test_add_fiber ("/Avb/Session/save-cancelled", save_cancel_fiber);
  avb_test_add_fiber ("/Avb/Session/copy-cancelled", copy_cancel_fiber);
  avb_test_add_fiber ("/Avb/Session/half-created", half_created_fiber);
  avb_test_add_fiber ("/Avb/Session/half-deleted", half_deleted_fiber);
  avb_test_add_fiber ("/Avb/Session/dropped-in-flight", dropped_fiber);
  avb_test_add_fiber ("/Avb/Session/abandoned-copies-go", abandoned_fiber);
  return g_test_run ();
}
