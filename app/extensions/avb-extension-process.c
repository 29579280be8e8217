/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-process.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-extension-greeting.h"
#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-sandbox.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_FILES 100000
#define MAX_LOG_TEXT (64 * 1024)

G_DEFINE_ENUM_TYPE (AvbProcessState,
                    avb_process_state,
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_STOPPING, "stopping"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_CRASHED, "crashed"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_GIVEN_UP, "given-up"),
                    G_DEFINE_ENUM_VALUE (AVB_PROCESS_UNSUPPORTED, "unsupported"))

struct _AvbExtensionProcess {
  GObject parent_instance;

  char       *id;
  char       *version;
  char       *app_dir;
  char       *exec;
  char       *data_dir;
  char       *runtime_dir;
  guint       memory_mb;
  guint64     disk;
  gboolean    network;
  GListModel *granted;
  char       *role;

  AvbRpcRequestFunc request;
  AvbRpcNotifyFunc  notify;
  gpointer          data;
  AvbRpcTraceFunc   trace; /* (nullable) */
  gpointer          trace_data;

  AvbProcessState  state;
  char            *reason;
  AvbExtensionLog *log;
  GArray          *crashes; /* gint64: when, within the window */

  DexPromise  *ended;      /* (nullable): resolved when the fiber that watches over it has ended */
  DexPromise  *started;    /* (nullable): who waits for it to take calls */
  DexPromise  *stop;       /* (nullable): resolved when it is to end */
  gboolean     stopping;
  GSubprocess *process;    /* (nullable) */
  AvbRpcPeer  *peer;       /* (nullable) */
  JsonNode    *answer;     /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AvbExtensionProcess, avb_extension_process, G_TYPE_OBJECT)

enum { PROP_0, PROP_STATE, PROP_REASON, PROP_RESTARTS, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
set_state (AvbExtensionProcess *self, AvbProcessState state, const char *reason)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->reason, reason))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASON]);
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
note (AvbExtensionProcess *self, AvbLogLevel level, const char *text)
{
  avb_extension_log_add (self->log, level, text, -1);
}

/* --- what it sends --- */

static void
take_log (AvbExtensionProcess *self, JsonNode *params)
{
  JsonObject *object = params != NULL && JSON_NODE_HOLDS_OBJECT (params) ? json_node_get_object (params) : NULL;
  const char *level = "info", *text;
  AvbLogLevel value = AVB_LOG_INFO;

  if (object == NULL || (text = avb_json_get_string (object, "text", MAX_LOG_TEXT, NULL)) == NULL)
    return;
  avb_json_find_string (object, "level", 16, &level, NULL);
  if (g_str_equal (level, "debug"))
    value = AVB_LOG_DEBUG;
  else if (g_str_equal (level, "warning"))
    value = AVB_LOG_WARNING;
  else if (g_str_equal (level, "error"))
    value = AVB_LOG_ERROR;
  note (self, value, text);
}

static void
notify_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtensionProcess *self = data;

  if (g_str_equal (method, "$/log"))
    take_log (self, params);
  else if (self->notify != NULL)
    self->notify (peer, method, params, self->data);
}

static DexFuture *
request_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtensionProcess *self = data;

  if (g_str_equal (method, "ping"))
    return dex_future_new_take_boxed (JSON_TYPE_NODE, json_node_new (JSON_NODE_NULL));
  return self->request != NULL ? self->request (peer, method, params, self->data) : NULL;
}

/* --- starting --- */

static DexFuture *
prepare_thread (gpointer data)
{
  const char *const *folders = data;
  GError *error = NULL;

  /* Sockets of a run before are nobody's. */
  if (folders[1] != NULL && !avb_tree_remove (folders[1], &error))
    return dex_future_new_for_error (error);
  for (guint i = 0; folders[i] != NULL; i++)
    if (g_mkdir_with_parents (folders[i], 0700) != 0)
      return dex_future_new_for_error (avb_tree_error_new (errno, folders[i]));
  return dex_future_new_true ();
}

