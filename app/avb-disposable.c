/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-disposable.h"

#include <glib/gi18n-lib.h>

#include "app/avb-draft-private.h"
#include "app/avb-medium.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-machine-clone.h"

typedef struct {
  AvbLibrary    *library;
  AvbConnection *connection;
  GFile         *file;
  AvbOperation  *operation;

  AvbDraft      *draft;
  char          *overlay; /* (nullable) */
} Disposable;

static void
disposable_free (gpointer data)
{
  Disposable *self = data;

  g_object_unref (self->library);
  g_object_unref (self->connection);
  g_object_unref (self->file);
  g_object_unref (self->operation);
  g_clear_object (&self->draft);
  g_free (self->overlay);
  g_free (self);
}

static gboolean
refuse (GError **error, AvbError code, const char *sentence)
{
  g_propagate_error (error, avb_error_new (code, NULL, "%s", sentence));
  return FALSE;
}

static gboolean
name_is_taken (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);
  guint n = g_list_model_get_n_items (machines);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
choose_name (Disposable *self, AvbMachineSpec *spec)
{
  g_autofree char *base = g_strdup (avb_machine_spec_get_name (spec));

  for (guint i = 1;; i++)
    {
      /* Translators: %s is the name of a system, of a machine that is gone when it is off. */
      g_autofree char *first = g_strdup_printf (_("%s (disposable)"), base);
      g_autofree char *name = i == 1 ? g_strdup (first) : g_strdup_printf ("%s %u", first, i);

      if (!name_is_taken (self->connection, name))
        {
          avb_machine_spec_set_name (spec, name);
          return;
        }
    }
}

/* In the fiber, as all below. What it is, and what a machine for it should be. */
static gboolean
read_file (Disposable *self, GError **error)
{
  g_autoptr (AvbMedium) medium = NULL;

  /* The overlay stands on the file where it is, and is made where this program's user makes files. */
  if (!avb_connection_get_is_local (self->connection) ||
      !g_str_has_suffix (avb_connection_get_uri (self->connection), "/session"))
    return refuse (error, AVB_ERROR_NOT_SUPPORTED,
                   _("A disposable machine can only be opened for this user on this computer."));
  medium = dex_await_object (avb_medium_inspect (self->file), error);
  if (medium == NULL)
    return FALSE;
  if (avb_medium_get_kind (medium) != AVB_MEDIUM_ISO && avb_medium_get_kind (medium) != AVB_MEDIUM_DISK)
    return refuse (error, AVB_ERROR_NOT_SUPPORTED,
                   _("Only discs and disk images can be opened in a disposable machine. Import this file instead."));
  if (avb_medium_get_compression (medium) != NULL)
    return refuse (error, AVB_ERROR_NOT_SUPPORTED,
                   _("This disk image is compressed. Unpack it to open it in a disposable machine."));
  self->draft = dex_await_object (avb_draft_new (self->library, self->connection, medium), error);
  if (self->draft == NULL)
    return FALSE;
  avb_draft_await_probe (self->draft, self->operation);
  return !g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (self->operation), error);
}

/* Nothing of this computer but a screen, a keyboard, a mouse and sound. */
static AvbMachineSpec *
isolate (Disposable *self)
{
  AvbMachineSpec *spec = avb_draft_dup_spec (self->draft);
  static const AvbExtra never[] = { AVB_EXTRA_GUEST_AGENT, AVB_EXTRA_DISPLAY_AGENT, AVB_EXTRA_USB_REDIRECTION,
                                    AVB_EXTRA_FOLDER_CHANNEL, AVB_EXTRA_SETUP_CHANNEL };

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    avb_machine_spec_set_extra (spec, never[i], FALSE);
  g_ptr_array_set_size (avb_machine_spec_get_interfaces (spec), 0);
  g_ptr_array_set_size (avb_machine_spec_get_shares (spec), 0);
  g_ptr_array_set_size (avb_machine_spec_get_disks (spec), 0);
  avb_machine_spec_set_transient (spec, TRUE);
  avb_machine_spec_set_setting (spec, AVB_SETTING_DISPOSABLE, "yes");
  choose_name (self, spec);
  return spec;
}

