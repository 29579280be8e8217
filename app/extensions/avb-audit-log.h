/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/extensions/avb-audit-entry.h"

G_BEGIN_DECLS

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

/**
 * avb_audit_log_load:
 *
 * Puts what the file has from before this program began in front of the list, once.
 *
 * Returns: (transfer full): resolves to %TRUE, also where there is no file
 */
DexFuture   *avb_audit_log_load (AvbAuditLog *self) G_GNUC_WARN_UNUSED_RESULT;

/* @reason: (nullable): it was denied, and why. The same again within a second is one entry. */
void         avb_audit_log_add (AvbAuditLog *self,
                                const char  *extension,
                                const char  *method,
                                const char  *target,
                                const char  *reason);
/* Waits until all is in the file; for the end of the program. */
void         avb_audit_log_flush (AvbAuditLog *self);

G_END_DECLS
