/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Characters of a target */
#define AVB_AUDIT_MAX_TARGET 300

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

/* @time: microseconds since 1970; @reason: (nullable). All texts become lines of bounded length. */
AvbAuditEntry *avb_audit_entry_new     (gint64      time,
                                        const char *extension,
                                        const char *method,
                                        const char *target,
                                        const char *reason);
/* (transfer full): one line, without its end */
char          *avb_audit_entry_to_json (AvbAuditEntry *self);
/* (transfer full) (nullable): what to_json() wrote; %NULL for anything else. Thread: any. */
AvbAuditEntry *avb_audit_entry_parse   (const char *line);

G_END_DECLS
