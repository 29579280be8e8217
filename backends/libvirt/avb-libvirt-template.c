/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-template.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-machine-clone.h"
#include "backends/libvirt/avb-libvirt-chain.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* A template is a setting in the definition, which this program obeys, and disks that nobody may write, which
 * others obey. */

static AvbDomainXml *
read_definition (virDomain *domain)
{
  char         *text = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  AvbDomainXml *xml = text != NULL ? avb_domain_xml_parse (text, strlen (text), NULL) : NULL;

  free (text);
  return xml;
}

static gboolean
says_template (AvbDomainXml *xml)
{
  g_autoptr (GHashTable) settings = avb_domain_xml_read_settings (xml);

  return g_hash_table_contains (settings, AVB_SETTING_TEMPLATE);
}

gboolean
avb_libvirt_template_is (virDomain *domain)
{
  g_autoptr (AvbDomainXml) xml = read_definition (domain);

  return xml != NULL && says_template (xml);
}

/* Only plain files of this user; a link is not followed. */
static gboolean
protect (const char *path, gboolean protected)
{
  struct stat info;
  mode_t      mode;

  if (lstat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_uid != getuid ())
    return FALSE;
  mode = info.st_mode & 07777;
  mode = protected ? mode & ~0222u : mode | S_IWUSR;
  return g_chmod (path, mode) == 0;
}

GPtrArray *
avb_libvirt_template_unlock (virDomain *domain)
{
  g_autoptr (AvbDomainXml) xml = read_definition (domain);
  GPtrArray *disks;

  if (xml == NULL || !says_template (xml))
    return NULL;
  disks = avb_domain_xml_dup_disk_paths (xml, TRUE);
  for (guint i = 0; i < disks->len; i++)
    protect (disks->pdata[i], FALSE);
  return disks;
}

void
avb_libvirt_template_lock (GPtrArray *disks)
{
  for (guint i = 0; disks != NULL && i < disks->len; i++)
    protect (disks->pdata[i], TRUE);
}

static DexFuture *
lock_thread (virDomain *domain, AvbLibvirtCall *call)
{
  g_autoptr (AvbDomainXml) xml = read_definition (domain);
  g_autoptr (GPtrArray) disks = NULL;

  if (xml == NULL)
    return avb_libvirt_future_error (call->what);
  if (virDomainIsActive (domain) != 0 || virDomainHasManagedSaveImage (domain, 0) != 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_BUSY, NULL, _ ("Only a machine that is off can become a template.")));
  disks = avb_domain_xml_dup_disk_paths (xml, TRUE);
  for (guint i = 0; i < disks->len; i++)
    if (!protect (disks->pdata[i], TRUE))
      {
        DexFuture *failed = dex_future_new_for_error (
            avb_error_new (AVB_ERROR_NOT_SUPPORTED, disks->pdata[i],
                           _ ("A disk of this machine cannot be write-protected.")));

        g_ptr_array_set_size (disks, i);
        for (guint j = 0; j < i; j++)
          protect (disks->pdata[j], FALSE);
        return failed;
      }
  return dex_future_new_true ();
}

static DexFuture *
unlock_thread (virDomain *domain, AvbLibvirtCall *call)
{
  const int clones = avb_libvirt_chain_count_clones (domain);
  g_autoptr (GPtrArray) disks = NULL;

  if (clones < 0)
    return avb_libvirt_future_error (call->what);
  if (clones > 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_BUSY,
                       NULL,
                       _ ("Other machines are linked clones of this one and stand on its disks. "
                          "Delete them first.")));
  disks = avb_libvirt_template_unlock (domain);
  return dex_future_new_true ();
}

typedef struct {
  AvbMachine *machine;
  gboolean    is_template;
} TemplateCall;

static void
template_call_free (gpointer data)
{
  TemplateCall *call = data;

  g_object_unref (call->machine);
  g_free (call);
}

static DexFuture *
freeze (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, lock_thread, _ ("The machine could not be made a template.")));
}

static DexFuture *
release (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, unlock_thread, _ ("The template could not be made an ordinary machine.")));
}

/* Disks are protected only while the setting says why: whenever this ends early, what is left is a template that
 * can be made an ordinary machine again. */
static DexFuture *
template_fiber (gpointer data)
{
  TemplateCall *call = data;
  GError       *error = NULL;

  if (!call->is_template)
    {
      if (dex_await (release (call->machine), &error)
          && dex_await (avb_machine_set_setting (call->machine, AVB_SETTING_TEMPLATE, NULL), &error))
        return dex_future_new_true ();
      return dex_future_new_for_error (error);
    }
  if (dex_await (avb_machine_set_setting (call->machine, AVB_SETTING_TEMPLATE, "yes"), &error)
      && dex_await (freeze (call->machine), &error))
    return dex_future_new_true ();
  dex_await (avb_machine_set_setting (call->machine, AVB_SETTING_TEMPLATE, NULL), NULL);
  return dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_machine_set_template (AvbMachine *machine, gboolean is_template)
{
  TemplateCall *call = g_new0 (TemplateCall, 1);

  call->machine = g_object_ref (machine);
  call->is_template = is_template;
  return avb_fiber_spawn (template_fiber, call, template_call_free);
}

static DexFuture *
count_thread (virDomain *domain, AvbLibvirtCall *call)
{
  const int clones = avb_libvirt_chain_count_clones (domain);
  GValue    value = G_VALUE_INIT;
  DexFuture *future;

  if (clones < 0)
    return avb_libvirt_future_error (call->what);
  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, clones);
  future = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return future;
}

DexFuture *
avb_libvirt_machine_count_clones (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, count_thread, _ ("The clones of the machine could not be counted.")));
}
