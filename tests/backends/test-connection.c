/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>
#include <libvirt/libvirt.h>

#include "backends/avb-error.h"
#include "backends/avb-network-spec.h"
#include "backends/libvirt/avb-libvirt-connection.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* libvirt's own reading of the file takes a minute under the address sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define N_MACHINES 200
#else
#define N_MACHINES 1000
#endif

/* libvirt's test driver: no hypervisor, but all of libvirt's own machinery. */

static gboolean
has_state (AvbMachine *machine, AvbMachineState state)
{
  return avb_machine_get_state (machine) == state;
}

static DexFuture *
default_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  GListModel      *machines = avb_connection_get_machines (connection);
  AvbCapabilities *caps = avb_connection_get_capabilities (connection);
  g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, 0);
  g_autoptr (AvbMachine) created = NULL;
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("created", NULL);
  g_autoptr (AvbConsoleEndpoint) console = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  g_assert_cmpstr (avb_machine_get_name (machine), ==, "test");
  g_assert_true (has_state (machine, AVB_MACHINE_RUNNING));
  g_assert_false (avb_connection_get_is_local (connection));
  g_assert_nonnull (avb_capabilities_get_reason (caps, AVB_FEATURE_CONSOLE));
  g_assert_nonnull (avb_capabilities_get_reason (caps, AVB_FEATURE_TPM));
  g_assert_false (avb_machine_has_console (machine));

  avb_test_await (avb_machine_pause (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_PAUSED));
  avb_test_await (avb_machine_resume (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_save (machine, NULL));
  avb_test_until_true (has_state (machine, AVB_MACHINE_SAVED));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_shut_down (machine));
  avb_test_until_true (has_state (machine, AVB_MACHINE_OFF));
  avb_test_await_error (avb_machine_rename (machine, "other"), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  console = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (console->kind, ==, AVB_CONSOLE_NONE);
  g_assert_nonnull (console->reason);

  avb_machine_spec_set_graphics (spec, TRUE);
  created = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 2);
  avb_test_await (avb_machine_start (created));
  avb_test_until_true (has_state (created, AVB_MACHINE_RUNNING));
  avb_test_await (avb_machine_force_off (created));
  avb_test_until_true (has_state (created, AVB_MACHINE_OFF));
  avb_test_await (avb_machine_delete (created, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 1);
  avb_test_await (avb_connection_close (connection));
  g_assert_cmpint (avb_connection_get_link (connection), ==, AVB_LINK_CLOSED);
  g_assert_false (avb_machine_get_available (machine));
  return NULL;
}

/* A disk on a host whose folders are not ours. */
static DexFuture *
pool_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  g_autofree char *first = avb_session_test_create_disk (connection, "disk");
  g_autofree char *second = avb_session_test_create_disk (connection, "disk");
  g_autoptr (AvbHostFree) host_free = avb_test_await_boxed (avb_connection_read_free (connection));

  g_assert_cmpstr (first, ==, "/default-pool/disk.qcow2");
  g_assert_cmpstr (second, ==, "/default-pool/disk-2.qcow2");
  g_assert_cmpuint (host_free->disk_bytes, >, 0);
  avb_test_await (avb_connection_delete_volume (connection, first));
  avb_test_await (avb_connection_delete_volume (connection, first));
  avb_test_await (avb_connection_delete_volume (connection, second));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static char *
write_host (const char *folder)
{
  g_autoptr (GString) xml = g_string_new ("<node>\n");
  char *path = g_build_filename (folder, "host.xml", NULL);

  for (guint i = 0; i < N_MACHINES; i++)
    g_string_append_printf (
        xml,
        "<domain type='test'><name>machine %04u</name><uuid>00000000-0000-4000-8000-%012u</uuid>"
        "<memory>%u</memory><vcpu>2</vcpu><os><type arch='i686'>hvm</type></os>"
        "%s</domain>\n",
        i,
        i,
        65536 + i * 1024,
        i % 2 ? "" : "<runstate xmlns='http://libvirt.org/schemas/domain/test/1.0'>5</runstate>");
  g_string_append (xml, "</node>\n");
  g_assert_true (g_file_set_contents (path, xml->str, xml->len, NULL));
  return path;
}

static void
changed_cb (GListModel *list, guint position, guint removed, guint added, guint *count)
{
  (*count)++;
}

/* A thousand machines come as one change of the list. */
static DexFuture *
thousand_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = write_host (folder);
  g_autofree char *uri = g_strconcat ("test://", path, NULL);
  g_autoptr (AvbConnection) connection = avb_libvirt_connection_new (uri);
  GListModel *machines = avb_connection_get_machines (connection);
  gint64      begin = g_get_monotonic_time ();
  guint       count = 0, n_running = 0, n_off = 0;

  g_signal_connect (machines, "items-changed", G_CALLBACK (changed_cb), &count);
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  g_test_message (
      "%u machines after %.0f ms", N_MACHINES, (g_get_monotonic_time () - begin) / 1000.0);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, N_MACHINES);
  g_assert_cmpuint (count, ==, 1);
  for (guint i = 0; i < N_MACHINES; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      n_running += has_state (machine, AVB_MACHINE_RUNNING);
      n_off += has_state (machine, AVB_MACHINE_OFF);
      g_assert_false (avb_machine_get_has_details (machine));
    }
  g_assert_cmpuint (n_running, ==, N_MACHINES / 2);
  g_assert_cmpuint (n_off, ==, N_MACHINES / 2);

  begin = g_get_monotonic_time ();
  for (guint i = 0; i < N_MACHINES; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      avb_future_finish (avb_machine_load_details (machine), "test");
      avb_future_finish (avb_machine_load_details (machine), "test");
    }
  for (guint i = 0; i < N_MACHINES; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      avb_test_until_true (avb_machine_get_has_details (machine));
      g_assert_cmpuint (avb_machine_get_cpus (machine), ==, 2);
    }
  g_test_message ("their details after %.0f ms", (g_get_monotonic_time () - begin) / 1000.0);
  g_signal_handlers_disconnect_by_data (machines, &count);
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
refused_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_libvirt_connection_new ("test:///nowhere/host.xml");
  gpointer weak;

  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_LOST);
  g_assert_nonnull (avb_connection_get_link_error (connection));
  avb_connection_retry (connection);
  avb_test_await_error (avb_connection_read_free (connection), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await (avb_connection_close (connection));
  /* Nothing keeps a closed one alive, once what is under way has ended. */
  weak = connection;
  g_object_add_weak_pointer (G_OBJECT (connection), &weak);
  g_clear_object (&connection);
  avb_test_until_true (weak == NULL);
  return NULL;
}

