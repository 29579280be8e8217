/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-wmi-object.h"
#include "tests/avb-test.h"

#define SPACE "\\\\.\\root\\virtualization\\v2:"

/* --- paths --- */

static void
test_path_text (void)
{
  g_autoptr (AvbWmiPath) path
      = avb_wmi_path_new ("Msvm_X", "CreationClassName", "Msvm_X", "DeviceID", "Microsoft:A\\B \"c\", d=e", NULL);
  g_autofree char *text = avb_wmi_path_to_text (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWmiPath) again = avb_wmi_path_from_text (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text,
                   ==,
                   SPACE "Msvm_X.CreationClassName=\"Msvm_X\",DeviceID=\"Microsoft:A\\\\B \\\"c\\\", d=e\"");
  g_assert_true (avb_wmi_path_equal (path, again));
  g_assert_cmpstr (avb_wmi_path_get_class (again), ==, "Msvm_X");
  g_assert_cmpstr (avb_wmi_path_get_key (again, "DeviceID"), ==, "Microsoft:A\\B \"c\", d=e");
  g_assert_cmpstr (avb_wmi_path_get_key (again, "deviceid"), ==, "Microsoft:A\\B \"c\", d=e");
  g_assert_null (avb_wmi_path_get_key (again, "Other"));
}

