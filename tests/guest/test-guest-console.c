/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The console with a real spice-vdagent in a real X session: the clipboard both ways, and the guest's size. */

#include "config.h"

#include "test-guest.h"

#include <string.h>

#include "tests/avb-test.h"
#include "ui/console/avb-console-audio.h"
#include "ui/console/avb-console-files.h"
#include "ui/console/avb-spice-session.h"

static GtkWindow  *window;
static AvbConsole *console;

static void
open_console (void)
{
  console = AVB_CONSOLE (avb_console_new ());
  avb_console_set_machine (console, guest->machine);
  /* Without it spice-glib's own serves the agent, which needs a sound server. */
  avb_console_audio_for_session (AVB_SPICE_SESSION (avb_console_get_session (console)));
  window = rig_window_new (GTK_WIDGET (console), 1024, 700);
  rig_wait_status (console, AVB_CONSOLE_CONNECTED);
  avb_test_until_true (avb_console_session_get_agent_connected (avb_console_get_session (console)));
  gtk_widget_grab_focus (GTK_WIDGET (console));
}

/* --- Size --- */

static void
expect_size (int width, int height)
{
  g_autofree char *size = g_strdup_printf ("%dx%d", width, height);
  int now_width = 0, now_height = 0;

  guest_rig_expect (guest, "xrandr | sed -n 's/^Screen.*current \\([0-9]*\\) x \\([0-9]*\\),.*/\\1x\\2/p'", size);
  while (now_width != width || now_height != height)
    {
      avb_test_pass_time ();
      g_object_get (console, "guest-width", &now_width, "guest-height", &now_height, NULL);
    }
}

static void
resize (int width, int height)
{
  gtk_window_set_default_size (window, width, height);
  avb_test_until_true (gtk_widget_get_width (GTK_WIDGET (console)) == width
                       && gtk_widget_get_height (GTK_WIDGET (console)) == height);
}

static void
test_resize (void)
{
  expect_size (1024, 700);
  resize (800, 600);
  expect_size (800, 600);
  resize (1280, 760);
  expect_size (1280, 760);
}

/* --- Clipboard --- */

static GdkClipboard *
get_clipboard (void)
{
  return gtk_widget_get_clipboard (GTK_WIDGET (console));
}

static const char text[] = "Grüße, שלום, 你好\nzweite Zeile \xf0\x9f\x96\xa5 'quoted' \"$HOME\"";

static void
test_text_to_guest (void)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) text, strlen (text));

  gdk_clipboard_set_text (get_clipboard (), text);
  guest_rig_expect (guest, "timeout 20 xclip -selection clipboard -o | base64 -w0", base64);
}

typedef struct {
  gpointer value;
  gboolean done;
} Read;

static void
text_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Read *read = data;

  read->value = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (object), result, NULL);
  read->done = TRUE;
}

static void
texture_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Read *read = data;

  read->value = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (object), result, NULL);
  read->done = TRUE;
}

static void
test_text_to_host (void)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) text, strlen (text));
  g_autofree char *command = g_strdup_printf (
      "echo %s | base64 -d | xclip -selection clipboard -i > /dev/null 2>&1", base64);
  g_autofree char *got = NULL;

  gdk_clipboard_set_text (get_clipboard (), "something else");
  g_free (guest_rig_run (guest, command));
  while (g_strcmp0 (got, text) != 0)
    {
      Read read = { 0 };

      g_free (got);
      gdk_clipboard_read_text_async (get_clipboard (), NULL, text_cb, &read);
      avb_test_until_true (read.done);
      got = read.value;
      avb_test_pass_time ();
    }
}

#define SIDE 24

static GdkTexture *
make_texture (void)
{
  guint32 *pixels = g_new (guint32, SIDE * SIDE);
  g_autoptr (GBytes) bytes = NULL;

  for (guint32 i = 0; i < SIDE * SIDE; i++)
    pixels[i] = (i * 2654435761u) | 0xff000000u;
  bytes = g_bytes_new_take (pixels, SIDE * SIDE * 4);
  return gdk_memory_texture_new (SIDE, SIDE, GDK_MEMORY_DEFAULT, bytes, SIDE * 4);
}

