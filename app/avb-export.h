/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-job-queue.h"
#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbExportFormat:
 * @AVB_EXPORT_OVA: the machine and its disks in one file, for this program, VirtualBox, VMware and others.
 * @AVB_EXPORT_QCOW2: each disk as qcow2.
 * @AVB_EXPORT_QCOW2_COMPRESSED: the same, smaller and slower.
 * @AVB_EXPORT_RAW: each disk as the bytes that it holds.
 * @AVB_EXPORT_RAW_ZSTD: the same, compressed.
 * @AVB_EXPORT_RAW_GZIP: the same, compressed so that everything can read it.
 */
typedef enum {
  AVB_EXPORT_OVA,
  AVB_EXPORT_QCOW2,
  AVB_EXPORT_QCOW2_COMPRESSED,
  AVB_EXPORT_RAW,
  AVB_EXPORT_RAW_ZSTD,
  AVB_EXPORT_RAW_GZIP,
  AVB_N_EXPORT_FORMATS,
} AvbExportFormat;

/**
 * avb_export_machine:
 * @machine: must be off
 * @folder: of this computer, where the files are put
 * @checksum: whether a file with the SHA-256 sums of the others is written, as sha256sum reads it
 * @queue: (nullable): where it waits for its turn
 * @operation: progress and cancel; finished by this call. It is the machine's operation meanwhile.
 *
 * Writes a machine to files that others can read. All of a disk goes along, also what it takes from backing files.
 * The files get the machine's name, and a number where there are such files already: nothing is ever replaced. They appear
 * complete, or not at all: work is done in a hidden folder beside them.
 *
 * Main thread.
 *
 * Returns: (transfer full): resolves to a string, the path of the (first) file; rejects with %AVB_ERROR_BUSY if the
 *   machine is not off, %AVB_ERROR_NO_SPACE, %AVB_ERROR_PERMISSION, %AVB_ERROR_INVALID if there is nothing to
 *   export, %G_IO_ERROR_CANCELLED, … and leaves nothing
 */
DexFuture *avb_export_machine (AvbMachine      *machine,
                               AvbExportFormat  format,
                               const char      *folder,
                               gboolean         checksum,
                               AvbJobQueue     *queue,
                               AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_export_find_problem:
 * @spec: (nullable): the machine's, once it is known
 *
 * Returns: (transfer full) (nullable): why this cannot be exported now, one translated sentence
 */
char *avb_export_find_problem (AvbMachine *machine, AvbMachineSpec *spec, AvbExportFormat format);

/* How many hard disks go along. */
guint avb_export_count_disks (AvbMachineSpec *spec);

/**
 * avb_export_clean_up:
 *
 * Removes what exports left behind whose program was killed. At the start of the program; main thread.
 */
DexFuture *avb_export_clean_up (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
