/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/libvirt/avb-domain-xml.h"

G_BEGIN_DECLS

/* What a machine keeps besides its disks. Worker threads; of the session, whose files are this user's. */

/* Whether the file at @path is the seed of a first boot by cloud-init, known by the name of its volume. */
gboolean avb_libvirt_clone_is_seed   (const char *path);
/* The variables of the firmware and the state of the TPM, where there is any yet. @clone: as libvirt has it now. */
gboolean avb_libvirt_clone_copy_state (AvbDomainXml *original,
                                       const char   *original_uuid,
                                       AvbDomainXml *clone,
                                       const char   *clone_uuid,
                                       GError      **error);
/* Of a clone that is taken back: what was copied halfway. The rest goes with its definition. */
void     avb_libvirt_clone_forget_state (AvbDomainXml *clone);

G_END_DECLS
