/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/app/avb-fake-connection.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-guest-command.h"

#define AVB_TYPE_FAKE_MACHINE (avb_fake_machine_get_type ())
G_DECLARE_FINAL_TYPE (AvbFakeMachine, avb_fake_machine, AVB, FAKE_MACHINE, AvbMachine)

struct _AvbFakeMachine
{
  AvbMachine parent_instance;

  AvbMachineSpec *spec;
};

struct _AvbFakeBackend
{
  AvbBackend parent_instance;
};

G_DEFINE_FINAL_TYPE (AvbFakeMachine, avb_fake_machine, AVB_TYPE_MACHINE)
G_DEFINE_FINAL_TYPE (AvbFakeConnection, avb_fake_connection, AVB_TYPE_CONNECTION)
G_DEFINE_FINAL_TYPE (AvbFakeBackend, avb_fake_backend, AVB_TYPE_BACKEND)

static AvbFakeConnection *
dup_connection (AvbMachine *machine)
{
  return AVB_FAKE_CONNECTION (avb_machine_dup_connection (machine));
}

static DexFuture *
avb_fake_machine_start (AvbMachine *machine)
{
  g_autoptr (AvbFakeConnection) connection = dup_connection (machine);

  if (connection->mood == AVB_FAKE_NO_START)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_FAILED, "native", "It is broken."));
  avb_machine_set_state (machine, AVB_MACHINE_RUNNING, 0);
  return dex_future_new_true ();
}

static DexFuture *
avb_fake_machine_save (AvbMachine *machine, AvbOperation *operation)
{
  g_autoptr (AvbFakeConnection) connection = dup_connection (machine);
  g_autoptr (GError) error = NULL;

  if (connection->mood == AVB_FAKE_NO_SPACE)
    error = avb_error_new (AVB_ERROR_NO_SPACE, NULL, "Full.");
  else
    avb_machine_set_state (machine, AVB_MACHINE_SAVED, 0);
  if (operation != NULL)
    avb_operation_finish (operation, error);
  return error == NULL ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

static DexFuture *
delete_fiber (gpointer data)
{
  AvbMachine *machine = data;
  g_autoptr (AvbFakeConnection) connection = dup_connection (machine);
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (connection));
  guint position;

  dex_await (dex_timeout_new_msec (1), NULL);
  if (connection->mood == AVB_FAKE_NO_DELETE)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, "It is held."));
  if (g_list_store_find (store, machine, &position))
    g_list_store_remove (store, position);
  return dex_future_new_true ();
}

static DexFuture *
avb_fake_machine_delete (AvbMachine *machine, AvbDeleteFlags flags)
{
  return dex_scheduler_spawn (NULL, 0, delete_fiber, g_object_ref (machine), g_object_unref);
}

static DexFuture *
avb_fake_machine_read_spec (AvbMachine *machine)
{
  AvbFakeMachine *self = AVB_FAKE_MACHINE (machine);

  return dex_future_new_take_object (avb_machine_spec_copy (self->spec));
}

static void
given_up_cb (GCancellable *cancellable, AvbFakeConnection *connection)
{
  connection->command_given_up = TRUE;
}

/* "hang": until it is given up; "late": takes too long; "noise": writes much of what is no text; else: the words and the input, and
 * what is wrong. */
static DexFuture *
avb_fake_machine_run_command (AvbMachine        *machine,
                              const char *const *words,
                              GBytes            *input,
                              guint              seconds,
                              GCancellable      *cancellable)
{
  g_autoptr (AvbFakeConnection) connection = dup_connection (machine);
  g_autofree char *joined = g_strjoinv ("|", (char **) words);
  AvbGuestCommand command = { .exit_code = 3 };
  g_autoptr (GString) output = g_string_new (joined);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) error = g_bytes_new_static ("wrong\xff", 6);

  if (g_str_equal (words[0], "hang"))
    {
      g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (given_up_cb), connection, 0);
      return DEX_FUTURE (dex_promise_new ());
    }
  if (g_str_equal (words[0], "late"))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "It took %u seconds.", seconds);
  if (input != NULL)
    g_string_append_len (output, g_bytes_get_data (input, NULL), g_bytes_get_size (input));
  if (g_str_equal (words[0], "noise"))
    {
      g_string_set_size (output, AVB_GUEST_COMMAND_MAX_OUTPUT);
      memset (output->str, 1, output->len);
    }
  bytes = g_bytes_new (output->str, output->len);
  command.output = bytes;
  command.error = error;
  return dex_future_new_take_boxed (AVB_TYPE_GUEST_COMMAND, avb_guest_command_copy (&command));
}

