/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Extensions as a person has them: found, looked at, installed, used, updated, rolled back, removed; with a real
 * marketplace and in the real sandbox. */

#include "config.h"

#include "avb-extension-rig.h"
#include "backends/avb-error.h"
#include "ui/extensions/avb-extension-link.h"
#include "ui/extensions/avb-extension-menu.h"
#include "ui/extensions/avb-log-page.h"
#include "ui/extensions/avb-panel-view.h"
#include "ui/extensions/avb-permission-rows.h"

static GtkWidget *
get_dialog (ExtensionRig *rig)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (rig->root)));
}

#define wait_for_text(rig, text) avb_test_until_true (avb_ui_find_text ((rig)->root, (text)) != NULL)

static gboolean
is_granted (AvbInstalled *installed, const char *permission)
{
  return avb_installed_allows (installed, permission, NULL);
}

/* --- browsing --- */

static void
search (ExtensionRig *rig, const char *text)
{
  GtkWidget *pane = extension_rig_show (rig, "browse");
  GtkWidget *entry = avb_ui_find_type (pane, GTK_TYPE_SEARCH_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
test_browse (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *filter;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  wait_for_text (&rig, "World Clock");
  wait_for_text (&rig, "Words of virtualization, and what they mean");
  avb_ui_check_names (rig.root);

  search (&rig, "wôrds OF");
  avb_test_until_true (avb_ui_find_text (rig.root, "World Clock") == NULL);
  g_assert_nonnull (avb_ui_find_text (rig.root, "Glossary"));
  search (&rig, "nothing has this");
  wait_for_text (&rig, "No Extension Found");
  avb_ui_click (rig.root, "Clear Filters");
  wait_for_text (&rig, "World Clock");

  /* Content only: no program is shown. */
  filter = avb_ui_find_type (rig.root, GTK_TYPE_DROP_DOWN);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (filter), 2);
  avb_test_until_true (avb_ui_find_text (rig.root, "World Clock") == NULL);
  g_assert_nonnull (avb_ui_find_text (rig.root, "Glossary"));
  extension_rig_tear_down (&rig);
}

/* Of those, too, that this program knows nothing of: and nothing is installed by it. */
static void
test_links (void)
{
  const struct {
    const char *uri;
    const char *id; /* NULL: leads nowhere */
  } links[] = {
    { "alpha-vbox://extension/org.example.clock", "org.example.clock" },
    { "alpha-vbox://extension/org.example.clock/more", NULL },
    { "alpha-vbox://extension/../../etc/passwd", NULL },
    { "alpha-vbox://extension/org.example.clock%2f..", NULL },
    { "alpha-vbox://extension/", NULL },
    { "alpha-vbox://install/org.example.clock", NULL },
    { "https://extension/org.example.clock", NULL },
    { "alpha-vbox:extension", NULL },
  };
  ExtensionRig rig = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (links[i].uri);
      g_autofree char *id = avb_extension_link_dup_id (file);

      g_assert_cmpstr (id, ==, links[i].id);
    }
  extension_rig_set_up (&rig, NULL, "first", NULL);
  avb_window_open_extension (rig.ui.window, "org.example.clock");
  wait_for_text (&rig, "What It Asks For");
  avb_window_open_extension (rig.ui.window, "org.example.nobody");
  wait_for_text (&rig, "Not in the Catalog");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (avb_marketplace_get_store (extension_rig_marketplace (&rig)))),
                    ==, 0);
  g_assert_null (get_dialog (&rig));
  extension_rig_tear_down (&rig);
}

/* --- the keyboard, and who does not see --- */

static gboolean
has_label (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child) && has_label (child))
      return TRUE;
  return FALSE;
}

/* Something that a screen reader says when this has the focus. */
static gboolean
has_name (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);

  /* What is typed into or opened is a part of what has a name. */
  if (GTK_IS_TEXT (widget) || GTK_IS_MENU_BUTTON (parent) || GTK_IS_DROP_DOWN (parent))
    widget = parent;
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
         gtk_widget_get_tooltip_text (widget) != NULL || has_label (widget);
}

static gboolean
can_have_focus (GtkWidget *widget)
{
  if (!gtk_widget_get_focusable (widget) || !gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget))
    return FALSE;
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (!gtk_widget_get_can_focus (widget))
      return FALSE;
  return TRUE;
}