static gboolean
prepare_folders (AvbExtensionProcess *self, GError **error)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  g_strv_builder_add (folders, self->data_dir);
  if (self->runtime_dir != NULL)
    g_strv_builder_add (folders, self->runtime_dir);
  return dex_await (avb_blocking_run (prepare_thread, g_strv_builder_end (folders), (GDestroyNotify) g_strfreev), error);
}

static gboolean
spawn (AvbExtensionProcess *self, GError **error)
{
  AvbSandboxSpec spec = {
    .id = self->id, .app_dir = self->app_dir, .exec = self->exec, .data_dir = self->data_dir, .runtime_dir = self->runtime_dir,
    .memory_mb = self->memory_mb, .disk = self->disk, .network = self->network,
  };

  if (!prepare_folders (self, error) || self->stopping)
    return FALSE;
  self->process = avb_sandbox_spawn (&spec, error);
  if (self->process == NULL)
    return FALSE;
  avb_extension_log_drain (self->log, g_subprocess_get_stderr_pipe (self->process));
  self->peer = avb_rpc_peer_new (g_subprocess_get_stdout_pipe (self->process), g_subprocess_get_stdin_pipe (self->process));
  avb_rpc_peer_set_handlers (self->peer, request_cb, notify_cb, self, NULL);
  if (self->trace != NULL)
    avb_rpc_peer_set_trace (self->peer, self->trace, self->trace_data, NULL);
  return TRUE;
}

/* Runs in the fiber. */
static gboolean
initialize (AvbExtensionProcess *self, GError **error)
{
  AvbProcessSpec spec = {
    .id = self->id, .version = self->version, .app_dir = self->app_dir, .data_dir = self->data_dir,
    .runtime_dir = self->runtime_dir, .memory_mb = self->memory_mb, .granted = self->granted, .role = self->role,
  };
  g_autoptr (JsonNode) answer = NULL;

  answer = dex_await_boxed (avb_rpc_peer_call (self->peer, "initialize", avb_extension_greeting_new (&spec), NULL,
                                               avb_extension_limits_get ()->initialize), error);
  if (answer == NULL)
    {
      g_autoptr (GError) reason = NULL;

      /* Why the line closed says more than that it did. */
      if (avb_rpc_peer_is_closed (self->peer) && !dex_await (avb_rpc_peer_await_closed (self->peer), &reason) && error != NULL)
        {
          g_clear_error (error);
          g_propagate_error (error, g_steal_pointer (&reason));
        }
      return FALSE;
    }
  if (!avb_extension_greeting_check (answer, error) || !avb_rpc_peer_notify (self->peer, "initialized", NULL, error))
    return FALSE;
  self->answer = g_steal_pointer (&answer);
  return TRUE;
}

/* --- running --- */

typedef struct {
  GPid    pid;
  char   *data_dir;
  guint64 memory; /* bytes that are allowed */
  guint64 disk;
} Sweep;

static void
sweep_free (Sweep *sweep)
{
  g_free (sweep->data_dir);
  g_free (sweep);
}

static DexFuture *
sweep_thread (gpointer data)
{
  Sweep *sweep = data;

  if (avb_sandbox_measure_memory (sweep->pid, NULL) > sweep->memory)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, "memory", _("The extension took more memory than it may.")));
  if (avb_sandbox_measure_folder (sweep->data_dir, MAX_FILES) > sweep->disk)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, "disk", _("The extension took more disk space than it may.")));
  return dex_future_new_true ();
}

/* No limit of the kernel's counts the processes of a sandbox together, or the files of a folder. */
static DexFuture *
sweep (AvbExtensionProcess *self)
{
  Sweep *work = g_new0 (Sweep, 1);

  work->pid = avb_extension_process_get_pid (self);
  work->data_dir = g_strdup (self->data_dir);
  /* Each process may have it; together somewhat more, for what the interpreters of a language take. */
  work->memory = ((guint64) (self->memory_mb > 0 ? self->memory_mb : AVB_SANDBOX_MEMORY_MB) + 64) << 20;
  work->disk = self->disk > 0 ? self->disk : AVB_SANDBOX_DISK;
  return avb_blocking_run (sweep_thread, work, (GDestroyNotify) sweep_free);
}

