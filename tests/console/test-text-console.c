/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The terminal on a real desktop; the guest is this test. What real guests do is in
 * tests/backends/test-text-console.c. */

#include "config.h"

#include <adwaita.h>
#include <errno.h>
#include <linux/input-event-codes.h>
#include <unistd.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "tests/console/text-machine.h"
#include "ui/console/avb-terminal-private.h"

typedef struct {
  AvbMachine  *machine;
  AvbTerminal *terminal;
  VteTerminal *vte;
  GtkWindow   *window;
  GtkWidget   *other; /* something else to have the focus */
  GString     *heard; /* by the guest */
} Fixture;

static GtkWidget *
find_type (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static AvbConsoleStatus
status (Fixture *fixture)
{
  return avb_text_session_get_status (avb_terminal_get_session (fixture->terminal));
}

static void
set_up (Fixture *fixture)
{
  AvbTextConsole console
      = { .name = (char *) "serial0", .kind = AVB_TEXT_CONSOLE_SERIAL, .label = (char *) "Serial 1" };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  fixture->heard = g_string_new (NULL);
  fixture->machine = text_machine_new ();
  fixture->terminal = AVB_TERMINAL (avb_terminal_new (fixture->machine, &console));
  fixture->vte = VTE_TERMINAL (find_type (GTK_WIDGET (fixture->terminal), VTE_TYPE_TERMINAL));
  fixture->other = gtk_button_new_with_label ("other");
  gtk_box_append (GTK_BOX (box), fixture->other);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->terminal));
  fixture->window = rig_window_new (box, 900, 600);
  gtk_window_set_title (fixture->window, "untouched");
  gtk_widget_grab_focus (GTK_WIDGET (fixture->terminal));
  avb_test_until_true (status (fixture) == AVB_CONSOLE_CONNECTED);
}

static void
tear_down (Fixture *fixture)
{
  gtk_window_destroy (fixture->window);
  g_string_free (fixture->heard, TRUE);
  g_object_add_weak_pointer (G_OBJECT (fixture->machine), (gpointer *) &fixture->machine);
  g_object_unref (fixture->machine);
  /* Frames under way hold the last references. */
  avb_test_until_true (fixture->machine == NULL);
}

/* --- What the guest does --- */

static void
guest_says_all (Fixture *fixture, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (text_machine_get_fd (fixture->machine), text, length);

      g_assert_true (n > 0 || errno == EAGAIN);
      if (n < 0)
        avb_test_pass_time ();
      text += MAX (n, 0);
      length -= MAX (n, 0);
    }
}

static void
guest_says (Fixture *fixture, const char *text)
{
  guest_says_all (fixture, text, strlen (text));
}

static void
guest_listens (Fixture *fixture)
{
  char   bytes[4096];
  gssize n;

  while ((n = read (text_machine_get_fd (fixture->machine), bytes, sizeof bytes)) > 0)
    g_string_append_len (fixture->heard, bytes, n);
}

static gboolean
has_heard (Fixture *fixture, const char *text)
{
  guest_listens (fixture);
  return g_str_equal (fixture->heard->str, text);
}

static void
expect_heard (Fixture *fixture, const char *text)
{
  avb_test_until_true (has_heard (fixture, text));
  g_string_truncate (fixture->heard, 0);
}

static gboolean
shows (Fixture *fixture, const char *text)
{
  g_autoptr (GBytes) bytes = avb_terminal_dup_text (fixture->terminal);
  gsize       length;
  const char *data = g_bytes_get_data (bytes, &length);

  return data != NULL && g_strstr_len (data, length, text) != NULL;
}

static void
expect_shown (Fixture *fixture, const char *text)
{
  avb_test_until_true (shows (fixture, text));
}

static void
press (guint modifier, guint more, guint key)
{
  if (modifier != 0)
    rig_key (modifier, TRUE);
  if (more != 0)
    rig_key (more, TRUE);
  rig_key (key, TRUE);
  rig_key (key, FALSE);
  if (more != 0)
    rig_key (more, FALSE);
  if (modifier != 0)
    rig_key (modifier, FALSE);
}

/* --- Tests --- */

