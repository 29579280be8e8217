/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The text consoles of a real guest: Linux with a shell on two serial ports and a virtio console; see
 * tests/media/guest-init. Run in tests/tools/with-home. */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-text-console.h"
#include "backends/libvirt/avb-libvirt-stream-socket.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define FLOOD_BYTES (16 * 1024 * 1024)

/* Our end of a console, and what came out of it. */
typedef struct {
  int         fd;
  GString    *text;
  const char *expected;
  guint       tries;
} Port;

static Port *
port_new (AvbMachine *machine, const char *name, gboolean take_over)
{
  Port *port = g_new0 (Port, 1);
  g_autoptr (GError) error = NULL;

  port->fd = dex_await_int (avb_machine_open_text_console (machine, name, take_over), &error);
  g_assert_no_error (error);
  g_assert_cmpint (port->fd, >, 2);
  port->text = g_string_new (NULL);
  return port;
}

static void
port_free (Port *port)
{
  g_assert_true (g_close (port->fd, NULL));
  g_string_free (port->text, TRUE);
  g_free (port);
}

/* Takes what there is. FALSE at the end. */
static gboolean
port_read (Port *port)
{
  char   bytes[65536];
  gssize n;

  while ((n = read (port->fd, bytes, sizeof bytes)) > 0)
    g_string_append_len (port->text, bytes, n);
  return n < 0 && errno == EAGAIN;
}

static gboolean
port_has_said (Port *port)
{
  gboolean open = port_read (port);

  if (g_strstr_len (port->text->str, port->text->len, port->expected) != NULL)
    return TRUE;
  g_assert_true (open);
  return FALSE;
}

static void
port_expect (Port *port, const char *text)
{
  port->expected = text;
  avb_test_until (port_has_said, port);
  g_string_truncate (port->text, 0);
}

static gboolean
port_has_ended (Port *port)
{
  return !port_read (port);
}

static void
port_say (Port *port, const char *text)
{
  g_assert_cmpint (write (port->fd, text, strlen (text)), ==, strlen (text));
}

/* What is typed before a shell listens is lost: Enter until it asks for a command. */
static gboolean
port_asks (Port *port)
{
  port_read (port);
  if (g_strstr_len (port->text->str, port->text->len, "guest# ") != NULL)
    return TRUE;
  if (port->tries++ % 100 == 99)
    port_say (port, "\n");
  return FALSE;
}

static GPtrArray *
list (AvbMachine *machine)
{
  return avb_test_await_boxed (avb_machine_list_text_consoles (machine));
}

static const AvbTextConsole *
find (GPtrArray *consoles, const char *label)
{
  for (guint i = 0; i < consoles->len; i++)
    {
      const AvbTextConsole *console = consoles->pdata[i];

      if (g_str_equal (console->label, label))
        return console;
    }
  g_error ("There is no %s", label);
}

static void
define (const char *xml)
{
  g_autoptr (virConnect) vir = virConnectOpen ("qemu:///session");
  g_autoptr (virDomain) domain = virDomainDefineXML (vir, xml);

  g_assert_nonnull (domain);
}

/* Through the connection, which hears of it by an event. */
static AvbMachine *
make_machine (AvbConnection *connection, const char *log)
{
  g_autofree char *xml = g_strdup_printf (
      "<domain type='qemu'><name>text</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>"
      "<os><type arch='x86_64' machine='q35'>hvm</type><boot dev='cdrom'/></os>"
      "<features><acpi/></features><devices><disk type='file' device='cdrom'>"
      "<source file='%s'/><target dev='sda' bus='sata'/><readonly/></disk>"
      "<serial type='pty'><target port='0'/></serial>"
      "<serial type='pty'><target port='1'/></serial>"
      "<serial type='file'><source path='%s'/><target port='2'/></serial>"
      "<console type='pty'><target type='virtio'/></console></devices></domain>",
      g_getenv ("AVB_TEST_ISO"),
      log);
  GListModel *machines = avb_connection_get_machines (connection);

  define (xml);
  avb_test_until_true (g_list_model_get_n_items (machines) == 1);
  return g_list_model_get_item (machines, 0);
}

