/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is asked while a machine of real QEMU has a disk that an extension serves: before the program closes, and before the
 * extension stops. */

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "avb-extension-rig.h"
#include "tests/avb-boot-sector.h"
#include "tests/backends/avb-session-test.h"
#include "ui/avb-closing.h"

#define ID "org.alphavbox.nbdkit-disks"

typedef struct {
  ExtensionRig    rig;
  AvbMachine     *machine;
  AvbServedDisks *disks; /* borrowed */
  char           *serial;
} Served;

/* How often the machine started from its disk. */
static guint
count_starts (Served *self)
{
  g_autofree char *text = NULL;
  guint count = 0;

  if (!g_file_get_contents (self->serial, &text, NULL, NULL))
    return 0;
  for (const char *found = text; (found = strstr (found, "started")) != NULL; found++)
    count++;
  return count;
}

static DexFuture *
set_up_fiber (gpointer data)
{
  Served *self = data;
  AvbExtensionHost *host = avb_extension_set_get_host (self->rig.set);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("served", NULL);
  g_autoptr (AvbExtension) extension = avb_extension_host_find (host, ID);
  g_autoptr (AvbContribution) target =
      avb_contributions_find (avb_extension_host_get_contributions (host), AVB_CONTRIBUTION_STORAGE, ID, "nbdkit");
  g_autofree char *folder = g_build_filename (avb_extension_get_data_dir (extension), "images", NULL);
  g_autofree char *image = g_build_filename (folder, "boot.img", NULL);
  g_autoptr (AvbMachine) created = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  self->serial = g_build_filename (avb_extension_get_data_dir (extension), "serial.log", NULL);
  avb_machine_spec_set_serial (spec, self->serial);
  avb_test_write_boot_sector (image, "started");
  created = avb_test_await_object (avb_connection_create_machine (self->rig.ui.connection, spec));
  avb_test_until_true ((self->machine = avb_ui_test_machine (&self->rig.ui, "served")) != NULL);
  g_object_ref (self->machine);
  avb_test_await (avb_served_disks_add (self->disks, self->machine, target, "file:boot.img", NULL, TRUE, TRUE));
  avb_test_await (avb_machine_start (self->machine));
  avb_test_until_true (avb_served_disks_count (self->disks, ID) == 1);
  return NULL;
}

static void
set_up (Served *self, gconstpointer data)
{
  AvbMarketplaceSetup setup = { 0 }; /* the program's own marketplace */

  self->rig.uri = "qemu:///session";
  extension_rig_set_up_at (&self->rig, &setup);
  extension_rig_install (&self->rig, ID);
  self->disks = avb_extension_set_get_served_disks (self->rig.set);
  avb_test_run_fiber (set_up_fiber, self);
}

static DexFuture *
tear_down_fiber (gpointer data)
{
  Served *self = data;

  if (avb_machine_can_force_off (self->machine))
    avb_test_await (avb_machine_force_off (self->machine));
  avb_test_until_true (avb_machine_can_delete (self->machine));
  avb_test_await (avb_machine_delete (self->machine, AVB_DELETE_DISKS));
  return NULL;
}

static void
tear_down (Served *self, gconstpointer data)
{
  avb_test_run_fiber (tear_down_fiber, self);
  g_clear_object (&self->machine);
  g_free (self->serial);
  extension_rig_tear_down (&self->rig);
}

#define wait_for_text(self, text) avb_test_until_true (avb_ui_find_text ((self)->rig.root, (text)) != NULL)

/* Once it is there, and the one before it is not. */
static void
answer (Served *self, const char *question, const char *response)
{
  AdwDialog *dialog;

  wait_for_text (self, question);
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->rig.root));
  avb_ui_check_names (GTK_WIDGET (dialog));
  avb_ui_click (GTK_WIDGET (dialog), response);
  avb_test_until_true (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->rig.root)) != dialog);
}

/* --- closing --- */

typedef enum {
  ASKED,
  STAYS,
  GOES,
} Outcome;

static void
closed_cb (gboolean go_on, gpointer data)
{
  Outcome *outcome = data;

  *outcome = go_on ? GOES : STAYS;
}

static Outcome
close_with (Served *self, const char *response)
{
  Outcome outcome = ASKED;

  avb_closing_run (self->rig.root, self->rig.ui.library, self->disks, FALSE, closed_cb, &outcome);
  wait_for_text (self, "1 machine has a disk that an extension serves.");
  answer (self, "Close While Disks Are Served?", response);
  avb_test_until_true (outcome != ASKED);
  return outcome;
}

