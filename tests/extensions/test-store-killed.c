/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A program is killed before each step that it makes on the disk, and at each step the disk is full: what is there afterwards
 * is the old version or the new one, whole, and nothing else. The program that is killed is this one, started as
 * `test-… --do SCENARIO FOLDER MODE STEP`. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "app/extensions/avb-extension-store.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/extensions/avb-avx.h"
#include "tests/extensions/disk-steps.h"

#define ID "org.example.a"
#define SOURCE "https://market.example.org/"
#define ASKS \
  "\"platforms\":{\"linux-any\":{\"exec\":\"payload\"}},\"permissions\":[{\"id\":\"secrets\",\"optional\":true}," \
  "{\"id\":\"machines.read\",\"optional\":true}]"
/* More than any of it has. */
#define MAX_STEPS 400
/* Where a full disk is none any more there may be steps left, that can only fail later. */
#define MIN_STEPS 45

enum { EXIT_DONE, EXIT_OTHER = 3, EXIT_FULL };

typedef struct Scenario Scenario;

struct Scenario {
  const char *name;
  const char *installed[3]; /* before */
  DexFuture *(*act) (AvbExtensionStore *store, const char *folder);
  const char *before; /* (nullable): the version that runs */
  const char *after;
  gboolean    data; /* whether the extension kept something */
  gboolean    data_goes;
};

static const char *program;
static char *packages; /* folder */

static char *
dup_package (const char *version)
{
  g_autofree char *name = g_strdup_printf ("%s.avx", version);

  return g_build_filename (packages, name, NULL);
}

static GListModel *
make_granted (const char *id)
{
  GListStore *granted = g_list_store_new (AVB_TYPE_PERMISSION);
  g_autoptr (AvbPermission) permission = avb_permission_new (id, NULL, NULL, FALSE, NULL);

  g_list_store_append (granted, permission);
  return G_LIST_MODEL (granted);
}

static DexFuture *
install (AvbExtensionStore *store, const char *version)
{
  g_autofree char *path = dup_package (version);
  g_autoptr (GListModel) granted = make_granted ("secrets");
  const AvbInstallInfo info = { .source = SOURCE, .granted = granted };

  return avb_extension_store_install (store, path, &info, NULL);
}

static DexFuture *
install_first (AvbExtensionStore *store, const char *folder)
{
  return install (store, "1.0.0");
}

static DexFuture *
install_second (AvbExtensionStore *store, const char *folder)
{
  return install (store, "2.0.0");
}

static DexFuture *
install_third (AvbExtensionStore *store, const char *folder)
{
  return install (store, "3.0.0");
}

static DexFuture *
roll_back (AvbExtensionStore *store, const char *folder)
{
  return avb_extension_store_roll_back (store, ID);
}

static DexFuture *
remove_and_keep (AvbExtensionStore *store, const char *folder)
{
  return avb_extension_store_remove (store, ID, FALSE);
}

static DexFuture *
remove_all (AvbExtensionStore *store, const char *folder)
{
  return avb_extension_store_remove (store, ID, TRUE);
}

static DexFuture *
set_granted (AvbExtensionStore *store, const char *folder)
{
  g_autoptr (GListModel) granted = make_granted ("machines.read");

  return avb_extension_store_set_granted (store, ID, granted);
}

static DexFuture *
quarantine (AvbExtensionStore *store, const char *folder)
{
  return avb_extension_store_quarantine (store, ID, NULL, "Why");
}

static const Scenario scenarios[] = {
  { "first", { NULL }, install_first, NULL, "1.0.0", FALSE, FALSE },
  { "update", { "1.0.0" }, install_second, "1.0.0", "2.0.0", TRUE, FALSE },
  { "second-update", { "1.0.0", "2.0.0" }, install_third, "2.0.0", "3.0.0", FALSE, FALSE },
  { "roll-back", { "1.0.0", "2.0.0" }, roll_back, "2.0.0", "1.0.0", FALSE, FALSE },
  { "remove", { "1.0.0", "2.0.0" }, remove_and_keep, "2.0.0", NULL, TRUE, FALSE },
  { "remove-all", { "1.0.0", "2.0.0" }, remove_all, "2.0.0", NULL, TRUE, TRUE },
  { "grant", { "1.0.0", "2.0.0" }, set_granted, "2.0.0", "2.0.0", FALSE, FALSE },
  { "quarantine", { "1.0.0" }, quarantine, "1.0.0", "1.0.0", TRUE, FALSE },
};

static const Scenario *
find_scenario (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (g_str_equal (scenarios[i].name, name))
      return &scenarios[i];
  g_error ("No scenario: %s", name);
}

/* --- the program that is killed --- */

typedef struct {
  const Scenario *scenario;
  const char     *folder;
  DiskStepsMode   mode;
  guint           step;
  int             code;
} Deed;

