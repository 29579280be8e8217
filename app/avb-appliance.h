/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-ovf.h"

G_BEGIN_DECLS

/* Real packages have a description, a manifest, perhaps a certificate, and disks. */
#define AVB_APPLIANCE_MAX_MEMBERS 256

/**
 * AvbApplianceMember:
 *
 * A file of an appliance: a part of the OVA, or a file beside the OVF. A plain value.
 */
typedef struct {
  char         *name;   /* without a folder */
  char         *path;   /* of the file that it lies in */
  guint64       offset; /* bytes */
  guint64       length; /* bytes */
  GChecksumType digest_type;
  char         *digest; /* (nullable): what the manifest says, hexadecimal and lower case */
} AvbApplianceMember;

/**
 * AvbAppliance:
 *
 * A machine in the Open Virtualization Format, after its files were looked at. Immutable.
 */
#define AVB_TYPE_APPLIANCE (avb_appliance_get_type ())
G_DECLARE_FINAL_TYPE (AvbAppliance, avb_appliance, AVB, APPLIANCE, GObject)

/**
 * avb_appliance_read:
 * @path: an OVA (a tar archive), or an OVF with its disks beside it
 * @is_archive: which of them
 * @name: what to call it in messages
 *
 * Reads the description and the manifest, and finds each file that the machine needs. Nothing is unpacked. Links in the
 * archive, missing files and wrong digests of the description are refused; digests of disks are checked
 * when they are copied.
 *
 * Returns: (transfer full): resolves to an #AvbAppliance, or rejects with %AVB_ERROR_INVALID, …
 */
DexFuture *avb_appliance_read (const char *path, gboolean is_archive, const char *name) G_GNUC_WARN_UNUSED_RESULT;

AvbOvf                   *avb_appliance_get_ovf    (AvbAppliance *self);
/* (nullable) */
const AvbApplianceMember *avb_appliance_find       (AvbAppliance *self, const char *name);
/* Bytes of all disks' files. */
guint64                   avb_appliance_get_length (AvbAppliance *self);

/**
 * avb_appliance_check:
 *
 * Compares a member with the manifest, in a thread of its own. Resolves to %TRUE, also where the manifest says
 * nothing of it; rejects with %AVB_ERROR_INVALID if it is not what was packed.
 */
DexFuture *avb_appliance_check (AvbAppliance             *self,
                                const AvbApplianceMember *member,
                                GCancellable             *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
