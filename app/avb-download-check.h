/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * avb_download_parse_checksums:
 * @text: as sha256sum, sha512sum or their BSD kin write it, or one checksum alone
 * @name: of a file
 *
 * Returns: (transfer full) (nullable): "sha256:…" or "sha512:…" of @name
 */
char *avb_download_parse_checksums (const char *text, const char *name);

G_END_DECLS
