/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-catalog-entry.h"
#include "app/avb-download-cache.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * avb_download_check_url:
 *
 * Whether avb_download() would try @url: it is http or https and names a host. Else sets
 * %AVB_ERROR_INVALID.
 */
gboolean avb_download_check_url (const char *url, GError **error);

/* (transfer full): the name that a file downloaded from @url gets: harmless, never empty. */
char *avb_download_dup_name (const char *url);

/**
 * avb_download:
 * @url: https or http
 * @checksum: (nullable): "sha256:…" or "sha512:…" that the file must have. %NULL: where the maker
 *   is known, what it publishes beside the file is asked for, and its signature is checked where the
 *   host has the maker's keys
 * @operation: progress in bytes; says so while it waits for its turn; cancel leaves nothing;
 *   finished by this call
 *
 * Downloads into the cache. A file that is there already is only asked about: it is downloaded again
 * if the server has another one by now. What broke off is resumed, by itself and by later calls.
 *
 * Errors: %AVB_ERROR_INVALID (address, a web page instead of a file, wrong checksum or signature, a
 * redirect from https to http), %AVB_ERROR_NOT_FOUND, %AVB_ERROR_PERMISSION, %AVB_ERROR_UNAVAILABLE
 * (network, server, stall), %AVB_ERROR_NO_SPACE, %AVB_ERROR_BUSY (it is being downloaded).
 *
 * Returns: (transfer full): resolves to the path (string)
 */
DexFuture *avb_download (AvbDownloadCache *cache,
                         const char       *url,
                         const char       *checksum,
                         AvbOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

/* The same for an entry of a catalogue, whose `size` is set as soon as the server tells it. */
DexFuture *avb_download_entry (AvbDownloadCache *cache,
                               AvbCatalogEntry  *entry,
                               AvbOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_download_ask_size:
 *
 * Asks the server how large a file is. libosinfo's database rarely tells.
 *
 * Returns: (transfer full): resolves to bytes (uint64); 0 where the server does not say; rejects as
 *   avb_download()
 */
DexFuture *avb_download_ask_size (AvbDownloadCache *cache, const char *url) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
