/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-snapshot.h"

#include "backends/avb-machine-private.h"

G_DEFINE_BOXED_TYPE (AvbSnapshot, avb_snapshot, avb_snapshot_copy, avb_snapshot_free)

AvbSnapshot *
avb_snapshot_copy (const AvbSnapshot *self)
{
  AvbSnapshot *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->parent = g_strdup (self->parent);
  return copy;
}

void
avb_snapshot_free (AvbSnapshot *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->name);
  g_free (self->description);
  g_free (self->parent);
  g_free (self);
}

DexFuture *
avb_machine_list_snapshots (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (self, klass->list_snapshots, AVB_FEATURE_SNAPSHOTS, 0);
  return refusal != NULL ? refusal : klass->list_snapshots (self);
}

DexFuture *
avb_machine_take_snapshot (AvbMachine   *self,
                           const char   *name,
                           const char   *description,
                           AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (name != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_work (
      self, klass->take_snapshot, AVB_FEATURE_SNAPSHOTS, operation);
  if (refusal != NULL)
    return refusal;
  avb_machine_begin_work (self, operation);
  return avb_machine_end_work (
      self, operation, klass->take_snapshot (self, name, description, operation));
}

DexFuture *
avb_machine_revert_snapshot (AvbMachine *self, const char *name, AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (name != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_work (
      self, klass->revert_snapshot, AVB_FEATURE_SNAPSHOTS, operation);
  if (refusal != NULL)
    return refusal;
  avb_machine_begin_work (self, operation);
  return avb_machine_end_work (
      self, operation, klass->revert_snapshot (self, name, operation));
}

DexFuture *
avb_machine_delete_snapshot (AvbMachine *self, const char *name, AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (name != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_work (
      self, klass->delete_snapshot, AVB_FEATURE_SNAPSHOTS, operation);
  if (refusal != NULL)
    return refusal;
  avb_machine_begin_work (self, operation);
  return avb_machine_end_work (
      self, operation, klass->delete_snapshot (self, name, operation));
}
