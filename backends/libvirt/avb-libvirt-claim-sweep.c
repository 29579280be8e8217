/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-claim.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/libvirt/avb-libvirt-chain.h"
#include "backends/libvirt/avb-libvirt-clone-state.h"
#include "backends/libvirt/avb-libvirt-machine.h"
#include "backends/libvirt/avb-libvirt-private.h"

/* What a program that died was making. A volume that was written to since is somebody's, and so is a machine that ran:
 * they stay. */

#define MAX_LENGTH 65536
/* How long libvirtd needs for a definition, at the most, and how often it is asked. */
#define DEFINING_US (3 * G_USEC_PER_SEC)
#define LOOKING_US (100 * 1000)

typedef struct {
  char    *file;
  int      fd;
  gint64   since; /* µs */
  char    *part;
  char    *volume;
  guint64  inode;
  guint64  size;
  gint64   seconds;
  long     nanoseconds;
  gboolean throwaway;
  char    *machine; /* UUID */
} Claim;

static void
claim_free (gpointer data)
{
  Claim *claim = data;

  close (claim->fd);
  g_free (claim->file);
  g_free (claim->part);
  g_free (claim->volume);
  g_free (claim->machine);
  g_free (claim);
}

/* Only what can be made by this program: a file right in the folder of the disks. */
static void
take_path (char **to, const char *escaped)
{
  g_autofree char *path = g_strcompress (escaped);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *folder = avb_libvirt_volume_dup_folder ();

  g_clear_pointer (to, g_free);
  if (g_str_equal (parent, folder))
    *to = g_steal_pointer (&path);
}

static void
read_line (Claim *claim, const char *line)
{
  int at = 0;

  if (g_str_has_prefix (line, "part "))
    take_path (&claim->part, line + strlen ("part "));
  else if (sscanf (line,
                   "volume %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %ld %n",
                   &claim->inode,
                   &claim->size,
                   &claim->seconds,
                   &claim->nanoseconds,
                   &at)
               == 4
           && at > 0)
    take_path (&claim->volume, line + at);
  else if (g_str_equal (line, "throwaway"))
    claim->throwaway = TRUE;
  else if (g_str_has_prefix (line, "machine ") && g_uuid_string_is_valid (line + strlen ("machine ")))
    g_set_str (&claim->machine, line + strlen ("machine "));
}

/* The last word of each kind counts; what has no end of line was not written to its end. */
static void
read_claim (Claim *claim)
{
  g_autofree char *text = g_malloc (MAX_LENGTH + 1);
  gssize           length = pread (claim->fd, text, MAX_LENGTH, 0);
  g_auto (GStrv) lines = NULL;
  guint n;

  text[MAX (length, 0)] = '\0';
  lines = g_strsplit (text, "\n", -1);
  n = g_strv_length (lines);
  for (guint i = 0; i + 1 < n; i++)
    read_line (claim, lines[i]);
}

static GPtrArray *
find_dead (gboolean *all)
{
  GPtrArray       *dead = g_ptr_array_new_with_free_func (claim_free);
  g_autofree char *folder = avb_libvirt_claim_dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      int              fd = g_str_has_prefix (name, AVB_LIBVIRT_CLAIM_PREFIX)
                                ? avb_libvirt_claim_take_dead (path)
                                : -1;
      struct stat info;
      Claim      *claim;

      if (fd < 0 || fstat (fd, &info) != 0)
        {
          *all = *all && !g_str_has_prefix (name, AVB_LIBVIRT_CLAIM_PREFIX);
          continue;
        }
      claim = g_new0 (Claim, 1);
      claim->file = g_steal_pointer (&path);
      claim->fd = fd;
      claim->since = info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
      read_claim (claim);
      g_ptr_array_add (dead, claim);
    }
  return dead;
}

static gboolean
part_is_there (Claim *claim)
{
  g_autofree char *name = claim->part != NULL ? g_path_get_basename (claim->part) : NULL;
  struct stat      info;

  return name != NULL && g_str_has_prefix (name, AVB_LIBVIRT_PART_PREFIX)
         && g_str_has_suffix (name, AVB_LIBVIRT_PART_SUFFIX) && lstat (claim->part, &info) == 0
         && S_ISREG (info.st_mode);
}

/* Still what was made, as it was made. */
static gboolean
volume_is_there (Claim *claim)
{
  struct stat info;

  if (claim->volume == NULL || lstat (claim->volume, &info) != 0 || !S_ISREG (info.st_mode)
      || (guint64) info.st_ino != claim->inode)
    return FALSE;
  return claim->throwaway
         || ((guint64) info.st_size == claim->size && info.st_mtim.tv_sec == claim->seconds
             && info.st_mtim.tv_nsec == claim->nanoseconds);
}

