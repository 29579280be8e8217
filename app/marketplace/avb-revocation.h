/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  AVB_REVOCATION_LOW,
  AVB_REVOCATION_MEDIUM,
  AVB_REVOCATION_HIGH,
  AVB_REVOCATION_CRITICAL,
} AvbRevocationSeverity;

/* What a marketplace takes back: packages of one ID by version or by hash. Immutable; any thread. */
typedef struct {
  char                 *id;
  char                 *versions; /* (nullable): a range, see avb_semver_satisfies() */
  char                **sha256; /* perhaps empty; without either every version is meant */
  char                 *reason; /* one line */
  AvbRevocationSeverity severity;
  gint64                date; /* seconds since 1970 */
} AvbRevocation;

/* (transfer full) (nullable) (element-type AvbRevocation): of the payload of `N.revocations.json`; one that cannot be read
 * refuses all: what is revoked must not be forgotten silently. %AVB_ERROR_INVALID */
GPtrArray *avb_revocations_parse (GBytes *payload, GError **error);

/* (nullable): the gravest for this package. @sha256: (nullable): not known */
const AvbRevocation *avb_revocations_find (GPtrArray  *revocations,
                                           const char *id,
                                           const char *version,
                                           const char *sha256);

const char *avb_revocation_severity_to_text (AvbRevocationSeverity severity);
gboolean    avb_revocation_severity_parse   (const char *text, AvbRevocationSeverity *severity);

G_END_DECLS
