/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-call.h"

#include <glib/gi18n-lib.h>

void
avb_libvirt_call_free (gpointer data)
{
  AvbLibvirtCall *call = data;

  g_free (call->uuid);
  g_free (call->text);
  g_clear_object (&call->spec);
  g_clear_pointer (&call->disks, g_ptr_array_unref);
  if (call->data_free != NULL && call->data != NULL)
    call->data_free (call->data);
  g_free (call);
}

static DexFuture *
domain_call_thread (gpointer data)
{
  AvbLibvirtCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (virDomain) domain = NULL;

  virResetLastError ();
  domain = virDomainLookupByUUIDString (vir, call->uuid);
  if (domain == NULL)
    return avb_libvirt_future_error (call->what);
  return call->func (domain, call);
}

AvbLibvirtCall *
avb_libvirt_call_new (AvbMachine *machine, AvbLibvirtFunc func, const char *what)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  AvbLibvirtCall *call;
  virConnect     *vir;

  if (connection == NULL)
    return NULL;
  vir = avb_libvirt_connection_ref_vir (AVB_LIBVIRT_CONNECTION (connection));
  if (vir == NULL)
    return NULL;
  call = g_new0 (AvbLibvirtCall, 1);
  call->vir = vir;
  call->uuid = g_strdup (avb_machine_get_uuid (machine));
  call->func = func;
  call->what = what;
  call->driver = avb_libvirt_connection_get_driver (AVB_LIBVIRT_CONNECTION (connection));
  call->host = avb_libvirt_connection_get_host (AVB_LIBVIRT_CONNECTION (connection));
  return call;
}

DexFuture *
avb_libvirt_reject_without_link (void)
{
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_UNAVAILABLE, NULL, _ ("There is no connection to the hypervisor at the moment.")));
}

DexFuture *
avb_libvirt_call_run (AvbLibvirtCall *call)
{
  return call != NULL ? avb_blocking_run (domain_call_thread, call, avb_libvirt_call_free)
                      : avb_libvirt_reject_without_link ();
}

DexFuture *
avb_libvirt_call_run_long (AvbLibvirtCall *call)
{
  return call != NULL ? avb_blocking_run_long (domain_call_thread, call, avb_libvirt_call_free)
                      : avb_libvirt_reject_without_link ();
}

static DexFuture *
refresh_cb (DexFuture *future, gpointer data)
{
  AvbMachine *machine = data;
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  if (connection != NULL)
    avb_libvirt_connection_refresh (AVB_LIBVIRT_CONNECTION (connection),
                                    avb_machine_get_uuid (machine));
  return dex_ref (future);
}

DexFuture *
avb_libvirt_refresh_after (AvbMachine *machine, DexFuture *future)
{
  return dex_future_finally (future, refresh_cb, g_object_ref (machine), g_object_unref);
}

DexFuture *
avb_libvirt_call_resolve (int result, AvbLibvirtCall *call)
{
  return result < 0 ? avb_libvirt_future_error (call->what) : dex_future_new_true ();
}

AvbDomainXml *
avb_libvirt_call_read_definition (virDomain      *domain,
                                  guint           flags,
                                  AvbLibvirtCall *call,
                                  GError        **error)
{
  AvbDomainXml *xml;
  char         *text = virDomainGetXMLDesc (domain, flags);

  if (text == NULL)
    {
      g_propagate_error (error, avb_libvirt_error_new (call->what));
      return NULL;
    }
  xml = avb_domain_xml_parse (text, strlen (text), error);
  free (text);
  return xml;
}
