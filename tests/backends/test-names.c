/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "backends/libvirt/avb-domain-xml.h"
#include "backends/libvirt/avb-libvirt-util.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Names that libvirt would cut inside of a character, by the word and with a real daemon. */

#define CJK "\346\210\221\347\232\204\347\254\254\344\270\200\344\270\252\350\231\232\346\213\237\346\234\272"
#define UMLAUT "a machine of a foot\303\251 and more"
#define EMOJI "0123456789abcdefg\360\237\246\212 fox"

static void
test_made (void)
{
  static const struct {
    const char *name;
    const char *made;
  } cases[] = {
    { "", "" },
    { "short", "short" },
    { "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251", NULL },
    { "twenty bytes exactly and then some", NULL },
    { "0123456789abcdefghi\303\251", "0123456789abcdefghi-\303\251" },
    { "0123456789abcdefghi-\303\251", NULL },
    { EMOJI, "0123456789abcdefg---\360\237\246\212 fox" },
    { CJK, "\346\210\221\347\232\204\347\254\254\344\270\200\344\270\252\350\231\232--\346\213\237\346\234\272" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char      *wanted = cases[i].made != NULL ? cases[i].made : cases[i].name;
      g_autofree char *made = avb_domain_name_make (cases[i].name);
      g_autofree char *again = avb_domain_name_make (made);

      g_assert_cmpstr (made, ==, wanted);
      g_assert_cmpstr (again, ==, made);
      g_assert_true (g_utf8_validate_len (made, MIN (strlen (made), 20), NULL));
      g_assert_true (avb_domain_name_is_made_of (made, cases[i].name));
      if (!g_str_equal (made, cases[i].name))
        g_assert_true (avb_domain_name_may_be_made (made));
    }
}

static void
assert_names (AvbDomainXml *xml, const char *name, const char *domain, const char *title)
{
  xmlNode         *root = avb_domain_xml_get_root (xml);
  g_autofree char *is_name = avb_domain_xml_dup_name (xml);
  g_autofree char *is_domain = avb_xml_dup_text (avb_xml_child (root, "name"));
  g_autofree char *is_title = avb_xml_dup_text (avb_xml_child (root, "title"));

  g_assert_cmpstr (is_name, ==, name);
  g_assert_cmpstr (is_domain, ==, domain);
  g_assert_cmpstr (is_title, ==, title);
}

static void
test_xml (void)
{
  const char *text = "<domain type='qemu'><name>a</name><title>theirs &amp; ours</title></domain>";
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbDomainXml) xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  /* Somebody's title is not the name. */
  assert_names (xml, "a", "a", "theirs & ours");
  avb_domain_xml_set_name (xml, "b");
  assert_names (xml, "b", "b", "theirs & ours");
  avb_domain_xml_set_name (xml, "0123456789abc &amp;\303\251");
  assert_names (xml, "0123456789abc &amp;\303\251", "0123456789abc &amp;-\303\251", "0123456789abc &amp;\303\251");
  avb_domain_xml_set_name (xml, CJK);
  avb_domain_xml_set_name (xml, "c");
  assert_names (xml, "c", "c", NULL);
}

static AvbMachine *
find (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return machine;
    }
  return NULL;
}

static void
assert_runs (AvbMachine *machine)
{
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
}

static void
assert_name (AvbMachine *machine, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = NULL;

  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), name) == 0);
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, name);
}

/* Created, renamed, changed: it has its name everywhere, and starts. */
static DexFuture *
session_fiber (gpointer data)
{
  static const char *const names[] = { CJK, UMLAUT, EMOJI };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *next = names[(i + 1) % G_N_ELEMENTS (names)];
      g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (names[i], NULL);
      g_autoptr (AvbMachineSpec) same = avb_session_test_spec (names[i], NULL);
      g_autoptr (AvbMachineSpec) changed = NULL;
      g_autoptr (AvbMachine) machine
          = avb_test_await_object (avb_connection_create_machine (connection, spec));
      g_autoptr (AvbConnection) second = avb_session_test_connect ("qemu:///session");

      g_assert_cmpstr (avb_machine_get_name (machine), ==, names[i]);
      g_assert_nonnull (find (second, names[i]));
      avb_test_await_error (
          avb_connection_create_machine (connection, same), AVB_ERROR, AVB_ERROR_EXISTS);
      assert_runs (machine);
      avb_test_await (avb_machine_rename (machine, next));
      assert_name (machine, next);
      avb_test_until_true (find (second, next) != NULL);
      assert_runs (machine);
      /* Something else is changed: this is no other name. */
      changed = avb_test_await_object (avb_machine_read_spec (machine));
      avb_machine_spec_set_description (changed, "changed");
      avb_test_await (avb_machine_apply_spec (machine, changed));
      assert_name (machine, next);
      avb_machine_spec_set_name (changed, "plain");
      avb_test_await (avb_machine_apply_spec (machine, changed));
      assert_name (machine, "plain");
      avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
      avb_test_until_true (find (second, "plain") == NULL);
      avb_test_await (avb_connection_close (second));
    }
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* One that others named is what they named it, and says what to do. */
static DexFuture *
others_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("others", NULL);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autoptr (virConnect) vir = virConnectOpen ("qemu:///session");
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (vir, avb_machine_get_uuid (machine));

  g_assert_cmpint (virDomainRename (domain, CJK, 0), ==, 0);
  assert_name (machine, CJK);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await (avb_machine_rename (machine, CJK "!"));
  assert_name (machine, CJK "!");
  assert_runs (machine);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Names/made", test_made);
  g_test_add_func ("/Avb/Names/xml", test_xml);
  avb_test_add_fiber ("/Avb/Names/session", session_fiber);
  avb_test_add_fiber ("/Avb/Names/others", others_fiber);
  return g_test_run ();
}
