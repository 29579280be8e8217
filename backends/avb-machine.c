/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-connection.h"
#include "backends/avb-error.h"

G_DEFINE_ENUM_TYPE (AvbMachineState,
                    avb_machine_state,
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_UNKNOWN, "unknown"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_OFF, "off"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_SAVED, "saved"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_STOPPING, "stopping"),
                    G_DEFINE_ENUM_VALUE (AVB_MACHINE_CRASHED, "crashed"))

typedef struct {
  char           *uuid;
  char           *name;
  AvbMachineState state;
  gint64          state_since;
  AvbOperation   *operation;
  char           *os_id;
  guint           cpus;
  guint64         memory_mib;
  char           *last_error;
  GWeakRef        connection;
  GHashTable     *settings;
  guint           can;
  guint           available : 1;
  guint           emulated : 1;
  guint           has_details : 1;
  guint           no_graphics : 1;
} AvbMachinePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AvbMachine, avb_machine, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_UUID,
  PROP_NAME,
  PROP_STATE,
  PROP_STATE_SINCE,
  PROP_AVAILABLE,
  PROP_OPERATION,
  PROP_OS_ID,
  PROP_CPUS,
  PROP_MEMORY_MIB,
  PROP_EMULATED,
  PROP_HAS_DETAILS,
  PROP_LAST_ERROR,
  /* In the order of the bits of `can`. */
  PROP_CAN_START,
  PROP_CAN_PAUSE,
  PROP_CAN_RESUME,
  PROP_CAN_SAVE,
  PROP_CAN_SHUT_DOWN,
  PROP_CAN_RESET,
  PROP_CAN_FORCE_OFF,
  PROP_CAN_DELETE,
  PROP_CAN_RENAME,
  PROP_CAN_EDIT,
  PROP_HAS_CONSOLE,
  N_PROPS,
};

#define CAN(prop) (1u << ((prop) - PROP_CAN_START))
#define PRIV(self) ((AvbMachinePrivate *) avb_machine_get_instance_private (self))

static GParamSpec *properties[N_PROPS];

enum { SETTING_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* What a state allows, before the link, a job under way and the hypervisor are asked. */
static guint
state_can (AvbMachineState state)
{
  const guint active = CAN (PROP_CAN_SAVE) | CAN (PROP_CAN_RESET) | CAN (PROP_CAN_FORCE_OFF)
                       | CAN (PROP_CAN_EDIT) | CAN (PROP_HAS_CONSOLE);

  switch (state)
    {
    case AVB_MACHINE_OFF:
    case AVB_MACHINE_CRASHED:
      return CAN (PROP_CAN_START) | CAN (PROP_CAN_DELETE) | CAN (PROP_CAN_RENAME)
             | CAN (PROP_CAN_EDIT);
    case AVB_MACHINE_SAVED:
      /* A changed definition would not fit to the memory on disk: no edit, no rename. */
      return CAN (PROP_CAN_START) | CAN (PROP_CAN_DELETE) | CAN (PROP_CAN_FORCE_OFF);
    case AVB_MACHINE_RUNNING:
      return active | CAN (PROP_CAN_PAUSE) | CAN (PROP_CAN_SHUT_DOWN);
    case AVB_MACHINE_PAUSED:
      return active | CAN (PROP_CAN_RESUME);
    case AVB_MACHINE_STOPPING:
      return active | CAN (PROP_CAN_SHUT_DOWN);
    case AVB_MACHINE_UNKNOWN:
    default:
      return 0;
    }
}

static guint
capabilities_can (AvbMachine *self)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self);
  AvbCapabilities *capabilities;
  guint            can = ~0u;

  if (connection == NULL)
    return can;
  capabilities = avb_connection_get_capabilities (connection);
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_SAVE))
    can &= ~CAN (PROP_CAN_SAVE);
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_PAUSE))
    can &= ~(CAN (PROP_CAN_PAUSE) | CAN (PROP_CAN_RESUME));
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_RENAME))
    can &= ~CAN (PROP_CAN_RENAME);
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_CONSOLE))
    can &= ~CAN (PROP_HAS_CONSOLE);
  return can;
}

