/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-appliance.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-checksum.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define MAX_MANIFEST (1024 * 1024)
#define BLOCK (256 * 1024)
#define PROBE 4096

struct _AvbAppliance
{
  GObject parent_instance;

  char       *path;
  char       *name;
  gboolean    is_archive;
  GPtrArray  *members;
  AvbOvf     *ovf;
};

G_DEFINE_FINAL_TYPE (AvbAppliance, avb_appliance, G_TYPE_OBJECT)

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

static void
member_free (gpointer data)
{
  AvbApplianceMember *member = data;

  g_free (member->name);
  g_free (member->path);
  g_free (member->digest);
  g_free (member);
}

static void
avb_appliance_finalize (GObject *object)
{
  AvbAppliance *self = AVB_APPLIANCE (object);

  g_free (self->path);
  g_free (self->name);
  g_ptr_array_unref (self->members);
  g_clear_pointer (&self->ovf, avb_ovf_unref);
  G_OBJECT_CLASS (avb_appliance_parent_class)->finalize (object);
}

static void
avb_appliance_class_init (AvbApplianceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_appliance_finalize;
}

static void
avb_appliance_init (AvbAppliance *self)
{
  self->members = g_ptr_array_new_with_free_func (member_free);
}

static gboolean
refuse (AvbAppliance *self, GError **error, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, "%s", sentence));
  return FALSE;
}

static gboolean
refuse_damaged (AvbAppliance *self, GError **error, const char *details)
{
  g_autofree char *sentence = g_strdup_printf (_("“%s” is damaged: it is no complete archive."), self->name);

  return refuse (self, error, details, sentence);
}

static AvbApplianceMember *
add_member (AvbAppliance *self, const char *name, const char *path, guint64 offset, guint64 length)
{
  AvbApplianceMember *member = g_new0 (AvbApplianceMember, 1);

  member->name = g_strdup (name);
  member->path = g_strdup (path);
  member->offset = offset;
  member->length = length;
  g_ptr_array_add (self->members, member);
  return member;
}

/* Where the archive says that a member's bytes begin they are read again: what the library tells and what
 * the file has must be the same. */
static gboolean
is_at (Archive *archive, int fd, guint64 offset, guint64 length)
{
  gsize count = MIN (length, PROBE);
  g_autofree char *one = g_malloc (PROBE);
  g_autofree char *other = g_malloc (PROBE);

  return archive_read_data (archive, one, count) == (la_ssize_t) count &&
         pread (fd, other, count, offset) == (gssize) count && memcmp (one, other, count) == 0;
}

static gboolean
read_entry (AvbAppliance *self, Archive *archive, struct archive_entry *entry, int fd, guint64 size, GError **error)
{
  const char *path = archive_entry_pathname_utf8 (entry);
  guint64 offset = archive_filter_bytes (archive, 0);
  gint64 length = archive_entry_size (entry);
  g_autofree char *sentence = NULL;

  if (archive_entry_filetype (entry) == AE_IFDIR)
    return TRUE;
  if (archive_entry_filetype (entry) != AE_IFREG || archive_entry_hardlink (entry) != NULL ||
      archive_entry_sparse_count (entry) > 0)
    {
      sentence = g_strdup_printf (_("“%s” holds links or devices, which no appliance needs. It is refused."), self->name);
      return refuse (self, error, path, sentence);
    }
  if (path != NULL && g_str_has_prefix (path, "./"))
    path += 2;
  if (path == NULL || *path == '\0' || strchr (path, '/') != NULL || strchr (path, '\\') != NULL)
    {
      sentence = g_strdup_printf (_("“%s” names a file outside of the appliance, which is refused."), self->name);
      return refuse (self, error, path, sentence);
    }
  if (avb_appliance_find (self, path) != NULL)
    {
      sentence = g_strdup_printf (_("“%s” holds two files of the same name. It is refused."), self->name);
      return refuse (self, error, path, sentence);
    }
  if (length < 0 || offset > size || (guint64) length > size - offset ||
      (length > 0 && !is_at (archive, fd, offset, length)))
    return refuse_damaged (self, error, path);
  add_member (self, path, self->path, offset, length);
  return TRUE;
}

