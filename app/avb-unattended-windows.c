/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Windows' answers, "autounattend.xml": what libosinfo's template cannot know. Its language is described in Microsoft's
 * "Unattended Windows Setup Reference". */

#include "config.h"

#include "app/avb-unattended-private.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-secret.h"

#define WCM "http://schemas.microsoft.com/WMIConfig/2002/State"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

static gboolean
is_element (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && g_str_equal ((const char *) node->name, name);
}

/* The first in document order, @node included. */
static xmlNode *
find (xmlNode *node, const char *name)
{
  if (is_element (node, name))
    return node;
  for (xmlNode *child = xmlFirstElementChild (node); child != NULL; child = xmlNextElementSibling (child))
    {
      xmlNode *found = find (child, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
remove_all (xmlNode *root, const char *name)
{
  for (xmlNode *node = find (root, name); node != NULL; node = find (root, name))
    {
      xmlUnlinkNode (node);
      xmlFreeNode (node);
    }
}

static void
clear (xmlNode *node)
{
  while (node->children != NULL)
    {
      xmlNode *child = node->children;

      xmlUnlinkNode (child);
      xmlFreeNode (child);
    }
}

static xmlNode *
add (xmlNode *parent, const char *name, const char *text)
{
  return xmlNewTextChild (parent, parent->ns, (const xmlChar *) name, (const xmlChar *) text);
}

/* An element of a list, which Setup takes only with the word "add". */
static xmlNode *
add_entry (xmlNode *list, const char *name)
{
  xmlNode *entry = add (list, name, NULL);
  xmlNs *wcm = xmlSearchNsByHref (list->doc, list, (const xmlChar *) WCM);

  if (wcm == NULL)
    wcm = xmlNewNs (entry, (const xmlChar *) WCM, (const xmlChar *) "wcm");
  xmlNewNsProp (entry, wcm, (const xmlChar *) "action", (const xmlChar *) "add");
  return entry;
}

static void
create_partition (xmlNode *list, const char *order, const char *type, const char *megabytes)
{
  xmlNode *partition = add_entry (list, "CreatePartition");

  add (partition, "Order", order);
  add (partition, "Type", type);
  if (megabytes != NULL)
    add (partition, "Size", megabytes);
  else
    add (partition, "Extend", "true");
}

static void
format_partition (xmlNode *list, const char *order, const char *file_system, const char *letter)
{
  xmlNode *partition = add_entry (list, "ModifyPartition");

  add (partition, "Order", order);
  add (partition, "PartitionID", order);
  if (file_system == NULL)
    return;
  add (partition, "Format", file_system);
  if (letter != NULL)
    add (partition, "Letter", letter);
}

/* UEFI starts from a system partition of a GPT; the template knows the MBR only. */
static void
divide_for_uefi (xmlNode *root)
{
  xmlNode *create = find (root, "CreatePartitions");
  xmlNode *modify = find (root, "ModifyPartitions");
  xmlNode *target = find (root, "InstallTo");
  xmlNode *number = target != NULL ? find (target, "PartitionID") : NULL;

  if (create == NULL || modify == NULL || number == NULL)
    return;
  clear (create);
  create_partition (create, "1", "EFI", "260");
  create_partition (create, "2", "MSR", "16");
  create_partition (create, "3", "Primary", NULL);
  clear (modify);
  format_partition (modify, "1", "FAT32", NULL);
  format_partition (modify, "2", NULL, NULL);
  format_partition (modify, "3", "NTFS", "C");
  xmlNodeSetContent (number, (const xmlChar *) "3");
}

/* The user's first session is the end of the installation: the machine goes off, and is started without the disc of
 * answers, which hold the password. */
static void
switch_off_at_end (xmlNode *root)
{
  xmlNode *list = find (root, "FirstLogonCommands");
  xmlNode *command;

  if (list == NULL)
    {
      xmlNode *oobe = find (root, "OOBE");

      if (oobe == NULL)
        return;
      list = add (oobe->parent, "FirstLogonCommands", NULL);
    }
  command = add_entry (list, "SynchronousCommand");
  add (command, "Order", "90");
  add (command, "Description", "End of the installation");
  add (command, "CommandLine", "shutdown /s /t 5");
}

char *
avb_install_windows_finish (const char *text, const AvbInstallWishes *wishes, GError **error)
{
  g_autoptr (xmlDoc) document = xmlReadMemory (text, (int) strlen (text), NULL, "UTF-8",
                                               XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  xmlNode *root = document != NULL ? xmlDocGetRootElement (document) : NULL;
  xmlChar *written = NULL;
  int length = 0;
  char *result;

  if (root == NULL || !is_element (root, "unattend"))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, NULL,
                                               _("What to tell the installer could not be written.")));
      return NULL;
    }
  /* An empty key is a wrong one; without any, editions that need none go on. */
  if (wishes->product_key == NULL)
    remove_all (root, "ProductKey");
  if (wishes->uefi)
    divide_for_uefi (root);
  if (!wishes->drivers)
    remove_all (root, "DriverPaths");
  if (!wishes->auto_login)
    {
      xmlNode *count = find (root, "LogonCount");

      /* Once, to come to the end. */
      if (count != NULL)
        xmlNodeSetContent (count, (const xmlChar *) "1");
    }
  switch_off_at_end (root);
  xmlDocDumpFormatMemoryEnc (document, &written, &length, "UTF-8", 1);
  result = g_strndup ((const char *) written, (gsize) MAX (length, 0));
  if (written != NULL)
    avb_secret_wipe (written, (gsize) length);
  xmlFree (written);
  return result;
}
