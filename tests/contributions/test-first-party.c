/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "app/avb-machine-template.h"
#include "app/extensions/avb-extension-manifest.h"
#include "backends/avb-error.h"
#include "backends/avb-machine-stats.h"
#include "backends/avb-network-spec.h"
#include "tests/avb-boot-sector.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"
#include "tests/contributions/avb-extension-rig.h"

/* The program's own extensions as they are published, in the sandbox, with machines of real QEMU. */

#define GREETING "read through a sandbox"

static AvbMachine *
start_machine (AvbConnection *connection, AvbMachineSpec *spec)
{
  AvbMachine *machine = avb_test_await_object (avb_connection_create_machine (connection, spec));

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  return machine;
}

static void
remove_machine (AvbMachine *machine)
{
  if (avb_machine_can_force_off (machine))
    avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_can_delete (machine));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

/* A machine that halts in its first second, and needs nothing from then on. */
static AvbMachine *
start_idle_machine (AvbConnection *connection, const char *name, const char *folder)
{
  g_autofree char *image = g_build_filename (folder, "idle.img", NULL);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (name, NULL);
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, image, "raw");

  avb_test_write_boot_sector (image, "idle");
  disk->boot_order = 1;
  disk->read_only = TRUE;
  avb_machine_spec_add_disk (spec, disk);
  return start_machine (connection, spec);
}

/* --- nbdkit-disks --- */

static void
run_tool (const char *tool, const char *first, const char *second)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, tool, first, second, NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

static gboolean
file_has (const char *path, const char *part)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, part) != NULL;
}

static AvbMachineSpec *
make_served_spec (const char *socket, gboolean read_only, const char *serial)
{
  AvbMachineSpec *spec = avb_session_test_spec ("served-by-extension", NULL);
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, socket, "raw");

  disk->source = AVB_DISK_SOURCE_NBD;
  disk->read_only = read_only;
  disk->boot_order = 1;
  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_set_serial (spec, serial);
  return spec;
}

static DexFuture *
disks_fiber (gpointer data)
{
  static const char *const permissions[] = { "storage.serve", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("nbdkit-disks", connection, permissions);
  g_autofree char *images = g_build_filename (rig->data_dir, "images", NULL);
  g_autofree char *image = g_build_filename (images, "boot.img", NULL);
  g_autofree char *serial = g_build_filename (rig->folder, "serial.log", NULL);
  g_autofree char *socket = NULL;
  g_autofree char *refusal = NULL;
  g_autoptr (JsonObject) probe = avb_extension_rig_call (rig, "storage/probe", "{'target':'nbdkit'}");
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) attached = NULL;
  g_autoptr (JsonObject) memory = NULL;
  g_autoptr (JsonObject) detached = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  JsonObject *volume;

  g_assert_true (json_object_get_boolean_member (probe, "usable"));
  g_assert_no_errno (g_mkdir_with_parents (images, 0700));
  avb_test_write_boot_sector (image, GREETING);
  run_tool ("xz", "--block-size=65536", image);

  listed = avb_extension_rig_call (rig, "storage/list", "{'target':'nbdkit'}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (listed, "volumes")), ==, 1);
  volume = json_array_get_object_element (json_object_get_array_member (listed, "volumes"), 0);
  g_assert_cmpstr (json_object_get_string_member (volume, "id"), ==, "file:boot.img.xz");
  g_assert_cmpint (json_object_get_int_member (volume, "size"), ==, 1 << 20);
  g_assert_true (json_object_get_boolean_member (volume, "read_only"));

  attached = avb_extension_rig_call (
      rig, "storage/attach", "{'target':'nbdkit','volume':'file:boot.img.xz','machine':{'id':'m1'},'read_only':true}");
  g_assert_cmpstr (json_object_get_string_member (attached, "kind"), ==, "nbd-unix");
  g_assert_cmpstr (json_object_get_string_member (attached, "format"), ==, "raw");
  socket = avb_extension_rig_path (rig, json_object_get_string_member (attached, "path"));
  g_assert_true (g_file_test (socket, G_FILE_TEST_EXISTS));

  spec = make_served_spec (socket, TRUE, serial);
  machine = start_machine (connection, spec);
  avb_test_until_true (file_has (serial, GREETING));
  remove_machine (machine);

  /* One that is in use is not deleted, and no name leads out of the folder. */
  refusal = avb_extension_rig_refuse (rig, "storage/delete", "{'target':'nbdkit','volume':'file:boot.img.xz'}");
  g_assert_nonnull (strstr (refusal, "uses this disk"));
  g_clear_pointer (&refusal, g_free);
  refusal = avb_extension_rig_refuse (rig, "storage/attach", "{'target':'nbdkit','volume':'file:../volumes.json'}");
  g_assert_nonnull (strstr (refusal, "no such disk"));
  detached = avb_extension_rig_call (rig, "storage/detach", "{'target':'nbdkit','path':'%s'}",
                                     json_object_get_string_member (attached, "path"));
  g_assert_false (g_file_test (socket, G_FILE_TEST_EXISTS));

  memory = avb_extension_rig_call (
      rig, "storage/create", "{'target':'nbdkit','title':'Fast','size':8388608,'options':{'place':'memory'}}");
  volume = json_object_get_object_member (memory, "volume");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (volume, "id"), "memory:"));
  g_assert_cmpint (json_object_get_int_member (volume, "size"), ==, 8388608);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- idle-watcher --- */

