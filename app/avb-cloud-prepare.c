/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-cloud-prepare.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-cloud-init.h"
#include "app/avb-first-boot-check.h"
#include "app/avb-scratch.h"
#include "app/avb-setup.h"
#include "app/avb-unattended-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-secret.h"

#define DISC "seed.iso"

/* What a worker makes in a folder of its own, before it becomes a volume. */
typedef struct {
  GPtrArray    *files;
  AvbScratch   *scratch; /* (nullable) */
  GCancellable *cancellable;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_ptr_array_unref (work->files);
  g_object_unref (work->cancellable);
  g_free (work);
}

static DexFuture *
make_thread (gpointer data)
{
  Work *work = data;
  g_autofree char *disc = NULL;
  GError *error = NULL;

  work->scratch = avb_scratch_new (&error);
  if (work->scratch == NULL)
    return dex_future_new_for_error (error);
  disc = g_build_filename (work->scratch->path, DISC, NULL);
  /* The label is what cloud-init looks for. */
  return avb_install_media_write_disc (work->files, "cidata", disc, work->cancellable, &error)
             ? dex_future_new_true ()
             : dex_future_new_for_error (error);
}

static DexFuture *
clean_thread (gpointer data)
{
  avb_scratch_free (data);
  return dex_future_new_true ();
}

static DexFuture *
hash_thread (gpointer data)
{
  GError *error = NULL;
  char *hash = avb_first_boot_hash_password (data, &error);

  return hash != NULL ? dex_future_new_take_string (hash) : dex_future_new_for_error (error);
}

static void
wipe (gpointer data)
{
  avb_secret_free (data);
}

/* In the creation's fiber. (transfer full) (nullable) */
static GPtrArray *
make_files (AvbCreation *creation, GError **error)
{
  AvbFirstBoot *wishes = avb_draft_get_first_boot (creation->draft);
  const char *password = avb_first_boot_get_password (wishes);
  const char *wish = avb_first_boot_get_host_name (wishes);
  g_autofree char *hash = NULL;
  g_autofree char *host_name = NULL;
  g_autofree char *instance_id = g_uuid_string_random ();
  GPtrArray *files;

  if (password != NULL)
    {
      hash = dex_await_string (avb_blocking_run (hash_thread, g_strdup (password), wipe), error);
      if (hash == NULL)
        return NULL;
    }
  host_name = wish != NULL ? g_strdup (wish)
                           : avb_first_boot_make_host_name (avb_machine_spec_get_name (creation->spec), 63);
  files = avb_install_files_new ();
  avb_install_files_add (files, "user-data", avb_cloud_init_make_user_data (wishes, hash));
  avb_install_files_add (files, "meta-data", avb_cloud_init_make_meta_data (instance_id, host_name));
  avb_install_files_add (files, "vendor-data", avb_cloud_init_make_vendor_data ());
  return files;
}

/* A disk, not a disc: the kernels of some cloud images know no optical drives. */
static gboolean
add_seed (AvbCreation *creation, Work *work, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (creation, AVB_SETUP_VOLUME AVB_VOLUME_DISC_COPY);
  g_autofree char *source = g_build_filename (work->scratch->path, DISC, NULL);
  AvbVolumeSpec volume = { .name = name, .format = "raw", .source = source, .source_format = "raw" };
  g_autofree char *path = avb_creation_make_volume (creation, &volume, error);
  AvbDiskSpec *disk;

  if (path == NULL)
    return FALSE;
  disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, avb_draft_get_disk_bus (creation->draft), path, "raw");
  disk->read_only = TRUE;
  avb_machine_spec_add_disk (creation->spec, disk);
  avb_machine_spec_set_extra (creation->spec, AVB_EXTRA_SETUP_CHANNEL, TRUE);
  return TRUE;
}

/* For #AvbSetup. */
static void
remember (AvbCreation *creation)
{
  AvbFirstBoot *wishes = avb_draft_get_first_boot (creation->draft);

  avb_machine_spec_set_setting (creation->spec, AVB_SETUP_SETTING, "cloud");
  /* With own user-data nobody knows who can log in. */
  if (avb_first_boot_get_user_data (wishes) == NULL)
    avb_machine_spec_set_setting (creation->spec, AVB_SETUP_USER_SETTING, avb_first_boot_get_user (wishes));
}

static gboolean
is_cloud (AvbCreation *creation)
{
  AvbMedium *medium = avb_draft_get_medium (creation->draft);

  return medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_DISK &&
         avb_first_boot_get_mode (avb_draft_get_first_boot (creation->draft)) == AVB_FIRST_BOOT_CLOUD;
}

gboolean
avb_cloud_prepare (AvbCreation *creation, GError **error)
{
  g_autofree char *problem = NULL;
  GPtrArray *files;
  Work *work;
  gboolean prepared;

  if (!is_cloud (creation))
    return TRUE;
  problem = avb_cloud_init_find_problem (avb_draft_get_first_boot (creation->draft));
  if (problem != NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", problem));
      return FALSE;
    }
  avb_operation_set_status (creation->operation, _("Writing what the guest is told at its first start"));
  files = make_files (creation, error);
  if (files == NULL)
    return FALSE;
  work = g_new0 (Work, 1);
  work->files = files;
  work->cancellable = g_object_ref (avb_operation_get_cancellable (creation->operation));
  /* The folder is made by the worker: all of it is the fiber's again once it is done. */
  prepared = dex_await (avb_blocking_run (make_thread, work, NULL), error) && add_seed (creation, work, error);
  if (work->scratch != NULL)
    dex_await (avb_blocking_run (clean_thread, work->scratch, NULL), NULL);
  work_free (work);
  if (prepared)
    remember (creation);
  return prepared;
}
