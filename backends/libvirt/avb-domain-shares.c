/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

/* Folders that virtiofsd shares with the guest. It works in the guest's memory: that must be of a
 * kind that two processes can share. */

static gboolean
is_shared (xmlNode *node, const char *name)
{
  return avb_xml_attribute_is (node, name, "shared");
}

gboolean
avb_domain_memory_is_shared (xmlNode *root)
{
  xmlNode *backing = avb_xml_child (root, "memoryBacking");
  xmlNode *numa = avb_xml_child (avb_xml_child (root, "cpu"), "numa");
  xmlNode *source = avb_xml_child (backing, "source");
  gboolean cells = numa != NULL;

  for (xmlNode *cell = avb_xml_child (numa, "cell"); cell; cell = avb_xml_next (cell, "cell"))
    cells = cells && is_shared (cell, "memAccess");
  if (cells && avb_xml_child (numa, "cell") != NULL)
    return TRUE;
  return is_shared (avb_xml_child (backing, "access"), "mode")
         && (avb_xml_attribute_is (source, "type", "memfd")
             || avb_xml_attribute_is (source, "type", "file")
             || avb_xml_child (backing, "hugepages") != NULL);
}

static void
share_memory (xmlNode *root)
{
  static const char *const after[] = { "currentMemory", "memory", "name", NULL };
  xmlNode                 *backing, *source, *numa;

  if (avb_domain_memory_is_shared (root))
    return;
  backing = avb_xml_ensure_child (root, "memoryBacking", after);
  source = avb_xml_child (backing, "source");
  if (avb_xml_child (backing, "hugepages") == NULL
      && !avb_xml_attribute_is (source, "type", "file"))
    xmlSetProp (avb_xml_ensure_child (backing, "source", NULL), BAD_CAST "type", BAD_CAST "memfd");
  xmlSetProp (avb_xml_ensure_child (backing, "access", NULL), BAD_CAST "mode", BAD_CAST "shared");
  /* What a cell says of itself counts more. */
  numa = avb_xml_child (avb_xml_child (root, "cpu"), "numa");
  for (xmlNode *cell = avb_xml_child (numa, "cell"); cell; cell = avb_xml_next (cell, "cell"))
    if (xmlHasProp (cell, BAD_CAST "memAccess") != NULL)
      xmlSetProp (cell, BAD_CAST "memAccess", BAD_CAST "shared");
}

AvbShareSpec *
avb_domain_share_read (xmlNode *node)
{
  g_autofree char *path = avb_xml_dup_attribute (avb_xml_child (node, "source"), "dir");
  g_autofree char *tag = avb_xml_dup_attribute (avb_xml_child (node, "target"), "dir");
  AvbShareSpec    *share;

  if (path == NULL || tag == NULL
      || !avb_xml_attribute_is (avb_xml_child (node, "driver"), "type", "virtiofs"))
    return NULL;
  share = avb_share_spec_new (path, tag);
  share->read_only = avb_xml_child (node, "readonly") != NULL;
  return share;
}

char *
avb_domain_template_share (const AvbShareSpec *share)
{
  g_autofree char *text
      = g_markup_printf_escaped ("<filesystem type='mount' accessmode='passthrough'>"
                                 "<driver type='virtiofs'/><source dir='%s'/><target dir='%s'/>",
                                 share->path,
                                 share->tag);

  return g_strconcat (text, share->read_only ? "<readonly/>" : "", "</filesystem>", NULL);
}

static void
edit_share (xmlNode *node, const AvbShareSpec *before, const AvbShareSpec *share)
{
  if (g_strcmp0 (before->path, share->path) != 0)
    xmlSetProp (avb_xml_child (node, "source"), BAD_CAST "dir", BAD_CAST share->path);
  if (!before->read_only && share->read_only)
    xmlNewChild (node, NULL, BAD_CAST "readonly", NULL);
  else if (before->read_only && !share->read_only)
    avb_xml_remove (avb_xml_child (node, "readonly"));
}

gboolean
avb_domain_edit_shares (xmlNode *root, xmlNode *devices, GPtrArray *shares, GError **error)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (g_direct_hash, g_direct_equal);
  xmlNode *node = avb_xml_child (devices, "filesystem");

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, "filesystem");
      g_autoptr (AvbShareSpec) before = avb_domain_share_read (node);
      AvbShareSpec *share = before != NULL ? avb_shares_find (shares, before->tag) : NULL;

      if (before != NULL && (share == NULL || !g_hash_table_add (kept, share)))
        avb_xml_remove (node);
      else if (before != NULL)
        edit_share (node, before, share);
      node = next;
    }
  for (guint i = 0; i < shares->len; i++)
    if (!g_hash_table_contains (kept, shares->pdata[i]))
      {
        g_autofree char *fragment = avb_domain_template_share (shares->pdata[i]);

        share_memory (root);
        if (!avb_xml_add_fragment (devices, fragment, error))
          return FALSE;
      }
  return TRUE;
}
