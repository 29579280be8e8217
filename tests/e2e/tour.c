/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * The main job, from an ISO file to work in the guest and to its end, as a person does it: the file is dropped on the
 * window, buttons are clicked, keys are typed. What came of it is looked up where it happens: in libvirt, on the
 * guest's serial port, in the pixels of the console. A screenshot a step, and tour.json.
 */

#include "config.h"

#include "avb-driver.h"
#include "avb-guest.h"
#include "tour-steps.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

typedef struct {
  const char *name;
  gboolean (*run) (Tour *tour, GError **error);
  gboolean debian; /* needs the Debian guest */
  gboolean cloud;  /* needs the image for clouds */
  gboolean market; /* needs what makes a marketplace */
} Step;

static const Step steps[] = {
  { "library", tour_library },         { "new-machine", tour_drop },   { "create", tour_create },
  { "guest-picture", tour_picture },   { "guest-command", tour_command }, { "save", tour_save },
  { "restore", tour_restore },         { "power-off", tour_power_off }, { "delete", tour_delete },
  { "debian-create", tour_debian_create, TRUE }, { "debian-desktop", tour_debian_desktop, TRUE },
  { "debian-resize", tour_debian_resize, TRUE }, { "debian-paste", tour_debian_paste, TRUE },
  { "debian-file", tour_debian_file, TRUE }, { "debian-overview", tour_debian_overview, TRUE },
  { "debian-freeze", tour_debian_freeze, TRUE }, { "debian-thaw", tour_debian_thaw, TRUE },
  { "debian-serial", tour_debian_serial, TRUE }, { "debian-delete", tour_debian_delete, TRUE },
  { "ova-create", tour_ova_create },   { "ova-picture", tour_picture }, { "ova-off", tour_power_off },
  { "ova-delete", tour_delete },
  { "cloud-create", tour_cloud_create, .cloud = TRUE }, { "cloud-ready", tour_cloud_ready, .cloud = TRUE },
  { "cloud-ssh", tour_cloud_ssh, .cloud = TRUE }, { "cloud-off", tour_power_off, .cloud = TRUE },
  { "cloud-delete", tour_delete, .cloud = TRUE },
  { "extensions-browse", tour_extensions_browse, .market = TRUE },
  { "extensions-install", tour_extensions_install, .market = TRUE },
  { "extensions-use", tour_extensions_use, .market = TRUE },
  { "extensions-link", tour_extensions_link, .market = TRUE },
  { "extensions-source", tour_extensions_source, .market = TRUE },
  { "extensions-other", tour_extensions_other, .market = TRUE },
  { "extensions-update", tour_extensions_update, .market = TRUE },
  { "extensions-roll-back", tour_extensions_roll_back, .market = TRUE },
  { "extensions-remove", tour_extensions_remove, .market = TRUE },
  { "extensions-leave", tour_extensions_leave, .market = TRUE },
  { "quit", tour_quit },
};

static gboolean tap;
static char *only; /* nullable: what the names of the steps begin with that are taken, for who works on them */

/* What an earlier tour left would be taken for this one's. */
static void
remove_old (Tour *tour)
{
  g_autoptr (GDir) folder = g_dir_open (tour->out, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    if (g_pattern_match_simple ("?" "?-*.png", name) || g_str_equal (name, "tour.json")) {
      g_autofree char *path = g_build_filename (tour->out, name, NULL);

      g_unlink (path);
    }
  }
}

static gboolean
take_screenshot (Tour *tour, guint number, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%02u-%s.png", number, name);
  g_autofree char *path = g_build_filename (tour->out, file, NULL);
  g_autoptr (GError) error = NULL;

  if (tour->driver == NULL || !avb_driver_running (tour->driver)
      || !avb_screen_get_area (tour->driver->screen, tour->driver->window, &tour->driver->area))
    return TRUE; /* the window is closed: there is nothing to show */
  avb_driver_settle (tour->driver, 5);
  if (avb_screen_save_png (tour->driver->screen, &tour->driver->area, path, &error))
    return TRUE;
  g_printerr ("%s: %s\n", path, error->message);
  return FALSE;
}

static gboolean
is_wanted (const Step *step)
{
  return only == NULL || step->run == tour_library || step->run == tour_quit || g_str_has_prefix (step->name, only);
}

