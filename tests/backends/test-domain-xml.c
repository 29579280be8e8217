/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"

static const AvbDomainTraits traits = {
  .architecture = "x86_64",
  .spice = TRUE,
  .virtio_video = TRUE,
  .maximum_cpu = TRUE,
  .free_page_reporting = TRUE,
  .hyperv = (1 << AVB_DOMAIN_N_HYPERV) - 1,
};

/* The definition without what says how much memory there is, in the canonical form of the W3C. */
static char *
dup_without_memory (const char *text)
{
  xmlDoc *document = xmlReadMemory (text, (int) strlen (text), NULL, NULL, XML_PARSE_NONET);
  xmlChar *canonical = NULL;
  char *copy;

  g_assert_nonnull (document);
  for (xmlNode *node = xmlDocGetRootElement (document)->children; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE || node->ns != NULL)
        continue;
      if (xmlStrEqual (node->name, BAD_CAST "memory") ||
          xmlStrEqual (node->name, BAD_CAST "currentMemory"))
        {
          xmlNodeSetContent (node, BAD_CAST "");
          xmlUnsetProp (node, BAD_CAST "unit");
        }
      if (xmlStrEqual (node->name, BAD_CAST "cpu"))
        for (xmlNode *cell = avb_xml_child (avb_xml_child (node, "numa"), "cell"); cell != NULL;
             cell = avb_xml_next (cell, "cell"))
          {
            xmlUnsetProp (cell, BAD_CAST "memory");
            xmlUnsetProp (cell, BAD_CAST "unit");
          }
    }
  g_assert_cmpint (
      xmlC14NDocDumpMemory (document, NULL, XML_C14N_1_0, NULL, 1, &canonical), >=, 0);
  copy = g_strdup ((const char *) canonical);
  xmlFree (canonical);
  xmlFreeDoc (document);
  return copy;
}

static char *
read_file (const char *path,
           gsize      *length)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static AvbDomainXml *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return xml;
}

/* For each definition: other memory, and nothing else differs; the same again, and nothing does. */
static void
test_only_memory (gconstpointer data)
{
  g_autofree char *text = read_file (data, NULL);
  g_autoptr (AvbDomainXml) xml = parse (text);
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
  g_autoptr (AvbMachineSpec) after = NULL;
  g_autoptr (AvbDomainXml) again = NULL;
  g_autofree char *untouched = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *expected = dup_without_memory (text);
  g_autofree char *got = NULL;
  g_autoptr (GError) error = NULL;
  guint64 memory = avb_machine_spec_get_memory_mib (spec) + 64;

  g_assert_cmpuint (memory, >, 64);
  untouched = avb_domain_xml_to_string (xml);
  avb_domain_xml_apply_spec (xml, spec, &traits, &error);
  g_assert_no_error (error);
  edited = avb_domain_xml_to_string (xml);
  g_assert_cmpstr (edited, ==, untouched);
  g_clear_pointer (&edited, g_free);

  avb_machine_spec_set_memory_mib (spec, memory);
  avb_domain_xml_apply_spec (xml, spec, &traits, &error);
  g_assert_no_error (error);
  edited = avb_domain_xml_to_string (xml);
  got = dup_without_memory (edited);
  g_assert_cmpstr (got, ==, expected);

  again = parse (edited);
  after = avb_domain_xml_read_spec (again);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (after), ==, memory);
  g_assert_true (avb_machine_spec_equal (after, spec));
}

/* Each file, cut at many places: refused in words, and nothing worse. */
static void
test_truncated (gconstpointer data)
{
  gsize length;
  g_autofree char *text = read_file (data, &length);

  gsize end = (gsize) (g_strrstr (text, "</domain>") - text);

  for (gsize cut = 0; cut < end + strlen ("</domain"); cut += 1 + length / 97)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbDomainXml) xml = NULL;

      xml = avb_domain_xml_parse (text, cut, &error);
      g_assert_null (xml);
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

