/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

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

AvbMachineCan
avb_machine_capabilities_can (AvbMachine *self)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self);
  AvbCapabilities *capabilities;
  AvbMachineCan    can = ~0;

  if (connection == NULL)
    return can;
  capabilities = avb_connection_get_capabilities (connection);
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_SAVE))
    can &= ~AVB_MACHINE_CAN_SAVE;
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_PAUSE))
    can &= ~(AVB_MACHINE_CAN_PAUSE | AVB_MACHINE_CAN_RESUME);
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_RENAME))
    can &= ~AVB_MACHINE_CAN_RENAME;
  if (!avb_capabilities_can (capabilities, AVB_FEATURE_CONSOLE))
    can &= ~AVB_MACHINE_HAS_CONSOLE;
  return can;
}

DexFuture *
avb_machine_reject (AvbError code, const char *sentence)
{
  return dex_future_new_for_error (avb_error_new (code, NULL, "%s", sentence));
}

DexFuture *
avb_machine_refuse (AvbMachine *self, gconstpointer verb, AvbMachineCan can)
{
  AvbMachineState state = avb_machine_get_state (self);

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
  if (avb_machine_state_can (state) & can)
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, _ ("This hypervisor does not offer this."));
  return avb_machine_reject (AVB_ERROR_BUSY,
                             _ ("The machine is not in a state in which this is possible."));
}
