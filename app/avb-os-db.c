/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-os-db.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-os-db-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MIB (1024 * 1024)

/* libosinfo promises nothing about threads: one at a time, and only plain values leave. */
static GMutex mutex;
static OsinfoDb *database;

typedef struct {
  char   *os_id;
  char   *architecture;
  AvbIsoVolume volume;
  char   *file_name;
} Query;

AvbOsInfo *
avb_os_info_copy (const AvbOsInfo *self)
{
  AvbOsInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->architecture = g_strdup (self->architecture);
  return copy;
}

void
avb_os_info_free (AvbOsInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->architecture);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbOsInfo, avb_os_info, avb_os_info_copy, avb_os_info_free)

static void
query_free (gpointer data)
{
  Query *query = data;

  g_free (query->os_id);
  g_free (query->architecture);
  g_free (query->file_name);
  g_free (query);
}

/* With the mutex held. A damaged or missing database is an empty one: nothing is recognised. */
static OsinfoDb *
get_database (void)
{
  g_autoptr (OsinfoLoader) loader = NULL;
  g_autoptr (GError) error = NULL;

  if (database != NULL)
    return database;
  loader = osinfo_loader_new ();
  osinfo_loader_process_default_path (loader, &error);
  if (error != NULL)
    g_message ("The database of operating systems cannot be read: %s", error->message);
  database = g_object_ref (osinfo_loader_get_db (loader));
  return database;
}

static void
read_resources (OsinfoResourcesList *list, const char *architecture, AvbOsResources *resources)
{
  int length = osinfo_list_get_length (OSINFO_LIST (list));

  for (int i = 0; i < length; i++)
    {
      OsinfoResources *entry = OSINFO_RESOURCES (osinfo_list_get_nth (OSINFO_LIST (list), i));
      const char *of = osinfo_resources_get_architecture (entry);

      if (g_strcmp0 (of, architecture) != 0 && g_strcmp0 (of, "all") != 0)
        continue;
      resources->cpus = CLAMP (osinfo_resources_get_n_cpus (entry), 0, 1024);
      resources->memory_mib = MAX (osinfo_resources_get_ram (entry), 0) / MIB;
      resources->storage = MAX (osinfo_resources_get_storage (entry), 0);
      if (g_strcmp0 (of, architecture) == 0)
        break;
    }
  g_object_unref (list);
}

/* Supported until the database denies it: most systems list no firmware. */
static void
read_firmware (OsinfoOs *os, const char *architecture, AvbOsInfo *info)
{
  g_autoptr (OsinfoFirmwareList) list = osinfo_os_get_complete_firmware_list (os, NULL);
  int length = osinfo_list_get_length (OSINFO_LIST (list));

  info->bios = info->uefi = TRUE;
  for (int i = 0; i < length; i++)
    {
      OsinfoFirmware *firmware = OSINFO_FIRMWARE (osinfo_list_get_nth (OSINFO_LIST (list), i));
      const char *type = osinfo_firmware_get_firmware_type (firmware);

      if (g_strcmp0 (osinfo_firmware_get_architecture (firmware), architecture) != 0)
        continue;
      if (g_strcmp0 (type, "bios") == 0)
        info->bios = osinfo_firmware_is_supported (firmware);
      else if (g_strcmp0 (type, "efi") == 0)
        info->uefi = osinfo_firmware_is_supported (firmware);
    }
}

/* Devices of vendor 1af4: 1001 and 1000 are the disk and the network card before virtio 1.0. */
static void
read_devices (OsinfoOs *os, AvbOsInfo *info)
{
  g_autoptr (OsinfoDeviceList) list = osinfo_os_get_all_devices (os, NULL);
  int length = osinfo_list_get_length (OSINFO_LIST (list));

  for (int i = 0; i < length; i++)
    {
      OsinfoEntity *device = osinfo_list_get_nth (OSINFO_LIST (list), i);
      const char *id = osinfo_entity_get_id (device);

      if (g_str_has_suffix (id, "/1af4/1042") || g_str_has_suffix (id, "/1af4/1001"))
        info->virtio_disk = TRUE;
      else if (g_str_has_suffix (id, "/1af4/1041") || g_str_has_suffix (id, "/1af4/1000"))
        info->virtio_net = TRUE;
    }
}

static AvbOsInfo *
describe (OsinfoOs *os, const char *architecture)
{
  AvbOsInfo *info = g_new0 (AvbOsInfo, 1);
  const char *for_resources = architecture;

  if (for_resources == NULL || g_str_equal (for_resources, "all"))
    for_resources = "x86_64";
  info->id = g_strdup (osinfo_entity_get_id (OSINFO_ENTITY (os)));
  info->name = g_strdup (osinfo_product_get_name (OSINFO_PRODUCT (os)));
  read_resources (osinfo_os_get_minimum_resources (os), for_resources, &info->minimum);
  read_resources (osinfo_os_get_recommended_resources (os), for_resources, &info->recommended);
  read_firmware (os, for_resources, info);
  read_devices (os, info);
  /* The database has no word for these two; Windows 11 and Server 2025 on are what needs them. */
  info->tpm = g_str_has_prefix (info->id, "http://microsoft.com/win/") && !info->bios;
  info->secure_boot = info->tpm;
  return info;
}

