/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/hvf/avb-hvf-host.h"
#include "tests/avb-test.h"
#include "tests/backends/hvf/hvf-specs.h"

/* What a Mac's libvirt would be told, word by word: golden/ holds it. libvirt's own schema says
 * whether it would be understood. AVB_HVF_UPDATE=FOLDER writes the files anew. */

static xmlRelaxNG *schema;

static void
load_schema (void)
{
  xmlRelaxNGParserCtxt *context = xmlRelaxNGNewParserCtxt (g_getenv ("AVB_LIBVIRT_SCHEMA"));

  g_assert_nonnull (context);
  schema = xmlRelaxNGParse (context);
  xmlRelaxNGFreeParserCtxt (context);
  g_assert_nonnull (schema);
}

static void
silent_cb (void *data, const char *format, ...)
{
}

static gboolean
is_valid (const char *text)
{
  xmlDoc *document = xmlReadMemory (text, (int) strlen (text), NULL, NULL, XML_PARSE_NONET);
  xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt (schema);
  int                  result;

  g_assert_nonnull (document);
  if (!g_test_verbose ())
    xmlRelaxNGSetValidErrors (context, silent_cb, silent_cb, NULL);
  result = xmlRelaxNGValidateDoc (context, document);
  xmlRelaxNGFreeValidCtxt (context);
  xmlFreeDoc (document);
  g_assert_cmpint (result, >=, 0);
  return result == 0;
}

/* With one element a line. (transfer full) */
static char *
dup_indented (AvbDomainXml *xml)
{
  g_autofree char *text = avb_domain_xml_to_string (xml);
  xmlDoc          *document
      = xmlReadMemory (text, (int) strlen (text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
  xmlChar *indented = NULL;
  char    *copy;

  xmlDocDumpFormatMemoryEnc (document, &indented, NULL, "UTF-8", 1);
  copy = g_strdup ((const char *) indented);
  xmlFree (indented);
  xmlFreeDoc (document);
  return copy;
}

static AvbDomainXml *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return xml;
}

static AvbDomainXml *
make (const HvfCase *test, AvbMachineSpec *spec)
{
  AvbDomainTraits traits = hvf_case_make_traits (test);
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml;

  avb_machine_spec_validate (spec, &error);
  g_assert_no_error (error);
  xml = avb_domain_xml_new (spec, &traits, &error);
  g_assert_no_error (error);
  return xml;
}

static void
test_golden (gconstpointer data)
{
  const HvfCase *test = data;
  g_autoptr (AvbMachineSpec) spec = hvf_case_make_spec (test);
  g_autoptr (AvbMachineSpec) got = NULL;
  g_autoptr (AvbDomainXml) xml = make (test, spec);
  g_autoptr (AvbDomainXml) read = NULL;
  g_autofree char *text = dup_indented (xml);
  g_autofree char *file = g_strconcat (test->name, ".xml", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("AVB_HVF_GOLDEN"), file, NULL);
  g_autofree char *golden = NULL;
  g_autoptr (GError) error = NULL;

  if (g_getenv ("AVB_HVF_UPDATE") != NULL)
    {
      g_autofree char *updated = g_build_filename (g_getenv ("AVB_HVF_UPDATE"), file, NULL);

      g_file_set_contents (updated, text, -1, &error);
      g_assert_no_error (error);
    }
  g_file_get_contents (path, &golden, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, golden);
  g_assert_true (is_valid (golden));
  read = parse (golden);
  got = avb_domain_xml_read_spec (read);
  g_assert_true (avb_machine_spec_equal (spec, got));
}

/* A schema that takes everything would prove nothing. */
static void
test_schema (void)
{
#define DOMAIN(type, devices)                                                                      \
  "<domain type='" type "'><name>n</name><memory>1024</memory><os><type>hvm</type></os>" devices   \
  "</domain>"
  g_assert_true (is_valid (DOMAIN ("hvf", "<devices><interface type='user'/></devices>")));
  g_assert_false (is_valid (DOMAIN ("hvf", "<devices><interface type='vmnet'/></devices>")));
  g_assert_false (
      is_valid (DOMAIN ("hvf", "<devices><disk type='file' device='drum'/></devices>")));
  g_assert_false (is_valid (DOMAIN ("hyperkit", "")));
}

/* Each of them, changed into each other one of its kind of Mac: what is read is what was applied,
 * and still valid. */
static void
test_changes (void)
{
  guint changed = 0;

  for (guint i = 0; i < hvf_n_cases; i++)
    for (guint j = 0; j < hvf_n_cases; j++)
      {
        const HvfCase *from = &hvf_cases[i], *to = &hvf_cases[j];
        g_autoptr (AvbMachineSpec) first = hvf_case_make_spec (from);
        g_autoptr (AvbMachineSpec) second = hvf_case_make_spec (to);
        g_autoptr (AvbMachineSpec) got = NULL;
        g_autoptr (AvbDomainXml) xml = NULL;
        AvbDomainTraits traits = hvf_case_make_traits (to);
        g_autoptr (GError) error = NULL;
        g_autofree char *text = NULL;

        /* A display that is there stays what it is. */
        if (from->spice != to->spice
            || g_strcmp0 (avb_machine_spec_get_architecture (first),
                          avb_machine_spec_get_architecture (second))
                   != 0)
          continue;
        avb_machine_spec_set_name (second, avb_machine_spec_get_name (first));
        xml = make (from, first);
        avb_domain_xml_apply_spec (xml, second, &traits, &error);
        g_assert_no_error (error);
        text = avb_domain_xml_to_string (xml);
        got = avb_domain_xml_read_spec (xml);
        if (!is_valid (text) || !avb_machine_spec_equal (second, got))
          g_error ("%s became no %s:\n%s", from->name, to->name, text);
        changed++;
      }
  g_assert_cmpuint (changed, >, 100);
}

static void
refuse (const HvfCase *test, void (*change) (AvbMachineSpec *spec))
{
  g_autoptr (AvbMachineSpec) spec = hvf_case_make_spec (test);
  g_autoptr (AvbMachineSpec) plain = hvf_case_make_spec (test);
  g_autoptr (AvbDomainXml) xml = NULL;
  AvbDomainTraits traits = hvf_case_make_traits (test);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) change_error = NULL;

  change (spec);
  g_assert_null (avb_domain_xml_new (spec, &traits, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  xml = make (test, plain);
  g_assert_false (avb_domain_xml_apply_spec (xml, spec, &traits, &change_error));
  g_assert_error (change_error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (change_error->message, ==, error->message);
}

static void
want_bios (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
}

static void
want_secure_boot (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE);
}

static void
want_ide (AvbMachineSpec *spec)
{
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_IDE, "/a", "raw"));
}

