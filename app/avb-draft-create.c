/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Making a machine out of a draft: disks first, then the definition, then the start. Until the definition
 * exists everything can be taken back, and is. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-cloud-prepare.h"
#include "app/avb-creation.h"
#include "app/avb-definition.h"
#include "app/avb-link.h"
#include "app/avb-unattended-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* How often somebody else may take the name in the very moment. */
#define MAX_NAMES 20
/* How long the end of a failed creation waits for a hypervisor that went away to come back. What is
 * left to remove is removed after that, too. */
#define CLEAN_UP_SECONDS 30
#define MAX_VOLUME_NAME 120
/* For the self-test of the hardware virtualization: it is done long before, as a rule. */
#define PROBE_SECONDS 10
#define PROBE_KEY "avb-draft-probed"

/* What there is to take back. It outlives the creation if the hypervisor is away. */
struct _AvbRemains
{
  AvbConnection  *connection;
  GPtrArray      *volumes;
  AvbMachineSpec *machine; /* (nullable): one that was perhaps defined */
};

static AvbRemains *
remains_new (AvbConnection *connection)
{
  AvbRemains *self = g_new0 (AvbRemains, 1);

  self->connection = g_object_ref (connection);
  self->volumes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
remains_free (gpointer data)
{
  AvbRemains *self = data;

  g_object_unref (self->connection);
  g_ptr_array_unref (self->volumes);
  g_clear_object (&self->machine);
  g_free (self);
}

static void
creation_free (gpointer data)
{
  AvbCreation *self = data;

  g_object_unref (self->draft);
  g_object_unref (self->connection);
  g_object_unref (self->operation);
  g_clear_object (&self->spec);
  g_clear_pointer (&self->remains, remains_free);
  g_free (self);
}

gboolean
avb_creation_check_cancelled (AvbCreation *self, GError **error)
{
  return !g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (self->operation), error);
}

/* A file name that no system stumbles over; the connection makes it unique. */
char *
avb_creation_make_volume_name (AvbCreation *self, const char *suffix)
{
  const char *machine = avb_machine_spec_get_name (self->spec);
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *c = machine; *c != '\0' && name->len < MAX_VOLUME_NAME; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (g_unichar_isalnum (letter) || strchr ("._-+()", letter < 128 ? (int) letter : '?') != NULL)
        g_string_append_unichar (name, letter);
      else
        g_string_append_c (name, '-');
    }
  /* Hidden files, and what tools take for an option. */
  if (name->str[0] == '.' || name->str[0] == '-')
    g_string_prepend (name, "machine");
  g_string_append (name, suffix);
  return g_string_free_and_steal (g_steal_pointer (&name));
}

char *
avb_creation_make_volume (AvbCreation *self, const AvbVolumeSpec *volume, GError **error)
{
  char *path;

  if (!avb_creation_check_cancelled (self, error))
    return NULL;
  path = dex_await_string (avb_connection_create_volume (self->connection, volume, self->operation), error);
  if (path != NULL)
    g_ptr_array_add (self->remains->volumes, g_strdup (path));
  return path;
}

void
avb_creation_add_disk (AvbCreation *self, const char *path, const char *format)
{
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, avb_draft_get_disk_bus (self->draft), path, format);

  if (avb_machine_spec_get_disks (self->spec)->len == 0)
    disk->boot_order = 1;
  avb_machine_spec_add_disk (self->spec, disk);
}

static gboolean
make_new_disk (AvbCreation *self, GError **error)
{
  const char      *format = avb_capabilities_get_disk_format (avb_connection_get_capabilities (self->connection));
  g_autofree char *ending = g_strconcat (".", format, NULL);
  g_autofree char *name = avb_creation_make_volume_name (self, ending);
  AvbVolumeSpec volume = { .name = name, .format = format, .capacity = avb_draft_get_disk_size (self->draft) };
  g_autofree char *path = NULL;

  if (volume.capacity == 0)
    return TRUE;
  avb_operation_set_status (self->operation, _("Making a disk"));
  path = avb_creation_make_volume (self, &volume, error);
  if (path == NULL)
    return FALSE;
  avb_creation_add_disk (self, path, volume.format);
  return TRUE;
}

