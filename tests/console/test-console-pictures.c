/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A display that is shown picture by picture, of a machine that counts the questions and keeps what is typed. */

#include "config.h"

#include <linux/input-event-codes.h>

#include "backends/avb-error.h"
#include "backends/avb-machine-display.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-picture-session.h"

/* --- the machine --- */

typedef struct {
  AvbMachine  parent_instance;
  guint       width;
  guint       height;
  guint32    *pixels;
  gboolean    busy;      /* shows nothing yet */
  gboolean    held;      /* answers wait */
  DexPromise *answer;    /* that is waited for */
  guint       n_asked;
  guint       in_flight;
  guint       most_in_flight;
  gboolean    sending;
  GByteArray *typed;
  GString    *pointed;
} PictureMachine;

typedef struct {
  AvbMachineClass parent_class;
} PictureMachineClass;

GType picture_machine_get_type (void);
G_DEFINE_TYPE (PictureMachine, picture_machine, AVB_TYPE_MACHINE)
#define PICTURE_MACHINE(object) ((PictureMachine *) (object))

static void
paint (PictureMachine *self, guint width, guint height, guint32 seed)
{
  self->width = width;
  self->height = height;
  self->pixels = g_renew (guint32, self->pixels, (gsize) width * height);
  /* The upper byte means nothing. */
  for (guint i = 0; i < width * height; i++)
    self->pixels[i] = (i + seed) * 2654435761u;
}

static AvbPicture *
take_picture (PictureMachine *self)
{
  gsize   stride = (gsize) self->width * 4 + 12;
  guint8 *bytes = g_malloc (stride * self->height);

  memset (bytes, 0x55, stride * self->height);
  for (guint y = 0; y < self->height; y++)
    memcpy (bytes + y * stride, self->pixels + (gsize) y * self->width, (gsize) self->width * 4);
  return avb_picture_new (
      self->width, self->height, stride, g_bytes_new_take (bytes, stride * self->height));
}

static DexFuture *
count_down_cb (DexFuture *future, gpointer data)
{
  PICTURE_MACHINE (data)->in_flight--;
  return dex_ref (future);
}

static DexFuture *
picture_machine_read_picture (AvbMachine *machine)
{
  PictureMachine *self = PICTURE_MACHINE (machine);
  DexFuture      *answer;

  self->n_asked++;
  self->in_flight++;
  self->most_in_flight = MAX (self->most_in_flight, self->in_flight);
  if (self->busy)
    answer = dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, "Nothing yet."));
  else if (self->held)
    {
      g_assert_null (self->answer);
      self->answer = dex_promise_new ();
      answer = dex_ref (DEX_FUTURE (self->answer));
    }
  else
    answer = dex_future_new_take_boxed (AVB_TYPE_PICTURE, take_picture (self));
  return dex_future_finally (answer, count_down_cb, g_object_ref (self), g_object_unref);
}

static void
let_answer (PictureMachine *self)
{
  g_autoptr (DexPromise) answer = g_steal_pointer (&self->answer);
  GValue value = G_VALUE_INIT;

  g_value_init (&value, AVB_TYPE_PICTURE);
  g_value_take_boxed (&value, take_picture (self));
  dex_promise_resolve (answer, &value);
  g_value_unset (&value);
}

static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  PICTURE_MACHINE (data)->sending = FALSE;
  return dex_future_new_true ();
}

/* Slowly, so that what comes meanwhile must wait. */
static DexFuture *
picture_machine_send_scancodes (AvbMachine *machine, const guint8 *scancodes, gsize n)
{
  PictureMachine *self = PICTURE_MACHINE (machine);

  g_assert_false (self->sending);
  self->sending = TRUE;
  g_byte_array_append (self->typed, scancodes, (guint) n);
  return dex_future_finally (dex_timeout_new_msec (5), sent_cb, self, NULL);
}