void
avb_machine_update_can (AvbMachine *self)
{
  AvbMachinePrivate *priv;
  guint              before, now;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  before = priv->can;
  now = priv->available ? state_can (priv->state) : 0;
  if (now != 0)
    now &= capabilities_can (self);
  /* The power cord can always be pulled; everything else waits for the job under way. */
  if (priv->operation != NULL)
    now &= CAN (PROP_CAN_FORCE_OFF) | CAN (PROP_HAS_CONSOLE);
  if (priv->no_graphics)
    now &= ~CAN (PROP_HAS_CONSOLE);
  if (priv->state == AVB_MACHINE_SAVED && priv->operation != NULL)
    now = 0;

  priv->can = now;
  for (guint i = PROP_CAN_START; i < N_PROPS; i++)
    if ((before ^ now) & CAN (i))
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static DexFuture *
reject (AvbError code, const char *sentence)
{
  return dex_future_new_for_error (avb_error_new (code, NULL, "%s", sentence));
}

/* (nullable): why @verb, which needs the bit @prop (0: none), cannot be called now */
static DexFuture *
refuse (AvbMachine *self, gconstpointer verb, guint prop)
{
  AvbMachinePrivate *priv = PRIV (self);

  if (verb == NULL)
    return reject (AVB_ERROR_NOT_SUPPORTED, _ ("This hypervisor does not offer this."));
  if (!priv->available)
    return reject (AVB_ERROR_UNAVAILABLE,
                   _ ("There is no connection to the hypervisor at the moment."));
  if (prop == 0 || (priv->can & CAN (prop)))
    return NULL;
  if (priv->operation != NULL)
    return reject (AVB_ERROR_BUSY, _ ("Other work on this machine is still under way."));
  if (state_can (priv->state) & CAN (prop))
    return reject (AVB_ERROR_NOT_SUPPORTED, _ ("This hypervisor does not offer this."));
  return reject (AVB_ERROR_BUSY, _ ("The machine is not in a state in which this is possible."));
}

static void
avb_machine_finalize (GObject *object)
{
  AvbMachinePrivate *priv = PRIV (AVB_MACHINE (object));

  g_free (priv->uuid);
  g_free (priv->name);
  g_free (priv->os_id);
  g_free (priv->last_error);
  g_hash_table_unref (priv->settings);
  g_clear_object (&priv->operation);
  g_weak_ref_clear (&priv->connection);

  G_OBJECT_CLASS (avb_machine_parent_class)->finalize (object);
}

static void
avb_machine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMachinePrivate *priv = PRIV (AVB_MACHINE (object));

  switch (prop_id)
    {
    case PROP_UUID:
      g_value_set_string (value, priv->uuid);
      break;
    case PROP_NAME:
      g_value_set_string (value, priv->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, priv->state);
      break;
    case PROP_STATE_SINCE:
      g_value_set_int64 (value, priv->state_since);
      break;
    case PROP_AVAILABLE:
      g_value_set_boolean (value, priv->available);
      break;
    case PROP_OPERATION:
      g_value_set_object (value, priv->operation);
      break;
    case PROP_OS_ID:
      g_value_set_string (value, priv->os_id);
      break;
    case PROP_CPUS:
      g_value_set_uint (value, priv->cpus);
      break;
    case PROP_MEMORY_MIB:
      g_value_set_uint64 (value, priv->memory_mib);
      break;
    case PROP_EMULATED:
      g_value_set_boolean (value, priv->emulated);
      break;
    case PROP_HAS_DETAILS:
      g_value_set_boolean (value, priv->has_details);
      break;
    case PROP_LAST_ERROR:
      g_value_set_string (value, priv->last_error);
      break;
    case PROP_CAN_START:
    case PROP_CAN_PAUSE:
    case PROP_CAN_RESUME:
    case PROP_CAN_SAVE:
    case PROP_CAN_SHUT_DOWN:
    case PROP_CAN_RESET:
    case PROP_CAN_FORCE_OFF:
    case PROP_CAN_DELETE:
    case PROP_CAN_RENAME:
    case PROP_CAN_EDIT:
    case PROP_HAS_CONSOLE:
      g_value_set_boolean (value, (priv->can & CAN (prop_id)) != 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_machine_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_UUID:
      PRIV (AVB_MACHINE (object))->uuid = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_machine_class_init (AvbMachineClass *klass)
{
  static const char *const can_names[] = {
    "can-start",     "can-pause",  "can-resume", "can-save", "can-shut-down", "can-reset",
    "can-force-off", "can-delete", "can-rename", "can-edit", "has-console",
  };
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_machine_finalize;
  object_class->get_property = avb_machine_get_property;
  object_class->set_property = avb_machine_set_property;

  properties[PROP_UUID]
      = g_param_spec_string ("uuid",
                             NULL,
                             NULL,
                             NULL,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, AVB_TYPE_MACHINE_STATE, AVB_MACHINE_UNKNOWN, flags);
  properties[PROP_STATE_SINCE]
      = g_param_spec_int64 ("state-since", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, flags);
  properties[PROP_OPERATION]
      = g_param_spec_object ("operation", NULL, NULL, AVB_TYPE_OPERATION, flags);
  properties[PROP_OS_ID] = g_param_spec_string ("os-id", NULL, NULL, NULL, flags);
  properties[PROP_CPUS] = g_param_spec_uint ("cpus", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_MEMORY_MIB]
      = g_param_spec_uint64 ("memory-mib", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_EMULATED] = g_param_spec_boolean ("emulated", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_DETAILS] = g_param_spec_boolean ("has-details", NULL, NULL, FALSE, flags);
  properties[PROP_LAST_ERROR] = g_param_spec_string ("last-error", NULL, NULL, NULL, flags);
  for (guint i = PROP_CAN_START; i < N_PROPS; i++)
    properties[i] = g_param_spec_boolean (can_names[i - PROP_CAN_START], NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SETTING_CHANGED] = g_signal_new ("setting-changed",
                                           G_TYPE_FROM_CLASS (klass),
                                           G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                                           0,
                                           NULL,
                                           NULL,
                                           NULL,
                                           G_TYPE_NONE,
                                           1,
                                           G_TYPE_STRING);
}

static void
avb_machine_init (AvbMachine *self)
{
  g_weak_ref_init (&PRIV (self)->connection, NULL);
  PRIV (self)->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

DexFuture *
avb_machine_load_details (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->load_details, 0);
  return refusal != NULL ? refusal : klass->load_details (self);
}

DexFuture *
avb_machine_start (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->start, PROP_CAN_START);
  return refusal != NULL ? refusal : klass->start (self);
}

DexFuture *
avb_machine_pause (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->pause, PROP_CAN_PAUSE);
  return refusal != NULL ? refusal : klass->pause (self);
}

DexFuture *
avb_machine_resume (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->resume, PROP_CAN_RESUME);
  return refusal != NULL ? refusal : klass->resume (self);
}