static DexFuture *
idle_fiber (gpointer data)
{
  static const char *const permissions[] = { "machines.read", "machines.control", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("idle-watcher", connection, permissions);
  g_autoptr (AvbMachine) machine = start_idle_machine (connection, "idler", rig->folder);
  g_autofree char *kept = NULL;
  g_autoptr (JsonObject) started = NULL;
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  /* It was seen four days ago, and a day ago, and had done nothing. */
  kept = g_strdup_printf ("{'%s':{'since':%" G_GINT64_FORMAT ",'time':%" G_GINT64_FORMAT ",'cpu':0.0,'bytes':0}}",
                          avb_machine_get_uuid (machine), now - 4 * 86400, now - 86400);
  avb_extension_rig_keep (rig, "watch", kept);
  started = avb_extension_rig_call (rig, "monitor/start", "{'monitor':'idle'}");
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_SAVED);
  avb_test_until_true (g_hash_table_contains (rig->samples, "idle"));

  g_assert_cmpuint (rig->asked->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (rig->asked, 0), ==, "Save “idler”?");
  g_assert_cmpuint (rig->actions->len, ==, 1);
  g_assert_cmpuint (rig->events->len, ==, 2);
  g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (rig->events, 0), "text"), ==,
                   "“idler” has been idle for 4 days.");
  remove_machine (machine);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Who did not allow it is told, and not asked. */
static DexFuture *
idle_without_permission_fiber (gpointer data)
{
  static const char *const permissions[] = { "machines.read", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("idle-watcher", connection, permissions);
  g_autoptr (AvbMachine) machine = start_idle_machine (connection, "idler", rig->folder);
  g_autofree char *kept = NULL;
  g_autoptr (JsonObject) started = NULL;
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  kept = g_strdup_printf ("{'%s':{'since':%" G_GINT64_FORMAT ",'time':%" G_GINT64_FORMAT ",'cpu':0.0,'bytes':0}}",
                          avb_machine_get_uuid (machine), now - 4 * 86400, now - 86400);
  avb_extension_rig_keep (rig, "watch", kept);
  started = avb_extension_rig_call (rig, "monitor/start", "{'monitor':'idle'}");
  avb_test_until_true (g_hash_table_contains (rig->samples, "idle"));
  g_assert_cmpuint (rig->events->len, ==, 1);
  g_assert_cmpuint (rig->asked->len, ==, 0);
  g_assert_cmpuint (rig->actions->len, ==, 0);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);
  remove_machine (machine);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- host-health --- */

static gint64
read_meminfo (const char *name)
{
  g_autofree char *text = NULL;
  g_autofree char *start = g_strconcat ("\n", name, ":", NULL);
  const char *found;

  g_assert_true (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL));
  found = g_str_has_prefix (text, name) ? text + strlen (name) + 1 : strstr (text, start) + strlen (start);
  return g_ascii_strtoll (found, NULL, 10) * 1024;
}

