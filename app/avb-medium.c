/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-medium.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-definition.h"
#include "app/avb-image-head.h"
#include "app/avb-os-db.h"
#include "app/avb-qemu-img.h"
#include "app/avb-text.h"
#include "app/avb-unpack.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

struct _AvbMedium
{
  GObject parent_instance;

  AvbMediumKind kind;
  GFile        *file;
  char         *path;
  const char   *format;
  guint64       size;
  guint64       allocated;
  guint64       capacity;
  char         *label;
  char         *os_id;
  char         *os_name;
  char         *architecture;
  gboolean      boots_bios;
  gboolean      boots_uefi;
  gboolean      live;
  const char   *compression;
  gboolean      cloud;
  AvbAppliance *appliance;
  GBytes       *definition;
};

G_DEFINE_FINAL_TYPE (AvbMedium, avb_medium, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_KIND,
  PROP_FILE,
  PROP_PATH,
  PROP_FORMAT,
  PROP_SIZE,
  PROP_ALLOCATED,
  PROP_CAPACITY,
  PROP_LABEL,
  PROP_OS_ID,
  PROP_OS_NAME,
  PROP_ARCHITECTURE,
  PROP_BOOTABLE,
  PROP_BOOTS_BIOS,
  PROP_BOOTS_UEFI,
  PROP_LIVE,
  PROP_COMPRESSION,
  PROP_CLOUD,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

GType
avb_medium_kind_get_type (void)
{
  static GType type;
  static const GEnumValue values[] = {
    { AVB_MEDIUM_ISO, "AVB_MEDIUM_ISO", "iso" },
    { AVB_MEDIUM_DISK, "AVB_MEDIUM_DISK", "disk" },
    { AVB_MEDIUM_APPLIANCE, "AVB_MEDIUM_APPLIANCE", "appliance" },
    { AVB_MEDIUM_DEFINITION, "AVB_MEDIUM_DEFINITION", "definition" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter_pointer (&type))
    g_once_init_leave_pointer (&type, g_enum_register_static ("AvbMediumKind", values));
  return type;
}

#define PACKAGE_HEAD 4096

/* Shared by the fiber and a worker: whoever ends last frees it. */
typedef struct {
  GFile       *file;
  char        *path;
  char        *name;
  guint64      allocated;
  guint64      size;
  gboolean     is_archive;  /* an OVA */
  gboolean     is_ovf;
  gboolean     is_definition;
  const char  *compression;
  AvbImageHead head;
} Inspection;

static void
inspection_clear (gpointer data)
{
  Inspection *self = data;

  g_clear_object (&self->file);
  g_free (self->path);
  g_free (self->name);
}

static void
inspection_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, inspection_clear);
}

static GError *
error_from_errno (int code, const char *name)
{
  const char *details = g_strerror (code);

  switch (code)
    {
    case ENOENT:
    case ENOTDIR:
      return avb_error_new (AVB_ERROR_NOT_FOUND, details, _("The file “%s” does not exist."), name);
    case EACCES:
    case EPERM:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("You are not allowed to read “%s”."), name);
    case ELOOP:
      return avb_error_new (AVB_ERROR_INVALID, details, _("“%s” is a link that leads nowhere."), name);
    default:
      return avb_error_new (AVB_ERROR_FAILED, details, _("“%s” cannot be read: %s."), name, details);
    }
}

typedef struct {
  int         fd;
  const char *name;
} Reader;

