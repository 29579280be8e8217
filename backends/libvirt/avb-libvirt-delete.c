/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/libvirt/avb-libvirt-chain.h"
#include "backends/libvirt/avb-libvirt-snapshot.h"
#include "backends/libvirt/avb-libvirt-template.h"

static gboolean
add_used_files (virDomain *domain, guint flags, GHashTable *used)
{
  char *text = virDomainGetXMLDesc (domain, flags);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GPtrArray) paths = NULL;

  if (text == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN;
  xml = avb_domain_xml_parse (text, strlen (text), NULL);
  free (text);
  /* Not knowing what a machine uses, everything may be in use. */
  if (xml == NULL)
    return FALSE;
  paths = avb_domain_xml_dup_disk_paths (xml, FALSE);
  for (guint i = 0; i < paths->len; i++)
    {
      g_hash_table_add (used, avb_libvirt_file_identity (paths->pdata[i]));
      g_hash_table_add (used, g_strdup (paths->pdata[i]));
      avb_libvirt_chain_add_bases (paths->pdata[i], used);
    }
  return TRUE;
}

/* (nullable): what all domains but @own (nullable) use, by path and by identity */
static GHashTable *
find_used_files (virConnect *vir, virDomain *own)
{
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  virDomain   **domains = NULL;
  int           n = virConnectListAllDomains (vir, &domains, 0);
  unsigned char own_uuid[VIR_UUID_BUFLEN] = { 0 }, uuid[VIR_UUID_BUFLEN];
  gboolean      complete = n >= 0 && (own == NULL || virDomainGetUUID (own, own_uuid) == 0);

  for (int i = 0; i < n; i++)
    {
      gboolean is_own = own != NULL && virDomainGetUUID (domains[i], uuid) == 0
                        && memcmp (own_uuid, uuid, sizeof uuid) == 0;

      if (!is_own)
        {
          complete = complete && add_used_files (domains[i], VIR_DOMAIN_XML_INACTIVE, used);
          if (complete && virDomainIsActive (domains[i]) == 1)
            complete = add_used_files (domains[i], 0, used);
        }
      virDomainFree (domains[i]);
    }
  free (domains);
  return complete ? g_steal_pointer (&used) : NULL;
}

GHashTable *
avb_libvirt_find_used_files (virConnect *vir)
{
  return find_used_files (vir, NULL);
}

static void
remove_used (GPtrArray *disks, GHashTable *used)
{
  for (guint i = disks->len; i > 0; i--)
    {
      g_autofree char *identity = avb_libvirt_file_identity (disks->pdata[i - 1]);

      if (g_hash_table_contains (used, identity)
          || g_hash_table_contains (used, disks->pdata[i - 1]))
        g_ptr_array_remove_index (disks, i - 1);
    }
}

/* Where this program puts volumes: its own folder, or a pool of the host. A file elsewhere that only
 * happens to have the name of a copy is somebody's medium. */
static gboolean
is_our_place (virConnect *vir, const char *path)
{
  g_autofree char *folder = avb_libvirt_volume_dup_folder ();
  g_autofree char *parent = g_path_get_dirname (path);
  virStorageVol *volume;

  if (g_str_equal (folder, parent))
    return TRUE;
  volume = virStorageVolLookupByPath (vir, path);
  if (volume == NULL)
    return FALSE;
  virStorageVolFree (volume);
  return TRUE;
}

/* Also a second one of the same name, "…-avb-disc-2.img". */
static gboolean
is_disc_copy (virConnect *vir, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return g_regex_match_simple (AVB_VOLUME_DISC_COPY "(-[0-9]+)?\\.img$", name, G_REGEX_DEFAULT, 0)
         && is_our_place (vir, path);
}

/* The disks that go with the domain: what it may write, and copies of discs that were made for it.
 */
