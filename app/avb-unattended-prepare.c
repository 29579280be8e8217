/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* "Install for me" as a part of a creation: see avb-creation.h. */

#include "config.h"

#include "app/avb-unattended-private.h"

#include <glib/gi18n-lib.h>

#include "app/avb-first-boot-check.h"
#include "app/avb-scratch.h"
#include "app/avb-setup.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define KERNEL "kernel"
#define INITRD "initrd"
#define DISC "answers.iso"

/* What a worker makes in a folder of its own, before it becomes volumes. */
typedef struct {
  char             *medium;
  AvbScratch       *scratch;   /* (nullable) */
  AvbInstallWishes *wishes;
  AvbInstallPlan   *plan;      /* (nullable) */
  GCancellable     *cancellable;
} Work;

static void
work_free (Work *work)
{
  g_free (work->medium);
  avb_install_wishes_free (work->wishes);
  avb_install_plan_free (work->plan);
  g_object_unref (work->cancellable);
  g_free (work);
}

static DexFuture *
make_thread (gpointer data)
{
  Work *work = data;
  g_autofree char *kernel = NULL, *initrd = NULL, *disc = NULL;
  GError *error = NULL;

  work->scratch = avb_scratch_new (&error);
  if (work->scratch == NULL)
    return dex_future_new_for_error (error);
  work->plan = avb_unattended_plan (work->medium, work->wishes, &error);
  if (work->plan == NULL)
    return dex_future_new_for_error (error);
  kernel = g_build_filename (work->scratch->path, KERNEL, NULL);
  initrd = g_build_filename (work->scratch->path, INITRD, NULL);
  disc = g_build_filename (work->scratch->path, DISC, NULL);
  if (work->plan->kernel != NULL
          ? !avb_install_media_extract (work->medium, work->plan, kernel, initrd, work->cancellable, &error)
          : !avb_install_media_write_disc (work->plan->files, "INSTALL", disc, work->cancellable, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
clean_thread (gpointer data)
{
  avb_scratch_free (data);
  return dex_future_new_true ();
}

/* As the guest calls the disk to install to. */
static char *
find_target (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i);

      if (disk->device == AVB_DISK_DEVICE_DISK)
        return g_strdup (disk->bus == AVB_DISK_BUS_VIRTIO ? "/dev/vda" : "/dev/sda");
    }
  return NULL;
}

static AvbInstallWishes *
take_wishes (AvbCreation *creation, const AvbUnattended *info)
{
  AvbFirstBoot *from = avb_draft_get_first_boot (creation->draft);
  AvbInstallWishes *wishes = g_new0 (AvbInstallWishes, 1);
  const char *name = avb_first_boot_get_full_name (from);
  const char *host_name = avb_first_boot_get_host_name (from);

  wishes->desktop = avb_first_boot_get_desktop (from);
  wishes->auto_login = avb_first_boot_get_auto_login (from);
  wishes->user = g_strdup (avb_first_boot_get_user (from));
  wishes->full_name = g_strdup (name != NULL ? name : wishes->user);
  wishes->password = g_strdup (avb_first_boot_get_password (from));
  wishes->host_name = host_name != NULL
                          ? g_strdup (host_name)
                          : avb_first_boot_make_host_name (avb_machine_spec_get_name (creation->spec),
                                                           info->installer == AVB_INSTALLER_WINDOWS ? 15 : 63);
  wishes->language = g_strdup (avb_first_boot_get_language (from));
  wishes->keyboard = g_strdup (avb_first_boot_get_keyboard (from));
  wishes->time_zone = g_strdup (avb_first_boot_get_time_zone (from));
  wishes->product_key = g_strdup (avb_first_boot_get_product_key (from));
  wishes->target_disk = find_target (creation->spec);
  wishes->uefi = avb_machine_spec_get_firmware (creation->spec) != AVB_FIRMWARE_BIOS;
  return wishes;
}

/* In the creation's fiber. */
static char *
make_volume (AvbCreation *creation, Work *work, const char *file, const char *suffix, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (creation, suffix);
  g_autofree char *source = g_build_filename (work->scratch->path, file, NULL);
  AvbVolumeSpec volume = { .name = name, .format = "raw", .source = source, .source_format = "raw" };

  return avb_creation_make_volume (creation, &volume, error);
}

/* A machine without a screen has its serial port only: the installer and what it installs, to which Debian's hands on what
 * stands behind the dashes, are told to use it. (nullable) */
static const char *
find_console (AvbMachineSpec *spec, AvbInstaller installer)
{
  const char *architecture = avb_machine_spec_get_architecture (spec);

  if (avb_machine_spec_get_graphics (spec) || (architecture != NULL && !g_str_equal (architecture, "x86_64") &&
                                               !g_str_equal (architecture, "i686")))
    return NULL;
  return installer == AVB_INSTALLER_PRESEED ? "console=ttyS0 --- console=ttyS0" : "console=ttyS0";
}

static gboolean
add_kernel (AvbCreation *creation, Work *work, GError **error)
{
  const char *console = find_console (creation->spec, work->plan->installer);
  const char *own = avb_machine_spec_get_kernel_arguments (creation->spec);
  g_autofree char *kernel = make_volume (creation, work, KERNEL, AVB_SETUP_VOLUME "-kernel" AVB_VOLUME_DISC_COPY, error);
  g_autofree char *initrd = kernel != NULL ? make_volume (creation, work, INITRD, AVB_SETUP_VOLUME "-initrd" AVB_VOLUME_DISC_COPY, error) : NULL;
  g_autofree char *arguments = NULL;

  if (initrd == NULL)
    return FALSE;
  arguments = g_strjoin (" ", work->plan->arguments != NULL ? work->plan->arguments : "", own != NULL ? own : "",
                         console != NULL ? console : "", NULL);
  g_strstrip (arguments);
  avb_machine_spec_set_kernel (creation->spec, kernel);
  avb_machine_spec_set_initrd (creation->spec, initrd);
  avb_machine_spec_set_kernel_arguments (creation->spec, *arguments != '\0' ? arguments : NULL);
  return TRUE;
}

static void
add_disc (AvbCreation *creation, const char *path)
{
  AvbDiskSpec *disc = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, path, "raw");

  disc->read_only = TRUE;
  avb_machine_spec_add_disk (creation->spec, disc);
}