static void
test_path_forms (void)
{
  static const struct {
    const char *text;
    const char *class_name;
    const char *key;
    const char *value;
    const char *out;
  } forms[] = {
    { "\\\\HOST\\root\\virtualization\\v2:A.K=\"1\"", "A", "K", "1", SPACE "A.K=\"1\"" },
    { "//host/root/cimv2:A.K=\"1\"", "A", "K", "1", "\\\\.\\root\\cimv2:A.K=\"1\"" },
    { "root\\cimv2:A", "A", "K", NULL, "\\\\.\\root\\cimv2:A" },
    { "A.K=5", "A", "K", "5", SPACE "A.K=\"5\"" },
    { "A.K=TRUE,L=-1", "A", "L", "-1", SPACE "A.K=\"TRUE\",L=\"-1\"" },
    { "A.K=\"a:b\"", "A", "K", "a:b", SPACE "A.K=\"a:b\"" },
    { "A=@", "A", "K", NULL, SPACE "A" },
    { "A", "A", "K", NULL, SPACE "A" },
    { "A.K=\"\"", "A", "K", "", SPACE "A.K=\"\"" },
    { "A.K=\"Ü\u202e\"", "A", "K", "Ü\u202e", SPACE "A.K=\"Ü\u202e\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbWmiPath) path = avb_wmi_path_from_text (forms[i].text, &error);
      g_autofree char *out = NULL;

      g_assert_no_error (error);
      out = avb_wmi_path_to_text (path);
      g_assert_cmpstr (avb_wmi_path_get_class (path), ==, forms[i].class_name);
      g_assert_cmpstr (avb_wmi_path_get_key (path, forms[i].key), ==, forms[i].value);
      g_assert_cmpstr (out, ==, forms[i].out);
    }
}

static void
test_path_hostile (void)
{
  static const char *const bad[] = {
    "", ".", "=", "A.", "A.K", "A.K=", "A.=\"1\"", "A.K=\"1", "A.K=\"1\\", "A.K=\"1\"x", "A.K=\"1\",", "A.K=\"1\",K=\"2\"",
    "A.K=\"1\",k=\"2\"", "A B", "A<x>", "1A", "A=1", "\\\\HOST:A", "root/a b:A", "root//v2:A", ":A", "A.K=a b", "A.K=a:b",
    "A.K=\"\xff\"", "A.a b=\"1\"",
  };
  g_autoptr (GString) many = g_string_new ("A.");
  g_autofree char *longest = g_strnfill (70000, 'A');
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) refused = NULL;

      g_assert_null (avb_wmi_path_from_text (bad[i], &refused));
      g_assert_error (refused, AVB_ERROR, AVB_ERROR_INVALID);
    }
  for (guint i = 0; i < 40; i++)
    g_string_append_printf (many, "%sK%u=%u", i > 0 ? "," : "", i, i);
  g_assert_null (avb_wmi_path_from_text (many->str, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_null (avb_wmi_path_from_text (longest, NULL));
}

static void
test_path_equal (void)
{
  g_autoptr (AvbWmiPath) a = avb_wmi_path_new ("A", "K", "x", "L", "y", NULL);
  g_autoptr (AvbWmiPath) turned = avb_wmi_path_new ("a", "l", "Y", "k", "X", NULL);
  g_autoptr (AvbWmiPath) less = avb_wmi_path_new ("A", "K", "x", NULL);
  g_autoptr (AvbWmiPath) other = avb_wmi_path_new ("A", "K", "x", "L", "z", NULL);
  g_autoptr (AvbWmiPath) elsewhere = avb_wmi_path_new ("A", "K", "x", "M", "y", NULL);

  g_assert_true (avb_wmi_path_equal (a, turned));
  g_assert_false (avb_wmi_path_equal (a, less));
  g_assert_false (avb_wmi_path_equal (less, a));
  g_assert_false (avb_wmi_path_equal (a, other));
  g_assert_false (avb_wmi_path_equal (a, elsewhere));
}

/* --- objects --- */

static AvbWmiObject *
new_sample (void)
{
  static const char *const notes[] = { "one", "", "<three> & \"four\"\r\n", NULL };
  static const guint64 order[] = { 3, 0, 65535 };
  AvbWmiObject *object = avb_wmi_object_new ("Msvm_VirtualSystemSettingData");
  g_autoptr (AvbWmiObject) inner = avb_wmi_object_new ("Msvm_Inner");
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_ComputerSystem", "Name", "\\\"A&", NULL);

  avb_wmi_object_set_string (object, "ElementName", "\u202e <Ü> & Söhne");
  avb_wmi_object_set_string (object, "Nothing", NULL);
  avb_wmi_object_set_strings (object, "Notes", notes);
  avb_wmi_object_set_boolean (object, "SecureBootEnabled", TRUE);
  avb_wmi_object_set_uint (object, "VirtualQuantity", AVB_WMI_UINT64, G_MAXUINT64);
  avb_wmi_object_set_uint (object, "Signed", AVB_WMI_SINT32, (guint64) -7);
  avb_wmi_object_set_uints (object, "BootOrder", AVB_WMI_UINT16, order, G_N_ELEMENTS (order));
  avb_wmi_object_set_path (object, "System", path);
  avb_wmi_object_add_path (object, "Systems", path);
  avb_wmi_object_add_path (object, "Systems", path);
  avb_wmi_object_set_string (inner, "Text", "]]> &amp;");
  avb_wmi_object_set_object (object, "Inner", inner);
  avb_wmi_object_add_object (object, "Inners", inner);
  avb_wmi_object_add_object (object, "Inners", inner);
  return object;
}