DexFuture *
avb_machine_shut_down (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->shut_down, PROP_CAN_SHUT_DOWN);
  return refusal != NULL ? refusal : klass->shut_down (self);
}

DexFuture *
avb_machine_reboot (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->reboot, PROP_CAN_SHUT_DOWN);
  return refusal != NULL ? refusal : klass->reboot (self);
}

DexFuture *
avb_machine_reset (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->reset, PROP_CAN_RESET);
  return refusal != NULL ? refusal : klass->reset (self);
}

DexFuture *
avb_machine_read_spec (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->read_spec, 0);
  return refusal != NULL ? refusal : klass->read_spec (self);
}

DexFuture *
avb_machine_find_console (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->find_console, 0);
  return refusal != NULL ? refusal : klass->find_console (self);
}

DexFuture *
avb_machine_open_console_fd (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->open_console_fd, PROP_HAS_CONSOLE);
  return refusal != NULL ? refusal : klass->open_console_fd (self);
}

DexFuture *
avb_machine_discard_saved (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->discard_saved, PROP_CAN_FORCE_OFF);
  if (refusal == NULL && PRIV (self)->state != AVB_MACHINE_SAVED)
    refusal = reject (AVB_ERROR_BUSY, _ ("The machine has no saved state."));
  return refusal != NULL ? refusal : klass->discard_saved (self);
}

