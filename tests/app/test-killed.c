/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The program, libvirtd and QEMU are killed at every step of making a machine: what is there afterwards, once the program
 * was started again, is a whole machine or nothing. The program that is killed is this one, started as
 * `test-killed --make SCENARIO FOLDER`. Run in tests/tools/with-home. */

#include "config.h"

#include <glib/gstdio.h>
#include <glob.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/avb-draft.h"
#include "app/avb-export.h"
#include "app/avb-leftovers.h"
#include "backends/avb-error.h"
#include "backends/avb-machine-clone.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define MIB (1024 * 1024)
#define ORIGINAL "Original"
#define CLONE "Clone"

static char *folder;
static const char *program;

typedef struct {
  const char *name;
  const char *file; /* (nullable): of what a machine is made; NULL: it is a clone */
  gboolean    linked;
} Scenario;

static const Scenario scenarios[] = {
  { "iso", "disc.iso", FALSE },      { "image", "disk.vmdk", FALSE }, { "ova", "web.ova", FALSE },
  { "packed", "disk.qcow2.zst", FALSE }, { "clone", NULL, FALSE },        { "linked", NULL, TRUE },
};

static const Scenario exporting = { "export", NULL, FALSE };

/* What is seen from outside when a step begins. */
typedef enum { AT_BEGIN, AT_UNPACKING, AT_PART, AT_VOLUME, AT_DEFINED, AT_RUNNING } Step;

typedef struct {
  Step  step;
  guint ms; /* later */
} Moment;

static const Moment moments[] = {
  { AT_BEGIN, 0 },  { AT_BEGIN, 15 },  { AT_UNPACKING, 3 }, { AT_PART, 0 },    { AT_PART, 40 },   { AT_VOLUME, 0 },
  { AT_VOLUME, 2 }, { AT_VOLUME, 12 }, { AT_DEFINED, 0 },   { AT_DEFINED, 5 }, { AT_RUNNING, 0 },
};

static AvbLibrary *
make_library (AvbConnection **connection)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  AvbLibrary *library = avb_library_new (backends);

  *connection = avb_library_open (library, "qemu:///session", NULL);
  g_assert_nonnull (*connection);
  avb_test_until_true (avb_connection_get_link (*connection) == AVB_LINK_UP);
  return library;
}

static AvbMachine *
find_machine (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

static AvbDraft *
make_draft (AvbLibrary *library, AvbConnection *connection, const char *name)
{
  g_autofree char *path = avb_fixture_path (folder, name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (AvbMedium) medium = avb_test_await_object (avb_medium_inspect (file));
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));

  avb_machine_spec_set_cpus (avb_draft_get_spec (draft), 1);
  avb_machine_spec_set_memory_mib (avb_draft_get_spec (draft), 64);
  avb_machine_spec_set_accelerated (avb_draft_get_spec (draft), FALSE);
  return draft;
}

static DexFuture *
begin (const Scenario *scenario, AvbLibrary *library, AvbConnection *connection, gboolean start)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Making");
  AvbCloneSpec clone = { .name = CLONE, .linked = scenario->linked };
  g_autoptr (AvbMachine) original = NULL;
  g_autoptr (AvbDraft) draft = NULL;

  if (scenario->file != NULL)
    {
      draft = make_draft (library, connection, scenario->file);
      return avb_draft_create (draft, operation, start);
    }
  original = find_machine (connection, ORIGINAL);
  g_assert_nonnull (original);
  return avb_machine_clone (original, &clone, operation);
}

/* --- the program that is killed --- */

static DexFuture *
make_fiber (gpointer data)
{
  const Scenario *scenario = data;
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  DexFuture *making = begin (scenario, library, connection, TRUE);
  g_autoptr (AvbMachine) machine = NULL;

  g_assert_cmpint (write (STDOUT_FILENO, "!", 1), ==, 1);
  machine = avb_test_await_object (making);
  if (scenario->file == NULL)
    avb_test_await (avb_machine_start (machine));
  for (;;)
    avb_test_pass_time ();
  return NULL;
}