static DexFuture *
do_fiber (gpointer data)
{
  Deed *deed = data;
  g_autofree char *root = g_build_filename (deed->folder, "extensions", NULL);
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);
  g_autoptr (GError) error = NULL;

  avb_test_await (avb_extension_store_load (store));
  /* What is read meanwhile has to do with no step. */
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
  disk_steps_begin (deed->folder, deed->mode, deed->step);
  dex_await (deed->scenario->act (store, deed->folder), &error);
  disk_steps_end ();
  if (error == NULL)
    deed->code = EXIT_DONE;
  else
    deed->code = g_error_matches (error, AVB_ERROR, AVB_ERROR_NO_SPACE) ? EXIT_FULL : EXIT_OTHER;
  if (deed->code == EXIT_OTHER)
    g_printerr ("%s, step %u: %s\n", deed->scenario->name, deed->step, error->message);
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
  return NULL;
}

/* --- what is there --- */

static void
check_version (AvbInstalled *installed, const Scenario *scenario)
{
  const char *version = avb_installed_get_version (installed);
  g_autofree char *path = g_build_filename (avb_installed_get_dir (installed), "payload", NULL);
  g_autofree char *text = NULL;

  if (g_strcmp0 (version, scenario->before) != 0 && g_strcmp0 (version, scenario->after) != 0)
    g_error ("%s: version %s", scenario->name, version);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, version);
  g_assert_cmpuint (g_list_model_get_n_items (avb_installed_get_granted (installed)), ==, 1);
  g_assert_cmpstr (avb_installed_get_source (installed), ==, SOURCE);
}

/* The folders of its versions, and no others, each whole. */
static void
check_files (const char *folder, AvbInstalled *installed)
{
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autofree char *listing = avb_avx_list (root);
  g_autoptr (GString) expected = g_string_new (".changed\n.lock");
  const char *versions[] = { avb_installed_get_version (installed), avb_installed_get_previous_version (installed) };

  if (versions[1] != NULL && strcmp (versions[0], versions[1]) > 0)
    {
      const char *swap = versions[0];

      versions[0] = versions[1];
      versions[1] = swap;
    }
  g_string_append (expected, "\n" ID "/");
  for (guint i = 0; i < 2; i++)
    if (versions[i] != NULL)
      g_string_append_printf (expected, "\n" ID "/%1$s/\n" ID "/%1$s/manifest.json\n" ID "/%1$s/payload", versions[i]);
  g_string_append (expected, "\n" ID "/current\n" ID "/state.json");
  if (strstr (listing, ".changed") == NULL)
    g_string_erase (expected, 0, strlen (".changed\n"));
  g_assert_cmpstr (listing, ==, expected->str);
}

static void
check_gone (const char *folder, const Scenario *scenario)
{
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autofree char *listing = avb_avx_list (root);

  g_assert_true (scenario->before == NULL || scenario->after == NULL);
  g_assert_null (strstr (listing, "/1.0.0"));
  g_assert_null (strstr (listing, "/2.0.0"));
  g_assert_null (strstr (listing, ".new-"));
  g_assert_null (strstr (listing, ".old-"));
  g_assert_null (strstr (listing, "state.json."));
}

static void
check_data (const char *folder, const Scenario *scenario, gboolean installed)
{
  g_autofree char *data = g_build_filename (folder, "extension-data", NULL);
  g_autofree char *listing = avb_avx_list (data);

  if (scenario->data && (!scenario->data_goes))
    g_assert_cmpstr (listing, ==, ID "/\n" ID "/kept");
  else if (scenario->data && !installed)
    g_assert_cmpstr (listing, ==, "");
  else if (*listing != '\0')
    g_assert_cmpstr (listing, ==, ID "/\n" ID "/kept");
}

/* As when the program is started the next time. Returns whether it is as before. */
static gboolean
check (const char *folder, const Scenario *scenario)
{
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);
  g_autoptr (AvbInstalled) installed = NULL;
  gboolean before;

  avb_test_await (avb_extension_store_load (store));
  installed = avb_extension_store_find (store, ID);
  if (installed != NULL)
    {
      check_version (installed, scenario);
      check_files (folder, installed);
      before = g_strcmp0 (avb_installed_get_version (installed), scenario->before) == 0;
    }
  else
    {
      check_gone (folder, scenario);
      before = scenario->before == NULL;
    }
  check_data (folder, scenario, installed != NULL);
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
  return before;
}

/* And it goes on: nothing that was left keeps from it. */
static void
try_again (const char *folder, const Scenario *scenario)
{
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);
  g_autoptr (AvbInstalled) installed = NULL;

  avb_test_await (avb_extension_store_load (store));
  if (scenario->act == quarantine)
    avb_test_await (avb_extension_store_quarantine (store, ID, NULL, NULL));
  installed = avb_test_await_object (install (store, "3.0.0"));
  g_assert_cmpstr (avb_installed_get_version (installed), ==, "3.0.0");
  check_files (folder, installed);
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
}

/* --- each step --- */