static void
check_sample (AvbWmiObject *object)
{
  g_assert_cmpstr (avb_wmi_object_get_class (object), ==, "Msvm_VirtualSystemSettingData");
  g_assert_cmpstr (avb_wmi_object_get_string (object, "ElementName"), ==, "\u202e <Ü> & Söhne");
  g_assert_false (avb_wmi_object_has (object, "Nothing"));
  g_assert_cmpuint (avb_wmi_object_count (object, "Notes"), ==, 3);
  g_assert_cmpstr (avb_wmi_object_get_string_at (object, "Notes", 1), ==, "");
  g_assert_cmpstr (avb_wmi_object_get_string_at (object, "Notes", 2), ==, "<three> & \"four\"\r\n");
  g_assert_null (avb_wmi_object_get_string_at (object, "Notes", 3));
  g_assert_true (avb_wmi_object_get_boolean (object, "SecureBootEnabled"));
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "VirtualQuantity", 1), ==, G_MAXUINT64);
  g_assert_cmpstr (avb_wmi_object_get_string (object, "Signed"), ==, "-7");
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "Signed", 5), ==, 5);
  g_assert_cmpuint (avb_wmi_object_count (object, "BootOrder"), ==, 3);
  g_assert_cmpstr (avb_wmi_object_get_string_at (object, "BootOrder", 2), ==, "65535");
  g_assert_cmpstr (avb_wmi_path_get_key (avb_wmi_object_get_path (object, "System"), "Name"), ==, "\\\"A&");
  g_assert_cmpuint (avb_wmi_object_count (object, "Systems"), ==, 2);
  g_assert_nonnull (avb_wmi_object_get_path_at (object, "Systems", 1));
  g_assert_null (avb_wmi_object_get_path_at (object, "Systems", 2));
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (
        avb_wmi_object_get_string (avb_wmi_object_get_object_at (object, "Inners", i), "Text"), ==, "]]> &amp;");
  g_assert_cmpstr (avb_wmi_object_get_class (avb_wmi_object_get_object_at (object, "Inner", 0)), ==, "Msvm_Inner");
}

static void
test_values (void)
{
  g_autoptr (AvbWmiObject) object = new_sample ();
  g_autoptr (AvbWmiObject) copy = avb_wmi_object_copy (object);

  check_sample (object);
  avb_wmi_object_set_string (avb_wmi_object_get_object_at (object, "Inner", 0), "Text", "changed");
  avb_wmi_object_set_string (object, "ElementName", "changed");
  check_sample (copy);
}

static void
test_fallbacks (void)
{
  g_autoptr (AvbWmiObject) object = new_sample ();

  g_assert_null (avb_wmi_object_get_string (object, "Missing"));
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "Missing", 7), ==, 7);
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "ElementName", 7), ==, 7);
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "System", 7), ==, 7);
  g_assert_false (avb_wmi_object_get_boolean (object, "ElementName"));
  g_assert_null (avb_wmi_object_get_path (object, "ElementName"));
  g_assert_null (avb_wmi_object_get_string (object, "System"));
  g_assert_null (avb_wmi_object_get_object_at (object, "System", 0));
  g_assert_null (avb_wmi_object_get_object_at (object, "ElementName", 0));
  g_assert_null (avb_wmi_object_get_object_at (object, "Inners", 2));
  g_assert_cmpuint (avb_wmi_object_count (object, "Nothing"), ==, 0);
  avb_wmi_object_set_string (object, "N", "18446744073709551616");
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "N", 7), ==, 7);
  avb_wmi_object_set_string (object, "N", " 1");
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "N", 7), ==, 7);
  avb_wmi_object_set_string (object, "N", "\xff\xfe");
  g_assert_true (g_utf8_validate (avb_wmi_object_get_string (object, "N"), -1, NULL));
}

static void
test_replaces (void)
{
  g_autoptr (AvbWmiObject) object = new_sample ();
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("A", NULL);

  avb_wmi_object_set_uint (object, "Notes", AVB_WMI_UINT8, 1);
  g_assert_cmpuint (avb_wmi_object_count (object, "Notes"), ==, 1);
  avb_wmi_object_add_path (object, "Notes", path);
  g_assert_cmpuint (avb_wmi_object_count (object, "Notes"), ==, 1);
  g_assert_null (avb_wmi_object_get_string (object, "Notes"));
  avb_wmi_object_set_string (object, "Inner", "<INSTANCE CLASSNAME=\"A\"/>");
  g_assert_cmpstr (avb_wmi_object_get_class (avb_wmi_object_get_object_at (object, "Inner", 0)), ==, "A");
  avb_wmi_object_set_string (object, "Inner", "<INSTANCE CLASSNAME=\"B\"/>");
  g_assert_cmpstr (avb_wmi_object_get_class (avb_wmi_object_get_object_at (object, "Inner", 0)), ==, "B");
  avb_wmi_object_unset (object, "Inner");
  avb_wmi_object_unset (object, "Inner");
  g_assert_false (avb_wmi_object_has (object, "Inner"));
  avb_wmi_object_set_strings (object, "Notes", NULL);
  g_assert_false (avb_wmi_object_has (object, "Notes"));
}

