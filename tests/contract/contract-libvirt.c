/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contract/contract-libvirt.h"

#include "backends/libvirt/avb-libvirt-util.h"

static void
define (virConnect *vir, const char *name)
{
  const char *type = virConnectGetType (vir);
  gboolean    is_test = g_ascii_strcasecmp (type, "test") == 0;
  g_autofree char *xml = g_markup_printf_escaped (
      "<domain type='%s'><name>%s</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
      "<os><type arch='%s'>hvm</type></os></domain>",
      is_test ? "test" : "qemu",
      name,
      is_test ? "i686" : "x86_64");
  g_autoptr (virDomain) domain = virDomainDefineXML (vir, xml);

  if (domain == NULL)
    g_error ("%s", virGetLastErrorMessage ());
}

/* Where the daemon was killed, whoever comes next starts it. Of two that come at once libvirt turns one away. */
static virConnect *
open_patiently (const char *uri)
{
  for (int i = 0; i < 300; i++)
    {
      virConnect *vir = virConnectOpen (uri);

      if (vir != NULL)
        return vir;
      g_usleep (G_USEC_PER_SEC / 10);
    }
  g_error ("%s", virGetLastErrorMessage ());
}

void
contract_libvirt_other (const char *uri, ContractDeed deed, const char *target, const char *argument)
{
  g_autoptr (virConnect) vir = open_patiently (uri);
  g_autoptr (virDomain) domain = NULL;
  int result = -1;

  if (deed == CONTRACT_OTHER_CREATES)
    {
      define (vir, target);
      return;
    }
  domain = virDomainLookupByUUIDString (vir, target);
  if (domain == NULL)
    g_error ("%s", virGetLastErrorMessage ());
  switch (deed)
    {
    case CONTRACT_OTHER_RENAMES:
      result = virDomainRename (domain, argument, 0);
      break;
    case CONTRACT_OTHER_DELETES:
      result = virDomainUndefineFlags (domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE);
      break;
    case CONTRACT_OTHER_STARTS:
      result = virDomainCreate (domain);
      break;
    case CONTRACT_OTHER_PAUSES:
      result = virDomainSuspend (domain);
      break;
    case CONTRACT_OTHER_TURNS_OFF:
      result = virDomainDestroy (domain);
      break;
    case CONTRACT_OTHER_CREATES:
    default:
      g_assert_not_reached ();
    }
  if (result < 0)
    g_error ("%s", virGetLastErrorMessage ());
}
