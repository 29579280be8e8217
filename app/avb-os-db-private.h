/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <osinfo/osinfo.h>

#include "app/avb-image-head.h"

G_BEGIN_DECLS

/* libosinfo promises nothing about threads: the database is for one at a time, until avb_os_db_unlock(), and only plain
 * values may leave. Blocks: for worker threads. (transfer none) */
OsinfoDb *avb_os_db_lock   (void);
void      avb_os_db_unlock (void);

/* Between the two: what the database knows of a disc. (transfer full) (nullable) */
OsinfoMedia *avb_os_db_match (OsinfoDb *database, const AvbIsoVolume *volume);

/* avb-os-db-image.c, between the two: what the database knows of a disk image by its file's name. (transfer full)
 * (nullable): the OS. @architecture is the database's; @cloud: whether it waits for cloud-init's data */
OsinfoOs *avb_os_db_match_image (OsinfoDb *database, const char *file_name, const char **architecture, gboolean *cloud);

G_END_DECLS
