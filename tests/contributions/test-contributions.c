/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <libvirt/libvirt.h>
#include <signal.h>
#include <string.h>

#include "app/contributions/avb-attached-network.h"
#include "app/contributions/avb-machine-command.h"
#include "app/contributions/avb-monitor-list.h"
#include "app/contributions/avb-recipe-list.h"
#include "app/contributions/avb-served-disks.h"
#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-extension-private.h"
#include "backends/avb-error.h"
#include "backends/avb-network-spec.h"
#include "tests/avb-boot-sector.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"
#include "tests/contributions/avb-program-rig.h"

/* What the program makes of contributions: its own extensions, from its own marketplace, with its host, in the sandbox, with
 * machines of real QEMU. */

#define GREETING "started from a served disk"

static AvbMachine *
make_machine (AvbProgramRig *rig, const char *name, const char *serial)
{
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (name, NULL);
  g_autoptr (AvbMachine) machine = NULL;

  if (serial != NULL)
    avb_machine_spec_set_serial (spec, serial);
  machine = avb_test_await_object (avb_connection_create_machine (rig->connection, spec));
  /* The library's own. */
  avb_test_until_true (avb_library_find (rig->library, avb_machine_get_uuid (machine)) != NULL);
  return g_object_ref (avb_library_find (rig->library, avb_machine_get_uuid (machine)));
}

static void
remove_machine (AvbMachine *machine)
{
  if (avb_machine_can_force_off (machine))
    avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_can_delete (machine));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

/* --- the marketplace that comes with the program --- */

/* Nothing but what is installed: no network, no setup. */
static DexFuture *
marketplace_fiber (gpointer data)
{
  static const char *const names[] = { "host-health", "idle-watcher", "machine-report", "machine-templates",
                                       "nbdkit-disks", "os-recipes", "simple-networks" };
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbMarketSource) source = g_list_model_get_item (avb_marketplace_get_sources (rig->marketplace), 0);

  g_assert_cmpint (avb_market_source_get_state (source), ==, AVB_MARKET_SOURCE_READY);
  g_assert_cmpint (avb_market_source_get_origin (source), ==, AVB_MARKET_ORIGIN_BUILTIN);
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_entries (rig->marketplace)), ==,
                    G_N_ELEMENTS (names) + (g_getenv ("AVB_HAVE_EXPORTER") != NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, names[i]);

      g_assert_nonnull (extension);
      g_assert_cmpint (avb_extension_get_state (extension), <=, AVB_EXTENSION_RUNNING);
    }
  return NULL;
}

/* Offered beside what libosinfo has, and found by name. */
static DexFuture *
catalogue_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbRecipeList) recipes = avb_recipe_list_new (avb_extension_host_get_contributions (rig->host));
  g_autoptr (AvbExtension) packs = NULL;
  g_autoptr (AvbExtension) templates = NULL;
  g_autoptr (AvbContribution) template = NULL;
  g_autoptr (AvbMachineTemplate) rendered = NULL;
  guint matching = 0;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (recipes)), ==, 0);
  packs = avb_program_rig_install (rig, "os-recipes");
  avb_test_until_true (g_list_model_get_n_items (G_LIST_MODEL (recipes)) >= 10);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (recipes)); i++)
    {
      g_autoptr (AvbCatalogEntry) entry = g_list_model_get_item (G_LIST_MODEL (recipes), i);

      g_assert_true (g_str_has_prefix (avb_catalog_entry_get_id (entry), "org.alphavbox.os-recipes/"));
      matching += avb_catalog_entry_matches (entry, "debian");
    }
  g_assert_cmpuint (matching, >, 0);
  templates = avb_program_rig_install (rig, "machine-templates");
  template = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_TEMPLATE, "machine-templates", "light-linux");
  rendered = avb_test_await_object (avb_contribution_render_template (template, NULL));
  g_assert_cmpuint (avb_machine_template_get_memory_mib (rendered), >, 0);
  return NULL;
}

