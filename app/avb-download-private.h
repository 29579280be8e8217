/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libsoup/soup.h>

#include "app/avb-download-cache.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* A file of the cache is alone in a folder, beside these. Its own name never begins with a dot. */
#define AVB_DOWNLOAD_LOCK ".lock"   /* locked by whoever changes the folder */
#define AVB_DOWNLOAD_ABOUT ".about" /* what is there: see AvbDownloadAbout */
#define AVB_DOWNLOAD_PART ".part"   /* what has come so far */

/* What tells two files of one address apart; each NULL or 0 where the server does not say. */
typedef struct {
  char   *etag;
  char   *modified;
  guint64 total; /* bytes of the whole */
} AvbDownloadMark;

typedef struct {
  char           *url;
  char           *name;
  gboolean        complete; /* the file `name` is there, and is… */
  AvbDownloadMark file;
  char           *checksum; /* (nullable): that it was found to have */
  AvbDownloadMark part;     /* …what AVB_DOWNLOAD_PART is some of */
} AvbDownloadAbout;

void avb_download_mark_clear (AvbDownloadMark *self);
void avb_download_mark_take  (AvbDownloadMark *self, SoupMessageHeaders *headers, guint64 total);

/* For worker threads. What cannot be read is empty. */
void     avb_download_about_read  (AvbDownloadAbout *self, const char *folder);
gboolean avb_download_about_write (const AvbDownloadAbout *self, const char *folder, GError **error);
void     avb_download_about_clear (AvbDownloadAbout *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvbDownloadAbout, avb_download_about_clear)

/* (transfer full): the folder for @url */
char *avb_download_cache_dup_folder_for (AvbDownloadCache *self, const char *url);

/* The lock of @folder, which is made if it is not there: close it to let go. -1 and
 * %AVB_ERROR_BUSY if somebody else has it. */
int  avb_download_lock          (const char *folder, GError **error);
/* With the lock held. */
void avb_download_remove_folder (const char *folder);

/* --- one file over HTTP: worker threads, whose default context is not the main one --- */

typedef struct {
  char         *url;
  char         *checksum;  /* (nullable) */
  char         *folder;
  AvbPublisher  publisher; /* pattern NULL: none is known */
  guint         stall_timeout;
  guint         tries;
  GTlsDatabase *tls_database; /* (nullable) */
  AvbOperation *operation; /* (nullable) */
  GCancellable *cancellable;
} AvbDownloadJob;

void avb_download_job_free (AvbDownloadJob *self);

SoupSession *avb_download_session_new (AvbDownloadJob *job);

/* Sends a request and follows redirects. %NULL with an %AVB_ERROR, %AVB_ERROR_UNAVAILABLE if another
 * try may help. The status is that of an answer with a body, %SOUP_STATUS_NOT_MODIFIED, or
 * %SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE. */
typedef void (*AvbDownloadPrepare) (SoupMessage *message, gpointer data);
GInputStream *avb_download_send (SoupSession        *session,
                                 const char         *method,
                                 const char         *url,
                                 AvbDownloadPrepare  prepare,
                                 gpointer            data,
                                 SoupMessage       **message,
                                 GCancellable       *cancellable,
                                 GError            **error);

/* An error of the network, in our words; takes @error. */
GError *avb_download_translate (GError *error, const char *url);

/* (transfer full) (nullable): "sha256:…" as the publisher of @job says, its signature checked. %NULL
 * without @error: the publisher says nothing of this file. */
char *avb_download_find_checksum (SoupSession *session, AvbDownloadJob *job, GError **error);

/* (transfer full): the file's path */
char *avb_download_transfer (SoupSession *session, AvbDownloadJob *job, GError **error);

G_END_DECLS