/* As large as the user wishes; 0: as large as it is. Disks are never cut. */
guint64
avb_creation_grow (AvbCreation *self, guint64 capacity)
{
  guint64 wish = avb_draft_get_disk_size (self->draft);

  return wish > capacity ? wish : 0;
}

static gboolean
take_disk (AvbCreation *self, AvbMedium *medium, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (self, ".qcow2");
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .source = avb_medium_get_path (medium),
                           .source_format = avb_medium_get_format (medium),
                           .capacity = avb_creation_grow (self, avb_medium_get_capacity (medium)) };
  g_autofree char *path = NULL;

  if (avb_medium_get_compression (medium) != NULL)
    return avb_creation_import_packed (self, medium, error);
  if (!avb_draft_get_copy_disk (self->draft))
    {
      avb_creation_add_disk (self, avb_medium_get_path (medium), avb_medium_get_format (medium));
      return TRUE;
    }
  avb_operation_set_status (self->operation, _("Copying the disk"));
  path = avb_creation_make_volume (self, &volume, error);
  if (path == NULL)
    return FALSE;
  avb_creation_add_disk (self, path, volume.format);
  return TRUE;
}

/* The disk comes first: while it is empty the firmware goes on to the disc, and afterwards the installed
 * system starts although the disc is still in the drive. */
static gboolean
insert_disc (AvbCreation *self, AvbMedium *medium, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (self, AVB_VOLUME_DISC_COPY);
  AvbVolumeSpec volume = { .name = name, .format = "raw", .source = avb_medium_get_path (medium),
                           .source_format = "raw" };
  g_autofree char *path = g_strdup (avb_medium_get_path (medium));
  AvbDiskSpec *disc;

  if (!avb_draft_get_host (self->draft)->reachable)
    {
      avb_operation_set_status (self->operation, _("Copying the disc image to the hypervisor"));
      g_free (path);
      path = avb_creation_make_volume (self, &volume, error);
      if (path == NULL)
        return FALSE;
    }
  disc = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, path, "raw");
  disc->read_only = TRUE;
  disc->boot_order = 2;
  avb_machine_spec_add_disk (self->spec, disc);
  return TRUE;
}

static gboolean
make_disks (AvbCreation *self, GError **error)
{
  AvbMedium *medium = avb_draft_get_medium (self->draft);

  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_DISK)
    return take_disk (self, medium, error);
  if (medium != NULL && avb_medium_get_appliance (medium) != NULL)
    return avb_creation_import_appliance (self, avb_medium_get_appliance (medium), error);
  if (avb_draft_get_definition (self->draft) != NULL)
    return avb_creation_import_definition (self, avb_draft_get_definition (self->draft), error);
  if (!make_new_disk (self, error))
    return FALSE;
  return medium == NULL || insert_disc (self, medium, error);
}

static DexFuture *
create_machine (AvbCreation *self)
{
  AvbMedium *medium = avb_draft_get_medium (self->draft);

  if (medium != NULL && avb_medium_get_definition (medium) != NULL)
    return avb_connection_create_from_definition (self->connection, avb_medium_get_definition (medium), self->spec);
  return avb_connection_create_machine (self->connection, self->spec);
}

