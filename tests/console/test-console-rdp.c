/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Displays by VMConnect, of a host that FreeRDP's own server plays: see rdp-server.c. */

#include "config.h"

#include <glib/gstdio.h>
#include <linux/input-event-codes.h>

#include "backends/avb-certificate-request.h"
#include "backends/avb-machine-display.h"
#include "backends/avb-password-request.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-picture-session.h"
#include "ui/console/avb-rdp-link.h"
#include "ui/console/avb-rdp-session.h"

#define ID "C824F53E-95D2-46C6-9A18-23A5BB403532"

/* --- a machine that also has pictures --- */

typedef struct {
  AvbMachine          parent_instance;
  AvbConsoleEndpoint *endpoint;
} RdpMachine;

typedef struct {
  AvbMachineClass parent_class;
} RdpMachineClass;

GType rdp_machine_get_type (void);
G_DEFINE_TYPE (RdpMachine, rdp_machine, AVB_TYPE_MACHINE)
#define RDP_MACHINE(object) ((RdpMachine *) (object))

static DexFuture *
rdp_machine_find_console (AvbMachine *machine)
{
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT,
                                    avb_console_endpoint_copy (RDP_MACHINE (machine)->endpoint));
}

static DexFuture *
rdp_machine_read_picture (AvbMachine *machine)
{
  guint8 *bytes = g_malloc (64 * 48 * 4);

  memset (bytes, 0x40, 64 * 48 * 4);
  return dex_future_new_take_boxed (
      AVB_TYPE_PICTURE, avb_picture_new (64, 48, 64 * 4, g_bytes_new_take (bytes, 64 * 48 * 4)));
}

static void
rdp_machine_finalize (GObject *object)
{
  g_clear_pointer (&RDP_MACHINE (object)->endpoint, avb_console_endpoint_free);
  G_OBJECT_CLASS (rdp_machine_parent_class)->finalize (object);
}

static void
rdp_machine_class_init (RdpMachineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rdp_machine_finalize;
  AVB_MACHINE_CLASS (klass)->find_console = rdp_machine_find_console;
  AVB_MACHINE_CLASS (klass)->read_picture = rdp_machine_read_picture;
}

static void
rdp_machine_init (RdpMachine *self)
{
}

/* --- the rig --- */

typedef struct {
  RigServer          *server;
  AvbMachine         *machine;
  AvbConsoleEndpoint *endpoint; /* the machine's */
  AvbConsole         *console;
  GtkWindow          *window;
} Rig;

static char *folder; /* of certificates, made once */

static void
make_certificate (const char *name)
{
  g_autofree char *cert = g_strdup_printf ("%s/%scert.pem", folder, name);
  g_autofree char *key = g_strdup_printf ("%s/%skey.pem", folder, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                                      &error,
                                                      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                                                      "-keyout", key, "-out", cert, "-days", "30",
                                                      "-subj", "/CN=rig.example",
                                                      NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Rig *rig, gconstpointer data)
{
  g_autofree char *known
      = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "known-certificates", NULL);

  g_unlink (known);
  g_unsetenv ("AVB_TEST_RDP_PORT");
  rig->server = rig_server_new_tls (folder);
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  rig->endpoint = avb_console_endpoint_new (AVB_CONSOLE_RDP_HOST);
  rig->endpoint->host = g_strdup ("127.0.0.1");
  rig->endpoint->port = rig_server_get_port (rig->server, "rdp");
  rig->endpoint->user = g_strdup ("tester");
  rig->endpoint->password = g_strdup ("open-sesame");
  rig->endpoint->id = g_strdup (ID);
  rig->machine = g_object_new (rdp_machine_get_type (), "uuid", "vmconnect", NULL);
  RDP_MACHINE (rig->machine)->endpoint = rig->endpoint;
  avb_machine_set_name (rig->machine, "vmconnect");
  avb_machine_set_available (rig->machine, TRUE);
  avb_machine_set_state (rig->machine, AVB_MACHINE_OFF, 0);
  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  rig->console = AVB_CONSOLE (avb_console_new ());
  avb_console_set_machine (rig->console, rig->machine);
  gtk_widget_set_halign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 800, 600);
}