static void
refuse (const char *text,
        gssize      length)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml =
      avb_domain_xml_parse (text, length < 0 ? strlen (text) : (gsize) length, &error);

  g_assert_null (xml);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_damaged (void)
{
  refuse ("", -1);
  refuse ("\0\0\0\0", 4);
  refuse ("not XML", -1);
  refuse ("<domain", -1);
  refuse ("<domain/><domain/>", -1);
  refuse ("<network><name>n</name></network>", -1);
  refuse ("<domain xmlns='urn:other'><name>x</name></domain>", -1);
  refuse ("<domain><name>\xff\xfe</name></domain>", -1);
  refuse ("<domain><name>a</nome></domain>", -1);
  refuse ("<domain><name>&nothing;</name></domain>", -1);
}

static void
test_entities (void)
{
  refuse ("<!DOCTYPE domain [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
          "<domain><name>&e;</name></domain>", -1);
  refuse ("<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
          "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
          "<domain><name>&d;</name></domain>", -1);
  refuse ("<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/domain.dtd'><domain><name>&x;</name>"
          "</domain>", -1);
}

static void
test_too_much (void)
{
  g_autoptr (GString) large = g_string_new ("<domain><description>");
  g_autoptr (GString) deep = g_string_new ("<domain>");

  while (large->len < 5 * 1024 * 1024)
    g_string_append (large, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  g_string_append (large, "</description></domain>");
  refuse (large->str, (gssize) large->len);

  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "<a>");
  refuse (deep->str, (gssize) deep->len);
}

static void
test_memory_out_of_range (void)
{
  static const char *const memories[] = {
    "<memory>-1</memory>",
    "<memory>99999999999999999999999</memory>",
    "<memory unit='EiB'>18446744073709551615</memory>",
    "<memory unit='furlong'>3</memory>",
    "<memory/>",
    "<memory>0x10</memory>",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (memories); i++)
    {
      g_autofree char *text = g_strdup_printf ("<domain><name>n</name>%s</domain>", memories[i]);
      g_autoptr (AvbDomainXml) xml = parse (text);
      g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);

      /* Unknown is zero, never a number that was made up. */
      g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 0);
    }
}

static AvbMachineSpec *
make_spec (guint variant)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();
  AvbDiskSpec *disk;
  AvbInterfaceSpec *nic;

  avb_machine_spec_set_name (spec, variant % 2 ? "plain" : "A <b>“name” & مثال");
  avb_machine_spec_set_description (spec, variant % 3 ? NULL : "1 < 2\n& so on");
  avb_machine_spec_set_os_id (spec, variant % 5 == 0   ? NULL
                                    : variant % 5 == 1 ? "http://microsoft.com/win/11"
                                                       : "http://debian.org/debian/12");
  avb_machine_spec_set_architecture (spec, "x86_64");
  avb_machine_spec_set_cpus (spec, 1 + variant % 7);
  avb_machine_spec_set_memory_mib (spec, 64 + 97 * variant);
  avb_machine_spec_set_firmware (spec, variant % 3);
  avb_machine_spec_set_tpm (spec, variant % 4 == 1);
  avb_machine_spec_set_accelerated (spec, variant % 2);
  avb_machine_spec_set_graphics (spec, variant % 7 != 3);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, (variant >> i) % 2 == 0);
  avb_machine_spec_set_serial (spec, variant % 6 == 2 ? "/tmp/serial <1> & 'more'.log" : NULL);

  for (guint i = 0; i < variant % 5; i++)
    {
      static const AvbDiskBus buses[] = { AVB_DISK_BUS_VIRTIO, AVB_DISK_BUS_SATA,
                                          AVB_DISK_BUS_SCSI, AVB_DISK_BUS_USB };
      g_autofree char *path = g_strdup_printf ("/disks/%u & <%u>.qcow2", variant, i);

      disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, buses[(variant + i) % 4], path,
                                i % 2 ? "raw" : "qcow2");
      disk->boot_order = i == 0 ? 1 : 0;
      disk->read_only = i == 3;
      if (variant % 11 == 4)
        {
          disk->source = AVB_DISK_SOURCE_NBD;
          disk->export_name = i % 2 ? g_strdup ("a <disk> & 'more'") : NULL;
        }
      avb_machine_spec_add_disk (spec, disk);
    }
  if (variant % 2)
    {
      disk = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA,
                                variant % 4 == 1 ? "/iso/debian.iso" : NULL, "raw");
      disk->read_only = TRUE;
      disk->boot_order = variant % 5 ? 2 : 1;
      avb_machine_spec_add_disk (spec, disk);
    }
  for (guint i = 0; i < variant % 3; i++)
    {
      static const char *const sources[] = { NULL, "default", "br0" };

      nic = avb_interface_spec_new ((variant + i) % 3, sources[(variant + i) % 3],
                                    i ? "e1000e" : "virtio");
      nic->mac = i ? g_strdup_printf ("52:54:00:00:00:%02x", variant) : NULL;
      avb_machine_spec_add_interface (spec, nic);
    }
  return spec;
}