static gboolean
read_archive (AvbAppliance *self, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  g_autofd int fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  struct archive_entry *entry;
  struct stat info;
  int result;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    return refuse_damaged (self, error, g_strerror (errno));
  archive_read_support_format_tar (archive);
  if (archive_read_open_fd (archive, fd, BLOCK) != ARCHIVE_OK)
    return refuse_damaged (self, error, archive_error_string (archive));
  while ((result = archive_read_next_header (archive, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN)
    {
      if (self->members->len == AVB_APPLIANCE_MAX_MEMBERS)
        {
          g_autofree char *sentence
              = g_strdup_printf (_("“%s” holds more files than an appliance has. It is refused."), self->name);

          return refuse (self, error, NULL, sentence);
        }
      if (!read_entry (self, archive, entry, fd, info.st_size, error))
        return FALSE;
    }
  return result == ARCHIVE_EOF || refuse_damaged (self, error, archive_error_string (archive));
}

/* A file beside the description: itself, not something that a link leads to. */
static void
find_beside (AvbAppliance *self, const char *name)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GStatBuf info;

  if (avb_appliance_find (self, name) == NULL && g_lstat (path, &info) == 0 && S_ISREG (info.st_mode))
    add_member (self, name, path, 0, info.st_size);
}

static char *
read_member (const AvbApplianceMember *member, guint64 limit, GError **error)
{
  g_autofd int fd = open (member->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  g_autofree char *content = NULL;

  if (member->length <= limit)
    content = g_malloc (member->length + 1);
  if (fd < 0 || content == NULL || pread (fd, content, member->length, member->offset) != (gssize) member->length)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, fd < 0 ? g_strerror (errno) : NULL,
                                               _("“%s” cannot be read, or is too long."), member->name));
      return NULL;
    }
  content[member->length] = '\0';
  return g_steal_pointer (&content);
}

/* "SHA256(disk1.vmdk)= 5f2c…" */
static void
read_manifest_line (AvbAppliance *self, const char *line)
{
  static const struct { const char *name; GChecksumType type; } types[] = {
    { "SHA1", G_CHECKSUM_SHA1 }, { "SHA256", G_CHECKSUM_SHA256 }, { "SHA384", G_CHECKSUM_SHA384 },
    { "SHA512", G_CHECKSUM_SHA512 },
  };
  const char *open_at = strchr (line, '(');
  const char *close_at = strrchr (line, ')');
  const char *equals = close_at != NULL ? strchr (close_at, '=') : NULL;
  g_autofree char *type = NULL;
  g_autofree char *name = NULL;
  g_autofree char *digest = NULL;
  AvbApplianceMember *member;

  if (open_at == NULL || equals == NULL || close_at < open_at)
    return;
  type = g_strstrip (g_strndup (line, open_at - line));
  name = g_strndup (open_at + 1, close_at - open_at - 1);
  digest = g_strstrip (g_ascii_strdown (equals + 1, -1));
  member = (AvbApplianceMember *) avb_appliance_find (self, name);
  for (guint i = 0; member != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (type, types[i].name) == 0)
      {
        member->digest_type = types[i].type;
        g_set_str (&member->digest, digest);
      }
}

static gboolean
read_manifest (AvbAppliance *self, const char *description, GError **error)
{
  g_autofree char *stem = g_strndup (description, strlen (description) - strlen (".ovf"));
  g_autofree char *name = g_strconcat (stem, ".mf", NULL);
  const AvbApplianceMember *member;
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;

  if (!self->is_archive)
    find_beside (self, name);
  member = avb_appliance_find (self, name);
  if (member == NULL)
    return TRUE;
  content = read_member (member, MAX_MANIFEST, error);
  if (content == NULL)
    return FALSE;
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_manifest_line (self, lines[i]);
  return TRUE;
}

static const AvbApplianceMember *
find_description (AvbAppliance *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      const AvbApplianceMember *member = self->members->pdata[i];
      g_autofree char *lower = g_ascii_strdown (member->name, -1);

      if (g_str_has_suffix (lower, ".ovf"))
        return member;
    }
  return NULL;
}

static gboolean
check_digest (const AvbApplianceMember *member, const char *digest, GError **error)
{
  if (member->digest == NULL || g_str_equal (digest, member->digest))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, digest,
                                           _("“%s” is not what was packed: its checksum is wrong. Get the appliance "
                                             "again."),
                                           member->name));
  return FALSE;
}

static gboolean
read_description (AvbAppliance *self, GError **error)
{
  const AvbApplianceMember *member = find_description (self);
  g_autofree char *content = NULL;
  g_autofree char *digest = NULL;

  if (member == NULL)
    {
      g_autofree char *sentence
          = g_strdup_printf (_("“%s” is an archive, but no appliance: it holds no OVF description."), self->name);

      return refuse (self, error, NULL, sentence);
    }
  if (!read_manifest (self, member->name, error))
    return FALSE;
  content = read_member (member, AVB_OVF_MAX_LENGTH, error);
  if (content == NULL)
    return FALSE;
  digest = g_compute_checksum_for_string (member->digest_type, content, member->length);
  if (member->digest != NULL && !check_digest (member, digest, error))
    return FALSE;
  self->ovf = avb_ovf_parse (content, member->length, self->name, error);
  return self->ovf != NULL;
}