/* Whether it answers. That it does not know the word is an answer. */
static gboolean
ping (AvbExtensionProcess *self, GError **error)
{
  g_autoptr (GError) native = NULL;

  if (dex_await (avb_rpc_peer_call (self->peer, "ping", NULL, NULL, avb_extension_limits_get ()->ping_answer), &native) ||
      !g_error_matches (native, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    return TRUE;
  if (!avb_rpc_peer_is_closed (self->peer))
    g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, "no answer to a ping", _("The extension hangs: it does not answer.")));
  return avb_rpc_peer_is_closed (self->peer);
}

/* Until it ends, is to end, or must be ended. (transfer full) (nullable): NULL: it is to end, or has ended */
static GError *
watch (AvbExtensionProcess *self)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  gint64 next_ping = g_get_monotonic_time () + (gint64) limits->ping_interval * 1000;
  GError *error = NULL;

  while (!self->stopping)
    {
      dex_await (dex_future_first (avb_rpc_peer_await_closed (self->peer), dex_ref (DEX_FUTURE (self->stop)),
                                   dex_timeout_new_msec (MIN (limits->sweep, limits->ping_interval)), NULL), NULL);
      if (self->stopping)
        break;
      if (avb_rpc_peer_is_closed (self->peer))
        {
          dex_await (avb_rpc_peer_await_closed (self->peer), &error);
          break;
        }
      if (!dex_await (sweep (self), &error))
        break;
      if (g_get_monotonic_time () < next_ping)
        continue;
      if (!self->stopping && !ping (self, &error))
        break;
      next_ping = g_get_monotonic_time () + (gint64) limits->ping_interval * 1000;
    }
  return error;
}

/* --- ending --- */

/* Resolves once the process is gone, however it went. */
static DexFuture *
gone_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

static DexFuture *
await_gone (GSubprocess *process)
{
  return dex_future_finally (dex_subprocess_wait_check (process), gone_cb, NULL, NULL);
}

static gboolean
is_gone_within (GSubprocess *process, guint ms)
{
  return dex_await (dex_future_first (await_gone (process), dex_timeout_new_msec (ms), NULL), NULL);
}

/* @kindly: it is asked first. */
static void
end_process (AvbExtensionProcess *self, gboolean kindly, gboolean at_once)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  g_autoptr (GSubprocess) process = g_object_ref (self->process);
  gboolean gone = FALSE;

  if (kindly && !avb_rpc_peer_is_closed (self->peer))
    {
      dex_await (avb_rpc_peer_call (self->peer, "shutdown", NULL, NULL, limits->cancel_grace), NULL);
      if (!avb_rpc_peer_is_closed (self->peer))
        avb_rpc_peer_notify (self->peer, "exit", NULL, NULL);
      gone = is_gone_within (process, limits->term_grace);
    }
  else if (!at_once && avb_rpc_peer_is_closed (self->peer))
    /* Who has closed its end is about to go. */
    gone = is_gone_within (process, limits->term_grace / 3);
  if (!gone && !at_once)
    {
      avb_sandbox_terminate (process);
      gone = is_gone_within (process, limits->term_grace);
    }
  if (!gone)
    avb_sandbox_kill (process);
  dex_await (await_gone (process), NULL);
}

/* (transfer full): why one that was not asked to is gone */
static GError *
describe_end (AvbExtensionProcess *self)
{
  int status;

  if (g_subprocess_get_if_signaled (self->process))
    return avb_error_new (AVB_ERROR_UNAVAILABLE, g_strsignal (g_subprocess_get_term_sig (self->process)), _("The extension crashed."));
  status = g_subprocess_get_exit_status (self->process);
  /* As shells have it, bubblewrap hands on a signal. */
  if (status > 128 && status < 128 + 65)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, g_strsignal (status - 128), _("The extension crashed (%s)."), g_strsignal (status - 128));
  return avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension ended by itself, with status %d."), status);
}

static void
clear_run (AvbExtensionProcess *self)
{
  if (self->peer != NULL)
    avb_rpc_peer_close (self->peer, NULL);
  g_clear_object (&self->peer);
  g_clear_pointer (&self->answer, json_node_unref);
  if (self->process != NULL)
    avb_sandbox_kill (self->process);
  g_clear_object (&self->process);
}