static DexFuture *
find_thread (gpointer data)
{
  Query *query = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  OsinfoOs *os = osinfo_db_get_os (get_database (), query->os_id);

  if (os == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_FOUND, query->os_id, _("This operating system is not in the database.")));
  return dex_future_new_take_boxed (AVB_TYPE_OS_INFO, describe (os, query->architecture));
}

OsinfoDb *
avb_os_db_lock (void)
{
  g_mutex_lock (&mutex);
  return get_database ();
}

void
avb_os_db_unlock (void)
{
  g_mutex_unlock (&mutex);
}

OsinfoMedia *
avb_os_db_match (OsinfoDb *db, const AvbIsoVolume *volume)
{
  /* Not osinfo_media_new(): it must be without an architecture to match one of any. */
  g_autoptr (OsinfoMedia) media = g_object_new (OSINFO_TYPE_MEDIA, "id", "https://alphavbox.org/medium", NULL);
  OsinfoEntity *entity = OSINFO_ENTITY (media);
  g_autoptr (OsinfoOs) os = NULL;

  osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_VOLUME_ID, volume->volume_id);
  osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_SYSTEM_ID, volume->system_id);
  osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_PUBLISHER_ID, volume->publisher_id);
  osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_APPLICATION_ID, volume->application_id);
  osinfo_entity_set_param_int64 (entity, OSINFO_MEDIA_PROP_VOLUME_SIZE, MIN (volume->volume_size, G_MAXINT64));
  if (osinfo_db_identify_media (db, media))
    os = osinfo_media_get_os (media);
  return os != NULL ? g_steal_pointer (&media) : NULL;
}

/* Some patterns of the database match media of other architectures too: what the medium says of itself counts. */
static const char *
find_architecture (const char *volume_id)
{
  static const struct { const char *word; const char *architecture; } words[] = {
    { "x86_64", "x86_64" }, { "amd64", "x86_64" }, { "aarch64", "aarch64" }, { "arm64", "aarch64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (volume_id, words[i].word) != NULL)
      return words[i].architecture;
  return NULL;
}

static DexFuture *
identify_thread (gpointer data)
{
  Query *query = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  g_autoptr (OsinfoMedia) media = avb_os_db_match (get_database (), &query->volume);
  g_autoptr (OsinfoOs) os = media != NULL ? osinfo_media_get_os (media) : NULL;
  const char *architecture;
  AvbOsInfo *info;

  if (os == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_FOUND, query->volume.volume_id, _("The operating system was not recognized.")));

  architecture = find_architecture (query->volume.volume_id);
  if (architecture == NULL)
    architecture = osinfo_media_get_architecture (media);
  info = describe (os, architecture);
  if (g_strcmp0 (architecture, "all") != 0)
    info->architecture = g_strdup (architecture);
  info->live = osinfo_media_get_live (media);
  return dex_future_new_take_boxed (AVB_TYPE_OS_INFO, info);
}

static DexFuture *
identify_image_thread (gpointer data)
{
  Query *query = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  const char *architecture = NULL;
  gboolean cloud = FALSE;
  g_autoptr (OsinfoOs) os = avb_os_db_match_image (get_database (), query->file_name, &architecture, &cloud);
  AvbOsInfo *info;

  if (os == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_FOUND, query->file_name, _("The operating system was not recognized.")));
  info = describe (os, architecture);
  info->architecture = g_strdup (architecture);
  info->cloud = cloud;
  return dex_future_new_take_boxed (AVB_TYPE_OS_INFO, info);
}

DexFuture *
avb_os_db_find (const char *os_id, const char *architecture)
{
  Query *query;

  dex_return_error_if_fail (os_id != NULL);

  query = g_new0 (Query, 1);
  query->os_id = g_strdup (os_id);
  query->architecture = g_strdup (architecture);
  return avb_blocking_run (find_thread, query, query_free);
}

DexFuture *
avb_os_db_identify (const char *volume_id,
                    const char *system_id,
                    const char *publisher_id,
                    const char *application_id,
                    guint64     volume_size)
{
  Query *query;

  dex_return_error_if_fail (volume_id != NULL && system_id != NULL);
  dex_return_error_if_fail (publisher_id != NULL && application_id != NULL);

  query = g_new0 (Query, 1);
  g_strlcpy (query->volume.volume_id, volume_id, sizeof query->volume.volume_id);
  g_strlcpy (query->volume.system_id, system_id, sizeof query->volume.system_id);
  g_strlcpy (query->volume.publisher_id, publisher_id, sizeof query->volume.publisher_id);
  g_strlcpy (query->volume.application_id, application_id, sizeof query->volume.application_id);
  query->volume.volume_size = volume_size;
  return avb_blocking_run (identify_thread, query, query_free);
}

DexFuture *
avb_os_db_identify_image (const char *file_name)
{
  Query *query;

  dex_return_error_if_fail (file_name != NULL);

  query = g_new0 (Query, 1);
  query->file_name = g_strdup (file_name);
  return avb_blocking_run (identify_image_thread, query, query_free);
}