/* --- served disks --- */

static guint
count_greetings (const char *path)
{
  g_autofree char *text = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *found = text; (found = strstr (found, GREETING)) != NULL; found++)
    n++;
  return n;
}

static void
put_image (AvbExtension *extension)
{
  g_autofree char *folder = g_build_filename (avb_extension_get_data_dir (extension), "images", NULL);
  g_autofree char *image = g_build_filename (folder, "boot.img", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  avb_test_write_boot_sector (image, GREETING);
}

static gboolean
is_listening (const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

/* At a restart of the machine its firmware reads the disk anew. */
static void
assert_served_again (AvbMachine *machine, const char *path, const char *serial)
{
  guint before = count_greetings (serial);

  avb_test_until_true (is_listening (path));
  avb_test_await (avb_machine_reset (machine));
  avb_test_until_true (count_greetings (serial) > before);
}

static DexFuture *
disks_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("qemu:///session");
  g_autofree char *serial = g_build_filename (rig->folder, "serial.log", NULL);
  g_autofree char *path = NULL;
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "nbdkit-disks");
  const char *id = "org.alphavbox.nbdkit-disks";
  g_autoptr (AvbContribution) target = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_STORAGE, "nbdkit-disks", "nbdkit");
  g_autoptr (AvbServedDisks) disks = avb_served_disks_new (rig->library, rig->host);
  g_autoptr (AvbMachine) machine = make_machine (rig, "served", serial);
  g_autoptr (GPtrArray) named = NULL;

  put_image (extension);
  avb_test_await (avb_served_disks_add (disks, machine, target, "file:boot.img", NULL, TRUE, TRUE));
  avb_test_await_error (avb_served_disks_add (disks, machine, target, "file:boot.img", NULL, TRUE, TRUE), AVB_ERROR,
                        AVB_ERROR_EXISTS);
  named = avb_served_disks_read (machine);
  g_assert_cmpuint (named->len, ==, 1);
  path = g_strdup (((AvbServedDisk *) g_ptr_array_index (named, 0))->path);
  g_assert_cmpuint (avb_served_disks_count (disks, NULL), ==, 0);

  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (count_greetings (serial) == 1);
  avb_test_until_true (avb_served_disks_count (disks, id) == 1);
  g_assert_cmpuint (avb_served_disks_count (disks, NULL), ==, 1);
  g_assert_cmpuint (avb_served_disks_count (disks, "org.example.other"), ==, 0);

  /* What served it dies: it is served again, and the machine waited. */
  kill (avb_extension_process_get_pid (avb_extension_get_process (extension)), SIGKILL);
  avb_test_until_true (avb_extension_get_state (extension) != AVB_EXTENSION_RUNNING);
  avb_test_until_true (avb_extension_get_state (extension) == AVB_EXTENSION_RUNNING);
  assert_served_again (machine, path, serial);

  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_served_disks_count (disks, NULL) == 0);

  /* Nobody would serve it: the machine does not start, and says whose fault that is. */
  avb_program_rig_set_enabled (rig, "nbdkit-disks", FALSE);
  avb_test_until_true (avb_extension_get_state (extension) == AVB_EXTENSION_DISABLED);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_program_rig_set_enabled (rig, "nbdkit-disks", TRUE);

  avb_test_await (avb_served_disks_remove (disks, machine, path));
  avb_test_await_error (avb_served_disks_remove (disks, machine, path), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_clear_pointer (&named, g_ptr_array_unref);
  named = avb_served_disks_read (machine);
  g_assert_cmpuint (named->len, ==, 0);
  remove_machine (machine);
  return NULL;
}