static void
test_identity (void)
{
  for (guint variant = 0; variant < 210; variant++)
    {
      g_autoptr (AvbMachineSpec) spec = make_spec (variant);
      g_autoptr (AvbMachineSpec) got = NULL;
      g_autoptr (AvbDomainXml) made = NULL;
      g_autoptr (AvbDomainXml) read = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      avb_machine_spec_validate (spec, &error);
      g_assert_no_error (error);
      made = avb_domain_xml_new (spec, &traits, &error);
      g_assert_no_error (error);
      text = avb_domain_xml_to_string (made);
      read = parse (text);
      got = avb_domain_xml_read_spec (read);
      if (!avb_machine_spec_equal (spec, got))
        g_error ("Variant %u came back as another machine:\n%s", variant, text);
    }
}

static void
silent_cb (void *data, const char *format, ...)
{
}

static void
assert_schema (const char *text)
{
  xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt (g_getenv ("AVB_LIBVIRT_SCHEMA"));
  xmlRelaxNG *schema = xmlRelaxNGParse (parser);
  xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt (schema);
  xmlDoc *document = xmlReadMemory (text, (int) strlen (text), NULL, NULL, XML_PARSE_NONET);

  g_assert_nonnull (schema);
  if (!g_test_verbose ())
    xmlRelaxNGSetValidErrors (context, silent_cb, silent_cb, NULL);
  g_assert_cmpint (xmlRelaxNGValidateDoc (context, document), ==, 0);
  xmlFreeDoc (document);
  xmlRelaxNGFreeValidCtxt (context);
  xmlRelaxNGFree (schema);
  xmlRelaxNGFreeParserCtxt (parser);
}

#define SOCKET "/run/user/1000/alpha-vbox/extensions/org.example.disks/a.sock"

/* Applied, read again, equal, and understood by libvirt's schema. (transfer full) */
static char *
change (AvbDomainXml *xml, AvbMachineSpec *spec)
{
  g_autoptr (AvbMachineSpec) got = NULL;
  g_autoptr (AvbDomainXml) read = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  avb_machine_spec_validate (spec, &error);
  g_assert_no_error (error);
  avb_domain_xml_apply_spec (xml, spec, &traits, &error);
  g_assert_no_error (error);
  text = avb_domain_xml_to_string (xml);
  read = parse (text);
  got = avb_domain_xml_read_spec (read);
  g_assert_true (avb_machine_spec_equal (spec, got));
  assert_schema (text);
  return text;
}

/* A disk that is a file becomes one that is served, which moves, and becomes a file again; a drive gets one, and is
 * emptied. */