static char *
dup_export_folder (void)
{
  return avb_fixture_path (folder, "exports");
}

static DexFuture *
export_fiber (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  g_autoptr (AvbMachine) original = find_machine (connection, ORIGINAL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Exporting");
  g_autofree char *where = dup_export_folder ();
  DexFuture *exporting = avb_export_machine (original, AVB_EXPORT_OVA, where, TRUE, NULL, operation);

  g_assert_cmpint (write (STDOUT_FILENO, "!", 1), ==, 1);
  g_free (avb_test_await_string (exporting));
  for (;;)
    avb_test_pass_time ();
  return NULL;
}

static int
make (const char *name)
{
  if (g_str_equal (name, exporting.name))
    avb_test_run_fiber (export_fiber, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (g_str_equal (scenarios[i].name, name))
      avb_test_run_fiber (make_fiber, (gpointer) &scenarios[i]);
  return 1;
}

/* --- what is there --- */

static char *
dup_disks_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
}

static guint
count_files (const char *parent, const char *pattern)
{
  g_autofree char *path = g_build_filename (parent, pattern, NULL);
  glob_t found = { 0 };
  guint n;

  glob (path, GLOB_PERIOD, NULL, &found);
  n = (guint) found.gl_pathc;
  globfree (&found);
  return n;
}

static guint
count_step (Step step)
{
  g_autofree char *disks = dup_disks_folder ();

  switch (step)
    {
    case AT_UNPACKING:
      return count_files (g_get_user_cache_dir (), "alpha-vbox/unpacked/unpacked-*");
    case AT_PART:
      return count_files (disks, ".volume.*.part");
    case AT_VOLUME:
      return count_files (disks, "[!.]*");
    case AT_DEFINED:
      return count_files (g_get_user_config_dir (), "libvirt/qemu/*.xml");
    case AT_RUNNING:
      return count_files (g_get_user_runtime_dir (), "libvirt/qemu/run/*.pid");
    case AT_BEGIN:
    default:
      return 1;
    }
}

static guint
count_claims (void)
{
  return count_files (g_get_user_state_dir (), "alpha-vbox/making/claim-*");
}

/* Children of a program that was killed: the broken pipe ends them. */
static gboolean
no_tool_runs (gpointer data)
{
  g_autofree char *disks = dup_disks_folder ();
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *entry;

  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", entry, "cmdline", NULL);
      g_autofree char *text = NULL;
      gsize length = 0;

      if (!g_ascii_isdigit (*entry) || !g_file_get_contents (path, &text, &length, NULL))
        continue;
      for (gsize i = 0; i < length; i++)
        if (text[i] == '\0')
          text[i] = ' ';
      if (g_str_has_prefix (text, "qemu-img ") && strstr (text, disks) != NULL)
        return FALSE;
    }
  return TRUE;
}

/* What definitions name; all of it is there, and whole. */
static GHashTable *
find_used (AvbConnection *connection)
{
  GListModel *machines = avb_connection_get_machines (connection);
  GHashTable *used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);
      g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
      GPtrArray *disks = avb_machine_spec_get_disks (spec);

      for (guint j = 0; j < disks->len; j++)
        {
          const AvbDiskSpec *disk = disks->pdata[j];

          if (disk->path == NULL)
            continue;
          g_assert_true (g_file_test (disk->path, G_FILE_TEST_IS_REGULAR));
          if (g_str_equal (disk->format, "qcow2"))
            avb_fixture_run ("qemu-img", "check", "-q", "-U", "-f", "qcow2", disk->path, NULL);
          g_hash_table_add (used, g_path_get_basename (disk->path));
        }
    }
  return used;
}