DexFuture *
avb_machine_force_off (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  if (PRIV (self)->state == AVB_MACHINE_SAVED)
    return avb_machine_discard_saved (self);
  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->force_off, PROP_CAN_FORCE_OFF);
  return refusal != NULL ? refusal : klass->force_off (self);
}

typedef struct {
  AvbMachine   *machine;
  AvbOperation *operation;
} SaveCall;

static void
save_call_free (gpointer data)
{
  SaveCall *call = data;

  g_object_unref (call->machine);
  g_object_unref (call->operation);
  g_free (call);
}

static DexFuture *
save_cb (DexFuture *future, gpointer data)
{
  SaveCall *call = data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (PRIV (call->machine)->operation == call->operation)
    avb_machine_set_operation (call->machine, NULL);
  avb_operation_finish (call->operation, error);

  return dex_ref (future);
}

DexFuture *
avb_machine_save (AvbMachine *self, AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;
  SaveCall        *call;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (operation == NULL || AVB_IS_OPERATION (operation), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->save, PROP_CAN_SAVE);
  if (refusal != NULL)
    {
      g_autoptr (GError) error = NULL;

      dex_future_get_value (refusal, &error);
      if (operation != NULL)
        avb_operation_finish (operation, error);
      return refusal;
    }

  call = g_new0 (SaveCall, 1);
  call->machine = g_object_ref (self);
  if (operation != NULL)
    {
      call->operation = g_object_ref (operation);
    }
  else
    {
      /* Translators: %s is the name of a machine. */
      g_autofree char *title = g_strdup_printf (_ ("Saving “%s”"), PRIV (self)->name);

      call->operation = avb_operation_new (title);
    }
  avb_machine_set_operation (self, call->operation);

  return dex_future_finally (klass->save (self, call->operation), save_cb, call, save_call_free);
}

DexFuture *
avb_machine_delete (AvbMachine *self, AvbDeleteFlags flags)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->delete, PROP_CAN_DELETE);
  return refusal != NULL ? refusal : klass->delete (self, flags);
}

DexFuture *
avb_machine_rename (AvbMachine *self, const char *name)
{
  AvbMachineClass *klass;
  g_autoptr (AvbMachineSpec) spec = NULL;
  GError    *error = NULL;
  DexFuture *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->rename, PROP_CAN_RENAME);
  if (refusal != NULL)
    return refusal;
  spec = avb_machine_spec_new ();
  avb_machine_spec_set_name (spec, name);
  if (!avb_machine_spec_validate (spec, &error))
    return dex_future_new_for_error (error);
  if (g_strcmp0 (name, PRIV (self)->name) == 0)
    return dex_future_new_true ();
  return klass->rename (self, name);
}

DexFuture *
avb_machine_apply_spec (AvbMachine *self, AvbMachineSpec *spec)
{
  AvbMachineClass *klass;
  GError          *error = NULL;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->apply_spec, PROP_CAN_EDIT);
  if (refusal != NULL)
    return refusal;
  if (!avb_machine_spec_validate (spec, &error))
    return dex_future_new_for_error (error);
  return klass->apply_spec (self, spec);
}