static void
avb_fake_machine_finalize (GObject *object)
{
  g_clear_object (&AVB_FAKE_MACHINE (object)->spec);
  G_OBJECT_CLASS (avb_fake_machine_parent_class)->finalize (object);
}

static void
avb_fake_machine_class_init (AvbFakeMachineClass *klass)
{
  AvbMachineClass *machine_class = AVB_MACHINE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = avb_fake_machine_finalize;
  machine_class->start = avb_fake_machine_start;
  machine_class->save = avb_fake_machine_save;
  machine_class->delete = avb_fake_machine_delete;
  machine_class->read_spec = avb_fake_machine_read_spec;
  machine_class->run_command = avb_fake_machine_run_command;
}

static void
avb_fake_machine_init (AvbFakeMachine *self)
{
}

static AvbMachine *
make_machine (AvbFakeConnection *self, AvbMachineSpec *spec, AvbMachineState state)
{
  g_autofree char *uuid = g_uuid_string_random ();
  AvbFakeMachine *machine = g_object_new (AVB_TYPE_FAKE_MACHINE, "uuid", uuid, NULL);

  machine->spec = avb_machine_spec_copy (spec);
  avb_machine_set_connection (AVB_MACHINE (machine), AVB_CONNECTION (self));
  avb_machine_set_name (AVB_MACHINE (machine), avb_machine_spec_get_name (spec));
  avb_machine_set_available (AVB_MACHINE (machine), TRUE);
  avb_machine_set_state (AVB_MACHINE (machine), state, 0);
  return AVB_MACHINE (machine);
}

AvbMachine *
avb_fake_connection_add (AvbFakeConnection *self, const char *name, AvbMachineState state)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (AvbMachine) machine = NULL;

  avb_machine_spec_set_name (spec, name);
  machine = make_machine (self, spec, state);
  g_list_store_append (avb_connection_get_store (AVB_CONNECTION (self)), machine);
  return machine; /* the store holds it */
}

void
avb_fake_connection_fill (AvbFakeConnection *self, guint count)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (GPtrArray) machines = g_ptr_array_new_with_free_func (g_object_unref);

  avb_machine_spec_set_name (spec, "one of many");
  for (guint i = 0; i < count; i++)
    g_ptr_array_add (machines, make_machine (self, spec, AVB_MACHINE_OFF));
  g_list_store_splice (avb_connection_get_store (AVB_CONNECTION (self)), 0, 0, machines->pdata, count);
}

static gboolean
back_cb (gpointer data)
{
  GListModel *machines = avb_connection_get_machines (data);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      avb_machine_set_available (machine, TRUE);
    }
  avb_connection_set_link (data, AVB_LINK_UP, NULL);
  return G_SOURCE_REMOVE;
}

static DexFuture *
avb_fake_connection_create_machine (AvbConnection *connection, AvbMachineSpec *spec)
{
  AvbFakeConnection *self = AVB_FAKE_CONNECTION (connection);
  g_autoptr (AvbMachine) machine = NULL;

  self->n_attempts++;
  if (self->mood == AVB_FAKE_REFUSES)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, NULL, "Refused."));
  if (self->mood == AVB_FAKE_TAKEN && self->n_attempts == 1)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_EXISTS, NULL, "Taken."));
  machine = make_machine (self, spec, AVB_MACHINE_OFF);
  g_list_store_append (avb_connection_get_store (connection), machine);
  if (self->mood == AVB_FAKE_BREAKS)
    {
      avb_connection_set_link (connection, AVB_LINK_LOST, "Gone.");
      g_timeout_add_full (G_PRIORITY_DEFAULT, 50, back_cb, g_object_ref (self), g_object_unref);
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "Gone."));
    }
  return dex_future_new_for_object (machine);
}

static DexFuture *
avb_fake_connection_create_volume (AvbConnection       *connection,
                                   const AvbVolumeSpec *volume,
                                   AvbOperation        *operation)
{
  AvbFakeConnection *self = AVB_FAKE_CONNECTION (connection);
  GCancellable *cancellable = avb_operation_get_cancellable (operation);
  char *path = g_build_filename (self->folder, volume->name, NULL);
  GError *error = NULL;

  self->volume_begun = TRUE;
  if (self->mood == AVB_FAKE_NO_SPACE)
    error = avb_error_new (AVB_ERROR_NO_SPACE, NULL, "Full.");
  else if (self->mood == AVB_FAKE_HANGS)
    {
      g_free (path);
      return dex_cancellable_new_from_cancellable (cancellable);
    }
  else
    g_file_set_contents (path, volume->source != NULL ? volume->source : "", -1, &error);
  if (error != NULL)
    {
      g_free (path);
      return dex_future_new_for_error (error);
    }
  return dex_future_new_take_string (path);
}

