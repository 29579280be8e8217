/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/contributions/avb-served-disk.h"
#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/**
 * AvbServedDisks:
 *
 * The disks of machines that extensions serve: asks for them before a machine starts, takes them back when it is off, and
 * asks again when the extension or this program was away while the machine ran: until then QEMU waits. One for the program;
 * main thread.
 *
 * The machine finds the disk at a socket in the extension's own folder, which only this user may enter: so only machines
 * of this user can have one (%AVB_FEATURE_SERVED_DISKS). It goes with this program: a machine that runs when the program
 * ends is stopped by QEMU as soon as it needs the disk, and goes on when the program is back.
 */
#define AVB_TYPE_SERVED_DISKS (avb_served_disks_get_type ())
G_DECLARE_FINAL_TYPE (AvbServedDisks, avb_served_disks, AVB, SERVED_DISKS, GObject)

AvbServedDisks *avb_served_disks_new (AvbLibrary *library, AvbExtensionHost *host);

/**
 * avb_served_disks_add:
 * @target: a storage target
 * @volume: (nullable): one of its volumes
 * @options: (nullable): what the user chose
 * @boot: whether the machine starts from it, before all others
 *
 * Has the extension serve the disk, and adds it to the machine's definition.
 *
 * Returns: (transfer full): resolves to an int: #AvbApplied. Nothing is changed if it rejects: as avb_extension_call(),
 *   avb_machine_apply_spec(), and %AVB_ERROR_NOT_SUPPORTED with the reason of %AVB_FEATURE_SERVED_DISKS
 */
DexFuture *avb_served_disks_add    (AvbServedDisks  *self,
                                    AvbMachine      *machine,
                                    AvbContribution *target,
                                    const char      *volume,
                                    JsonObject      *options,
                                    gboolean         read_only,
                                    gboolean         boot) G_GNUC_WARN_UNUSED_RESULT;
/* Takes it out of the definition again; the volume stays. Resolves to an int: #AvbApplied. %AVB_ERROR_NOT_FOUND if there is no
 * such disk. */
DexFuture *avb_served_disks_remove (AvbServedDisks *self, AvbMachine *machine, const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* How many machines have a disk of this extension now, so that it must not be stopped. @extension: (nullable): of any */
guint      avb_served_disks_count  (AvbServedDisks *self, const char *extension);

G_END_DECLS