static gboolean
has_no_threads (gpointer data)
{
  return avb_rdp_link_get_n_threads () == 0;
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_wait (has_no_threads, NULL, "FreeRDP’s threads end");
  rig_server_free (rig->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (rig->machine);
}

static AvbConsoleSession *
get_session (Rig *rig)
{
  return avb_console_get_session (rig->console);
}

static AvbRequest *
wait_request (Rig *rig)
{
  rig_wait_status (rig->console, AVB_CONSOLE_ASKING);
  return avb_console_session_get_request (get_session (rig));
}

static void
trust (Rig *rig)
{
  avb_certificate_request_trust (AVB_CERTIFICATE_REQUEST (wait_request (rig)));
}

static void
expect_shown (Rig *rig, int width, int height)
{
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  g_assert_true (AVB_IS_RDP_SESSION (get_session (rig)));
  g_assert_null (avb_console_session_get_request (get_session (rig)));
  g_assert_null (avb_console_session_get_note (get_session (rig)));
  rig_wait_texture (rig->console, rig->server, width, height);
}

static void
begin (Rig *rig)
{
  rig_machine_set_running (rig->machine, TRUE);
  trust (rig);
  expect_shown (rig, 640, 480);
}

static gboolean
shows_pictures (gpointer data)
{
  Rig *rig = data;

  return AVB_IS_PICTURE_SESSION (get_session (rig))
         && avb_console_get_status (rig->console) == AVB_CONSOLE_CONNECTED;
}

/* @part: of the reason */
static void
expect_pictures (Rig *rig, const char *part)
{
  const char *note;

  rig_wait (shows_pictures, rig, "pictures are shown in its place");
  note = avb_console_session_get_note (get_session (rig));
  g_assert_nonnull (note);
  g_test_message ("%s", note);
  g_assert_nonnull (strstr (note, part));
  g_assert_nonnull (strstr (note, "picture by picture"));
}

/* --- tests --- */

static void
test_pixels (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_wait_screen (rig->server, 640, 480, 0, 0);
  /* The machine that was asked for, and who by; and no channel. */
  rig_server_expect (rig->server, "blob", "blob 0 " ID "; blob 0 " ID);
  rig_server_expect (rig->server, "channels connected", "channels 0; connected tester");
  rig_server_command (rig->server, "noise 4 8 100 60 7");
  rig_server_command (rig->server, "noise 636 476 4 4 8");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  rig_server_command (rig->server, "slope 64 64 400 300 200");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  rig_server_command (rig->server, "flood 2000");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  rig_wait_screen (rig->server, 640, 480, 0, 0);
}

static void
count_cb (AvbFramebuffer *framebuffer, guint *count)
{
  ++*count;
}

/* A single part costs a single part: nothing else of the picture is looked at. */
static void
test_idle (Rig *rig, gconstpointer data)
{
  AvbGuestMonitors *monitors;
  AvbFramebuffer   *framebuffer;
  guint             drawn = 0;

  begin (rig);
  monitors = avb_console_session_get_monitors (get_session (rig));
  framebuffer = avb_guest_display_get_framebuffer (avb_guest_monitors_get_first_display (monitors));
  g_signal_connect (framebuffer, "invalidate-contents", G_CALLBACK (count_cb), &drawn);
  for (int i = 0; i < 20; i++)
    avb_test_pass_time ();
  g_assert_cmpuint (drawn, ==, 0);
  rig_server_command (rig->server, "noise 100 100 4 4 9");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  g_assert_cmpuint (drawn, ==, 1);
  g_signal_handlers_disconnect_by_func (framebuffer, count_cb, &drawn);
}

static void
test_resize (Rig *rig, gconstpointer data)
{
  static const int sizes[][2] = { { 320, 200 }, { 760, 560 }, { 4, 4 }, { 640, 480 } };

  begin (rig);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      rig_server_command (rig->server, "mode %d %d", sizes[i][0], sizes[i][1]);
      rig_server_command (rig->server, "noise 0 0 %d %d %d", sizes[i][0], sizes[i][1], (int) i);
      rig_wait_texture (rig->console, rig->server, sizes[i][0], sizes[i][1]);
      rig_wait_screen (rig->server, sizes[i][0], sizes[i][1], 0, 0);
    }
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTED);
}

