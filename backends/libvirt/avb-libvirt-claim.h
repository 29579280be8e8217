/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/**
 * AvbLibvirtClaim:
 *
 * What is being made: a volume that no machine has yet, a machine that is not whole yet. It is noted in a small file of
 * the user's state folder before it is there, and the file is locked for as long as somebody works on it, also qemu-img.
 * If this program dies in between, whoever finds the file without its lock takes back what it names.
 *
 * Worker threads: all of it writes, and syncs.
 */
typedef struct _AvbLibvirtClaim AvbLibvirtClaim;

/* Never %NULL. Where no file can be written (a full disk, a folder of somebody else) the work goes on without. */
AvbLibvirtClaim *avb_libvirt_claim_new  (void);
/* It has come to its end, well or not: nothing is left to take back. */
void             avb_libvirt_claim_free (AvbLibvirtClaim *self);
/* For children that write what is claimed: -1 without a file. */
int              avb_libvirt_claim_get_fd (AvbLibvirtClaim *self);

/* A file that is not whole yet is about to be made at @path, whose name nobody else has. */
#define AVB_LIBVIRT_PART_PREFIX ".volume."
#define AVB_LIBVIRT_PART_SUFFIX ".part"
void avb_libvirt_claim_note_part    (AvbLibvirtClaim *self, const char *path);
/* The file at @part is whole, and about to be renamed to @path. */
void avb_libvirt_claim_note_volume  (AvbLibvirtClaim *self, const char *part, const char *path);
/* A machine is about to be defined. */
void avb_libvirt_claim_note_machine (AvbLibvirtClaim *self, const char *uuid);

/* Takes @self: it is kept until @name, a path or a UUID, is settled. */
void avb_libvirt_claim_hold       (AvbLibvirtClaim *self, const char *name);
/* A machine has it now, or it is gone. A name that is not held is none. */
void avb_libvirt_claim_settle     (const char *name);
void avb_libvirt_claim_settle_all (GPtrArray *paths);
/* It goes with the transient machine that is about to use it, whatever is written to it. */
void avb_libvirt_claim_set_throwaway (GPtrArray *paths);

/* Takes back what processes claimed that are dead. @vir: (nullable): without it only files that are not whole go,
 * because nobody can say what machines use. FALSE: it is worth another try, as some are in other hands; perhaps in those
 * of a qemu-img whose program just died. */
gboolean avb_libvirt_claim_sweep (virConnect *vir);

/* For the sweep. */
#define AVB_LIBVIRT_CLAIM_PREFIX "claim-"
char *avb_libvirt_claim_dup_folder (void);
/* A descriptor that holds the lock of this claim's file, or -1: somebody works on it. */
int   avb_libvirt_claim_take_dead  (const char *path);

G_END_DECLS