static void
assert_all_is_used (AvbConnection *connection)
{
  g_autoptr (GHashTable) used = find_used (connection);
  g_autofree char *disks = dup_disks_folder ();
  g_autofree char *variables = g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", "nvram", NULL);
  g_autoptr (GDir) dir = g_dir_open (disks, 0, NULL);
  g_autoptr (GDir) nvram = g_dir_open (variables, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!g_hash_table_contains (used, name))
      g_error ("“%s” was left", name);
  while (nvram != NULL && (name = g_dir_read_name (nvram)) != NULL)
    {
      g_autofree char *owner = g_strdup (name);
      g_autoptr (AvbMachine) machine = NULL;

      g_assert_true (g_str_has_suffix (name, "_VARS.fd"));
      owner[strlen (owner) - strlen ("_VARS.fd")] = '\0';
      machine = find_machine (connection, owner);
      g_assert_nonnull (machine);
    }
}

static void
assert_no_scratch (void)
{
  g_assert_cmpuint (count_step (AT_PART), ==, 0);
  g_assert_cmpuint (count_step (AT_UNPACKING), ==, 0);
  g_assert_cmpuint (count_files (g_get_user_cache_dir (), "alpha-vbox/install-*"), ==, 0);
  g_assert_cmpuint (count_claims (), ==, 0);
}

/* A clone starts with the variables of its original. */
static void
assert_clone_is_whole (AvbMachine *machine)
{
  g_autofree char *parent = g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", "nvram", NULL);
  g_autofree char *from = avb_fixture_path (parent, ORIGINAL "_VARS.fd");
  g_autofree char *to = avb_fixture_path (parent, CLONE "_VARS.fd");

  if (avb_machine_get_state (machine) == AVB_MACHINE_OFF)
    avb_fixture_run ("cmp", from, to, NULL);
}

static void
switch_off (AvbMachine *machine)
{
  avb_test_until_true (avb_machine_can_force_off (machine));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
}

/* It starts, and goes as a whole. */
static void
use_and_delete (AvbConnection *connection, AvbMachine *machine)
{
  avb_test_until_true (avb_machine_get_available (machine));
  if (avb_machine_can_start (machine))
    avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  switch_off (machine);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

static gboolean
only_original_is_there (AvbConnection *connection)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), ORIGINAL) != 0)
        return FALSE;
    }
  return TRUE;
}

/* As when the program is started the next time. Returns whether there is a machine. */
static gboolean
start_again (const Scenario *scenario)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = NULL;
  GListModel *machines;
  gboolean there = FALSE;

  avb_test_until (no_tool_runs, NULL);
  library = make_library (&connection);
  machines = avb_connection_get_machines (connection);
  avb_test_await (avb_leftovers_clean_up ());
  avb_test_until_true (count_claims () == 0);
  /* The list follows by events. */
  avb_test_until_true (g_list_model_get_n_items (machines) == count_step (AT_DEFINED));
  assert_no_scratch ();
  assert_all_is_used (connection);
  for (guint i = g_list_model_get_n_items (machines); i > 0; i--)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i - 1);

      if (g_strcmp0 (avb_machine_get_name (machine), ORIGINAL) == 0)
        continue;
      there = TRUE;
      if (scenario->file == NULL)
        assert_clone_is_whole (machine);
      use_and_delete (connection, machine);
    }
  avb_test_until_true (only_original_is_there (connection));
  assert_all_is_used (connection);
  return there;
}

/* --- killing the program --- */