/* The program ends while the machine runs; the machine waits, and goes on with the next one. */
static DexFuture *
disks_restart_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("qemu:///session");
  g_autofree char *serial = g_build_filename (rig->folder, "serial.log", NULL);
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "nbdkit-disks");
  g_autoptr (AvbContribution) target = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_STORAGE, "nbdkit-disks", "nbdkit");
  g_autoptr (AvbServedDisks) disks = avb_served_disks_new (rig->library, rig->host);
  g_autoptr (AvbMachine) machine = make_machine (rig, "left", serial);
  g_autoptr (AvbServedDisks) later = NULL;
  g_autoptr (GPtrArray) named = NULL;
  const char *path;

  put_image (extension);
  avb_test_await (avb_served_disks_add (disks, machine, target, "file:boot.img", NULL, TRUE, TRUE));
  named = avb_served_disks_read (machine);
  path = ((AvbServedDisk *) g_ptr_array_index (named, 0))->path;
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (count_greetings (serial) == 1);

  g_clear_object (&target);
  g_clear_object (&extension);
  avb_test_await (avb_extension_host_stop (rig->host));
  avb_test_until_true (G_OBJECT (disks)->ref_count == 1);
  g_assert_finalize_object (g_steal_pointer (&disks));
  avb_program_rig_end (rig);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);

  /* As in the program: what is installed is known later than which machines run. */
  avb_program_rig_prepare (rig);
  later = avb_served_disks_new (rig->library, rig->host);
  for (guint i = 0; i < 20; i++)
    avb_test_pass_time ();
  g_assert_cmpuint (avb_served_disks_count (later, NULL), ==, 0);
  avb_program_rig_start (rig);
  avb_test_until_true (avb_served_disks_count (later, NULL) == 1);
  assert_served_again (machine, path, serial);
  remove_machine (machine);
  avb_test_until_true (avb_served_disks_count (later, NULL) == 0);
  return NULL;
}

/* --- monitors --- */

static DexFuture *
monitors_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbMonitorList) monitors = avb_monitor_list_new (rig->host);
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "host-health");
  g_autoptr (AvbMonitor) monitor = NULL;
  g_autoptr (AvbPanel) panel = NULL;
  double total = 0;
  gint64 pid;

  avb_test_until_true (g_list_model_get_n_items (G_LIST_MODEL (monitors)) == 1);
  monitor = avb_monitor_list_find (monitors, avb_extension_get_id (extension), "health");
  g_assert_nonnull (monitor);
  g_assert_null (avb_monitor_list_find (monitors, "org.example.other", "health"));
  /* It wants to be started with the program; installed now, it is not kept waiting for the next one. */
  avb_test_until_true (avb_monitor_get_running (monitor));
  avb_test_until_true (avb_monitor_get_sampled (monitor) > 0);
  g_assert_true (avb_monitor_get_value (monitor, "memory_total_bytes", &total));
  g_assert_cmpfloat (total, >, 1 << 20);
  g_assert_false (avb_monitor_get_value (monitor, "nonsense", &total));
  panel = avb_test_await_object (avb_extension_host_open_panel (rig->host, extension, "health", NULL));
  g_assert_nonnull (avb_panel_get_root (panel));
  avb_panel_close (panel);

  /* It dies, and watches again. */
  pid = avb_extension_process_get_pid (avb_extension_get_process (extension));
  kill ((pid_t) pid, SIGKILL);
  avb_test_until_true (!avb_monitor_get_running (monitor));
  avb_test_until_true (avb_monitor_get_running (monitor));

  avb_program_rig_set_enabled (rig, "host-health", FALSE);
  avb_test_until_true (g_list_model_get_n_items (G_LIST_MODEL (monitors)) == 0);
  avb_test_until_true (!avb_monitor_get_running (monitor));
  avb_program_rig_set_enabled (rig, "host-health", TRUE);
  avb_test_until_true (g_list_model_get_n_items (G_LIST_MODEL (monitors)) == 1);
  g_clear_object (&monitor);
  monitor = avb_monitor_list_find (monitors, avb_extension_get_id (extension), "health");
  avb_test_until_true (avb_monitor_get_running (monitor));
  return NULL;
}