static void
test_served (void)
{
  g_autoptr (AvbMachineSpec) spec = make_spec (0);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GError) error = NULL;
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, SOCKET, "raw");
  AvbDiskSpec *drive = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, NULL, NULL);
  g_autofree char *first = NULL;
  g_autofree char *moved = NULL;
  g_autofree char *file = NULL;
  g_autofree char *inserted = NULL;
  g_autofree char *emptied = NULL;

  xml = avb_domain_xml_new (spec, &traits, &error);
  g_assert_no_error (error);
  disk->source = AVB_DISK_SOURCE_NBD;
  avb_machine_spec_add_disk (spec, drive);
  avb_machine_spec_add_disk (spec, disk);
  first = change (xml, spec);
  g_assert_nonnull (strstr (first, "type=\"network\""));
  g_assert_nonnull (strstr (first, "<host transport=\"unix\" socket=\"" SOCKET "\"/>"));
  g_assert_nonnull (strstr (first, "<reconnect delay="));
  g_assert_nonnull (strstr (first, "rerror_policy=\"stop\""));

  g_set_str (&disk->path, "/run/other.sock");
  g_set_str (&disk->export_name, "one");
  moved = change (xml, spec);
  g_assert_null (strstr (moved, SOCKET));
  g_set_str (&disk->export_name, NULL);
  disk->source = AVB_DISK_SOURCE_FILE;
  g_set_str (&disk->path, "/disks/plain.img");
  file = change (xml, spec);
  g_assert_null (strstr (file, "nbd"));
  g_assert_null (strstr (file, "reconnect"));

  drive->source = AVB_DISK_SOURCE_NBD;
  drive->path = g_strdup (SOCKET);
  drive->format = g_strdup ("raw");
  inserted = change (xml, spec);
  g_assert_nonnull (strstr (inserted, SOCKET));
  drive->source = AVB_DISK_SOURCE_FILE;
  g_clear_pointer (&drive->path, g_free);
  g_clear_pointer (&drive->format, g_free);
  emptied = change (xml, spec);
  g_assert_null (strstr (emptied, "nbd"));
}

/* What others serve, or over a network, is not ours to understand; and none of ours is longer than a socket's
 * address can be. */
