/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * AvbWebServer:
 *
 * A server on loopback that gives out one file, under every path that begins with "/file", and does
 * it as badly as it is told. It runs in the main loop. Set the fields at will.
 */
typedef struct {
  SoupServer *server;
  char       *address; /* "http://127.0.0.1:12345" */

  GBytes     *data;
  char       *etag; /* (nullable) */
  char       *type; /* its Content-Type */
  GHashTable *texts; /* path → text: small files beside it */
  guint       status; /* not 0: answer so instead */
  char       *location; /* (nullable): redirect there */
  guint       breaks; /* so many answers break off in their middle */
  GBytes     *next_data; /* (nullable): after the next break it is this, with another tag */
  gboolean    stall; /* answers stop in their middle */
  gboolean    wrong_range; /* ranges are of another place than asked for */
  guint64     claim; /* not 0: the length that it says */

  guint       n_requests;
  guint       n_bodies; /* whole or partial */
  guint       n_ranges; /* partial */
} AvbWebServer;

/* @certificate: (nullable): for https */
AvbWebServer *avb_web_server_new  (GTlsCertificate *certificate);
void          avb_web_server_free (AvbWebServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWebServer, avb_web_server_free)

/* (transfer full): the address of @path */
char *avb_web_server_dup_url (AvbWebServer *self, const char *path);

/* Other contents: @length bytes that @seed decides, and another tag. */
void avb_web_server_set_data (AvbWebServer *self, guint32 seed, gsize length);

void avb_web_server_set_text (AvbWebServer *self, const char *path, const char *text);

/* (transfer full): "sha256:…" of the contents */
char *avb_web_server_dup_checksum (AvbWebServer *self, GChecksumType type);

G_END_DECLS
