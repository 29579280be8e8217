/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-audit-log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "backends/avb-blocking.h"
#include "backends/avb-posix.h"
#include "backends/avb-text-line.h"

#define MAX_ENTRIES 2000
#define MAX_FILE (1024 * 1024)
#define SAME_US G_TIME_SPAN_SECOND

/* --- the list --- */

struct _AvbAuditLog {
  GObject parent_instance;

  GPtrArray   *entries;
  char        *path;
  gint64       begun; /* microseconds since 1970 */
  gboolean     loaded;
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
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  gsize length = strlen (whole);
  int fd;

  g_mkdir_with_parents (dir, 0700);
  begin_anew_if_large (path);
  fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || write (fd, whole, length) != (gssize) length)
    g_warning ("The log of extensions could not be written: %s", g_strerror (errno));
  if (fd >= 0)
    g_close (fd, NULL);
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
  self->begun = g_get_real_time ();
  return self;
}

/* --- what was before --- */

typedef struct {
  AvbAuditLog *self;
  char        *path;
  gint64       before;
  GPtrArray   *entries;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->self);
  g_free (reading->path);
  g_ptr_array_unref (reading->entries);
  g_free (reading);
}

static void
read_file (Reading *reading, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GStatBuf info;

  /* One line may lie across the limit. */
  if (g_lstat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > 2 * MAX_FILE ||
      !g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (AvbAuditEntry) entry = *lines[i] != '\0' ? avb_audit_entry_parse (lines[i]) : NULL;

      if (entry != NULL && avb_audit_entry_get_time (entry) < reading->before)
        g_ptr_array_add (reading->entries, g_steal_pointer (&entry));
    }
}

static DexFuture *
read_thread (gpointer data)
{
  Reading *reading = data;
  g_autofree char *old = g_strconcat (reading->path, ".1", NULL);

  read_file (reading, old);
  read_file (reading, reading->path);
  return dex_future_new_true ();
}

static DexFuture *
show_read (DexFuture *future, gpointer data)
{
  Reading *reading = data;
  AvbAuditLog *self = reading->self;
  guint room = MAX_ENTRIES - MIN (self->entries->len, MAX_ENTRIES);
  guint skipped = reading->entries->len - MIN (reading->entries->len, room);
  guint n = reading->entries->len - skipped;

  for (guint i = 0; i < n; i++)
    g_ptr_array_insert (self->entries, i, g_object_ref (reading->entries->pdata[skipped + i]));
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
  return dex_future_new_true ();
}

DexFuture *
avb_audit_log_load (AvbAuditLog *self)
{
  Reading *reading;

  g_return_val_if_fail (AVB_IS_AUDIT_LOG (self), NULL);

  if (self->path == NULL || self->loaded)
    return dex_future_new_true ();
  self->loaded = TRUE;
  reading = g_new0 (Reading, 1);
  reading->self = g_object_ref (self);
  reading->path = g_strdup (self->path);
  reading->before = self->begun;
  reading->entries = g_ptr_array_new_with_free_func (g_object_unref);
  return dex_future_then (avb_blocking_run (read_thread, reading, NULL), show_read, reading, reading_free);
}

/* --- adding --- */

static gboolean
is_same (AvbAuditEntry *entry, const char *extension, const char *method, const char *target, const char *reason, gint64 now)
{
  return now - avb_audit_entry_get_time (entry) < SAME_US && g_str_equal (avb_audit_entry_get_extension (entry), extension) &&
         g_str_equal (avb_audit_entry_get_method (entry), method) && g_str_equal (avb_audit_entry_get_target (entry), target) &&
         g_strcmp0 (avb_audit_entry_get_reason (entry), reason) == 0;
}

void
avb_audit_log_add (AvbAuditLog *self, const char *extension, const char *method, const char *target, const char *reason)
{
  g_autofree char *line = avb_text_make_line (target, AVB_AUDIT_MAX_TARGET);
  gint64 now = g_get_real_time ();
  AvbAuditEntry *entry;
  guint removed;

  g_return_if_fail (AVB_IS_AUDIT_LOG (self) && extension != NULL && method != NULL);

  for (guint i = self->entries->len; i > 0 && i + 8 > self->entries->len; i--)
    if (is_same (self->entries->pdata[i - 1], extension, method, line, reason, now))
      return;
  entry = avb_audit_entry_new (now, extension, method, line, reason);
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
  g_thread_pool_push (self->writer, avb_audit_entry_to_json (entry), NULL);
}

void
avb_audit_log_flush (AvbAuditLog *self)
{
  g_return_if_fail (AVB_IS_AUDIT_LOG (self));

  if (self->writer != NULL)
    g_thread_pool_free (self->writer, FALSE, TRUE);
  self->writer = NULL;
}
