/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-link.h"

#include "backends/avb-machine-private.h"

DexFuture *
avb_machine_read_network_link (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->read_network_link, 0);
  return refusal != NULL ? refusal : klass->read_network_link (self);
}

DexFuture *
avb_machine_set_network_link (AvbMachine *self, gboolean up)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (self, klass->set_network_link, AVB_FEATURE_NETWORK_LINK, 0);
  return refusal != NULL ? refusal : klass->set_network_link (self, up);
}