static DexFuture *
avb_fake_connection_delete_volume (AvbConnection *connection, const char *path)
{
  if (avb_connection_get_link (connection) != AVB_LINK_UP)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "Gone."));
  g_assert_cmpint (g_unlink (path), ==, 0);
  return dex_future_new_true ();
}

static DexFuture *
avb_fake_connection_read_free (AvbConnection *connection)
{
  AvbHostFree left = { .memory_mib = 4096, .disk_bytes = AVB_FAKE_CONNECTION (connection)->free_disk,
                       .disk_path = (char *) "/disks" };

  return dex_future_new_take_boxed (AVB_TYPE_HOST_FREE, avb_host_free_copy (&left));
}

static void
avb_fake_connection_finalize (GObject *object)
{
  g_free (AVB_FAKE_CONNECTION (object)->folder);
  G_OBJECT_CLASS (avb_fake_connection_parent_class)->finalize (object);
}

static void
avb_fake_connection_class_init (AvbFakeConnectionClass *klass)
{
  AvbConnectionClass *connection_class = AVB_CONNECTION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = avb_fake_connection_finalize;
  connection_class->create_machine = avb_fake_connection_create_machine;
  connection_class->create_volume = avb_fake_connection_create_volume;
  connection_class->delete_volume = avb_fake_connection_delete_volume;
  connection_class->read_free = avb_fake_connection_read_free;
}

static void
avb_fake_connection_init (AvbFakeConnection *self)
{
  self->free_disk = G_GUINT64_CONSTANT (1) << 40;
}

AvbFakeConnection *
avb_fake_connection_new (const char *uri, const char *folder)
{
  AvbFakeConnection *self = g_object_new (AVB_TYPE_FAKE_CONNECTION, "uri", uri, NULL);
  g_autoptr (AvbCapabilities) capabilities = avb_capabilities_new ();

  for (guint i = 0; i < AVB_N_FEATURES; i++)
    if (i != AVB_FEATURE_TPM)
      avb_capabilities_set_supported (capabilities, i);
  avb_capabilities_set_unsupported (capabilities, AVB_FEATURE_TPM, "There is no swtpm.");
  avb_capabilities_set_acceleration (capabilities, AVB_ACCELERATION_NONE, "Slow.", "Buy another.");
  avb_capabilities_set_host (capabilities, "x86_64", 8, 16384);
  avb_capabilities_add_architecture (capabilities, "x86_64");
  avb_connection_set_capabilities (AVB_CONNECTION (self), capabilities);
  avb_connection_set_is_local (AVB_CONNECTION (self), TRUE);
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_UP, NULL);
  self->folder = g_strdup (folder);
  return self;
}

static const char *
avb_fake_backend_get_id (AvbBackend *backend)
{
  return "fake";
}

static const char *
avb_fake_backend_get_default_uri (AvbBackend *backend)
{
  return "fake:///session";
}

static gboolean
avb_fake_backend_handles_uri (AvbBackend *backend, const char *uri)
{
  return g_str_has_prefix (uri, "fake:");
}

static DexFuture *
avb_fake_backend_probe (AvbBackend *backend)
{
  return dex_future_new_true ();
}

static AvbConnection *
avb_fake_backend_connect (AvbBackend *backend, const char *uri)
{
  return AVB_CONNECTION (avb_fake_connection_new (uri, NULL));
}

static void
avb_fake_backend_class_init (AvbFakeBackendClass *klass)
{
  AvbBackendClass *backend_class = AVB_BACKEND_CLASS (klass);

  backend_class->get_id = avb_fake_backend_get_id;
  backend_class->get_name = avb_fake_backend_get_id;
  backend_class->get_default_uri = avb_fake_backend_get_default_uri;
  backend_class->handles_uri = avb_fake_backend_handles_uri;
  backend_class->probe = avb_fake_backend_probe;
  backend_class->connect = avb_fake_backend_connect;
}

static void
avb_fake_backend_init (AvbFakeBackend *self)
{
}

GListModel *
avb_fake_backends (void)
{
  g_autoptr (AvbFakeBackend) backend = g_object_new (AVB_TYPE_FAKE_BACKEND, NULL);
  GListStore *store = g_list_store_new (AVB_TYPE_BACKEND);

  g_list_store_append (store, backend);
  return G_LIST_MODEL (store);
}
