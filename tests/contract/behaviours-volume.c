/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "tests/contract/contract.h"

static char *
create (Contract *c, const AvbVolumeSpec *volume)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  char *path = avb_test_await_string (avb_connection_create_volume (c->connection, volume, operation));

  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_RUNNING);
  g_assert_true (c->host->volume_exists (path));
  return path;
}

static void
refuse (Contract *c, const AvbVolumeSpec *volume, AvbError code)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");

  avb_test_await_error (
      avb_connection_create_volume (c->connection, volume, operation), AVB_ERROR, code);
}

static void
create_and_delete (Contract *c)
{
  AvbVolumeSpec volume
      = { .name = "contract", .format = c->host->volume_format, .capacity = 64 << 20 };
  g_autofree char *first = create (c, &volume);
  g_autofree char *second = create (c, &volume);
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, "contract-disk");
  g_autoptr (AvbMachine) machine = NULL;

  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (c->host->count_volumes (), ==, 2);
  avb_machine_spec_add_disk (spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, c->host->disk_bus, first,
                                                      c->host->volume_format));
  machine = contract_create_spec (c, spec);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  contract_remove (c, machine);

  avb_test_await (avb_connection_delete_volume (c->connection, first));
  g_assert_false (c->host->volume_exists (first));
  /* Gone already is no error. */
  avb_test_await (avb_connection_delete_volume (c->connection, first));
  avb_test_await (avb_connection_delete_volume (c->connection, second));
}

static void
names (Contract *c)
{
  static const char *const wishes[]
      = { "../../etc/passwd", "na\nme:,x", "", ".hidden", "ü 機 \xe2\x80\xae x", "a\\b", "con", "x*?\"<>|" };

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    {
      AvbVolumeSpec volume
          = { .name = wishes[i], .format = c->host->volume_format, .capacity = 8 << 20 };
      g_autofree char *path = create (c, &volume);

      g_assert_null (strstr (path, "/.."));
      g_assert_null (strchr (path, '\n'));
      g_assert_cmpuint (c->host->count_volumes (), ==, 1);
      avb_test_await (avb_connection_delete_volume (c->connection, path));
    }
}

static void
overlay (Contract *c)
{
  g_autofree char *base = contract_make_volume (c, "contract");
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  AvbVolumeSpec volume = { .name = "overlay",
                           .format = c->host->volume_format,
                           .backing = base,
                           .backing_format = c->host->volume_format };
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachine) machine = NULL;

  path = dex_await_string (avb_connection_create_volume (c->connection, &volume, operation), &error);
  if (path == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      g_assert_cmpuint (c->host->count_volumes (), ==, 1);
      contract_refused (c, error->message);
      return;
    }
  g_ptr_array_insert (c->volumes, 0, g_strdup (path));
  g_assert_true (c->host->volume_exists (path));
  spec = contract_make_spec (c, "contract-overlay");
  avb_machine_spec_add_disk (
      spec,
      avb_disk_spec_new (AVB_DISK_DEVICE_DISK, c->host->disk_bus, path, c->host->volume_format));
  machine = contract_create_spec (c, spec);
  contract_bring (machine, AVB_MACHINE_RUNNING);
}

static void
invalid (Contract *c)
{
  AvbVolumeSpec unknown = { .name = "contract", .format = "zip", .capacity = 8 << 20 };
  AvbVolumeSpec empty = { .name = "contract", .format = c->host->volume_format };
  AvbVolumeSpec formatless = { .name = "contract", .capacity = 8 << 20 };
  AvbVolumeSpec source = { .name = "contract", .format = c->host->volume_format, .source = "/x" };
  AvbVolumeSpec huge
      = { .name = "contract", .format = c->host->volume_format, .capacity = G_MAXUINT64 };
  AvbVolumeSpec both = { .name = "contract",
                         .format = c->host->volume_format,
                         .source = "/x",
                         .source_format = "raw",
                         .backing = "/y",
                         .backing_format = c->host->volume_format };

  refuse (c, &unknown, AVB_ERROR_INVALID);
  refuse (c, &empty, AVB_ERROR_INVALID);
  refuse (c, &formatless, AVB_ERROR_INVALID);
  refuse (c, &source, AVB_ERROR_INVALID);
  refuse (c, &huge, AVB_ERROR_INVALID);
  refuse (c, &both, AVB_ERROR_INVALID);
  g_assert_cmpuint (c->host->count_volumes (), ==, 0);
}

/* A source that is larger than the disk is not cut off; one that is smaller leaves room. */
static void
copy (Contract *c)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *source = g_build_filename (folder, "source & <b>.img", NULL);
  g_autofree char *content = g_malloc0 (4 << 20);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  AvbVolumeSpec volume = { .name = "contract",
                           .format = c->host->volume_format,
                           .source = source,
                           .source_format = "raw",
                           .capacity = 8 << 20 };

  memset (content, 'x', 4096);
  g_assert_true (g_file_set_contents (source, content, 4 << 20, NULL));
  path = dex_await_string (avb_connection_create_volume (c->connection, &volume, operation), &error);
  if (path == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      contract_refused (c, error->message);
    }
  else
    {
      g_assert_true (c->host->volume_exists (path));
      avb_test_await (avb_connection_delete_volume (c->connection, path));
      volume.capacity = 1 << 20;
      refuse (c, &volume, AVB_ERROR_INVALID);
    }
  g_assert_cmpuint (c->host->count_volumes (), ==, 0);
  avb_test_remove_folder (folder);
}

/* Only what this program made goes. */
static void
foreign (Contract *c)
{
  g_autofree char *stranger = c->host->make_stranger ();

  avb_test_await_error (
      avb_connection_delete_volume (c->connection, stranger), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_assert_true (c->host->volume_exists (stranger));
}

const ContractBehaviour contract_volume_behaviours[] = {
  { "volume-create-and-delete", create_and_delete },
  { "volume-hostile-names", names },
  { "volume-overlay", overlay },
  { "volume-copy", copy },
  { "volume-invalid", invalid },
  { "volume-of-others-stays", foreign },
  { NULL, NULL },
};