static gboolean
add_disk (Disposable *self, AvbMachineSpec *spec, GError **error)
{
  AvbMedium *medium = avb_draft_get_medium (self->draft);
  AvbVolumeSpec volume = { .name = "disposable",
                           .format = "qcow2",
                           .backing = avb_medium_get_path (medium),
                           .backing_format = avb_medium_get_format (medium) };
  AvbDiskSpec *disk;

  if (avb_medium_get_kind (medium) == AVB_MEDIUM_ISO)
    {
      disk = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, avb_medium_get_path (medium), "raw");
      disk->read_only = TRUE;
    }
  else
    {
      self->overlay = dex_await_string (
          avb_connection_create_volume (self->connection, &volume, self->operation), error);
      if (self->overlay == NULL)
        return FALSE;
      disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, avb_draft_get_disk_bus (self->draft), self->overlay, "qcow2");
    }
  disk->boot_order = 1;
  avb_machine_spec_add_disk (spec, disk);
  return TRUE;
}

static AvbMachine *
open_machine (Disposable *self, GError **error)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GError) not_kept = NULL;

  if (!read_file (self, error))
    return NULL;
  spec = isolate (self);
  if (!add_disk (self, spec, error))
    return NULL;
  avb_operation_set_can_cancel (self->operation, FALSE);
  if (!g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (self->operation), error))
    machine = dex_await_object (avb_connection_create_machine (self->connection, spec), error);
  /* Whether it runs, and has it open, or not: the overlay needs no name from here on. */
  if (self->overlay != NULL &&
      !dex_await (avb_connection_delete_volume (self->connection, self->overlay), &not_kept))
    g_warning ("The overlay of a disposable machine stays: %s", not_kept->message);
  return g_steal_pointer (&machine);
}

static DexFuture *
open_fiber (gpointer data)
{
  Disposable *self = data;
  GError *error = NULL;
  AvbMachine *machine = open_machine (self, &error);

  avb_operation_finish (self->operation, error);
  return machine != NULL ? dex_future_new_take_object (machine) : dex_future_new_for_error (error);
}

DexFuture *
avb_disposable_open (AvbLibrary *library, AvbConnection *connection, GFile *file, AvbOperation *operation)
{
  Disposable *self;
  DexFuture *future;

  dex_return_error_if_fail (AVB_IS_LIBRARY (library));
  dex_return_error_if_fail (AVB_IS_CONNECTION (connection));
  dex_return_error_if_fail (G_IS_FILE (file));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  avb_library_add_job (library, operation);
  self = g_new0 (Disposable, 1);
  self->library = g_object_ref (library);
  self->connection = g_object_ref (connection);
  self->file = g_object_ref (file);
  self->operation = g_object_ref (operation);
  future = avb_fiber_spawn (open_fiber, self, disposable_free);
  /* A caller that lost interest must not leave an overlay. */
  avb_future_finish (dex_ref (future), "open a disposable machine");
  return future;
}

static DexFuture *
end_all_fiber (gpointer data)
{
  AvbLibrary *library = data;
  GListModel *machines = avb_library_get_machines (library);
  g_autoptr (GPtrArray) ending = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (avb_machine_get_setting (machine, AVB_SETTING_DISPOSABLE) != NULL && avb_machine_can_force_off (machine))
        g_ptr_array_add (ending, g_steal_pointer (&machine));
    }
  for (guint i = 0; i < ending->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!dex_await (avb_machine_force_off (ending->pdata[i]), &error))
        g_warning ("A disposable machine goes on: %s", error->message);
    }
  return dex_future_new_true ();
}

DexFuture *
avb_disposable_end_all (AvbLibrary *library)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (library));

  return avb_fiber_spawn (end_all_fiber, g_object_ref (library), g_object_unref);
}
