/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The console of a real QEMU, in which a boot sector paints and listens: see boot-sector.S. */

#include "config.h"

#include <glib/gstdio.h>
#include <linux/input-event-codes.h>

#include "backends/avb-password-request.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"

#define WIDTH 320
#define HEIGHT 200

typedef struct {
  AvbConsole *console;
  const char *file;
  gsize       length;
} Wait;

static gboolean
shows_picture (gpointer data)
{
  Wait *wait = data;
  g_autoptr (GdkTexture) texture = avb_console_dup_texture (wait->console);
  g_autofree guint32 *pixels = g_new (guint32, WIDTH * HEIGHT);

  if (texture == NULL || gdk_texture_get_width (texture) != WIDTH
      || gdk_texture_get_height (texture) != HEIGHT)
    return FALSE;
  gdk_texture_download (texture, (guchar *) pixels, WIDTH * 4);
  for (guint32 i = 0; i < WIDTH * HEIGHT; i++)
    if (pixels[i] != ((i * 2654435761u) | 0xff000000u))
      return FALSE;
  return TRUE;
}

static gboolean
is_on_screen (gpointer data)
{
  g_autofree guint32 *pixels = rig_screenshot (WIDTH, HEIGHT);

  for (guint32 i = 0; i < WIDTH * HEIGHT; i++)
    if ((pixels[i] & 0xffffff) != ((i * 2654435761u) & 0xffffff))
      return FALSE;
  return TRUE;
}

static gboolean
has_sink (gpointer console)
{
  return avb_console_session_get_sink (avb_console_get_session (console)) != NULL;
}

static gboolean
exists (gpointer file)
{
  return g_file_test (file, G_FILE_TEST_EXISTS);
}

static gboolean
is_long (gpointer data)
{
  Wait    *wait = data;
  GStatBuf status;

  return g_stat (wait->file, &status) == 0 && (gsize) status.st_size >= wait->length;
}

typedef enum { SPICE, VNC, VNC_OVER_TCP } Display;

static guint
find_port (void)
{
  for (;;)
    {
      g_autoptr (GSocket) socket = g_socket_new (
          G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
      g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
      g_autoptr (GSocketAddress) bound = NULL;

      g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
      bound = g_socket_get_local_address (socket, NULL);
      /* QEMU counts from there. */
      if (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)) >= 5900)
        return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
    }
}

/* It asks for the password, and says so when that was wrong. */
static void
log_in (AvbConsole *console)
{
  static const char *passwords[] = { "wrong", "sesame" };

  for (gsize i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      AvbPasswordRequest *request;

      rig_wait_status (console, AVB_CONSOLE_ASKING);
      request = AVB_PASSWORD_REQUEST (
          avb_console_session_get_request (avb_console_get_session (console)));
      g_assert_cmpint (avb_password_request_get_wrong (request), ==, i > 0);
      avb_password_request_give (request, passwords[i], FALSE);
    }
}

