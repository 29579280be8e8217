/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The tour's extensions: one of those that the program carries is found, installed and used; another, of a marketplace that is
 * added, is updated, rolled back and removed. What came of it is looked up in the user's files. */

#include "config.h"

#include "tour-steps.h"

#include <X11/keysym.h>
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* Long for a computer that is busy with other things, too. */
#define ANSWER_SECONDS 120

#define FIRST_PARTY "org.alphavbox.idle-watcher"
#define LINKED "org.alphavbox.host-health"
#define OTHER "org.example.clock"

/* --- what is on the disk --- */

typedef struct {
  const char *path;
  const char *text; /* NULL: the file is not there */
} Fact;

static gboolean
is_fact (gpointer data)
{
  const Fact *fact = data;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (fact->path, &text, NULL, NULL))
    return fact->text == NULL;
  return fact->text != NULL && strstr (text, fact->text) != NULL;
}

static gboolean
expect_file (const char *path, const char *text, GError **error)
{
  Fact fact = { path, text };
  g_autofree char *found = NULL;

  if (avb_driver_wait (is_fact, &fact, ANSWER_SECONDS))
    return TRUE;
  g_file_get_contents (path, &found, NULL, NULL);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s should have “%s”, and has: %s", path,
               text != NULL ? text : "nothing", found != NULL ? found : "nothing");
  return FALSE;
}

static char *
data_path (const char *kind, const char *id, const char *file)
{
  return g_build_filename (g_get_user_data_dir (), "alpha-vbox", kind, id, file, NULL);
}

/* That @version (NULL: none) of @id is installed. */
static gboolean
expect_version (const char *id, const char *version, GError **error)
{
  g_autofree char *path = data_path ("extensions", id, "current");

  return expect_file (path, version, error);
}

/* Whether the version of @id that is installed was given @permission. */
static gboolean
expect_granted (const char *id, const char *permission, gboolean granted, GError **error)
{
  g_autofree char *state = data_path ("extensions", id, "state.json");
  g_autofree char *current = data_path ("extensions", id, "current");
  g_autofree char *folder = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *version;
  JsonArray *permissions;
  gboolean found = FALSE;

  if (!g_file_get_contents (current, &folder, NULL, error) || !json_parser_load_from_file (parser, state, error))
    return FALSE;
  version = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "versions");
  version = json_object_get_object_member (version, g_strchomp (folder));
  permissions = json_object_get_array_member (version, "granted");
  for (guint i = 0; i < json_array_get_length (permissions); i++)
    found = found || g_str_equal (json_object_get_string_member (json_array_get_object_element (permissions, i), "id"), permission);
  return found == granted
         || tour_fail (error, granted ? "A permission that was given is not written down"
                                      : "A permission is written down that nobody gave");
}

/* --- what is on the screen --- */

/* From wherever one is in the pane: the only extension with these words is opened. */
static gboolean
open_by_search (Tour *self, const char *words, const char *name, GError **error)
{
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_f, NULL);
  avb_driver_settle (self->driver, 5);
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_a, NULL);
  avb_screen_type (self->driver->screen, words);
  avb_driver_settle (self->driver, 5);
  if (!avb_driver_expect (self->driver, NULL, name, ANSWER_SECONDS, error))
    return FALSE;
  avb_screen_type (self->driver->screen, "\n");
  return avb_driver_expect (self->driver, TOUR_BUTTON, "Install", ANSWER_SECONDS, error);
}

static gboolean
accept (Tour *self, const char *title, const char *button, GError **error)
{
  return avb_driver_expect (self->driver, NULL, title, ANSWER_SECONDS, error)
         && avb_driver_answer (self->driver, button, 60, error)
         && (avb_node_wait_gone (self->driver->pid, NULL, title, ANSWER_SECONDS)
             || tour_fail (error, "The dialog stays"));
}

gboolean
tour_extensions_browse (Tour *self, GError **error)
{
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_Shift_L, XK_x, NULL);
  /* What the program carries, offline. */
  return avb_driver_expect (self->driver, NULL, "Host Health", ANSWER_SECONDS, error)
         && avb_driver_expect (self->driver, NULL, "Idle Watcher", ANSWER_SECONDS, error);
}

gboolean
tour_extensions_install (Tour *self, GError **error)
{
  if (!open_by_search (self, "idle", "Idle Watcher", error)
      || !avb_driver_expect (self->driver, NULL, "What It Asks For", ANSWER_SECONDS, error)
      || !avb_driver_press (self->driver, TOUR_BUTTON, "Install", 60, error)
      || !avb_driver_expect (self->driver, NULL, "Install Extension?", ANSWER_SECONDS, error)
      /* What it may do without is not given before somebody gives it. */
      || !tour_check_box (self, "Start and stop machines*", error))
    return FALSE;
  return accept (self, "Install Extension?", "Install", error)
         && expect_version (FIRST_PARTY, "1.0.0", error)
         && avb_driver_expect (self->driver, TOUR_BUTTON, "Remove…", ANSWER_SECONDS, error)
         && expect_granted (FIRST_PARTY, "machines.control", TRUE, error);
}

/* Its panel is drawn by the program, and what is chosen in it comes to the extension, which keeps it. */
gboolean
tour_extensions_use (Tour *self, GError **error)
{
  g_autofree char *kept = data_path ("extension-data", FIRST_PARTY, "kept.json");

  if (!avb_driver_expect (self->driver, NULL, "No machine has been idle that long.", ANSWER_SECONDS, error)
      || !avb_driver_press (self->driver, TOUR_ROW, "Offer to save", 60, error)
      || !expect_file (kept, "\"offer\":false", error))
    return FALSE;
  /* Escape leaves. */
  avb_screen_press_keys (self->driver->screen, XK_Escape, NULL);
  return avb_node_wait_gone (self->driver->pid, NULL, "What It May Do", 60)
         || tour_fail (error, "Escape does not leave the extension");
}