static void
check_bytes (AvbWmiObject *object, const char *name, const char *data, gsize length)
{
  g_autoptr (GBytes) bytes = avb_wmi_object_dup_bytes (object, name);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), data, length);
}

static void
test_bytes (void)
{
  static const guint64 numbers[] = { 0, 255, 100 };
  static const guint64 large[] = { 1, 256 };
  g_autoptr (AvbWmiObject) object = avb_wmi_object_new ("X");

  avb_wmi_object_set_uints (object, "A", AVB_WMI_UINT8, numbers, G_N_ELEMENTS (numbers));
  check_bytes (object, "A", "\0\377\144", 3);
  avb_wmi_object_set_uints (object, "A", AVB_WMI_UINT8, numbers, 0);
  check_bytes (object, "A", "", 0);
  avb_wmi_object_set_string (object, "A", "AP9k");
  check_bytes (object, "A", "\0\377\144", 3);
  avb_wmi_object_set_string (object, "A", "1234");
  check_bytes (object, "A", "\327\155\370", 3);
  avb_wmi_object_set_string (object, "A", "100");
  check_bytes (object, "A", "d", 1);
  avb_wmi_object_set_string (object, "A", "");
  check_bytes (object, "A", "", 0);
  avb_wmi_object_set_string (object, "A", "no base64");
  g_assert_null (avb_wmi_object_dup_bytes (object, "A"));
  avb_wmi_object_set_uints (object, "A", AVB_WMI_UINT16, large, G_N_ELEMENTS (large));
  g_assert_null (avb_wmi_object_dup_bytes (object, "A"));
  g_assert_null (avb_wmi_object_dup_bytes (object, "B"));
}

/* --- CIM-XML --- */

static void
test_cim_xml_shape (void)
{
  static const char *const notes[] = { "a<b", "c", NULL };
  g_autoptr (AvbWmiObject) object = avb_wmi_object_new ("Msvm_X");
  g_autofree char *text = NULL;

  avb_wmi_object_set_string (object, "Name", "é & \x01");
  avb_wmi_object_set_strings (object, "Notes", notes);
  avb_wmi_object_set_uint (object, "Weight", AVB_WMI_UINT32, 100);
  avb_wmi_object_set_boolean (object, "On", FALSE);
  avb_wmi_object_set_string (object, "Nil", NULL);
  text = avb_wmi_object_to_cim_xml (object);
  g_assert_cmpstr (text,
                   ==,
                   "<INSTANCE CLASSNAME=\"Msvm_X\">"
                   "<PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>é &amp; \357\277\275</VALUE></PROPERTY>"
                   "<PROPERTY.ARRAY NAME=\"Notes\" TYPE=\"string\"><VALUE.ARRAY><VALUE>a&lt;b</VALUE><VALUE>c</VALUE>"
                   "</VALUE.ARRAY></PROPERTY.ARRAY>"
                   "<PROPERTY NAME=\"Weight\" TYPE=\"uint32\"><VALUE>100</VALUE></PROPERTY>"
                   "<PROPERTY NAME=\"On\" TYPE=\"boolean\"><VALUE>false</VALUE></PROPERTY>"
                   "</INSTANCE>");
}

static void
test_cim_xml_round (void)
{
  g_autoptr (AvbWmiObject) object = new_sample ();
  g_autofree char *text = avb_wmi_object_to_cim_xml (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWmiObject) again = avb_wmi_object_from_cim_xml (text, -1, &error);
  g_autofree char *twice = NULL;

  g_assert_no_error (error);
  check_sample (again);
  twice = avb_wmi_object_to_cim_xml (again);
  /* The inner ones are text now, and stay what they were. */
  g_assert_nonnull (strstr (twice, "&lt;INSTANCE CLASSNAME=&quot;Msvm_Inner&quot;"));
}