static DexFuture *
picture_machine_send_pointer (AvbMachine *machine, const AvbPointer *pointer)
{
  PictureMachine *self = PICTURE_MACHINE (machine);

  g_assert_cmpuint (pointer->width, ==, self->width);
  g_assert_cmpuint (pointer->height, ==, self->height);
  g_string_append_printf (self->pointed,
                          "%u,%u:%u%+d ",
                          pointer->x,
                          pointer->y,
                          (guint) pointer->buttons,
                          pointer->wheel);
  return dex_future_new_true ();
}

static DexFuture *
picture_machine_find_console (AvbMachine *machine)
{
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT,
                                    avb_console_endpoint_new (AVB_CONSOLE_PICTURES));
}

static void
picture_machine_finalize (GObject *object)
{
  PictureMachine *self = PICTURE_MACHINE (object);

  g_free (self->pixels);
  g_byte_array_unref (self->typed);
  g_string_free (self->pointed, TRUE);
  G_OBJECT_CLASS (picture_machine_parent_class)->finalize (object);
}

static void
picture_machine_class_init (PictureMachineClass *klass)
{
  AvbMachineClass *machine_class = AVB_MACHINE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = picture_machine_finalize;
  machine_class->find_console = picture_machine_find_console;
  machine_class->read_picture = picture_machine_read_picture;
  machine_class->send_scancodes = picture_machine_send_scancodes;
  machine_class->send_pointer = picture_machine_send_pointer;
}

static void
picture_machine_init (PictureMachine *self)
{
  self->typed = g_byte_array_new ();
  self->pointed = g_string_new (NULL);
}

/* --- the rig --- */

typedef struct {
  PictureMachine *machine;
  AvbConsole     *console;
  GtkWindow      *window;
} Rig;

static void
rig_set_up (Rig *rig, gconstpointer data)
{
  AvbMachine *machine = g_object_new (picture_machine_get_type (), "uuid", "pictures", NULL);

  rig->machine = PICTURE_MACHINE (machine);
  paint (rig->machine, 200, 150, 0);
  avb_machine_set_name (machine, "pictures");
  avb_machine_set_available (machine, TRUE);
  avb_machine_set_state (machine, AVB_MACHINE_RUNNING, 1);
  rig_set_display_mode (machine, AVB_DISPLAY_EXACT);
  rig->console = AVB_CONSOLE (avb_console_new ());
  avb_console_set_machine (rig->console, machine);
  gtk_widget_set_halign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 640, 400);
}

static void
rig_tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  if (rig->machine->answer != NULL)
    let_answer (rig->machine);
  /* What is being sent. */
  avb_test_until_true (!rig->machine->sending);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (rig->machine->most_in_flight, <=, 1);
  g_assert_finalize_object (AVB_MACHINE (rig->machine));
}

static gboolean
shows (gpointer data)
{
  Rig *rig = data;
  int  width = (int) rig->machine->width, height = (int) rig->machine->height;
  g_autoptr (GdkTexture) texture = avb_console_dup_texture (rig->console);
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * height);

  if (texture == NULL || gdk_texture_get_width (texture) != width
      || gdk_texture_get_height (texture) != height)
    return FALSE;
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (int i = 0; i < width * height; i++)
    if (pixels[i] != (rig->machine->pixels[i] | 0xff000000u))
      return FALSE;
  return TRUE;
}

static gboolean
is_on_screen (gpointer data)
{
  Rig *rig = data;
  int  width = (int) rig->machine->width, height = (int) rig->machine->height;
  g_autofree guint32 *pixels = rig_screenshot (width, height);

  for (int i = 0; i < width * height; i++)
    if ((pixels[i] & 0xffffff) != (rig->machine->pixels[i] & 0xffffff))
      return FALSE;
  return TRUE;
}

static void
wait_picture (Rig *rig)
{
  rig_wait (shows, rig, "the console has the picture");
  rig_wait_shown (is_on_screen, rig, "the screen shows it without a wrong pixel");
}