static gboolean
stolen_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  g_assert_not_reached ();
  return TRUE;
}

/* As GtkApplication does with its shortcuts. */
static void
add_window_shortcut (GtkWindow *window, const char *trigger)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger),
                        gtk_callback_action_new (stolen_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (window), controller);
}

static void
test_keys (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  /* Put there before the terminal was focused, as an application does. */
  gtk_widget_grab_focus (fixture.other);
  add_window_shortcut (fixture.window, "<Control>q");
  add_window_shortcut (fixture.window, "F10");
  gtk_widget_grab_focus (GTK_WIDGET (fixture.terminal));
  guest_says (&fixture, "login: ");
  expect_shown (&fixture, "login: ");
  press (0, 0, KEY_A);
  press (0, 0, KEY_ENTER);
  expect_heard (&fixture, "a\r");
  press (KEY_LEFTCTRL, 0, KEY_C);
  expect_heard (&fixture, "\003");
  press (KEY_LEFTCTRL, 0, KEY_Q);
  expect_heard (&fixture, "\021");
  press (0, 0, KEY_TAB);
  expect_heard (&fixture, "\t");
  press (0, 0, KEY_F10);
  expect_heard (&fixture, "\033[21~");
  press (0, 0, KEY_BACKSPACE);
  expect_heard (&fixture, "\177");
  press (KEY_LEFTCTRL, 0, KEY_TAB);
  avb_test_until_true (!gtk_widget_has_focus (GTK_WIDGET (fixture.vte)));
  tear_down (&fixture);
}

static void
test_zoom (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  press (KEY_LEFTCTRL, 0, KEY_EQUAL);
  avb_test_until_true (vte_terminal_get_font_scale (fixture.vte) > 1);
  press (KEY_LEFTCTRL, 0, KEY_0);
  avb_test_until_true (vte_terminal_get_font_scale (fixture.vte) == 1);
  press (KEY_LEFTCTRL, 0, KEY_MINUS);
  avb_test_until_true (vte_terminal_get_font_scale (fixture.vte) < 1);
  for (guint i = 0; i < 100; i++)
    gtk_widget_activate_action (GTK_WIDGET (fixture.terminal), "terminal.zoom-in", NULL);
  g_assert_cmpfloat (vte_terminal_get_font_scale (fixture.vte), <=, 5);
  tear_down (&fixture);
}

static gboolean
count_cb (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

/* 2 MiB as fast as they can be written: the window has its turns, all is read, the last line is there. */
static void
test_flood (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GString) flood = g_string_new (NULL);
  guint turns = 0, source;

  set_up (&fixture);
  for (guint i = 0; flood->len < 2 * 1024 * 1024; i++)
    g_string_append_printf (flood, "%u The quick brown fox jumps over the lazy dog\r\n", i);
  g_string_append (flood, "the end");
  source = g_timeout_add (1, count_cb, &turns);
  guest_says_all (&fixture, flood->str, flood->len);
  expect_shown (&fixture, "the end");
  g_assert_cmpuint (turns, >, 16);
  g_source_remove (source);
  /* The scroll-back has its limit. */
  g_assert_false (shows (&fixture, "\n1 The quick"));
  tear_down (&fixture);
}

/* What is asked without end is not answered without end. */
static void
test_answers_are_bounded (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GString) questions = g_string_new (NULL);

  set_up (&fixture);
  for (guint i = 0; i < 100000; i++)
    g_string_append (questions, "\033[c\033[6n");
  g_string_append (questions, "the end");
  guest_says_all (&fixture, questions->str, questions->len);
  expect_shown (&fixture, "the end");
  /* The guest that reads nothing for so long gets what was kept, and no more; then it works again. */
  for (gsize last = 1; last != fixture.heard->len;)
    {
      last = fixture.heard->len;
      guest_listens (&fixture);
      avb_test_pass_time ();
    }
  g_assert_cmpuint (fixture.heard->len, <, 2 * 1024 * 1024);
  g_assert_cmpuint (fixture.heard->len, >, 1000);
  g_string_truncate (fixture.heard, 0);
  press (0, 0, KEY_A);
  avb_test_until_true ((guest_listens (&fixture), g_str_has_suffix (fixture.heard->str, "a")));
  tear_down (&fixture);
}