static void
want_floppy (AvbMachineSpec *spec)
{
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_FLOPPY, AVB_DISK_BUS_FDC, "/a", "raw"));
}

static void
want_shared (AvbMachineSpec *spec)
{
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_NETWORK, "shared", NULL));
}

static void
want_bridge (AvbMachineSpec *spec)
{
  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_BRIDGE, "en0", NULL));
}

static void
want_libvirts_network (AvbMachineSpec *spec)
{
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_NETWORK, "default", NULL));
}

static void
want_odd_bridge (AvbMachineSpec *spec)
{
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_new (AVB_INTERFACE_BRIDGE, "en0,isolated=on", NULL));
}

static void
want_odd_model (AvbMachineSpec *spec)
{
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_BRIDGE, "en0", "virtio,x"));
}

static const HvfCase *
find_case (const char *name)
{
  for (guint i = 0; i < hvf_n_cases; i++)
    if (g_str_equal (hvf_cases[i].name, name))
      return &hvf_cases[i];
  g_assert_not_reached ();
}

/* What a Mac cannot do is refused in a sentence, new or changed. */
static void
test_refused (void)
{
  refuse (find_case ("arm64-plain"), want_bios);
  refuse (find_case ("arm64-plain"), want_secure_boot);
  refuse (find_case ("x86-uefi"), want_secure_boot);
  refuse (find_case ("arm64-plain"), want_ide);
  refuse (find_case ("arm64-plain"), want_floppy);
  /* A session's QEMU is nobody to macOS … */
  refuse (find_case ("arm64-plain"), want_shared);
  refuse (find_case ("x86-uefi"), want_bridge);
  /* … and the system's has networks of its own. */
  refuse (find_case ("arm64-networks"), want_libvirts_network);
  refuse (find_case ("arm64-networks"), want_odd_bridge);
  refuse (find_case ("arm64-networks"), want_odd_model);
}

/* A QEMU that is signed for it may use the networks in a session too. */
static void
test_entitled (void)
{
  AvbDomainTraits traits = { .accelerator = "hvf" };

  avb_hvf_refine (&traits, "aarch64", NULL, AVB_HVF_MAY_VIRTUALIZE, TRUE, FALSE);
  g_assert_nonnull (traits.no_networks);
  traits.no_networks = NULL;
  avb_hvf_refine (&traits, "aarch64", NULL, AVB_HVF_MAY_NETWORK, TRUE, FALSE);
  g_assert_null (traits.no_networks);
  avb_hvf_refine (&traits, "aarch64", NULL, AVB_HVF_MAY_NOTHING, TRUE, TRUE);
  g_assert_null (traits.no_networks);
}

static void
touch (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "", 0, &error);
  g_assert_no_error (error);
}