/* --- tests --- */

/* The first, one with a single other pixel at the very end, one of another size. */
static void
test_pictures (Rig *rig, gconstpointer data)
{
  wait_picture (rig);
  g_assert_true (AVB_IS_PICTURE_SESSION (avb_console_get_session (rig->console)));
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTED);
  rig->machine->pixels[200 * 150 - 1] ^= 0x00ffffff;
  wait_picture (rig);
  paint (rig->machine, 317, 203, 77);
  wait_picture (rig);
}

static void
count_cb (AvbFramebuffer *framebuffer, guint *count)
{
  ++*count;
}

static void
wait_asked (Rig *rig, guint more)
{
  guint before = rig->machine->n_asked;

  while (rig->machine->n_asked < before + more)
    g_main_context_iteration (NULL, TRUE);
}

/* What stays the same draws nothing. */
static void
test_nothing_changes (Rig *rig, gconstpointer data)
{
  AvbGuestMonitors *monitors;
  guint             count = 0;

  wait_picture (rig);
  monitors = avb_console_session_get_monitors (avb_console_get_session (rig->console));
  wait_asked (rig, 1);
  g_signal_connect (avb_guest_display_get_framebuffer (avb_guest_monitors_get_first_display (monitors)),
                    "invalidate-contents",
                    G_CALLBACK (count_cb),
                    &count);
  wait_asked (rig, 4);
  g_assert_cmpuint (count, ==, 0);
  rig->machine->pixels[0] ^= 0x00ffffff;
  wait_picture (rig);
  g_assert_cmpuint (count, ==, 1);
  g_signal_handlers_disconnect_by_func (
      avb_guest_display_get_framebuffer (avb_guest_monitors_get_first_display (monitors)),
      count_cb,
      &count);
}

/* Only while it is looked at, and never twice at once. */
static void
test_only_while_seen (Rig *rig, gconstpointer data)
{
  guint asked;

  wait_picture (rig);
  rig->machine->held = TRUE;
  wait_asked (rig, 1);
  gtk_widget_set_visible (GTK_WIDGET (rig->window), FALSE);
  asked = rig->machine->n_asked;
  let_answer (rig->machine);
  /* Longer than it ever waits between two. */
  for (int i = 0; i < 3 * AVB_PICTURE_SLOW_MS / 2; i += 10)
    avb_test_pass_time ();
  g_assert_cmpuint (rig->machine->n_asked, ==, asked);
  rig->machine->held = FALSE;
  paint (rig->machine, 200, 150, 5);
  gtk_widget_set_visible (GTK_WIDGET (rig->window), TRUE);
  wait_picture (rig);
}

/* It was asked for rarely; after a key it is asked for at once. */
static void
test_pace (Rig *rig, gconstpointer data)
{
  gint64 begin, slow, fast;

  wait_picture (rig);
  wait_asked (rig, 9);
  begin = g_get_monotonic_time ();
  wait_asked (rig, 2);
  slow = g_get_monotonic_time () - begin;
  gtk_widget_grab_focus (GTK_WIDGET (rig->console));
  rig_key (KEY_A, TRUE);
  rig_key (KEY_A, FALSE);
  while (rig->machine->typed->len < 2)
    g_main_context_iteration (NULL, TRUE);
  begin = g_get_monotonic_time ();
  wait_asked (rig, 2);
  fast = g_get_monotonic_time () - begin;
  g_test_message ("two pictures: %d ms at rest, %d ms after a key", (int) (slow / 1000), (int) (fast / 1000));
  g_assert_cmpint (fast, <, slow);
}

typedef struct {
  GByteArray *typed;
  gsize       n;
} Typed;

static gboolean
has_typed (gpointer data)
{
  Typed *wait = data;

  return wait->typed->len >= wait->n;
}