static gboolean
add_answers (AvbCreation *creation, Work *work, const char *drivers, GError **error)
{
  g_autofree char *path = make_volume (creation, work, DISC, AVB_SETUP_VOLUME AVB_VOLUME_DISC_COPY, error);

  if (path == NULL)
    return FALSE;
  add_disc (creation, path);
  if (drivers != NULL)
    add_disc (creation, drivers);
  return TRUE;
}

/* In the definition from the first moment: whoever dies between leaves no machine whose first boot nobody ends. */
static void
remember (AvbCreation *creation)
{
  if (avb_first_boot_get_snapshot (avb_draft_get_first_boot (creation->draft)))
    avb_machine_spec_set_setting (creation->spec, AVB_SETUP_SNAPSHOT_SETTING, "yes");
  avb_machine_spec_set_setting (creation->spec, AVB_SETUP_SETTING, "install");
}

static gboolean
prepare (AvbCreation *creation, Work *work, const char *drivers, GError **error)
{
  /* The folder is made by the worker: both are the fiber's again once it is done. */
  if (!dex_await (avb_blocking_run_long (make_thread, work, NULL), error))
    return FALSE;
  if (!(work->plan->kernel != NULL ? add_kernel (creation, work, error)
                                   : add_answers (creation, work, drivers, error)))
    return FALSE;
  avb_machine_spec_set_extra (creation->spec, AVB_EXTRA_SETUP_CHANNEL, TRUE);
  remember (creation);
  return TRUE;
}

/* What cannot be, whatever the user wishes. */
static gboolean
check (AvbCreation *creation, const AvbUnattended *info, GError **error)
{
  AvbFirstBoot *wishes = avb_draft_get_first_boot (creation->draft);
  g_autofree char *problem = avb_unattended_find_problem (info, wishes);
  g_autofree char *target = find_target (creation->spec);

  if (problem != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", problem));
  else if (target == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("There is no disk to install to.")));
  else if (info->installer != AVB_INSTALLER_WINDOWS &&
           avb_machine_spec_get_firmware (creation->spec) == AVB_FIRMWARE_UEFI_SECURE)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                             _("With Secure Boot this installer cannot be told what to do. Choose UEFI "
                                               "without it, or install the system yourself.")));
  else
    return TRUE;
  return FALSE;
}

gboolean
avb_unattended_prepare (AvbCreation *creation, GError **error)
{
  AvbMedium *medium = avb_draft_get_medium (creation->draft);
  AvbFirstBoot *from = avb_draft_get_first_boot (creation->draft);
  g_autoptr (AvbUnattended) info = NULL;
  g_autofree char *drivers = NULL;
  Work *work;
  gboolean prepared;

  if (avb_first_boot_get_mode (from) != AVB_FIRST_BOOT_INSTALL || medium == NULL)
    return TRUE;
  avb_operation_set_status (creation->operation, _("Telling the installer what to do"));
  info = dex_await_boxed (avb_unattended_can (medium), error);
  if (info == NULL || !check (creation, info, error))
    return FALSE;
  if (info->drivers && avb_first_boot_get_drivers (from) && avb_connection_get_is_local (creation->connection))
    drivers = avb_unattended_find_drivers ();
  work = g_new0 (Work, 1);
  work->medium = g_strdup (avb_medium_get_path (medium));
  work->wishes = take_wishes (creation, info);
  work->wishes->drivers = drivers != NULL;
  work->cancellable = g_object_ref (avb_operation_get_cancellable (creation->operation));
  prepared = prepare (creation, work, drivers, error);
  if (work->scratch != NULL)
    dex_await (avb_blocking_run (clean_thread, work->scratch, NULL), NULL);
  work_free (work);
  return prepared;
}