static void
check_reached (GtkWidget *widget, GHashTable *reached)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);

  /* A list to choose from has the focus as a whole, arrow keys go from view to view, and of a row that is typed into the
   * text has the focus. */
  if ((GTK_IS_BUTTON (widget) || GTK_IS_DROP_DOWN (widget) || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_SWITCH (widget) ||
       GTK_IS_TEXT (widget) ||
       (GTK_IS_LIST_BOX_ROW (widget) && gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (widget)) &&
        !ADW_IS_ENTRY_ROW (widget))) &&
      !GTK_IS_DROP_DOWN (parent) && !ADW_IS_VIEW_SWITCHER (parent) && can_have_focus (widget) &&
      !g_hash_table_contains (reached, widget))
    g_error ("A %s in a %s is not reached with Tab", G_OBJECT_TYPE_NAME (widget), G_OBJECT_TYPE_NAME (parent));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_child_visible (child))
      check_reached (child, reached);
}

/* Once around: everything in @within is reached, and named. */
static void
check_tab (ExtensionRig *rig, GtkWidget *within, guint least)
{
  g_autoptr (GHashTable) reached = g_hash_table_new (NULL, NULL);
  guint n = 0;

  avb_ui_wait_for_frames (within);
  gtk_window_set_focus (GTK_WINDOW (rig->root), NULL);
  for (;;)
    {
      GtkWidget *focus;

      gtk_widget_child_focus (rig->root, GTK_DIR_TAB_FORWARD);
      focus = gtk_root_get_focus (GTK_ROOT (rig->root));
      if (focus == NULL || !g_hash_table_add (reached, focus))
        break;
      if (!gtk_widget_is_ancestor (focus, within))
        continue;
      n++;
      if (!has_name (focus))
        g_error ("A %s in a %s has no name", G_OBJECT_TYPE_NAME (focus), G_OBJECT_TYPE_NAME (gtk_widget_get_parent (focus)));
    }
  check_reached (within, reached);
  avb_ui_check_names (within);
  g_assert_cmpuint (n, >=, least);
}

static void
test_keyboard (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *pane;
  GtkWidget *search_entry;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  wait_for_text (&rig, "World Clock");
  pane = extension_rig_show (&rig, "browse");
  search_entry = avb_ui_find_type (pane, GTK_TYPE_SEARCH_ENTRY);
  /* Three views, the menu, the search, the filter, and what is found. */
  check_tab (&rig, pane, 8);
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "What It Asks For");
  check_tab (&rig, pane, 3);

  /* From a page, too. */
  g_assert_true (gtk_widget_activate_action (rig.root, "win.search", NULL));
  avb_test_until_true (gtk_widget_get_focus_child (search_entry) != NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (rig.root)), search_entry));
  gtk_editable_set_text (GTK_EDITABLE (search_entry), "glossary");
  avb_test_until_true (avb_ui_find_text (rig.root, "World Clock") == NULL);
  /* Enter opens the only one that is left. */
  g_signal_emit_by_name (search_entry, "activate");
  wait_for_text (&rig, "It is data. Nothing of it is executed.");

  /* Escape forgets what was searched, and goes back to what there is. */
  g_assert_true (gtk_widget_activate_action (rig.root, "win.search", NULL));
  g_signal_emit_by_name (search_entry, "stop-search");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (search_entry)), ==, "");
  wait_for_text (&rig, "World Clock");
  g_assert_false (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (rig.root)), search_entry));

  extension_rig_open (&rig, "clock");
  avb_ui_click (rig.root, "Install");
  wait_for_text (&rig, "Install Extension?");
  check_tab (&rig, get_dialog (&rig), 3);
  avb_ui_click (get_dialog (&rig), "Cancel");
  avb_test_until_true (get_dialog (&rig) == NULL);
  gtk_widget_activate_action (pane, "extensions.sources", NULL);
  wait_for_text (&rig, "Came with this program");
  check_tab (&rig, get_dialog (&rig), 2);
  adw_dialog_close (ADW_DIALOG (get_dialog (&rig)));
  avb_test_until_true (get_dialog (&rig) == NULL);

  extension_rig_install (&rig, "clock");
  wait_for_text (&rig, "Tokyo");
  check_tab (&rig, pane, 8);
  extension_rig_change (&rig, "update", NULL);
  extension_rig_show (&rig, "updates");
  wait_for_text (&rig, "1 Update, 1 to Review");
  /* The views, the menu, the extension, its button, and whether this is done by itself. */
  check_tab (&rig, pane, 5);
  extension_rig_show (&rig, "installed");
  check_tab (&rig, pane, 4);
  extension_rig_tear_down (&rig);
}