static void
prepare (const Scenario *scenario, const char *folder)
{
  g_autofree char *root = g_build_filename (folder, "extensions", NULL);
  g_autofree char *data = g_build_filename (folder, "extension-data", ID, NULL);
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);

  g_assert_no_errno (g_mkdir_with_parents (root, 0700));
  for (guint i = 0; scenario->installed[i] != NULL; i++)
    g_object_unref (avb_test_await_object (install (store, scenario->installed[i])));
  if (scenario->data)
    {
      g_assert_no_errno (g_mkdir_with_parents (data, 0700));
      g_free (avb_avx_write (data, "kept", "x", 1));
    }
}

static void
copy_folder (const char *from, const char *to)
{
  const char *arguments[] = { "cp", "-a", from, to, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

/* The exit code, or the signal as a negative number. */
static int
run_at (const Scenario *scenario, const char *folder, DiskStepsMode mode, guint step)
{
  g_autofree char *mode_text = g_strdup_printf ("%d", (int) mode);
  g_autofree char *step_text = g_strdup_printf ("%u", step);
  const char *arguments[] = { program, "--do", scenario->name, folder, mode_text, step_text, packages, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  return WIFSIGNALED (status) ? -WTERMSIG (status) : WEXITSTATUS (status);
}

/* Returns FALSE when there is no such step. */
static gboolean
try_step (const Scenario *scenario, const char *before, const char *folder, DiskStepsMode mode, guint step)
{
  int code;
  gboolean as_before;

  copy_folder (before, folder);
  code = run_at (scenario, folder, mode, step);
  if (code != EXIT_DONE && code != EXIT_FULL && !(mode == DISK_STEPS_KILL && code == -SIGKILL))
    g_error ("%s, step %u: ended with %d", scenario->name, step, code);
  as_before = check (folder, scenario);
  g_test_message ("%s, step %u: %d, %s", scenario->name, step, code, as_before ? "as before" : "done");
  /* Who says that it failed has changed nothing, and who says that it is done has done it. */
  if (code == EXIT_DONE)
    g_assert_true (!as_before || g_strcmp0 (scenario->before, scenario->after) == 0);
  if (code == EXIT_FULL)
    g_assert_true (as_before);
  try_again (folder, scenario);
  avb_test_remove_folder (folder);
  return mode == DISK_STEPS_KILL ? code == -SIGKILL : code == EXIT_FULL || step < MIN_STEPS;
}

static DiskStepsMode mode_of_test;

static DexFuture *
each_step_fiber (gpointer data)
{
  const Scenario *scenario = data;
  g_autofree char *place = avb_test_make_folder ();
  g_autofree char *before = g_build_filename (place, "before", NULL);
  g_autofree char *folder = g_build_filename (place, "now", NULL);
  guint step = 1;

  g_assert_no_errno (g_mkdir (before, 0700));
  prepare (scenario, before);
  while (try_step (scenario, before, folder, mode_of_test, step))
    g_assert_cmpuint (step++, <, MAX_STEPS);
  /* Where it is killed nowhere, it was counted wrongly. */
  g_assert_cmpuint (step, >, 3);
  avb_test_remove_folder (place);
  return NULL;
}

static void
killed_at_each_step (gconstpointer scenario)
{
  mode_of_test = DISK_STEPS_KILL;
  avb_test_run_fiber (each_step_fiber, (gpointer) scenario);
}

static void
full_from_each_step (gconstpointer scenario)
{
  mode_of_test = DISK_STEPS_FULL;
  avb_test_run_fiber (each_step_fiber, (gpointer) scenario);
}

static void
full_at_each_step (gconstpointer scenario)
{
  mode_of_test = DISK_STEPS_ONCE;
  avb_test_run_fiber (each_step_fiber, (gpointer) scenario);
}

static void
add_tests (const char *what, GTestDataFunc func, gboolean installs)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *path = g_strdup_printf ("/Avb/StoreKilled/%s/%s", what, scenarios[i].name);

      if (!installs || strstr (scenarios[i].name, "update") != NULL || g_str_equal (scenarios[i].name, "first"))
        g_test_add_data_func (path, &scenarios[i], func);
    }
}

int
main (int argc, char **argv)
{
  static const char *const versions[] = { "1.0.0", "2.0.0", "3.0.0" };
  int code;

  program = argv[0];
  if (argc == 7 && g_str_equal (argv[1], "--do"))
    {
      Deed deed = { find_scenario (argv[2]), argv[3], (DiskStepsMode) atoi (argv[4]), (guint) atoi (argv[5]), EXIT_OTHER };

      packages = argv[6];
      argc = 1;
      avb_test_init (&argc, &argv);
      avb_test_run_fiber (do_fiber, &deed);
      return deed.code;
    }
  avb_test_init (&argc, &argv);
  packages = avb_test_make_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.avx", versions[i]);

      g_free (avb_avx_make (packages, name, ID, versions[i], ASKS, versions[i]));
    }
  add_tests ("killed", killed_at_each_step, FALSE);
  add_tests ("full", full_from_each_step, TRUE);
  add_tests ("full-once", full_at_each_step, TRUE);
  code = g_test_run ();
  avb_test_remove_folder (packages);
  g_free (packages);
  return code;
}