/* Removes those that are done with: all that name nothing that is there. */
static void
remove_parts (GPtrArray *dead)
{
  for (guint i = dead->len; i > 0; i--)
    {
      Claim *claim = dead->pdata[i - 1];

      if (part_is_there (claim) && g_unlink (claim->part) != 0)
        continue;
      if (claim->machine == NULL && !volume_is_there (claim))
        {
          g_unlink (claim->file);
          g_ptr_array_remove_index_fast (dead, i - 1);
        }
    }
}

/* (nullable), with libvirt's last error. The daemon may still be at a definition that who asked for it did not live to
 * see. */
static virDomain *
find_machine (virConnect *vir, Claim *claim)
{
  const gint64 until = MIN (claim->since, g_get_real_time ()) + DEFINING_US;

  for (;;)
    {
      const gint64 now = g_get_real_time ();
      virDomain   *domain;

      virResetLastError ();
      domain = virDomainLookupByUUIDString (vir, claim->machine);
      if (domain != NULL || virGetLastErrorCode () != VIR_ERR_NO_DOMAIN || now >= until)
        return domain;
      g_usleep (LOOKING_US);
    }
}

static gboolean
was_written_to (GPtrArray *disks, gint64 since)
{
  struct stat info;

  for (guint i = 0; i < disks->len; i++)
    if (stat (disks->pdata[i], &info) == 0
        && info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000 > since)
      return TRUE;
  return FALSE;
}

/* Whether it must be kept after all. */
static gboolean
is_in_use (virDomain *domain, AvbDomainXml *xml, Claim *claim)
{
  g_autoptr (GPtrArray) disks = avb_domain_xml_dup_disk_paths (xml, TRUE);

  return virDomainIsPersistent (domain) != 1 || virDomainIsActive (domain) != 0
         || virDomainHasManagedSaveImage (domain, 0) != 0 || was_written_to (disks, claim->since);
}

/* FALSE: it could not be found out, or not be done. */
static gboolean
take_back_machine (virConnect *vir, Claim *claim)
{
  g_autoptr (virDomain) domain = find_machine (vir, claim);
  char *text = domain != NULL ? virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE) : NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (DexFuture) deleted = NULL;
  g_autoptr (GError) error = NULL;

  if (domain == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN;
  xml = text != NULL ? avb_domain_xml_parse (text, strlen (text), NULL) : NULL;
  free (text);
  if (xml == NULL)
    return FALSE;
  if (is_in_use (domain, xml, claim))
    return TRUE;
  avb_libvirt_clone_forget_state (xml);
  deleted = avb_libvirt_delete_domain (domain, AVB_DELETE_KEEP_DISKS, NULL);
  if (dex_future_get_value (deleted, &error) != NULL)
    return TRUE;
  g_message ("A machine that was created halfway stays: %s", error->message);
  return FALSE;
}

static gboolean
take_back_machines (virConnect *vir, GPtrArray *dead)
{
  for (guint i = dead->len; i > 0; i--)
    {
      Claim *claim = dead->pdata[i - 1];

      if (claim->machine == NULL)
        continue;
      if (!take_back_machine (vir, claim))
        return FALSE;
      g_unlink (claim->file);
      g_ptr_array_remove_index_fast (dead, i - 1);
    }
  return TRUE;
}

static void
take_back_volume (Claim *claim, GHashTable *used)
{
  g_autofree char *identity = avb_libvirt_file_identity (claim->volume);
  gboolean         is_used
      = g_hash_table_contains (used, claim->volume) || g_hash_table_contains (used, identity);

  /* A disposable machine has it open until it is off. */
  if (is_used && claim->throwaway)
    return;
  if (!is_used && volume_is_there (claim) && g_unlink (claim->volume) != 0)
    return;
  g_unlink (claim->file);
}

/* All that are dead are locked before anybody is asked: whoever died later than that had no time to give a volume to a
 * machine that the answer does not name. */
gboolean
avb_libvirt_claim_sweep (virConnect *vir)
{
  gboolean all = TRUE;
  g_autoptr (GPtrArray) dead = find_dead (&all);
  g_autoptr (GHashTable) used = NULL;

  remove_parts (dead);
  if (vir == NULL || dead->len == 0)
    return all;
  /* The volumes of one that stays are its. */
  if (!take_back_machines (vir, dead))
    return FALSE;
  used = dead->len > 0 ? avb_libvirt_find_used_files (vir) : NULL;
  for (guint i = 0; used != NULL && i < dead->len; i++)
    take_back_volume (dead->pdata[i], used);
  return all;
}
