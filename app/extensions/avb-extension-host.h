/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "app/extensions/avb-audit-log.h"
#include "app/extensions/avb-contributions.h"
#include "app/extensions/avb-extension-question.h"
#include "app/extensions/avb-extension-store.h"
#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/* See avb-extension-policy.h. */
typedef struct _AvbExtensionPolicy AvbExtensionPolicy;

/**
 * AvbRole:
 *
 * What the user of this program may do, whatever an extension was granted: a viewer only looks at machines; an operator also
 * starts and stops them, and has disks and networks served; an administrator does all.
 */
typedef enum {
  AVB_ROLE_VIEWER,
  AVB_ROLE_OPERATOR,
  AVB_ROLE_ADMINISTRATOR,
} AvbRole;

#define AVB_TYPE_ROLE (avb_role_get_type ())
GType avb_role_get_type (void);

/**
 * AvbExtensionHost:
 *
 * All extensions that are installed, what they may do and what they do. One for the program; main thread.
 *
 * Code is started when it is needed: when one of its contributions is used (avb_extension_call() does that), or, where its
 * manifest says `startup`, at avb_extension_host_start(). Each call that an extension makes is checked, at that moment,
 * against what was granted, the user's role and the policy of this computer, and what was decided is in the audit log.
 *
 * Properties: `extensions` (#GListModel of #AvbExtension, sorted by id), `contributions` (#AvbContributions), `audit`
 * (#AvbAuditLog), `role` (#AvbRole, writable; administrator at first), `sandbox-reason` (string, nullable, translated: why
 * no code can be run here; known once it was tested).
 *
 * Signals:
 * `ask` (#AvbExtensionQuestion) → boolean: an extension asks the user. Whoever returns %TRUE answers it; if nobody does it
 *   is answered as busy.
 * `sample` (#AvbExtension, string monitor, #JsonObject params): `monitor/sample`, checked.
 * `event` (#AvbExtension, string monitor, #JsonObject params): `monitor/event`, checked; at most one a minute of the same.
 */
#define AVB_TYPE_EXTENSION_HOST (avb_extension_host_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionHost, avb_extension_host, AVB, EXTENSION_HOST, GObject)

/* @library: what extensions may see of it. @store may be loaded later. */
AvbExtensionHost *avb_extension_host_new (AvbLibrary *library, AvbExtensionStore *store);

/* Instead of the system's; for tests. What its file says is looked at again before each start and each call. */
void              avb_extension_host_set_policy (AvbExtensionHost *self, AvbExtensionPolicy *policy);

/* Tests the sandbox, then starts those that want to be started with the program. Resolves to %TRUE when they run or failed:
 * what came of each is its state. */
DexFuture        *avb_extension_host_start (AvbExtensionHost *self) G_GNUC_WARN_UNUSED_RESULT;
/* At the end of the program: asks all to end, and ends them. Resolves to %TRUE. */
DexFuture        *avb_extension_host_stop  (AvbExtensionHost *self) G_GNUC_WARN_UNUSED_RESULT;

GListModel        *avb_extension_host_get_extensions     (AvbExtensionHost *self);
/* (transfer full) (nullable) */
AvbExtension      *avb_extension_host_find               (AvbExtensionHost *self, const char *id);
AvbContributions  *avb_extension_host_get_contributions  (AvbExtensionHost *self);
AvbAuditLog       *avb_extension_host_get_audit          (AvbExtensionHost *self);
AvbExtensionStore *avb_extension_host_get_store          (AvbExtensionHost *self);
AvbExtensionPolicy *avb_extension_host_get_policy        (AvbExtensionHost *self);
AvbRole            avb_extension_host_get_role           (AvbExtensionHost *self);
void               avb_extension_host_set_role           (AvbExtensionHost *self, AvbRole role);
const char        *avb_extension_host_get_sandbox_reason (AvbExtensionHost *self); /* (nullable) */

/**
 * avb_extension_host_open_panel:
 * @panel: the id of a monitor with a panel, or what `command/run` named
 * @machine: (nullable): id of the machine that it is about
 *
 * Opens a panel. It is updated until avb_panel_close(), and closed when its extension ends.
 *
 * Returns: (transfer full): resolves to an #AvbPanel
 */
DexFuture        *avb_extension_host_open_panel (AvbExtensionHost *self,
                                                 AvbExtension     *extension,
                                                 const char       *panel,
                                                 AvbMachine       *machine) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full): {id, name, state} as the protocol has machines; for params that name one */
JsonObject       *avb_extension_host_describe_machine (AvbMachine *machine);

G_END_DECLS
