/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "backends/avb-builtin-backends.h"

void
avb_ui_test_init (int *argc, char ***argv)
{
  avb_test_init (argc, argv);
  adw_init ();
}

/* test:///default is one for the whole process: what a test did to it would be there in the next.
 * A file gives each connection machines of its own. The first runs. */
static char *
make_host (guint n)
{
  g_autoptr (GString) xml = g_string_new ("<node><cpu><mhz>2000</mhz><model>x86_64</model>"
                                          "<active>8</active><nodes>1</nodes><sockets>1</sockets>"
                                          "<cores>8</cores><threads>1</threads></cpu>"
                                          "<memory>16777216</memory>");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("host-XXXXXX.xml", &path, &error);

  g_assert_no_error (error);
  g_assert_true (g_close (fd, &error));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        xml,
        "<domain type='test'><name>%s%.0u</name><uuid>6695eb01-f6a4-8304-79aa-%012u</uuid>"
        "<memory unit='MiB'>1024</memory><vcpu>2</vcpu><os><type arch='i686'>hvm</type></os>"
        "</domain>",
        "test", i, i);
  g_string_append (xml, "</node>");
  g_assert_true (g_file_set_contents (path, xml->str, -1, &error));
  return g_strconcat ("test://", path, NULL);
}

void
avb_ui_test_set_up (AvbUiTest *test, const char *uri)
{
  g_autofree char *own = NULL;
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  g_autoptr (GError) error = NULL;

  if (uri == NULL)
    uri = own = make_host (1);
  test->library = avb_library_new (backends);
  test->window = avb_window_new (NULL, test->library);
  gtk_window_set_default_size (GTK_WINDOW (test->window), 1100, 760);
  gtk_window_present (GTK_WINDOW (test->window));
  test->connection = avb_library_open (test->library, uri, &error);
  g_assert_no_error (error);
  avb_test_until_true (avb_connection_get_link (test->connection) != AVB_LINK_CONNECTING);
  g_assert_cmpint (avb_connection_get_link (test->connection), ==, AVB_LINK_UP);
  avb_test_until_true (gtk_widget_get_mapped (GTK_WIDGET (test->window)));
}

void
avb_ui_test_tear_down (AvbUiTest *test)
{
  gtk_window_destroy (GTK_WINDOW (test->window));
  g_object_add_weak_pointer (G_OBJECT (test->library), (gpointer *) &test->library);
  g_object_unref (test->library);
  /* Frames and answers that are under way hold the last references. */
  avb_test_until_true (test->library == NULL);
}

AvbMachine *
avb_ui_test_machine (AvbUiTest *test, const char *name)
{
  GListModel *machines = avb_library_get_machines (test->library);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_str_equal (avb_machine_get_name (machine), name))
        return machine;
    }
  return NULL;
}

typedef gboolean (*Matches) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *root, Matches matches, gconstpointer data)
{
  if (!gtk_widget_get_visible (root))
    return NULL;
  if (matches (root, data))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_type (GtkWidget *widget, gconstpointer data)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (widget, *(const GType *) data);
}

GtkWidget *
avb_ui_find_type (GtkWidget *root, GType type)
{
  return find (root, has_type, &type);
}

static gboolean
label_is (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
         g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), data);
}

static gboolean
is_button (GtkWidget *widget, gconstpointer data)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget))
    return FALSE;
  return g_strcmp0 (tooltip, data) == 0 || find (widget, label_is, data) != NULL;
}

GtkWidget *
avb_ui_find_button (GtkWidget *root, const char *label)
{
  return find (root, is_button, label);
}

static gboolean
contains (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
         strstr (gtk_label_get_text (GTK_LABEL (widget)), data) != NULL;
}

GtkWidget *
avb_ui_find_text (GtkWidget *root, const char *text)
{
  return find (root, contains, text);
}

void
avb_ui_click (GtkWidget *root, const char *label)
{
  GtkWidget *button;

  avb_test_until_true ((button = avb_ui_find_button (root, label)) != NULL &&
                       gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer frames)
{
  (*(guint *) frames)++;
  return G_SOURCE_CONTINUE;
}

void
avb_ui_wait_for_frames (GtkWidget *widget)
{
  guint frames = 0;
  guint tick = gtk_widget_add_tick_callback (widget, tick_cb, &frames, NULL);

  avb_test_until_true (frames >= 3 && gtk_widget_get_width (widget) > 0);
  gtk_widget_remove_tick_callback (widget, tick);
}

static void
run_xdotool (const char *arguments)
{
  g_autofree char *line = g_strconcat ("xdotool ", arguments, NULL);
  int status;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_spawn_command_line_sync (line, NULL, NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  g_assert_no_error (error);
}

void
avb_ui_press (GtkWidget *window, const char *keys)
{
  g_autofree char *focus = g_strdup_printf ("search --onlyvisible --pid %d windowfocus --sync", (int) getpid ());
  g_autofree char *press = g_strconcat ("key ", keys, NULL);

  /* There is no window manager that would do so. */
  if (!gtk_window_is_active (GTK_WINDOW (window)))
    run_xdotool (focus);
  avb_test_until_true (gtk_window_is_active (GTK_WINDOW (window)));
  run_xdotool (press);
}

static gboolean
any_label (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0';
}

/* A mark of what is typed is no part of a name: of labels GTK takes it out, of names that are set it does not. A label that shows
 * what somebody called a file may have one. */
static void
check_underscores (GtkWidget *widget)
{
  g_autofree char *name = NULL;

  if (GTK_IS_LABEL (widget) ||
      !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return;
  /* What it is instead of what nothing is called. */
  name = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, "\1");
  if (name != NULL && g_regex_match_simple ("(?<!_)_(?!_)", name, 0, 0))
    g_error ("A %s is called %s", G_OBJECT_TYPE_NAME (widget), name);
}

guint
avb_ui_check_names (GtkWidget *root)
{
  guint n = 0;

  if (!gtk_widget_get_visible (root))
    return 0;
  check_underscores (root);
  if (GTK_IS_BUTTON (root) || GTK_IS_MENU_BUTTON (root) || ADW_IS_SPLIT_BUTTON (root))
    {
      GtkAccessible *accessible = GTK_ACCESSIBLE (root);
      /* libadwaita's and GTK's own parts answer for themselves. */
      gboolean ours = GTK_IS_BUTTON (root) &&
                      gtk_widget_get_ancestor (root, GTK_TYPE_SPIN_BUTTON) == NULL &&
                      gtk_widget_get_ancestor (root, GTK_TYPE_WINDOW_CONTROLS) == NULL;

      if (ours && gtk_button_get_icon_name (GTK_BUTTON (root)) != NULL &&
          gtk_widget_get_mapped (root))
        {
          if (!gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) &&
              !gtk_test_accessible_has_relation (accessible,
                                                 GTK_ACCESSIBLE_RELATION_LABELLED_BY) &&
              gtk_widget_get_tooltip_text (root) == NULL && find (root, any_label, NULL) == NULL)
            g_error ("A button with the icon %s in a %s has no name",
                     gtk_button_get_icon_name (GTK_BUTTON (root)),
                     G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)));
          n++;
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += avb_ui_check_names (child);
  return n;
}

gpointer
avb_ui_find_row (GtkWidget *root, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (root) && g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = avb_ui_find_row (child, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}
