/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* USB devices on their way to the guest and back. There is no USB bus where tests run, so the device is the CD drive
 * that spice-client-glib emulates: all but the kernel's side is real. */

#include "config.h"

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-usb.h"
#include "ui/console/avb-usb-memory.h"

#define DRIVE "2b23:cdcd"

typedef struct {
  RigServer       *server;
  AvbMachine      *machine;
  AvbSpiceSession *session;
  AvbConsoleUsb   *usb;
  GSettings       *settings;
  char            *folder;
  char            *image;
  int              failures;
  GError          *failure;
} Rig;

static void
failed_cb (AvbConsoleUsb *usb, AvbUsbDevice *device, GError *error, Rig *rig)
{
  rig->failures++;
  g_clear_error (&rig->failure);
  rig->failure = g_error_copy (error);
}

static void
hold (Rig *rig)
{
  rig->session = AVB_SPICE_SESSION (avb_console_session_hold (rig->machine));
  rig->usb = avb_console_usb_for_session (rig->session);
  g_signal_connect (rig->usb, "failed", G_CALLBACK (failed_cb), rig);
}

static void
set_up (Rig *rig, gconstpointer data)
{
  g_autofree char *megabyte = g_malloc0 (1 << 20);
  g_autoptr (GError) error = NULL;

  rig->settings = g_settings_new (AVB_APPLICATION_ID);
  rig->folder = avb_test_make_folder ();
  rig->image = g_build_filename (rig->folder, "data.iso", NULL);
  g_file_set_contents (rig->image, megabyte, 1 << 20, &error);
  g_assert_no_error (error);
  rig->server = rig_server_new ();
  if (GPOINTER_TO_INT (data) > 0)
    rig_server_command (rig->server, "usb-ports %d", GPOINTER_TO_INT (data));
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  hold (rig);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  if (rig->session != NULL)
    avb_console_session_release (AVB_CONSOLE_SESSION (rig->session));
  rig_server_free (rig->server);
  g_settings_reset (rig->settings, "usb-devices");
  g_clear_object (&rig->settings);
  g_clear_error (&rig->failure);
  /* What holds the session lets go of it when the loop is idle. */
  rig_machine_set_running (rig->machine, FALSE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (rig->machine);
  avb_test_remove_folder (rig->folder);
  g_free (rig->folder);
  g_free (rig->image);
}

static gboolean
is_ready (gpointer usb)
{
  return avb_console_usb_get_ready (usb);
}

static gboolean
has_ports (gpointer usb)
{
  return avb_console_usb_get_n_ports (usb) == 2;
}

/* (transfer none) (nullable) */
static AvbUsbDevice *
find_drive (Rig *rig, gboolean present)
{
  GListModel *devices = avb_console_usb_get_devices (rig->usb);

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (AvbUsbDevice) device = g_list_model_get_item (devices, i);

      if (g_str_equal (avb_usb_device_get_id (device), DRIVE)
          && avb_usb_device_get_present (device) == present)
        return device;
    }
  return NULL;
}

static gboolean
has_drive (gpointer data)
{
  return find_drive (data, TRUE) != NULL;
}

static gboolean
has_no_drive (gpointer data)
{
  return find_drive (data, TRUE) == NULL;
}

static gboolean
has_manager (gpointer usb)
{
  return avb_console_usb_get_manager (usb) != NULL;
}

static void
plug_in (Rig *rig)
{
  g_autoptr (GError) error = NULL;

  rig_wait (has_manager, rig->usb, "there are USB devices");
  g_assert_true (spice_usb_device_manager_create_shared_cd_device (
      avb_console_usb_get_manager (rig->usb), rig->image, &error));
  g_assert_no_error (error);
  rig_wait (has_drive, rig, "the drive is plugged in");
}

static gboolean
is_given (gpointer data)
{
  Rig *rig = data;

  return avb_console_usb_get_n_connected (rig->usb) == 1
         && !avb_usb_device_get_busy (find_drive (rig, TRUE));
}

static gboolean
is_taken_back (gpointer data)
{
  return avb_console_usb_get_n_connected (((Rig *) data)->usb) == 0;
}