/* As a browser opens a link: it is shown, and never installed. */
gboolean
tour_extensions_link (Tour *self, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "extensions", LINKED, NULL);
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, error, self->program, "alpha-vbox://extension/" LINKED, NULL);

  if (process == NULL || !g_subprocess_wait_check (process, NULL, error)
      || !avb_driver_expect (self->driver, NULL, "What It Asks For", ANSWER_SECONDS, error)
      || !avb_driver_expect (self->driver, NULL, "Host Health", ANSWER_SECONDS, error)
      || !avb_driver_expect (self->driver, TOUR_BUTTON, "Install", ANSWER_SECONDS, error))
    return FALSE;
  return !g_file_test (folder, G_FILE_TEST_EXISTS) || tour_fail (error, "A link has installed an extension");
}

/* --- a marketplace of somebody else --- */

static gboolean
make_market (Tour *self, const char *step, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "market", NULL);
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, error, self->make_market, folder, g_getenv ("AVB_AVX"),
                          g_getenv ("AVB_AVX_MARKET"), step, NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, error);
}

gboolean
tour_extensions_source (Tour *self, GError **error)
{
  g_autofree char *tree = g_build_filename (g_get_user_data_dir (), "market", "tree", NULL);

  /* Where the menu is. */
  avb_screen_press_keys (self->driver->screen, XK_Escape, NULL);
  if (!make_market (self, "first", error) || !tour_choose_from_menu (self, "Main Menu", XK_m, error)
      || !avb_driver_press (self->driver, TOUR_ROW, "Add Marketplace…", 60, error)
      || !avb_driver_focus (self->driver, "text|entry", "Address*", 60, error))
    return FALSE;
  avb_screen_type (self->driver->screen, tree);
  avb_screen_type (self->driver->screen, "\n");
  /* Nothing is trusted before its keys were compared. */
  if (!avb_driver_expect (self->driver, NULL, "The Keys of*", ANSWER_SECONDS, error)
      || !avb_driver_press (self->driver, TOUR_ROW, "I Compared These Keys", 60, error)
      || !avb_driver_press (self->driver, TOUR_ROW, "Add", 60, error)
      || !avb_driver_expect (self->driver, NULL, "*Added by you · Ready*", ANSWER_SECONDS, error))
    return FALSE;
  avb_screen_press_keys (self->driver->screen, XK_Escape, NULL);
  return avb_node_wait_gone (self->driver->pid, NULL, "*Added by you · Ready*", 60)
         || tour_fail (error, "The dialog stays");
}

/* The first of two versions. */
gboolean
tour_extensions_other (Tour *self, GError **error)
{
  return open_by_search (self, "world clock", "World Clock", error)
         && avb_driver_press (self->driver, TOUR_BUTTON, "Install", 60, error)
         && accept (self, "Install Extension?", "Install", error)
         && expect_version (OTHER, "1.0.0", error)
         && expect_granted (OTHER, "machines.control", FALSE, error)
         && avb_driver_expect (self->driver, NULL, "Tokyo", ANSWER_SECONDS, error);
}

/* The second asks for more. */
gboolean
tour_extensions_update (Tour *self, GError **error)
{
  if (!make_market (self, "update", error))
    return FALSE;
  /* Into the pane, wherever the keyboard was. */
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_Shift_L, XK_x, NULL);
  avb_screen_press_keys (self->driver->screen, XK_F5, NULL);
  return avb_driver_expect (self->driver, TOUR_BUTTON, "Review 1.1.0…", ANSWER_SECONDS, error)
         && avb_driver_press (self->driver, TOUR_BUTTON, "Review 1.1.0…", 60, error)
         && accept (self, "Update Extension?", "Update", error)
         && expect_version (OTHER, "1.1.0", error)
         && expect_granted (OTHER, "machines.control", TRUE, error)
         && (avb_node_wait_gone (self->driver->pid, TOUR_BUTTON, "Review 1.1.0…", ANSWER_SECONDS)
             || tour_fail (error, "The update is offered still"));
}

gboolean
tour_extensions_roll_back (Tour *self, GError **error)
{
  return tour_choose_from_menu (self, "Extension Menu", XK_r, error)
         && expect_version (OTHER, "1.0.0", error)
         && avb_driver_expect (self->driver, TOUR_BUTTON, "Review 1.1.0…", ANSWER_SECONDS, error)
         && expect_granted (OTHER, "machines.control", FALSE, error);
}

gboolean
tour_extensions_remove (Tour *self, GError **error)
{
  return avb_driver_press (self->driver, TOUR_BUTTON, "Remove…", 60, error)
         && tour_check_box (self, "Also delete what it *stored", error)
         && accept (self, "Remove “World Clock”?", "Remove", error)
         && expect_version (OTHER, NULL, error)
         && avb_driver_expect (self->driver, TOUR_BUTTON, "Install", ANSWER_SECONDS, error);
}

/* Back to the machines. */
gboolean
tour_extensions_leave (Tour *self, GError **error)
{
  return avb_driver_click (self->driver, "list item", "All Machines*", 60, error)
         && avb_driver_expect (self->driver, TOUR_BUTTON, "New Machine*", ANSWER_SECONDS, error);
}
