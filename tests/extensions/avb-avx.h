/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Packages for tests: right ones as avx makes them, and wrong ones byte by byte. */

/* A manifest: code if @more has "platforms", else content. @more: (nullable): members, `"icon":"a.png"`. (transfer full) */
char *avb_avx_manifest (const char *id, const char *version, const char *more);

/* Writes FOLDER/NAME with a package of a manifest and a file "payload" of @payload. (transfer full): its path */
char *avb_avx_make (const char *folder, const char *name, const char *id, const char *version, const char *more, const char *payload);

/* A tar by hand. */
typedef struct {
  GByteArray *bytes;
  char        type; /* of the entries to come, as in the header */
  guint       mode;
  const char *link;
  gint64      claimed; /* -1: the size is what is there */
} AvbTar;

AvbTar *avb_tar_new  (void);
void    avb_tar_free (AvbTar *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTar, avb_tar_free)

/* An entry with @data (nullable: empty). */
void avb_tar_add     (AvbTar *self, const char *name, const char *data, gssize length);
/* A header of which @name is 100 bytes. */
void avb_tar_add_raw (AvbTar *self, const guint8 name[100], const char *data, gsize length);
/* An extended header for what follows: @records, "12 path=abc\n". */
void avb_tar_add_pax (AvbTar *self, const char *records, gsize length);
/* The same with one record. */
void avb_tar_add_key (AvbTar *self, const char *key, const char *value, gsize length);
void avb_tar_add_manifest (AvbTar *self);
void avb_tar_end     (AvbTar *self);

/* Bytes compressed by the filter of libarchive of that name: "zstd", "gzip", "xz". */
GBytes *avb_avx_compress (const guint8 *bytes, gsize length, const char *filter);

/* Writes FOLDER/NAME: compressed. (transfer full): its path */
char *avb_tar_save (AvbTar *self, const char *folder, const char *name);
/* Whatever bytes. */
char *avb_avx_write (const char *folder, const char *name, gconstpointer bytes, gsize length);

/* Files and folders that are below @folder, one a line, sorted: "a/", "a/b" */
char *avb_avx_list (const char *folder);

G_END_DECLS