static void
test_keys (Rig *rig, gconstpointer data)
{
  static const guint codes[] = { KEY_A, KEY_PAGEUP, KEY_LEFTMETA, KEY_PAUSE };

  begin (rig);
  gtk_widget_grab_focus (GTK_WIDGET (rig->console));
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      rig_key (codes[i], TRUE);
      rig_key (codes[i], FALSE);
    }
  /* The last as a keyboard has it (MS-RDPBCGR 2.2.8.1.1.3.1.1.1). */
  rig_server_expect (rig->server,
                     "key",
                     "key 1e down; key 1e up; key e049 down; key e049 up; key e05b down; key e05b up; "
                     "key e11d down; key 45 down; key e11d up; key 45 up");
  /* What is held when the focus goes is let go of. */
  rig_server_forget (rig->server);
  rig_key (KEY_LEFTSHIFT, TRUE);
  rig_server_expect (rig->server, "key", "key 2a down");
  gtk_widget_set_visible (GTK_WIDGET (rig->console), FALSE);
  rig_server_expect (rig->server, "key", "key 2a down; key 2a up");
  rig_key (KEY_LEFTSHIFT, FALSE);
}

static void
test_pointer (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_wait_screen (rig->server, 640, 480, 0, 0);
  rig_move (300, 300);
  rig_server_expect (rig->server, "mouse", "mouse 0800 300 300");
  rig_server_forget (rig->server);
  rig_button (1, TRUE);
  rig_button (1, FALSE);
  rig_button (2, TRUE);
  rig_button (2, FALSE);
  rig_button (3, TRUE);
  rig_button (3, FALSE);
  rig_wheel (-1);
  rig_wheel (1);
  rig_server_expect (rig->server,
                     "mouse",
                     "mouse 9000 300 300; mouse 1000 300 300; mouse c000 300 300; mouse 4000 300 300; "
                     "mouse a000 300 300; mouse 2000 300 300; mouse 0278 300 300; mouse 0388 300 300");
}

static gboolean
has_red_pointer (gpointer data)
{
  int width, height, hot_x, hot_y;
  g_autofree guint32 *pixels = rig_pointer (&width, &height, &hot_x, &hot_y);

  return width >= 32 && height >= 32 && hot_x == 5 && hot_y == 7 && pixels[0] == 0xffff0000u;
}

static gboolean
has_no_pointer (gpointer data)
{
  int width, height, hot_x, hot_y;
  g_autofree guint32 *pixels = rig_pointer (&width, &height, &hot_x, &hot_y);

  for (int i = 0; i < width * height; i++)
    if (pixels[i] >> 24 != 0)
      return FALSE;
  return TRUE;
}

static void
test_shape (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_move (200, 200);
  rig_server_command (rig->server, "cursor 32 32 5 7 ff0000ff");
  rig_wait (has_red_pointer, NULL, "the guest’s pointer is the desktop’s");
  rig_server_command (rig->server, "cursor-hide");
  rig_wait (has_no_pointer, NULL, "the guest hides its pointer");
}

static gboolean
has_locks (gpointer data)
{
  AvbInputSink *sink = avb_console_session_get_sink (get_session (data));

  return avb_input_sink_get_locks (sink) == (AVB_INPUT_NUM_LOCK | AVB_INPUT_CAPS_LOCK);
}

static void
test_locks (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_server_command (rig->server, "leds 6");
  rig_wait (has_locks, rig, "the guest’s lock keys are known");
  rig_server_forget (rig->server);
  avb_input_sink_set_locks (avb_console_session_get_sink (get_session (rig)), AVB_INPUT_CAPS_LOCK);
  rig_server_expect (rig->server, "locks", "locks 4");
}

