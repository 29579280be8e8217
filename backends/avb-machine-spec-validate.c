/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-spec.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

#define MIN_MEMORY_MIB 16
#define MAX_NAME_BYTES 255

/* XML can hold no control characters, and no text of ours may hide some. */
static gboolean
is_plain_text (const char *text, gboolean allow_lines)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (allow_lines && (c == '\n' || c == '\t'))
        continue;
      if (g_unichar_iscntrl (c) || c == 0xfffe || c == 0xffff)
        return FALSE;
    }
  return TRUE;
}

static gboolean
validate_name (const char *name, GError **error)
{
  const char *problem = NULL;

  if (name == NULL || *name == '\0')
    problem = _ ("A machine needs a name.");
  else if (strlen (name) > MAX_NAME_BYTES)
    problem = _ ("The name is too long.");
  else if (!is_plain_text (name, FALSE))
    problem = _ ("A name cannot contain line breaks or control characters.");
  else if (strchr (name, '/') != NULL)
    problem = _ ("A name cannot contain a slash.");
  else if (g_str_equal (name, ".") || g_str_equal (name, ".."))
    problem = _ ("A name cannot be “.” or “..”.");
  else
    {
      g_autofree char *stripped = g_strstrip (g_strdup (name));

      /* libvirt refuses a name of nothing but space. */
      if (*stripped == '\0')
        problem = _ ("A machine needs a name.");
    }

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", problem));
  return problem == NULL;
}

/* A disk lies at the connection's host, which may be a Windows: "C:\\…", "\\\\server\\…". */
static gboolean
is_absolute (const char *path)
{
  return g_path_is_absolute (path) || g_str_has_prefix (path, "\\\\")
         || (g_ascii_isalpha (path[0]) && path[1] == ':' && path[2] == '\\');
}

/* As long as the address of a socket can be on Linux. */
#define MAX_SOCKET_BYTES 107
#define MAX_EXPORT_BYTES 4096

/* (nullable) */
static const char *
find_served_problem (const AvbDiskSpec *disk)
{
  if (disk->source > AVB_DISK_SOURCE_NBD)
    return _ ("A disk is of an unknown kind.");
  if (disk->source == AVB_DISK_SOURCE_FILE)
    return disk->export_name != NULL ? _ ("A disk is of an unknown kind.") : NULL;
  if (disk->device == AVB_DISK_DEVICE_FLOPPY)
    return _ ("A floppy disk cannot be served by a program.");
  if (disk->path == NULL || strlen (disk->path) > MAX_SOCKET_BYTES)
    return _ ("The path of a socket is missing or too long.");
  if (disk->export_name != NULL
      && (*disk->export_name == '\0' || strlen (disk->export_name) > MAX_EXPORT_BYTES
          || !is_plain_text (disk->export_name, FALSE)))
    return _ ("The name of a served disk contains characters that cannot be used.");
  return NULL;
}

static gboolean
validate_disk (const AvbDiskSpec *disk, GError **error)
{
  static const char *const formats[]
      = { "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", NULL };
  const char *problem = NULL;

  if (disk->device > AVB_DISK_DEVICE_FLOPPY || disk->bus > AVB_DISK_BUS_FDC)
    problem = _ ("A disk is of an unknown kind.");
  else if (disk->path == NULL && disk->device == AVB_DISK_DEVICE_DISK)
    problem = _ ("A hard disk needs a file.");
  else if (disk->path != NULL && !is_absolute (disk->path))
    problem = _ ("The path of a disk must be absolute.");
  else if (disk->path != NULL && !is_plain_text (disk->path, FALSE))
    problem = _ ("The path of a disk contains characters that cannot be used.");
  else if (disk->path != NULL && disk->format == NULL)
    problem = _ ("The format of a disk must be stated.");
  else if (disk->format != NULL && !g_strv_contains (formats, disk->format))
    problem = _ ("The format of a disk is not known.");
  else
    problem = find_served_problem (disk);

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, disk->path, "%s", problem));
  return problem == NULL;
}