static DexFuture *
finalized_fiber (gpointer data)
{
  AvbConnection *connection = avb_session_test_connect ("test:///default");
  gpointer       weak = connection;
  gpointer       weak_machine;
  AvbMachine    *machine = g_list_model_get_item (avb_connection_get_machines (connection), 0);

  weak_machine = machine;
  g_object_add_weak_pointer (G_OBJECT (connection), &weak);
  g_object_add_weak_pointer (G_OBJECT (machine), &weak_machine);
  avb_future_finish (avb_machine_pause (machine), "test");
  avb_future_finish (avb_machine_load_details (machine), "test");
  g_object_unref (machine);
  g_object_unref (connection);
  avb_test_until_true (weak == NULL);
  avb_test_until_true (weak_machine == NULL);
  return NULL;
}

static gboolean
has_network (const char *name, const char *part)
{
  virConnect *vir = virConnectOpen ("test:///default");
  virNetwork *network = virNetworkLookupByName (vir, name);
  char *text = network != NULL ? virNetworkGetXMLDesc (network, 0) : NULL;
  gboolean found = text != NULL && virNetworkIsActive (network) == 1 && strstr (text, part) != NULL;

  free (text);
  if (network != NULL)
    virNetworkFree (network);
  virConnectClose (vir);
  return found;
}

/* Networks of libvirt's test driver, of which all connections to test:///default are one. */
static DexFuture *
networks_fiber (gpointer data)
{
  static const char *const wrong_names[] = { "", "-a", "A", "a b", "a/b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
  static const char *const wrong_subnets[] = { "", "10.8.1.0", "10.8.1.1/24", "8.8.8.0/24", "10.8.1.0/30", "10.0.0.0/7",
                                               "172.32.0.0/16", "fd00::/64", "10.8.1.0/24/1", "x/24" };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  AvbNetworkSpec network = { .name = "avb-lab", .nat = TRUE, .dhcp = TRUE, .subnet = "10.77.5.0/24" };
  AvbNetworkSpec isolated = { .name = "avb-alone", .owner = "org.example.lab" };

  avb_test_await (avb_connection_ensure_network (connection, &network));
  avb_test_await (avb_connection_ensure_network (connection, &network));
  g_assert_true (has_network ("avb-lab", "<forward mode='nat'"));
  g_assert_true (has_network ("avb-lab", "<range start='10.77.5.2' end='10.77.5.254'"));
  avb_test_await (avb_connection_ensure_network (connection, &isolated));
  g_assert_true (has_network ("avb-alone", "<ip address='10."));
  g_assert_false (has_network ("avb-alone", "<forward"));
  g_assert_false (has_network ("avb-alone", "<dhcp>"));

  /* Only for whom it was made. */
  avb_test_await (avb_connection_remove_network (connection, "avb-alone", "org.example.labs"));
  avb_test_await (avb_connection_remove_network (connection, "avb-lab", "org.example.lab"));
  g_assert_true (has_network ("avb-alone", "<name>"));
  g_assert_true (has_network ("avb-lab", "<name>"));
  g_assert_true (dex_await_boolean (avb_connection_has_network (connection, "avb-alone", "org.example.lab"), NULL));
  g_assert_false (dex_await_boolean (avb_connection_has_network (connection, "avb-alone", "org.example.labs"), NULL));
  g_assert_false (dex_await_boolean (avb_connection_has_network (connection, "avb-lab", "org.example.lab"), NULL));
  g_assert_false (dex_await_boolean (avb_connection_has_network (connection, "avb-nobody", "org.example.lab"), NULL));
  avb_test_await (avb_connection_remove_network (connection, "avb-alone", "org.example.lab"));
  g_assert_false (has_network ("avb-alone", "<name>"));
  avb_test_await (avb_connection_remove_network (connection, "avb-alone", "org.example.lab"));

  for (guint i = 0; i < G_N_ELEMENTS (wrong_names); i++)
    {
      network.name = wrong_names[i];
      avb_test_await_error (avb_connection_ensure_network (connection, &network), AVB_ERROR, AVB_ERROR_INVALID);
    }
  network.name = "avb-other";
  for (guint i = 0; i < G_N_ELEMENTS (wrong_subnets); i++)
    {
      network.subnet = wrong_subnets[i];
      avb_test_await_error (avb_connection_ensure_network (connection, &network), AVB_ERROR, AVB_ERROR_INVALID);
    }
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Connection/default", default_fiber);
  avb_test_add_fiber ("/Avb/Connection/pool", pool_fiber);
  avb_test_add_fiber ("/Avb/Connection/thousand", thousand_fiber);
  avb_test_add_fiber ("/Avb/Connection/refused", refused_fiber);
  avb_test_add_fiber ("/Avb/Connection/finalized", finalized_fiber);
  avb_test_add_fiber ("/Avb/Connection/networks", networks_fiber);
  return g_test_run ();
}
