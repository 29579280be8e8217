/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-clone.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-private.h"

DexFuture *
avb_machine_clone (AvbMachine *self, const AvbCloneSpec *clone, AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (clone != NULL && clone->name != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_work (self, klass->clone, AVB_FEATURE_CLONE, operation);
  if (refusal != NULL)
    return refusal;
  avb_machine_begin_work (self, operation);
  return avb_machine_end_work (self, operation, klass->clone (self, clone, operation));
}

const char *
avb_machine_template_refusal (void)
{
  return _ ("This machine is a template, which stays as it is. Make a new machine from it.");
}

DexFuture *
avb_machine_set_template (AvbMachine *self, gboolean is_template)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (self, klass->set_template, AVB_FEATURE_CLONE, 0);
  if (refusal == NULL && avb_machine_get_operation (self) != NULL)
    refusal = avb_machine_reject (AVB_ERROR_BUSY,
                                  _ ("Other work on this machine is still under way."));
  return refusal != NULL ? refusal : klass->set_template (self, is_template);
}

gboolean
avb_machine_get_is_template (AvbMachine *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), FALSE);

  return avb_machine_get_setting (self, AVB_SETTING_TEMPLATE) != NULL;
}

DexFuture *
avb_machine_count_clones (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->count_clones, 0);
  return refusal != NULL ? refusal : klass->count_clones (self);
}