static JsonObject *
find_node (JsonObject *node, const char *id)
{
  JsonArray *children = json_object_has_member (node, "children") ? json_object_get_array_member (node, "children") : NULL;

  if (g_strcmp0 (json_object_get_string_member_with_default (node, "id", NULL), id) == 0)
    return node;
  for (guint i = 0; children != NULL && i < json_array_get_length (children); i++)
    {
      JsonObject *found = find_node (json_array_get_object_element (children, i), id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* From within the sandbox it is the same that is seen from here. */
static DexFuture *
health_fiber (gpointer data)
{
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("host-health", NULL, NULL);
  g_autoptr (JsonObject) panel = avb_extension_rig_call (rig, "panel/open", "{'panel':'health'}");
  g_autoptr (JsonObject) started = avb_extension_rig_call (rig, "monitor/start", "{'monitor':'health'}");
  JsonObject *root = json_object_get_object_member (panel, "root");
  JsonObject *values, *memory;
  struct statvfs disk;

  avb_test_until_true (g_hash_table_contains (rig->samples, "health"));
  values = json_object_get_object_member (g_hash_table_lookup (rig->samples, "health"), "values");
  g_assert_cmpint (json_object_get_int_member (values, "memory_total_bytes"), ==, read_meminfo ("MemTotal"));
  g_assert_cmpint (json_object_get_int_member (values, "swap_total_bytes"), ==, read_meminfo ("SwapTotal"));
  g_assert_cmpint (json_object_get_int_member (values, "memory_used_bytes"), >, 0);
  g_assert_cmpint (json_object_get_int_member (values, "memory_used_bytes"), <, read_meminfo ("MemTotal"));
  g_assert_true (json_object_has_member (values, "load1"));
  g_assert_no_errno (statvfs (rig->data_dir, &disk));
  g_assert_cmpint (json_object_get_int_member (values, "disk_total_bytes"), ==, (gint64) (disk.f_blocks * disk.f_frsize));
  g_assert_cmpint (json_object_has_member (values, "ksm_saved_bytes"), ==,
                   g_file_test ("/sys/kernel/mm/ksm/pages_sharing", G_FILE_TEST_EXISTS));

  memory = find_node (root, "memory");
  g_assert_cmpstr (json_object_get_string_member (memory, "kind"), ==, "progress");
  g_assert_cmpfloat (json_object_get_double_member (memory, "value"), >, 0);
  g_assert_nonnull (find_node (root, "load"));
  g_assert_nonnull (find_node (root, "disk"));
  g_assert_nonnull (find_node (root, "ksm"));
  return NULL;
}

/* --- prometheus-exporter --- */

/* The grammar of the text format, and that each sample has a type before it. (nullable): what is wrong */
static char *
find_format_error (const char *text)
{
  g_autoptr (GRegex) sample = g_regex_new ("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\""
                                           "(,[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\")*\\})? "
                                           "([+-]?[0-9.]+([eE][+-]?[0-9]+)?|NaN|[+-]Inf)$",
                                           0, 0, NULL);
  g_autoptr (GHashTable) types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  if (n < 2 || *lines[n - 1] != '\0')
    return g_strdup ("the last line does not end");
  for (guint i = 0; i < n - 1; i++)
    {
      g_autoptr (GMatchInfo) match = NULL;
      g_autofree char *name = NULL;

      if (g_str_has_prefix (lines[i], "# HELP "))
        continue;
      if (g_str_has_prefix (lines[i], "# TYPE "))
        {
          g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);

          if (g_strv_length (words) != 4 || !g_hash_table_add (types, g_strdup (words[2])))
            return g_strdup (lines[i]);
          continue;
        }
      if (!g_regex_match (sample, lines[i], 0, &match))
        return g_strdup (lines[i]);
      name = g_match_info_fetch (match, 1);
      if (!g_hash_table_contains (types, name))
        return g_strdup (lines[i]);
    }
  return NULL;
}

static void
assert_metrics (const char *text, AvbMachine *machine)
{
  g_autofree char *problem = find_format_error (text);
  g_autofree char *state = g_strdup_printf ("alpha_vbox_machine_state{machine=\"%s\",name=\"measured\",state=\"running\"} 1\n",
                                            avb_machine_get_uuid (machine));
  g_autofree char *cpu = g_strdup_printf ("alpha_vbox_machine_cpu_seconds_total{machine=\"%s\",name=\"measured\"} ",
                                          avb_machine_get_uuid (machine));
  const char *found = strstr (text, cpu);
  g_autoptr (AvbMachineStats) stats = avb_test_await_boxed (avb_machine_read_stats (machine));
  guint64 value = 0;

  g_assert_cmpstr (problem, ==, NULL);
  g_assert_nonnull (strstr (text, state));
  g_assert_nonnull (found);
  g_assert_true (avb_machine_stats_get (stats, AVB_STAT_CPU_TIME_NS, &value));
  g_assert_cmpfloat (g_ascii_strtod (found + strlen (cpu), NULL), >, 0);
  g_assert_cmpfloat (g_ascii_strtod (found + strlen (cpu), NULL), <=, (double) value / 1e9 + 0.001);
}

static DexFuture *
ask_thread (gpointer data)
{
  const char *path = data;
  static const char request[] = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GError *error = NULL;
  char buffer[4096];
  gssize n;

  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  if (connection == NULL
      || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                                     strlen (request), NULL, NULL, &error))
    return dex_future_new_for_error (error);
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL,
                                   &error))
         > 0)
    g_string_append_len (text, buffer, n);
  return error != NULL ? dex_future_new_for_error (error)
                       : dex_future_new_take_string (g_string_free_and_steal (g_steal_pointer (&text)));
}

