/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-extension-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* Disks are larger than what others keep. */
#define DISK_FOR_STORAGE (G_GUINT64_CONSTANT (1) << 40)

G_DEFINE_ENUM_TYPE (AvbExtensionPhase,
                    avb_extension_phase,
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_CRASHED, "crashed"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_DISABLED, "disabled"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_REVOKED, "revoked"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_BLOCKED, "blocked"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_UNSUPPORTED, "unsupported"))

struct _AvbExtension {
  GObject parent_instance;

  AvbInstalled     *installed;
  char             *data_dir;
  char             *runtime_dir;
  AvbExtensionFuncs funcs;
  gpointer          data;
  char             *blocked;
  char             *unsupported;
  char             *role;
  gboolean          network;

  AvbExtensionLog     *log;
  AvbExtensionProcess *process; /* (nullable): of `process_dir` with `process_granted` */
  char                *process_dir;
  GPtrArray           *process_granted;
  AvbExtensionPhase    state;
  char                *reason;
};

G_DEFINE_FINAL_TYPE (AvbExtension, avb_extension, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_INSTALLED,
  PROP_ID,
  PROP_NAME,
  PROP_STATE,
  PROP_STATE_REASON,
  PROP_RESTARTS,
  PROP_LOG,
  PROP_HAS_CODE,
  PROP_CAN_TRY_AGAIN,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

static AvbExtensionManifest *
manifest_of (AvbExtension *self)
{
  return avb_installed_get_manifest (self->installed);
}

/* --- how it is --- */

static AvbExtensionPhase
phase_of_process (AvbExtension *self, char **reason)
{
  AvbProcessState state = self->process != NULL ? avb_extension_process_get_state (self->process) : AVB_PROCESS_STOPPED;

  if (self->process != NULL)
    *reason = g_strdup (avb_extension_process_get_reason (self->process));
  switch (state)
    {
    case AVB_PROCESS_STARTING:
      return AVB_EXTENSION_STARTING;
    case AVB_PROCESS_RUNNING:
    case AVB_PROCESS_STOPPING:
      return AVB_EXTENSION_RUNNING;
    case AVB_PROCESS_CRASHED:
      return AVB_EXTENSION_CRASHED;
    case AVB_PROCESS_GIVEN_UP:
      return AVB_EXTENSION_DISABLED;
    case AVB_PROCESS_UNSUPPORTED:
      return AVB_EXTENSION_UNSUPPORTED;
    case AVB_PROCESS_STOPPED:
    default:
      return AVB_EXTENSION_STOPPED;
    }
}

/* @reason: (out) (transfer full) (nullable) */
static AvbExtensionPhase
find_phase (AvbExtension *self, char **reason)
{
  g_autoptr (GError) error = NULL;
  const char *revoked = avb_installed_get_revoked_reason (self->installed);

  *reason = NULL;
  if (revoked != NULL)
    {
      *reason = g_strdup (revoked);
      return AVB_EXTENSION_REVOKED;
    }
  if (self->blocked != NULL)
    {
      *reason = g_strdup (self->blocked);
      return AVB_EXTENSION_BLOCKED;
    }
  if (!avb_installed_get_enabled (self->installed))
    return AVB_EXTENSION_DISABLED;
  if (!avb_extension_manifest_check_host (manifest_of (self), &error))
    {
      *reason = g_strdup (error->message);
      return AVB_EXTENSION_UNSUPPORTED;
    }
  if (!avb_extension_get_has_code (self))
    return AVB_EXTENSION_RUNNING;
  if (self->unsupported != NULL)
    {
      *reason = g_strdup (self->unsupported);
      return AVB_EXTENSION_UNSUPPORTED;
    }
  return phase_of_process (self, reason);
}

static void
update_phase (AvbExtension *self)
{
  g_autofree char *reason = NULL;
  AvbExtensionPhase state = find_phase (self, &reason);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->reason, reason))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE_REASON]);
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_TRY_AGAIN]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
process_changed_cb (GObject *process, GParamSpec *pspec, AvbExtension *self)
{
  if (g_str_equal (pspec->name, "restarts"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESTARTS]);
  update_phase (self);
}

/* --- its process --- */

static DexFuture *
request_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtension *self = data;

  return self->funcs.request (self, method, params, self->data);
}