static void
tell_started (AvbExtensionProcess *self, const GError *error)
{
  g_autoptr (DexPromise) started = g_steal_pointer (&self->started);

  if (started == NULL)
    return;
  if (error != NULL)
    dex_promise_reject (started, g_error_copy (error));
  else
    dex_promise_resolve_boolean (started, TRUE);
}

/* One life. (transfer full) (nullable): what it died of */
static GError *
run_once (AvbExtensionProcess *self)
{
  GError *error = NULL;

  if (!spawn (self, &error))
    {
      clear_run (self);
      return error;
    }
  if (initialize (self, &error))
    {
      note (self, AVB_LOG_DEBUG, "Alpha VBox: the extension runs");
      set_state (self, AVB_PROCESS_RUNNING, NULL);
      tell_started (self, NULL);
      error = watch (self);
    }
  if (self->stopping)
    {
      set_state (self, AVB_PROCESS_STOPPING, NULL);
      g_clear_error (&error);
      end_process (self, TRUE, FALSE);
    }
  else
    {
      /* Nobody shall wait for what does not come. */
      avb_rpc_peer_close (self->peer, error);
      end_process (self, FALSE, g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID));
      if (error == NULL)
        error = describe_end (self);
    }
  clear_run (self);
  return error;
}

/* How many crashes there were in the window, this one included. */
static guint
count_crash (AvbExtensionProcess *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 since = now - (gint64) avb_extension_limits_get ()->crash_window * 1000;
  guint old = 0;

  while (old < self->crashes->len && g_array_index (self->crashes, gint64, old) < since)
    old++;
  g_array_remove_range (self->crashes, 0, old);
  g_array_append_val (self->crashes, now);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESTARTS]);
  return self->crashes->len;
}

/* Whether it is to be started again. */
static gboolean
back_off (AvbExtensionProcess *self, const GError *error)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  guint n = count_crash (self);
  guint delay = limits->restart_first;
  g_autofree char *line = g_strdup_printf ("Alpha VBox: %s", error->message);

  note (self, AVB_LOG_ERROR, line);
  if (avb_error_get_details (error) != NULL)
    note (self, AVB_LOG_ERROR, avb_error_get_details (error));
  if (n >= limits->crash_max)
    {
      g_autofree char *reason = g_strdup_printf (_("%s It is off now, because that happened too often. Its log may say why."), error->message);

      set_state (self, AVB_PROCESS_GIVEN_UP, reason);
      tell_started (self, error);
      return FALSE;
    }
  set_state (self, AVB_PROCESS_CRASHED, error->message);
  tell_started (self, error);
  for (guint i = 1; i < n && delay < limits->restart_max; i++)
    delay *= 2;
  dex_await (dex_future_first (dex_ref (DEX_FUTURE (self->stop)), dex_timeout_new_msec (MIN (delay, limits->restart_max)), NULL), NULL);
  return !self->stopping;
}

static void
tell_ended (AvbExtensionProcess *self)
{
  g_autoptr (DexPromise) ended = g_steal_pointer (&self->ended);

  dex_promise_resolve_boolean (ended, TRUE);
}

static DexFuture *
supervise_fiber (gpointer data)
{
  AvbExtensionProcess *self = data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (avb_sandbox_self_test (), &error))
    {
      set_state (self, AVB_PROCESS_UNSUPPORTED, error->message);
      tell_started (self, error);
      tell_ended (self);
      return dex_future_new_true ();
    }
  while (!self->stopping)
    {
      set_state (self, AVB_PROCESS_STARTING, NULL);
      g_clear_error (&error);
      error = run_once (self);
      if (!self->stopping && !back_off (self, error))
        break;
    }
  if (self->stopping)
    {
      g_autoptr (GError) stopped = avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension was stopped."));

      set_state (self, AVB_PROCESS_STOPPED, NULL);
      tell_started (self, stopped);
    }
  tell_ended (self);
  return dex_future_new_true ();
}

