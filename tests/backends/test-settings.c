/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-error.h"
#include "backends/libvirt/avb-domain-xml.h"
#include "backends/libvirt/avb-libvirt-connection.h"
#include "backends/libvirt/avb-libvirt-util.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define N_CHANGES 40

/* What is kept of a machine is in its definition, where others write too. */

static AvbDomainXml *
parse (const char *metadata)
{
  g_autofree char *text
      = g_strconcat ("<domain><metadata>", metadata, "</metadata></domain>", NULL);
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return xml;
}

static void
test_read (void)
{
  g_autoptr (AvbDomainXml) xml
      = parse ("<x:machine xmlns:x='urn:other'><x:setting key='other' value='1'/></x:machine>"
               "<a:machine xmlns:a='" AVB_METADATA_NAMESPACE "'><!-- ours -->"
               "<a:setting key='first' value='1'/><a:setting key='first' value='2'/>"
               "<a:setting key='nothing'/><a:setting value='nobody'/>"
               "<a:group name='x'/><setting key='bare' value='1'/>"
               "<a:setting key='deep' value='&lt;&amp;&quot;'><a:setting key='in' value='1'/>"
               "</a:setting></a:machine>"
               "<b:machine xmlns:b='" AVB_METADATA_NAMESPACE "'>"
               "<b:setting key='second' value='1'/></b:machine>");
  g_autoptr (GHashTable) settings = avb_domain_xml_read_settings (xml);

  g_assert_cmpuint (g_hash_table_size (settings), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (settings, "first"), ==, "1");
  g_assert_cmpstr (g_hash_table_lookup (settings, "deep"), ==, "<&\"");
}

static void
test_read_too_many (void)
{
  g_autoptr (GString) text = g_string_new ("<a:machine xmlns:a='" AVB_METADATA_NAMESPACE "'>");
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GHashTable) settings = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "<a:setting key='k%u' value='v'/>", i);
  g_string_append (text, "</a:machine>");
  xml = parse (text->str);
  settings = avb_domain_xml_read_settings (xml);
  g_assert_cmpuint (g_hash_table_size (settings), ==, 256);
}

