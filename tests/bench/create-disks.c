/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "create-disks.h"

#include <glib/gstdio.h>

#include "backends/avb-builtin-backends.h"
#include "tests/backends/avb-session-test.h"

static gboolean
is_up (AvbConnection *connection)
{
  return avb_connection_get_link (connection) == AVB_LINK_UP;
}

static gboolean
is_known (AvbConnection *connection)
{
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);

  return avb_capabilities_get_acceleration (capabilities) != AVB_ACCELERATION_UNKNOWN;
}

AvbConnection *
create_disks_connect (AvbLibrary **library)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  g_autoptr (GError) error = NULL;
  AvbConnection *connection;

  *library = avb_library_new (backends);
  connection = avb_library_open (*library, "qemu:///session", &error);
  g_assert_no_error (error);
  avb_test_until (is_up, connection);
  /* The window has known it for long when somebody imports a machine. */
  avb_test_until (is_known, connection);
  return connection;
}

static char *
make_disk (AvbConnection *connection, const char *name, guint mib, gboolean compressible)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Filling a disk");
  g_autofree char *file = g_strconcat (name, ".source", NULL);
  g_autofree char *source = create_place_path (file);
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .source = source, .source_format = "raw" };
  g_autoptr (GError) error = NULL;
  char *disk;

  create_place_write_data (source, mib, compressible, &error);
  g_assert_no_error (error);
  disk = avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
  g_unlink (source);
  return disk;
}

AvbMachine *
create_disks_make_machine (AvbConnection *connection,
                           const char    *name,
                           guint          mib,
                           gboolean       compressible,
                           char         **disk)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  AvbMachine *machine;

  *disk = make_disk (connection, name, mib, compressible);
  spec = avb_session_test_spec (name, *disk);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_load_details (machine));
  return machine;
}

void
create_disks_prepare_turn (const char *path)
{
  g_autoptr (GError) error = NULL;

  create_place_prepare_turn (path, &error);
  g_assert_no_error (error);
}

void
create_disks_run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);

  g_assert_no_error (error);
  avb_test_await (dex_subprocess_wait_check (process));
}