static gboolean
has_focus (ExtensionRig *rig, GtkWidget *widget)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (rig->root));

  return widget != NULL && focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static void
go_to_sidebar (ExtensionRig *rig)
{
  gtk_window_set_focus (GTK_WINDOW (rig->root), NULL);
  g_assert_true (gtk_widget_child_focus (rig->root, GTK_DIR_TAB_FORWARD));
}

/* What is used may be replaced by that: the keyboard stays where it was. */
static void
test_focus (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *pane;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  pane = extension_rig_show (&rig, "browse");
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "What It Asks For");
  g_assert_true (gtk_widget_grab_focus (avb_ui_find_button (pane, "Install")));
  avb_ui_press (rig.root, "space");
  wait_for_text (&rig, "Install Extension?");
  avb_ui_click (get_dialog (&rig), "Install");
  wait_for_text (&rig, "“World Clock” was installed.");
  avb_test_until_true (has_focus (&rig, avb_ui_find_button (pane, "Remove…")));

  /* Away from where it stood, on purpose, it is not fetched back. */
  go_to_sidebar (&rig);
  g_assert_false (has_focus (&rig, pane));
  extension_rig_change (&rig, "update", NULL);
  avb_test_until_true (avb_ui_find_button (pane, "Review 1.1.0…") != NULL);
  g_assert_false (has_focus (&rig, pane));

  /* Switched on where it said that it is off. */
  gtk_widget_activate_action (avb_ui_find_button (pane, "Remove…"), "extension.enabled", NULL);
  wait_for_text (&rig, "Switched Off");
  g_assert_true (gtk_widget_grab_focus (avb_ui_find_button (pane, "Switch On")));
  avb_ui_press (rig.root, "space");
  avb_test_until_true (avb_ui_find_button (pane, "Switch On") == NULL);
  avb_ui_wait_for_frames (pane);
  g_assert_true (has_focus (&rig, pane));

  /* An update that goes from the list. */
  extension_rig_show (&rig, "updates");
  avb_test_until_true (avb_ui_find_button (pane, "Review…") != NULL);
  g_assert_true (gtk_widget_grab_focus (avb_ui_find_button (pane, "Review…")));
  avb_ui_press (rig.root, "space");
  wait_for_text (&rig, "The New Version May");
  avb_ui_click (get_dialog (&rig), "Update");
  wait_for_text (&rig, "Everything Is Up to Date");
  avb_test_until_true (get_dialog (&rig) == NULL);
  avb_ui_wait_for_frames (pane);
  g_assert_true (has_focus (&rig, pane));

  /* By its letter, from the menu. */
  extension_rig_show (&rig, "browse");
  avb_ui_press (rig.root, "F10 d");
  wait_for_text (&rig, "What Extensions Did");
  avb_ui_wait_for_frames (pane);
  g_assert_true (has_focus (&rig, avb_ui_find_type (pane, AVB_TYPE_LOG_PAGE)));
  extension_rig_tear_down (&rig);
}

/* Once for each beginning and each end. */
static void
busy_cb (AvbMarketplace *marketplace, GParamSpec *pspec, guint *n)
{
  (*n)++;
}

/* Wherever the keyboard is, and only while the pane is shown. */
static void
test_refresh (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *search_entry;
  GtkWidget *pane;
  guint n = 0;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  pane = extension_rig_show (&rig, "browse");
  wait_for_text (&rig, "World Clock");
  g_signal_connect (extension_rig_marketplace (&rig), "notify::busy", G_CALLBACK (busy_cb), &n);
  go_to_sidebar (&rig);
  g_assert_false (has_focus (&rig, pane));
  avb_ui_press (rig.root, "F5");
  avb_test_until_true (n == 2);
  gtk_window_set_focus (GTK_WINDOW (rig.root), NULL);
  avb_ui_press (rig.root, "ctrl+r");
  avb_test_until_true (n == 4);

  /* What is typed after it arrives after it. */
  gtk_widget_set_visible (pane, FALSE);
  search_entry = avb_ui_find_type (rig.root, GTK_TYPE_SEARCH_ENTRY);
  g_assert_true (gtk_widget_grab_focus (search_entry));
  avb_ui_press (rig.root, "F5 x");
  avb_test_until_true (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (search_entry)), "x"));
  g_assert_cmpuint (n, ==, 4);
  gtk_widget_set_visible (pane, TRUE);
  extension_rig_tear_down (&rig);
}