/* --- actions and console tools --- */

static DexFuture *
commands_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "machine-report");
  g_autoptr (AvbContribution) report = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_ACTION, "machine-report", "report");
  g_autoptr (AvbContribution) meter = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_CONSOLE_TOOL, "machine-report", "meter");
  g_autoptr (AvbMachine) machine = g_list_model_get_item (avb_library_get_machines (rig->library), 0);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Report");
  g_autoptr (AvbOperation) refused = avb_operation_new ("Report");
  g_autoptr (AvbOperation) measuring = avb_operation_new ("Meter");
  g_autoptr (AvbCommandResult) result = NULL;
  g_autoptr (AvbCommandResult) opened = NULL;
  g_autoptr (AvbPanel) panel = NULL;

  g_assert_true (avb_machine_command_is_offered (report, machine));
  g_assert_false (avb_machine_command_is_offered (report, NULL));
  g_assert_true (avb_machine_command_is_offered (meter, machine));
  g_assert_false (avb_machine_command_is_offered (meter, NULL));

  result = avb_test_await_boxed (avb_machine_command_run (report, machine, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_nonnull (strstr (result->report, avb_machine_get_name (machine)));
  g_assert_nonnull (result->text);
  g_assert_null (result->panel);

  /* Its own words reach the user. */
  avb_test_await_error (avb_machine_command_run (report, NULL, refused), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (avb_operation_get_state (refused), ==, AVB_OPERATION_FAILED);

  opened = avb_test_await_boxed (avb_machine_command_run (meter, machine, measuring));
  g_assert_cmpstr (opened->panel, ==, "meter");
  panel = avb_test_await_object (avb_extension_host_open_panel (rig->host, extension, opened->panel, machine));
  avb_panel_close (panel);
  return NULL;
}

/* --- networks --- */

static gboolean
has_network (AvbMachine *machine, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);

  for (guint i = 0; i < interfaces->len; i++)
    if (g_strcmp0 (((AvbInterfaceSpec *) g_ptr_array_index (interfaces, i))->source, name) == 0)
      return TRUE;
  return FALSE;
}

static DexFuture *
networks_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "simple-networks");
  g_autoptr (AvbContribution) nat = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_NETWORK, "simple-networks", "nat");
  g_autoptr (AvbMachine) machine = make_machine (rig, "networked", NULL);

  avb_test_await (avb_attached_network_connect (machine, nat, NULL, NULL));
  g_assert_true (has_network (machine, "avb-nat"));
  /* One that was not made is not guessed. */
  avb_test_await_error (avb_attached_network_connect (machine, nat, "nobody-made-it", NULL), AVB_ERROR, AVB_ERROR_INVALID);
  remove_machine (machine);
  return NULL;
}

static gboolean
host_has_network (const char *name)
{
  virConnect *vir = virConnectOpen ("test:///default");
  virNetwork *network = virNetworkLookupByName (vir, name);
  gboolean found = network != NULL && virNetworkIsActive (network) == 1;

  if (network != NULL)
    virNetworkFree (network);
  virConnectClose (vir);
  return found;
}

static void
connect_to (AvbMachine *machine, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));

  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_NETWORK, name, "virtio"));
  avb_test_await (avb_machine_apply_spec (machine, spec));
}

