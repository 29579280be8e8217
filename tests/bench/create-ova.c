/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * A machine into an OVA and out of it, beside qemu-img that converts the same disk to the same folder and back. Ours
 * does more: the archive, its manifest, the file of checksums that the dialog offers by default, and it waits until
 * all of that is on the disk. qemu-img waits for nothing; in a second row it is followed by sync, as by somebody who
 * cares.
 */

#include "config.h"

#include <glib/gstdio.h>

#include "app/avb-draft.h"
#include "app/avb-export.h"
#include "create-disks.h"

#define DISK_MIB 1024
#define N_IMPORTS 3 /* a run */
#define NAME "bench-ova"
#define PEER "qemu-img"
/* As avb-libvirt-volume.c has them. */
#define QCOW2_OPTIONS "cluster_size=128k,extended_l2=on,lazy_refcounts=on"

typedef struct {
  CreateBench   *bench;
  AvbLibrary    *library;
  AvbConnection *connection; /* the library's */
  AvbMachine    *machine;
  guint          run;
  char          *folder, *disk, *vmdk, *qcow2;
  GArray        *exported, *imported, *converted, *converted_back, *converted_sync, *converted_back_sync;
} OvaBench;

/* (transfer full): the OVA */
static char *
run_export (OvaBench *self)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Exporting");
  char *path;
  gint64 begin;

  create_disks_prepare_turn (self->disk);
  begin = g_get_monotonic_time ();
  path = avb_test_await_string (
      avb_export_machine (self->machine, AVB_EXPORT_OVA, self->folder, TRUE, NULL, operation));
  create_values_add (self->exported, self->run, create_seconds_since (begin));
  return path;
}

static void
run_import (OvaBench *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Importing");
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  gint64 begin;

  create_disks_prepare_turn (path);
  begin = g_get_monotonic_time ();
  medium = avb_test_await_object (avb_medium_inspect (file));
  draft = avb_test_await_object (avb_draft_new (self->library, self->connection, medium));
  machine = avb_test_await_object (avb_draft_create (draft, operation, FALSE));
  create_values_add (self->imported, self->run, create_seconds_since (begin));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

static void
convert (const char *from,
         const char *format,
         const char *options,
         const char *to,
         GArray     *values,
         GArray     *sync_values,
         guint       run)
{
  const char *argv[] = { "qemu-img", "convert", "-O", format, "-o", options, from, to, NULL };
  const char *sync_argv[] = { "sync", to, NULL };
  gint64 begin;

  create_disks_prepare_turn (from);
  begin = g_get_monotonic_time ();
  create_disks_run (argv);
  create_values_add (values, run, create_seconds_since (begin));
  create_disks_run (sync_argv);
  create_values_add (sync_values, run, create_seconds_since (begin));
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static DexFuture *
begin_fiber (gpointer data)
{
  OvaBench *self = data;

  g_printerr ("ova: filling a disk\n");
  self->connection = create_disks_connect (&self->library);
  self->machine = create_disks_make_machine (self->connection, NAME, DISK_MIB, TRUE, &self->disk);
  return NULL;
}

static DexFuture *
run_fiber (gpointer data)
{
  OvaBench *self = data;
  g_autofree char *path = NULL;

  g_mkdir (self->folder, 0700);
  path = run_export (self);
  convert (self->disk, "vmdk", "subformat=streamOptimized", self->vmdk, self->converted,
           self->converted_sync, self->run);
  /* They are short, and what memory and disk are up to just then shows. */
  for (guint i = 0; i < N_IMPORTS; i++)
    {
      run_import (self, path);
      convert (self->vmdk, "qcow2", QCOW2_OPTIONS, self->qcow2, self->converted_back,
               self->converted_back_sync, self->run);
      g_unlink (self->qcow2);
    }
  remove_folder (self->folder);
  return NULL;
}

static DexFuture *
end_fiber (gpointer data)
{
  OvaBench *self = data;

  avb_test_await (avb_machine_delete (self->machine, AVB_DELETE_DISKS));
  g_object_unref (self->machine);
  avb_test_await (avb_connection_close (self->connection));
  return NULL;
}

static void
report (OvaBench *self)
{
  AvbReport *table = self->bench->report;

  avb_report_add (table, "OVA export, 1 GiB disk", "time", "s", self->exported, PEER, self->converted);
  avb_report_add (table, "OVA export, 1 GiB disk", "time", "s", self->exported, PEER "+sync",
                  self->converted_sync);
  avb_report_add (table, "OVA import, 1 GiB disk", "time", "s", self->imported, PEER, self->converted_back);
  avb_report_add (table, "OVA import, 1 GiB disk", "time", "s", self->imported, PEER "+sync",
                  self->converted_back_sync);
  avb_report_note (table, "OVA", "The disk is one of 1 GiB, full, half of it random bytes and half text.");
}

gboolean
create_bench_ova (CreateBench *bench, GError **error)
{
  OvaBench self = { .bench = bench };
  GArray **const values[] = { &self.exported, &self.imported, &self.converted, &self.converted_back,
                              &self.converted_sync, &self.converted_back_sync };

  if (!create_place_has_space ((guint64) DISK_MIB * 1024 * 1024 * 5, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    *values[i] = create_values_new ();
  self.folder = create_place_path ("exported");
  self.vmdk = g_build_filename (self.folder, "theirs.vmdk", NULL);
  self.qcow2 = g_build_filename (self.folder, "theirs.qcow2", NULL);
  avb_test_run_fiber (begin_fiber, &self);
  for (; self.run <= bench->n_runs; self.run++)
    {
      create_bench_say (bench, "ova", self.run);
      avb_test_run_fiber (run_fiber, &self);
    }
  avb_test_run_fiber (end_fiber, &self);
  report (&self);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_array_unref (*values[i]);
  g_object_unref (self.library);
  g_free (self.folder);
  g_free (self.vmdk);
  g_free (self.qcow2);
  g_free (self.disk);
  return TRUE;
}