/* --- installing and using --- */

static void
test_install (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *check;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "Start and stop machines");
  wait_for_text (&rig, "The author says: “To wake machines at the hour that you choose.”");
  wait_for_text (&rig, "It works on this computer.");
  avb_ui_check_names (rig.root);

  /* Called off: nothing happens. */
  avb_ui_click (rig.root, "Install");
  wait_for_text (&rig, "Install Extension?");
  avb_ui_check_names (get_dialog (&rig));
  check = avb_ui_find_type (get_dialog (&rig), GTK_TYPE_CHECK_BUTTON);
  g_assert_false (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));
  avb_ui_click (get_dialog (&rig), "Cancel");
  avb_test_until_true (get_dialog (&rig) == NULL);
  g_assert_null (extension_rig_installed (&rig, "clock"));

  extension_rig_install (&rig, "clock");
  g_assert_true (is_granted (extension_rig_installed (&rig, "clock"), "machines.read"));
  g_assert_false (is_granted (extension_rig_installed (&rig, "clock"), "machines.control"));
  wait_for_text (&rig, "Not granted");
  g_assert_nonnull (avb_ui_find_button (rig.root, "Remove…"));
  g_assert_null (avb_ui_find_button (rig.root, "Install"));
  extension_rig_show (&rig, "browse");
  wait_for_text (&rig, "Installed");
  extension_rig_tear_down (&rig);
}

/* What an extension wrote is text, and what is clicked comes to it. */
static void
test_panel (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *view;
  AdwPreferencesRow *row;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_install (&rig, "clock");
  wait_for_text (&rig, "<b>not bold</b>");
  wait_for_text (&rig, "Tokyo");
  view = avb_ui_find_type (rig.root, AVB_TYPE_PANEL_VIEW);
  row = avb_ui_find_row (view, "Count");
  g_assert_nonnull (row);
  g_signal_emit_by_name (row, "activated");
  wait_for_text (&rig, "Counted 1");
  /* The panel was not built anew for it. */
  g_assert_true (avb_ui_find_row (view, "Count") == row);
  row = avb_ui_find_row (view, "Show seconds");
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));
  adw_switch_row_set_active (ADW_SWITCH_ROW (row), FALSE);
  g_signal_emit_by_name (avb_ui_find_row (view, "Count"), "activated");
  wait_for_text (&rig, "Counted 2");
  g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));

  /* Switched off, it is gone; on again, it is back. */
  avb_test_until_true (avb_ui_find_type (rig.root, AVB_TYPE_PANEL_VIEW) != NULL);
  gtk_widget_activate_action (view, "extension.enabled", NULL);
  wait_for_text (&rig, "Switched Off");
  avb_test_until_true (avb_ui_find_type (rig.root, AVB_TYPE_PANEL_VIEW) == NULL);
  avb_ui_click (rig.root, "Switch On");
  wait_for_text (&rig, "Tokyo");
  extension_rig_tear_down (&rig);
}