/* Nobody is told the password who is not trusted. */
static void
test_certificate (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;

  rig_machine_set_running (rig->machine, TRUE);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  g_assert_false (avb_certificate_request_get_changed (request));
  g_assert_cmpstr (avb_request_get_host (AVB_REQUEST (request)), ==, "127.0.0.1");
  g_assert_cmpuint (avb_certificate_request_get_port (request), ==, rig->endpoint->port);
  avb_request_cancel (AVB_REQUEST (request));
  expect_pictures (rig, "is not trusted");
  rig_server_expect (rig->server, "connected", "");

  avb_console_reconnect (rig->console);
  trust (rig);
  expect_shown (rig, 640, 480);

  /* Trusted once, trusted later. */
  avb_console_set_machine (rig->console, NULL);
  avb_console_set_machine (rig->console, rig->machine);
  expect_shown (rig, 640, 480);

  avb_console_set_machine (rig->console, NULL);
  rig_server_command (rig->server, "certificate other-");
  avb_console_set_machine (rig->console, rig->machine);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  g_assert_true (avb_certificate_request_get_changed (request));
  avb_certificate_request_trust (request);
  expect_shown (rig, 640, 480);
}

/* It changes while the session lives. */
static void
test_changed (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;

  begin (rig);
  rig_server_command (rig->server, "certificate other-");
  avb_console_reconnect (rig->console);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  g_assert_true (avb_certificate_request_get_changed (request));
  avb_certificate_request_trust (request);
  expect_shown (rig, 640, 480);
}

static void
test_password (Rig *rig, gconstpointer data)
{
  AvbPasswordRequest *request;

  g_set_str (&rig->endpoint->password, "wrong");
  rig_machine_set_running (rig->machine, TRUE);
  trust (rig);
  request = AVB_PASSWORD_REQUEST (wait_request (rig));
  g_assert_cmpstr (avb_password_request_get_user (request), ==, "tester");
  g_assert_cmpstr (avb_request_get_host (AVB_REQUEST (request)), ==, "127.0.0.1");
  avb_password_request_give (request, "wrong too", FALSE);
  request = AVB_PASSWORD_REQUEST (wait_request (rig));
  g_assert_true (avb_password_request_get_wrong (request));
  avb_password_request_give (request, "open-sesame", FALSE);
  expect_shown (rig, 640, 480);

  rig_server_command (rig->server, "password changed");
  avb_console_reconnect (rig->console);
  avb_request_cancel (wait_request (rig));
  expect_pictures (rig, "wants the password");
}

/* The host knows no such user; and one with a domain. */
static void
test_user (Rig *rig, gconstpointer data)
{
  g_set_str (&rig->endpoint->user, "stranger");
  rig_machine_set_running (rig->machine, TRUE);
  trust (rig);
  g_assert_true (AVB_IS_PASSWORD_REQUEST (wait_request (rig)));
  rig_machine_set_running (rig->machine, FALSE);
  g_set_str (&rig->endpoint->user, "RIG\\tester");
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig, 640, 480);
  rig_server_expect (rig->server, "connected", "connected tester");
}

static void
test_dies (Rig *rig, gconstpointer data)
{
  g_autofree char *port = g_strdup_printf ("%u", rig->endpoint->port);

  begin (rig);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  g_setenv ("AVB_TEST_RDP_PORT", port, TRUE);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 5");
  expect_shown (rig, 640, 480);

  /* For good. */
  rig_server_kill (rig->server);
  expect_pictures (rig, "can’t be reached at 127.0.0.1");
}

static void
test_unreachable (Rig *rig, gconstpointer data)
{
  g_autofree char *port = g_strdup_printf ("%u", rig->endpoint->port);

  rig_server_kill (rig->server);
  rig_machine_set_running (rig->machine, TRUE);
  expect_pictures (rig, port);

  /* Nothing but the user's wish, or the machine's next start, tries it again. */
  g_setenv ("AVB_TEST_RDP_PORT", port, TRUE);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 5");
  expect_pictures (rig, port);
  avb_console_reconnect (rig->console);
  trust (rig);
  expect_shown (rig, 640, 480);

  rig_server_kill (rig->server);
  rig_machine_set_running (rig->machine, FALSE);
  rig_machine_set_running (rig->machine, TRUE);
  expect_pictures (rig, port);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 6");
  rig_machine_set_running (rig->machine, FALSE);
  g_assert_null (avb_console_session_get_note (get_session (rig)));
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig, 640, 480);
}

