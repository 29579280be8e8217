/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

/* Settings in a definition's metadata:
 *
 *   <avb:machine xmlns:avb="https://alphavbox.org/xmlns/machine/1.0">
 *     <avb:setting key="clipboard" value="off"/>
 *   </avb:machine>
 */

#define MAX_SETTINGS 256

static gboolean
is_own (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL
         && xmlStrEqual (node->ns->href, BAD_CAST AVB_METADATA_NAMESPACE)
         && (name == NULL || xmlStrEqual (node->name, BAD_CAST name));
}

GHashTable *
avb_domain_xml_read_settings (AvbDomainXml *self)
{
  GHashTable *settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  xmlNode    *own = avb_xml_child (avb_domain_xml_get_root (self), "metadata");

  own = own != NULL ? own->children : NULL;
  while (own != NULL && !is_own (own, NULL))
    own = own->next;
  for (xmlNode *node = own != NULL ? own->children : NULL; node != NULL; node = node->next)
    {
      g_autofree char *key = is_own (node, "setting") ? avb_xml_dup_attribute (node, "key") : NULL;
      g_autofree char *value = key != NULL ? avb_xml_dup_attribute (node, "value") : NULL;

      if (value != NULL && !g_hash_table_contains (settings, key)
          && g_hash_table_size (settings) < MAX_SETTINGS)
        g_hash_table_insert (settings, g_steal_pointer (&key), g_steal_pointer (&value));
    }
  return settings;
}

/* Returns: how many other settings there are */
static guint
remove_setting (xmlNode *root, const char *key)
{
  xmlNode *node = avb_xml_child (root, "setting");
  guint    others = 0;

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, "setting");

      if (avb_xml_attribute_is (node, "key", key))
        {
          xmlUnlinkNode (node);
          xmlFreeNode (node);
        }
      else
        others++;
      node = next;
    }
  return others;
}

static char *
dump (xmlNode *root)
{
  xmlBuffer *buffer = xmlBufferCreate ();
  char      *text;

  xmlNodeDump (buffer, root->doc, root, 0, 0);
  text = g_strdup ((const char *) xmlBufferContent (buffer));
  xmlBufferFree (buffer);
  return text;
}

char *
avb_domain_settings_edit (const char *text, const char *key, const char *value, GError **error)
{
  static const char empty[] = "<machine/>";
  g_autofree char  *details = NULL;
  char             *edited = NULL;
  xmlDoc           *doc;
  xmlNode          *root;

  if (text == NULL)
    text = empty;
  doc = avb_xml_parse (text, strlen (text), &details);
  if (doc == NULL)
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID, details, _ ("The machine’s definition is damaged.")));
      return NULL;
    }
  root = xmlDocGetRootElement (doc);
  if (remove_setting (root, key) < MAX_SETTINGS || value == NULL)
    {
      if (value != NULL)
        {
          xmlNode *setting = xmlNewChild (root, NULL, BAD_CAST "setting", NULL);

          xmlSetProp (setting, BAD_CAST "key", BAD_CAST key);
          xmlSetProp (setting, BAD_CAST "value", BAD_CAST value);
        }
      edited = dump (root);
    }
  else
    g_propagate_error (
        error, avb_error_new (AVB_ERROR_INVALID, NULL, _ ("This machine has too many settings.")));
  xmlFreeDoc (doc);
  return edited;
}