/* The firmware is beside QEMU; half of it is none. */
static void
test_firmware (void)
{
  g_autofree char *root = avb_test_make_folder ();
  g_autofree char *emulator = g_build_filename (root, "bin", "qemu-system-aarch64", NULL);
  g_autofree char *expected = g_build_filename (root, "share", "qemu", NULL);
  g_autofree char *folder = avb_hvf_find_folder (emulator);
  g_autofree char *loader = g_build_filename (expected, "edk2-aarch64-code.fd", NULL);
  AvbDomainTraits  traits = { .architecture = "aarch64" };

  g_assert_cmpstr (folder, ==, expected);
  g_assert_null (avb_hvf_find_folder (NULL));
  g_assert_null (avb_hvf_find_folder ("qemu-system-aarch64"));
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  touch (folder, "edk2-aarch64-code.fd");
  avb_hvf_refine (&traits, "aarch64", folder, AVB_HVF_MAY_NOTHING, FALSE, FALSE);
  g_assert_null (traits.loader);
  touch (folder, "edk2-arm-vars.fd");
  avb_hvf_refine (&traits, "x86_64", folder, AVB_HVF_MAY_NOTHING, FALSE, FALSE);
  g_assert_null (traits.loader);
  avb_hvf_refine (&traits, "aarch64", folder, AVB_HVF_MAY_NOTHING, TRUE, FALSE);
  g_assert_null (traits.loader);
  avb_hvf_refine (&traits, "aarch64", folder, AVB_HVF_MAY_NOTHING, FALSE, FALSE);
  g_assert_cmpstr (traits.loader, ==, loader);
  g_assert_nonnull (traits.nvram_template);
  g_free ((char *) traits.loader);
  g_free ((char *) traits.nvram_template);
  avb_test_remove_folder (root);
}

/* Arguments that others gave QEMU stay, also where they look like ours. */
static void
test_foreign_arguments (void)
{
  const HvfCase *test = find_case ("arm64-networks");
  g_autoptr (AvbMachineSpec) spec = hvf_case_make_spec (test);
  g_autoptr (AvbMachineSpec) user = hvf_case_make_spec (find_case ("arm64-plain"));
  g_autoptr (AvbDomainXml) xml = make (test, spec);
  AvbDomainTraits traits = hvf_case_make_traits (test);
  g_autoptr (AvbDomainXml) edited = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char  *before = avb_domain_xml_to_string (xml);
  g_autofree char  *after = NULL;
  g_autofree char  *ending = NULL;
  static const char foreign[]
      = "<qemu:arg value=\"-netdev\"/><qemu:arg value=\"vmnet-shared,id=mine\"/>"
        "<qemu:arg value=\"-device\"/><qemu:arg value=\"virtio-net-pci,netdev=mine\"/>"
        "<qemu:env name=\"A\" value=\"b\"/><qemu:arg value=\"-netdev\"/>";

  text = g_string_new (before);
  g_assert_cmpuint (g_string_replace (text,
                                      "<qemu:arg value=\"-netdev\"/><qemu:arg value=\"vmnet-host",
                                      "<qemu:arg value=\"-snapshot\"/><qemu:arg value=\"-netdev\"/>"
                                      "<qemu:arg value=\"vmnet-host",
                                      1),
                    ==,
                    1);
  ending = g_strconcat (foreign, "</qemu:commandline>", NULL);
  g_assert_cmpuint (g_string_replace (text, "</qemu:commandline>", ending, 1), ==, 1);
  edited = parse (text->str);
  avb_machine_spec_set_name (user, avb_machine_spec_get_name (spec));
  avb_domain_xml_apply_spec (edited, user, &traits, &error);
  g_assert_no_error (error);
  after = avb_domain_xml_to_string (edited);
  g_assert_nonnull (strstr (after, foreign));
  g_assert_nonnull (strstr (after, "<qemu:arg value=\"-snapshot\"/>"));
  g_assert_null (strstr (after, "avb-vmnet"));
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  load_schema ();
  g_test_add_func ("/Avb/Hvf/schema", test_schema);
  for (guint i = 0; i < hvf_n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/Avb/Hvf/golden/", hvf_cases[i].name, NULL);

      g_test_add_data_func (path, &hvf_cases[i], test_golden);
    }
  g_test_add_func ("/Avb/Hvf/changes", test_changes);
  g_test_add_func ("/Avb/Hvf/refused", test_refused);
  g_test_add_func ("/Avb/Hvf/entitled", test_entitled);
  g_test_add_func ("/Avb/Hvf/firmware", test_firmware);
  g_test_add_func ("/Avb/Hvf/foreign-arguments", test_foreign_arguments);
  return g_test_run ();
}