/* One that the user makes, with a name that only people understand; until it is removed, from the machine and the host too. */
static DexFuture *
own_networks_fiber (gpointer data)
{
  g_autoptr (AvbProgramRig) rig = avb_program_rig_new ("test:///default");
  g_autoptr (AvbExtension) extension = avb_program_rig_install (rig, "simple-networks");
  g_autoptr (AvbContribution) nat = avb_program_rig_contribution (rig, AVB_CONTRIBUTION_NETWORK, "simple-networks", "nat");
  g_autoptr (AvbContribution) isolated =
      avb_program_rig_contribution (rig, AVB_CONTRIBUTION_NETWORK, "simple-networks", "isolated");
  g_autoptr (AvbMachine) machine = make_machine (rig, "in-class", NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Making");
  g_autoptr (AvbOperation) second = avb_operation_new ("Making");
  g_autofree char *id = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) made = NULL;
  g_autoptr (GPtrArray) elsewhere = NULL;
  g_autoptr (GPtrArray) connected = NULL;
  g_autoptr (GPtrArray) left = NULL;
  AvbNetworkInstance *instance;
  AvbNetworkSpec foreign = { .name = "somebody-elses", .nat = TRUE };

  none = avb_test_await_boxed (avb_attached_network_list (nat, machine));
  g_assert_cmpuint (none->len, ==, 0);
  id = avb_test_await_string (avb_attached_network_create (nat, "Class 3b", NULL, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  other = avb_test_await_string (avb_attached_network_create (nat, "Art class", NULL, second));
  g_assert_cmpstr (id, !=, other);
  made = avb_test_await_boxed (avb_attached_network_list (nat, machine));
  g_assert_cmpuint (made->len, ==, 2);
  g_assert_cmpstr (((AvbNetworkInstance *) made->pdata[0])->title, ==, "Art class");
  instance = made->pdata[1];
  g_assert_cmpstr (instance->title, ==, "Class 3b");
  g_assert_cmpstr (instance->id, ==, id);
  g_assert_true (g_str_has_prefix (instance->text, "10."));
  elsewhere = avb_test_await_boxed (avb_attached_network_list (isolated, machine));
  g_assert_cmpuint (elsewhere->len, ==, 0);

  avb_test_await (avb_attached_network_connect (machine, nat, id, NULL));
  g_assert_true (has_network (machine, instance->name));
  g_assert_true (host_has_network (instance->name));
  connected = avb_test_await_boxed (avb_attached_network_find_machines (rig->library, nat, instance));
  g_assert_cmpuint (connected->len, ==, 1);
  g_assert_true (connected->pdata[0] == machine);

  /* What only has the name that it says was not made for it, and is left alone. */
  avb_test_await (avb_attached_network_connect (machine, nat, other, NULL));
  avb_test_await (avb_connection_ensure_network (rig->connection, &foreign));
  g_set_str (&((AvbNetworkInstance *) made->pdata[0])->name, foreign.name);
  connect_to (machine, foreign.name);
  avb_test_await (avb_attached_network_remove (rig->library, nat, made->pdata[0]));
  g_assert_true (has_network (machine, foreign.name));
  g_assert_true (host_has_network (foreign.name));

  avb_test_await (avb_attached_network_remove (rig->library, nat, instance));
  g_assert_false (has_network (machine, instance->name));
  g_assert_false (host_has_network (instance->name));
  left = avb_test_await_boxed (avb_attached_network_list (nat, machine));
  g_assert_cmpuint (left->len, ==, 0);
  avb_test_await_error (avb_attached_network_remove (rig->library, nat, instance), AVB_ERROR, AVB_ERROR_INVALID);
  remove_machine (machine);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Contributions/marketplace", marketplace_fiber);
  avb_test_add_fiber ("/Avb/Contributions/catalogue", catalogue_fiber);
  avb_test_add_fiber ("/Avb/Contributions/monitors", monitors_fiber);
  avb_test_add_fiber ("/Avb/Contributions/commands", commands_fiber);
  avb_test_add_fiber ("/Avb/Contributions/networks", networks_fiber);
  avb_test_add_fiber ("/Avb/Contributions/own-networks", own_networks_fiber);
  avb_test_add_fiber ("/Avb/Contributions/served-disks", disks_fiber);
  avb_test_add_fiber ("/Avb/Contributions/served-disks-restart", disks_restart_fiber);
  return g_test_run ();
}
