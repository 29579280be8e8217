/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Text as keystrokes, on keyboards of several countries, into a guest without an agent. */

#include "config.h"

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-typing.h"
#include "ui/console/avb-spice-session.h"

/* Strokes as text: the key's code, with S and G for Shift and AltGr. */
static char *
plan (AvbTypingLayout *layout, const char *text, char **missing)
{
  g_autoptr (GArray) strokes = avb_typing_layout_plan (layout, text, missing);
  GString *told = g_string_new (NULL);

  for (guint i = 0; i < strokes->len; i++)
    {
      const AvbStroke *stroke = &g_array_index (strokes, AvbStroke, i);

      g_string_append_printf (told,
                              "%s%s%s%u",
                              i > 0 ? " " : "",
                              stroke->shift ? "S" : "",
                              stroke->alt_gr ? "G" : "",
                              stroke->code);
    }
  return g_string_free (told, FALSE);
}

static void
test_layouts (void)
{
  static const struct {
    const char *layout;
    const char *text;
    const char *strokes;
    const char *missing;
  } cases[] = {
    { "us", "aZ1!\n\t", "30 S44 2 S2 28 15", "" },
    { "us", "a\r\nb\rc\n", "30 28 48 28 46 28", "" },
    { "us", "\303\244\342\202\254~", "S41", "\303\244\342\202\254" },
    { "de", "zZ\303\244@\342\202\254", "21 S21 40 G16 G18", "" },
    /* Accents by dead keys, also alone. */
    { "de", "\303\251\303\251^\303\200", "13 18 13 18 41 57 S13 S30", "" },
    { "fr", "a1?", "16 S2 S50", "" },
    { "us(intl)", "\303\261'", "G49 G40", "" },
    { "us", "\346\227\245\346\227\245\001x", "45", "\346\227\245\357\277\275" },
    { "us", "", "", "" },
    { "dvorak-that-nobody-has", "a", NULL, NULL },
    { "us(no-such-variant)", "a", NULL, NULL },
    { "../../etc/passwd", "a", NULL, NULL },
    { "", "aZ", "30 S44", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AvbTypingLayout) layout = avb_typing_layout_new (cases[i].layout);
      g_autofree char *missing = NULL;
      g_autofree char *strokes = NULL;

      g_test_message ("%s: %s", cases[i].layout, cases[i].text);
      if (cases[i].strokes == NULL)
        {
          g_assert_null (layout);
          continue;
        }
      g_assert_nonnull (layout);
      strokes = plan (layout, cases[i].text, &missing);
      g_assert_cmpstr (strokes, ==, cases[i].strokes);
      g_assert_cmpstr (missing, ==, cases[i].missing);
    }
}

static void
test_list (void)
{
  g_autoptr (GPtrArray) list = avb_typing_layout_list ();
  guint known = 0;

  g_assert_cmpuint (list->len, >, 100);
  for (guint i = 0; i < list->len; i++)
    {
      const AvbTypingLayoutInfo *info = list->pdata[i];

      g_assert_true (*info->title != '\0');
      known += g_str_equal (info->name, "de") || g_str_equal (info->name, "us(intl)");
    }
  g_assert_cmpuint (known, ==, 2);
}

/* The X server of the tests has an American keyboard. */
static void
test_own_layout (void)
{
  g_autoptr (AvbTypingLayout) layout
      = avb_typing_layout_new_for_display (gdk_display_get_default ());
  g_autofree char *missing = NULL;
  g_autofree char *strokes = plan (layout, "aZ 1!/?", &missing);

  g_assert_cmpstr (strokes, ==, "30 S44 57 2 S2 53 S53");
  g_assert_cmpstr (missing, ==, "");
}

typedef struct {
  RigServer       *server;
  AvbMachine      *machine;
  AvbSpiceSession *session;
} Rig;

static gboolean
has_inputs (gpointer data)
{
  return avb_spice_session_get_inputs (data) != NULL;
}

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->session = AVB_SPICE_SESSION (avb_console_session_hold (rig->machine));
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_inputs, rig->session, "the guest has a keyboard");
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  avb_console_session_release (AVB_CONSOLE_SESSION (rig->session));
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static gboolean
has_ended (gpointer data)
{
  return avb_operation_get_state (data) != AVB_OPERATION_RUNNING;
}

static AvbOperation *
type (Rig *rig, const char *text)
{
  g_autoptr (AvbTypingLayout) layout = avb_typing_layout_new ("us");
  g_autofree char *missing = NULL;
  g_autoptr (GArray) strokes = avb_typing_layout_plan (layout, text, &missing);
  AvbOperation *operation = avb_operation_new ("Typing");

  avb_console_type (AVB_CONSOLE_SESSION (rig->session), strokes, operation);
  return operation;
}

static void
test_types (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbOperation) operation = type (rig, "aB\n");
  g_autoptr (AvbOperation) nothing = NULL;

  rig_wait (has_ended, operation, "the text is typed");
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  rig_server_expect (rig->server,
                     "key",
                     "key 1e; key 9e; key 2a; key 30; key b0; key aa; key 1c; key 9c");
  nothing = type (rig, "");
  rig_wait (has_ended, nothing, "nothing is typed");
  g_assert_cmpint (avb_operation_get_state (nothing), ==, AVB_OPERATION_DONE);
}

/* The guest has Caps Lock on: it is switched off first. */
static gboolean
has_caps_lock (gpointer data)
{
  int locks = 0;

  g_object_get (avb_spice_session_get_inputs (data), "key-modifiers", &locks, NULL);
  return (locks & SPICE_INPUTS_CAPS_LOCK) != 0;
}

static void
test_caps_lock (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbOperation) operation = NULL;

  rig_server_command (rig->server, "leds 4");
  rig_wait (has_caps_lock, rig->session, "Caps Lock is on");
  operation = type (rig, "a");
  rig_wait (has_ended, operation, "the text is typed");
  rig_server_expect (rig->server, "key", "key 3a; key ba; key 1e; key 9e");
}

static gboolean
has_typed (gpointer data)
{
  g_autofree char *events = rig_server_events (data, "key");

  return *events != '\0';
}

static void
test_ends_early (Rig *rig, gconstpointer data)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autoptr (AvbOperation) cancelled = type (rig, text);
  g_autoptr (AvbOperation) lost = NULL;
  g_autofree char *events = NULL;

  rig_wait (has_typed, rig->server, "it is typed");
  avb_operation_cancel (cancelled);
  rig_wait (has_ended, cancelled, "typing ends");
  g_assert_cmpint (avb_operation_get_state (cancelled), ==, AVB_OPERATION_CANCELLED);

  lost = type (rig, text);
  rig_server_forget (rig->server);
  rig_wait (has_typed, rig->server, "it is typed");
  rig_server_command (rig->server, "kick");
  rig_wait (has_ended, lost, "typing ends");
  g_assert_error (avb_operation_get_error (lost), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  g_test_add_func ("/Avb/ConsoleTyping/layouts", test_layouts);
  g_test_add_func ("/Avb/ConsoleTyping/list", test_list);
  g_test_add_func ("/Avb/ConsoleTyping/own-layout", test_own_layout);
  ADD ("/Avb/ConsoleTyping/types", test_types);
  ADD ("/Avb/ConsoleTyping/caps-lock", test_caps_lock);
  ADD ("/Avb/ConsoleTyping/ends-early", test_ends_early);
  return g_test_run ();
}
