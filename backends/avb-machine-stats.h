/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbMachineStat:
 *
 * What may be known of a machine that runs. All but the memory count up from its start.
 */
typedef enum {
  AVB_STAT_CPU_TIME_NS,
  AVB_STAT_MEMORY_USED_MIB, /* of the host */
  AVB_STAT_DISK_READ_BYTES,
  AVB_STAT_DISK_WRITTEN_BYTES,
  AVB_STAT_NET_RECEIVED_BYTES,
  AVB_STAT_NET_SENT_BYTES,
  AVB_N_STATS,
} AvbMachineStat;

/* Of one moment. A boxed value. */
typedef struct {
  guint   known; /* a bit for each AvbMachineStat that the hypervisor tells */
  guint64 values[AVB_N_STATS];
} AvbMachineStats;

#define AVB_TYPE_MACHINE_STATS (avb_machine_stats_get_type ())
GType            avb_machine_stats_get_type (void);
AvbMachineStats *avb_machine_stats_copy     (const AvbMachineStats *self);
void             avb_machine_stats_free     (AvbMachineStats *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbMachineStats, avb_machine_stats_free)

/* Resolves to an #AvbMachineStats (boxed): of a machine that is off, nothing is known. %AVB_ERROR_NOT_SUPPORTED where the
 * hypervisor does not count. */
DexFuture *avb_machine_read_stats (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/* For backends. */
void       avb_machine_stats_set  (AvbMachineStats *self, AvbMachineStat stat, guint64 value);
/* Counts for several disks, or network interfaces. */
void       avb_machine_stats_add  (AvbMachineStats *self, AvbMachineStat stat, guint64 value);
gboolean   avb_machine_stats_get  (const AvbMachineStats *self, AvbMachineStat stat, guint64 *value);

G_END_DECLS
