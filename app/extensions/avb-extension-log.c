/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-log.h"

#include <string.h>

#include "app/extensions/avb-extension-limits.h"

#define MAX_LINES 10000
#define MAX_LINE 4096 /* bytes as they come */
#define READ_SIZE (64 * 1024)
/* Whoever writes faster than that is read no faster: the rest waits in the pipe. */
#define READ_PAUSE_MS 5

G_DEFINE_ENUM_TYPE (AvbLogLevel,
                    avb_log_level,
                    G_DEFINE_ENUM_VALUE (AVB_LOG_DEBUG, "debug"),
                    G_DEFINE_ENUM_VALUE (AVB_LOG_INFO, "info"),
                    G_DEFINE_ENUM_VALUE (AVB_LOG_WARNING, "warning"),
                    G_DEFINE_ENUM_VALUE (AVB_LOG_ERROR, "error"))

struct _AvbLogLine {
  GObject     parent_instance;
  char       *text;
  AvbLogLevel level;
  gint64      time;
};

G_DEFINE_FINAL_TYPE (AvbLogLine, avb_log_line, G_TYPE_OBJECT)

enum { PROP_0, PROP_TEXT, PROP_LEVEL, PROP_TIME, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
avb_log_line_finalize (GObject *object)
{
  g_free (AVB_LOG_LINE (object)->text);
  G_OBJECT_CLASS (avb_log_line_parent_class)->finalize (object);
}

static void
avb_log_line_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbLogLine *self = AVB_LOG_LINE (object);

  switch (id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_LEVEL:
      g_value_set_enum (value, self->level);
      break;
    case PROP_TIME:
      g_value_set_int64 (value, self->time);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_log_line_class_init (AvbLogLineClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_log_line_finalize;
  object_class->get_property = avb_log_line_get_property;
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_LEVEL] = g_param_spec_enum ("level", NULL, NULL, AVB_TYPE_LOG_LEVEL, AVB_LOG_DEBUG, flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_log_line_init (AvbLogLine *self)
{
}

const char *
avb_log_line_get_text (AvbLogLine *self)
{
  g_return_val_if_fail (AVB_IS_LOG_LINE (self), NULL);
  return self->text;
}

AvbLogLevel
avb_log_line_get_level (AvbLogLine *self)
{
  g_return_val_if_fail (AVB_IS_LOG_LINE (self), AVB_LOG_DEBUG);
  return self->level;
}

gint64
avb_log_line_get_time (AvbLogLine *self)
{
  g_return_val_if_fail (AVB_IS_LOG_LINE (self), 0);
  return self->time;
}

/* --- the list --- */

struct _AvbExtensionLog {
  GObject parent_instance;

  GPtrArray   *lines;
  gsize        size;
  GInputStream *stream; /* (nullable) */
  GSource      *source;
  GString      *partial;
};

static GType
get_item_type (GListModel *model)
{
  return AVB_TYPE_LOG_LINE;
}

static guint
get_n_items (GListModel *model)
{
  return AVB_EXTENSION_LOG (model)->lines->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  AvbExtensionLog *self = AVB_EXTENSION_LOG (model);

  return position < self->lines->len ? g_object_ref (self->lines->pdata[position]) : NULL;
}

static void
model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbExtensionLog, avb_extension_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, model_init))

/* Printable characters as they are; what a terminal would obey, what turns the direction, and what is no UTF-8 in numbers. */
static char *
escape (const char *text, gsize length)
{
  GString *line = g_string_sized_new (length + 8);
  const char *end = text + length;

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      gunichar code = c;

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (line, "\\x%02x", (guint8) *text++);
          continue;
        }
      if (c == '\t')
        g_string_append_c (line, ' ');
      else if (!g_unichar_isprint (c) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
               code == 0x200e || code == 0x200f || code == 0x061c)
        {
          if (code < 0x100)
            g_string_append_printf (line, "\\x%02x", code);
          else
            g_string_append_printf (line, "\\u%04x", code);
        }
      else
        g_string_append_unichar (line, c);
      text = g_utf8_next_char (text);
    }
  return g_string_free (line, FALSE);
}

static AvbLogLine *
line_new (AvbLogLevel level, const char *text, gsize length)
{
  AvbLogLine *line = g_object_new (AVB_TYPE_LOG_LINE, NULL);

  line->level = level;
  line->text = escape (text, MIN (length, MAX_LINE));
  line->time = g_get_real_time ();
  return line;
}

static guint
drop_old (AvbExtensionLog *self)
{
  guint n = 0;

  while (n < self->lines->len && (self->size > AVB_EXTENSION_MAX_STDERR || self->lines->len - n > MAX_LINES))
    self->size -= strlen (((AvbLogLine *) self->lines->pdata[n++])->text);
  if (n > 0)
    g_ptr_array_remove_range (self->lines, 0, n);
  return n;
}

