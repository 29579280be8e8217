/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * avb_catalog_osinfo_load:
 *
 * Reads what libosinfo's database says can be downloaded: bootable media, and images for cloud-init.
 *
 * Returns: (transfer full): resolves to a #GPtrArray (boxed) of #AvbCatalogEntry, in the order to
 *   show them
 */
DexFuture *avb_catalog_osinfo_load (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
