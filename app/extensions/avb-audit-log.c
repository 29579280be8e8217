/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-audit-log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "backends/avb-posix.h"
#include "backends/avb-text-line.h"

#define MAX_ENTRIES 2000
#define MAX_FILE (1024 * 1024)
#define MAX_TARGET 300
#define SAME_US G_TIME_SPAN_SECOND

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

/* --- the list --- */

struct _AvbAuditLog {
  GObject parent_instance;

  GPtrArray   *entries;
  char        *path;
  GThreadPool *writer; /* (nullable): one thread, so that lines keep their order */
};

static GType
get_item_type (GListModel *model)
{
  return AVB_TYPE_AUDIT_ENTRY;
}

static guint
get_n_items (GListModel *model)
{
  return AVB_AUDIT_LOG (model)->entries->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  AvbAuditLog *self = AVB_AUDIT_LOG (model);

  return position < self->entries->len ? g_object_ref (self->entries->pdata[position]) : NULL;
}

static void
model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbAuditLog, avb_audit_log, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, model_init))

/* On the writer's thread. */
static void
begin_anew_if_large (const char *path)
{
  g_autofree char *old = g_strconcat (path, ".1", NULL);
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size > MAX_FILE)
    g_rename (path, old);
}

static void
write_thread (gpointer data, gpointer user_data)
{
  g_autofree char *line = data;
  const char *path = user_data;
  g_autofree char *dir = g_path_get_dirname (path);
  gsize length = strlen (line);
  int fd;

  g_mkdir_with_parents (dir, 0700);
  begin_anew_if_large (path);
  fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || write (fd, line, length) != (gssize) length)
    g_warning ("The log of extensions could not be written: %s", g_strerror (errno));
  if (fd >= 0)
    g_close (fd, NULL);
}

static char *
to_json (AvbAuditEntry *entry)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (entry->time);
  g_autofree char *when = g_date_time_format_iso8601 (time);
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "time", when);
  json_object_set_string_member (object, "extension", entry->extension);
  json_object_set_string_member (object, "method", entry->method);
  json_object_set_string_member (object, "target", entry->target);
  json_object_set_boolean_member (object, "allowed", entry->reason == NULL);
  if (entry->reason != NULL)
    json_object_set_string_member (object, "reason", entry->reason);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  return g_strconcat (text, "\n", NULL);
}

static void
avb_audit_log_finalize (GObject *object)
{
  AvbAuditLog *self = AVB_AUDIT_LOG (object);

  avb_audit_log_flush (self);
  g_ptr_array_unref (self->entries);
  g_free (self->path);
  G_OBJECT_CLASS (avb_audit_log_parent_class)->finalize (object);
}

static void
avb_audit_log_class_init (AvbAuditLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_audit_log_finalize;
}

static void
avb_audit_log_init (AvbAuditLog *self)
{
  self->entries = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbAuditLog *
avb_audit_log_new (const char *path)
{
  AvbAuditLog *self = g_object_new (AVB_TYPE_AUDIT_LOG, NULL);

  self->path = g_strdup (path);
  return self;
}

static gboolean
is_same (AvbAuditEntry *entry, const char *extension, const char *method, const char *target, const char *reason, gint64 now)
{
  return now - entry->time < SAME_US && g_str_equal (entry->extension, extension) && g_str_equal (entry->method, method) &&
         g_str_equal (entry->target, target) && g_strcmp0 (entry->reason, reason) == 0;
}

void
avb_audit_log_add (AvbAuditLog *self, const char *extension, const char *method, const char *target, const char *reason)
{
  g_autofree char *line = avb_text_make_line (target, MAX_TARGET);
  gint64 now = g_get_real_time ();
  AvbAuditEntry *entry;
  guint removed;

  g_return_if_fail (AVB_IS_AUDIT_LOG (self) && extension != NULL && method != NULL);

  for (guint i = self->entries->len; i > 0 && i + 8 > self->entries->len; i--)
    if (is_same (self->entries->pdata[i - 1], extension, method, line, reason, now))
      return;
  entry = g_object_new (AVB_TYPE_AUDIT_ENTRY, NULL);
  entry->time = now;
  entry->extension = g_strdup (extension);
  entry->method = avb_text_make_line (method, 64);
  entry->target = g_steal_pointer (&line);
  entry->reason = g_strdup (reason);
  removed = self->entries->len >= MAX_ENTRIES ? self->entries->len - MAX_ENTRIES + 1 : 0;
  if (removed > 0)
    {
      g_ptr_array_remove_range (self->entries, 0, removed);
      g_list_model_items_changed (G_LIST_MODEL (self), 0, removed, 0);
    }
  g_ptr_array_add (self->entries, entry);
  g_list_model_items_changed (G_LIST_MODEL (self), self->entries->len - 1, 0, 1);
  if (self->path == NULL)
    return;
  if (self->writer == NULL)
    self->writer = g_thread_pool_new (write_thread, self->path, 1, FALSE, NULL);
  g_thread_pool_push (self->writer, to_json (entry), NULL);
}

void
avb_audit_log_flush (AvbAuditLog *self)
{
  g_return_if_fail (AVB_IS_AUDIT_LOG (self));

  if (self->writer != NULL)
    g_thread_pool_free (self->writer, FALSE, TRUE);
  self->writer = NULL;
}