static char *
random_bytes (gsize length)
{
  char    *bytes = g_malloc (length);
  guint32  state = 1;

  for (gsize i = 0; i < length; i++)
    {
      state = state * 1664525 + 1013904223;
      /* Many escape sequences among the noise. */
      bytes[i] = (state >> 24) % 16 == 0 ? '\033' : (char) (state >> 16);
    }
  return bytes;
}

static void
clipboard_cb (GObject *clipboard, GAsyncResult *result, gpointer data)
{
  char **text = data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
  if (*text == NULL)
    *text = g_strdup ("");
}

static char *
read_clipboard (GdkClipboard *clipboard)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (clipboard, NULL, clipboard_cb, &text);
  avb_test_until_true (text != NULL);
  return text;
}

/* Nothing that a guest writes reaches the desktop. */
static void
test_hostile (void)
{
  static const char *const sequences[] = {
    "\033]52;c;aGFja2Vk\a",       "\033]52;p;aGFja2Vk\033\\",  "\033]0;hacked\a",
    "\033]2;hacked\033\\",        "\033]7;file:///etc\a",      "\033]777;notify;a;b\a",
    "\033]9;hacked\a",            "\033]99;;hacked\033\\",     "\033[8;9999;9999t",
    "\033[4;9999;9999t",          "\033[3;0;0t",               "\033[2t",
    "\033[9;1t",                  "\033[21t",                  "\033[5i",
    "\033P+q544e\033\\",          "\033[?1049h\033[?1000h",    "\033]8;;file:///etc/passwd\033\\x",
    "\033]1337;File=inline=1:AA==\a", "\033Pq#0;2;0;0;0~~@@vv\033\\", "\033[999999999;999999999H",
    "\033[2147483647C",           "\033[99999999b",            "\033(0\016\033[?5h",
    "\a\a\a\a\a\a",               "\033#8",                    "\033]4;0;rgb:ff/ff/ff\a",
  };
  Fixture fixture = { 0 };
  const gsize      noise = 1024 * 1024;
  g_autofree char *bytes = random_bytes (noise);
  g_autofree char *endless = g_strnfill (noise, 'x');
  g_autofree char *text = NULL;
  g_autofree char *primary = NULL;
  GdkClipboard *clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  int           width, height;

  set_up (&fixture);
  gdk_clipboard_set_text (clipboard, "mine");
  gdk_clipboard_set_text (gdk_display_get_primary_clipboard (gdk_display_get_default ()), "mine");
  gtk_window_get_default_size (fixture.window, &width, &height);
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    guest_says (&fixture, sequences[i]);
  guest_says_all (&fixture, bytes, noise);
  guest_says (&fixture, "\030\033]0;");
  guest_says_all (&fixture, endless, noise);
  guest_says (&fixture, "\030\033c\033[2Jstill here");
  expect_shown (&fixture, "still here");

  text = read_clipboard (clipboard);
  g_assert_cmpstr (text, ==, "mine");
  primary = read_clipboard (gdk_display_get_primary_clipboard (gdk_display_get_default ()));
  g_assert_cmpstr (primary, ==, "mine");
  g_assert_cmpstr (gtk_window_get_title (fixture.window), ==, "untouched");
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture.window)), ==, width);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (fixture.window)), ==, height);
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, 1);
  guest_listens (&fixture);
  g_assert_null (strstr (fixture.heard->str, "hacked"));
  g_string_truncate (fixture.heard, 0);
  press (0, 0, KEY_A);
  avb_test_until_true ((guest_listens (&fixture), g_str_has_suffix (fixture.heard->str, "a")));
  tear_down (&fixture);
}