/* As WMI itself writes it (its "DTD 2.0"): qualifiers, origins, upper-case truth, objects inside. */
static void
test_cim_xml_of_wmi (void)
{
  static const char text[]
      = "\n<?xml version=\"1.0\"?><CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><DECLARATION><DECLGROUP><VALUE.OBJECT>"
        "<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><QUALIFIER NAME=\"dynamic\" TYPE=\"boolean\"><VALUE>TRUE</VALUE>"
        "</QUALIFIER><PROPERTY NAME=\"Data\" CLASSORIGIN=\"A\" TYPE=\"string\"><QUALIFIER NAME=\"x\" TYPE=\"string\">"
        "<VALUE>no</VALUE></QUALIFIER><VALUE>  kept  </VALUE></PROPERTY>"
        "<PROPERTY NAME=\"Caption\" PROPAGATED=\"true\" TYPE=\"string\"></PROPERTY>"
        "<PROPERTY NAME=\"On\" TYPE=\"boolean\"><VALUE>TRUE</VALUE></PROPERTY>"
        "<PROPERTY.ARRAY NAME=\"Empty\" TYPE=\"uint16\"></PROPERTY.ARRAY>"
        "<PROPERTY.ARRAY NAME=\"One\" TYPE=\"uint16\"><VALUE.ARRAY><VALUE>1</VALUE></VALUE.ARRAY></PROPERTY.ARRAY>"
        "<PROPERTY.OBJECT NAME=\"Target\"><VALUE.OBJECT><INSTANCE CLASSNAME=\"B\"><PROPERTY NAME=\"C\" TYPE=\"string\">"
        "<VALUE>d</VALUE></PROPERTY></INSTANCE></VALUE.OBJECT></PROPERTY.OBJECT>"
        "<PROPERTY.OBJECTARRAY NAME=\"Targets\"><VALUE.OBJECTARRAY><VALUE.OBJECT><INSTANCE CLASSNAME=\"B\"/></VALUE.OBJECT>"
        "<VALUE.OBJECT><INSTANCE CLASSNAME=\"C\"/></VALUE.OBJECT></VALUE.OBJECTARRAY></PROPERTY.OBJECTARRAY>"
        "<PROPERTY.REFERENCE NAME=\"Ref\"><VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>H</HOST><LOCALNAMESPACEPATH>"
        "<NAMESPACE NAME=\"root\"/><NAMESPACE NAME=\"cimv2\"/></LOCALNAMESPACEPATH></NAMESPACEPATH>"
        "<INSTANCENAME CLASSNAME=\"R\"><KEYBINDING NAME=\"K\"><KEYVALUE VALUETYPE=\"string\">v</KEYVALUE></KEYBINDING>"
        "</INSTANCENAME></INSTANCEPATH></VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE></VALUE.OBJECT></DECLGROUP>"
        "</DECLARATION></CIM>";
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWmiObject) object = avb_wmi_object_from_cim_xml (text, -1, &error);
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (avb_wmi_object_get_class (object), ==, "Msvm_KvpExchangeDataItem");
  g_assert_cmpstr (avb_wmi_object_get_string (object, "Data"), ==, "  kept  ");
  g_assert_false (avb_wmi_object_has (object, "Caption"));
  g_assert_true (avb_wmi_object_get_boolean (object, "On"));
  g_assert_cmpuint (avb_wmi_object_count (object, "Empty"), ==, 0);
  g_assert_cmpuint (avb_wmi_object_get_uint (object, "One", 0), ==, 1);
  g_assert_cmpstr (avb_wmi_object_get_string (avb_wmi_object_get_object_at (object, "Target", 0), "C"), ==, "d");
  g_assert_cmpstr (avb_wmi_object_get_class (avb_wmi_object_get_object_at (object, "Targets", 1)), ==, "C");
  path = avb_wmi_path_to_text (avb_wmi_object_get_path (object, "Ref"));
  g_assert_cmpstr (path, ==, "\\\\.\\root\\cimv2:R.K=\"v\"");
}