/* In a fiber. A name that was free a moment ago may be taken by now. */
static AvbMachine *
define (AvbCreation *self, GError **error)
{
  g_autofree char *wish = g_strdup (avb_machine_spec_get_name (self->spec));

  avb_operation_set_status (self->operation, _("Creating the machine"));
  if (!avb_creation_check_cancelled (self, error))
    return NULL;
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autofree char *name = NULL;
      AvbMachine *machine = dex_await_object (create_machine (self), &local_error);

      if (machine != NULL)
        return machine;
      if (!g_error_matches (local_error, AVB_ERROR, AVB_ERROR_EXISTS) || i == MAX_NAMES)
        {
          /* Without a link nobody knows whether it was done before the link broke. */
          if (g_error_matches (local_error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
            g_set_object (&self->remains->machine, self->spec);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      name = avb_draft_plan_name (self->connection, wish);
      if (g_str_equal (name, avb_machine_spec_get_name (self->spec)))
        {
          g_free (name);
          name = g_strdup_printf ("%s %u", wish, i + 1);
        }
      avb_machine_spec_set_name (self->spec, name);
    }
}

static gboolean
have_same_disks (AvbMachineSpec *a, AvbMachineSpec *b)
{
  GPtrArray *ours = avb_machine_spec_get_disks (a);
  GPtrArray *theirs = avb_machine_spec_get_disks (b);

  for (guint i = 0; i < ours->len; i++)
    {
      const AvbDiskSpec *one = g_ptr_array_index (ours, i);
      const AvbDiskSpec *other = i < theirs->len ? g_ptr_array_index (theirs, i) : NULL;

      if (other == NULL || g_strcmp0 (one->path, other->path) != 0)
        return FALSE;
    }
  return TRUE;
}

static AvbMachine *
find_by_name (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

/* Only the one that was asked for: with the same disks under the same name. In a fiber. */
static gboolean
remove_machine (AvbRemains *self, GError **error)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;

  if (!dex_await (avb_link_wait (self->connection, TRUE), error))
    return FALSE;
  machine = find_by_name (self->connection, avb_machine_spec_get_name (self->machine));
  if (machine == NULL)
    return TRUE;
  spec = dex_await_object (avb_machine_read_spec (machine), error);
  if (spec == NULL)
    return FALSE;
  return !have_same_disks (self->machine, spec) ||
         dex_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS), error);
}

static gboolean
remove_volume (AvbRemains *self, GError **error)
{
  const char *path = g_ptr_array_index (self->volumes, self->volumes->len - 1);

  if (!dex_await (avb_connection_delete_volume (self->connection, path), error))
    return FALSE;
  g_ptr_array_set_size (self->volumes, self->volumes->len - 1);
  return TRUE;
}

/* As often as the hypervisor goes away, it is waited for. A machine that stays keeps its disks. In a fiber. */
static DexFuture *
clean_up_fiber (gpointer data)
{
  AvbRemains *self = data;

  while (self->machine != NULL || self->volumes->len > 0)
    {
      g_autoptr (GError) error = NULL;

      if (self->machine != NULL ? remove_machine (self, &error) : remove_volume (self, &error))
        g_clear_object (&self->machine);
      else if (g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        {
          /* That the link broke is known a little later than that a call failed. */
          dex_await (dex_timeout_new_msec (200), NULL);
          if (!dex_await (avb_link_wait (self->connection, TRUE), NULL))
            return dex_future_new_for_error (g_steal_pointer (&error));
        }
      else if (self->machine != NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      else
        {
          g_message ("“%s” was left: %s", (char *) g_ptr_array_index (self->volumes, self->volumes->len - 1),
                     error->message);
          g_ptr_array_set_size (self->volumes, self->volumes->len - 1);
        }
    }
  return dex_future_new_true ();
}

/* In a fiber. */
static void
clean_up (AvbRemains *remains)
{
  DexFuture *work;

  if (remains->volumes->len == 0 && remains->machine == NULL)
    {
      remains_free (remains);
      return;
    }
  work = avb_fiber_spawn (clean_up_fiber, remains, remains_free);
  /* It goes on if this stops waiting. */
  avb_future_finish (dex_ref (work), "clean up after a failed creation");
  dex_await (dex_future_first (work, dex_timeout_new_seconds (CLEAN_UP_SECONDS), NULL), NULL);
}

/* In a fiber. */
static gboolean
start_machine (AvbCreation *self, AvbMachine *machine, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  avb_operation_set_status (self->operation, _("Starting the machine"));
  avb_library_mark_used (avb_draft_get_library (self->draft), machine);
  if (dex_await (avb_machine_start (machine), &local_error))
    return TRUE;
  g_propagate_error (error, avb_error_new (local_error->domain == AVB_ERROR ? local_error->code : AVB_ERROR_FAILED,
                                           avb_error_get_details (local_error),
                                           _("“%s” was created, but it does not start. %s"),
                                           avb_machine_get_name (machine), local_error->message));
  return FALSE;
}

static AvbAcceleration
get_acceleration (AvbConnection *connection)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);

  return capabilities != NULL ? avb_capabilities_get_acceleration (capabilities) : AVB_ACCELERATION_UNKNOWN;
}

