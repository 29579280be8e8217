/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-chain.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/libvirt/avb-domain-xml.h"

/* What an overlay stands on is written in its own head: no definition knows it better.
 * https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst */

#define QCOW2_MAGIC 0x514649fbu
#define MAX_BACKING_NAME 1023
#define MAX_DEPTH 64

static char *
read_backing_name (int fd)
{
  struct {
    guint32 magic;
    guint32 version;
    guint64 backing_offset;
    guint32 backing_size;
    guint32 cluster_bits;
  } head;
  struct stat      info;
  guint64          offset;
  guint32          size;
  g_autofree char *name = NULL;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)
      || pread (fd, &head, sizeof head, 0) != sizeof head
      || GUINT32_FROM_BE (head.magic) != QCOW2_MAGIC)
    return NULL;
  offset = GUINT64_FROM_BE (head.backing_offset);
  size = GUINT32_FROM_BE (head.backing_size);
  if (offset == 0 || offset > (guint64) info.st_size || size == 0 || size > MAX_BACKING_NAME)
    return NULL;
  name = g_malloc0 (size + 1);
  if (pread (fd, name, size, offset) != (gssize) size || strlen (name) != size)
    return NULL;
  return g_steal_pointer (&name);
}

char *
avb_libvirt_chain_read_backing (const char *path)
{
  int              fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *name = NULL;
  g_autofree char *folder = NULL;
  const char      *plain;

  if (fd < 0)
    return NULL;
  name = read_backing_name (fd);
  close (fd);
  if (name == NULL)
    return NULL;
  plain = g_str_has_prefix (name, "file:") ? name + strlen ("file:") : name;
  if (g_path_is_absolute (plain))
    return g_strdup (plain);
  folder = g_path_get_dirname (path);
  return g_build_filename (folder, plain, NULL);
}

char *
avb_libvirt_file_identity (const char *path)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return g_strdup (path);
  return g_strdup_printf (
      "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev, (guint64) info.st_ino);
}

void
avb_libvirt_chain_add_bases (const char *path, GHashTable *bases)
{
  g_autofree char *overlay = g_strdup (path);

  for (guint i = 0; i < MAX_DEPTH; i++)
    {
      char *base = avb_libvirt_chain_read_backing (overlay);

      if (base == NULL)
        return;
      g_free (overlay);
      overlay = base;
      g_hash_table_add (bases, avb_libvirt_file_identity (overlay));
      g_hash_table_add (bases, g_strdup (overlay));
    }
}

static AvbDomainXml *
read_domain (virDomain *domain, guint flags)
{
  char         *text = virDomainGetXMLDesc (domain, flags);
  AvbDomainXml *xml = text != NULL ? avb_domain_xml_parse (text, strlen (text), NULL) : NULL;

  free (text);
  return xml;
}

/* Whether a disk of @domain stands on one of @own; it is no error if it went meanwhile. */
static gboolean
stands_on (virDomain *domain, GPtrArray *own, GError **error)
{
  g_autoptr (AvbDomainXml) xml = read_domain (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GHashTable) bases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (xml == NULL && virGetLastErrorCode () == VIR_ERR_NO_DOMAIN)
    return FALSE;
  if (xml == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, NULL, "unreadable definition"));
      return FALSE;
    }
  paths = avb_domain_xml_dup_disk_paths (xml, FALSE);
  for (guint i = 0; i < paths->len; i++)
    avb_libvirt_chain_add_bases (paths->pdata[i], bases);
  for (guint i = 0; i < own->len; i++)
    {
      g_autofree char *identity = avb_libvirt_file_identity (own->pdata[i]);

      if (g_hash_table_contains (bases, identity)
          || g_hash_table_contains (bases, own->pdata[i]))
        return TRUE;
    }
  return FALSE;
}

int
avb_libvirt_chain_count_clones (virDomain *domain)
{
  g_autoptr (AvbDomainXml) xml = read_domain (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GError) error = NULL;
  virDomain   **domains = NULL;
  unsigned char own_uuid[VIR_UUID_BUFLEN], uuid[VIR_UUID_BUFLEN];
  int           n, count = 0;

  if (xml == NULL || virDomainGetUUID (domain, own_uuid) != 0)
    return -1;
  own = avb_domain_xml_dup_disk_paths (xml, TRUE);
  if (own->len == 0)
    return 0;
  n = virConnectListAllDomains (virDomainGetConnect (domain), &domains, 0);
  for (int i = 0; i < n; i++)
    {
      if (error == NULL && virDomainGetUUID (domains[i], uuid) == 0
          && memcmp (own_uuid, uuid, sizeof uuid) != 0 && stands_on (domains[i], own, &error))
        count++;
      virDomainFree (domains[i]);
    }
  free (domains);
  return n < 0 || error != NULL ? -1 : count;
}
