/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-revocation.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-semver.h"
#include "app/marketplace/avb-market-text.h"
#include "app/marketplace/avb-metadata.h"
#include "backends/avb-error.h"

#define MAX_REVOCATIONS 10000
#define MAX_HASHES 256
#define MAX_REASON 300

static const char *const severities[] = { "low", "medium", "high", "critical" };

const char *
avb_revocation_severity_to_text (AvbRevocationSeverity severity)
{
  return severities[severity];
}

gboolean
avb_revocation_severity_parse (const char *text, AvbRevocationSeverity *severity)
{
  for (guint i = 0; i < G_N_ELEMENTS (severities); i++)
    if (g_strcmp0 (text, severities[i]) == 0)
      {
        *severity = i;
        return TRUE;
      }
  return FALSE;
}

static void
revocation_free (gpointer data)
{
  AvbRevocation *self = data;

  g_free (self->id);
  g_free (self->versions);
  g_strfreev (self->sha256);
  g_free (self->reason);
  g_free (self);
}

static gboolean
read_one (AvbRevocation *self, JsonObject *object, GError **error)
{
  const char *id = avb_json_get_string (object, "id", 100, error);
  const char *date = id != NULL ? avb_json_get_string (object, "date", 20, error) : NULL;
  const char *severity = date != NULL ? avb_json_get_string (object, "severity", 16, error) : NULL;
  const char *versions = NULL;

  if (severity == NULL || !avb_json_find_string (object, "versions", 256, &versions, error))
    return FALSE;
  self->id = g_strdup (id);
  self->versions = g_strdup (versions);
  self->sha256 = avb_json_dup_strv (object, "sha256", MAX_HASHES, 64, error);
  self->reason = avb_market_text_dup_line (object, "reason", MAX_REASON);
  if (self->sha256 == NULL)
    return FALSE;
  if (avb_metadata_parse_time (date, &self->date) && avb_revocation_severity_parse (severity, &self->severity) &&
      (versions == NULL || avb_semver_range_is_valid (versions)))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, id, _("A withdrawal of this marketplace can't be read.")));
  return FALSE;
}

GPtrArray *
avb_revocations_parse (GBytes *payload, GError **error)
{
  AvbMetadataHead head;
  g_autoptr (JsonNode) node = avb_metadata_parse (payload, AVB_METADATA_REVOCATIONS, &head, error);
  g_autoptr (GPtrArray) result = g_ptr_array_new_with_free_func (revocation_free);
  JsonArray *array
      = node != NULL ? avb_json_get_array (json_node_get_object (node), "revocations", MAX_REVOCATIONS, error) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = avb_json_get_element_object (array, i, error);
      AvbRevocation *revocation = g_new0 (AvbRevocation, 1);

      g_ptr_array_add (result, revocation);
      if (object == NULL || !read_one (revocation, object, error))
        return NULL;
    }
  return array != NULL ? g_steal_pointer (&result) : NULL;
}

static gboolean
matches (const AvbRevocation *self, const char *id, const char *version, const char *sha256)
{
  if (sha256 != NULL && g_strv_contains ((const char *const *) self->sha256, sha256))
    return TRUE;
  if (!g_str_equal (self->id, id))
    return FALSE;
  if (self->versions != NULL)
    return avb_semver_satisfies (version, self->versions);
  return self->sha256[0] == NULL;
}

const AvbRevocation *
avb_revocations_find (GPtrArray *revocations, const char *id, const char *version, const char *sha256)
{
  const AvbRevocation *found = NULL;

  for (guint i = 0; revocations != NULL && i < revocations->len; i++)
    {
      const AvbRevocation *revocation = g_ptr_array_index (revocations, i);

      if (matches (revocation, id, version, sha256) && (found == NULL || revocation->severity > found->severity))
        found = revocation;
    }
  return found;
}
