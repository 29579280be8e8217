/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-guest-info.h"
#include "backends/avb-text-line.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* For each question. An agent that does not answer one is asked no other. */
#define ANSWER_SECONDS 4
#define MAX_CHARS 100

static const char *
explain_agent (AvbGuestAgent agent)
{
  switch (agent)
    {
    case AVB_GUEST_AGENT_NOT_RUNNING:
      return _ ("The machine is not running.");
    case AVB_GUEST_AGENT_NO_CHANNEL:
      return _ ("This machine has no channel through which a guest agent could answer.");
    case AVB_GUEST_AGENT_ABSENT:
      /* Translators: qemu-guest-agent is the name of a package. */
      return _ ("No guest agent answers. Install the package qemu-guest-agent in the guest.");
    case AVB_GUEST_AGENT_SILENT:
      return _ ("The guest agent does not answer at the moment.");
    case AVB_GUEST_AGENT_ANSWERS:
    default:
      return NULL;
    }
}

/* What the definition of the running machine says of the agent's channel. */
static AvbGuestAgent
read_channel (AvbDomainXml *xml)
{
  xmlNode *devices = avb_xml_child (avb_domain_xml_get_root (xml), "devices");

  for (xmlNode *node = avb_xml_child (devices, "channel"); node != NULL;
       node = avb_xml_next (node, "channel"))
    {
      xmlNode *target = avb_xml_child (node, "target");

      if (avb_xml_attribute_is (target, "name", "org.qemu.guest_agent.0"))
        return avb_xml_attribute_is (target, "state", "connected") ? AVB_GUEST_AGENT_ANSWERS
                                                                   : AVB_GUEST_AGENT_ABSENT;
    }
  return AVB_GUEST_AGENT_NO_CHANNEL;
}

/* Nobody is there, or not in time. Other errors mean that the agent does not know this question. */
static gboolean
is_silent (void)
{
  int code = virGetLastErrorCode ();

  return code == VIR_ERR_AGENT_UNRESPONSIVE || code == VIR_ERR_OPERATION_INVALID
         || code == VIR_ERR_OPERATION_TIMEOUT;
}

static char *
dup_param (virTypedParameter *params, int n_params, const char *name)
{
  const char *text = NULL;
  g_autofree char *line = NULL;

  if (virTypedParamsGetString (params, n_params, name, &text) != 1 || text == NULL)
    return NULL;
  line = avb_text_make_line (text, MAX_CHARS);
  return *line != '\0' ? g_steal_pointer (&line) : NULL;
}

static void
take_os (AvbGuestInfo *info, virTypedParameter *params, int n_params)
{
  info->os_name = dup_param (params, n_params, VIR_DOMAIN_GUEST_INFO_OS_PRETTY_NAME);
  if (info->os_name == NULL)
    info->os_name = dup_param (params, n_params, VIR_DOMAIN_GUEST_INFO_OS_NAME);
  info->kernel = dup_param (params, n_params, VIR_DOMAIN_GUEST_INFO_OS_KERNEL_RELEASE);
}

static void
take_host_name (AvbGuestInfo *info, virTypedParameter *params, int n_params)
{
  info->host_name = dup_param (params, n_params, VIR_DOMAIN_GUEST_INFO_HOSTNAME_HOSTNAME);
}

static void
take_time_zone (AvbGuestInfo *info, virTypedParameter *params, int n_params)
{
  g_autofree char *name = dup_param (params, n_params, VIR_DOMAIN_GUEST_INFO_TIMEZONE_NAME);
  int              offset = 0;

  if (virTypedParamsGetInt (params, n_params, VIR_DOMAIN_GUEST_INFO_TIMEZONE_OFFSET, &offset) != 1
      || offset < -24 * 3600 || offset > 24 * 3600)
    {
      info->time_zone = g_steal_pointer (&name);
      return;
    }
  info->time_zone = g_strdup_printf ("%s%sUTC%c%02d:%02d",
                                     name != NULL ? name : "",
                                     name != NULL ? ", " : "",
                                     offset < 0 ? '-' : '+',
                                     ABS (offset) / 3600,
                                     ABS (offset) / 60 % 60);
}