static gssize
read_at (gpointer data, guint8 *buffer, gsize count, guint64 offset, GError **error)
{
  Reader *reader = data;
  gsize done = 0;

  if (offset > G_MAXINT64 - count)
    return 0;
  while (done < count)
    {
      gssize n = pread (reader->fd, buffer + done, count - done, offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_propagate_error (error, error_from_errno (errno, reader->name));
          return -1;
        }
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

static GError *
check_kind (const struct stat *info, const char *name)
{
  if (S_ISDIR (info->st_mode))
    return avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is a folder. Choose a disc or disk image."), name);
  if (!S_ISREG (info->st_mode))
    return avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is not a regular file."), name);
  if (info->st_size == 0)
    return avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is empty."), name);
  return NULL;
}

static gboolean
has_suffix_of_raw_disk (const char *path)
{
  static const char *const suffixes[] = { ".img", ".raw", ".dd", ".hdd" };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (lower, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* What is not an image itself, but holds one or tells of one. */
static gboolean
find_package (Inspection *self, Reader *reader)
{
  g_autofree char *head = g_malloc0 (PACKAGE_HEAD + 1);
  gssize length = read_at (reader, (guint8 *) head, PACKAGE_HEAD, 0, NULL);
  g_autofree char *lower = g_ascii_strdown (self->path, -1);

  if (length < 0)
    return FALSE;
  self->compression = avb_unpack_find ((const guint8 *) head, length);
  self->is_archive = length >= 512 && memcmp (head + 257, "ustar", 5) == 0;
  self->is_ovf = g_str_has_suffix (lower, ".ovf") || (head[0] == '<' && strstr (head, "Envelope") != NULL);
  self->is_definition = !self->is_ovf && avb_definition_is_likely (head);
  return self->compression != NULL || self->is_archive || self->is_ovf || self->is_definition;
}

static DexFuture *
head_thread (gpointer data)
{
  Inspection *self = data;
  struct stat info;
  GError *error = NULL;
  Reader reader = { .name = self->name };
  g_autofd int fd = -1;

  /* Opening a FIFO would wait for a writer, and some devices act when they are opened: look first,
   * and again at what was opened. */
  if (stat (self->path, &info) != 0)
    return dex_future_new_for_error (error_from_errno (errno, self->name));
  if ((error = check_kind (&info, self->name)) != NULL)
    return dex_future_new_for_error (error);
  fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 || fstat (fd, &info) != 0)
    return dex_future_new_for_error (error_from_errno (errno, self->name));
  if ((error = check_kind (&info, self->name)) != NULL)
    return dex_future_new_for_error (error);

  self->allocated = MIN (AVB_POSIX_ALLOCATED (&info), (guint64) info.st_size);
  self->size = info.st_size;
  reader.fd = fd;
  if (find_package (self, &reader))
    return dex_future_new_true ();
  if (!avb_image_head_read (read_at, &reader, info.st_size, self->name,
                            has_suffix_of_raw_disk (self->path), &self->head, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/* The file's name without its end, or as a whole where nothing remains. */
static char *
dup_stem (const char *name)
{
  const char *dot = g_strrstr (name, ".");

  return dot != NULL && dot != name ? g_strndup (name, dot - name) : g_strdup (name);
}

static void
take_os (AvbMedium *medium, const AvbOsInfo *info)
{
  medium->os_id = g_strdup (info->id);
  medium->os_name = g_strdup (info->name);
  medium->architecture = g_strdup (info->architecture);
  medium->live = info->live;
}

/* In a fiber. Not to be recognised is no error. */
static void
identify_iso (AvbMedium *medium, const AvbIsoVolume *iso, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbOsInfo) info = dex_await_boxed (
      avb_os_db_identify (iso->volume_id, iso->system_id, iso->publisher_id, iso->application_id,
                          iso->volume_size),
      &error);

  if (error != NULL && !g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    g_message ("The system on a medium was not looked up: %s", error->message);
  medium->kind = AVB_MEDIUM_ISO;
  medium->capacity = medium->size;
  if (info != NULL)
    {
      take_os (medium, info);
      medium->label = avb_text_make_line (info->name, 80);
    }
  else
    {
      g_autofree char *volume = g_strdup (iso->volume_id);

      medium->label = avb_text_make_line (g_strdelimit (volume, "_", ' '), 80);
      if (*medium->label == '\0')
        {
          g_free (medium->label);
          medium->label = dup_stem (name);
        }
    }
}

/* In a fiber. */
static void
identify_disk (AvbMedium *medium, const char *name)
{
  g_autoptr (AvbOsInfo) info = dex_await_boxed (avb_os_db_identify_image (name), NULL);

  if (info == NULL)
    return;
  take_os (medium, info);
  medium->cloud = info->cloud;
  /* Machines are not called as files for downloading are. */
  if (info->cloud)
    g_set_str (&medium->label, info->name);
}

/* In a fiber. */
static gboolean
examine_disk (AvbMedium *medium, const Inspection *self, GError **error)
{
  medium->kind = AVB_MEDIUM_DISK;
  medium->label = dup_stem (self->name);
  identify_disk (medium, self->name);
  if (self->head.format == AVB_IMAGE_FORMAT_RAW)
    {
      medium->capacity = medium->size;
      return TRUE;
    }
  medium->capacity = dex_await_uint64 (avb_qemu_img_info (self->path, medium->format, self->name), error);
  if (medium->capacity == 0)
    return FALSE;

  /* What it boots with is good to know but no reason to refuse it. */
  {
    g_autoptr (GBytes) head = dex_await_boxed (
        avb_qemu_img_read_head (self->path, medium->format, self->name), NULL);

    if (head != NULL && g_bytes_get_size (head) > 0)
      avb_image_head_scan_disk (g_bytes_get_data (head, NULL), g_bytes_get_size (head), &medium->boots_bios,
                                &medium->boots_uefi);
  }
  return TRUE;
}

/* In a fiber. */
static gboolean
examine_appliance (AvbMedium *medium, const Inspection *self, GError **error)
{
  AvbMachineSpec *spec;
  const char *os_id;

  medium->appliance = dex_await_object (avb_appliance_read (self->path, self->is_archive, self->name), error);
  if (medium->appliance == NULL)
    return FALSE;
  spec = avb_appliance_get_ovf (medium->appliance)->spec;
  os_id = avb_machine_spec_get_os_id (spec);
  medium->kind = AVB_MEDIUM_APPLIANCE;
  medium->format = self->is_archive ? "ova" : "ovf";
  medium->label = g_strdup (avb_machine_spec_get_name (spec));
  medium->allocated = avb_appliance_get_length (medium->appliance);
  medium->boots_bios = avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS;
  medium->boots_uefi = !medium->boots_bios;
  if (os_id != NULL)
    {
      g_autoptr (AvbOsInfo) info = dex_await_boxed (avb_os_db_find (os_id, NULL), NULL);

      if (info != NULL)
        take_os (medium, info);
    }
  g_set_str (&medium->architecture, avb_machine_spec_get_architecture (spec));
  return TRUE;
}

/* In a fiber. What else it says only a hypervisor can tell. */
static gboolean
examine_definition (AvbMedium *medium, const Inspection *self, GError **error)
{
  medium->definition = dex_await_boxed (avb_definition_load (self->path, self->name), error);
  if (medium->definition == NULL)
    return FALSE;
  medium->kind = AVB_MEDIUM_DEFINITION;
  medium->format = "xml";
  medium->label = avb_definition_find_name (medium->definition, self->name, error);
  return medium->label != NULL;
}

static gssize
read_bytes (gpointer data, guint8 *buffer, gsize count, guint64 offset, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (data, &length);

  if (offset >= length)
    return 0;
  count = MIN (count, length - offset);
  memcpy (buffer, bytes + offset, count);
  return count;
}

/* In a fiber. Only the beginning is unpacked: the rest is looked at when the disk is made. */
static gboolean
examine_packed (AvbMedium *medium, Inspection *self, GError **error)
{
  g_autoptr (GBytes) head = dex_await_boxed (avb_unpack_head (self->path, self->name), error);
  g_autofree char *stem = dup_stem (self->name);
  const guint8 *bytes;
  gsize length;

  if (head == NULL)
    return FALSE;
  bytes = g_bytes_get_data (head, &length);
  if (length == 0)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is empty."), self->name));
      return FALSE;
    }
  if (!avb_image_head_read (read_bytes, head, length, self->name, has_suffix_of_raw_disk (stem), &self->head, error))
    return FALSE;
  if (self->head.format == AVB_IMAGE_FORMAT_ISO)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                               _("“%s” is a compressed disc image. Unpack it first."), self->name));
      return FALSE;
    }
  medium->kind = AVB_MEDIUM_DISK;
  medium->format = avb_image_format_get_name (self->head.format);
  medium->compression = self->compression;
  medium->label = dup_stem (stem);
  medium->boots_bios = self->head.boots_bios;
  medium->boots_uefi = self->head.boots_uefi;
  identify_disk (medium, self->name);
  return TRUE;
}

static DexFuture *
inspect_fiber (gpointer data)
{
  Inspection *self = data;
  g_autoptr (AvbMedium) medium = NULL;
  GError *error = NULL;

  if (!dex_await (avb_blocking_run (head_thread, g_atomic_rc_box_acquire (self), inspection_unref), &error))
    return dex_future_new_for_error (error);

  medium = g_object_new (AVB_TYPE_MEDIUM, NULL);
  medium->file = g_object_ref (self->file);
  medium->path = g_strdup (self->path);
  medium->size = self->size;
  medium->allocated = self->allocated;
  if (self->is_definition)
    return examine_definition (medium, self, &error) ? dex_future_new_take_object (g_steal_pointer (&medium))
                                                     : dex_future_new_for_error (error);
  if (self->is_archive || self->is_ovf || self->compression != NULL)
    {
      if (self->compression != NULL ? !examine_packed (medium, self, &error)
                                    : !examine_appliance (medium, self, &error))
        return dex_future_new_for_error (error);
      return dex_future_new_take_object (g_steal_pointer (&medium));
    }
  medium->format = avb_image_format_get_name (self->head.format);
  medium->boots_bios = self->head.boots_bios;
  medium->boots_uefi = self->head.boots_uefi;
  if (self->head.format == AVB_IMAGE_FORMAT_ISO)
    identify_iso (medium, &self->head.iso, self->name);
  else if (!examine_disk (medium, self, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (g_steal_pointer (&medium));
}

static void
avb_medium_finalize (GObject *object)
{
  AvbMedium *self = AVB_MEDIUM (object);

  g_clear_object (&self->file);
  g_clear_object (&self->appliance);
  g_clear_pointer (&self->definition, g_bytes_unref);
  g_free (self->path);
  g_free (self->label);
  g_free (self->os_id);
  g_free (self->os_name);
  g_free (self->architecture);
  G_OBJECT_CLASS (avb_medium_parent_class)->finalize (object);
}

static void
avb_medium_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbMedium *self = AVB_MEDIUM (object);

  switch (id)
    {
    case PROP_KIND: g_value_set_enum (value, self->kind); break;
    case PROP_FILE: g_value_set_object (value, self->file); break;
    case PROP_PATH: g_value_set_string (value, self->path); break;
    case PROP_FORMAT: g_value_set_string (value, self->format); break;
    case PROP_SIZE: g_value_set_uint64 (value, self->size); break;
    case PROP_ALLOCATED: g_value_set_uint64 (value, self->allocated); break;
    case PROP_CAPACITY: g_value_set_uint64 (value, self->capacity); break;
    case PROP_LABEL: g_value_set_string (value, self->label); break;
    case PROP_OS_ID: g_value_set_string (value, self->os_id); break;
    case PROP_OS_NAME: g_value_set_string (value, self->os_name); break;
    case PROP_ARCHITECTURE: g_value_set_string (value, self->architecture); break;
    case PROP_BOOTABLE: g_value_set_boolean (value, avb_medium_get_bootable (self)); break;
    case PROP_BOOTS_BIOS: g_value_set_boolean (value, self->boots_bios); break;
    case PROP_BOOTS_UEFI: g_value_set_boolean (value, self->boots_uefi); break;
    case PROP_LIVE: g_value_set_boolean (value, self->live); break;
    case PROP_COMPRESSION: g_value_set_string (value, self->compression); break;
    case PROP_CLOUD: g_value_set_boolean (value, self->cloud); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_medium_class_init (AvbMediumClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = avb_medium_finalize;
  object_class->get_property = avb_medium_get_property;

  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, AVB_TYPE_MEDIUM_KIND, AVB_MEDIUM_ISO, flags);
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, flags);
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_FORMAT] = g_param_spec_string ("format", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_ALLOCATED] = g_param_spec_uint64 ("allocated", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_CAPACITY] = g_param_spec_uint64 ("capacity", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_OS_ID] = g_param_spec_string ("os-id", NULL, NULL, NULL, flags);
  properties[PROP_OS_NAME] = g_param_spec_string ("os-name", NULL, NULL, NULL, flags);
  properties[PROP_ARCHITECTURE] = g_param_spec_string ("architecture", NULL, NULL, NULL, flags);
  properties[PROP_BOOTABLE] = g_param_spec_boolean ("bootable", NULL, NULL, FALSE, flags);
  properties[PROP_BOOTS_BIOS] = g_param_spec_boolean ("boots-bios", NULL, NULL, FALSE, flags);
  properties[PROP_BOOTS_UEFI] = g_param_spec_boolean ("boots-uefi", NULL, NULL, FALSE, flags);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, flags);
  properties[PROP_COMPRESSION] = g_param_spec_string ("compression", NULL, NULL, NULL, flags);
  properties[PROP_CLOUD] = g_param_spec_boolean ("cloud", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_medium_init (AvbMedium *self)
{
}

DexFuture *
avb_medium_inspect (GFile *file)
{
  Inspection *self;
  const char *path;

  dex_return_error_if_fail (G_IS_FILE (file));

  path = g_file_peek_path (file);
  if (path != NULL && !g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *name = avb_text_dup_file_name (file);

      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_INVALID, NULL,
                         _("The hypervisor cannot be told the name of “%s” or of its folder, because it contains "
                           "characters that are not text. Rename it."),
                         name));
    }
  if (path == NULL)
    {
      g_autofree char *name = avb_text_dup_file_name (file);

      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                         _("“%s” is not a file of this computer. Copy it here first."), name));
    }
  self = g_atomic_rc_box_new0 (Inspection);
  self->file = g_object_ref (file);
  self->path = g_strdup (path);
  self->name = avb_text_dup_file_name (file);
  return avb_fiber_spawn (inspect_fiber, self, inspection_unref);
}

#define GETTER(type, name, field)                     \
  type avb_medium_get_##name (AvbMedium *self)        \
  {                                                   \
    g_return_val_if_fail (AVB_IS_MEDIUM (self), 0);   \
    return self->field;                               \
  }

GETTER (AvbMediumKind, kind, kind)
GETTER (GFile *, file, file)
GETTER (const char *, path, path)
GETTER (const char *, format, format)
GETTER (guint64, size, size)
GETTER (guint64, allocated, allocated)
GETTER (guint64, capacity, capacity)
GETTER (const char *, label, label)
GETTER (const char *, os_id, os_id)
GETTER (const char *, os_name, os_name)
GETTER (const char *, architecture, architecture)
GETTER (gboolean, boots_bios, boots_bios)
GETTER (gboolean, boots_uefi, boots_uefi)
GETTER (gboolean, live, live)
GETTER (const char *, compression, compression)
GETTER (gboolean, cloud, cloud)
GETTER (AvbAppliance *, appliance, appliance)
GETTER (GBytes *, definition, definition)

gboolean
avb_medium_get_bootable (AvbMedium *self)
{
  g_return_val_if_fail (AVB_IS_MEDIUM (self), FALSE);

  return self->boots_bios || self->boots_uefi;
}