static void
test_closing (Served *self, gconstpointer data)
{
  Outcome outcome = ASKED;

  g_assert_cmpint (close_with (self, "Keep Open"), ==, STAYS);
  g_assert_cmpint (avb_machine_get_state (self->machine), ==, AVB_MACHINE_RUNNING);
  g_assert_cmpint (close_with (self, "Close Anyway"), ==, GOES);
  g_assert_cmpint (avb_machine_get_state (self->machine), ==, AVB_MACHINE_RUNNING);
  g_assert_cmpint (close_with (self, "Save All Machines and Close"), ==, GOES);
  avb_test_until_true (avb_machine_get_state (self->machine) == AVB_MACHINE_SAVED);

  /* Nothing is served any more: nothing is asked. */
  avb_test_until_true (avb_served_disks_count (self->disks, NULL) == 0);
  avb_closing_run (self->rig.root, self->rig.ui.library, self->disks, FALSE, closed_cb, &outcome);
  avb_test_until_true (outcome == GOES);
}

/* --- stopping --- */

static DexFuture *
reset_fiber (gpointer machine)
{
  avb_test_await (avb_machine_reset (machine));
  return NULL;
}

static void
test_stopping (Served *self, gconstpointer data)
{
  AvbInstalled *installed = extension_rig_installed (&self->rig, ID);
  GtkWidget *page;

  avb_test_until_true (count_starts (self) == 1);
  extension_rig_open (&self->rig, ID);
  avb_test_until_true ((page = avb_ui_find_button (self->rig.root, "Remove…")) != NULL);
  gtk_widget_activate_action (page, "extension.enabled", NULL);
  wait_for_text (self, "1 machine that runs has a disk from there.");
  answer (self, "A Disk Is in Use", "Cancel");
  g_assert_true (avb_installed_get_enabled (installed));

  avb_ui_click (self->rig.root, "Remove…");
  answer (self, "Remove “nbdkit Disks”?", "Remove");
  answer (self, "A Disk Is in Use", "Cancel");
  g_assert_true (extension_rig_installed (&self->rig, ID) == installed);
  g_assert_cmpuint (avb_served_disks_count (self->disks, ID), ==, 1);

  gtk_widget_activate_action (page, "extension.enabled", NULL);
  answer (self, "A Disk Is in Use", "Switch Off");
  wait_for_text (self, "Switched Off");
  g_assert_false (avb_installed_get_enabled (installed));
  /* It stands still at most: nobody ended it. */
  g_assert_true (avb_machine_can_force_off (self->machine));

  avb_ui_click (self->rig.root, "Switch On");
  avb_test_until_true (avb_installed_get_enabled (installed));
  avb_test_until_true (avb_served_disks_count (self->disks, ID) == 1);
  /* And it waits for its disk, which may not be served again yet. */
  avb_test_run_fiber (reset_fiber, self->machine);
  avb_test_until_true (count_starts (self) == 2);
}

/* --- a server that dies --- */

/* 0: there is no such process */
static int
parent_of (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  const char *end;
  int parent = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (end = strrchr (text, ')')) == NULL)
    return 0;
  return sscanf (end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static gboolean
is_ours (int pid)
{
  while (pid > 1 && pid != getpid ())
    pid = parent_of (pid);
  return pid == getpid ();
}

/* The nbdkit that an extension of this program started; 0: none */
static int
find_server (void)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "comm", NULL);
      g_autofree char *text = NULL;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &text, NULL, NULL) && g_str_has_prefix (text, "nbdkit") &&
          is_ours (atoi (name)))
        return atoi (name);
    }
  return 0;
}

static void
test_crashed (Served *self, gconstpointer data)
{
  int first, second;

  avb_test_until_true (count_starts (self) == 1);
  first = find_server ();
  g_assert_cmpint (first, >, 0);
  g_assert_no_errno (kill (first, SIGKILL));
  avb_test_until_true ((second = find_server ()) != 0 && second != first);
  /* The machine has its disk again, without anybody's doing. */
  avb_test_run_fiber (reset_fiber, self->machine);
  avb_test_until_true (count_starts (self) == 2);
  g_assert_cmpuint (avb_served_disks_count (self->disks, ID), ==, 1);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add ("/Avb/ServedDisks/closing", Served, NULL, set_up, test_closing, tear_down);
  g_test_add ("/Avb/ServedDisks/stopping", Served, NULL, set_up, test_stopping, tear_down);
  g_test_add ("/Avb/ServedDisks/crashed", Served, NULL, set_up, test_crashed, tear_down);
  return g_test_run ();
}