static GPid
spawn_maker (const Scenario *scenario, int *output)
{
  const char *arguments[] = { program, "--make", scenario->name, folder, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  char mark;

  g_spawn_async_with_pipes (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, output,
                            NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (*output, &mark, 1), ==, 1);
  return pid;
}

/* Sleeps: a look at the main loop would be too late. A step that was over before it was looked at is past. */
static void
await_step (const Moment *moment, guint before, GPid pid)
{
  const gint64 end = g_get_monotonic_time () + AVB_TEST_TIMEOUT * G_USEC_PER_SEC;
  const guint running = count_step (AT_RUNNING);

  while (moment->step != AT_BEGIN && count_step (moment->step) <= before && count_step (AT_RUNNING) <= running)
    {
      if (waitpid (pid, NULL, WNOHANG) != 0)
        g_error ("The program ended before step %d", moment->step);
      if (g_get_monotonic_time () > end)
        g_error ("Step %d never came", moment->step);
      g_usleep (100);
    }
  g_usleep (moment->ms * 1000);
}

static gboolean
has_step (const Scenario *scenario, Step step)
{
  return step != AT_UNPACKING || g_strcmp0 (scenario->name, "packed") == 0;
}

static void
kill_at (const Scenario *scenario, const Moment *moment)
{
  guint before = count_step (moment->step);
  int output;
  GPid pid = spawn_maker (scenario, &output);
  gboolean there;

  await_step (moment, before, pid);
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  close (output);
  there = start_again (scenario);
  g_test_message ("%s, step %d + %u ms: %s", scenario->name, moment->step, moment->ms, there ? "whole" : "gone");
  if (moment->step == AT_RUNNING)
    g_assert_true (there);
}

static DexFuture *
program_fiber (gpointer data)
{
  const Scenario *scenario = data;

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    if (has_step (scenario, moments[i].step))
      kill_at (scenario, &moments[i]);
  return NULL;
}

static void
program_is_killed (gconstpointer scenario)
{
  avb_test_run_fiber (program_fiber, (gpointer) scenario);
}

/* A whole file or none; of a file of tar, that it has its end is enough. */
static DexFuture *
export_is_killed (gpointer data)
{
  static const guint delays[] = { 0, 20, 60, 150, 300, 600, 1200, 2400 };
  g_autofree char *where = dup_export_folder ();
  g_autofree char *file = avb_fixture_path (where, ORIGINAL ".ova");

  g_assert_no_errno (g_mkdir (where, 0700));
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      int output;
      GPid pid = spawn_maker (&exporting, &output);
      gboolean there;

      g_usleep (delays[i] * 1000);
      g_assert_no_errno (kill (pid, SIGKILL));
      g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
      close (output);
      avb_test_await (avb_leftovers_clean_up ());
      there = g_file_test (file, G_FILE_TEST_EXISTS);
      g_test_message ("export + %u ms: %s", delays[i], there ? "whole" : "gone");
      g_assert_cmpuint (count_files (where, "*"), ==, 2 + there); /* with . and .. */
      if (there)
        avb_fixture_run ("tar", "-tf", file, NULL);
      if (there)
        g_assert_no_errno (g_unlink (file));
      g_assert_cmpuint (count_files (g_get_user_cache_dir (), "alpha-vbox/exports/?*[!.]"), ==, 0);
    }
  avb_test_remove_folder (where);
  return NULL;
}

/* --- killing the others --- */

/* At the times of all moments of a scenario; a creation that failed has said why. */
static DexFuture *
daemon_fiber (gpointer data)
{
  static const guint delays[] = { 0, 40, 100, 200, 400 };
  const Scenario *scenario = data;

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      AvbConnection *connection;
      g_autoptr (AvbLibrary) library = make_library (&connection);
      DexFuture *making = begin (scenario, library, connection, FALSE);
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (GError) error = NULL;

      dex_await (dex_timeout_new_msec ((int) delays[i]), NULL);
      avb_session_test_kill_daemon ();
      machine = dex_await_object (making, &error);
      g_assert_true (machine != NULL || error->domain == AVB_ERROR);
      /* Both know of it in their time. */
      avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
      avb_test_until_true (machine != NULL || count_claims () == 0);
      g_test_message ("%s + %u ms: %s", scenario->name, delays[i], machine != NULL ? "whole" : error->message);
      g_clear_object (&machine);
      g_clear_object (&library);
      start_again (scenario);
    }
  return NULL;
}

static void
daemon_is_killed (gconstpointer scenario)
{
  avb_test_run_fiber (daemon_fiber, (gpointer) scenario);
}

