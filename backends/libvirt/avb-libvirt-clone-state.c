/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-clone-state.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"

/* The volume's name in the primary volume descriptor: ECMA-119, 8.4. */
#define ISO_VOLUME_ID_OFFSET (16 * 2048 + 40)
#define ISO_VOLUME_ID_LENGTH 32
/* Firmware variables have a few MiB at most, a TPM some 100 KiB. */
#define MAX_STATE_SIZE (64 << 20)
#define MAX_STATE_FILES 32
#define PART ".part"

gboolean
avb_libvirt_clone_is_seed (const char *path)
{
  static const char *const names[] = { "cidata", "config-2", NULL };
  char             id[ISO_VOLUME_ID_LENGTH + 1] = { 0 };
  g_autofree char *name = NULL;
  struct stat      info;
  int              fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean         read_it;

  if (fd < 0)
    return FALSE;
  read_it = fstat (fd, &info) == 0 && S_ISREG (info.st_mode)
            && pread (fd, id, ISO_VOLUME_ID_LENGTH, ISO_VOLUME_ID_OFFSET) == ISO_VOLUME_ID_LENGTH;
  close (fd);
  if (!read_it)
    return FALSE;
  name = g_ascii_strdown (g_strchomp (id), -1);
  return g_strv_contains (names, name);
}

static gboolean
set_error (GError **error, const char *path)
{
  const int        code = errno;
  g_autofree char *details = g_strdup_printf ("%s: %s", path, g_strerror (code));

  g_propagate_error (
      error,
      code == ENOSPC || code == EDQUOT
          ? avb_error_new (
                AVB_ERROR_NO_SPACE, details, _ ("There is no space left on the disk."))
          : avb_error_new (AVB_ERROR_FAILED, details,
                           _ ("The state of the firmware or of the TPM could not be copied.")));
  return FALSE;
}

static gboolean
write_part (const char *path, const char *content, gsize length)
{
  g_autofd int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

  for (gsize done = 0; fd >= 0 && done < length;)
    {
      gssize n = write (fd, content + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      done += n;
    }
  return fd >= 0 && fsync (fd) == 0;
}

/* A small file, whole or not at all. Its name while it is not whole is known to who takes it back. */
static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autofree char *content = NULL;
  g_autofree char *folder = g_path_get_dirname (to);
  g_autofree char *part = g_strconcat (to, PART, NULL);
  struct stat      info;
  gsize            length;

  if (lstat (from, &info) != 0)
    return errno == ENOENT ? TRUE : set_error (error, from);
  errno = EFBIG;
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_STATE_SIZE)
    return set_error (error, from);
  errno = EIO;
  if (!g_file_get_contents (from, &content, &length, NULL))
    return set_error (error, from);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return set_error (error, folder);
  errno = EIO;
  if (!write_part (part, content, length) || g_rename (part, to) != 0)
    {
      set_error (error, to);
      g_unlink (part);
      return FALSE;
    }
  return TRUE;
}

/* libvirt's place of the session: one folder for each version of the TPM. */
static gboolean
copy_tpm (const char *from_uuid, const char *to_uuid, GError **error)
{
  static const char *const versions[] = { "tpm2", "tpm1.2" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *from = g_build_filename (
          g_get_user_config_dir (), "libvirt", "qemu", "swtpm", from_uuid, versions[i], NULL);
      g_autofree char *to = g_build_filename (
          g_get_user_config_dir (), "libvirt", "qemu", "swtpm", to_uuid, versions[i], NULL);
      g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
      const char *name;

      for (guint n = 0; dir != NULL && n < MAX_STATE_FILES && (name = g_dir_read_name (dir)); n++)
        {
          g_autofree char *source = g_build_filename (from, name, NULL);
          g_autofree char *target = g_build_filename (to, name, NULL);

          /* Locks and sockets begin with a dot. */
          if (*name != '.' && g_str_has_suffix (name, ".permall")
              && !copy_file (source, target, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
avb_libvirt_clone_copy_state (AvbDomainXml *original,
                              const char   *original_uuid,
                              AvbDomainXml *clone,
                              const char   *clone_uuid,
                              GError      **error)
{
  g_autofree char *from = avb_domain_xml_dup_nvram (original);
  g_autofree char *to = avb_domain_xml_dup_nvram (clone);

  if (from != NULL && to != NULL && !g_str_equal (from, to) && !copy_file (from, to, error))
    return FALSE;
  return !avb_domain_xml_has_tpm (original) || copy_tpm (original_uuid, clone_uuid, error);
}

void
avb_libvirt_clone_forget_state (AvbDomainXml *clone)
{
  g_autofree char *nvram = avb_domain_xml_dup_nvram (clone);
  g_autofree char *part = nvram != NULL ? g_strconcat (nvram, PART, NULL) : NULL;

  if (part != NULL)
    g_unlink (part);
}
