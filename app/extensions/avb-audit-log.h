/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbAuditEntry:
 *
 * One thing that an extension did or wanted to do. Immutable.
 *
 * Properties, read-only: `time` (int64, microseconds since 1970), `extension` (string: its id), `method` (string), `target`
 * (string: a machine's name, an address, …; perhaps ""), `allowed` (boolean), `reason` (string, nullable: why not).
 */
#define AVB_TYPE_AUDIT_ENTRY (avb_audit_entry_get_type ())
G_DECLARE_FINAL_TYPE (AvbAuditEntry, avb_audit_entry, AVB, AUDIT_ENTRY, GObject)

gint64      avb_audit_entry_get_time      (AvbAuditEntry *self);
const char *avb_audit_entry_get_extension (AvbAuditEntry *self);
const char *avb_audit_entry_get_method    (AvbAuditEntry *self);
const char *avb_audit_entry_get_target    (AvbAuditEntry *self);
gboolean    avb_audit_entry_get_allowed   (AvbAuditEntry *self);
const char *avb_audit_entry_get_reason    (AvbAuditEntry *self); /* (nullable) */

/**
 * AvbAuditLog:
 *
 * What extensions did and wanted to do: a #GListModel of #AvbAuditEntry, newest last, the last 2,000; and a file, one line
 * of JSON each, that is begun anew at 1 MiB, with one before it kept. Main thread.
 */
#define AVB_TYPE_AUDIT_LOG (avb_audit_log_get_type ())
G_DECLARE_FINAL_TYPE (AvbAuditLog, avb_audit_log, AVB, AUDIT_LOG, GObject)

/* @path: (nullable): of the file; else there is only the list */
AvbAuditLog *avb_audit_log_new (const char *path);

/* @reason: (nullable): it was denied, and why. The same again within a second is one entry. */
void         avb_audit_log_add (AvbAuditLog *self,
                                const char  *extension,
                                const char  *method,
                                const char  *target,
                                const char  *reason);
/* Waits until all is in the file; for the end of the program. */
void         avb_audit_log_flush (AvbAuditLog *self);

G_END_DECLS
