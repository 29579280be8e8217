/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <string.h>

/* libvirt names the folder of a machine that runs after the first 20 bytes of its name, where its locale is not UTF-8, and
 * the one of a daemon that libvirt starts never is. QEMU does not start where that cuts a character in two. So the domain of
 * such a machine has a name with dashes before that character, and the name itself as its title, which is what virt-manager
 * and Boxes show as well. */

#define CUT 20 /* VIR_DOMAIN_SHORT_NAME_MAX of libvirt */
#define FILLING "---"

static gboolean
is_inside_character (char c)
{
  return ((guchar) c & 0xc0) == 0x80;
}

char *
avb_domain_name_make (const char *name)
{
  int keep = CUT;

  if (strlen (name) <= CUT || !is_inside_character (name[CUT]))
    return g_strdup (name);
  while (keep > 0 && is_inside_character (name[keep]))
    keep--;
  return g_strdup_printf ("%.*s%.*s%s", keep, name, CUT - keep, FILLING, name + keep);
}

gboolean
avb_domain_name_may_be_made (const char *name)
{
  return strlen (name) > CUT && name[CUT - 1] == *FILLING && ((guchar) name[CUT] & 0x80) != 0;
}

gboolean
avb_domain_name_is_made_of (const char *name, const char *title)
{
  g_autofree char *made = title != NULL ? avb_domain_name_make (title) : NULL;

  return g_strcmp0 (made, name) == 0;
}

char *
avb_domain_xml_dup_name (AvbDomainXml *self)
{
  xmlNode         *root = avb_domain_xml_get_root (self);
  g_autofree char *name = avb_xml_dup_text (avb_xml_child (root, "name"));
  g_autofree char *title = avb_xml_dup_text (avb_xml_child (root, "title"));

  return avb_domain_name_is_made_of (name, title) ? g_steal_pointer (&title) : g_steal_pointer (&name);
}

static void
set_text (xmlNode *node, const char *text)
{
  xmlNodeSetContent (node, NULL);
  /* Escapes, where xmlNodeSetContent() would read entities. */
  xmlNodeAddContent (node, BAD_CAST text);
}

void
avb_domain_xml_set_name (AvbDomainXml *self, const char *name)
{
  static const char *const after[] = { "genid", "uuid", "name", NULL };
  xmlNode         *root = avb_domain_xml_get_root (self);
  xmlNode         *node = avb_xml_ensure_child (root, "name", NULL);
  g_autofree char *before = avb_xml_dup_text (node);
  g_autofree char *title = avb_xml_dup_text (avb_xml_child (root, "title"));
  g_autofree char *made = avb_domain_name_make (name);

  /* Any other is the user's. */
  if (avb_domain_name_is_made_of (before, title))
    avb_xml_remove_children (root, "title");
  set_text (node, made);
  if (!g_str_equal (made, name))
    set_text (avb_xml_ensure_child (root, "title", after), name);
}
