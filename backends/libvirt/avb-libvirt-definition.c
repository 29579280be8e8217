/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* Reading and changing the permanent definition. */

static DexFuture *
read_spec_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml
      = avb_libvirt_call_read_definition (domain, VIR_DOMAIN_XML_INACTIVE, call, &error);

  return xml != NULL ? dex_future_new_take_object (avb_domain_xml_read_spec (xml))
                     : dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_machine_read_spec (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, read_spec_thread, _ ("The machine’s definition could not be read.")));
}

static DexFuture *
apply_spec_thread (virDomain *domain, AvbLibvirtCall *call)
{
  /* With passwords, which would be lost otherwise. */
  const guint      flags = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;
  GError          *error = NULL;
  AvbDomainTraits *traits;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (virDomain) defined = NULL;
  g_autofree char *text = NULL;
  const char      *name = avb_machine_spec_get_name (call->spec);
  gboolean         ok;

  if (virDomainIsPersistent (domain) != 1)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                       NULL,
                       _ ("This machine has no permanent definition that could be changed.")));
  xml = avb_libvirt_call_read_definition (domain, flags, call, &error);
  if (xml == NULL)
    return dex_future_new_for_error (error);
  traits = avb_libvirt_traits_read (virDomainGetConnect (domain),
                                    avb_machine_spec_get_architecture (call->spec),
                                    avb_machine_spec_get_accelerated (call->spec));
  ok = avb_domain_xml_apply_spec (xml, call->spec, traits, &error);
  avb_libvirt_traits_free (traits);
  if (!ok)
    return dex_future_new_for_error (error);

  text = avb_domain_xml_to_string (xml);
  defined = virDomainDefineXMLFlags (virDomainGetConnect (domain), text, 0);
  if (defined == NULL)
    return avb_libvirt_future_error (call->what);
  if (g_strcmp0 (virDomainGetName (domain), name) != 0 && virDomainRename (domain, name, 0) < 0)
    return avb_libvirt_future_error (_ ("The machine could not be renamed."));
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_machine_apply_spec (AvbMachine *machine, AvbMachineSpec *spec)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, apply_spec_thread, _ ("The machine could not be changed."));

  if (call != NULL)
    call->spec = avb_machine_spec_copy (spec);
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run (call));
}