/* In the menu of a machine, and in that of the program. */
static void
test_commands (void)
{
  ExtensionRig rig = { 0 };
  g_autoptr (GMenu) section = g_menu_new ();
  g_autoptr (GVariant) target = NULL;
  g_autofree char *label = NULL;
  g_autofree char *action = NULL;
  AvbMachine *machine;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  machine = avb_ui_test_machine (&rig.ui, "test");
  avb_extension_menu_fill (section, rig.set, machine);
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (section)), ==, 0);
  extension_rig_install (&rig, "clock");
  avb_extension_menu_fill (section, rig.set, machine);
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (section)), ==, 1);
  g_assert_true (g_menu_model_get_item_attribute (G_MENU_MODEL (section), 0, G_MENU_ATTRIBUTE_LABEL, "s", &label));
  /* Nothing is underlined that the author did not mean to be. */
  g_assert_cmpstr (label, ==, "Tell__the Time");
  g_assert_true (g_menu_model_get_item_attribute (G_MENU_MODEL (section), 0, G_MENU_ATTRIBUTE_ACTION, "s", &action));
  target = g_menu_model_get_item_attribute_value (G_MENU_MODEL (section), 0, G_MENU_ATTRIBUTE_TARGET, NULL);
  g_assert_true (gtk_widget_activate_action_variant (rig.root, action, target));
  wait_for_text (&rig, "It is late for <i>test</i>.");
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&rig)));

  avb_extension_menu_fill (section, rig.set, NULL);
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (section)), ==, 1);
  g_clear_pointer (&target, g_variant_unref);
  target = g_menu_model_get_item_attribute_value (G_MENU_MODEL (section), 0, G_MENU_ATTRIBUTE_TARGET, NULL);
  g_assert_true (gtk_widget_activate_action_variant (rig.root, action, target));
  /* It asks, and says who it is. */
  wait_for_text (&rig, "Asked by the extension “World Clock”");
  wait_for_text (&rig, "It <b>stands</b> still.");
  adw_switch_row_set_active (ADW_SWITCH_ROW (avb_ui_find_row (get_dialog (&rig), "Fully")), TRUE);
  avb_ui_click (get_dialog (&rig), "Wind_It");
  wait_for_text (&rig, "True True");
  /* And what it did can be read. */
  extension_rig_show (&rig, "installed");
  avb_ui_press (rig.root, "F10 d");
  wait_for_text (&rig, "Ask you something · Wind the clock?");
  extension_rig_tear_down (&rig);
}

/* --- updates --- */

static void
test_update (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *page;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_install (&rig, "clock");
  extension_rig_install (&rig, "glossary");
  extension_rig_change (&rig, "update", NULL);
  extension_rig_show (&rig, "updates");
  wait_for_text (&rig, "2 Updates, 1 to Review");
  wait_for_text (&rig, "The new version asks for more than the old one.");
  avb_ui_check_names (rig.root);

  /* All but the one that has to be looked at. */
  avb_ui_click (rig.root, "Update All");
  wait_for_text (&rig, "1 extension was updated.");
  g_assert_cmpstr (avb_installed_get_version (extension_rig_installed (&rig, "glossary")), ==, "1.0.1");
  g_assert_cmpstr (avb_installed_get_version (extension_rig_installed (&rig, "clock")), ==, "1.0.0");
  avb_test_until_true (avb_ui_find_button (rig.root, "Update All") == NULL);

  avb_ui_click (rig.root, "Review…");
  wait_for_text (&rig, "The New Version May");
  wait_for_text (&rig, "New");
  avb_ui_click (get_dialog (&rig), "Update");
  wait_for_text (&rig, "“World Clock” is version 1.1.0 now.");
  g_assert_true (is_granted (extension_rig_installed (&rig, "clock"), "machines.control"));
  wait_for_text (&rig, "Everything Is Up to Date");

  /* Back, with what was granted before. */
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "What It May Do");
  page = avb_ui_find_button (rig.root, "Remove…");
  gtk_widget_activate_action (page, "extension.roll-back", NULL);
  wait_for_text (&rig, "“World Clock” is version 1.0.0 again.");
  g_assert_false (is_granted (extension_rig_installed (&rig, "clock"), "machines.control"));

  avb_ui_click (rig.root, "Remove…");
  wait_for_text (&rig, "Remove “World Clock”?");
  avb_ui_check_names (get_dialog (&rig));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (avb_ui_find_type (get_dialog (&rig), GTK_TYPE_CHECK_BUTTON)), TRUE);
  avb_ui_click (get_dialog (&rig), "Remove");
  wait_for_text (&rig, "“World Clock” was removed.");
  g_assert_null (extension_rig_installed (&rig, "clock"));
  avb_test_until_true (avb_ui_find_button (rig.root, "Install") != NULL);
  extension_rig_tear_down (&rig);
}

/* --- what can be wrong --- */

static void
test_incompatible (void)
{
  ExtensionRig rig = { 0 };

  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_open (&rig, "tomorrow");
  wait_for_text (&rig, "It needs version >=99.0.0 of this program");
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_button (rig.root, "Install")));
  extension_rig_tear_down (&rig);
}

static void
test_revoked (void)
{
  ExtensionRig rig = { 0 };

  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_install (&rig, "glossary");
  extension_rig_change (&rig, "revoke", NULL);
  wait_for_text (&rig, "Taken Back by Its Marketplace");
  wait_for_text (&rig, "Two of its words are spelled wrong.");
  /* It is there still. */
  g_assert_nonnull (extension_rig_installed (&rig, "glossary"));
  extension_rig_show (&rig, "installed");
  wait_for_text (&rig, "Taken back");
  extension_rig_tear_down (&rig);
}

