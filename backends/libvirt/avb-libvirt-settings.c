/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* Settings are kept in the metadata of the definition, and of the machine that runs. */

/* The first element that has the namespace is what libvirt means, whatever it is called. */
static DexFuture *
edit_metadata (virDomain *domain, guint flags, AvbLibvirtCall *call)
{
  GError          *error = NULL;
  char            *text;
  g_autofree char *edited = NULL;

  virResetLastError ();
  text = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, AVB_METADATA_NAMESPACE, flags);
  if (text == NULL && virGetLastErrorCode () != VIR_ERR_NO_DOMAIN_METADATA)
    return avb_libvirt_future_error (call->what);
  edited = avb_domain_settings_edit (text, call->text, call->data, &error);
  free (text);
  if (edited == NULL)
    return dex_future_new_for_error (error);
  return virDomainSetMetadata (domain,
                               VIR_DOMAIN_METADATA_ELEMENT,
                               edited,
                               AVB_METADATA_PREFIX,
                               AVB_METADATA_NAMESPACE,
                               flags)
                 < 0
             ? avb_libvirt_future_error (call->what)
             : dex_future_new_true ();
}

static DexFuture *
keep_thread (virDomain *domain, AvbLibvirtCall *call)
{
  static const guint flags[] = { VIR_DOMAIN_AFFECT_CONFIG, VIR_DOMAIN_AFFECT_LIVE };
  const gboolean     exists[]
      = { virDomainIsPersistent (domain) == 1, virDomainIsActive (domain) == 1 };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (DexFuture) result = NULL;

      if (!exists[i])
        continue;
      avb_libvirt_definition_lock ();
      result = edit_metadata (domain, flags[i], call);
      avb_libvirt_definition_unlock ();
      if (dex_future_is_rejected (result))
        return g_steal_pointer (&result);
    }
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_machine_keep_setting (AvbMachine *machine, const char *key, const char *value)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, keep_thread, _ ("The setting could not be kept."));

  if (call != NULL)
    {
      call->text = g_strdup (key);
      call->data = g_strdup (value);
      call->data_free = g_free;
    }
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run (call));
}