/* In a fiber. A machine must not be emulated for good because it was created in the first second; one that
 * nobody knows to run otherwise is. */
void
avb_draft_await_probe (AvbDraft *draft, AvbOperation *operation)
{
  AvbConnection *connection = avb_draft_get_connection (draft);
  GCancellable *cancellable = avb_operation_get_cancellable (operation);

  if (!avb_connection_get_is_local (connection) ||
      g_str_has_prefix (avb_connection_get_uri (connection), "test:"))
    return;
  /* Where the test itself cannot be run it is waited for but once. */
  if (g_object_get_data (G_OBJECT (connection), PROBE_KEY) == NULL)
    for (guint i = 0; i < PROBE_SECONDS * 10 && get_acceleration (connection) == AVB_ACCELERATION_UNKNOWN &&
                      !g_cancellable_is_cancelled (cancellable);
         i++)
      {
        avb_operation_set_status (operation, _("Finding out what this computer can do"));
        dex_await (dex_timeout_new_msec (100), NULL);
      }
  g_object_set_data (G_OBJECT (connection), PROBE_KEY, GINT_TO_POINTER (TRUE));
  if (get_acceleration (connection) == AVB_ACCELERATION_UNKNOWN)
    avb_machine_spec_set_accelerated (avb_draft_get_spec (draft), FALSE);
}

static AvbMachine *
create (AvbCreation *self, GError **error)
{
  g_autoptr (AvbMachine) machine = NULL;

  self->remains = remains_new (self->connection);
  avb_draft_await_probe (self->draft, self->operation);
  self->spec = avb_draft_dup_spec (self->draft);
  if (make_disks (self, error) && avb_unattended_prepare (self, error) && avb_cloud_prepare (self, error))
    {
      /* Who cancels from here on comes too late; who did before is heard in define(). */
      avb_operation_set_can_cancel (self->operation, FALSE);
      machine = define (self, error);
    }
  if (machine == NULL)
    {
      avb_operation_set_status (self->operation, _("Removing what was made"));
      clean_up (g_steal_pointer (&self->remains));
      return NULL;
    }
  if (self->start && !start_machine (self, machine, error))
    return NULL;
  return g_steal_pointer (&machine);
}

static DexFuture *
create_fiber (gpointer data)
{
  AvbCreation *self = data;
  GError *error = NULL;
  AvbMachine *machine = NULL;

  if (dex_await (avb_job_queue_enter (avb_library_get_queue (avb_draft_get_library (self->draft)), self->operation),
                 &error))
    machine = create (self, &error);
  avb_operation_finish (self->operation, error);
  return machine != NULL ? dex_future_new_take_object (machine) : dex_future_new_for_error (error);
}

DexFuture *
avb_draft_create (AvbDraft *self, AvbOperation *operation, gboolean start)
{
  AvbCreation *creation;
  DexFuture *future;

  dex_return_error_if_fail (AVB_IS_DRAFT (self));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  if (!avb_draft_get_can_create (self))
    {
      GError *error = avb_error_new (AVB_ERROR_INVALID, NULL, "%s", avb_draft_get_problem (self));

      avb_operation_finish (operation, error);
      return dex_future_new_for_error (error);
    }
  avb_library_add_job (avb_draft_get_library (self), operation);
  creation = g_new0 (AvbCreation, 1);
  creation->draft = g_object_ref (self);
  creation->connection = g_object_ref (avb_draft_get_connection (self));
  creation->operation = g_object_ref (operation);
  creation->start = start;
  future = avb_fiber_spawn (create_fiber, creation, creation_free);
  /* A caller that lost interest must not leave half a machine: the work goes on to its end. */
  avb_future_finish (dex_ref (future), "create a machine");
  return future;
}