DexFuture *
avb_machine_take_screenshot (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->take_screenshot, 0);
  if (refusal == NULL && !(state_can (PRIV (self)->state) & CAN (PROP_HAS_CONSOLE)))
    refusal = reject (AVB_ERROR_BUSY, _ ("The machine is not running."));
  return refusal != NULL ? refusal : klass->take_screenshot (self);
}

#define SETTING_MAX_BYTES 4096

static gboolean
setting_is_valid (const char *key, const char *value)
{
  if (*key == '\0' || strspn (key, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (key))
    return FALSE;
  if (value == NULL)
    return TRUE;
  if (strlen (value) > SETTING_MAX_BYTES || !g_utf8_validate (value, -1, NULL))
    return FALSE;
  for (const char *c = value; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;
  return TRUE;
}

/* Returns: whether it is another one now */
static gboolean
take_setting (AvbMachine *self, const char *key, const char *value)
{
  GHashTable *settings = PRIV (self)->settings;
  GQuark      quark;

  if (g_strcmp0 (g_hash_table_lookup (settings, key), value) == 0)
    return FALSE;
  quark = g_quark_from_string (key);
  key = g_quark_to_string (quark); /* the table may own the one that was passed */
  if (value != NULL)
    g_hash_table_insert (settings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (settings, key);
  g_signal_emit (self, signals[SETTING_CHANGED], quark, key);
  return TRUE;
}

const char *
avb_machine_get_setting (AvbMachine *self, const char *key)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return g_hash_table_lookup (PRIV (self)->settings, key);
}

DexFuture *
avb_machine_set_setting (AvbMachine *self, const char *key, const char *value)
{
  AvbMachineClass *klass;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  if (!setting_is_valid (key, value))
    return reject (AVB_ERROR_INVALID, _ ("This can’t be kept as a setting of the machine."));
  if (!take_setting (self, key, value) || klass->set_setting == NULL)
    return dex_future_new_true ();
  return klass->set_setting (self, key, value);
}

void
avb_machine_set_settings (AvbMachine *self, GHashTable *settings)
{
  g_autofree char **old = NULL;
  GHashTableIter    iter;
  gpointer          key, value;

  g_return_if_fail (AVB_IS_MACHINE (self));
  g_return_if_fail (settings != NULL);

  old = (char **) g_hash_table_get_keys_as_array (PRIV (self)->settings, NULL);
  for (guint i = 0; old[i] != NULL; i++)
    if (!g_hash_table_contains (settings, old[i]))
      take_setting (self, old[i], NULL);
  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (setting_is_valid (key, value))
      take_setting (self, key, value);
}

const char *
avb_machine_get_uuid (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  return PRIV (self)->uuid;
}

const char *
avb_machine_get_name (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  return PRIV (self)->name;
}

AvbMachineState
avb_machine_get_state (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), AVB_MACHINE_UNKNOWN);

  return PRIV (self)->state;
}

gint64
avb_machine_get_state_since (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), 0);

  return PRIV (self)->state_since;
}

gboolean
avb_machine_get_available (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return PRIV (self)->available;
}

AvbOperation *
avb_machine_get_operation (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  return PRIV (self)->operation;
}

const char *
avb_machine_get_os_id (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  return PRIV (self)->os_id;
}

guint
avb_machine_get_cpus (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), 0);

  return PRIV (self)->cpus;
}

guint64
avb_machine_get_memory_mib (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), 0);

  return PRIV (self)->memory_mib;
}

gboolean
avb_machine_get_emulated (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return PRIV (self)->emulated;
}

gboolean
avb_machine_get_has_details (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return PRIV (self)->has_details;
}

const char *
avb_machine_get_last_error (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  return PRIV (self)->last_error;
}

gboolean
avb_machine_can_start (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_START)) != 0;
}

gboolean
avb_machine_can_pause (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_PAUSE)) != 0;
}

gboolean
avb_machine_can_resume (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_RESUME)) != 0;
}

gboolean
avb_machine_can_save (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_SAVE)) != 0;
}

gboolean
avb_machine_can_shut_down (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_SHUT_DOWN)) != 0;
}

