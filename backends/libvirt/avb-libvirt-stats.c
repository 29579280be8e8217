/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-stats.h"

/* What libvirt counts of a machine that runs: https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats */

#define MAX_DEVICES 256

static const struct {
  const char    *group;
  const char    *name;
  AvbMachineStat stat;
} of_devices[] = {
  { "block", "rd.bytes", AVB_STAT_DISK_READ_BYTES },
  { "block", "wr.bytes", AVB_STAT_DISK_WRITTEN_BYTES },
  { "net", "rx.bytes", AVB_STAT_NET_RECEIVED_BYTES },
  { "net", "tx.bytes", AVB_STAT_NET_SENT_BYTES },
};

static gboolean
get (virDomainStatsRecord *record, const char *name, guint64 *value)
{
  unsigned long long number;

  if (virTypedParamsGetULLong (record->params, record->nparams, name, &number) != 1)
    return FALSE;
  *value = number;
  return TRUE;
}

static void
read_devices (virDomainStatsRecord *record, AvbMachineStats *stats)
{
  for (guint i = 0; i < G_N_ELEMENTS (of_devices); i++)
    {
      g_autofree char *count_name = g_strconcat (of_devices[i].group, ".count", NULL);
      unsigned int     count = 0;

      virTypedParamsGetUInt (record->params, record->nparams, count_name, &count);
      for (guint j = 0; j < MIN (count, MAX_DEVICES); j++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%u.%s", of_devices[i].group, j, of_devices[i].name);
          guint64          value;

          if (get (record, name, &value))
            avb_machine_stats_add (stats, of_devices[i].stat, value);
        }
    }
}

static DexFuture *
read_thread (virDomain *domain, AvbLibvirtCall *call)
{
  const guint groups = VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON
                       | VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK;
  virDomain             *domains[] = { domain, NULL };
  virDomainStatsRecord **records = NULL;
  AvbMachineStats       *stats;
  guint64                value;
  int                    n;

  if (virDomainIsActive (domain) != 1)
    return dex_future_new_take_boxed (AVB_TYPE_MACHINE_STATS, g_new0 (AvbMachineStats, 1));
  /* What is busy with other work is not waited for, and left out. */
  n = virDomainListGetStats (domains, groups, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
  if (n < 0)
    return avb_libvirt_future_error (call->what);
  stats = g_new0 (AvbMachineStats, 1);
  for (int i = 0; i < MIN (n, 1); i++)
    {
      if (get (records[i], "cpu.time", &value))
        avb_machine_stats_set (stats, AVB_STAT_CPU_TIME_NS, value);
      if (get (records[i], "balloon.rss", &value))
        avb_machine_stats_set (stats, AVB_STAT_MEMORY_USED_MIB, value / 1024);
      read_devices (records[i], stats);
    }
  virDomainStatsRecordListFree (records);
  return dex_future_new_take_boxed (AVB_TYPE_MACHINE_STATS, stats);
}

DexFuture *
avb_libvirt_machine_read_stats (AvbMachine *machine)
{
  return avb_libvirt_call_run (
      avb_libvirt_call_new (machine, read_thread, _ ("How much the machine uses could not be read.")));
}
