/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  AVB_LOG_DEBUG,
  AVB_LOG_INFO,
  AVB_LOG_WARNING,
  AVB_LOG_ERROR,
} AvbLogLevel;

#define AVB_TYPE_LOG_LEVEL (avb_log_level_get_type ())
GType avb_log_level_get_type (void);

/**
 * AvbLogLine:
 *
 * One line that an extension wrote, or that the program wrote about it. Immutable.
 *
 * Properties: `text` (string: printable, what was not is written as \x1b; not markup), `level` (#AvbLogLevel), `time` (int64,
 * microseconds since 1970).
 */
#define AVB_TYPE_LOG_LINE (avb_log_line_get_type ())
G_DECLARE_FINAL_TYPE (AvbLogLine, avb_log_line, AVB, LOG_LINE, GObject)

const char *avb_log_line_get_text  (AvbLogLine *self);
AvbLogLevel avb_log_line_get_level (AvbLogLine *self);
gint64      avb_log_line_get_time  (AvbLogLine *self);

/**
 * AvbExtensionLog:
 *
 * The last 1 MiB, or 10,000 lines, of what an extension wrote: a #GListModel of #AvbLogLine, oldest first. Main thread.
 */
#define AVB_TYPE_EXTENSION_LOG (avb_extension_log_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionLog, avb_extension_log, AVB, EXTENSION_LOG, GObject)

AvbExtensionLog *avb_extension_log_new    (void);
/* Lines, whatever they are; @length -1: up to the NUL. */
void             avb_extension_log_add    (AvbExtensionLog *self, AvbLogLevel level, const char *text, gssize length);
void             avb_extension_log_clear  (AvbExtensionLog *self);
/* (transfer full): all of it, to be copied or saved */
char            *avb_extension_log_dup_text (AvbExtensionLog *self);

/* Reads @stream (pollable), a program's stderr, to its end. Forgotten with @self, or at the next call. @stream nullable. */
void             avb_extension_log_drain  (AvbExtensionLog *self, GInputStream *stream);

G_END_DECLS
