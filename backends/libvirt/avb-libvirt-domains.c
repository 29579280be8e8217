/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-call.h"

#include <glib/gi18n-lib.h>

/* Reading domains, on worker threads. */

void
avb_libvirt_domain_free (AvbLibvirtDomain *domain)
{
  g_free (domain->uuid);
  g_free (domain->name);
  g_free (domain->os_id);
  g_clear_pointer (&domain->settings, g_hash_table_unref);
  g_free (domain);
}

static AvbLibvirtDomain *
domain_new (virDomain *vir)
{
  AvbLibvirtDomain *domain = g_new0 (AvbLibvirtDomain, 1);
  char              uuid[VIR_UUID_STRING_BUFLEN] = "";

  virDomainGetUUIDString (vir, uuid);
  domain->uuid = g_strdup (uuid);
  domain->name = avb_libvirt_dup_name (vir);
  return domain;
}

static AvbMachineState
map_state (int state, int reason)
{
  switch (state)
    {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
      return AVB_MACHINE_RUNNING;
    case VIR_DOMAIN_PAUSED:
    case VIR_DOMAIN_PMSUSPENDED:
      return AVB_MACHINE_PAUSED;
    case VIR_DOMAIN_SHUTDOWN:
      return AVB_MACHINE_STOPPING;
    case VIR_DOMAIN_SHUTOFF:
      return reason == VIR_DOMAIN_SHUTOFF_CRASHED ? AVB_MACHINE_CRASHED : AVB_MACHINE_OFF;
    case VIR_DOMAIN_CRASHED:
      return AVB_MACHINE_CRASHED;
    default:
      return AVB_MACHINE_UNKNOWN;
    }
}

static gboolean
read_details (virDomain *vir, AvbLibvirtDomain *domain)
{
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (AvbConsoleEndpoint) console = NULL;
  char *text = virDomainGetXMLDesc (vir, VIR_DOMAIN_XML_INACTIVE);

  /* One that is transient has no other than its live one. */
  if (text == NULL)
    text = virDomainGetXMLDesc (vir, 0);
  if (text == NULL)
    return FALSE;
  xml = avb_domain_xml_parse (text, strlen (text), NULL);
  free (text);
  if (xml == NULL)
    return FALSE;

  console = avb_domain_xml_find_console (xml);
  domain->has_details = TRUE;
  domain->has_graphics = console->kind != AVB_CONSOLE_NONE;
  domain->emulated = avb_domain_xml_is_emulated (xml);
  domain->os_id = avb_domain_xml_dup_os_id (xml);
  domain->settings = avb_domain_xml_read_settings (xml);
  domain->cpus = avb_domain_xml_read_cpus (xml);
  domain->memory_mib = avb_domain_xml_read_memory_mib (xml);
  return TRUE;
}

static AvbLibvirtDomain *
read_domain (virDomain *vir, gboolean details)
{
  AvbLibvirtDomain *domain;
  int state = 0, reason = 0;

  if (virDomainGetState (vir, &state, &reason, 0) < 0)
    return NULL;
  domain = domain_new (vir);
  domain->state = map_state (state, reason);
  domain->crashed = domain->state == AVB_MACHINE_CRASHED;
  if ((domain->state == AVB_MACHINE_OFF || domain->crashed)
      && virDomainHasManagedSaveImage (vir, 0) == 1)
    domain->state = AVB_MACHINE_SAVED;
  if (details)
    read_details (vir, domain);
  return domain;
}

AvbLibvirtDomain *
avb_libvirt_domain_read (virConnect *vir, const char *uuid, gboolean details, GError **error)
{
  g_autoptr (virDomain) vir_domain = virDomainLookupByUUIDString (vir, uuid);
  AvbLibvirtDomain *domain = vir_domain != NULL ? read_domain (vir_domain, details) : NULL;

  if (domain != NULL)
    return domain;
  if (virGetLastErrorCode () != VIR_ERR_NO_DOMAIN)
    {
      g_propagate_error (error,
                         avb_libvirt_error_new (_ ("The machine’s state could not be read.")));
      return NULL;
    }
  domain = g_new0 (AvbLibvirtDomain, 1);
  domain->uuid = g_strdup (uuid);
  domain->gone = TRUE;
  return domain;
}

/* One call for each kind of state: asking each domain would be a round trip each. */
static gboolean
list_state (virConnect *vir, guint flags, AvbMachineState state, GPtrArray *domains)
{
  virDomain **list = NULL;
  int         n = virConnectListAllDomains (vir, &list, flags);

  for (int i = 0; i < n; i++)
    {
      AvbLibvirtDomain *domain = domain_new (list[i]);
      int               now = 0, reason = 0;

      domain->state = state;
      if (state == AVB_MACHINE_UNKNOWN && virDomainGetState (list[i], &now, &reason, 0) == 0)
        domain->state = map_state (now, reason);
      g_ptr_array_add (domains, domain);
      virDomainFree (list[i]);
    }
  free (list);
  return n >= 0;
}

GPtrArray *
avb_libvirt_domains_list (virConnect *vir)
{
  static const struct {
    guint           flags;
    AvbMachineState state;
  } calls[] = {
    /* A domain that changes meanwhile may come twice: the later one counts. */
    { VIR_CONNECT_LIST_DOMAINS_RUNNING, AVB_MACHINE_RUNNING },
    { VIR_CONNECT_LIST_DOMAINS_PAUSED, AVB_MACHINE_PAUSED },
    { VIR_CONNECT_LIST_DOMAINS_OTHER, AVB_MACHINE_UNKNOWN },
    { VIR_CONNECT_LIST_DOMAINS_SHUTOFF, AVB_MACHINE_OFF },
    { VIR_CONNECT_LIST_DOMAINS_SHUTOFF | VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE, AVB_MACHINE_SAVED },
  };
  g_autoptr (GPtrArray) domains
      = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (!list_state (vir, calls[i].flags, calls[i].state, domains))
      return NULL;
  return g_steal_pointer (&domains);
}