static void
take_users (AvbGuestInfo *info, virTypedParameter *params, int n_params)
{
  guint count = 0;

  if (virTypedParamsGetUInt (params, n_params, VIR_DOMAIN_GUEST_INFO_USER_COUNT, &count) != 1)
    return;
  /* Several sessions of one user count once: look at more than are kept. */
  for (guint i = 0; i < MIN (count, 8 * AVB_GUEST_MAX_USERS); i++)
    {
      g_autofree char *name_key = g_strdup_printf (VIR_DOMAIN_GUEST_INFO_USER_PREFIX
                                                   "%u" VIR_DOMAIN_GUEST_INFO_USER_SUFFIX_NAME, i);
      g_autofree char *domain_key = g_strdup_printf (VIR_DOMAIN_GUEST_INFO_USER_PREFIX
                                                     "%u" VIR_DOMAIN_GUEST_INFO_USER_SUFFIX_DOMAIN, i);
      g_autofree char *since_key = g_strdup_printf (
          VIR_DOMAIN_GUEST_INFO_USER_PREFIX "%u" VIR_DOMAIN_GUEST_INFO_USER_SUFFIX_LOGIN_TIME, i);
      const char        *name = NULL, *domain = NULL;
      unsigned long long since = 0;

      virTypedParamsGetString (params, n_params, name_key, &name);
      virTypedParamsGetString (params, n_params, domain_key, &domain);
      virTypedParamsGetULLong (params, n_params, since_key, &since);
      /* Milliseconds */
      avb_guest_info_add_user (info, domain, name, (gint64) MIN (since / 1000, G_MAXINT64));
    }
  if (count > 8 * AVB_GUEST_MAX_USERS)
    info->more_users = TRUE;
}

/* One question a call, so that an answer that libvirt refuses, too long or malformed, spoils no other. */
static gboolean
ask (virDomain *domain, AvbGuestInfo *info, guint what,
     void (*take) (AvbGuestInfo *info, virTypedParameter *params, int n_params))
{
  virTypedParameter *params = NULL;
  int                n_params = 0;

  virResetLastError ();
  if (virDomainGetGuestInfo (domain, what, &params, &n_params, 0) < 0)
    return !is_silent ();
  take (info, params, n_params);
  virTypedParamsFree (params, n_params);
  return TRUE;
}

static gboolean
ask_interfaces (virDomain *domain, AvbGuestInfo *info, guint source)
{
  virDomainInterface **interfaces = NULL;
  int n;

  virResetLastError ();
  n = virDomainInterfaceAddresses (domain, &interfaces, source, 0);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GPtrArray) addresses = g_ptr_array_new_null_terminated (4, NULL, TRUE);

      for (guint j = 0; j < interfaces[i]->naddrs; j++)
        g_ptr_array_add (addresses, interfaces[i]->addrs[j].addr);
      avb_guest_info_add_interface (
          info, interfaces[i]->name, interfaces[i]->hwaddr, (const char *const *) addresses->pdata);
      virDomainInterfaceFree (interfaces[i]);
    }
  free (interfaces);
  return n >= 0 || !is_silent ();
}

static gboolean
ask_agent (virDomain *domain, AvbGuestInfo *info)
{
  virDomainAgentSetResponseTimeout (domain, ANSWER_SECONDS, 0);
  return ask (domain, info, VIR_DOMAIN_GUEST_INFO_HOSTNAME, take_host_name)
         && ask_interfaces (domain, info, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT)
         && ask (domain, info, VIR_DOMAIN_GUEST_INFO_OS, take_os)
         && ask (domain, info, VIR_DOMAIN_GUEST_INFO_TIMEZONE, take_time_zone)
         && ask (domain, info, VIR_DOMAIN_GUEST_INFO_USERS, take_users);
}

static DexFuture *
read_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (AvbGuestInfo) info = avb_guest_info_new ();

  if (virDomainIsActive (domain) == 1)
    {
      xml = avb_libvirt_call_read_definition (domain, 0, call, &error);
      if (xml == NULL)
        return dex_future_new_for_error (error);
      info->agent = read_channel (xml);
      if (info->agent == AVB_GUEST_AGENT_ANSWERS && !ask_agent (domain, info)
          && info->host_name == NULL)
        info->agent = AVB_GUEST_AGENT_SILENT;
      /* What the host gave out, or saw on its network. */
      if (info->interfaces->len == 0)
        ask_interfaces (domain, info, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE);
      if (info->interfaces->len == 0)
        ask_interfaces (domain, info, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP);
    }
  info->reason = g_strdup (explain_agent (info->agent));
  return dex_future_new_take_boxed (AVB_TYPE_GUEST_INFO, g_steal_pointer (&info));
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  const GValue       *value = dex_future_get_value (future, NULL);
  const AvbGuestInfo *info = value != NULL ? g_value_get_boxed (value) : NULL;

  if (info != NULL)
    avb_machine_set_agent_connected (AVB_MACHINE (data),
                                     info->agent == AVB_GUEST_AGENT_ANSWERS
                                         || info->agent == AVB_GUEST_AGENT_SILENT);
  return dex_ref (future);
}

DexFuture *
avb_libvirt_machine_read_guest_info (AvbMachine *machine)
{
  /* The agent's channel counts, not whether it answers: a busy guest is silent for a while. */
  return dex_future_then (
      avb_libvirt_call_run_long (avb_libvirt_call_new (
          machine, read_thread, _ ("What the guest tells of itself could not be read."))),
      read_cb,
      g_object_ref (machine),
      g_object_unref);
}