static GPtrArray *
find_own_disks (virDomain *domain, GHashTable *used)
{
  char *text = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *disks;

  if (text == NULL)
    return NULL;
  xml = avb_domain_xml_parse (text, strlen (text), NULL);
  free (text);
  if (xml == NULL)
    return NULL;
  disks = avb_domain_xml_dup_disk_paths (xml, TRUE);
  all = avb_domain_xml_dup_disk_paths (xml, FALSE);
  for (guint i = 0; i < all->len; i++)
    if (is_disc_copy (virDomainGetConnect (domain), all->pdata[i])
        && !g_ptr_array_find_with_equal_func (disks, all->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (disks, g_strdup (all->pdata[i]));
  avb_libvirt_snapshot_add_files (domain, disks);
  remove_used (disks, used);
  return disks;
}

static int
delete_disk (virConnect *vir, const char *path)
{
  virStorageVol *volume = virStorageVolLookupByPath (vir, path);
  struct stat    info;
  int            result;

  if (volume != NULL)
    {
      result = virStorageVolDelete (volume, 0);
      virStorageVolFree (volume);
      if (result == 0)
        return 0;
    }
  /* On another computer the path means another file. */
  {
    char *uri_text = virConnectGetURI (vir);
    g_autoptr (GUri) uri = uri_text != NULL ? g_uri_parse (uri_text, G_URI_FLAGS_NONE, NULL) : NULL;
    gboolean local = uri != NULL && g_str_equal (g_uri_get_scheme (uri), "qemu")
                     && (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0');

    free (uri_text);
    if (!local)
      return volume == NULL ? 0 : -1;
  }
  if (lstat (path, &info) != 0)
    return errno == ENOENT ? 0 : -1;
  /* A link, a device, or a file of somebody else or that is write-protected stays. */
  if (!S_ISREG (info.st_mode) || info.st_uid != getuid () || (info.st_mode & S_IWUSR) == 0)
    return 0;
  return g_unlink (path);
}

static gboolean
undefine (virDomain *domain)
{
  static const guint attempts[] = {
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM
        | VIR_DOMAIN_UNDEFINE_TPM,
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        | VIR_DOMAIN_UNDEFINE_NVRAM,
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
    0,
  };

  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      if (virDomainUndefineFlags (domain, attempts[i]) == 0)
        return TRUE;
      /* Drivers refuse flags they do not know. */
      if (virGetLastErrorCode () != VIR_ERR_INVALID_ARG
          && virGetLastErrorCode () != VIR_ERR_ARGUMENT_UNSUPPORTED)
        return FALSE;
    }
  return FALSE;
}

static DexFuture *
delete_disks (virConnect *vir, GPtrArray *disks)
{
  g_autoptr (GString) failed = g_string_new (NULL);

  for (guint i = 0; i < disks->len; i++)
    if (delete_disk (vir, disks->pdata[i]) < 0)
      g_string_append_printf (failed, "%s\n", (char *) disks->pdata[i]);
  if (failed->len > 0)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_FAILED, failed->str, _ ("The machine was deleted, but not all of its disks.")));
  return dex_future_new_true ();
}

static DexFuture *
refuse_unknown_disks (virConnect *vir)
{
  /* The error itself went with the domains that were freed. */
  if (virConnectIsAlive (vir) != 1)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _ ("The hypervisor does not answer.")));
  return avb_libvirt_future_error (_ ("It could not be found out which disks belong to this "
                                      "machine only. Nothing was deleted."));
}

DexFuture *
avb_libvirt_delete_domain (virDomain *domain, AvbDeleteFlags flags, GPtrArray *own)
{
  virConnect *vir = virDomainGetConnect (domain);
  g_autoptr (GHashTable) used = NULL;
  g_autoptr (GPtrArray) disks = NULL;
  g_autoptr (GPtrArray) unlocked = NULL;
  const int clones = avb_libvirt_chain_count_clones (domain);

  if (clones < 0)
    return refuse_unknown_disks (vir);
  if (clones > 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_BUSY,
                       NULL,
                       _ ("Other machines are linked clones of this one and stand on its disks. "
                          "Delete them first.")));
  if (flags & AVB_DELETE_DISKS)
    {
      used = find_used_files (vir, domain);
      if (used != NULL)
        disks = find_own_disks (domain, used);
      if (disks == NULL)
        return refuse_unknown_disks (vir);
    }
  /* Known to the caller before the domain may be gone. */
  if (own != NULL)
    g_ptr_array_set_size (own, 0);
  for (guint i = 0; own != NULL && disks != NULL && i < disks->len; i++)
    g_ptr_array_add (own, g_strdup (disks->pdata[i]));
  /* Of a template: its disks could not be deleted, nor be used by another machine. */
  unlocked = avb_libvirt_template_unlock (domain);
  if (!undefine (domain))
    {
      DexFuture *failed = avb_libvirt_future_error (_ ("The machine could not be deleted."));

      avb_libvirt_template_lock (unlocked);
      return failed;
    }
  return disks != NULL ? delete_disks (vir, disks) : dex_future_new_true ();
}

DexFuture *
avb_libvirt_delete_leftover (virConnect *vir, GPtrArray *disks)
{
  g_autoptr (GHashTable) used = find_used_files (vir, NULL);

  if (used == NULL)
    return refuse_unknown_disks (vir);
  remove_used (disks, used);
  return delete_disks (vir, disks);
}