static gboolean
run_step (Tour *tour, guint number, const Step *step, JsonBuilder *json)
{
  const gboolean skipped = (step->debian && tour->debian == NULL) || (step->cloud && tour->cloud == NULL)
                           || (step->market && tour->make_market == NULL) || !is_wanted (step);
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  gboolean ok = skipped || step->run (tour, &error);
  const gint64 ms = (g_get_monotonic_time () - start) / 1000;

  ok = (skipped || take_screenshot (tour, number, ok ? step->name : "failed")) && ok;
  if (tap)
    g_print ("%s %u /Avb/Tour/%s%s\n", ok ? "ok" : "not ok", number, step->name,
             !skipped             ? ""
             : !is_wanted (step) ? " # SKIP Others are wanted"
             : step->market      ? " # SKIP There is nothing that makes a marketplace"
                                 : " # SKIP There is no Debian for it here: ./dev makes one where there is apt");
  else
    g_print ("%2u %-20s %s %6" G_GINT64_FORMAT " ms\n", number, step->name, skipped ? "skip  " : ok ? "ok    " : "FAILED", ms);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "step");
  json_builder_add_string_value (json, step->name);
  json_builder_set_member_name (json, "ok");
  json_builder_add_boolean_value (json, ok);
  json_builder_set_member_name (json, "ms");
  json_builder_add_int_value (json, ms);
  json_builder_end_object (json);
  return ok;
}

static gboolean
write_json (Tour *tour, JsonBuilder *builder)
{
  g_autofree char *path = g_build_filename (tour->out, "tour.json", NULL);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, text, -1, &error))
    return TRUE;
  g_printerr ("%s\n", error->message);
  return FALSE;
}

int
main (int argc, char **argv)
{
  Tour tour = { 0 };
  const GOptionEntry entries[] = {
    { "program", 0, 0, G_OPTION_ARG_FILENAME, &tour.program, "The program", "FILE" },
    { "iso", 0, 0, G_OPTION_ARG_FILENAME, &tour.iso, "The test guest's disc image", "FILE" },
    { "drag", 0, 0, G_OPTION_ARG_FILENAME, &tour.drag_source, "The drag source", "FILE" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Only the steps that begin with it", "PREFIX" },
    { "tap", 0, 0, G_OPTION_ARG_NONE, &tap, "Report for the test harness", NULL },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &tour.out, "Where screenshots and tour.json go", "FOLDER" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || tour.program == NULL || tour.iso == NULL
      || tour.drag_source == NULL || tour.out == NULL) {
    g_printerr ("%s\n", error != NULL ? error->message : "tour needs --program, --iso, --drag and --out");
    return 2;
  }
  setvbuf (stdout, NULL, _IOLBF, 0);
  if (tap)
    g_print ("1..%u\n", (guint) G_N_ELEMENTS (steps));
  remove_old (&tour);
  /* What stands in for a terminal is there. */
  {
    g_autofree char *path = g_strconcat (g_get_home_dir (), "/bin:", g_getenv ("PATH"), NULL);

    g_setenv ("PATH", path, TRUE);
  }
  avb_node_init ();
  g_mkdir_with_parents (tour.out, 0755);
  tour.guest = avb_guest_new ();
  tour.debian = g_getenv ("AVB_TEST_GUEST");
  tour.cloud = g_getenv ("AVB_TEST_CLOUD");
  tour.make_market = g_getenv ("AVB_MAKE_MARKETPLACE");
  json_builder_begin_array (json);
  for (guint i = 0; ok && i < G_N_ELEMENTS (steps); i++)
    ok = run_step (&tour, i + 1, &steps[i], json);
  json_builder_end_array (json);
  ok = write_json (&tour, json) && ok;
  g_printerr ("%s: %s\n", ok ? "The tour went well" : "The tour did not come to its end", tour.out);
  g_clear_pointer (&tour.driver, avb_driver_free);
  g_clear_pointer (&tour.guest, avb_guest_free);
  g_clear_pointer (&tour.disks, g_strfreev);
  g_free (only);
  g_free (tour.program);
  g_free (tour.iso);
  g_free (tour.drag_source);
  g_free (tour.out);
  return ok ? 0 : 1;
}
