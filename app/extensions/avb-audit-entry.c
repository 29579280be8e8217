/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-audit-entry.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-text-line.h"

#define MAX_METHOD 64
#define MAX_REASON 1000
#define MAX_LINE 16384

struct _AvbAuditEntry {
  GObject parent_instance;
  gint64  time;
  char   *extension;
  char   *method;
  char   *target;
  char   *reason;
};

G_DEFINE_FINAL_TYPE (AvbAuditEntry, avb_audit_entry, G_TYPE_OBJECT)

enum { PROP_0, PROP_TIME, PROP_EXTENSION, PROP_METHOD, PROP_TARGET, PROP_ALLOWED, PROP_REASON, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
avb_audit_entry_finalize (GObject *object)
{
  AvbAuditEntry *self = AVB_AUDIT_ENTRY (object);

  g_free (self->extension);
  g_free (self->method);
  g_free (self->target);
  g_free (self->reason);
  G_OBJECT_CLASS (avb_audit_entry_parent_class)->finalize (object);
}

static void
avb_audit_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbAuditEntry *self = AVB_AUDIT_ENTRY (object);

  switch (id)
    {
    case PROP_TIME:
      g_value_set_int64 (value, self->time);
      break;
    case PROP_EXTENSION:
      g_value_set_string (value, self->extension);
      break;
    case PROP_METHOD:
      g_value_set_string (value, self->method);
      break;
    case PROP_TARGET:
      g_value_set_string (value, self->target);
      break;
    case PROP_ALLOWED:
      g_value_set_boolean (value, self->reason == NULL);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_audit_entry_class_init (AvbAuditEntryClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_audit_entry_finalize;
  object_class->get_property = avb_audit_entry_get_property;
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_EXTENSION] = g_param_spec_string ("extension", NULL, NULL, NULL, flags);
  properties[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, NULL, flags);
  properties[PROP_TARGET] = g_param_spec_string ("target", NULL, NULL, NULL, flags);
  properties[PROP_ALLOWED] = g_param_spec_boolean ("allowed", NULL, NULL, FALSE, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_audit_entry_init (AvbAuditEntry *self)
{
}

gint64
avb_audit_entry_get_time (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), 0);
  return self->time;
}

const char *
avb_audit_entry_get_extension (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), NULL);
  return self->extension;
}

const char *
avb_audit_entry_get_method (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), NULL);
  return self->method;
}

const char *
avb_audit_entry_get_target (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), NULL);
  return self->target;
}

gboolean
avb_audit_entry_get_allowed (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), FALSE);
  return self->reason == NULL;
}

const char *
avb_audit_entry_get_reason (AvbAuditEntry *self)
{
  g_return_val_if_fail (AVB_IS_AUDIT_ENTRY (self), NULL);
  return self->reason;
}

AvbAuditEntry *
avb_audit_entry_new (gint64 time, const char *extension, const char *method, const char *target, const char *reason)
{
  AvbAuditEntry *self = g_object_new (AVB_TYPE_AUDIT_ENTRY, NULL);

  self->time = time;
  self->extension = avb_text_make_line (extension, AVB_AUDIT_MAX_TARGET);
  self->method = avb_text_make_line (method, MAX_METHOD);
  self->target = avb_text_make_line (target, AVB_AUDIT_MAX_TARGET);
  self->reason = reason != NULL ? avb_text_make_line (reason, MAX_REASON) : NULL;
  return self;
}

char *
avb_audit_entry_to_json (AvbAuditEntry *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (self->time);
  g_autofree char *when = g_date_time_format_iso8601 (time);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "time", when);
  json_object_set_string_member (object, "extension", self->extension);
  json_object_set_string_member (object, "method", self->method);
  json_object_set_string_member (object, "target", self->target);
  json_object_set_boolean_member (object, "allowed", self->reason == NULL);
  if (self->reason != NULL)
    json_object_set_string_member (object, "reason", self->reason);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

AvbAuditEntry *
avb_audit_entry_parse (const char *line)
{
  g_autoptr (JsonNode) node = avb_json_parse (line, strlen (line), MAX_LINE, NULL);
  JsonObject *object = node != NULL ? avb_json_get_root (node, NULL) : NULL;
  const char *when = object != NULL ? avb_json_get_string (object, "time", 64, NULL) : NULL;
  g_autoptr (GDateTime) time = when != NULL ? g_date_time_new_from_iso8601 (when, NULL) : NULL;
  const char *extension = object != NULL ? avb_json_get_string (object, "extension", 1000, NULL) : NULL;
  const char *method = object != NULL ? avb_json_get_string (object, "method", 1000, NULL) : NULL;
  const char *target = object != NULL ? avb_json_get_string (object, "target", 4000, NULL) : NULL;
  const char *reason = NULL;

  if (time == NULL || extension == NULL || method == NULL || target == NULL ||
      !avb_json_find_string (object, "reason", 4000, &reason, NULL))
    return NULL;
  return avb_audit_entry_new (g_date_time_to_unix_usec (time), extension, method, target, reason);
}
