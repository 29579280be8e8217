/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-log.h"
#include "app/extensions/avb-rpc-peer.h"

G_BEGIN_DECLS

/**
 * AvbProcessState:
 * @AVB_PROCESS_STOPPED: not started, or stopped by us.
 * @AVB_PROCESS_STARTING: about to be ready.
 * @AVB_PROCESS_RUNNING: takes calls.
 * @AVB_PROCESS_STOPPING: was asked to end.
 * @AVB_PROCESS_CRASHED: ended by itself or had to be ended; it is started again by itself.
 * @AVB_PROCESS_GIVEN_UP: crashed too often; only avb_extension_process_try_again() starts it.
 * @AVB_PROCESS_UNSUPPORTED: this system cannot lock it in: see avb_sandbox_self_test().
 */
typedef enum {
  AVB_PROCESS_STOPPED,
  AVB_PROCESS_STARTING,
  AVB_PROCESS_RUNNING,
  AVB_PROCESS_STOPPING,
  AVB_PROCESS_CRASHED,
  AVB_PROCESS_GIVEN_UP,
  AVB_PROCESS_UNSUPPORTED,
} AvbProcessState;

#define AVB_TYPE_PROCESS_STATE (avb_process_state_get_type ())
GType avb_process_state_get_type (void);

/**
 * AvbProcessSpec:
 *
 * What to run. A plain value for the stack.
 */
typedef struct {
  const char  *id;
  const char  *version;     /* (nullable) */
  const char  *app_dir;
  const char  *exec;        /* relative to it */
  const char  *data_dir;    /* made if it is not there */
  const char  *runtime_dir; /* (nullable): made, and emptied before each start */
  guint        memory_mb;   /* 0: what is enough for most */
  guint64      disk;        /* bytes of a file, and of all in data_dir; 0: 1 GiB */
  gboolean     network;
  GListModel  *granted;     /* (nullable): of #AvbPermission, as they are at each start */
  AvbExtensionLog *log;     /* (nullable): where it writes to; else one of its own */
  const char  *role;        /* (nullable): what the user may: "viewer", "operator", "administrator" */
} AvbProcessSpec;

/**
 * AvbExtensionProcess:
 *
 * The process of one extension with code: started, watched, asked to end, ended, started again, given up. Main thread.
 *
 * Properties, read-only and notifying: `state` (#AvbProcessState), `reason` (string, nullable, translated: why it is not
 * running), `restarts` (uint: crashes within the last ten minutes).
 *
 * It lives as long as the process is watched: who started it ends it with avb_extension_process_stop().
 */
#define AVB_TYPE_EXTENSION_PROCESS (avb_extension_process_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionProcess, avb_extension_process, AVB, EXTENSION_PROCESS, GObject)

AvbExtensionProcess *avb_extension_process_new (const AvbProcessSpec *spec);

/* As avb_rpc_peer_set_handlers(). `$/log` is dealt with here. */
void avb_extension_process_set_handlers (AvbExtensionProcess *self,
                                         AvbRpcRequestFunc    request,
                                         AvbRpcNotifyFunc     notify,
                                         gpointer             data);
/* As avb_rpc_peer_set_trace(), of each process from its first message on. @func nullable */
void avb_extension_process_set_trace    (AvbExtensionProcess *self, AvbRpcTraceFunc func, gpointer data);
void avb_extension_process_set_role     (AvbExtensionProcess *self, const char *role);

/* Resolves to %TRUE once it takes calls; rejects if it does not come to that, %AVB_ERROR_NOT_SUPPORTED if it never will. */
DexFuture *avb_extension_process_start     (AvbExtensionProcess *self) G_GNUC_WARN_UNUSED_RESULT;
/* Asks it to end, and ends it. Resolves to %TRUE once it is gone. */
DexFuture *avb_extension_process_stop      (AvbExtensionProcess *self) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets its crashes and starts it. */
DexFuture *avb_extension_process_try_again (AvbExtensionProcess *self) G_GNUC_WARN_UNUSED_RESULT;

/* As avb_rpc_peer_call(), after a start if need be. */
DexFuture *avb_extension_process_call (AvbExtensionProcess *self,
                                       const char          *method,
                                       JsonNode            *params,
                                       AvbOperation        *operation,
                                       guint                timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

AvbProcessState  avb_extension_process_get_state    (AvbExtensionProcess *self);
const char      *avb_extension_process_get_reason   (AvbExtensionProcess *self); /* (nullable) */
guint            avb_extension_process_get_restarts (AvbExtensionProcess *self);
AvbExtensionLog *avb_extension_process_get_log      (AvbExtensionProcess *self);
/* (nullable): what it answered to `initialize`, an object; NULL while it does not run */
JsonObject      *avb_extension_process_get_answer   (AvbExtensionProcess *self);
/* Of the sandbox; 0 while it does not run */
GPid             avb_extension_process_get_pid      (AvbExtensionProcess *self);
/* (nullable) */
AvbRpcPeer      *avb_extension_process_get_peer     (AvbExtensionProcess *self);

G_END_DECLS
