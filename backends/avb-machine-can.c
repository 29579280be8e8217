/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-clone.h"

/* What can be done with a machine, and why not. */

AvbMachineCan
avb_machine_state_can (AvbMachineState state)
{
  const AvbMachineCan active = AVB_MACHINE_CAN_SAVE | AVB_MACHINE_CAN_RESET
                               | AVB_MACHINE_CAN_FORCE_OFF | AVB_MACHINE_CAN_EDIT
                               | AVB_MACHINE_HAS_CONSOLE;

  switch (state)
    {
    case AVB_MACHINE_OFF:
    case AVB_MACHINE_CRASHED:
      return AVB_MACHINE_CAN_START | AVB_MACHINE_CAN_DELETE | AVB_MACHINE_CAN_RENAME
             | AVB_MACHINE_CAN_EDIT;
    case AVB_MACHINE_SAVED:
      /* A changed definition would not fit to the memory on disk: no edit, no rename. */
      return AVB_MACHINE_CAN_START | AVB_MACHINE_CAN_DELETE | AVB_MACHINE_CAN_FORCE_OFF;
    case AVB_MACHINE_RUNNING:
      return active | AVB_MACHINE_CAN_PAUSE | AVB_MACHINE_CAN_SHUT_DOWN;
    case AVB_MACHINE_PAUSED:
      return active | AVB_MACHINE_CAN_RESUME;
    case AVB_MACHINE_STOPPING:
      return active | AVB_MACHINE_CAN_SHUT_DOWN;
    case AVB_MACHINE_UNKNOWN:
    default:
      return 0;
    }
}

/* What the host must be able to do. */
static const struct {
  AvbMachineCan can;
  AvbFeature    feature;
} needs[] = {
  { AVB_MACHINE_CAN_SAVE, AVB_FEATURE_SAVE },
  { AVB_MACHINE_CAN_PAUSE, AVB_FEATURE_PAUSE },
  { AVB_MACHINE_CAN_RESUME, AVB_FEATURE_PAUSE },
  { AVB_MACHINE_CAN_RESET, AVB_FEATURE_RESET },
  { AVB_MACHINE_CAN_RENAME, AVB_FEATURE_RENAME },
  { AVB_MACHINE_HAS_CONSOLE, AVB_FEATURE_CONSOLE },
};

AvbMachineCan
avb_machine_capabilities_can (AvbMachine *self)
{
  AvbMachineCan can = ~0;

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    if (avb_machine_get_reason (self, needs[i].feature) != NULL)
      can &= ~needs[i].can;
  return can;
}

const char *
avb_machine_get_reason (AvbMachine *self, AvbFeature feature)
{
  g_autoptr (AvbConnection) connection = NULL;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  if (feature >= AVB_N_FEATURES)
    return NULL;
  connection = avb_machine_dup_connection (self);
  return connection != NULL ? avb_capabilities_get_reason (
                                  avb_connection_get_capabilities (connection), feature)
                            : NULL;
}

DexFuture *
avb_machine_reject (AvbError code, const char *sentence)
{
  return dex_future_new_for_error (avb_error_new (code, NULL, "%s", sentence));
}

/* What the state allows, and the machine, or its hypervisor, not. */
static DexFuture *
reject_by_kind (AvbMachine *self, AvbMachineCan can)
{
  if (avb_machine_get_is_template (self))
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, avb_machine_template_refusal ());
  if (can == AVB_MACHINE_HAS_CONSOLE)
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, _ ("This machine has no display."));
  return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, _ ("This hypervisor does not offer this."));
}

DexFuture *
avb_machine_refuse_feature (AvbMachine   *self,
                            gconstpointer verb,
                            AvbFeature    feature,
                            AvbMachineCan can)
{
  const char *reason = avb_machine_get_reason (self, feature);

  /* First what no waiting mends. */
  if (reason != NULL)
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, reason);
  if (verb == NULL)
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, _ ("This hypervisor does not offer this."));
  if (!avb_machine_get_available (self))
    return avb_machine_reject (AVB_ERROR_UNAVAILABLE,
                               _ ("There is no connection to the hypervisor at the moment."));
  if (can == 0 || avb_machine_get_can (self, can))
    return NULL;
  if (avb_machine_get_operation (self) != NULL)
    return avb_machine_reject (AVB_ERROR_BUSY,
                               _ ("Other work on this machine is still under way."));
  if (can == AVB_MACHINE_CAN_SAVE && avb_machine_get_frozen_until (self) != 0)
    return avb_machine_reject (AVB_ERROR_BUSY, _ ("The guest’s file systems are frozen. Thaw them first."));
  if (avb_machine_state_can (avb_machine_get_state (self)) & can)
    return reject_by_kind (self, can);
  return avb_machine_reject (AVB_ERROR_BUSY,
                             _ ("The machine is not in a state in which this is possible."));
}

DexFuture *
avb_machine_refuse (AvbMachine *self, gconstpointer verb, AvbMachineCan can)
{
  AvbFeature feature = AVB_N_FEATURES;

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    if (needs[i].can == can)
      feature = needs[i].feature;
  return avb_machine_refuse_feature (self, verb, feature, can);
}