static void
notify_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtension *self = data;

  self->funcs.notify (self, method, params, self->data);
}

static GPtrArray *
list_granted (AvbExtension *self)
{
  GListModel *granted = avb_installed_get_granted (self->installed);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (granted); i++)
    g_ptr_array_add (list, g_list_model_get_item (granted, i));
  return list;
}

static gboolean
is_granted (GPtrArray *granted, AvbPermission *permission)
{
  for (guint i = 0; i < granted->len; i++)
    if (avb_permission_equal (granted->pdata[i], permission))
      return TRUE;
  return FALSE;
}

static gboolean
same_granted (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!is_granted (b, a->pdata[i]))
      return FALSE;
  return TRUE;
}

/* What one process knows at its start is known to it for good. */
static gboolean
is_outdated (AvbExtension *self)
{
  g_autoptr (GPtrArray) granted = NULL;

  if (self->process == NULL)
    return FALSE;
  granted = list_granted (self);
  return g_strcmp0 (self->process_dir, avb_installed_get_dir (self->installed)) != 0 || !same_granted (granted, self->process_granted);
}

static void
drop_process (AvbExtension *self)
{
  if (self->process == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->process, self);
  avb_extension_process_set_handlers (self->process, NULL, NULL, NULL);
  avb_future_finish (avb_extension_process_stop (self->process), "stopping an extension");
  g_clear_object (&self->process);
  g_clear_pointer (&self->process_dir, g_free);
  g_clear_pointer (&self->process_granted, g_ptr_array_unref);
}

static void
make_process (AvbExtension *self)
{
  AvbExtensionManifest *manifest = manifest_of (self);
  AvbProcessSpec spec = {
    .id = avb_extension_get_id (self),
    .version = avb_installed_get_version (self->installed),
    .app_dir = avb_installed_get_dir (self->installed),
    .exec = avb_extension_manifest_get_exec (manifest),
    .data_dir = self->data_dir,
    .runtime_dir = self->runtime_dir,
    .memory_mb = avb_extension_manifest_get_memory_mb (manifest),
    .disk = avb_installed_allows (self->installed, AVB_PERMISSION_STORAGE_SERVE, NULL) ? DISK_FOR_STORAGE : 0,
    .network = self->network,
    .granted = avb_installed_get_granted (self->installed),
    .log = self->log,
    .role = self->role,
  };

  self->process = avb_extension_process_new (&spec);
  self->process_dir = g_strdup (spec.app_dir);
  self->process_granted = list_granted (self);
  avb_extension_process_set_handlers (self->process, request_cb, notify_cb, self);
  g_signal_connect (self->process, "notify", G_CALLBACK (process_changed_cb), self);
}

static gboolean
may_run (AvbExtension *self)
{
  return self->state != AVB_EXTENSION_REVOKED && self->state != AVB_EXTENSION_BLOCKED && self->state != AVB_EXTENSION_UNSUPPORTED &&
         avb_installed_get_enabled (self->installed);
}

/* After anything that it depends on has changed. */
static void
update (AvbExtension *self)
{
  gboolean ran = self->process != NULL && avb_extension_process_get_state (self->process) != AVB_PROCESS_STOPPED;
  gboolean outdated = is_outdated (self);

  if (outdated)
    drop_process (self);
  update_phase (self);
  if (!may_run (self))
    {
      drop_process (self);
      update_phase (self);
    }
  else if (ran && outdated)
    avb_future_finish (avb_extension_start (self), "starting an extension again");
}

static void
installed_changed_cb (GObject *installed, GParamSpec *pspec, AvbExtension *self)
{
  update (self);
  if (g_str_equal (pspec->name, "manifest"))
    {
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_CODE]);
    }
}

/* --- the object --- */

static void
avb_extension_dispose (GObject *object)
{
  AvbExtension *self = AVB_EXTENSION (object);

  drop_process (self);
  if (self->installed != NULL)
    g_signal_handlers_disconnect_by_data (self->installed, self);
  g_clear_object (&self->installed);
  G_OBJECT_CLASS (avb_extension_parent_class)->dispose (object);
}