/* --- the object --- */

static void
avb_extension_process_dispose (GObject *object)
{
  AvbExtensionProcess *self = AVB_EXTENSION_PROCESS (object);

  clear_run (self);
  G_OBJECT_CLASS (avb_extension_process_parent_class)->dispose (object);
}

static void
avb_extension_process_finalize (GObject *object)
{
  AvbExtensionProcess *self = AVB_EXTENSION_PROCESS (object);

  dex_clear (&self->started);
  dex_clear (&self->stop);
  dex_clear (&self->ended);
  g_clear_object (&self->granted);
  g_object_unref (self->log);
  g_array_unref (self->crashes);
  g_free (self->id);
  g_free (self->version);
  g_free (self->app_dir);
  g_free (self->exec);
  g_free (self->data_dir);
  g_free (self->runtime_dir);
  g_free (self->role);
  g_free (self->reason);
  G_OBJECT_CLASS (avb_extension_process_parent_class)->finalize (object);
}

static void
avb_extension_process_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtensionProcess *self = AVB_EXTENSION_PROCESS (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    case PROP_RESTARTS:
      g_value_set_uint (value, self->crashes->len);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_extension_process_class_init (AvbExtensionProcessClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_extension_process_dispose;
  object_class->finalize = avb_extension_process_finalize;
  object_class->get_property = avb_extension_process_get_property;
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, AVB_TYPE_PROCESS_STATE, AVB_PROCESS_STOPPED, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_RESTARTS] = g_param_spec_uint ("restarts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_extension_process_init (AvbExtensionProcess *self)
{
  self->crashes = g_array_new (FALSE, FALSE, sizeof (gint64));
}

AvbExtensionProcess *
avb_extension_process_new (const AvbProcessSpec *spec)
{
  AvbExtensionProcess *self;

  g_return_val_if_fail (spec != NULL && spec->id != NULL && spec->app_dir != NULL && spec->exec != NULL && spec->data_dir != NULL, NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_PROCESS, NULL);
  self->id = g_strdup (spec->id);
  self->version = g_strdup (spec->version != NULL ? spec->version : "0.0.0");
  self->app_dir = g_strdup (spec->app_dir);
  self->exec = g_strdup (spec->exec);
  self->data_dir = g_strdup (spec->data_dir);
  self->runtime_dir = g_strdup (spec->runtime_dir);
  self->memory_mb = spec->memory_mb;
  self->disk = spec->disk;
  self->network = spec->network;
  self->granted = spec->granted != NULL ? g_object_ref (spec->granted) : NULL;
  self->log = spec->log != NULL ? g_object_ref (spec->log) : avb_extension_log_new ();
  self->role = g_strdup (spec->role != NULL ? spec->role : "administrator");
  return self;
}

void
avb_extension_process_set_handlers (AvbExtensionProcess *self, AvbRpcRequestFunc request, AvbRpcNotifyFunc notify, gpointer data)
{
  g_return_if_fail (AVB_IS_EXTENSION_PROCESS (self));

  self->request = request;
  self->notify = notify;
  self->data = data;
}

void
avb_extension_process_set_trace (AvbExtensionProcess *self, AvbRpcTraceFunc func, gpointer data)
{
  g_return_if_fail (AVB_IS_EXTENSION_PROCESS (self));

  self->trace = func;
  self->trace_data = data;
}

void
avb_extension_process_set_role (AvbExtensionProcess *self, const char *role)
{
  g_return_if_fail (AVB_IS_EXTENSION_PROCESS (self) && role != NULL);
  g_set_str (&self->role, role);
}

static void
supervise (AvbExtensionProcess *self)
{
  self->stopping = FALSE;
  dex_clear (&self->stop);
  self->stop = dex_promise_new ();
  self->ended = dex_promise_new ();
  set_state (self, AVB_PROCESS_STARTING, NULL);
  avb_future_finish (avb_fiber_spawn (supervise_fiber, g_object_ref (self), g_object_unref), "watching an extension");
}

DexFuture *
avb_extension_process_start (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);

  switch (self->state)
    {
    case AVB_PROCESS_RUNNING:
      return dex_future_new_true ();
    case AVB_PROCESS_GIVEN_UP:
    case AVB_PROCESS_CRASHED:
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "%s", self->reason));
    case AVB_PROCESS_UNSUPPORTED:
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", self->reason));
    case AVB_PROCESS_STOPPING:
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, _("The extension is about to end.")));
    case AVB_PROCESS_STARTING:
    case AVB_PROCESS_STOPPED:
    default:
      break;
    }
  if (self->started == NULL)
    self->started = dex_promise_new ();
  if (self->ended == NULL)
    supervise (self);
  return dex_ref (DEX_FUTURE (self->started));
}

