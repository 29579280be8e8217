/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * A disc image becomes a machine that runs. Ours: its file is dropped on the window and one button is clicked.
 * virt-install: one command. Boxes: its file is handed to the window that is open, as a file manager does
 * (“Open With”), and one button is clicked. Hands cost no time here: a button is clicked, through the accessibility
 * bus, as soon as it can be. Time goes from the moment when the file, or the command, is there to the moment when
 * libvirt tells another client that the machine runs.
 */

#include "config.h"

#include "avb-driver.h"
#include "avb-peer.h"
#include "avb-tree.h"
#include "create-bench.h"

#include <string.h>

#define BUTTON "button|push button|toggle button"
#define SECONDS 60
#define LOOK_MICROSECONDS 10000
/* “New”, the row of a file, the file in the chooser, “Open”, “Create”: seen in Boxes 48. */
#define BOXES_CLICKS 5

typedef struct {
  double ready;   /* s until the button can be clicked; 0: there is none */
  double running; /* s until the machine runs; 0: it does not */
  guint  actions; /* of a person */
} Turn;

typedef struct {
  GArray *ready, *running, *actions;
} Turns;

typedef struct {
  CreateBench    *bench;
  CreateMachines *machines;
  AvbTree        *tree;
  char           *type; /* (nullable): "kvm" or "qemu", of our machine: the others get the same */
  char           *boxes_complaint; /* (nullable): why Boxes started nothing */
  Turns           ours, install, boxes;
} Drop;

static void
turns_init (Turns *turns)
{
  turns->ready = create_values_new ();
  turns->running = create_values_new ();
  turns->actions = create_values_new ();
}

static void
turns_clear (Turns *turns)
{
  g_array_unref (turns->ready);
  g_array_unref (turns->running);
  g_array_unref (turns->actions);
}

static void
turns_add (Turns *turns, guint run, const Turn *turn)
{
  if (turn->ready > 0)
    create_values_add (turns->ready, run, turn->ready);
  if (turn->running > 0)
    create_values_add (turns->running, run, turn->running);
  create_values_add (turns->actions, run, turn->actions);
}

static gboolean
fail (GError **error, const char *message)
{
  if (error == NULL || *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  return FALSE;
}

/* 0: it did not in time, or @complaint, a glob, was shown by the program. */
static double
wait_until_running (Drop *self, gint64 begin, GPid pid, const char *complaint)
{
  for (guint i = 0; create_seconds_since (begin) < SECONDS; i++)
    {
      if (create_machines_is_running (self->machines))
        return create_seconds_since (begin);
      if (complaint != NULL && i % 50 == 49)
        {
          g_autoptr (GVariant) label = avb_tree_find (self->tree, pid, NULL, complaint);

          if (label != NULL)
            {
              g_free (self->boxes_complaint);
              self->boxes_complaint = avb_tree_dup_name (self->tree, label);
              return 0;
            }
        }
      g_usleep (LOOK_MICROSECONDS);
    }
  return 0;
}

static gboolean
is_open (Drop *self, AvbDriver *driver, const char *button, GError **error)
{
  g_autoptr (GVariant) node = avb_tree_wait (self->tree, driver->pid, BUTTON, button, SECONDS);

  if (node == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "A window does not show its button “%s”", button);
      return FALSE;
    }
  avb_driver_settle (driver, SECONDS);
  return TRUE;
}

static gboolean
drop_and_click (Drop *self, AvbDriver *driver, Turn *turn, GError **error)
{
  AvbArea target = driver->area;
  g_autoptr (GVariant) button = NULL;

  /* Right of the sidebar */
  target.x += target.width / 3;
  target.width -= target.width / 3;
  if (!avb_driver_drop_file (driver, self->bench->drag_source, self->bench->iso, &target, error))
    return FALSE;
  turn->actions++;
  button = avb_tree_wait (self->tree, driver->pid, BUTTON, "Create and Start", SECONDS);
  if (button == NULL)
    return fail (error, "The sheet for a new machine did not come up");
  turn->ready = create_seconds_since (driver->dropped);
  if (!avb_tree_click (self->tree, button))
    return fail (error, "“Create and Start” can't be clicked");
  turn->actions++;
  turn->running = wait_until_running (self, driver->dropped, driver->pid, NULL);
  return turn->running > 0 || fail (error, "Our machine does not run");
}

static gboolean
run_ours (Drop *self, Turn *turn, GError **error)
{
  const char *argv[] = { self->bench->program, NULL };
  const AvbArea area = { 0, 0, 1280, 800 };
  g_autoptr (AvbDriver) driver = avb_driver_new (argv, &area, error);
  gboolean ok;

  if (driver == NULL || !is_open (self, driver, "New Machine*", error))
    return FALSE;
  ok = drop_and_click (self, driver, turn, error);
  if (ok && self->type == NULL)
    self->type = create_machines_dup_type (self->machines);
  /* While it runs the program would save it when it ends. */
  create_machines_remove (self->machines, NULL);
  return ok;
}