static void
avb_extension_finalize (GObject *object)
{
  AvbExtension *self = AVB_EXTENSION (object);

  g_object_unref (self->log);
  g_free (self->data_dir);
  g_free (self->runtime_dir);
  g_free (self->blocked);
  g_free (self->unsupported);
  g_free (self->role);
  g_free (self->reason);
  G_OBJECT_CLASS (avb_extension_parent_class)->finalize (object);
}

static void
avb_extension_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtension *self = AVB_EXTENSION (object);

  switch (id)
    {
    case PROP_INSTALLED:
      g_value_set_object (value, self->installed);
      break;
    case PROP_ID:
      g_value_set_string (value, avb_extension_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, avb_extension_get_name (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_STATE_REASON:
      g_value_set_string (value, self->reason);
      break;
    case PROP_RESTARTS:
      g_value_set_uint (value, avb_extension_get_restarts (self));
      break;
    case PROP_LOG:
      g_value_set_object (value, self->log);
      break;
    case PROP_HAS_CODE:
      g_value_set_boolean (value, avb_extension_get_has_code (self));
      break;
    case PROP_CAN_TRY_AGAIN:
      g_value_set_boolean (value, avb_extension_get_can_try_again (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_extension_class_init (AvbExtensionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_extension_dispose;
  object_class->finalize = avb_extension_finalize;
  object_class->get_property = avb_extension_get_property;
  properties[PROP_INSTALLED] = g_param_spec_object ("installed", NULL, NULL, AVB_TYPE_INSTALLED, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, AVB_TYPE_EXTENSION_PHASE, AVB_EXTENSION_STOPPED, flags);
  properties[PROP_STATE_REASON] = g_param_spec_string ("state-reason", NULL, NULL, NULL, flags);
  properties[PROP_RESTARTS] = g_param_spec_uint ("restarts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LOG] = g_param_spec_object ("log", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_HAS_CODE] = g_param_spec_boolean ("has-code", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_TRY_AGAIN] = g_param_spec_boolean ("can-try-again", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_extension_init (AvbExtension *self)
{
  self->log = avb_extension_log_new ();
  self->role = g_strdup ("administrator");
}

AvbExtension *
avb_extension_new (AvbInstalled            *installed,
                   const char              *data_dir,
                   const char              *runtime_dir,
                   const AvbExtensionFuncs *funcs,
                   gpointer                 data)
{
  AvbExtension *self;

  g_return_val_if_fail (AVB_IS_INSTALLED (installed), NULL);

  self = g_object_new (AVB_TYPE_EXTENSION, NULL);
  self->installed = g_object_ref (installed);
  self->data_dir = g_strdup (data_dir);
  self->runtime_dir = g_strdup (runtime_dir);
  self->funcs = *funcs;
  self->data = data;
  g_signal_connect (installed, "notify", G_CALLBACK (installed_changed_cb), self);
  update (self);
  return self;
}

void
avb_extension_set_blocked (AvbExtension *self, const char *reason)
{
  g_return_if_fail (AVB_IS_EXTENSION (self));
  if (g_set_str (&self->blocked, reason))
    update (self);
}

void
avb_extension_set_unsupported (AvbExtension *self, const char *reason)
{
  g_return_if_fail (AVB_IS_EXTENSION (self));
  if (g_set_str (&self->unsupported, reason))
    update (self);
}

void
avb_extension_set_role (AvbExtension *self, const char *role)
{
  g_return_if_fail (AVB_IS_EXTENSION (self) && role != NULL);
  g_set_str (&self->role, role);
  if (self->process != NULL)
    avb_extension_process_set_role (self->process, role);
}

void
avb_extension_set_network (AvbExtension *self, gboolean network)
{
  g_return_if_fail (AVB_IS_EXTENSION (self));

  if (self->network == network)
    return;
  self->network = network;
  drop_process (self);
  update (self);
}

AvbExtensionProcess *
avb_extension_get_process (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->process;
}

static GError *
new_refusal (AvbExtension *self)
{
  const char *name = avb_extension_get_name (self);

  switch (self->state)
    {
    case AVB_EXTENSION_BLOCKED:
      return avb_error_new (AVB_ERROR_PERMISSION, NULL, "%s", self->reason);
    case AVB_EXTENSION_REVOKED:
      return avb_error_new (AVB_ERROR_PERMISSION, self->reason, _("“%s” was taken back by its marketplace."), name);
    case AVB_EXTENSION_UNSUPPORTED:
      return avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", self->reason);
    default:
      return avb_error_new (AVB_ERROR_UNAVAILABLE, self->reason, _("“%s” is off."), name);
    }
}

static gboolean
prepare (AvbExtension *self, GError **error)
{
  self->funcs.prepare (self, self->data);
  if (!avb_extension_get_has_code (self))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("“%s” has no code that could be run."),
                                               avb_extension_get_name (self)));
      return FALSE;
    }
  if (!may_run (self))
    {
      g_propagate_error (error, new_refusal (self));
      return FALSE;
    }
  if (self->process == NULL)
    make_process (self);
  return TRUE;
}

DexFuture *
avb_extension_start (AvbExtension *self)
{
  GError *error = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);

  if (!prepare (self, &error))
    return dex_future_new_for_error (error);
  return avb_extension_process_start (self->process);
}

DexFuture *
avb_extension_stop (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->process != NULL ? avb_extension_process_stop (self->process) : dex_future_new_true ();
}

DexFuture *
avb_extension_try_again (AvbExtension *self)
{
  GError *error = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);

  if (!prepare (self, &error))
    return dex_future_new_for_error (error);
  return avb_extension_process_try_again (self->process);
}

static DexFuture *
check_cb (DexFuture *future, gpointer data)
{
  const GValue *value = dex_future_get_value (future, NULL);
  GError *error = NULL;

  if (!avb_extension_check_result (data, g_value_get_boxed (value), &error))
    return dex_future_new_for_error (error);
  return dex_ref (future);
}

DexFuture *
avb_extension_call (AvbExtension *self, const char *method, JsonNode *params, AvbOperation *operation)
{
  guint timeout = AVB_RPC_LONG;
  GError *error = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION (self) && method != NULL, NULL);

  if (!prepare (self, &error))
    {
      g_clear_pointer (&params, json_node_unref);
      return dex_future_new_for_error (error);
    }
  if (operation == NULL)
    timeout = avb_extension_manifest_get_timeout_s (manifest_of (self)) * 1000;
  return dex_future_then (avb_extension_process_call (self->process, method, params, operation, timeout), check_cb,
                          g_strdup (method), g_free);
}

void
avb_extension_notify (AvbExtension *self, const char *method, JsonNode *params)
{
  AvbRpcPeer *peer;

  g_return_if_fail (AVB_IS_EXTENSION (self) && method != NULL);

  peer = self->state == AVB_EXTENSION_RUNNING && self->process != NULL ? avb_extension_process_get_peer (self->process) : NULL;
  if (peer != NULL)
    avb_rpc_peer_notify (peer, method, params, NULL);
  else
    g_clear_pointer (&params, json_node_unref);
}

AvbInstalled *
avb_extension_get_installed (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->installed;
}

const char *
avb_extension_get_id (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return avb_installed_get_id (self->installed);
}

const char *
avb_extension_get_name (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return avb_extension_manifest_get_name (manifest_of (self));
}

AvbExtensionPhase
avb_extension_get_state (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), AVB_EXTENSION_STOPPED);
  return self->state;
}

const char *
avb_extension_get_state_reason (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->reason;
}

guint
avb_extension_get_restarts (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), 0);
  return self->process != NULL ? avb_extension_process_get_restarts (self->process) : 0;
}

AvbExtensionLog *
avb_extension_get_log (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->log;
}

gboolean
avb_extension_get_has_code (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), FALSE);
  return avb_extension_manifest_get_kind (manifest_of (self)) == AVB_EXTENSION_CODE;
}

gboolean
avb_extension_get_can_try_again (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), FALSE);
  return self->state == AVB_EXTENSION_CRASHED || (self->state == AVB_EXTENSION_DISABLED && avb_installed_get_enabled (self->installed));
}

JsonObject *
avb_extension_get_contributes (AvbExtension *self)
{
  JsonObject *answer;

  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);

  answer = self->process != NULL ? avb_extension_process_get_answer (self->process) : NULL;
  return answer != NULL && json_object_has_member (answer, "contributes") ? json_object_get_object_member (answer, "contributes") : NULL;
}

const char *
avb_extension_get_data_dir (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->data_dir;
}

const char *
avb_extension_get_runtime_dir (AvbExtension *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION (self), NULL);
  return self->runtime_dir;
}
