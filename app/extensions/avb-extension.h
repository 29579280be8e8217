/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/extensions/avb-extension-log.h"
#include "app/extensions/avb-installed.h"
#include "app/extensions/avb-rpc-peer.h"

G_BEGIN_DECLS

/**
 * AvbExtensionPhase:
 * @AVB_EXTENSION_STOPPED: has code that does not run now; it is started when it is needed.
 * @AVB_EXTENSION_STARTING: is about to run.
 * @AVB_EXTENSION_RUNNING: runs; content is there to be used.
 * @AVB_EXTENSION_CRASHED: ended by itself or had to be ended; it is started again by itself.
 * @AVB_EXTENSION_DISABLED: by the user, or because it crashed too often: then there is a reason.
 * @AVB_EXTENSION_REVOKED: its marketplace took it back.
 * @AVB_EXTENSION_BLOCKED: by a policy of this computer.
 * @AVB_EXTENSION_UNSUPPORTED: not with this program or on this computer, or it cannot be locked in here.
 */
typedef enum {
  AVB_EXTENSION_STOPPED,
  AVB_EXTENSION_STARTING,
  AVB_EXTENSION_RUNNING,
  AVB_EXTENSION_CRASHED,
  AVB_EXTENSION_DISABLED,
  AVB_EXTENSION_REVOKED,
  AVB_EXTENSION_BLOCKED,
  AVB_EXTENSION_UNSUPPORTED,
} AvbExtensionPhase;

#define AVB_TYPE_EXTENSION_PHASE (avb_extension_phase_get_type ())
GType avb_extension_phase_get_type (void);

/**
 * AvbExtension:
 *
 * One extension that is installed, and how it is. There is one object as long as it is installed, whatever its version. Main
 * thread. Made by #AvbExtensionHost.
 *
 * Properties, read-only and notifying: `installed` (#AvbInstalled), `id` (string), `name` (string: the author's), `state`
 * (#AvbExtensionPhase), `state-reason` (string, nullable, translated: a sentence), `restarts` (uint: crashes in the last ten
 * minutes), `log` (#GListModel of #AvbLogLine; always the same), `has-code` (boolean), `can-try-again` (boolean: it is off
 * because it crashed).
 */
#define AVB_TYPE_EXTENSION (avb_extension_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtension, avb_extension, AVB, EXTENSION, GObject)

/**
 * avb_extension_call:
 * @params: (transfer full) (nullable)
 * @operation: (nullable): progress and cancel; not finished by this. Given, the work may take as long as it wants if it
 *   tells how it gets on; without it 30 s, or what the manifest says
 *
 * Calls a method of the protocol, after a start if need be. What comes back is checked to be what the method gives (see
 * avb_extension_check_result()), and otherwise %AVB_ERROR_INVALID.
 *
 * Returns: (transfer full): resolves to a #JsonNode (boxed); rejects as avb_rpc_peer_call() does, %AVB_ERROR_NOT_SUPPORTED,
 *   %AVB_ERROR_PERMISSION or %AVB_ERROR_UNAVAILABLE with the sentence of `state-reason` if it cannot run. A change that
 *   failed is never tried again by itself: see avb_rpc_error_is_outcome_unknown().
 */
DexFuture *avb_extension_call (AvbExtension *self,
                               const char   *method,
                               JsonNode     *params,
                               AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* Only if it runs; nothing otherwise. @params: (transfer full) (nullable) */
void       avb_extension_notify (AvbExtension *self, const char *method, JsonNode *params);

/* Both resolve to %TRUE. What is stopped starts again when it is needed. */
DexFuture *avb_extension_start     (AvbExtension *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_extension_stop      (AvbExtension *self) G_GNUC_WARN_UNUSED_RESULT;
/* Of one that crashed: forgets that, and starts it. Resolves to %TRUE once it runs. */
DexFuture *avb_extension_try_again (AvbExtension *self) G_GNUC_WARN_UNUSED_RESULT;

AvbInstalled      *avb_extension_get_installed     (AvbExtension *self);
const char        *avb_extension_get_id            (AvbExtension *self);
const char        *avb_extension_get_name          (AvbExtension *self);
AvbExtensionPhase  avb_extension_get_state         (AvbExtension *self);
const char        *avb_extension_get_state_reason  (AvbExtension *self); /* (nullable) */
guint              avb_extension_get_restarts      (AvbExtension *self);
AvbExtensionLog   *avb_extension_get_log           (AvbExtension *self);
gboolean           avb_extension_get_has_code      (AvbExtension *self);
gboolean           avb_extension_get_can_try_again (AvbExtension *self);
/* (nullable) (transfer none): what it contributes beyond its manifest, as it told when it started */
JsonObject        *avb_extension_get_contributes   (AvbExtension *self);
/* (transfer none): of this computer's files: where it keeps its data, and where it makes sockets */
const char        *avb_extension_get_data_dir      (AvbExtension *self);
const char        *avb_extension_get_runtime_dir   (AvbExtension *self);

G_END_DECLS
