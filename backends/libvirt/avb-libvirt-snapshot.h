/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/* Worker thread. Adds the files that the snapshots of @domain alone keep: disks as they were, and memory.
 * @files: (element-type filename) */
void avb_libvirt_snapshot_add_files (virDomain *domain, GPtrArray *files);

G_END_DECLS
