/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

#include "app/marketplace/avb-envelope.h"

G_BEGIN_DECLS

/* The payloads of metadata: JSON objects with `type`, `format` (1), `version` (1 … 2³¹−1), `issued` and `expires`
 * (seconds of UTC as in 2026-11-28T12:00:00Z). Unknown members are left alone. Any thread. */

typedef enum {
  AVB_METADATA_ROOT,
  AVB_METADATA_TIMESTAMP,
  AVB_METADATA_CATALOG,
  AVB_METADATA_REVOCATIONS,
  AVB_METADATA_N_KINDS,
} AvbMetadataKind;

#define AVB_METADATA_FORMAT 1
#define AVB_METADATA_MAX_VERSION G_MAXINT32

/* Byte caps of the files as they come over the network, and of a catalogue that is unpacked. */
#define AVB_METADATA_MAX_ROOT (128 * 1024)
#define AVB_METADATA_MAX_TIMESTAMP (16 * 1024)
#define AVB_METADATA_MAX_CATALOG (8 * 1024 * 1024)
#define AVB_METADATA_MAX_CATALOG_UNPACKED (64 * 1024 * 1024)
#define AVB_METADATA_MAX_REVOCATIONS (1024 * 1024)

typedef struct {
  guint  version;
  gint64 issued; /* seconds since 1970 */
  gint64 expires;
} AvbMetadataHead;

/* The word that is `type`: "root", … */
const char *avb_metadata_kind_to_text (AvbMetadataKind kind);

/* Seconds since 1970 and back; (transfer full). */
gboolean avb_metadata_parse_time  (const char *text, gint64 *time);
char    *avb_metadata_format_time (gint64 time);

/* (transfer full) (nullable): the payload's object, of which the head is right; %AVB_ERROR_INVALID */
JsonNode *avb_metadata_parse (GBytes *payload, AvbMetadataKind kind, AvbMetadataHead *head, GError **error);

/* What a root says. Roles whose keys are all unknown have an empty ring, which nothing satisfies. */
typedef struct {
  AvbMetadataHead head;
  char           *title; /* (nullable): what the marketplace calls itself */
  AvbKeyRing     *root;
  AvbKeyRing     *catalog; /* also signs revocations */
  AvbKeyRing     *timestamp;
} AvbRoot;

AvbRoot *avb_root_parse (GBytes *payload, GError **error);
void     avb_root_free  (AvbRoot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbRoot, avb_root_free)

/* What a timestamp says of one of the two other files. */
typedef struct {
  guint   version;
  guint64 length;
  char    sha256[65];
} AvbFileMeta;

typedef struct {
  AvbMetadataHead head;
  AvbFileMeta     catalog;
  AvbFileMeta     revocations;
} AvbTimestamp;

gboolean avb_timestamp_parse (AvbTimestamp *self, GBytes *payload, GError **error);

/* 64 hexadecimal digits in lower case */
gboolean avb_metadata_is_sha256 (const char *text);

G_END_DECLS