static void
check_list (AvbMachine *machine, gboolean running)
{
  g_autoptr (GPtrArray) consoles = list (machine);

  g_assert_cmpuint (consoles->len, ==, 4);
  g_assert_cmpstr (find (consoles, "Serial 1")->name, ==, "serial0");
  g_assert_cmpstr (find (consoles, "Serial 2")->name, ==, "serial1");
  g_assert_cmpstr (find (consoles, "Virtio 1")->name, ==, "console1");
  g_assert_cmpint (find (consoles, "Serial 1")->kind, ==, AVB_TEXT_CONSOLE_SERIAL);
  g_assert_cmpint (find (consoles, "Virtio 1")->kind, ==, AVB_TEXT_CONSOLE_VIRTIO);
  g_assert_true (running == (find (consoles, "Serial 1")->reason == NULL));
  g_assert_true (running == (find (consoles, "Virtio 1")->reason == NULL));
  g_assert_nonnull (strstr (find (consoles, "Serial 3")->reason, "file"));
}

static void
check_echo (Port *port)
{
  g_test_message ("A shell answers");
  avb_test_until (port_asks, port);
  port_say (port, "echo $((40 + 2))-said\n");
  port_expect (port, "42-said");
}

/* One at a time; who takes over gets it, and the other one sees the end. */
static Port *
check_second_viewer (AvbMachine *machine, Port *first)
{
  Port *second;

  avb_test_await_error (avb_machine_open_text_console (machine, "serial0", FALSE),
                        AVB_ERROR,
                        AVB_ERROR_BUSY);
  second = port_new (machine, "serial0", TRUE);
  avb_test_until (port_has_ended, first);
  port_free (first);
  check_echo (second);
  return second;
}

/* Not a byte of a serial port is lost while somebody reads. (QEMU itself drops what a virtio console
 * writes faster than its terminal takes it.) */
static void
check_large_output (Port *port)
{
  const char *start;

  g_test_message ("Large output");
  port_say (port, "dd if=/dev/zero bs=1024 count=128 2>/dev/null | tr '\\0' A; echo E\"\"ND\n");
  port->expected = "END";
  avb_test_until (port_has_said, port);
  start = g_strstr_len (port->text->str, port->text->len, "AAAA");
  g_assert_nonnull (start);
  g_assert_cmpuint (strspn (start, "A"), ==, 128 * 1024);
  g_string_truncate (port->text, 0);
}