static void
boot_and_type (Display kind)
{
  guint port = kind == VNC_OVER_TCP ? find_port () : 0;
  static const guint  codes[] = { KEY_A, KEY_PAGEUP, KEY_PAUSE, KEY_LEFTMETA };
  static const guint8 bytes[] = { 'R',  0x1e, 0x9e, 0xe0, 0x49, 0xe0, 0xc9, 0xe1, 0x1d,
                                  0x45, 0xe1, 0x9d, 0xc5, 0xe0, 0x5b, 0xe0, 0xdb };
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("avb-XXXXXX", &error);
  g_autofree char *socket = g_build_filename (directory, "display", NULL);
  g_autofree char *debug = g_build_filename (directory, "debug", NULL);
  g_autofree char *display
      = kind == VNC_OVER_TCP
            ? g_strdup_printf ("127.0.0.1:%u,password-secret=secret", port - 5900)
        : kind == VNC
            ? g_strdup_printf ("unix:%s", socket)
            : g_strdup_printf ("unix=on,addr=%s,disable-ticketing=on,image-compression=off,"
                               "streaming-video=off",
                               socket);
  g_autofree char *drive = g_strdup_printf ("if=ide,format=raw,readonly=off,snapshot=on,file=%s",
                                            g_getenv ("AVB_TEST_BOOT_SECTOR"));
  g_autofree char *chardev = g_strdup_printf ("file,id=debug,path=%s", debug);
  g_autoptr (GSubprocess) qemu = NULL;
  g_autofree char *contents = NULL;
  GtkWindow       *window;
  AvbMachine      *machine = rig_machine_new (socket);
  AvbConsole      *console = AVB_CONSOLE (avb_console_new ());
  Wait             wait = { console, debug, 1 };

  qemu = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE,
                           &error,
                           "qemu-system-x86_64",
                           "-machine",
                           "pc,accel=tcg",
                           "-nodefaults",
                           "-display",
                           "none",
                           "-no-user-config",
                           "-m",
                           "16",
                           "-device",
                           "VGA",
                           "-drive",
                           drive,
                           "-chardev",
                           chardev,
                           "-device",
                           "isa-debugcon,iobase=0xe9,chardev=debug",
                           "-object",
                           "secret,id=secret,data=sesame",
                           kind == SPICE ? "-spice" : "-vnc",
                           display,
                           NULL);
  g_assert_no_error (error);
  if (kind != SPICE)
    {
      g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (
          kind == VNC ? AVB_CONSOLE_VNC_FD : AVB_CONSOLE_VNC_HOST);

      endpoint->host = g_strdup (kind == VNC ? NULL : "127.0.0.1");
      endpoint->port = port;
      rig_machine_set_endpoint (machine, endpoint);
    }
  rig_set_display_mode (machine, AVB_DISPLAY_EXACT);
  avb_console_set_machine (console, machine);
  gtk_widget_set_halign (GTK_WIDGET (console), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (console), GTK_ALIGN_START);
  window = rig_window_new (GTK_WIDGET (console), 640, 400);
  if (kind != VNC_OVER_TCP)
    rig_wait (exists, socket, "QEMU listens");
  rig_machine_set_running (machine, TRUE);
  if (kind == VNC_OVER_TCP)
    log_in (console);
  rig_wait (is_long, &wait, "the guest is ready");
  rig_wait (shows_picture, &wait, "the console has the guest’s picture");
  rig_wait_shown (is_on_screen, NULL, "the screen shows the guest’s picture without a wrong pixel");

  /* A busy computer has the picture before it takes keys. */
  rig_wait (has_sink, console, "the console takes keys");
  gtk_widget_grab_focus (GTK_WIDGET (console));
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      rig_key (codes[i], TRUE);
      rig_key (codes[i], FALSE);
    }
  wait.length = sizeof bytes;
  rig_wait (is_long, &wait, "the guest got the keys");
  g_file_get_contents (debug, &contents, &wait.length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, wait.length, bytes, sizeof bytes);

  g_subprocess_force_exit (qemu);
  g_subprocess_wait (qemu, NULL, &error);
  g_assert_no_error (error);
  rig_wait_status (console, AVB_CONSOLE_LOST);
  rig_machine_set_running (machine, FALSE);
  gtk_window_destroy (window);
  g_assert_finalize_object (machine);
  g_unlink (debug);
  g_unlink (socket);
  g_rmdir (directory);
}

static void
test_boot_sector (void)
{
  boot_and_type (SPICE);
}

#if AVB_VNC
static void
test_vnc (void)
{
  boot_and_type (VNC);
}

static void
test_vnc_over_tcp (void)
{
  boot_and_type (VNC_OVER_TCP);
}
#endif

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  g_test_add_func ("/Avb/ConsoleQemu/boot-sector", test_boot_sector);
#if AVB_VNC
  g_test_add_func ("/Avb/ConsoleQemu/vnc", test_vnc);
  g_test_add_func ("/Avb/ConsoleQemu/vnc-over-tcp", test_vnc_over_tcp);
#endif
  return g_test_run ();
}
