/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf-private.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "app/avb-text.h"

G_DEFINE_BOXED_TYPE (AvbOvf, avb_ovf, avb_ovf_ref, avb_ovf_unref)

void
avb_ovf_drive_free (gpointer data)
{
  AvbOvfDrive *drive = data;

  g_free (drive->file);
  g_free (drive);
}

static void
ovf_clear (gpointer data)
{
  AvbOvf *self = data;

  g_clear_object (&self->spec);
  g_clear_pointer (&self->drives, g_ptr_array_unref);
}

AvbOvf *
avb_ovf_ref (AvbOvf *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
avb_ovf_unref (AvbOvf *self)
{
  g_atomic_rc_box_release_full (self, ovf_clear);
}

/* VMware: <vmw:Config vmw:key="firmware" vmw:value="efi"/>, and ExtraConfig with the keys of its own files */
static void
read_vmware_firmware (xmlNode *hardware, const char *element, gboolean *uefi, gboolean *secure)
{
  for (xmlNode *node = avb_ovf_child (hardware, element); node != NULL; node = avb_ovf_find (node->next, element))
    {
      g_autofree char *key = avb_ovf_attribute (node, "key");
      g_autofree char *value = avb_ovf_attribute (node, "value");

      if (key == NULL || value == NULL)
        continue;
      if (g_str_equal (key, "firmware"))
        *uefi = g_ascii_strcasecmp (value, "efi") == 0;
      else if (g_str_equal (key, "bootOptions.efiSecureBootEnabled") || g_str_equal (key, "uefi.secureBoot.enabled"))
        *secure = g_ascii_strcasecmp (value, "true") == 0;
    }
}

/* oVirt: <BiosType>2</BiosType>: 0 and 1 are BIOS, 3 is with Secure Boot. VirtualBox: <Firmware type="EFI"/> in its own
 * machine. */
static void
read_firmware (AvbOvfReader *reader, xmlNode *hardware, xmlNode *system)
{
  xmlNode *box = avb_ovf_child (avb_ovf_child (system, "Machine"), "Hardware");
  g_autofree char *type = avb_ovf_attribute (avb_ovf_child (box, "Firmware"), "type");
  g_autofree char *tpm = avb_ovf_attribute (avb_ovf_child (box, "TrustedPlatformModule"), "type");
  g_autofree char *ovirt = avb_ovf_text (avb_ovf_child (system, "BiosType"));
  gboolean uefi = FALSE;
  gboolean secure = FALSE;

  read_vmware_firmware (hardware, "Config", &uefi, &secure);
  read_vmware_firmware (hardware, "ExtraConfig", &uefi, &secure);
  if (type != NULL && g_ascii_strncasecmp (type, "efi", 3) == 0)
    uefi = TRUE;
  if (g_strcmp0 (ovirt, "2") == 0 || g_strcmp0 (ovirt, "3") == 0)
    uefi = TRUE;
  secure |= g_strcmp0 (ovirt, "3") == 0;
  avb_machine_spec_set_firmware (reader->ovf->spec, !uefi    ? AVB_FIRMWARE_BIOS
                                                    : secure ? AVB_FIRMWARE_UEFI_SECURE
                                                             : AVB_FIRMWARE_UEFI);
  avb_machine_spec_set_tpm (reader->ovf->spec, tpm != NULL && g_str_has_prefix (tpm, "v2"));
}

static void
read_os (AvbOvfReader *reader, xmlNode *system)
{
  xmlNode *node = avb_ovf_section (system, "OperatingSystemSection");
  g_autofree char *vmware = avb_ovf_attribute (node, "osType");
  g_autofree char *description = avb_ovf_text (avb_ovf_child (node, "Description"));
  g_autofree char *box = avb_ovf_text (avb_ovf_child (node, "OSType"));
  const char *architecture = NULL;
  g_autofree char *id = avb_ovf_find_os (vmware, box, description, &architecture);
  xmlNode *platform = avb_ovf_child (avb_ovf_child (avb_ovf_child (system, "Machine"), "Hardware"), "Platform");
  g_autofree char *of_box = avb_ovf_attribute (platform, "architecture");

  if (g_strcmp0 (of_box, "ARM") == 0)
    architecture = "aarch64";
  avb_machine_spec_set_os_id (reader->ovf->spec, id);
  avb_machine_spec_set_architecture (reader->ovf->spec, architecture);
}

/* What an element says, or what the first bundle says in its place: <Strings><Msg ovf:msgid="…">…</Msg></Strings> */
static char *
dup_message (AvbOvfReader *reader, xmlNode *node)
{
  char *own = avb_ovf_text (node);
  g_autofree char *id = own == NULL ? avb_ovf_attribute (node, "msgid") : NULL;

  if (id == NULL)
    return own;
  for (xmlNode *bundle = avb_ovf_child (reader->envelope, "Strings"); bundle != NULL; bundle = avb_ovf_find (bundle->next, "Strings"))
    for (xmlNode *message = avb_ovf_child (bundle, "Msg"); message != NULL; message = avb_ovf_find (message->next, "Msg"))
      {
        g_autofree char *own_id = avb_ovf_attribute (message, "msgid");

        if (g_strcmp0 (own_id, id) == 0)
          return avb_ovf_text (message);
      }
  return NULL;
}

static void
read_name (AvbOvfReader *reader, xmlNode *system)
{
  g_autofree char *name = dup_message (reader, avb_ovf_child (system, "Name"));
  g_autofree char *id = avb_ovf_attribute (system, "id");
  g_autofree char *annotation =
      dup_message (reader, avb_ovf_child (avb_ovf_section (system, "AnnotationSection"), "Annotation"));
  g_autofree char *clean = avb_text_make_machine_name (name != NULL ? name : id != NULL ? id : reader->name);

  avb_machine_spec_set_name (reader->ovf->spec, clean);
  if (annotation != NULL && g_utf8_strlen (annotation, -1) <= 4096)
    avb_machine_spec_set_description (reader->ovf->spec, annotation);
}

/* The configuration that counts where the package has several. */
static char *
find_configuration (xmlNode *envelope)
{
  xmlNode *options = avb_ovf_section (envelope, "DeploymentOptionSection");
  char *first = NULL;

  for (xmlNode *node = avb_ovf_child (options, "Configuration"); node != NULL; node = avb_ovf_find (node->next, "Configuration"))
    {
      g_autofree char *id = avb_ovf_attribute (node, "id");
      g_autofree char *preset = avb_ovf_attribute (node, "default");

      if (first == NULL)
        first = g_strdup (id);
      if ((g_strcmp0 (preset, "true") == 0 || g_strcmp0 (preset, "1") == 0) && id != NULL)
        {
          g_free (first);
          return g_steal_pointer (&id);
        }
    }
  return first;
}

static guint
count_systems (xmlNode *parent, xmlNode **first, guint depth)
{
  guint count = 0;

  for (xmlNode *node = parent->children; node != NULL && depth < 8; node = node->next)
    {
      g_autofree char *type = node->type == XML_ELEMENT_NODE ? avb_ovf_attribute (node, "type") : NULL;

      if (avb_ovf_is_element (node, "VirtualSystem") ||
          (avb_ovf_is_element (node, "Content") && type != NULL && g_str_has_suffix (type, "VirtualSystem_Type")))
        {
          if (*first == NULL)
            *first = node;
          count++;
        }
      else if (avb_ovf_is_element (node, "VirtualSystemCollection"))
        count += count_systems (node, first, depth + 1);
    }
  return count;
}

static gboolean
read_envelope (AvbOvfReader *reader, xmlNode *envelope)
{
  g_autofree char *configuration = NULL;
  xmlNode *system = NULL;
  xmlNode *hardware;
  guint count;

  if (envelope == NULL || !avb_ovf_is_element (envelope, "Envelope"))
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” is not the description of an appliance."), reader->name);
  count = count_systems (envelope, &system, 0);
  if (count == 0)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” describes no machine."), reader->name);
  if (count > 1)
    return avb_ovf_refuse (reader, AVB_ERROR_NOT_SUPPORTED,
                   ngettext ("“%1$s” holds %2$u machine, and is refused.",
                             "“%1$s” holds %2$u machines. Only appliances of one machine can be imported.", count),
                   reader->name, count);
  hardware = avb_ovf_section (system, "VirtualHardwareSection");
  if (hardware == NULL)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” describes no hardware."), reader->name);

  reader->envelope = envelope;
  reader->system = system;
  reader->references = avb_ovf_child (envelope, "References");
  reader->disks = avb_ovf_section (envelope, "DiskSection");
  configuration = find_configuration (envelope);
  read_name (reader, system);
  read_os (reader, system);
  read_firmware (reader, hardware, system);
  return avb_ovf_read_hardware (reader, hardware, configuration);
}

AvbOvf *
avb_ovf_parse (const char *content, gsize length, const char *name, GError **error)
{
  g_autoptr (AvbOvf) ovf = NULL;
  AvbOvfReader reader = { .name = name, .error = error };
  xmlParserCtxt *context;
  xmlDoc *doc = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (content != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  ovf = g_atomic_rc_box_new0 (AvbOvf);
  ovf->spec = avb_machine_spec_new ();
  ovf->drives = g_ptr_array_new_with_free_func (avb_ovf_drive_free);
  reader.ovf = ovf;
  if (length > AVB_OVF_MAX_LENGTH)
    {
      avb_ovf_refuse (&reader, AVB_ERROR_INVALID, _("“%s” is too long to be the description of an appliance."), name);
      return NULL;
    }

  context = xmlNewParserCtxt ();
  if (length > 0 && context != NULL)
    doc = xmlCtxtReadMemory (context, content, (int) length, NULL, NULL,
                             XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
  if (doc == NULL)
    avb_ovf_refuse (&reader, AVB_ERROR_INVALID, _("“%s” is damaged: it is no well-formed XML."), name);
  else if (doc->intSubset != NULL || doc->extSubset != NULL)
    avb_ovf_refuse (&reader, AVB_ERROR_INVALID, _("“%s” has a document type definition, which is refused."), name);
  else
    {
      reader.items = g_ptr_array_new_with_free_func (avb_ovf_item_free);
      ok = read_envelope (&reader, xmlDocGetRootElement (doc));
      g_ptr_array_unref (reader.items);
    }
  xmlFreeDoc (doc);
  xmlFreeParserCtxt (context);
  return ok ? g_steal_pointer (&ovf) : NULL;
}