/* A guest that reads nothing fills the way there, and stops nothing else. */
static void
check_deaf_guest (AvbMachine *machine, Port *port)
{
  g_autofree char *much = g_strnfill (64 * 1024, '#');
  guint refused = 0;

  g_test_message ("The guest does not read");
  avb_test_await (avb_machine_pause (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_PAUSED);
  for (gsize written = 0; refused < 50;)
    {
      gssize n = write (port->fd, much, strlen (much));

      g_assert_true (n > 0 || errno == EAGAIN);
      refused = n > 0 ? 0 : refused + 1;
      written += MAX (n, 0);
      g_assert_cmpuint (written, <, 16 * 1024 * 1024);
      avb_test_pass_time ();
    }
  avb_test_await (avb_machine_resume (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
}

static Port *
check_daemon_dies (AvbConnection *connection, AvbMachine *machine, Port *port)
{
  g_test_message ("The daemon dies");
  avb_session_test_kill_daemon ();
  avb_test_until (port_has_ended, port);
  port_free (port);
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_LOST);
  avb_test_await_error (avb_machine_open_text_console (machine, "serial1", FALSE),
                        AVB_ERROR,
                        AVB_ERROR_UNAVAILABLE);
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  port = port_new (machine, "serial1", FALSE);
  check_echo (port);
  return port;
}

static DexFuture *
guest_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *log = g_build_filename (folder, "log", NULL);
  g_autoptr (AvbMachine) machine = make_machine (connection, log);
  Port *serial, *second, *virtio;

  check_list (machine, FALSE);
  avb_test_await_error (avb_machine_open_text_console (machine, "serial0", FALSE),
                        AVB_ERROR,
                        AVB_ERROR_BUSY);
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  check_list (machine, TRUE);
  serial = port_new (machine, "serial0", FALSE);
  port_expect (serial, "ALPHA-VBOX-GUEST-READY");
  second = port_new (machine, "serial1", FALSE);
  virtio = port_new (machine, "console1", FALSE);
  check_echo (serial);
  check_echo (second);
  check_echo (virtio);
  serial = check_second_viewer (machine, serial);
  check_large_output (serial);
  check_deaf_guest (machine, serial);
  port_free (serial);
  port_free (virtio);
  second = check_daemon_dies (connection, machine, second);

  avb_test_await_error (
      avb_machine_open_text_console (machine, "nothing", FALSE), AVB_ERROR, AVB_ERROR_FAILED);
  avb_test_await_error (
      avb_machine_open_text_console (machine, "serial2", FALSE), AVB_ERROR, AVB_ERROR_FAILED);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until (port_has_ended, second);
  port_free (second);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

/* Nothing is open there, but everything can be listed, with the reason. */
static DexFuture *
test_driver_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  g_autoptr (AvbMachine) machine
      = g_list_model_get_item (avb_connection_get_machines (connection), 0);
  g_autoptr (GPtrArray) consoles = list (machine);

  for (guint i = 0; i < consoles->len; i++)
    g_assert_nonnull (((AvbTextConsole *) consoles->pdata[i])->reason);
  avb_test_await_error (avb_machine_open_text_console (machine, "serial0", FALSE),
                        AVB_ERROR,
                        AVB_ERROR_NOT_SUPPORTED);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* What a daemon can send in a moment, as a stream of libvirt: a volume. */
static virStream *
download (virConnect *vir, const char *folder)
{
  g_autofree char *xml = g_strdup_printf (
      "<pool type='dir'><name>flood</name><target><path>%s</path></target></pool>", folder);
  virStoragePool *pool = virStoragePoolCreateXML (vir, xml, 0);
  virStorageVol  *volume = virStorageVolLookupByName (pool, "flood");
  virStream      *stream = virStreamNew (vir, VIR_STREAM_NONBLOCK);

  g_assert_nonnull (volume);
  g_assert_cmpint (virStorageVolDownload (volume, stream, 0, 0, 0), ==, 0);
  virStorageVolFree (volume);
  virStoragePoolFree (pool);
  return stream;
}

/* A reader that takes a little each time gets the newest, knows of the gap, and costs no memory. */
static DexFuture *
slow_reader_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *file = g_build_filename (folder, "flood", NULL);
  g_autofree char *much = g_strnfill (FLOOD_BYTES, 'x');
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  virConnect *vir = virConnectOpen ("qemu:///session");
  char        bytes[512];
  int         fd;
  gssize      n;

  memcpy (much + FLOOD_BYTES - 4, "LAST", 4);
  g_assert_true (g_file_set_contents (file, much, FLOOD_BYTES, NULL));
  fd = avb_libvirt_stream_socket_new (vir, download (vir, folder), &error);
  g_assert_no_error (error);
  /* In each turn of the main loop 64 KiB may come and 512 bytes go, until the gap is there. */
  while ((n = read (fd, bytes, sizeof bytes)) != 0)
    {
      g_assert_true (n > 0 || errno == EAGAIN);
      g_string_append_len (text, bytes, MAX (n, 0));
      if (n < 0 || strstr (text->str, "left out here") == NULL)
        avb_test_pass_time ();
    }
  g_assert_nonnull (strstr (text->str, "left out here"));
  g_assert_true (g_str_has_suffix (text->str, "LAST"));
  g_assert_cmpuint (text->len, <, FLOOD_BYTES);
  g_assert_true (g_close (fd, NULL));
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int argc, char *argv[])
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/TextConsole/test-driver", test_driver_fiber);
  avb_test_add_fiber ("/Avb/TextConsole/slow-reader", slow_reader_fiber);
  avb_test_add_fiber ("/Avb/TextConsole/real-guest", guest_fiber);
  return g_test_run ();
}
