/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-claim.h"

/* Reading and changing the permanent definition, and what of it can be changed in a machine that
 * runs. */

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

/* Held while a definition is read, changed and written, or the change between would be lost. */
G_LOCK_DEFINE_STATIC (avb_libvirt_definition);

static gboolean
plug (virDomain *domain, const char *fragment)
{
  if (virDomainAttachDeviceFlags (domain, fragment, VIR_DOMAIN_AFFECT_LIVE) == 0)
    return TRUE;
  g_debug ("Not plugged in: %s", virGetLastErrorMessage ());
  return FALSE;
}

/* What channels are plugged into. */
static void
plug_serial_controller (virDomain *domain, xmlNode *devices)
{
  for (xmlNode *node = avb_xml_child (devices, "controller"); node != NULL;
       node = avb_xml_next (node, "controller"))
    if (avb_xml_attribute_is (node, "type", "virtio-serial"))
      return;
  plug (domain, "<controller type='virtio-serial'/>");
}

/* What cannot be plugged in now is there at the next start. */
static void
plug_extras (virDomain *domain, AvbDomainXml *live, AvbMachineSpec *spec)
{
  xmlNode *devices = avb_xml_child (avb_domain_xml_get_root (live), "devices");
  gboolean asked = FALSE;

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    {
      g_autoptr (GPtrArray) fragments = NULL;

      /* libvirt has no hot-plug of sound cards and of such channels. */
      if (i == AVB_EXTRA_SOUND || i == AVB_EXTRA_FOLDER_CHANNEL
          || !avb_machine_spec_get_extra (spec, i) || avb_domain_has_extra (devices, i))
        continue;
      if (i != AVB_EXTRA_USB_REDIRECTION && !asked)
        {
          plug_serial_controller (domain, devices);
          asked = TRUE;
        }
      fragments = avb_domain_template_extra (i, devices);
      for (guint j = 0; j < fragments->len; j++)
        if (!plug (domain, fragments->pdata[j]))
          break;
    }
}

/* What the guest has under a tag is not changed under its feet. Asked for, it gives one back; it
 * may need a while for that, or not do it at all. */
static void
plug_shares (virDomain *domain, AvbDomainXml *live, AvbMachineSpec *spec)
{
  g_autoptr (AvbMachineSpec) now = avb_domain_xml_read_spec (live);
  GPtrArray *before = avb_machine_spec_get_shares (now);
  GPtrArray *after = avb_machine_spec_get_shares (spec);

  for (guint i = 0; i < before->len; i++)
    {
      const AvbShareSpec *share = before->pdata[i];
      g_autofree char    *fragment = avb_domain_template_share (share);

      if (avb_shares_find (after, share->tag) == NULL
          && virDomainDetachDeviceFlags (domain, fragment, VIR_DOMAIN_AFFECT_LIVE) < 0)
        g_debug ("Not unplugged: %s", virGetLastErrorMessage ());
    }
  if (!avb_domain_memory_is_shared (avb_domain_xml_get_root (live)))
    return;
  for (guint i = 0; i < after->len; i++)
    {
      const AvbShareSpec *share = after->pdata[i];
      g_autofree char    *fragment = avb_domain_template_share (share);

      if (avb_shares_find (before, share->tag) == NULL)
        plug (domain, fragment);
    }
}

/* (transfer none) (nullable): the disk that is served behind @socket */
static xmlNode *
find_served (AvbDomainXml *xml, const char *socket)
{
  xmlNode *devices = avb_xml_child (avb_domain_xml_get_root (xml), "devices");

  for (xmlNode *node = avb_xml_child (devices, "disk"); node != NULL; node = avb_xml_next (node, "disk"))
    {
      g_autoptr (AvbDiskSpec) disk = avb_domain_disk_read (node);

      if (disk != NULL && disk->source == AVB_DISK_SOURCE_NBD && g_strcmp0 (disk->path, socket) == 0)
        return node;
    }
  return NULL;
}

static char *
dup_element (xmlNode *node)
{
  xmlBuffer *buffer = xmlBufferCreate ();
  char      *text;

  xmlNodeDump (buffer, node->doc, node, 0, 0);
  text = g_strdup ((const char *) xmlBufferContent (buffer));
  xmlBufferFree (buffer);
  return text;
}

/* Disks that programs serve come and go; one that @to does not have is unplugged, the guest willing. */
static void
plug_served_of (virDomain *domain, AvbDomainXml *from, AvbDomainXml *to, gboolean in)
{
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (from);
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];
      g_autofree char   *fragment = NULL;

      if (disk->source != AVB_DISK_SOURCE_NBD || find_served (to, disk->path) != NULL)
        continue;
      fragment = dup_element (find_served (from, disk->path));
      if (in)
        plug (domain, fragment);
      else if (virDomainDetachDeviceFlags (domain, fragment, VIR_DOMAIN_AFFECT_LIVE) < 0)
        g_debug ("Not unplugged: %s", virGetLastErrorMessage ());
    }
}