static void
test_crashed (void)
{
  ExtensionRig rig = { 0 };

  avb_extension_limits_scale (0.02);
  extension_rig_set_up (&rig, NULL, "first", NULL);
  extension_rig_install (&rig, "fragile");
  wait_for_text (&rig, "It Stopped Working");
  wait_for_text (&rig, "Its log may say why.");
  avb_ui_click (rig.root, "Show Log");
  /* What would change a terminal's colours is shown as what it is. */
  wait_for_text (&rig, "\\x1b[31mstopping");
  avb_ui_check_names (rig.root);
  extension_rig_open (&rig, "fragile");
  avb_ui_click (rig.root, "Try Again");
  wait_for_text (&rig, "It Stopped Working");
  extension_rig_tear_down (&rig);
  avb_extension_limits_scale (1);
}

static void
test_policy (void)
{
  ExtensionRig rig = { 0 };
  GtkWidget *pane;

  extension_rig_set_up (&rig, "[policy]\norganization=Example School\n[extensions]\nblocked=org.example.clock\nautomatic-updates=false\n"
                        "[sources]\nuser=false\n",
                        "first", NULL);
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "Example School");
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_button (rig.root, "Install")));
  extension_rig_install (&rig, "glossary");
  extension_rig_change (&rig, "update", NULL);
  extension_rig_show (&rig, "updates");
  wait_for_text (&rig, "The policy of this computer decides.");

  /* What may be asked for, but not granted. */
  extension_rig_open (&rig, "gateway");
  avb_ui_click (rig.root, "Install");
  wait_for_text (&rig, "Install Extension?");
  g_assert_nonnull (avb_ui_find_text (get_dialog (&rig), "Example School"));
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_text (get_dialog (&rig), "Unrestricted network")));
  g_assert_true (gtk_widget_is_sensitive (avb_ui_find_text (get_dialog (&rig), "Run commands")));
  adw_dialog_close (ADW_DIALOG (get_dialog (&rig)));
  avb_test_until_true (get_dialog (&rig) == NULL);

  pane = avb_ui_find_type (rig.root, AVB_TYPE_EXTENSIONS_PANE);
  g_assert_true (gtk_widget_activate_action (pane, "extensions.sources", NULL));
  wait_for_text (&rig, "Came with this program");
  g_assert_nonnull (avb_ui_find_text (get_dialog (&rig), "Example School"));
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_text (get_dialog (&rig), "Add Marketplace")));
  extension_rig_tear_down (&rig);
}

static void
test_untrusted (void)
{
  ExtensionRig rig = { 0 };

  extension_rig_set_up (&rig, NULL, "first", NULL);
  wait_for_text (&rig, "World Clock");
  extension_rig_change (&rig, "update", "spoil", NULL);
  extension_rig_show (&rig, "browse");
  wait_for_text (&rig, "Nothing of it was taken over.");
  /* It can be looked at, and nothing is installed. */
  g_assert_nonnull (avb_ui_find_text (rig.root, "World Clock"));
  extension_rig_open (&rig, "clock");
  wait_for_text (&rig, "What It Asks For");
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_button (rig.root, "Install")));
  extension_rig_tear_down (&rig);
}

/* --- files --- */

static void
test_file (void)
{
  ExtensionRig rig = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *wrong_path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFile) wrong = NULL;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  path = g_build_filename (rig.market, "packages", "clock-1.0.0.avx", NULL);
  file = g_file_new_for_path (path);
  avb_window_install_extension (rig.ui.window, file);
  wait_for_text (&rig, "This is a file without a signature.");
  avb_ui_click (get_dialog (&rig), "Cancel");
  avb_test_until_true (get_dialog (&rig) == NULL);
  g_assert_null (extension_rig_installed (&rig, "clock"));

  avb_window_install_extension (rig.ui.window, file);
  wait_for_text (&rig, "This is a file without a signature.");
  avb_ui_click (get_dialog (&rig), "Install");
  wait_for_text (&rig, "“World Clock” was installed.");
  g_assert_cmpstr (avb_installed_get_source (extension_rig_installed (&rig, "clock")), ==, AVB_INSTALL_SOURCE_FILE);
  wait_for_text (&rig, "A file: no marketplace vouches for it");

  wrong_path = g_build_filename (rig.folder, "wrong.avx", NULL);
  g_assert_true (g_file_set_contents (wrong_path, "This is no package.", -1, NULL));
  wrong = g_file_new_for_path (wrong_path);
  g_assert_true (avb_extension_link_is_package (wrong));
  avb_window_install_extension (rig.ui.window, wrong);
  avb_test_until_true (avb_ui_find_type (rig.root, ADW_TYPE_TOAST_OVERLAY) != NULL);
  wait_for_text (&rig, "extension");
  g_assert_null (get_dialog (&rig));
  extension_rig_tear_down (&rig);
}