static gboolean
find_files (AvbAppliance *self, GError **error)
{
  for (guint i = 0; i < self->ovf->drives->len; i++)
    {
      const AvbOvfDrive *drive = self->ovf->drives->pdata[i];

      if (drive->file == NULL)
        continue;
      if (!self->is_archive)
        find_beside (self, drive->file);
      if (avb_appliance_find (self, drive->file) == NULL)
        {
          g_autofree char *sentence
              = g_strdup_printf (_("“%1$s” lacks the disk “%2$s”."), self->name, drive->file);

          return refuse (self, error, NULL, sentence);
        }
    }
  return TRUE;
}

static DexFuture *
read_thread (gpointer data)
{
  AvbAppliance *self = data;
  g_autofree char *base = g_path_get_basename (self->path);
  GError *error = NULL;

  if (!self->is_archive)
    find_beside (self, base);
  if ((self->is_archive && !read_archive (self, &error)) || !read_description (self, &error) ||
      !find_files (self, &error) || (!self->is_archive && !read_manifest (self, base, &error)))
    return dex_future_new_for_error (error);
  return dex_future_new_for_object (self);
}

DexFuture *
avb_appliance_read (const char *path, gboolean is_archive, const char *name)
{
  AvbAppliance *self;

  dex_return_error_if_fail (path != NULL && name != NULL);

  self = g_object_new (AVB_TYPE_APPLIANCE, NULL);
  self->path = g_strdup (path);
  self->name = g_strdup (name);
  self->is_archive = is_archive;
  return avb_blocking_run_long (read_thread, self, g_object_unref);
}

typedef struct {
  AvbAppliance             *appliance;
  const AvbApplianceMember *member;
  GCancellable             *cancellable;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_object_unref (check->appliance);
  g_object_unref (check->cancellable);
  g_free (check);
}

static DexFuture *
check_thread (gpointer data)
{
  Check *check = data;
  const AvbApplianceMember *member = check->member;
  g_autoptr (AvbChecksum) checksum = avb_checksum_new (member->digest_type);
  g_autofree guint8 *block = g_malloc (BLOCK);
  g_autofd int fd = open (member->path, O_RDONLY | O_CLOEXEC);
  GError *error = NULL;

  for (guint64 done = 0; done < member->length;)
    {
      gssize n = pread (fd, block, MIN (BLOCK, member->length - done), member->offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return dex_future_new_for_error (
            avb_error_new (AVB_ERROR_INVALID, n < 0 ? g_strerror (errno) : NULL,
                           _("“%s” is damaged: it is no complete archive."), check->appliance->name));
      if (g_cancellable_set_error_if_cancelled (check->cancellable, &error))
        return dex_future_new_for_error (error);
      avb_checksum_update (checksum, block, n);
      done += n;
    }
  return check_digest (member, avb_checksum_get_string (checksum), &error) ? dex_future_new_true ()
                                                                         : dex_future_new_for_error (error);
}

DexFuture *
avb_appliance_check (AvbAppliance *self, const AvbApplianceMember *member, GCancellable *cancellable)
{
  Check *check;

  dex_return_error_if_fail (AVB_IS_APPLIANCE (self));
  dex_return_error_if_fail (member != NULL);

  if (member->digest == NULL)
    return dex_future_new_true ();
  check = g_new0 (Check, 1);
  check->appliance = g_object_ref (self);
  check->member = member;
  check->cancellable = g_object_ref (cancellable);
  return avb_blocking_run_long (check_thread, check, check_free);
}

AvbOvf *
avb_appliance_get_ovf (AvbAppliance *self)
{
  g_return_val_if_fail (AVB_IS_APPLIANCE (self), NULL);

  return self->ovf;
}

const AvbApplianceMember *
avb_appliance_find (AvbAppliance *self, const char *name)
{
  g_return_val_if_fail (AVB_IS_APPLIANCE (self), NULL);

  for (guint i = 0; i < self->members->len; i++)
    {
      const AvbApplianceMember *member = self->members->pdata[i];

      if (g_str_equal (member->name, name))
        return member;
    }
  return NULL;
}

guint64
avb_appliance_get_length (AvbAppliance *self)
{
  guint64 length = 0;

  g_return_val_if_fail (AVB_IS_APPLIANCE (self), 0);

  for (guint i = 0; i < self->ovf->drives->len; i++)
    {
      const AvbOvfDrive *drive = self->ovf->drives->pdata[i];

      if (drive->file != NULL)
        length += avb_appliance_find (self, drive->file)->length;
    }
  return length;
}
