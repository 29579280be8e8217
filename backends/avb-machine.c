/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine.h"

#include "backends/avb-machine-clone.h"
#include "backends/avb-machine-private.h"

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
  gint64          frozen_until;
  GWeakRef        connection;
  AvbMachineSettings *settings;
  AvbMachineCan   can;
  AvbStartGuard   start_guard;
  gpointer        start_guard_data;
  GDestroyNotify  start_guard_destroy;
  guint           available : 1;
  guint           emulated : 1;
  guint           has_details : 1;
  guint           no_graphics : 1;
  guint           agent_connected : 1;
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
  PROP_AGENT_CONNECTED,
  PROP_FROZEN_UNTIL,
  PROP_IS_TEMPLATE,
  /* In the order of AvbMachineCan. */
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

G_STATIC_ASSERT (CAN (PROP_HAS_CONSOLE) == AVB_MACHINE_HAS_CONSOLE);

static GParamSpec *properties[N_PROPS];

enum { SETTING_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

void
avb_machine_update_can (AvbMachine *self)
{
  AvbMachinePrivate *priv;
  AvbMachineCan      before, now;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  before = priv->can;
  now = priv->available ? avb_machine_state_can (priv->state) : 0;
  if (now != 0)
    now &= avb_machine_capabilities_can (self);
  /* The power cord can always be pulled; everything else waits for the job under way. */
  if (priv->operation != NULL)
    now &= AVB_MACHINE_CAN_FORCE_OFF | AVB_MACHINE_HAS_CONSOLE;
  if (priv->no_graphics)
    now &= ~AVB_MACHINE_HAS_CONSOLE;
  /* Restored, it would be frozen, and nobody there to thaw it. */
  if (priv->frozen_until != 0)
    now &= ~AVB_MACHINE_CAN_SAVE;
  if (priv->state == AVB_MACHINE_SAVED && priv->operation != NULL)
    now = 0;
  if (g_hash_table_contains (priv->settings->values, AVB_SETTING_DISPOSABLE))
    now &= ~(AVB_MACHINE_CAN_SAVE | AVB_MACHINE_CAN_EDIT);
  /* Frozen: its clones stand on what it is. */
  if (g_hash_table_contains (priv->settings->values, AVB_SETTING_TEMPLATE))
    now &= ~(AVB_MACHINE_CAN_START | AVB_MACHINE_CAN_EDIT);

  priv->can = now;
  for (guint i = PROP_CAN_START; i < N_PROPS; i++)
    if ((before ^ now) & CAN (i))
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

void
avb_machine_set_start_guard (AvbMachine    *self,
                             AvbStartGuard  guard,
                             gpointer       data,
                             GDestroyNotify destroy)
{
  AvbMachinePrivate *priv;
  GDestroyNotify     old_destroy;
  gpointer           old_data;

  g_return_if_fail (AVB_IS_MACHINE (self));

  priv = PRIV (self);
  old_destroy = priv->start_guard_destroy;
  old_data = priv->start_guard_data;
  priv->start_guard = guard;
  priv->start_guard_data = data;
  priv->start_guard_destroy = destroy;
  if (old_destroy != NULL)
    old_destroy (old_data);
}

DexFuture *
avb_machine_call_start_guard (AvbMachine *self)
{
  AvbMachinePrivate *priv = PRIV (self);

  return priv->start_guard != NULL ? priv->start_guard (self, priv->start_guard_data) : NULL;
}

static void
avb_machine_finalize (GObject *object)
{
  AvbMachinePrivate *priv = PRIV (AVB_MACHINE (object));

  avb_machine_set_start_guard (AVB_MACHINE (object), NULL, NULL, NULL);
  g_free (priv->uuid);
  g_free (priv->name);
  g_free (priv->os_id);
  g_free (priv->last_error);
  avb_machine_settings_free (priv->settings);
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
    case PROP_AGENT_CONNECTED:
      g_value_set_boolean (value, priv->agent_connected);
      break;
    case PROP_FROZEN_UNTIL:
      g_value_set_int64 (value, priv->frozen_until);
      break;
    case PROP_IS_TEMPLATE:
      g_value_set_boolean (value, avb_machine_get_is_template (AVB_MACHINE (object)));
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
  properties[PROP_AGENT_CONNECTED]
      = g_param_spec_boolean ("agent-connected", NULL, NULL, FALSE, flags);
  properties[PROP_FROZEN_UNTIL]
      = g_param_spec_int64 ("frozen-until", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_IS_TEMPLATE]
      = g_param_spec_boolean ("is-template", NULL, NULL, FALSE, flags);
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
  PRIV (self)->settings = avb_machine_settings_new ();
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
avb_machine_get_agent_connected (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return PRIV (self)->agent_connected;
}

gint64
avb_machine_get_frozen_until (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), 0);

  return PRIV (self)->frozen_until;
}

gboolean
avb_machine_get_can (AvbMachine *self, AvbMachineCan can)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return (PRIV (self)->can & can) != 0;
}

gboolean
avb_machine_can_start (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_START);
}

gboolean
avb_machine_can_pause (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_PAUSE);
}

gboolean
avb_machine_can_resume (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_RESUME);
}

gboolean
avb_machine_can_save (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_SAVE);
}

gboolean
avb_machine_can_shut_down (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_SHUT_DOWN);
}

gboolean
avb_machine_can_reset (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_RESET);
}

gboolean
avb_machine_can_force_off (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_FORCE_OFF);
}

gboolean
avb_machine_can_delete (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_DELETE);
}

gboolean
avb_machine_can_rename (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_RENAME);
}

gboolean
avb_machine_can_edit (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_CAN_EDIT);
}

gboolean
avb_machine_has_console (AvbMachine *self)
{
  return avb_machine_get_can (self, AVB_MACHINE_HAS_CONSOLE);
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
      if (!(avb_machine_state_can (state) & AVB_MACHINE_HAS_CONSOLE))
        {
          avb_machine_set_agent_connected (self, FALSE);
          avb_machine_set_frozen_until (self, 0);
        }
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
avb_machine_set_agent_connected (AvbMachine *self, gboolean connected)
{
  g_return_if_fail (AVB_IS_MACHINE (self));

  if (PRIV (self)->agent_connected == !!connected)
    return;
  PRIV (self)->agent_connected = !!connected;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AGENT_CONNECTED]);
}

void
avb_machine_set_frozen_until (AvbMachine *self, gint64 until)
{
  g_return_if_fail (AVB_IS_MACHINE (self));
  g_return_if_fail (until >= 0);

  if (PRIV (self)->frozen_until == until)
    return;
  PRIV (self)->frozen_until = until;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FROZEN_UNTIL]);
  avb_machine_update_can (self);
}

void
avb_machine_set_has_graphics (AvbMachine *self, gboolean has_graphics)
{
  g_return_if_fail (AVB_IS_MACHINE (self));

  PRIV (self)->no_graphics = !has_graphics;
  avb_machine_update_can (self);
}

AvbMachineSettings *
avb_machine_peek_settings (AvbMachine *self)
{
  return PRIV (self)->settings;
}

void
avb_machine_emit_setting_changed (AvbMachine *self, const char *key)
{
  if (g_str_equal (key, AVB_SETTING_TEMPLATE))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_TEMPLATE]);
  if (g_str_equal (key, AVB_SETTING_TEMPLATE) || g_str_equal (key, AVB_SETTING_DISPOSABLE))
    avb_machine_update_can (self);
  /* No quark of it: nobody waits for this key. Keys come from outside and quarks are for ever. */
  g_signal_emit (self, signals[SETTING_CHANGED], g_quark_try_string (key), key);
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