/* --- marketplaces --- */

static void
test_sources (void)
{
  ExtensionRig rig = { 0 };
  ExtensionRig other = { 0 };
  GtkWidget *dialog;
  GtkWidget *entry;
  g_autofree char *address = NULL;

  extension_rig_set_up (&rig, NULL, "first", NULL);
  /* Another one, which the first knows nothing of. */
  other.folder = avb_test_make_folder ();
  other.market = g_build_filename (other.folder, "market", NULL);
  other.set = rig.set;
  extension_rig_change (&other, "first", NULL);

  gtk_widget_activate_action (extension_rig_show (&rig, "browse"), "extensions.sources", NULL);
  wait_for_text (&rig, "Came with this program");
  dialog = get_dialog (&rig);
  avb_ui_check_names (dialog);
  g_signal_emit_by_name (avb_ui_find_row (dialog, "_Add Marketplace…"), "activated");
  avb_test_until_true ((entry = avb_ui_find_type (dialog, ADW_TYPE_ENTRY_ROW)) != NULL && gtk_widget_get_mapped (entry));

  gtk_editable_set_text (GTK_EDITABLE (entry), "http://extensions.example.org");
  g_signal_emit_by_name (entry, "apply");
  avb_test_until_true (avb_ui_find_text (dialog, "https") != NULL);

  address = g_build_filename (other.market, "tree", NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), address);
  g_signal_emit_by_name (entry, "apply");
  avb_test_until_true (avb_ui_find_text (dialog, "The Keys of “Ada’s Extensions”") != NULL);
  g_assert_nonnull (avb_ui_find_row (dialog, "Key 3"));
  /* Not before somebody compared them. */
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_row (dialog, "_Add")));
  adw_switch_row_set_active (ADW_SWITCH_ROW (avb_ui_find_row (dialog, "I _Compared These Keys")), TRUE);
  g_signal_emit_by_name (avb_ui_find_row (dialog, "_Add"), "activated");
  avb_test_until_true (avb_ui_find_text (dialog, "Added by you · Ready") != NULL);
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_sources (extension_rig_marketplace (&rig))), ==, 2);

  avb_ui_click (dialog, "Remove…");
  wait_for_text (&rig, "Remove “Ada’s Extensions”?");
  avb_ui_click (get_dialog (&rig), "Remove");
  avb_test_until_true (
      g_list_model_get_n_items (avb_marketplace_get_sources (extension_rig_marketplace (&rig))) == 1);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  avb_test_remove_folder (other.folder);
  g_free (other.folder);
  g_free (other.market);
  extension_rig_tear_down (&rig);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Extensions/browse", test_browse);
  g_test_add_func ("/Avb/Extensions/links", test_links);
  g_test_add_func ("/Avb/Extensions/keyboard", test_keyboard);
  g_test_add_func ("/Avb/Extensions/focus", test_focus);
  g_test_add_func ("/Avb/Extensions/refresh", test_refresh);
  g_test_add_func ("/Avb/Extensions/install", test_install);
  g_test_add_func ("/Avb/Extensions/panel", test_panel);
  g_test_add_func ("/Avb/Extensions/commands", test_commands);
  g_test_add_func ("/Avb/Extensions/update", test_update);
  g_test_add_func ("/Avb/Extensions/incompatible", test_incompatible);
  g_test_add_func ("/Avb/Extensions/revoked", test_revoked);
  g_test_add_func ("/Avb/Extensions/crashed", test_crashed);
  g_test_add_func ("/Avb/Extensions/policy", test_policy);
  g_test_add_func ("/Avb/Extensions/untrusted", test_untrusted);
  g_test_add_func ("/Avb/Extensions/file", test_file);
  g_test_add_func ("/Avb/Extensions/sources", test_sources);
  return g_test_run ();
}
