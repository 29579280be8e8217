/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Volumes of the session's host, in and out. Run in tests/tools/with-home. */

#define MIB (1024 * 1024)
#define OFFSET 1536 /* as in an archive: a multiple of 512, of nothing larger */

/* A disk of 4 MiB with a mark in its second. */
static char *
make_content (void)
{
  char *content = g_malloc0 (4 * MIB);

  memset (content + MIB, 0xa5, 4096);
  return content;
}

static void
assert_content (const char *path, gsize size)
{
  g_autofree char *content = make_content ();
  g_autofree char *read = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &read, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, size);
  g_assert_cmpmem (read, 4 * MIB, content, 4 * MIB);
}

static void
convert_to_raw (const char *format, const char *from, const char *to)
{
  const char *arguments[] = { "qemu-img", "convert", "-f", format, "-O", "raw", from, to, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static char *
create_volume (AvbConnection *connection, const AvbVolumeSpec *volume)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");

  return avb_test_await_string (avb_connection_create_volume (connection, volume, operation));
}

static DexFuture *
takes_a_member_of_an_archive (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *archive = g_build_filename (folder, "machine, with : signs.ova", NULL);
  g_autofree char *raw = g_build_filename (folder, "raw", NULL);
  g_autofree char *content = make_content ();
  g_autofree char *all = g_malloc0 (OFFSET + 5 * MIB);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  AvbVolumeSpec volume = { .name = "member", .format = "qcow2", .source = archive, .source_format = "raw",
                           .source_offset = OFFSET, .source_length = 4 * MIB, .capacity = 8 * MIB };

  memset (all, 0x11, OFFSET);
  memcpy (all + OFFSET, content, 4 * MIB);
  memset (all + OFFSET + 4 * MIB, 0x22, MIB);
  g_file_set_contents (archive, all, OFFSET + 5 * MIB, &error);
  g_assert_no_error (error);

  path = create_volume (connection, &volume);
  convert_to_raw ("qcow2", path, raw);
  assert_content (raw, 8 * MIB);
  avb_test_await (avb_connection_delete_volume (connection, path));

  /* Beyond what a file can be */
  {
    g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");

    volume.source_length = G_MAXUINT64;
    avb_test_await_error (avb_connection_create_volume (connection, &volume, operation), AVB_ERROR,
                          AVB_ERROR_INVALID);
  }
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

static void
export_as (AvbConnection *connection, const char *path, const char *folder, const char *format, gboolean compress)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Export");
  g_autofree char *destination = g_build_filename (folder, format, NULL);
  g_autofree char *raw = g_build_filename (folder, "back", NULL);
  AvbExportSpec spec = { .path = path, .format = "qcow2", .destination = destination,
                         .destination_format = format, .compress = compress };

  avb_test_await (avb_connection_export_volume (connection, &spec, operation));
  convert_to_raw (format, destination, raw);
  assert_content (raw, 4 * MIB);

  /* Nobody's file is written over. */
  avb_test_await_error (avb_connection_export_volume (connection, &spec, operation), AVB_ERROR, AVB_ERROR_EXISTS);
  g_assert_true (g_file_test (destination, G_FILE_TEST_EXISTS));
  g_unlink (destination);

  avb_operation_cancel (operation);
  avb_test_await_error (avb_connection_export_volume (connection, &spec, operation), G_IO_ERROR,
                        G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (destination, G_FILE_TEST_EXISTS));
}

/* An overlay, too, is written as a whole. */
static DexFuture *
exports_what_the_machine_sees (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *raw = g_build_filename (folder, "base", NULL);
  g_autofree char *content = make_content ();
  g_autofree char *base = NULL;
  g_autofree char *overlay = NULL;
  AvbVolumeSpec volume = { .name = "base", .format = "qcow2", .source = raw, .source_format = "raw" };
  AvbVolumeSpec upper = { .name = "overlay", .format = "qcow2", .backing_format = "qcow2" };

  g_assert_true (g_file_set_contents (raw, content, 4 * MIB, NULL));
  base = create_volume (connection, &volume);
  upper.backing = base;
  overlay = create_volume (connection, &upper);

  export_as (connection, overlay, folder, "vmdk", FALSE);
  export_as (connection, overlay, folder, "qcow2", TRUE);
  export_as (connection, overlay, folder, "raw", FALSE);

  avb_test_await (avb_connection_delete_volume (connection, overlay));
  avb_test_await (avb_connection_delete_volume (connection, base));
  {
    g_autoptr (AvbOperation) operation = avb_operation_new ("Export");
    AvbExportSpec spec = { .path = base, .format = "qcow2", .destination = "/tmp/nothing", .destination_format = "raw" };

    avb_test_await_error (avb_connection_export_volume (connection, &spec, operation), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  }
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Volume/takes-a-member-of-an-archive", takes_a_member_of_an_archive);
  avb_test_add_fiber ("/Avb/Volume/exports-what-the-machine-sees", exports_what_the_machine_sees);
  return g_test_run ();
}