static DexFuture *
exporter_fiber (gpointer data)
{
  static const char *const permissions[] = { "machines.read", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("prometheus-exporter", connection, permissions);
  g_autoptr (AvbMachine) machine = start_idle_machine (connection, "measured", rig->folder);
  g_autofree char *file = g_build_filename (rig->data_dir, "metrics", "alpha-vbox.prom", NULL);
  g_autofree char *socket = g_build_filename (rig->runtime_dir, "metrics.sock", NULL);
  g_autofree char *text = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (JsonObject) started = avb_extension_rig_call (rig, "monitor/start", "{'monitor':'metrics'}");

  avb_test_until_true (g_hash_table_contains (rig->samples, "metrics"));
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  assert_metrics (text, machine);
  answer = avb_test_await_string (avb_blocking_run (ask_thread, g_strdup (socket), g_free));
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.0 200 "));
  g_assert_nonnull (strstr (answer, "\r\n\r\n"));
  assert_metrics (strstr (answer, "\r\n\r\n") + 4, machine);
  remove_machine (machine);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- machine-report, simple-networks --- */

static DexFuture *
report_fiber (gpointer data)
{
  static const char *const permissions[] = { "machines.read", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("machine-report", connection, permissions);
  g_autoptr (AvbMachine) machine = start_idle_machine (connection, "reported", rig->folder);
  const char *uuid = avb_machine_get_uuid (machine);
  g_autoptr (JsonObject) answer = avb_extension_rig_call (rig, "command/run", "{'command':'report','machine':{'id':'%s'}}", uuid);
  g_autoptr (JsonObject) check = avb_extension_rig_call (rig, "lab/check", "{'check':'runs','machines':[{'id':'%s'}]}", uuid);
  g_autoptr (JsonObject) meter = avb_extension_rig_call (rig, "command/run", "{'command':'meter','machine':{'id':'%s'}}", uuid);
  g_autofree char *refusal = avb_extension_rig_refuse (rig, "command/run", "{'command':'report'}");
  const char *report = json_object_get_string_member (answer, "report");

  g_assert_nonnull (strstr (report, "Report of “reported”"));
  g_assert_nonnull (strstr (report, "State: running"));
  g_assert_nonnull (strstr (report, "processor time: "));
  g_assert_cmpstr (json_object_get_string_member (check, "result"), ==, "unknown");
  g_assert_cmpstr (json_object_get_string_member (meter, "panel"), ==, "meter");
  g_assert_nonnull (strstr (refusal, "No machine"));
  remove_machine (machine);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* What it names can be made: by libvirt's test driver here. */
static DexFuture *
networks_fiber (gpointer data)
{
  static const char *const permissions[] = { "network.attach", NULL };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  g_autoptr (AvbExtensionRig) rig = avb_extension_rig_new ("simple-networks", NULL, permissions);
  g_autoptr (JsonObject) one = avb_extension_rig_call (rig, "network/create", "{'network':'nat','title':'My Lab'}");
  g_autoptr (JsonObject) two = avb_extension_rig_call (rig, "network/create", "{'network':'isolated','title':'My Lab'}");
  const char *instance = json_object_get_string_member (one, "instance");
  g_autoptr (JsonObject) attached = NULL;
  g_autofree char *refusal = NULL;
  AvbNetworkSpec network = { .nat = TRUE, .dhcp = TRUE };

  g_assert_cmpstr (instance, ==, "avb-my-lab");
  g_assert_cmpstr (json_object_get_string_member (two, "instance"), ==, "avb-my-lab-2");
  attached = avb_extension_rig_call (rig, "network/attach", "{'network':'nat','instance':'%s'}", instance);
  g_assert_cmpstr (json_object_get_string_member (attached, "kind"), ==, "nat");
  network.name = json_object_get_string_member (attached, "name");
  network.subnet = json_object_get_string_member (attached, "subnet");
  avb_test_await (avb_connection_ensure_network (connection, &network));
  refusal = avb_extension_rig_refuse (rig, "network/attach", "{'network':'isolated','instance':'%s'}", instance);
  g_assert_nonnull (strstr (refusal, "no such network"));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- machine-templates --- */

static void
test_templates (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("AVB_EXTENSIONS"), "machine-templates", "manifest.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *templates;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  bytes = g_bytes_new (text, length);
  manifest = avb_extension_manifest_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  templates = json_object_get_array_member (avb_extension_manifest_get_contributes (manifest), "templates");
  g_assert_cmpuint (json_array_get_length (templates), >=, 8);
  for (guint i = 0; i < json_array_get_length (templates); i++)
    {
      JsonObject *object = json_array_get_object_element (templates, i);
      g_autoptr (AvbMachineTemplate) template
          = avb_machine_template_new (avb_extension_manifest_get_id (manifest), "Title", NULL, object, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (avb_machine_template_get_memory_mib (template), >, 0);
    }
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/FirstParty/templates", test_templates);
  avb_test_add_fiber ("/Avb/FirstParty/host-health", health_fiber);
  avb_test_add_fiber ("/Avb/FirstParty/nbdkit-disks", disks_fiber);
  avb_test_add_fiber ("/Avb/FirstParty/idle-watcher", idle_fiber);
  avb_test_add_fiber ("/Avb/FirstParty/idle-watcher-without-permission", idle_without_permission_fiber);
  avb_test_add_fiber ("/Avb/FirstParty/machine-report", report_fiber);
  avb_test_add_fiber ("/Avb/FirstParty/simple-networks", networks_fiber);
  if (g_getenv ("AVB_HAVE_EXPORTER") != NULL)
    avb_test_add_fiber ("/Avb/FirstParty/prometheus-exporter", exporter_fiber);
  return g_test_run ();
}