static void
test_strange (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "answer garbage");
  rig_machine_set_running (rig->machine, TRUE);
  expect_pictures (rig, "is not VMConnect");
  rig_server_command (rig->server, "answer hang-up");
  avb_console_reconnect (rig->console);
  expect_pictures (rig, "is not VMConnect");
  rig_server_command (rig->server, "answer rdp");
  avb_console_reconnect (rig->console);
  trust (rig);
  expect_shown (rig, 640, 480);
}

/* Who says nothing at all is left alone as soon as nobody wants to know. */
static void
test_silent (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "answer silence");
  rig_machine_set_running (rig->machine, TRUE);
  rig_server_expect (rig->server, "silence", "silence");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
  rig_machine_set_running (rig->machine, FALSE);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  rig_wait (has_no_threads, NULL, "FreeRDP’s thread ends");
}

/* One edge is too long; then a size that is beyond all limits. */
static void
test_huge (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_server_command (rig->server, "mode 20000 64");
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  g_assert_cmpstr (avb_console_get_message (rig->console),
                   ==,
                   "The guest’s display is too large to be shown.");
  avb_console_reconnect (rig->console);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  rig_server_command (rig->server, "mode 12000 12000");
  avb_console_reconnect (rig->console);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  rig_server_command (rig->server, "mode 640 480");
  avb_console_reconnect (rig->console);
  expect_shown (rig, 640, 480);
}

static void
test_taken (Rig *rig, gconstpointer data)
{
  begin (rig);
  rig_server_command (rig->server, "take");
  rig_wait_status (rig->console, AVB_CONSOLE_TAKEN);
  avb_console_reconnect (rig->console);
  expect_shown (rig, 640, 480);
}

/* At every moment of an attempt. */
static void
test_reconnects (Rig *rig, gconstpointer data)
{
  begin (rig);
  for (int i = 0; i < 25; i++)
    {
      rig_machine_set_running (rig->machine, FALSE);
      rig_machine_set_running (rig->machine, TRUE);
      for (int n = 0; n < i * 2; n++)
        avb_test_pass_time ();
    }
  expect_shown (rig, 640, 480);
}

/* More is drawn, and more typed, than anybody takes. */
static void
test_busy (Rig *rig, gconstpointer data)
{
  AvbInputSink *sink;

  begin (rig);
  sink = avb_console_session_get_sink (get_session (rig));
  for (int i = 0; i < 20; i++)
    rig_server_command (rig->server, "noise 0 0 640 480 %d", i);
  for (int i = 0; i < 5000; i++)
    {
      avb_input_sink_key (sink, 0x1e, TRUE);
      avb_input_sink_key (sink, 0x1e, FALSE);
      avb_input_sink_position (sink, i % 640, i % 480, 0, 0);
    }
  rig_wait_texture (rig->console, rig->server, 640, 480);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTED);
}

static void
test_missing (Rig *rig, gconstpointer data)
{
  begin (rig);
  for (int offer = AVB_CONSOLE_OFFERS_CLIPBOARD; offer <= AVB_CONSOLE_OFFERS_MONITORS; offer++)
    g_assert_nonnull (avb_console_session_get_missing (get_session (rig), (AvbConsoleOffer) offer));
}

#define ADD(path, func) g_test_add ("/Avb/ConsoleRdp/" path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  folder = g_build_filename (g_get_home_dir (), "certificates", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  make_certificate ("");
  make_certificate ("other-");
  ADD ("pixels", test_pixels);
  ADD ("idle", test_idle);
  ADD ("resize", test_resize);
  ADD ("keys", test_keys);
  ADD ("pointer", test_pointer);
  ADD ("shape", test_shape);
  ADD ("locks", test_locks);
  ADD ("certificate", test_certificate);
  ADD ("changed", test_changed);
  ADD ("password", test_password);
  ADD ("user", test_user);
  ADD ("dies", test_dies);
  ADD ("unreachable", test_unreachable);
  ADD ("strange", test_strange);
  ADD ("silent", test_silent);
  ADD ("huge", test_huge);
  ADD ("taken", test_taken);
  ADD ("reconnects", test_reconnects);
  ADD ("busy", test_busy);
  ADD ("missing", test_missing);
  return g_test_run ();
}