static void
plug_served (virDomain *domain, AvbDomainXml *live, AvbLibvirtCall *call)
{
  g_autoptr (AvbDomainXml) next
      = avb_libvirt_call_read_definition (domain, VIR_DOMAIN_XML_INACTIVE, call, NULL);

  if (next == NULL)
    return;
  plug_served_of (domain, live, next, FALSE);
  plug_served_of (domain, next, live, TRUE);
}

/* Whether the machine as it runs is what @spec says. */
static AvbApplied
apply_live (virDomain *domain, AvbLibvirtCall *call)
{
  g_autoptr (AvbDomainXml) before = NULL;
  g_autoptr (AvbDomainXml) after = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;

  if (virDomainIsActive (domain) != 1)
    return AVB_APPLIED_NOW;
  before = avb_libvirt_call_read_definition (domain, 0, call, NULL);
  if (before != NULL)
    {
      plug_extras (domain, before, call->spec);
      plug_shares (domain, before, call->spec);
      plug_served (domain, before, call);
    }
  after = avb_libvirt_call_read_definition (domain, 0, call, NULL);
  spec = after != NULL ? avb_domain_xml_read_spec (after) : NULL;
  return spec != NULL && avb_machine_spec_equal (spec, call->spec) ? AVB_APPLIED_NOW
                                                                   : AVB_APPLIED_AT_NEXT_START;
}

/* Inside of the lock. */
static DexFuture *
define_spec (virDomain *domain, AvbLibvirtCall *call, AvbDomainXml *xml)
{
  GError          *error = NULL;
  AvbDomainTraits *traits;
  gboolean         renamed;
  g_autoptr (virDomain) defined = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autofree char *text = NULL;
  g_autofree char *before = avb_libvirt_dup_name (domain);
  const char      *name = avb_machine_spec_get_name (call->spec);
  gboolean         ok;

  renamed = g_strcmp0 (before, name) != 0;
  if (renamed && avb_libvirt_name_is_taken (virDomainGetConnect (domain), name))
    return avb_libvirt_reject_name ();
  traits = avb_libvirt_traits_read (virDomainGetConnect (domain),
                                    call->host,
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
  paths = avb_domain_xml_dup_disk_paths (xml, FALSE);
  avb_libvirt_claim_settle_all (paths);
  return renamed ? avb_libvirt_rename (domain, name) : dex_future_new_true ();
}

/* (nullable): what the host is known not to have, and the machine had not before. Only apply_spec() brings
 * capabilities: all other changes are of what is supported. */
static DexFuture *
refuse_change (AvbLibvirtCall *call, AvbDomainXml *xml)
{
  AvbCapabilities *capabilities = call->data;
  g_autoptr (AvbMachineSpec) before = NULL;
  const char *reason;

  if (capabilities == NULL)
    return NULL;
  before = avb_domain_xml_read_spec (xml);
  reason = avb_capabilities_get_spec_reason (capabilities, call->spec, before);
  return reason != NULL ? dex_future_new_for_error (
                              avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason))
                        : NULL;
}

static DexFuture *
change_locked (virDomain *domain, AvbLibvirtCall *call, AvbLibvirtChangeFunc change)
{
  /* With passwords, which would be lost otherwise. */
  const guint flags = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;
  GError     *error = NULL;
  DexFuture  *refusal;
  g_autoptr (AvbDomainXml) xml = NULL;

  if (virDomainIsPersistent (domain) != 1)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                       NULL,
                       _ ("This machine has no permanent definition that could be changed.")));
  xml = avb_libvirt_call_read_definition (domain, flags, call, &error);
  if (xml == NULL)
    return dex_future_new_for_error (error);
  if (change != NULL)
    {
      g_clear_object (&call->spec);
      call->spec = avb_domain_xml_read_spec (xml);
      if (!change (call, &error))
        return dex_future_new_for_error (error);
    }
  else if ((refusal = refuse_change (call, xml)) != NULL)
    return refusal;
  return define_spec (domain, call, xml);
}

DexFuture *
avb_libvirt_definition_change (virDomain *domain, AvbLibvirtCall *call, AvbLibvirtChangeFunc change)
{
  g_autoptr (DexFuture) result = NULL;

  avb_libvirt_definition_lock ();
  result = change_locked (domain, call, change);
  avb_libvirt_definition_unlock ();
  return dex_future_is_rejected (result) ? g_steal_pointer (&result)
                                         : dex_future_new_for_int (apply_live (domain, call));
}

void
avb_libvirt_definition_lock (void)
{
  G_LOCK (avb_libvirt_definition);
}

void
avb_libvirt_definition_unlock (void)
{
  G_UNLOCK (avb_libvirt_definition);
}

static DexFuture *
apply_spec_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_definition_change (domain, call, NULL);
}

DexFuture *
avb_libvirt_machine_apply_spec (AvbMachine *machine, AvbMachineSpec *spec)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, apply_spec_thread, _ ("The machine could not be changed."));
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  if (call != NULL)
    {
      call->spec = avb_machine_spec_copy (spec);
      call->data = g_object_ref (avb_connection_get_capabilities (connection));
      call->data_free = g_object_unref;
    }
  /* Long: a guest is given some seconds to give back what is unplugged. */
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run_long (call));
}