/* The very moment its number is known. */
static DexFuture *
qemu_fiber (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);

  for (guint i = 0; i < 4; i++)
    {
      const guint before = count_step (AT_RUNNING);
      DexFuture *making = begin (&scenarios[1], library, connection, TRUE);
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (GError) error = NULL;
      GListModel *machines = avb_connection_get_machines (connection);

      while (count_step (AT_RUNNING) <= before)
        avb_test_pass_time ();
      dex_await (dex_timeout_new_msec ((int) i * 20), NULL);
      kill (avb_session_test_qemu_pid ("disk"), SIGKILL);
      machine = dex_await_object (making, &error);
      g_assert_true (machine != NULL || error->domain == AVB_ERROR);
      /* Defined is defined: it can be started once more. */
      avb_test_until_true (g_list_model_get_n_items (machines) == 2);
      g_clear_object (&machine);
      machine = find_machine (connection, "disk");
      avb_test_until_true (avb_machine_can_start (machine));
      assert_all_is_used (connection);
      use_and_delete (connection, machine);
      avb_test_until_true (only_original_is_there (connection));
      assert_all_is_used (connection);
    }
  return NULL;
}

/* --- no space --- */

static DexFuture *
space_fiber (gpointer data)
{
  static const guint64 limits[] = { 4096, MIB, 16 * MIB };
  const Scenario *scenario = data;
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  struct rlimit before;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      /* Files that may not grow further are to who writes them what a full disk is. */
      const struct rlimit small = { limits[i], before.rlim_max };
      DexFuture *making = begin (scenario, library, connection, FALSE);
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbMachine) machine = NULL;

      g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
      machine = dex_await_object (making, &error);
      g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NO_SPACE);
      g_assert_true (only_original_is_there (connection));
      assert_no_scratch ();
      assert_all_is_used (connection);
    }
  return NULL;
}

static void
no_space_leaves_nothing (gconstpointer scenario)
{
  avb_test_run_fiber (space_fiber, (gpointer) scenario);
}

/* --- what is not removed --- */

static char *
write_claim (const char *name, const char *text)
{
  g_autofree char *parent = g_build_filename (g_get_user_state_dir (), "alpha-vbox", "making", NULL);

  g_assert_no_errno (g_mkdir_with_parents (parent, 0700));
  return avb_fixture_write (parent, name, text, -1);
}

static char *
describe (const char *path)
{
  struct stat info;

  g_assert_no_errno (stat (path, &info));
  return g_strdup_printf ("volume %lu %ld %ld %ld %s\n", (gulong) info.st_ino, (glong) info.st_size,
                          (glong) info.st_mtim.tv_sec, (glong) info.st_mtim.tv_nsec, path);
}

/* Somebody's by now, in use, elsewhere, or in the hands of a program that lives. */
static DexFuture *
others_stay (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = NULL;
  g_autofree char *disks = dup_disks_folder ();
  g_autofree char *abandoned = avb_fixture_write (disks, "abandoned.qcow2", "a", 1);
  g_autofree char *written = avb_fixture_write (disks, "written.qcow2", "w", 1);
  g_autofree char *elsewhere = avb_fixture_write (folder, "elsewhere.qcow2", "e", 1);
  g_autofree char *alive = avb_fixture_write (disks, "alive.qcow2", "l", 1);
  g_autofree char *original = g_build_filename (disks, ORIGINAL ".qcow2", NULL);
  g_autofree char *no_part = g_strdup_printf ("part %s\n", written);
  const char *paths[] = { abandoned, written, elsewhere, alive, original };
  g_autofree char *live_claim = NULL;
  g_autofd int lock = -1;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *name = g_strdup_printf ("claim-%u", i);
      g_autofree char *line = describe (paths[i]);
      g_autofree char *file = write_claim (name, line);

      if (paths[i] == alive)
        {
          live_claim = g_strdup (file);
          lock = open (file, O_RDONLY | O_CLOEXEC);
          g_assert_no_errno (flock (lock, LOCK_EX));
        }
    }
  g_free (write_claim ("claim-x", "volume 1 2 3 4 /etc/passwd\npart ../../up\nmachine none\nvolume 9\n\xff\n"));
  g_free (write_claim ("claim-y", no_part));
  g_free (avb_fixture_write (disks, "written.qcow2", "more", 4));
  library = make_library (&connection);
  avb_test_until_true (count_claims () == 1);
  g_assert_false (g_file_test (abandoned, G_FILE_TEST_EXISTS));
  for (guint i = 1; i < G_N_ELEMENTS (paths); i++)
    g_assert_true (g_file_test (paths[i], G_FILE_TEST_EXISTS));
  g_assert_no_errno (g_unlink (live_claim));
  g_assert_no_errno (g_unlink (written));
  g_assert_no_errno (g_unlink (alive));
  return NULL;
}