static gboolean
is_null (gpointer pointer)
{
  return *(gpointer *) pointer == NULL;
}

static gboolean
is_not_ready (gpointer usb)
{
  return !avb_console_usb_get_ready (usb);
}

static void
test_connects (Rig *rig, gconstpointer data)
{
  AvbUsbDevice *drive;

  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_ports, rig->usb, "the ports are open");
  plug_in (rig);
  drive = find_drive (rig, TRUE);
  g_assert_nonnull (strstr (avb_usb_device_get_name (drive), "data.iso"));
  g_assert_false (avb_usb_device_get_connected (drive));
  avb_console_usb_set_connected (rig->usb, drive, TRUE);
  g_assert_true (avb_usb_device_get_busy (drive));
  rig_wait (is_given, rig, "the guest has the drive");
  rig_server_expect (rig->server, "usb-connect", "usb-connect " DRIVE);
  g_assert_cmpint (rig->failures, ==, 0);

  /* The emulated drive goes when it is ejected, as one that is unplugged. */
  avb_console_usb_set_connected (rig->usb, drive, FALSE);
  rig_wait (is_taken_back, rig, "the guest has it no more");
  rig_wait (has_no_drive, rig, "the drive is gone");
}

/* Nobody looks at the machine any more, but its disk must not vanish. */
static void
test_holds (Rig *rig, gconstpointer data)
{
  AvbSpiceSession *session = rig->session;

  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_ports, rig->usb, "the ports are open");
  plug_in (rig);
  avb_console_usb_set_connected (rig->usb, find_drive (rig, TRUE), TRUE);
  rig_wait (is_given, rig, "the guest has the drive");
  rig_server_expect (rig->server, "usb-connect", "usb-connect " DRIVE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_add_weak_pointer (G_OBJECT (session), (gpointer *) &session);
  avb_console_session_release (AVB_CONSOLE_SESSION (g_steal_pointer (&rig->session)));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_nonnull (session);
  g_assert_cmpuint (avb_console_usb_get_n_connected (rig->usb), ==, 1);
  g_assert_cmpint (avb_console_session_get_status (AVB_CONSOLE_SESSION (session)), ==, AVB_CONSOLE_CONNECTED);

  /* With the machine the reason goes, and with it the session. */
  rig_machine_set_running (rig->machine, FALSE);
  rig_wait (is_null, &session, "the session is gone");
}

static const char *
get_uuid (Rig *rig)
{
  const char *uuid = avb_machine_get_uuid (rig->machine);

  return uuid != NULL ? uuid : "";
}

/* What is remembered is given by itself; what is missing is not missed. */
static void
test_remembers (Rig *rig, gconstpointer data)
{
  g_auto (GStrv) kept = NULL;

  avb_usb_memory_add (rig->settings, get_uuid (rig), "dead:beef A Lost Disk");
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_ports, rig->usb, "the ports are open");
  rig_wait (is_ready, rig->usb, "the display is there");
  plug_in (rig);
  g_assert_cmpuint (g_list_model_get_n_items (avb_console_usb_get_devices (rig->usb)), ==, 2);
  avb_console_usb_set_remembered (rig->usb, find_drive (rig, TRUE), TRUE);
  g_assert_false (avb_usb_device_get_busy (find_drive (rig, TRUE)));
  kept = avb_usb_memory_dup (rig->settings, get_uuid (rig));
  g_assert_cmpuint (g_strv_length (kept), ==, 2);

  /* Another run: the drive is plugged in again there, and goes to the guest. */
  rig_server_kill (rig->server);
  rig_wait (is_not_ready, rig->usb, "the connection is lost");
  rig_machine_set_running (rig->machine, FALSE);
  g_assert_nonnull (find_drive (rig, FALSE));
  rig_server_start (rig->server);
  rig_server_command (rig->server, "usb-ports 2");
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (is_ready, rig->usb, "the connection is back");
  plug_in (rig);
  rig_wait (is_given, rig, "the guest has the drive");
  rig_server_expect (rig->server, "usb-connect", "usb-connect " DRIVE);
  g_assert_cmpint (rig->failures, ==, 0);
  avb_console_usb_set_remembered (rig->usb, find_drive (rig, TRUE), FALSE);
  g_clear_pointer (&kept, g_strfreev);
  kept = avb_usb_memory_dup (rig->settings, get_uuid (rig));
  g_assert_cmpuint (g_strv_length (kept), ==, 1);
}