static void
assert_same (GdkTexture *texture)
{
  g_autoptr (GdkTexture) expected = make_texture ();
  guint32 a[SIDE * SIDE], b[SIDE * SIDE];

  g_assert_cmpint (gdk_texture_get_width (texture), ==, SIDE);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, SIDE);
  gdk_texture_download (texture, (guchar *) a, SIDE * 4);
  gdk_texture_download (expected, (guchar *) b, SIDE * 4);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
}

static void
test_image_to_guest (void)
{
  g_autoptr (GdkTexture) texture = make_texture ();
  g_autoptr (GdkTexture) got = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *base64 = NULL;
  guchar          *data;
  gsize            length = 0;

  gdk_clipboard_set_texture (get_clipboard (), texture);
  guest_rig_expect (guest, "timeout 20 xclip -selection clipboard -t TARGETS -o | grep -c '^image/png$'", "1");
  base64 = guest_rig_run (guest, "timeout 20 xclip -selection clipboard -t image/png -o | tee /tmp/image.png | base64 -w0");
  data = g_base64_decode (base64, &length);
  bytes = g_bytes_new_take (data, length);
  got = gdk_texture_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  assert_same (got);
}

static void
test_image_to_host (void)
{
  g_autoptr (GdkTexture) got = NULL;

  gdk_clipboard_set_text (get_clipboard (), "something else");
  /* What the last test brought there. */
  g_free (guest_rig_run (guest, "xclip -selection clipboard -t image/png -i /tmp/image.png > /dev/null 2>&1"));
  while (got == NULL)
    {
      Read read = { 0 };

      gdk_clipboard_read_texture_async (get_clipboard (), NULL, texture_cb, &read);
      avb_test_until_true (read.done);
      got = read.value;
      avb_test_pass_time ();
    }
  assert_same (got);
}

/* --- Files --- */

#define FILE_SIZE (3 * 1024 * 1024 + 7)
#define FILE_NAME "Übung & 'Test' 1.bin"

static void
test_file (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GRand) random = g_rand_new_with_seed (42);
  g_autoptr (AvbConsoleFiles) files
      = avb_console_files_for_session (AVB_SPICE_SESSION (avb_console_get_session (console)));
  g_autoptr (GPtrArray) operations = NULL;
  g_autofree guchar *bytes = g_malloc (FILE_SIZE);
  g_autofree char *sum = NULL;
  g_autoptr (GError) error = NULL;
  GSList list = { file, NULL };

  for (gsize i = 0; i < FILE_SIZE; i++)
    bytes[i] = (guchar) g_rand_int (random);
  g_file_set_contents (path, (const char *) bytes, FILE_SIZE, &error);
  g_assert_no_error (error);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, FILE_SIZE);

  g_assert_null (avb_console_files_get_problem (files));
  operations = avb_console_files_send (files, &list);
  g_assert_cmpuint (operations->len, ==, 1);
  avb_test_until_true (avb_operation_get_state (operations->pdata[0]) != AVB_OPERATION_RUNNING);
  g_assert_no_error (avb_operation_get_error (operations->pdata[0]));
  guest_rig_expect (guest, "(cd /home/guest/Downloads; echo *)", FILE_NAME);
  guest_rig_expect (guest, "cat /home/guest/Downloads/* | sha256sum | cut -d' ' -f1", sum);
  avb_test_remove_folder (folder);
}

static void
test_opens (void)
{
  open_console ();
}

static void
test_closes (void)
{
  gtk_window_destroy (window);
}

void
test_guest_add_console (void)
{
  g_test_add_func ("/Avb/Guest/Console/opens", test_opens);
  g_test_add_func ("/Avb/Guest/Console/guest-has-the-window-s-size", test_resize);
  g_test_add_func ("/Avb/Guest/Console/copies-text-to-the-guest", test_text_to_guest);
  g_test_add_func ("/Avb/Guest/Console/copies-text-to-the-host", test_text_to_host);
  g_test_add_func ("/Avb/Guest/Console/copies-an-image-to-the-guest", test_image_to_guest);
  g_test_add_func ("/Avb/Guest/Console/copies-an-image-to-the-host", test_image_to_host);
  g_test_add_func ("/Avb/Guest/Console/sends-a-file", test_file);
  g_test_add_func ("/Avb/Guest/Console/closes", test_closes);
}
