/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/* Overlays and what they stand on. Worker threads; files of this computer only: of others nothing is known,
 * and nothing stands on them. */

/* (nullable) (transfer full): the file that the overlay at @path names as its base */
char *avb_libvirt_chain_read_backing (const char *path);
/* Adds, by path and by identity, everything that the file at @path stands on. */
void  avb_libvirt_chain_add_bases    (const char *path, GHashTable *bases);
/* (transfer full): a file by what it is, so that two names of it are one */
char *avb_libvirt_file_identity      (const char *path);
/* How many other domains stand on the writable disks of this one; -1: it could not be found out. */
int   avb_libvirt_chain_count_clones (virDomain *domain);

G_END_DECLS