static void
test_edit (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fresh = avb_domain_settings_edit (NULL, "key", "a<b&\"'", &error);
  g_autofree char *kept = NULL;
  g_autofree char *removed = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (
      fresh, ==, "<machine><setting key=\"key\" value=\"a&lt;b&amp;&quot;'\"/></machine>");
  kept = avb_domain_settings_edit ("<mine a='1'><!-- x --><setting key='key' value='1'/>"
                                   "<setting key='key' value='2'/><group>text</group>"
                                   "<y:setting xmlns:y='urn:y' key='key'/></mine>",
                                   "key",
                                   "3",
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept,
                   ==,
                   "<mine a=\"1\"><!-- x --><group>text</group>"
                   "<y:setting xmlns:y=\"urn:y\" key=\"key\"/>"
                   "<setting key=\"key\" value=\"3\"/></mine>");
  removed = avb_domain_settings_edit (fresh, "key", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (removed, ==, "<machine/>");
  g_assert_null (avb_domain_settings_edit ("<machine>", "key", "3", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

/* As another program does it. */
static void
write_metadata (const char *uri, AvbMachine *machine, guint flags, const char *text)
{
  g_autoptr (virConnect) vir = virConnectOpen (uri);
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (vir, avb_machine_get_uuid (machine));

  g_assert_cmpint (
      virDomainSetMetadata (
          domain, VIR_DOMAIN_METADATA_ELEMENT, text, "other", AVB_METADATA_NAMESPACE, flags),
      ==,
      0);
}

static char *
read_metadata (const char *uri, AvbMachine *machine, guint flags)
{
  g_autoptr (virConnect) vir = virConnectOpen (uri);
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (vir, avb_machine_get_uuid (machine));
  char *text
      = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, AVB_METADATA_NAMESPACE, flags);
  char *copy = g_strdup (text);

  free (text);
  return copy;
}

static void
changed_cb (AvbMachine *machine, const char *key, GPtrArray *keys)
{
  g_ptr_array_add (keys, g_strdup (key));
}

static void
use_settings (const char *uri, AvbMachine *machine, guint flags)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *kept = NULL;
  g_autofree char *long_value = g_strnfill (5000, 'x');
  g_autofree char *hostile
      = g_strdup_printf ("<machine><group>a</group><setting key='UPPER' value='1'/>"
                         "<setting key='long' value='%s'/><setting key='mode' value='1:1'/>"
                         "<setting key='lines' value='a&#10;b'/></machine>",
                         long_value);

  avb_test_await (avb_machine_load_details (machine));
  g_assert_null (avb_machine_get_setting (machine, "mode"));
  write_metadata (uri, machine, flags, hostile);
  avb_test_until_true (g_strcmp0 (avb_machine_get_setting (machine, "mode"), "1:1") == 0);
  g_assert_null (avb_machine_get_setting (machine, "UPPER"));
  g_assert_null (avb_machine_get_setting (machine, "long"));
  g_assert_null (avb_machine_get_setting (machine, "lines"));

  g_signal_connect (machine, "setting-changed::clipboard", G_CALLBACK (changed_cb), keys);
  avb_test_await (avb_machine_set_setting (machine, "clipboard", "off & <away>"));
  g_assert_cmpstr (avb_machine_get_setting (machine, "clipboard"), ==, "off & <away>");
  g_assert_cmpuint (keys->len, ==, 1);
  kept = read_metadata (uri, machine, flags);
  g_assert_nonnull (strstr (kept, "<group>a</group>"));
  g_assert_nonnull (strstr (kept, "key=\"UPPER\""));
  g_assert_nonnull (strstr (kept, "off &amp; &lt;away&gt;"));

  avb_test_await_error (
      avb_machine_set_setting (machine, "Bad Key", "1"), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (
      avb_machine_set_setting (machine, "long", long_value), AVB_ERROR, AVB_ERROR_INVALID);

  /* Faster than they can be kept: the last one wins, and nothing old shows meanwhile. */
  g_ptr_array_set_size (keys, 0);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);

      dex_unref (avb_machine_set_setting (machine, "clipboard", value));
    }
  avb_test_await (avb_machine_set_setting (machine, "clipboard", "last"));
  g_free (kept);
  kept = read_metadata (uri, machine, flags);
  g_assert_nonnull (strstr (kept, "value=\"last\""));
  g_assert_cmpuint (keys->len, ==, N_CHANGES + 1);

  /* Another one removes all of it: the defaults again. */
  write_metadata (uri, machine, flags, "<machine/>");
  avb_test_until_true (avb_machine_get_setting (machine, "clipboard") == NULL);
  g_assert_null (avb_machine_get_setting (machine, "mode"));
  g_signal_handlers_disconnect_by_data (machine, keys);
}

static DexFuture *
driver_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  g_autoptr (AvbMachine) machine
      = g_list_model_get_item (avb_connection_get_machines (connection), 0);

  use_settings ("test:///default", machine, VIR_DOMAIN_AFFECT_CONFIG);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
session_fiber (gpointer data)
{
  const char *uri = "qemu:///session";
  g_autoptr (AvbConnection) connection = avb_session_test_connect (uri);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("settings", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autofree char *live = NULL;
  g_autofree char *config = NULL;

  use_settings (uri, machine, VIR_DOMAIN_AFFECT_CONFIG);

  /* Of a machine that runs there are two definitions: both have it. */
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_set_setting (machine, "display-mode", "scale"));
  live = read_metadata (uri, machine, VIR_DOMAIN_AFFECT_LIVE);
  config = read_metadata (uri, machine, VIR_DOMAIN_AFFECT_CONFIG);
  g_assert_nonnull (strstr (live, "value=\"scale\""));
  g_assert_nonnull (strstr (config, "value=\"scale\""));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  g_assert_cmpstr (avb_machine_get_setting (machine, "display-mode"), ==, "scale");

  /* A window that is opened later finds it. */
  {
    g_autoptr (AvbConnection) other = avb_session_test_connect (uri);
    g_autoptr (AvbMachine) same = g_list_model_get_item (avb_connection_get_machines (other), 0);

    avb_test_await (avb_machine_load_details (same));
    g_assert_cmpstr (avb_machine_get_setting (same, "display-mode"), ==, "scale");
    avb_test_await (avb_machine_set_setting (same, "display-mode", NULL));
    avb_test_until_true (avb_machine_get_setting (machine, "display-mode") == NULL);
    avb_test_await (avb_connection_close (other));
  }

  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  /* It cannot be kept any more, and is in force all the same. */
  avb_test_await_error (
      avb_machine_set_setting (machine, "muted", "yes"), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_assert_cmpstr (avb_machine_get_setting (machine, "muted"), ==, "yes");
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Settings/read", test_read);
  g_test_add_func ("/Avb/Settings/read-too-many", test_read_too_many);
  g_test_add_func ("/Avb/Settings/edit", test_edit);
  avb_test_add_fiber ("/Avb/Settings/test-driver", driver_fiber);
  avb_test_add_fiber ("/Avb/Settings/session", session_fiber);

  return g_test_run ();
}