static void
test_keys (Rig *rig, gconstpointer data)
{
  static const guint  codes[] = { KEY_A, KEY_PAGEUP, KEY_PAUSE, KEY_LEFTMETA };
  static const guint8 bytes[] = { 0x1e, 0x9e, 0xe0, 0x49, 0xe0, 0xc9, 0xe1, 0x1d,
                                  0x45, 0xe1, 0x9d, 0xc5, 0xe0, 0x5b, 0xe0, 0xdb };
  Typed wait = { rig->machine->typed, sizeof bytes };

  wait_picture (rig);
  gtk_widget_grab_focus (GTK_WIDGET (rig->console));
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      rig_key (codes[i], TRUE);
      rig_key (codes[i], FALSE);
    }
  rig_wait (has_typed, &wait, "the machine got the keys");
  g_assert_cmpmem (wait.typed->data, wait.typed->len, bytes, sizeof bytes);

  /* What is held when the focus goes is let go of. */
  g_byte_array_set_size (wait.typed, 0);
  rig_key (KEY_LEFTSHIFT, TRUE);
  wait.n = 1;
  rig_wait (has_typed, &wait, "Shift is down");
  gtk_widget_set_visible (GTK_WIDGET (rig->console), FALSE);
  wait.n = 2;
  rig_wait (has_typed, &wait, "Shift is up");
  g_assert_cmpmem (wait.typed->data, wait.typed->len, "\x2a\xaa", 2);
  rig_key (KEY_LEFTSHIFT, FALSE);
}

static gboolean
has_pointed (gpointer data)
{
  return strstr (((PictureMachine *) data)->pointed->str, "10,20:0+1 ") != NULL;
}

static void
test_pointer (Rig *rig, gconstpointer data)
{
  int s = (int) rig_scale ();

  wait_picture (rig);
  g_assert_cmpint (s, ==, 1);
  rig_move (300, 300);
  rig_move (10, 20);
  rig_button (1, TRUE);
  rig_button (1, FALSE);
  rig_wheel (-1);
  rig_wait (has_pointed, rig->machine, "the machine saw the wheel");
  g_assert_nonnull (strstr (rig->machine->pointed->str, "10,20:0+0 10,20:1+0 10,20:0"));
}

/* A machine that shows nothing yet is waited for. */
static void
test_busy (Rig *rig, gconstpointer data)
{
  wait_picture (rig);
  avb_machine_set_state (AVB_MACHINE (rig->machine), AVB_MACHINE_OFF, 2);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  rig->machine->busy = TRUE;
  avb_machine_set_state (AVB_MACHINE (rig->machine), AVB_MACHINE_RUNNING, 3);
  wait_asked (rig, 3);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
  rig->machine->busy = FALSE;
  wait_picture (rig);
}

/* What the session does not have, it says. */
static void
test_missing (Rig *rig, gconstpointer data)
{
  AvbConsoleSession *session;

  wait_picture (rig);
  session = avb_console_get_session (rig->console);
  for (int offer = AVB_CONSOLE_OFFERS_CLIPBOARD; offer <= AVB_CONSOLE_OFFERS_MONITORS; offer++)
    g_assert_nonnull (avb_console_session_get_missing (session, (AvbConsoleOffer) offer));
  /* The machine knows its kind from now on: no other kind is tried first. */
  avb_console_set_machine (rig->console, NULL);
  avb_console_set_machine (rig->console, AVB_MACHINE (rig->machine));
  g_assert_true (AVB_IS_PICTURE_SESSION (avb_console_get_session (rig->console)));
}

#define ADD(path, test) \
  g_test_add ("/Avb/ConsolePictures/" path, Rig, NULL, rig_set_up, test, rig_tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("pictures", test_pictures);
  ADD ("nothing-changes", test_nothing_changes);
  ADD ("only-while-seen", test_only_while_seen);
  ADD ("pace", test_pace);
  ADD ("keys", test_keys);
  ADD ("pointer", test_pointer);
  ADD ("busy", test_busy);
  ADD ("missing", test_missing);
  return g_test_run ();
}