/* Adds the lines of @text that have ended, or all; returns how many bytes that were. */
static gsize
add_lines (AvbExtensionLog *self, AvbLogLevel level, const char *text, gsize length, gboolean all)
{
  guint before = self->lines->len, removed;
  gsize done = 0;

  while (done < length)
    {
      const char *end = memchr (text + done, '\n', length - done);
      gsize n = end != NULL ? end - (text + done) : length - done;

      if (end == NULL && !all && n < MAX_LINE)
        break;
      n = MIN (n, MAX_LINE);
      g_ptr_array_add (self->lines, line_new (level, text + done, n));
      self->size += strlen (((AvbLogLine *) self->lines->pdata[self->lines->len - 1])->text);
      done += n;
      if (done < length && text[done] == '\n')
        done++;
    }
  removed = drop_old (self);
  if (removed == 0)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->lines->len - before);
  else
    g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->lines->len);
  return done;
}

static void
stop_draining (AvbExtensionLog *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->partial->len > 0)
    add_lines (self, AVB_LOG_WARNING, self->partial->str, self->partial->len, TRUE);
  g_string_set_size (self->partial, 0);
  g_clear_object (&self->stream);
}

static gboolean pause_cb (gpointer data);

static gboolean
drain_cb (GObject *stream, gpointer data)
{
  AvbExtensionLog *self = data;
  g_autofree char *buffer = g_malloc (READ_SIZE);
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), buffer, READ_SIZE, NULL, &error);
  gsize done;

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      stop_draining (self);
      return G_SOURCE_REMOVE;
    }
  g_string_append_len (self->partial, buffer, n);
  done = add_lines (self, AVB_LOG_WARNING, self->partial->str, self->partial->len, FALSE);
  g_string_erase (self->partial, 0, done);
  if (n < READ_SIZE)
    return G_SOURCE_CONTINUE;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  self->source = g_timeout_source_new (READ_PAUSE_MS);
  g_source_set_callback (self->source, pause_cb, self, NULL);
  g_source_attach (self->source, NULL);
  return G_SOURCE_REMOVE;
}

static void
watch (AvbExtensionLog *self)
{
  self->source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
  g_source_set_static_name (self->source, "[avb] log of an extension");
  /* After what people wait for. */
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (self->source, G_SOURCE_FUNC (drain_cb), self, NULL);
  g_source_attach (self->source, NULL);
}

static gboolean
pause_cb (gpointer data)
{
  AvbExtensionLog *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  watch (self);
  return G_SOURCE_REMOVE;
}

static void
avb_extension_log_dispose (GObject *object)
{
  AvbExtensionLog *self = AVB_EXTENSION_LOG (object);

  g_string_set_size (self->partial, 0);
  stop_draining (self);
  G_OBJECT_CLASS (avb_extension_log_parent_class)->dispose (object);
}

static void
avb_extension_log_finalize (GObject *object)
{
  AvbExtensionLog *self = AVB_EXTENSION_LOG (object);

  g_string_free (self->partial, TRUE);
  g_ptr_array_unref (self->lines);
  G_OBJECT_CLASS (avb_extension_log_parent_class)->finalize (object);
}

static void
avb_extension_log_class_init (AvbExtensionLogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_extension_log_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_extension_log_finalize;
}

static void
avb_extension_log_init (AvbExtensionLog *self)
{
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
  self->partial = g_string_new (NULL);
}

AvbExtensionLog *
avb_extension_log_new (void)
{
  return g_object_new (AVB_TYPE_EXTENSION_LOG, NULL);
}

void
avb_extension_log_add (AvbExtensionLog *self, AvbLogLevel level, const char *text, gssize length)
{
  g_return_if_fail (AVB_IS_EXTENSION_LOG (self) && text != NULL);
  add_lines (self, level, text, length < 0 ? strlen (text) : (gsize) length, TRUE);
}

void
avb_extension_log_clear (AvbExtensionLog *self)
{
  guint n;

  g_return_if_fail (AVB_IS_EXTENSION_LOG (self));

  n = self->lines->len;
  g_ptr_array_set_size (self->lines, 0);
  self->size = 0;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

char *
avb_extension_log_dup_text (AvbExtensionLog *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (AVB_IS_EXTENSION_LOG (self), NULL);

  for (guint i = 0; i < self->lines->len; i++)
    {
      AvbLogLine *line = self->lines->pdata[i];
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (line->time);
      g_autofree char *when = g_date_time_format_iso8601 (time);

      g_string_append_printf (text, "%s %s\n", when, line->text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
avb_extension_log_drain (AvbExtensionLog *self, GInputStream *stream)
{
  g_return_if_fail (AVB_IS_EXTENSION_LOG (self));
  g_return_if_fail (stream == NULL || G_IS_POLLABLE_INPUT_STREAM (stream));

  stop_draining (self);
  if (stream == NULL)
    return;
  self->stream = g_object_ref (stream);
  watch (self);
}
