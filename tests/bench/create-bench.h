/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "avb-report.h"

G_BEGIN_DECLS

/* What the cases of the benchmark “create” share. */
typedef struct {
  char      *program, *iso, *drag_source;
  guint      n_runs;
  AvbReport *report;
} CreateBench;

/* From the drop of a disc image to the machine that runs, beside virt-install and GNOME Boxes. */
gboolean create_bench_drop  (CreateBench *self, GError **error);
/* Clones of a machine whose disk is full, beside virt-clone. */
gboolean create_bench_clone (CreateBench *self, GError **error);
/* A machine into an OVA and out of it, beside qemu-img that converts its disk only. */
gboolean create_bench_ova   (CreateBench *self, GError **error);

/* What happens around a turn, and is not measured: create-place.c. */

/* Disks of the benchmark lie here, a folder on a disk; (transfer full). */
char    *create_place_path (const char *name);
gboolean create_place_has_space (guint64 bytes, GError **error);
/* A file of @mib MiB of pseudo-random bytes, the same ones every time; @compressible: half of it is text. */
gboolean create_place_write_data (const char *path, guint mib, gboolean compressible, GError **error);
/* Reads the file, so that nobody waits for the disk, and writes what earlier turns left to write. */
gboolean create_place_prepare_turn (const char *path, GError **error);

/* Machines of qemu:///session as another client of libvirt has them. All calls block. */
typedef struct _CreateMachines CreateMachines;

CreateMachines *create_machines_new  (GError **error);
void            create_machines_free (CreateMachines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CreateMachines, create_machines_free)

gboolean create_machines_is_running (CreateMachines *self);
/* "kvm" or "qemu": of the first one; (transfer full) (nullable). */
char    *create_machines_dup_type   (CreateMachines *self);
/* Turns the machine off and removes it with its disks: the one of @name, or all if that is NULL. */
void     create_machines_remove     (CreateMachines *self, const char *name);

static inline void
create_bench_say (CreateBench *self, const char *name, guint run)
{
  g_printerr ("%s: %s %u of %u\n", name, run == 0 ? "warm-up" : "run", run, self->n_runs);
}

static inline double
create_seconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
}

static inline GArray *
create_values_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (double));
}

/* The first run only warms up. */
static inline void
create_values_add (GArray *values, guint run, double value)
{
  if (run > 0)
    g_array_append_val (values, value);
}

G_END_DECLS