static void
test_links (void)
{
  static const char *const good[]
      = { "http://example.org", "https://example.org/a?b=c#d", "mailto:a@example.org", "HTTPS://x" };
  static const char *const bad[]
      = { "file:///etc/passwd", "javascript:alert(1)", "vnc://x",  "ssh://host",
          "http://a\nb",        "smb://host/share",    "",         "no link",
          "data:text/html,x",   "about:blank",         "https://\033[0m" };
  Fixture fixture = { 0 };
  char   *link;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (avb_terminal_link_is_safe (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (avb_terminal_link_is_safe (bad[i]));
  g_assert_false (avb_terminal_link_is_safe (NULL));

  set_up (&fixture);
  guest_says (&fixture, "\033]8;;https://example.org/osc\033\\click me\033]8;;\033\\");
  expect_shown (&fixture, "click me");
  avb_test_until_true ((link = avb_terminal_links_get (fixture.vte, 12, 10)) != NULL);
  g_assert_cmpstr (link, ==, "https://example.org/osc");
  g_free (link);
  guest_says (&fixture, "\033c\033]8;;file:///etc/passwd\033\\a file\033]8;;\033\\");
  expect_shown (&fixture, "a file");
  g_assert_null (avb_terminal_links_get (fixture.vte, 12, 10));
  guest_says (&fixture, "\033chttps://example.org/seen.");
  expect_shown (&fixture, "/seen.");
  avb_test_until_true ((link = avb_terminal_links_get (fixture.vte, 12, 10)) != NULL);
  g_assert_cmpstr (link, ==, "https://example.org/seen");
  g_free (link);
  tear_down (&fixture);
}

static GtkWidget *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      GtkWidget *dialog = find_type (window, ADW_TYPE_ALERT_DIALOG);

      if (dialog != NULL)
        return dialog;
    }
  return NULL;
}

static void
answer (const char *response)
{
  GtkWidget *dialog;

  avb_test_until_true ((dialog = find_dialog ()) != NULL);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), response);
  adw_dialog_close (ADW_DIALOG (dialog));
  avb_test_until_true (find_dialog () == NULL);
}

static void
test_paste (void)
{
  Fixture          fixture = { 0 };
  GdkClipboard    *clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  g_autofree char *much = g_strnfill (1024 * 1024, 'x');

  set_up (&fixture);
  gdk_clipboard_set_text (clipboard, "one line");
  press (KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_V);
  expect_heard (&fixture, "one line");

  gdk_clipboard_set_text (clipboard, "two\nlines");
  press (KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_V);
  answer ("cancel");
  gtk_widget_activate_action (GTK_WIDGET (fixture.terminal), "terminal.paste", NULL);
  answer ("paste");
  expect_heard (&fixture, "two\rlines");

  /* To who asks for it, a paste is marked, and can't end the mark by itself. */
  guest_says (&fixture, "\033[?2004hready");
  expect_shown (&fixture, "ready");
  gdk_clipboard_set_text (clipboard, "a\033[201~b");
  gtk_widget_activate_action (GTK_WIDGET (fixture.terminal), "terminal.paste", NULL);
  avb_test_until_true (
      (guest_listens (&fixture), g_str_has_suffix (fixture.heard->str, "\033[201~")));
  g_assert_true (g_str_has_prefix (fixture.heard->str, "\033[200~"));
  g_assert_null (strstr (fixture.heard->str, "\033[201~b"));
  g_string_truncate (fixture.heard, 0);

  gdk_clipboard_set_text (clipboard, much);
  gtk_widget_activate_action (GTK_WIDGET (fixture.terminal), "terminal.paste", NULL);
  answer ("close");
  guest_listens (&fixture);
  g_assert_cmpuint (fixture.heard->len, ==, 0);
  tear_down (&fixture);
}

static gboolean
has_selected (Fixture *fixture, const char *text)
{
  g_autofree char *selected = vte_terminal_get_text_selected (fixture->vte, VTE_FORMAT_TEXT);

  return selected != NULL && g_str_equal (selected, text);
}

