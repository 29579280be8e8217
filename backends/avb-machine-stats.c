/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-stats.h"

#include "backends/avb-machine-private.h"

G_DEFINE_BOXED_TYPE (AvbMachineStats, avb_machine_stats, avb_machine_stats_copy, avb_machine_stats_free)

AvbMachineStats *
avb_machine_stats_copy (const AvbMachineStats *self)
{
  return g_memdup2 (self, sizeof *self);
}

void
avb_machine_stats_free (AvbMachineStats *self)
{
  g_free (self);
}

void
avb_machine_stats_set (AvbMachineStats *self, AvbMachineStat stat, guint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (stat < AVB_N_STATS);

  self->known |= 1u << stat;
  self->values[stat] = value;
}

void
avb_machine_stats_add (AvbMachineStats *self, AvbMachineStat stat, guint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (stat < AVB_N_STATS);

  self->known |= 1u << stat;
  self->values[stat] += value;
}

gboolean
avb_machine_stats_get (const AvbMachineStats *self, AvbMachineStat stat, guint64 *value)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (stat < AVB_N_STATS, FALSE);

  if ((self->known & (1u << stat)) == 0)
    return FALSE;
  *value = self->values[stat];
  return TRUE;
}

DexFuture *
avb_machine_read_stats (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->read_stats, 0);
  return refusal != NULL ? refusal : klass->read_stats (self);
}