/* A machine without room for devices. */
static void
test_no_ports (Rig *rig, gconstpointer data)
{
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (is_ready, rig->usb, "the display is there");
  g_assert_cmpuint (avb_console_usb_get_n_ports (rig->usb), ==, 0);
  plug_in (rig);
  avb_console_usb_set_connected (rig->usb, find_drive (rig, TRUE), TRUE);
  g_assert_cmpint (rig->failures, ==, 1);
  g_assert_error (rig->failure, AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_false (avb_usb_device_get_connected (find_drive (rig, TRUE)));
}

static void
check_explained (GQuark domain, int code, const char *text, AvbError expected, const char *word)
{
  g_autoptr (GError) native = g_error_new_literal (domain, code, text);
  g_autoptr (GError) error = avb_console_usb_explain (native, "Disk");

  g_assert_error (error, AVB_ERROR, (int) expected);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_cmpstr (avb_error_get_details (error), ==, text);
}

static void
test_explains (void)
{
  g_autoptr (GError) cancelled
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_autoptr (GError) explained = avb_console_usb_explain (cancelled, "Disk");

  g_assert_true (avb_error_is_cancelled (explained));
  check_explained (G_SPAWN_ERROR,
                   G_SPAWN_ERROR_NOENT,
                   "No such file",
                   AVB_ERROR_NOT_SUPPORTED,
                   "spice-client-glib-usb-acl-helper");
  check_explained (SPICE_CLIENT_ERROR,
                   SPICE_CLIENT_ERROR_FAILED,
                   "Error setting USB device node ACL: 'Not authorized'",
                   AVB_ERROR_PERMISSION,
                   "Disk");
  check_explained (SPICE_CLIENT_ERROR,
                   SPICE_CLIENT_ERROR_FAILED,
                   "Unexpected EOF reading from acl helper stdout",
                   AVB_ERROR_PERMISSION,
                   "helper");
  check_explained (SPICE_CLIENT_ERROR,
                   SPICE_CLIENT_ERROR_FAILED,
                   "No free USB channel",
                   AVB_ERROR_FAILED,
                   "Disk");
}

/* Names that were made to confuse, and lists that somebody edited. */
static void
test_bad_memory (void)
{
  static const char *const bad[]
      = { "", "12", "1234:567", "1234567890", "g234:5678 X", "1234:5678X", "1234-5678 X" };
  g_autoptr (AvbUsbDevice) device = NULL;
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (avb_usb_device_new_remembered (bad[i]));
  device = avb_usb_device_new_remembered ("12AB:00ff \xff\n<b>bold</b>\x01");
  g_assert_cmpstr (avb_usb_device_get_id (device), ==, "12ab:00ff");
  g_assert_true (g_utf8_validate (avb_usb_device_get_name (device), -1, NULL));
  g_assert_null (strchr (avb_usb_device_get_name (device), '\n'));

  for (int i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strdup_printf ("%04x:0000 X", i);

      avb_usb_memory_add (settings, "a", text);
    }
  list = avb_usb_memory_dup (settings, "a");
  g_assert_cmpuint (g_strv_length (list), <=, 65);
  g_settings_reset (settings, "usb-devices");
}

#define ADD(path, ports, func) \
  g_test_add (path, Rig, GINT_TO_POINTER (ports), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleUsb/connects-and-disconnects", 2, test_connects);
  ADD ("/Avb/ConsoleUsb/holds-the-session", 2, test_holds);
  ADD ("/Avb/ConsoleUsb/remembers", 2, test_remembers);
  ADD ("/Avb/ConsoleUsb/no-ports", 0, test_no_ports);
  g_test_add_func ("/Avb/ConsoleUsb/explains-errors", test_explains);
  g_test_add_func ("/Avb/ConsoleUsb/bad-memory", test_bad_memory);
  return g_test_run ();
}