gboolean
avb_machine_can_reset (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_RESET)) != 0;
}

gboolean
avb_machine_can_force_off (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_FORCE_OFF)) != 0;
}

gboolean
avb_machine_can_delete (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_DELETE)) != 0;
}

gboolean
avb_machine_can_rename (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_RENAME)) != 0;
}

gboolean
avb_machine_can_edit (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_CAN_EDIT)) != 0;
}

gboolean
avb_machine_has_console (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & CAN (PROP_HAS_CONSOLE)) != 0;
}

void
avb_machine_set_name (AvbMachine *self, const char *name)
{
  g_return_if_fail (AVB_IS_MACHINE (self));

  if (g_set_str (&PRIV (self)->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

void
avb_machine_set_state (AvbMachine *self, AvbMachineState state, gint64 since)
{
  AvbMachinePrivate *priv;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  g_object_freeze_notify (G_OBJECT (self));
  if (priv->state_since != since)
    {
      priv->state_since = since;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE_SINCE]);
    }
  if (priv->state != state)
    {
      priv->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
      avb_machine_update_can (self);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
avb_machine_set_available (AvbMachine *self, gboolean available)
{
  AvbMachinePrivate *priv;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  if (priv->available == !!available)
    return;
  priv->available = !!available;
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
  avb_machine_update_can (self);
  g_object_thaw_notify (G_OBJECT (self));
}

void
avb_machine_set_operation (AvbMachine *self, AvbOperation *operation)
{
  g_return_if_fail (AVB_IS_MACHINE (self));
  g_return_if_fail (operation == NULL || AVB_IS_OPERATION (operation));

  if (!g_set_object (&PRIV (self)->operation, operation))
    return;
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPERATION]);
  avb_machine_update_can (self);
  g_object_thaw_notify (G_OBJECT (self));
}

void
avb_machine_set_details (
    AvbMachine *self, const char *os_id, guint cpus, guint64 memory_mib, gboolean emulated)
{
  AvbMachinePrivate *priv;
  GObject           *object = (GObject *) self;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  g_object_freeze_notify (object);
  if (g_set_str (&priv->os_id, os_id))
    g_object_notify_by_pspec (object, properties[PROP_OS_ID]);
  if (priv->cpus != cpus)
    g_object_notify_by_pspec (object, properties[PROP_CPUS]);
  if (priv->memory_mib != memory_mib)
    g_object_notify_by_pspec (object, properties[PROP_MEMORY_MIB]);
  if (priv->emulated != !!emulated)
    g_object_notify_by_pspec (object, properties[PROP_EMULATED]);
  if (!priv->has_details)
    g_object_notify_by_pspec (object, properties[PROP_HAS_DETAILS]);
  priv->cpus = cpus;
  priv->memory_mib = memory_mib;
  priv->emulated = !!emulated;
  priv->has_details = TRUE;
  g_object_thaw_notify (object);
}

void
avb_machine_set_last_error (AvbMachine *self, const char *message)
{
  g_return_if_fail (AVB_IS_MACHINE (self));

  if (g_set_str (&PRIV (self)->last_error, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_ERROR]);
}

void
avb_machine_set_has_graphics (AvbMachine *self, gboolean has_graphics)
{
  g_return_if_fail (AVB_IS_MACHINE (self));

  PRIV (self)->no_graphics = !has_graphics;
  avb_machine_update_can (self);
}

AvbConnection *
avb_machine_dup_connection (AvbMachine *machine)
{
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  return g_weak_ref_get (&PRIV (machine)->connection);
}

void
avb_machine_set_connection (AvbMachine *machine, AvbConnection *connection)
{
  g_return_if_fail (AVB_IS_MACHINE (machine));
  g_return_if_fail (connection == NULL || AVB_IS_CONNECTION (connection));

  g_weak_ref_set (&PRIV (machine)->connection, connection);
  avb_machine_update_can (machine);
}