DexFuture *
avb_extension_process_stop (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);

  if (self->ended == NULL)
    {
      if (self->state != AVB_PROCESS_UNSUPPORTED)
        set_state (self, AVB_PROCESS_STOPPED, NULL);
      return dex_future_new_true ();
    }
  if (!self->stopping)
    {
      self->stopping = TRUE;
      dex_promise_resolve_boolean (self->stop, TRUE);
    }
  return dex_ref (DEX_FUTURE (self->ended));
}

static DexFuture *
start_again_cb (DexFuture *future, gpointer data)
{
  return avb_extension_process_start (data);
}

DexFuture *
avb_extension_process_try_again (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);

  g_array_set_size (self->crashes, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESTARTS]);
  if (self->state == AVB_PROCESS_UNSUPPORTED)
    set_state (self, AVB_PROCESS_STOPPED, NULL);
  return dex_future_finally (avb_extension_process_stop (self), start_again_cb, g_object_ref (self), g_object_unref);
}

typedef struct {
  AvbExtensionProcess *self;
  char                *method;
  JsonNode            *params;
  AvbOperation        *operation;
  guint                timeout_ms;
} LateCall;

static void
late_call_free (LateCall *call)
{
  g_object_unref (call->self);
  g_free (call->method);
  g_clear_pointer (&call->params, json_node_unref);
  g_clear_object (&call->operation);
  g_free (call);
}

static DexFuture *
late_call_cb (DexFuture *future, gpointer data)
{
  LateCall *call = data;

  if (call->self->peer == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension has ended.")));
  return avb_rpc_peer_call (call->self->peer, call->method, g_steal_pointer (&call->params), call->operation, call->timeout_ms);
}

DexFuture *
avb_extension_process_call (AvbExtensionProcess *self, const char *method, JsonNode *params, AvbOperation *operation, guint timeout_ms)
{
  LateCall *call;

  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self) && method != NULL, NULL);

  if (self->state == AVB_PROCESS_RUNNING && self->peer != NULL)
    return avb_rpc_peer_call (self->peer, method, params, operation, timeout_ms);
  call = g_new0 (LateCall, 1);
  call->self = g_object_ref (self);
  call->method = g_strdup (method);
  call->params = params;
  call->operation = operation != NULL ? g_object_ref (operation) : NULL;
  call->timeout_ms = timeout_ms;
  return dex_future_then (avb_extension_process_start (self), late_call_cb, call, (GDestroyNotify) late_call_free);
}

AvbProcessState
avb_extension_process_get_state (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), AVB_PROCESS_STOPPED);
  return self->state;
}

const char *
avb_extension_process_get_reason (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);
  return self->reason;
}

guint
avb_extension_process_get_restarts (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), 0);
  return self->crashes->len;
}

AvbExtensionLog *
avb_extension_process_get_log (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);
  return self->log;
}

JsonObject *
avb_extension_process_get_answer (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);
  return self->answer != NULL ? json_node_get_object (self->answer) : NULL;
}

GPid
avb_extension_process_get_pid (AvbExtensionProcess *self)
{
  const char *identifier;

  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), 0);

  identifier = self->process != NULL ? g_subprocess_get_identifier (self->process) : NULL;
  return identifier != NULL ? (GPid) g_ascii_strtoll (identifier, NULL, 10) : 0;
}

AvbRpcPeer *
avb_extension_process_get_peer (AvbExtensionProcess *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PROCESS (self), NULL);
  return self->peer;
}
