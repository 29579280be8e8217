/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * A machine with a full disk of 4 GiB, once more: our linked clone, and a machine that starts from our template,
 * beside virt-clone, which copies the disk; and our whole clone, for who wants one.
 */

#include "config.h"

#include "backends/avb-machine-clone.h"
#include "create-disks.h"

#define DISK_MIB (4 * 1024)
#define NAME "bench-full"
/* What --auto-clone makes of it. */
#define THEIR_NAME NAME "-clone"
#define PEER "virt-clone"

typedef struct {
  CreateBench    *bench;
  CreateMachines *machines;
  AvbLibrary     *library;
  AvbConnection  *connection; /* the library's */
  AvbMachine     *machine;
  char           *disk;
  guint           run;
  GArray         *linked, *linked_start, *full, *copied, *copied_start, *our_start, *their_start;
} CloneBench;

static AvbMachine *
clone_machine (AvbMachine *machine, const char *name, gboolean linked)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Cloning");
  AvbCloneSpec spec = { .name = name, .linked = linked };

  return avb_test_await_object (avb_machine_clone (machine, &spec, operation));
}

static void
delete (AvbMachine *machine)
{
  if (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING)
    {
      avb_test_await (avb_machine_force_off (machine));
      avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
    }
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

/* The first linked clone of a machine makes it a template; from then on it is there for the next. */
static void
run_linked (CloneBench *self)
{
  gint64 begin, template_begin, start_begin;
  g_autoptr (AvbMachine) clone = NULL;

  create_disks_prepare_turn (self->disk);
  begin = g_get_monotonic_time ();
  avb_test_await (avb_machine_set_template (self->machine, TRUE));
  template_begin = g_get_monotonic_time ();
  clone = clone_machine (self->machine, "linked", TRUE);
  create_values_add (self->linked, self->run, create_seconds_since (begin));
  start_begin = g_get_monotonic_time ();
  avb_test_await (avb_machine_start (clone));
  avb_test_until_true (avb_machine_get_state (clone) == AVB_MACHINE_RUNNING);
  create_values_add (self->our_start, self->run, create_seconds_since (start_begin));
  create_values_add (self->linked_start, self->run, create_seconds_since (template_begin));
  delete (clone);
  avb_test_await (avb_machine_set_template (self->machine, FALSE));
}

static void
run_copy (CloneBench *self)
{
  const char *clone[]
      = { "virt-clone", "--connect", "qemu:///session", "--original", NAME, "--auto-clone", NULL };
  const char *start[] = { "virsh", "--connect", "qemu:///session", "start", THEIR_NAME, NULL };
  gint64 begin, start_begin;

  create_disks_prepare_turn (self->disk);
  begin = g_get_monotonic_time ();
  create_disks_run (clone);
  create_values_add (self->copied, self->run, create_seconds_since (begin));
  start_begin = g_get_monotonic_time ();
  create_disks_run (start);
  create_values_add (self->their_start, self->run, create_seconds_since (start_begin));
  create_values_add (self->copied_start, self->run, create_seconds_since (begin));
  create_machines_remove (self->machines, THEIR_NAME);
}

static void
run_full (CloneBench *self)
{
  gint64 begin;
  g_autoptr (AvbMachine) clone = NULL;

  create_disks_prepare_turn (self->disk);
  begin = g_get_monotonic_time ();
  clone = clone_machine (self->machine, "whole", FALSE);
  create_values_add (self->full, self->run, create_seconds_since (begin));
  delete (clone);
}

static DexFuture *
begin_fiber (gpointer data)
{
  CloneBench *self = data;

  g_printerr ("clone: filling a disk\n");
  self->connection = create_disks_connect (&self->library);
  self->machine = create_disks_make_machine (self->connection, NAME, DISK_MIB, FALSE, &self->disk);
  return NULL;
}

static DexFuture *
run_fiber (gpointer data)
{
  CloneBench *self = data;

  run_linked (self);
  run_copy (self);
  run_full (self);
  return NULL;
}

static DexFuture *
end_fiber (gpointer data)
{
  CloneBench *self = data;

  delete (self->machine);
  g_object_unref (self->machine);
  avb_test_await (avb_connection_close (self->connection));
  return NULL;
}

static void
report (CloneBench *self)
{
  AvbReport *table = self->bench->report;

  avb_report_add (table, "linked clone, 4 GiB disk", "time", "s", self->linked, PEER, self->copied);
  avb_report_add (table, "start from template, 4 GiB", "time", "s", self->linked_start, PEER "+start",
                  self->copied_start);
  /* What of it is no clone: libvirt and QEMU, which are the same for both. */
  avb_report_add (table, "start alone", "time", "s", self->our_start, "virsh start", self->their_start);
  avb_report_add (table, "whole clone, 4 GiB disk", "time", "s", self->full, PEER, self->copied);
}

gboolean
create_bench_clone (CreateBench *bench, GError **error)
{
  CloneBench self = { .bench = bench };
  GArray **const values[] = { &self.linked, &self.linked_start, &self.full, &self.copied, &self.copied_start,
                              &self.our_start, &self.their_start };

  /* The disk, the bytes that it is made of, or a copy of it; and some more. */
  if (!create_place_has_space ((guint64) DISK_MIB * 1024 * 1024 * 5 / 2, error))
    return FALSE;
  self.machines = create_machines_new (error);
  if (self.machines == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    *values[i] = create_values_new ();
  avb_test_run_fiber (begin_fiber, &self);
  for (; self.run <= bench->n_runs; self.run++)
    {
      create_bench_say (bench, "clone", self.run);
      avb_test_run_fiber (run_fiber, &self);
    }
  avb_test_run_fiber (end_fiber, &self);
  report (&self);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_array_unref (*values[i]);
  create_machines_free (self.machines);
  g_object_unref (self.library);
  g_free (self.disk);
  return TRUE;
}
