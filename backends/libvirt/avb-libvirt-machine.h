/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-private.h"

G_BEGIN_DECLS

/**
 * AvbLibvirtMachine:
 *
 * A domain. It holds no object of libvirt: each verb looks the domain up by its UUID, so that a
 * machine outlives a link.
 */
#define AVB_TYPE_LIBVIRT_MACHINE (avb_libvirt_machine_get_type ())
G_DECLARE_FINAL_TYPE (AvbLibvirtMachine, avb_libvirt_machine, AVB, LIBVIRT_MACHINE, AvbMachine)

AvbLibvirtMachine *avb_libvirt_machine_new (AvbLibvirtConnection *connection, const char *uuid);

/* Takes over what was read of the domain. */
void avb_libvirt_machine_update (AvbLibvirtMachine *self, const AvbLibvirtDomain *domain);

/* Worker thread: undefines and, with the flag, deletes disks that only this domain uses. @own
 * (nullable) gets their paths before anything is deleted. */
DexFuture *avb_libvirt_delete_domain (virDomain     *domain,
                                      AvbDeleteFlags flags,
                                      GPtrArray     *own) G_GNUC_WARN_UNUSED_RESULT;
/* Worker thread: deletes the disks of a domain that is gone, but those that another one uses. */
DexFuture *avb_libvirt_delete_leftover (virConnect *vir,
                                        GPtrArray  *disks) G_GNUC_WARN_UNUSED_RESULT;
/* Worker thread. (transfer full) (nullable): what domains use, and what that stands on, by path and by
 * avb_libvirt_file_identity(); %NULL: it could not be found out. */
GHashTable *avb_libvirt_find_used_files (virConnect *vir);

G_END_DECLS