static void
test_search (void)
{
  Fixture fixture = { 0 };
  GtkWidget *entry;

  set_up (&fixture);
  guest_says (&fixture, "a.*b\r\naXXb\r\nA.*B\r\n");
  expect_shown (&fixture, "A.*B");
  press (KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_F);
  entry = find_type (GTK_WIDGET (fixture.terminal), GTK_TYPE_SEARCH_ENTRY);
  avb_test_until_true (gtk_widget_get_mapped (entry)
                       && gtk_widget_is_ancestor (
                           gtk_root_get_focus (GTK_ROOT (fixture.window)), entry));
  /* What is typed is text; the newest comes first. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "a.*b");
  avb_test_until_true (has_selected (&fixture, "A.*B"));
  g_signal_emit_by_name (entry, "activate");
  avb_test_until_true (has_selected (&fixture, "a.*b"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "nowhere[");
  avb_test_until_true (gtk_widget_has_css_class (entry, "error"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "XX");
  avb_test_until_true (has_selected (&fixture, "XX"));
  g_assert_false (gtk_widget_has_css_class (entry, "error"));
  press (0, 0, KEY_ESC);
  avb_test_until_true (gtk_widget_has_focus (GTK_WIDGET (fixture.vte)));
  tear_down (&fixture);
}

static GtkWidget *
find_button (GtkWidget *root, const char *label)
{
  if (GTK_IS_BUTTON (root) && gtk_widget_get_mapped (root)
      && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), label) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
click (Fixture *fixture, const char *label)
{
  GtkWidget *button;

  avb_test_until_true ((button = find_button (GTK_WIDGET (fixture->terminal), label)) != NULL);
  g_signal_emit_by_name (button, "clicked");
}

static void
test_connection (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  guest_says (&fixture, "before");
  expect_shown (&fixture, "before");

  /* Lost for no reason that is known: it is tried again by itself, and what was there stays. */
  text_machine_hang_up (fixture.machine);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_LOST);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_CONNECTED);
  g_assert_cmpuint (text_machine_get_n_opened (fixture.machine), ==, 2);
  g_assert_true (shows (&fixture, "before"));

  /* Taken over by somebody else: it is not fought for. */
  text_machine_set_taken (fixture.machine, TRUE);
  text_machine_hang_up (fixture.machine);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_TAKEN);
  click (&fixture, "Re_connect");
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_TAKEN);
  g_assert_cmpuint (text_machine_get_n_opened (fixture.machine), ==, 2);
  click (&fixture, "_Take Over");
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_CONNECTED);
  guest_says (&fixture, "after");
  expect_shown (&fixture, "after");

  /* Off and on; the host goes and comes back. */
  avb_machine_set_state (fixture.machine, AVB_MACHINE_OFF, 2);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_IDLE);
  avb_machine_set_state (fixture.machine, AVB_MACHINE_RUNNING, 3);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_CONNECTED);
  avb_machine_set_available (fixture.machine, FALSE);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_LOST);
  avb_machine_set_available (fixture.machine, TRUE);
  avb_test_until_true (status (&fixture) == AVB_CONSOLE_CONNECTED);
  press (0, 0, KEY_A);
  expect_heard (&fixture, "a");
  tear_down (&fixture);
}

static void
test_accessible (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  gtk_test_accessible_assert_property (
      fixture.vte, GTK_ACCESSIBLE_PROPERTY_LABEL, "Serial 1 of text");
  avb_machine_set_name (fixture.machine, "renamed");
  gtk_test_accessible_assert_property (
      fixture.vte, GTK_ACCESSIBLE_PROPERTY_LABEL, "Serial 1 of renamed");
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  gtk_disable_setlocale ();
  adw_init ();
  g_test_add_func ("/Avb/Terminal/keys-go-to-the-guest", test_keys);
  g_test_add_func ("/Avb/Terminal/zoom", test_zoom);
  g_test_add_func ("/Avb/Terminal/flood", test_flood);
  g_test_add_func ("/Avb/Terminal/answers-are-bounded", test_answers_are_bounded);
  g_test_add_func ("/Avb/Terminal/hostile", test_hostile);
  g_test_add_func ("/Avb/Terminal/links", test_links);
  g_test_add_func ("/Avb/Terminal/paste", test_paste);
  g_test_add_func ("/Avb/Terminal/search", test_search);
  g_test_add_func ("/Avb/Terminal/connection", test_connection);
  g_test_add_func ("/Avb/Terminal/accessible", test_accessible);
  return g_test_run ();
}
