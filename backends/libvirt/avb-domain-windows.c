/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

/* What Windows is told so that it knows that it runs in a machine: it waits with fewer interrupts, and keeps its time. Like
 * virt-manager and libosinfo do it; each one's meaning: https://www.qemu.org/docs/master/system/i386/hyperv.html
 *
 * KVM offers them, and libvirt starts no machine that asks KVM for more than it offers. An emulated processor takes the
 * first three, and makes nothing of them: they are for the day on which the machine is accelerated. */

static const struct {
  const char     *name;
  AvbDomainHyperv needs;
} enlightenments[AVB_DOMAIN_N_HYPERV] = {
  { "relaxed", 0 },
  { "vapic", 0 },
  { "spinlocks", 0 },
  { "vpindex", 0 },
  { "runtime", 0 },
  { "synic", AVB_DOMAIN_HYPERV_VPINDEX },
  { "stimer", AVB_DOMAIN_HYPERV_SYNIC | AVB_DOMAIN_HYPERV_VPINDEX | AVB_DOMAIN_HYPERV_RELAXED },
  { "frequencies", 0 },
  { "tlbflush", AVB_DOMAIN_HYPERV_VPINDEX },
  { "ipi", AVB_DOMAIN_HYPERV_VPINDEX },
};

#define EMULATED (AVB_DOMAIN_HYPERV_RELAXED | AVB_DOMAIN_HYPERV_VAPIC | AVB_DOMAIN_HYPERV_SPINLOCKS)

const char *
avb_domain_hyperv_name (guint index)
{
  return enlightenments[index].name;
}

static AvbDomainHyperv
choose (gboolean accelerated, const AvbDomainTraits *traits)
{
  return accelerated ? traits->hyperv : EMULATED;
}

void
avb_domain_template_hyperv (GString *xml, gboolean accelerated, const AvbDomainTraits *traits)
{
  const AvbDomainHyperv chosen = choose (accelerated, traits);

  if (traits->domain_type != NULL || chosen == 0)
    return;
  g_string_append (xml, "<hyperv mode='custom'>");
  for (guint i = 0; i < AVB_DOMAIN_N_HYPERV; i++)
    {
      if ((chosen & (1u << i)) == 0 || (enlightenments[i].needs & ~chosen) != 0)
        continue;
      g_string_append_printf (xml, "<%s state='on'", enlightenments[i].name);
      if ((1u << i) == AVB_DOMAIN_HYPERV_SPINLOCKS)
        g_string_append (xml, " retries='8191'");
      g_string_append (xml, "/>");
    }
  g_string_append (xml, "</hyperv>");
}

void
avb_domain_template_windows_timers (GString *xml, gboolean accelerated, const AvbDomainTraits *traits)
{
  g_string_append (xml, "<timer name='pit' tickpolicy='delay'/><timer name='hpet' present='no'/>");
  if (accelerated && (traits->hyperv & AVB_DOMAIN_HYPERV_RELAXED) != 0)
    g_string_append (xml, "<timer name='hypervclock' present='yes'/>");
}