static gboolean
validate_interface (const AvbInterfaceSpec *nic, GError **error)
{
  const char *problem = NULL;

  if (nic->kind > AVB_INTERFACE_BRIDGE)
    problem = _ ("A network interface is of an unknown kind.");
  else if (nic->kind != AVB_INTERFACE_USER && (nic->source == NULL || *nic->source == '\0'))
    problem = _ ("A network interface needs a network to connect to.");
  else if ((nic->source != NULL && !is_plain_text (nic->source, FALSE))
           || (nic->model != NULL && !is_plain_text (nic->model, FALSE)))
    problem = _ ("A network interface contains characters that cannot be used.");
  else if (nic->mac != NULL
           && !g_regex_match_simple (
               "^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$", nic->mac, G_REGEX_DOLLAR_ENDONLY, 0))
    problem = _ ("A hardware address is malformed.");

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, nic->mac, "%s", problem));
  return problem == NULL;
}

/* A tag of a definition that others wrote may be any: new ones are looked at when they are made. */
static gboolean
validate_share (const AvbShareSpec *share, GError **error)
{
  const char *problem = NULL;

  if (share->kind != AVB_SHARE_VIRTIOFS)
    problem = _ ("This folder is not shared by the machine itself.");
  else if (share->path == NULL || !g_path_is_absolute (share->path))
    problem = _ ("The path of a shared folder must be absolute.");
  else if (!is_plain_text (share->path, FALSE))
    problem = _ ("The path of a shared folder contains characters that cannot be used.");
  else if (share->tag == NULL || *share->tag == '\0' || !is_plain_text (share->tag, FALSE))
    problem = _ ("A shared folder needs a name that the guest can use.");

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, share->path, "%s", problem));
  return problem == NULL;
}

static gboolean
is_file (const char *path)
{
  return path == NULL || (g_path_is_absolute (path) && is_plain_text (path, FALSE));
}

static gboolean
validate_numbers_and_texts (AvbMachineSpec *self, GError **error)
{
  const char *description = avb_machine_spec_get_description (self);
  const char *os_id = avb_machine_spec_get_os_id (self);
  const char *architecture = avb_machine_spec_get_architecture (self);
  const char *serial = avb_machine_spec_get_serial (self);
  const char *problem = NULL;

  if (avb_machine_spec_get_cpus (self) < 1)
    problem = _ ("A machine needs at least one processor.");
  else if (avb_machine_spec_get_memory_mib (self) < MIN_MEMORY_MIB)
    problem = _ ("A machine needs at least 16 MiB of memory.");
  else if (avb_machine_spec_get_memory_mib (self) > G_MAXUINT64 / 1024 / 1024)
    problem = _ ("This is more memory than a machine can have.");
  else if ((description != NULL && !is_plain_text (description, TRUE))
           || (os_id != NULL && !is_plain_text (os_id, FALSE))
           || (architecture != NULL && !is_plain_text (architecture, FALSE)))
    problem = _ ("The description contains characters that cannot be used.");
  else if (serial != NULL && (!g_path_is_absolute (serial) || !is_plain_text (serial, FALSE)))
    problem = _ ("The file of the serial port must be an absolute path.");
  else if (!is_file (avb_machine_spec_get_kernel (self)) || !is_file (avb_machine_spec_get_initrd (self)))
    problem = _ ("The kernel of a machine must be an absolute path.");
  else if (avb_machine_spec_get_kernel_arguments (self) != NULL
           && !is_plain_text (avb_machine_spec_get_kernel_arguments (self), FALSE))
    problem = _ ("The arguments of the kernel contain characters that cannot be used.");

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", problem));
  return problem == NULL;
}

gboolean
avb_machine_spec_validate (AvbMachineSpec *self, GError **error)
{
  GPtrArray *disks, *interfaces, *shares;

  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (self), FALSE);

  disks = avb_machine_spec_get_disks (self);
  interfaces = avb_machine_spec_get_interfaces (self);
  shares = avb_machine_spec_get_shares (self);
  if (!validate_name (avb_machine_spec_get_name (self), error)
      || !validate_numbers_and_texts (self, error))
    return FALSE;
  for (guint i = 0; i < disks->len; i++)
    if (!validate_disk (disks->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < interfaces->len; i++)
    if (!validate_interface (interfaces->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < shares->len; i++)
    if (!validate_share (shares->pdata[i], error))
      return FALSE;

  return TRUE;
}
