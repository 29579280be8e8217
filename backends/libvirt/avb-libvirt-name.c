/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-call.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Names of machines at libvirt: see avb-domain-name.c. Worker threads. */

static char *
dup_title (virDomain *domain)
{
  char *text = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_TITLE, NULL, 0);
  char *title = g_strdup (text);

  free (text);
  return title;
}

char *
avb_libvirt_dup_name (virDomain *domain)
{
  const char      *name = virDomainGetName (domain);
  g_autofree char *title = avb_domain_name_may_be_made (name) ? dup_title (domain) : NULL;

  return g_utf8_make_valid (avb_domain_name_is_made_of (name, title) ? title : name, -1);
}

static gboolean
exists (virConnect *vir, const char *name)
{
  g_autoptr (virDomain) domain = virDomainLookupByName (vir, name);

  return domain != NULL;
}

gboolean
avb_libvirt_name_is_taken (virConnect *vir, const char *name)
{
  g_autofree char *made = avb_domain_name_make (name);

  return exists (vir, made) || (!g_str_equal (made, name) && exists (vir, name));
}

gboolean
avb_libvirt_name_is_refused (virDomain *domain, const GError *error)
{
  const char      *details = avb_error_get_details (error);
  const char      *name = virDomainGetName (domain);
  g_autofree char *made = avb_domain_name_make (name);

  return !g_str_equal (made, name) && details != NULL && strstr (details, "UTF-8") != NULL;
}

DexFuture *
avb_libvirt_reject_name (void)
{
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a machine of this name.")));
}

static int
set_title (virDomain *domain, const char *title)
{
  return virDomainSetMetadata (
      domain, VIR_DOMAIN_METADATA_TITLE, title, NULL, NULL, VIR_DOMAIN_AFFECT_CONFIG);
}

/* The title first: it means nothing until the name is made of it. */
DexFuture *
avb_libvirt_rename (virDomain *domain, const char *name)
{
  const char      *what = _ ("The machine could not be renamed.");
  g_autofree char *made = avb_domain_name_make (name);
  g_autofree char *title = dup_title (domain);
  gboolean         was_made = avb_domain_name_is_made_of (virDomainGetName (domain), title);
  gboolean         is_made = !g_str_equal (made, name);

  virResetLastError ();
  if (is_made && set_title (domain, name) < 0)
    return avb_libvirt_future_error (what);
  if (virDomainRename (domain, made, 0) < 0)
    {
      DexFuture *failed = avb_libvirt_future_error (what);

      if (is_made)
        set_title (domain, title);
      return failed;
    }
  if (was_made && !is_made)
    set_title (domain, NULL);
  return dex_future_new_true ();
}
