/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-job-queue.h"

G_BEGIN_DECLS

/**
 * AvbDownloadCache:
 *
 * The folder of downloaded files, and how many are downloaded at once. One for the program:
 * avb_library_get_downloads(). Main thread only.
 *
 * Properties: `folder` (string, construct-only), `limit` (uint, how many downloads at once, at least
 * 1), `stall-timeout` (uint, seconds without a byte after which a server is given up, 60),
 * `tries` (uint, how often in a row a download is tried without a new byte, 5), `tls-database`
 * (#GTlsDatabase: who may vouch for servers; %NULL: as the system says).
 */
#define AVB_TYPE_DOWNLOAD_CACHE (avb_download_cache_get_type ())
G_DECLARE_FINAL_TYPE (AvbDownloadCache, avb_download_cache, AVB, DOWNLOAD_CACHE, GObject)

/* @folder: (nullable): %NULL: that of the user's cache */
AvbDownloadCache *avb_download_cache_new (const char *folder);

const char  *avb_download_cache_get_folder        (AvbDownloadCache *self);
/* Where downloads wait for their turn. */
AvbJobQueue *avb_download_cache_get_queue         (AvbDownloadCache *self);
guint        avb_download_cache_get_stall_timeout (AvbDownloadCache *self);
guint        avb_download_cache_get_tries         (AvbDownloadCache *self);
/* (nullable) (transfer none) */
GTlsDatabase *avb_download_cache_get_tls_database (AvbDownloadCache *self);

/**
 * AvbPublisher:
 * @pattern: of the address without its scheme, with “*” and “?”: "cloud.debian.org/images/…"
 * @checksums: the file with checksums, in the folder of the file itself; “%” stands for its name
 * @signature: (nullable): its signature, in the same folder; %NULL: @checksums is signed in itself, or
 *   not at all
 * @keyring: (nullable): path of the keys that may sign; without it, or if it is not on this host, a
 *   signature is not asked for
 *
 * Where a maker of systems puts the checksums of its files.
 */
typedef struct {
  const char *pattern;
  const char *checksums;
  const char *signature;
  const char *keyring;
} AvbPublisher;

/* @publisher: of static strings; asked before those that the program knows */
void avb_download_cache_add_publisher (AvbDownloadCache *self, const AvbPublisher *publisher);
/* (nullable) (transfer none): static */
const AvbPublisher *avb_download_cache_find_publisher (AvbDownloadCache *self, const char *url);

/**
 * AvbCachedFile:
 *
 * A file of the cache. A boxed value.
 */
typedef struct {
  char    *path; /* absolute */
  char    *url;  /* (nullable): not known */
  guint64  size; /* bytes on disk */
  gint64   time; /* s since 1970, when it was last downloaded or used */
  gboolean complete; /* else it is one that broke off, and is resumed by the next download */
} AvbCachedFile;

void avb_cached_file_free (AvbCachedFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbCachedFile, avb_cached_file_free)

/**
 * avb_download_cache_list:
 *
 * Returns: (transfer full): resolves to a #GPtrArray (boxed) of #AvbCachedFile, last used first
 */
DexFuture *avb_download_cache_list (AvbDownloadCache *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_download_cache_find:
 *
 * Returns: (transfer full): resolves to the path (string) of the complete file that was downloaded
 *   from @url, or rejects with %AVB_ERROR_NOT_FOUND
 */
DexFuture *avb_download_cache_find (AvbDownloadCache *self, const char *url) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_download_cache_empty:
 * @keep: (nullable): paths of files that are needed: discs that machines have
 *
 * Removes everything but what is being downloaded, what some program has open, and what is to be kept.
 *
 * Returns: (transfer full): resolves to how many bytes that freed (uint64)
 */
DexFuture *avb_download_cache_empty (AvbDownloadCache   *self,
                                     const char *const  *keep) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