static void
test_served_otherwise (void)
{
  static const char *const sources[] = {
    "<source protocol='nbd'><host name='example.org' port='10809'/></source>",
    "<source protocol='nbd' tls='yes'><host transport='unix' socket='/a'/></source>",
    "<source protocol='nbd'><host transport='unix' socket='/a'/><host transport='unix' socket='/b'/></source>",
    "<source protocol='nbd'><host transport='unix'/></source>",
    "<source protocol='nbd'/>",
    "<source protocol='gluster' name='v'><host transport='unix' socket='/a'/></source>",
  };
  g_autofree char *path = g_strnfill (120, 'a');
  g_autoptr (AvbMachineSpec) spec = make_spec (1);
  g_autoptr (GError) error = NULL;
  AvbDiskSpec *disk;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "<domain type='kvm'><name>a</name><memory>1048576</memory><devices><disk type='network' device='disk'>"
          "%s<target dev='vda' bus='virtio'/></disk></devices></domain>", sources[i]);
      g_autoptr (AvbDomainXml) xml = parse (text);
      g_autoptr (AvbMachineSpec) read = avb_domain_xml_read_spec (xml);

      g_assert_cmpuint (avb_machine_spec_get_disks (read)->len, ==, 0);
    }
  path[0] = '/';
  disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, path, "raw");
  disk->source = AVB_DISK_SOURCE_NBD;
  avb_machine_spec_add_disk (spec, disk);
  g_assert_false (avb_machine_spec_validate (spec, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

static char *
make_for (const char            *os_id,
          gboolean               accelerated,
          const AvbDomainTraits *with)
{
  g_autoptr (AvbMachineSpec) spec = make_spec (0);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GError) error = NULL;

  avb_machine_spec_set_os_id (spec, os_id);
  avb_machine_spec_set_accelerated (spec, accelerated);
  xml = avb_domain_xml_new (spec, with, &error);
  g_assert_no_error (error);
  return avb_domain_xml_to_string (xml);
}

#define WINDOWS "http://microsoft.com/win/11"

/* Windows is told where it runs; nobody else is, and KVM is asked for nothing that it does not have. */
static void
test_windows (void)
{
  AvbDomainTraits some = traits;
  AvbDomainTraits arm = traits;
  g_autofree char *full = make_for (WINDOWS, TRUE, &traits);
  g_autofree char *emulated = make_for (WINDOWS, FALSE, &traits);
  g_autofree char *debian = make_for ("http://debian.org/debian/12", TRUE, &traits);
  g_autofree char *partly = NULL;
  g_autofree char *none = NULL;

  for (guint i = 0; i < AVB_DOMAIN_N_HYPERV; i++)
    {
      g_autofree char *element = g_strdup_printf ("<%s state=\"on\"", avb_domain_hyperv_name (i));

      g_assert_nonnull (strstr (full, element));
      g_assert_true ((strstr (emulated, element) != NULL) == (i < 3));
    }
  g_assert_nonnull (strstr (full, "retries=\"8191\""));
  g_assert_nonnull (strstr (full, "<clock offset=\"localtime\">"));
  g_assert_nonnull (strstr (full, "<timer name=\"pit\" tickpolicy=\"delay\"/>"));
  g_assert_nonnull (strstr (full, "<timer name=\"hpet\" present=\"no\"/>"));
  g_assert_nonnull (strstr (full, "<timer name=\"hypervclock\" present=\"yes\"/>"));
  g_assert_null (strstr (emulated, "hypervclock"));
  g_assert_null (strstr (debian, "hyperv"));
  g_assert_null (strstr (debian, "hpet"));

  some.hyperv = AVB_DOMAIN_HYPERV_SPINLOCKS | AVB_DOMAIN_HYPERV_SYNIC | AVB_DOMAIN_HYPERV_STIMER;
  partly = make_for (WINDOWS, TRUE, &some);
  g_assert_nonnull (strstr (partly, "<hyperv mode=\"custom\"><spinlocks state=\"on\" retries=\"8191\"/></hyperv>"));
  g_assert_null (strstr (partly, "hypervclock"));
  arm.hyperv = 0;
  none = make_for (WINDOWS, TRUE, &arm);
  g_assert_null (strstr (none, "hyperv"));
}

static AvbConsoleEndpoint *
find_console (const char *type, const char *graphics, int *index)
{
  g_autofree char *text = g_strdup_printf (
      "<domain type='%s'><name>n</name><devices>%s</devices></domain>", type, graphics);
  g_autoptr (AvbDomainXml) xml = parse (text);

  *index = avb_domain_xml_find_display (xml);
  return avb_domain_xml_find_console (xml);
}

/* SPICE before VNC, VNC before nothing; and the place among all of them, by which libvirt names it.
 */
static void
test_displays (void)
{
#define VNC                                                                                        \
  "<graphics type='vnc' port='5901' passwd='a&amp;b'><listen type='address' "                      \
  "address='192.0.2.1'/></graphics>"
#define SPICE "<graphics type='spice' port='5902' tlsPort='5903'><listen type='none'/></graphics>"
#define OTHER "<graphics type='egl-headless'/><graphics type='sdl'/>"
  static const struct {
    const char    *type;
    const char    *graphics;
    AvbConsoleKind kind;
    int            index;
    guint          port, tls_port;
  } cases[] = {
    { "kvm", VNC, AVB_CONSOLE_VNC_FD, 0, 5901, 0 },
    { "hvf", OTHER VNC, AVB_CONSOLE_VNC_FD, 2, 5901, 0 },
    { "qemu", VNC SPICE, AVB_CONSOLE_SPICE_FD, 1, 5902, 5903 },
    { "qemu", SPICE VNC, AVB_CONSOLE_SPICE_FD, 0, 5902, 5903 },
    { "kvm", OTHER, AVB_CONSOLE_NONE, -1, 0, 0 },
    { "kvm", "", AVB_CONSOLE_NONE, -1, 0, 0 },
    { "test", VNC, AVB_CONSOLE_NONE, 0, 0, 0 },
    { "kvm", "<graphics type='vnc' port='-1'/>", AVB_CONSOLE_VNC_FD, 0, 0, 0 },
    { "kvm", "<graphics type='vnc' port='65536'/>", AVB_CONSOLE_VNC_FD, 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int index;
      g_autoptr (AvbConsoleEndpoint) console
          = find_console (cases[i].type, cases[i].graphics, &index);

      g_assert_cmpint (console->kind, ==, cases[i].kind);
      g_assert_cmpint (index, ==, cases[i].index);
      g_assert_cmpuint (console->port, ==, cases[i].port);
      g_assert_cmpuint (console->tls_port, ==, cases[i].tls_port);
      g_assert_true ((console->reason == NULL) == (console->kind != AVB_CONSOLE_NONE));
      if (i > 0)
        continue;
      g_assert_cmpstr (console->host, ==, "192.0.2.1");
      g_assert_cmpstr (console->password, ==, "a&b");
    }
}

/* Other computers than PCs have other devices. */
static void
test_arm (void)
{
  AvbDomainTraits arm = traits;
  g_autoptr (AvbMachineSpec) spec = make_spec (4);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  arm.architecture = "aarch64";
  arm.virtio_video = FALSE;
  avb_machine_spec_set_architecture (spec, NULL);
  avb_machine_spec_set_accelerated (spec, TRUE);
  avb_machine_spec_set_graphics (spec, TRUE);
  avb_machine_spec_set_tpm (spec, TRUE);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  g_assert_null (avb_domain_xml_new (spec, &arm, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  xml = avb_domain_xml_new (spec, &arm, &error);
  g_assert_no_error (error);
  text = avb_domain_xml_to_string (xml);
  g_assert_nonnull (strstr (text, "machine=\"virt\""));
  g_assert_nonnull (strstr (text, "<cpu mode=\"host-passthrough\"/>"));
  g_assert_nonnull (strstr (text, "<tpm model=\"tpm-tis\">"));
  g_assert_nonnull (strstr (text, "<input type=\"keyboard\" bus=\"usb\"/>"));
  g_assert_nonnull (strstr (text, "<model type=\"ramfb\"/>"));
  g_assert_null (strstr (text, "<apic/>"));
}

/* A new machine has its settings from its first moment. */
static void
test_settings (void)
{
  g_autoptr (AvbMachineSpec) spec = make_spec (1);
  g_autoptr (AvbMachineSpec) copy = NULL;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (GHashTable) settings = NULL;
  g_autoptr (GError) error = NULL;

  avb_machine_spec_set_setting (spec, "setup", "install");
  avb_machine_spec_set_setting (spec, "odd", "<a> & \"b\"'");
  avb_machine_spec_set_setting (spec, "gone", "yes");
  avb_machine_spec_set_setting (spec, "gone", NULL);
  copy = avb_machine_spec_copy (spec);
  xml = avb_domain_xml_new (copy, &traits, &error);
  g_assert_no_error (error);
  settings = avb_domain_xml_read_settings (xml);
  g_assert_cmpuint (g_hash_table_size (settings), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (settings, "setup"), ==, "install");
  g_assert_cmpstr (g_hash_table_lookup (settings, "odd"), ==, "<a> & \"b\"'");
}

static int
compare_disks (gconstpointer a,
               gconstpointer b)
{
  const AvbDiskSpec *first = *(AvbDiskSpec *const *) a;
  const AvbDiskSpec *second = *(AvbDiskSpec *const *) b;

  return g_strcmp0 (first->path, second->path);
}

static int
compare_interfaces (gconstpointer a,
                    gconstpointer b)
{
  const AvbInterfaceSpec *first = *(AvbInterfaceSpec *const *) a;
  const AvbInterfaceSpec *second = *(AvbInterfaceSpec *const *) b;

  return first->kind != second->kind ? (int) first->kind - (int) second->kind
                                     : g_strcmp0 (first->model, second->model);
}

/* Devices that stay keep their place, so new ones come after them: the order is no promise. */
static void
sort_devices (AvbMachineSpec *spec)
{
  g_ptr_array_sort (avb_machine_spec_get_disks (spec), compare_disks);
  g_ptr_array_sort (avb_machine_spec_get_interfaces (spec), compare_interfaces);
}

/* One spec after another on the same document: each time what is read is what was applied. */
static void
test_apply_everything (void)
{
  for (guint variant = 0; variant < 60; variant++)
    {
      g_autoptr (AvbMachineSpec) first = make_spec (variant);
      g_autoptr (AvbMachineSpec) second = make_spec (variant + 30);
      g_autoptr (AvbMachineSpec) got = NULL;
      g_autoptr (AvbDomainXml) xml = NULL;
      g_autoptr (GError) error = NULL;

      avb_machine_spec_set_name (second, avb_machine_spec_get_name (first));
      xml = avb_domain_xml_new (first, &traits, &error);
      g_assert_no_error (error);
      if (!avb_domain_xml_apply_spec (xml, second, &traits, &error))
        {
          g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
          continue;
        }
      got = avb_domain_xml_read_spec (xml);
      sort_devices (second);
      sort_devices (got);
      if (!avb_machine_spec_equal (second, got))
        {
          g_autofree char *text = avb_domain_xml_to_string (xml);

          g_error ("Variant %u was not applied:\n%s", variant, text);
        }
    }
}

static void
add_fixtures (void)
{
  const char *folder = g_getenv ("AVB_DOMAINS");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *stem = g_strndup (name, strcspn (name, "."));
      g_autofree char *only_memory = g_strconcat ("/Avb/DomainXml/only-memory/", stem, NULL);
      g_autofree char *truncated = g_strconcat ("/Avb/DomainXml/truncated/", stem, NULL);

      if (!g_str_has_suffix (name, ".xml"))
        continue;
      g_test_add_data_func_full (only_memory, g_build_filename (folder, name, NULL),
                                 test_only_memory, g_free);
      g_test_add_data_func_full (truncated, g_build_filename (folder, name, NULL), test_truncated,
                                 g_free);
      n++;
    }
  g_assert_cmpuint (n, >=, 50);
}

int
main (int    argc,
      char **argv)
{
  avb_test_init (&argc, &argv);
  add_fixtures ();
  g_test_add_func ("/Avb/DomainXml/damaged", test_damaged);
  g_test_add_func ("/Avb/DomainXml/entities", test_entities);
  g_test_add_func ("/Avb/DomainXml/too-much", test_too_much);
  g_test_add_func ("/Avb/DomainXml/memory-out-of-range", test_memory_out_of_range);
  g_test_add_func ("/Avb/DomainXml/identity", test_identity);
  g_test_add_func ("/Avb/DomainXml/apply-everything", test_apply_everything);
  g_test_add_func ("/Avb/DomainXml/windows", test_windows);
  g_test_add_func ("/Avb/DomainXml/served", test_served);
  g_test_add_func ("/Avb/DomainXml/served-otherwise", test_served_otherwise);
  g_test_add_func ("/Avb/DomainXml/displays", test_displays);
  g_test_add_func ("/Avb/DomainXml/arm", test_arm);
  g_test_add_func ("/Avb/DomainXml/settings", test_settings);
  return g_test_run ();
}