static gboolean
run_install (Drop *self, Turn *turn, GError **error)
{
  const char *argv[] = { "virt-install", "--connect", "qemu:///session", "--virt-type", self->type, "--name",
                         "installed", "--memory", "2048", "--disk", "size=20", "--cdrom", self->bench->iso,
                         "--osinfo", "detect=on,require=off", "--noautoconsole", NULL };
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr (GSubprocess) process
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_MERGE, error);

  if (process == NULL)
    return FALSE;
  for (guint i = 0; argv[i] != NULL; i++)
    turn->actions += g_str_has_prefix (argv[i], "--");
  turn->running = wait_until_running (self, begin, 0, NULL);
  g_subprocess_wait (process, NULL, NULL);
  create_machines_remove (self->machines, NULL);
  return turn->running > 0 || fail (error, "The machine of virt-install does not run");
}

static gboolean
hand_over_and_click (Drop *self, AvbDriver *driver, Turn *turn, GError **error)
{
  const char *argv[] = { "env", "GSETTINGS_BACKEND=keyfile", "gnome-boxes", self->bench->iso, NULL };
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE, error);
  g_autoptr (GVariant) button
      = process != NULL ? avb_tree_wait (self->tree, driver->pid, BUTTON, "Create", SECONDS) : NULL;

  if (button == NULL)
    return fail (error, "The assistant of Boxes did not come up");
  turn->ready = create_seconds_since (begin);
  turn->actions = BOXES_CLICKS;
  if (self->boxes_complaint == NULL && !avb_tree_click (self->tree, button))
    return fail (error, "“Create” of Boxes can't be clicked");
  if (self->boxes_complaint == NULL)
    turn->running = wait_until_running (self, begin, driver->pid, "Failed to *");
  if (turn->running == 0 && self->boxes_complaint == NULL)
    self->boxes_complaint = g_strdup ("nothing for a minute");
  g_subprocess_wait (process, NULL, NULL);
  return TRUE;
}

static gboolean
run_boxes (Drop *self, Turn *turn, GError **error)
{
  const char *argv[] = { "env", "GSETTINGS_BACKEND=keyfile", "gnome-boxes", NULL };
  const AvbArea area = { 0, 0, 1280, 800 };
  g_autoptr (AvbDriver) driver = avb_driver_new (argv, &area, error);
  gboolean ok;

  if (driver == NULL || !is_open (self, driver, "New", error))
    return FALSE;
  ok = hand_over_and_click (self, driver, turn, error);
  create_machines_remove (self->machines, NULL);
  return ok;
}

static void
report (Drop *self)
{
  AvbReport *table = self->bench->report;
  const Turns *ours = &self->ours, *install = &self->install, *boxes = &self->boxes;

  avb_report_add (table, "drop: actions/options", "count", "1", ours->actions, "virt-install", install->actions);
  avb_report_add (table, "drop: actions/clicks", "count", "1", ours->actions, "gnome-boxes", boxes->actions);
  avb_report_add (table, "drop to running", "time", "s", ours->running, "virt-install", install->running);
  avb_report_add (table, "drop to button", "time", "s", ours->ready, "gnome-boxes", boxes->ready);
  if (self->boxes_complaint == NULL)
    {
      avb_report_add (table, "drop to running", "time", "s", ours->running, "gnome-boxes", boxes->running);
    }
  else
    {
      g_autofree char *note
          = g_strdup_printf ("GNOME Boxes started no machine here (it wants KVM, and here it says: %s), so only "
                             "the time to its button is compared.",
                             self->boxes_complaint);

      avb_report_note (table, "drop to running", note);
    }
}

/* Ours comes first: the others get machines of its kind. */
static gboolean
run_all (Drop *self, GError **error)
{
  for (guint run = 0; run <= self->bench->n_runs; run++)
    {
      Turn ours = { 0 }, install = { 0 }, boxes = { 0 };

      create_bench_say (self->bench, "drop", run);
      if (!run_ours (self, &ours, error) || !run_install (self, &install, error)
          || !run_boxes (self, &boxes, error))
        return FALSE;
      turns_add (&self->ours, run, &ours);
      turns_add (&self->install, run, &install);
      turns_add (&self->boxes, run, &boxes);
    }
  return TRUE;
}

gboolean
create_bench_drop (CreateBench *bench, GError **error)
{
  g_autoptr (CreateMachines) machines = create_machines_new (error);
  g_autoptr (AvbTree) tree = machines != NULL ? avb_tree_new (error) : NULL;
  Drop self = { .bench = bench, .machines = machines, .tree = tree };
  gboolean ok;

  if (tree == NULL)
    return FALSE;
  avb_peer_skip_tutorial_of_boxes ();
  turns_init (&self.ours);
  turns_init (&self.install);
  turns_init (&self.boxes);
  ok = run_all (&self, error);
  if (ok)
    report (&self);
  create_machines_remove (self.machines, NULL);
  turns_clear (&self.ours);
  turns_clear (&self.install);
  turns_clear (&self.boxes);
  g_free (self.type);
  g_free (self.boxes_complaint);
  return ok;
}
