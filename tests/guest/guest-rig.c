/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "guest-rig.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-text-console.h"
#include "backends/libvirt/avb-libvirt-connection.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

DexFuture *
guest_rig_await (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  avb_test_spin (dex_ref (future), &error);
  g_assert_no_error (error);
  return future;
}

static gboolean
serial_cb (int fd, GIOCondition condition, gpointer data)
{
  GuestRig *rig = data;
  char      buffer[4096];
  gssize    n = read (fd, buffer, sizeof buffer);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      rig->source = 0;
      return G_SOURCE_REMOVE;
    }
  for (gssize i = 0; i < n; i++)
    if (buffer[i] != '\r' && buffer[i] != '\0')
      g_string_append_c (rig->written, buffer[i]);
  return G_SOURCE_CONTINUE;
}

static void
open_serial (GuestRig *rig)
{
  g_autoptr (DexFuture) listed = guest_rig_await (avb_machine_list_text_consoles (rig->machine));
  GPtrArray            *consoles = g_value_get_boxed (dex_future_get_value (listed, NULL));
  const AvbTextConsole *console = consoles->pdata[0];
  g_autoptr (DexFuture) opened = NULL;

  opened = guest_rig_await (avb_machine_open_text_console (rig->machine, console->name, TRUE));
  rig->serial = g_value_get_int (dex_future_get_value (opened, NULL));
  g_assert_cmpint (rig->serial, >=, 0);
  g_assert_true (g_unix_set_fd_nonblocking (rig->serial, TRUE, NULL));
  rig->source = g_unix_fd_add (rig->serial, G_IO_IN | G_IO_HUP, serial_cb, rig);
}

static void
send (GuestRig *rig, const char *text)
{
  gsize length = strlen (text);

  while (length > 0)
    {
      gssize n = write (rig->serial, text, length);

      if (n < 0)
        {
          g_assert_true (errno == EAGAIN || errno == EINTR);
          avb_test_pass_time ();
          continue;
        }
      text += n;
      length -= n;
    }
}

char *
guest_rig_run (GuestRig *rig, const char *command)
{
  g_autofree char *mark = g_strdup_printf ("<end of %u>", ++rig->number);
  /* In two parts, so that an echo is not the mark. */
  g_autofree char *line = g_strdup_printf ("%s\necho '<end of '%u'>'\n", command, rig->number);
  const char      *end;
  char            *output;

  g_assert_cmpuint (strlen (command), <, 4000);
  send (rig, line);
  avb_test_until_true (strstr (rig->written->str, mark) != NULL);
  end = strstr (rig->written->str, mark);
  output = g_strndup (rig->written->str, end - rig->written->str);
  g_string_erase (rig->written, 0, end - rig->written->str + strlen (mark));
  return g_strstrip (output);
}

void
guest_rig_expect (GuestRig *rig, const char *command, const char *expected)
{
  const gint64 end = g_get_monotonic_time () + AVB_TEST_TIMEOUT * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *output = guest_rig_run (rig, command);

      if (g_str_equal (output, expected))
        return;
      if (g_get_monotonic_time () > end)
        g_error ("%s: the guest wrote \"%s\" instead of \"%s\"", command, output, expected);
      for (int i = 0; i < 20; i++)
        avb_test_pass_time ();
    }
}

static AvbMachineSpec *
make_spec (const char *disc, const char *disk)
{
  AvbMachineSpec *spec = avb_session_test_spec ("Debian", disk);
  AvbDiskSpec    *cdrom = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, disc, "raw");

  cdrom->read_only = TRUE;
  cdrom->boot_order = 1;
  avb_machine_spec_add_disk (spec, cdrom);
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 768);
  /* spice-glib asks a sink for its volume that has none where there is no sound server. */
  avb_machine_spec_set_extra (spec, AVB_EXTRA_SOUND, FALSE);
  avb_machine_spec_set_graphics (spec, TRUE);
  return spec;
}

static DexFuture *
connect_fiber (gpointer data)
{
  GuestRig *rig = data;

  rig->connection = avb_session_test_connect ("qemu:///session");
  avb_session_test_wait_capabilities (rig->connection);
  return NULL;
}

typedef struct {
  GuestRig   *rig;
  const char *disc;
} Create;

static DexFuture *
create_fiber (gpointer data)
{
  Create   *create = data;
  GuestRig *rig = create->rig;
  g_autofree char *disk = avb_session_test_create_disk (rig->connection, "data");
  g_autoptr (AvbMachineSpec) spec = make_spec (create->disc, disk);

  rig->machine = avb_test_await_object (avb_connection_create_machine (rig->connection, spec));
  return NULL;
}

GuestRig *
guest_rig_new (const char *disc)
{
  GuestRig *rig = g_new0 (GuestRig, 1);
  Create    create = { rig, disc };

  rig->written = g_string_new (NULL);
  avb_test_run_fiber (connect_fiber, rig);
  avb_test_run_fiber (create_fiber, &create);
  dex_unref (guest_rig_await (avb_machine_start (rig->machine)));
  avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_RUNNING);
  open_serial (rig);
  avb_test_until_true (strstr (rig->written->str, "guest# ") != NULL);
  g_free (guest_rig_run (rig, "stty -echo; PS1=; PS2="));
  g_free (guest_rig_run (rig, "true"));
  return rig;
}

void
guest_rig_free (GuestRig *rig)
{
  g_clear_handle_id (&rig->source, g_source_remove);
  close (rig->serial);
  dex_unref (guest_rig_await (avb_machine_force_off (rig->machine)));
  avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_OFF);
  dex_unref (guest_rig_await (avb_machine_delete (rig->machine, AVB_DELETE_DISKS)));
  g_object_unref (rig->machine);
  dex_unref (guest_rig_await (avb_connection_close (rig->connection)));
  g_object_unref (rig->connection);
  g_string_free (rig->written, TRUE);
  g_free (rig);
}