/* Of installers; one whose program is alive, or was made just now, stays. */
static DexFuture *
scratch_goes (gpointer data)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", NULL);
  g_autofree char *own = g_strdup_printf ("install-%d-abcdef", (int) getpid ());
  g_autofree char *alive = g_build_filename (cache, own, NULL);
  g_autofree char *dead = NULL;
  g_autofree char *name = NULL;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  name = g_strdup_printf ("install-%d-abcdef", (int) pid);
  dead = g_build_filename (cache, name, NULL);
  g_assert_no_errno (g_mkdir_with_parents (alive, 0700));
  g_assert_no_errno (g_mkdir_with_parents (dead, 0700));
  g_free (avb_fixture_write (dead, "kernel", "half", 4));
  avb_test_await (avb_leftovers_clean_up ());
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
  g_assert_no_errno (g_rmdir (alive));
  return NULL;
}

/* --- fixtures --- */

static void
run_in_folder (const char *command)
{
  const char *arguments[] = { "/bin/sh", "-ec", command, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static void
make_media (void)
{
  g_autofree char *source = g_build_filename (g_getenv ("AVB_OVF"), "virtualbox.ovf", NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_free (avb_fixture_make_iso (folder, "disc.iso", "KILLED", TRUE));
  g_assert_true (g_file_get_contents (source, &text, &length, NULL));
  g_free (avb_fixture_write (folder, "web.ovf", text, length));
  run_in_folder ("head -c 64M /dev/urandom > disk.raw; qemu-img convert -O vmdk disk.raw disk.vmdk; "
                 "qemu-img convert -O vmdk -o subformat=streamOptimized disk.raw web-disk001.vmdk; "
                 "tar --format=ustar -cf web.ova web.ovf web-disk001.vmdk; "
                 "qemu-img convert -O qcow2 disk.raw disk.qcow2; zstd -qkf disk.qcow2");
}

/* With firmware that keeps variables, which are there since it ran. */
static DexFuture *
make_original (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  g_autofree char *source = avb_fixture_path (folder, "disk.qcow2");
  AvbVolumeSpec volume = { .name = ORIGINAL, .format = "qcow2", .source = source, .source_format = "qcow2" };
  g_autoptr (AvbOperation) operation = avb_operation_new ("Making");
  g_autofree char *disk = avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (ORIGINAL, disk);
  g_autoptr (AvbMachine) machine = NULL;

  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  switch_off (machine);
  avb_test_await (avb_machine_set_template (machine, TRUE));
  return NULL;
}

static void
prepare (void)
{
  make_media ();
  avb_test_run_fiber (make_original, NULL);
}

static void
add_scenario (const char *what, const Scenario *scenario, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/Avb/Killed/%s/%s", what, scenario->name);

  g_test_add_data_func (path, scenario, func);
}

int
main (int argc, char **argv)
{
  int code;

  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--make"))
    {
      int none = 1;

      folder = g_strdup (argv[3]);
      avb_test_init (&none, &argv);
      return make (argv[2]);
    }
  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  prepare ();
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    add_scenario ("program", &scenarios[i], program_is_killed);
  for (guint i = 2; i < G_N_ELEMENTS (scenarios); i++)
    add_scenario ("daemon", &scenarios[i], daemon_is_killed);
  for (guint i = 1; i < G_N_ELEMENTS (scenarios) - 1; i++)
    add_scenario ("no-space", &scenarios[i], no_space_leaves_nothing);
  avb_test_add_fiber ("/Avb/Killed/export", export_is_killed);
  avb_test_add_fiber ("/Avb/Killed/qemu", qemu_fiber);
  avb_test_add_fiber ("/Avb/Killed/others-stay", others_stay);
  avb_test_add_fiber ("/Avb/Killed/scratch-goes", scratch_goes);
  code = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return code;
}