static void
test_cim_xml_hostile (void)
{
  static const char *const bad[] = {
    "",
    "   ",
    "text",
    "<INSTANCE",
    "<INSTANCE/>",
    "<INSTANCE CLASSNAME=\"\"/>",
    "<INSTANCE CLASSNAME=\"a b\"/>",
    "<INSTANCE CLASSNAME=\"A\">",
    "<INSTANCE CLASSNAME=\"A\"/><INSTANCE CLASSNAME=\"B\"/>",
    "<x:INSTANCE xmlns:x=\"urn:x\" CLASSNAME=\"A\"/>",
    "<CLASS NAME=\"A\"/>",
    "<CIM/>",
    "<!DOCTYPE INSTANCE [<!ENTITY a \"b\">]><INSTANCE CLASSNAME=\"A\"/>",
    "<INSTANCE CLASSNAME=\"A\"><PROPERTY TYPE=\"string\"/></INSTANCE>",
    "<INSTANCE CLASSNAME=\"A\"><PROPERTY NAME=\"a b\"/></INSTANCE>",
    "<INSTANCE CLASSNAME=\"A\"><PROPERTY NAME=\"P\"><VALUE>1</VALUE></PROPERTY><PROPERTY NAME=\"P\"><VALUE>2</VALUE>"
    "</PROPERTY></INSTANCE>",
    "<INSTANCE CLASSNAME=\"A\"><PROPERTY NAME=\"P\"><VALUE>&x;</VALUE></PROPERTY></INSTANCE>",
    "<?evil x?><INSTANCE CLASSNAME=\"A\"/>",
  };
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) wide = g_string_new ("<INSTANCE CLASSNAME=\"A\">");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (avb_wmi_object_from_cim_xml (bad[i], -1, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_assert_nonnull (avb_error_get_details (error));
    }
  for (guint i = 0; i < 20; i++)
    g_string_append (deep, "<INSTANCE CLASSNAME=\"A\"><PROPERTY.OBJECT NAME=\"P\"><VALUE.OBJECT>");
  for (guint i = 0; i < 20; i++)
    g_string_append (deep, "</VALUE.OBJECT></PROPERTY.OBJECT></INSTANCE>");
  g_assert_null (avb_wmi_object_from_cim_xml (deep->str, deep->len, NULL));
  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (wide, "<PROPERTY NAME=\"P%u\"/>", i);
  g_string_append (wide, "</INSTANCE>");
  g_assert_null (avb_wmi_object_from_cim_xml (wide->str, wide->len, NULL));
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/WmiPath/text", test_path_text);
  g_test_add_func ("/Avb/WmiPath/forms", test_path_forms);
  g_test_add_func ("/Avb/WmiPath/hostile", test_path_hostile);
  g_test_add_func ("/Avb/WmiPath/equal", test_path_equal);
  g_test_add_func ("/Avb/WmiObject/values", test_values);
  g_test_add_func ("/Avb/WmiObject/fallbacks", test_fallbacks);
  g_test_add_func ("/Avb/WmiObject/replaces", test_replaces);
  g_test_add_func ("/Avb/WmiObject/bytes", test_bytes);
  g_test_add_func ("/Avb/WmiObject/cim-xml-shape", test_cim_xml_shape);
  g_test_add_func ("/Avb/WmiObject/cim-xml-round", test_cim_xml_round);
  g_test_add_func ("/Avb/WmiObject/cim-xml-of-wmi", test_cim_xml_of_wmi);
  g_test_add_func ("/Avb/WmiObject/cim-xml-hostile", test_cim_xml_hostile);
  return g_test_run ();
}
