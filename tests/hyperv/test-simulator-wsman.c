/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <string.h>

/* DSP0226 section 11 */
static void
test_identify (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer
      = post (rig, "<s:Envelope xmlns:s=\"" NS_SOAP
                   "\" xmlns:i=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"><s:Header/><s:Body>"
                   "<i:Identify/></s:Body></s:Envelope>");

  g_assert_cmpuint (answer->status, ==, 200);
  assert_text (answer, "ProtocolVersion", NS_WSM);
  g_assert_cmpuint (count_of (answer, "ProductVendor"), ==, 1);
}

/* DSP0226 section 5.4.3 */
static void
test_headers (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) none = post (rig, "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:a=\"" NS_WSA "\"><s:Header><a:Action>" NS_WST
                                       "/Get</a:Action></s:Header><s:Body/></s:Envelope>");
  g_autoptr (Answer) strange
      = ask (rig, NS_WST "/Get", WMI_V2 "Msvm_ImageManagementService", NULL,
             "<x:Strange xmlns:x=\"urn:x\" s:mustUnderstand=\"true\"/>", NULL);
  g_autofree char *code = xpath_of (strange, "//s:Fault/s:Code/s:Value");

  assert_fault (none, "MessageInformationHeaderRequired");
  g_assert_cmpstr (code, ==, "s:MustUnderstand");
}

static void
test_no_soap (Rig *rig, gconstpointer unused)
{
  static const char *const bodies[] = {
    "", "hello", "<a/>", "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>",
    "<!DOCTYPE x [<!ENTITY e \"e\">]><s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Header/><s:Body/></s:Envelope>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (Answer) answer = post (rig, bodies[i]);

      assert_fault (answer, "SchemaValidationError");
    }
}

static void
test_actions (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) unknown = ask (rig, NS_WST "/Create", WMI_V2 "Msvm_ComputerSystem", NULL, NULL, NULL);
  g_autoptr (Answer) method = invoke (rig, "Msvm_ImageManagementService", NULL, "Nothing", NULL);
  g_autoptr (Answer) resource = get_instance (rig, "urn:nowhere", NULL);
  g_autoptr (Answer) klass = get_instance (rig, WMI_V2 "Msvm_Nothing", NULL);

  assert_fault (unknown, "ActionNotSupported");
  assert_fault (method, "ActionNotSupported");
  assert_fault (resource, "DestinationUnreachable");
  assert_fault (klass, "DestinationUnreachable");
}

/* DSP0226 section 6.2 */
static void
test_envelope_size (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) small = ask (rig, NS_WST "/Get", WMI_V2 "Msvm_ImageManagementService", NULL,
                                  "<w:MaxEnvelopeSize>100</w:MaxEnvelopeSize>", NULL);

  assert_fault (small, "EncodingLimit");
}

/* DSP0226 section 7.3; DSP0230 sections 7.3 and 7.4 */
static void
test_get (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autoptr (Answer) answer = get_instance (rig, WMI_V2 "Msvm_ComputerSystem", selectors);
  g_autofree char *nil = xpath_of (answer, "//*[local-name()='PrimaryOwnerName']/@xsi:nil");
  g_autofree char *time = xpath_of (answer, "//*[local-name()='InstallDate']/cim:Datetime");
  g_autofree char *type = xpath_of (answer, "//*[local-name()='Msvm_ComputerSystem']/@xsi:type");

  g_assert_cmpuint (answer->status, ==, 200);
  assert_text (answer, "ElementName", "A");
  assert_text (answer, "EnabledState", "2");
  g_assert_cmpstr (nil, ==, "true");
  g_assert_cmpuint (strlen (time), ==, strlen ("2026-11-28T17:45:14Z"));
  g_assert_cmpstr (type, ==, "p:Msvm_ComputerSystem_Type");
}

static void
test_get_none (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) unknown = get_instance (rig, WMI_V2 "Msvm_ComputerSystem", "CreationClassName=Msvm_ComputerSystem;Name=none");
  g_autoptr (Answer) few = get_instance (rig, WMI_V2 "Msvm_ComputerSystem", "Name=HV-SIM");
  g_autoptr (Answer) many
      = get_instance (rig, WMI_V2 "Msvm_ComputerSystem", "CreationClassName=Msvm_ComputerSystem;Name=HV-SIM;Colour=red");
  /* A singleton needs none. */
  g_autoptr (Answer) service = get_instance (rig, WMI_V2 "Msvm_VirtualSystemManagementService", NULL);

  assert_fault (unknown, "DestinationUnreachable");
  assert_fault (few, "InvalidSelectors");
  assert_fault (many, "InvalidSelectors");
  assert_text (service, "Name", "vmms");
}

/* DSP0226 sections 8.2 and 8.4 */
static void
test_pages (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) first = NULL;
  g_autofree char *context = NULL;
  g_autofree char *next = NULL;
  g_autoptr (Answer) page = NULL;
  g_autoptr (Answer) last = NULL;
  g_autoptr (Answer) gone = NULL;

  hyperv_simulator_add_machines (rig->sim, "M", 4);
  first = enumerate (rig, WMI_V2 "Msvm_ComputerSystem", NULL, 0);
  g_assert_cmpuint (count_of (first, "Msvm_ComputerSystem"), ==, 0);
  context = text_of (first, "EnumerationContext");
  page = pull (rig, context, 3);
  g_assert_cmpuint (count_of (page, "Msvm_ComputerSystem"), ==, 3);
  next = text_of (page, "EnumerationContext");
  last = pull (rig, next, 3);
  g_assert_cmpuint (count_of (last, "Msvm_ComputerSystem"), ==, 2);
  g_assert_cmpuint (count_of (last, "EndOfSequence"), ==, 1);
  gone = pull (rig, next, 3);
  assert_fault (gone, "InvalidEnumerationContext");
  g_assert_cmpuint (hyperv_simulator_get_n_contexts (rig->sim), ==, 0);
}

/* DSP0226 section 8.2.3 */
static void
test_optimized (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) all = NULL;
  g_autoptr (Answer) some = NULL;
  g_autofree char *ends = NULL;

  hyperv_simulator_add_machines (rig->sim, "M", 4);
  all = enumerate (rig, WMI_V2 "Msvm_ComputerSystem", NULL, 10);
  g_assert_cmpuint (count_of (all, "Msvm_ComputerSystem"), ==, 5);
  ends = xpath_of (all, "count(//w:EndOfSequence)");
  g_assert_cmpstr (ends, ==, "1");
  some = enumerate (rig, WMI_V2 "Msvm_ComputerSystem", NULL, 2);
  g_assert_cmpuint (count_of (some, "Msvm_ComputerSystem"), ==, 2);
  g_assert_cmpuint (count_of (some, "EndOfSequence"), ==, 0);
}

/* DSP0226 section 8.5, and contexts that end by themselves */
static void
test_contexts_end (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) first = enumerate (rig, WMI_V2 "Msvm_ResourcePool", NULL, 0);
  g_autofree char *context = text_of (first, "EnumerationContext");
  g_autofree char *body = g_strdup_printf ("<n:Release><n:EnumerationContext>%s</n:EnumerationContext></n:Release>", context);
  g_autoptr (Answer) release = ask (rig, NS_WSEN "/Release", WMI_V2 "Msvm_ResourcePool", NULL, NULL, body);
  g_autoptr (Answer) again = ask (rig, NS_WSEN "/Release", WMI_V2 "Msvm_ResourcePool", NULL, NULL, body);
  g_autoptr (Answer) second = NULL;
  g_autofree char *other = NULL;
  g_autoptr (Answer) late = NULL;

  g_assert_cmpuint (release->status, ==, 200);
  assert_fault (again, "InvalidEnumerationContext");
  hyperv_simulator_set_enumeration_timeout (rig->sim, 0);
  second = enumerate (rig, WMI_V2 "Msvm_ResourcePool", NULL, 0);
  other = text_of (second, "EnumerationContext");
  late = pull (rig, other, 10);
  assert_fault (late, "InvalidEnumerationContext");
}

/* DSP0226 section 8.4: no page is larger than MaxEnvelopeSize */
static void
test_page_bytes (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = NULL;
  guint n;

  hyperv_simulator_add_machines (rig->sim, "M", 30);
  answer = ask (rig, NS_WSEN "/Enumerate", WMI_V2 "Msvm_ComputerSystem", NULL, "<w:MaxEnvelopeSize>20000</w:MaxEnvelopeSize>",
                "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>30</w:MaxElements></n:Enumerate>");
  n = count_of (answer, "Msvm_ComputerSystem");
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <, 30);
  g_assert_cmpuint (strlen (answer->text), <=, 20000);
}

/* DSP0226 section 8.7 */
static void
test_modes (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) references
      = ask (rig, NS_WSEN "/Enumerate", WMI_V2 "Msvm_VirtualEthernetSwitch", NULL, NULL,
             "<n:Enumerate><w:EnumerationMode>EnumerateEPR</w:EnumerationMode><w:OptimizeEnumeration/>"
             "<w:MaxElements>9</w:MaxElements></n:Enumerate>");
  g_autoptr (Answer) both
      = ask (rig, NS_WSEN "/Enumerate", WMI_V2 "Msvm_VirtualEthernetSwitch", NULL, NULL,
             "<n:Enumerate><w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode><w:OptimizeEnumeration/>"
             "<w:MaxElements>9</w:MaxElements></n:Enumerate>");

  g_assert_cmpuint (count_of (references, "EndpointReference"), ==, 2);
  g_assert_cmpuint (count_of (references, "Msvm_VirtualEthernetSwitch"), ==, 0);
  g_assert_cmpuint (count_of (both, "EndpointReference"), ==, 2);
  g_assert_cmpuint (count_of (both, "Msvm_VirtualEthernetSwitch"), ==, 2);
}

/* MS-WSMV section 3.1.4.1.9: WQL */
static void
test_wql (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) fragment = NULL;

  g_free (hyperv_simulator_add_machine (rig->sim, "It's", 2, HYPERV_STATE_ENABLED));
  g_free (hyperv_simulator_add_machine (rig->sim, "B", 1, HYPERV_STATE_DISABLED));
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'", "Msvm_ComputerSystem"), ==, 2);
  g_assert_cmpuint (count_query (rig, "select * from msvm_computersystem where elementname=\"It's\" and EnabledState=2", "Msvm_ComputerSystem"), ==, 1);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE ElementName='It\\'s' OR ElementName = 'B'", "Msvm_ComputerSystem"), ==, 2);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE NOT (EnabledState <> 3)", "Msvm_ComputerSystem"), ==, 1);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE ElementName LIKE 'it%'", "Msvm_ComputerSystem"), ==, 1);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE PrimaryOwnerName IS NULL", "Msvm_ComputerSystem"), ==, 3);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM CIM_ResourceAllocationSettingData WHERE Parent IS NOT NULL", "Parent"), ==, 6);
  fragment = enumerate (rig, WMI_V2 "*", "SELECT Name, ElementName FROM Msvm_ComputerSystem WHERE EnabledState = 3", 5);
  g_assert_cmpuint (count_of (fragment, "XmlFragment"), ==, 1);
  assert_text (fragment, "ElementName", "B");
  g_assert_cmpuint (count_of (fragment, "EnabledState"), ==, 0);
}

static void
test_bad_wql (Rig *rig, gconstpointer unused)
{
  static const char *const queries[] = {
    "", "SELECT", "SELECT * FROM", "SELECT * FROM Msvm_ComputerSystem WHERE", "DELETE FROM Msvm_ComputerSystem",
    "SELECT * FROM Msvm_ComputerSystem WHERE Name = 'x", "SELECT * FROM Msvm_ComputerSystem WHERE Name = x",
    "SELECT * FROM Msvm_ComputerSystem garbage", "ASSOCIATORS OF {x} WHERE Colour = red",
    "SELECT * FROM __InstanceModificationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
  };
  g_autoptr (Answer) klass = enumerate (rig, WMI_V2 "*", "SELECT * FROM Msvm_Nothing", 1);
  g_autoptr (Answer) property = enumerate (rig, WMI_V2 "*", "SELECT * FROM Msvm_ComputerSystem WHERE Colour = 1", 1);
  g_autoptr (Answer) object = enumerate (rig, WMI_V2 "*", "ASSOCIATORS OF {Msvm_ComputerSystem.Name=\"x\",CreationClassName=\"y\"}", 1);
  g_autoptr (Answer) dialect
      = ask (rig, NS_WSEN "/Enumerate", WMI_V2 "*", NULL, NULL,
             "<n:Enumerate><w:Filter Dialect=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">x</w:Filter></n:Enumerate>");

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (Answer) answer = enumerate (rig, WMI_V2 "*", queries[i], 1);

      assert_fault (answer, "CannotProcessFilter");
    }
  assert_fault (klass, "InternalError");
  assert_fault (property, "InternalError");
  assert_fault (object, "InternalError");
  assert_fault (dialect, "FilterDialectRequestedUnavailable");
}

static void
test_associators (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *system = g_strdup_printf ("{\\\\HV-SIM\\root\\virtualization\\v2:Msvm_ComputerSystem.CreationClassName="
                                             "\"Msvm_ComputerSystem\",Name=\"%s\"}", id);
  g_autofree char *all = g_strdup_printf ("ASSOCIATORS OF %s", system);
  g_autofree char *settings = g_strdup_printf ("ASSOCIATORS OF %s WHERE AssocClass = Msvm_SettingsDefineState "
                                               "ResultClass = Msvm_VirtualSystemSettingData ResultRole = SettingData", system);
  g_autofree char *wrong_role = g_strdup_printf ("ASSOCIATORS OF %s WHERE AssocClass = Msvm_SettingsDefineState "
                                                 "ResultRole = ManagedElement", system);
  g_autofree char *links = g_strdup_printf ("REFERENCES OF %s WHERE ResultClass = Msvm_SystemDevice", system);
  g_autofree char *parts
      = g_strdup_printf ("ASSOCIATORS OF {Msvm_VirtualSystemSettingData.InstanceID=\"Microsoft:%s\"} WHERE "
                         "AssocClass = Msvm_VirtualSystemSettingDataComponent ResultClass = Msvm_MemorySettingData", id);

  g_assert_cmpuint (count_query (rig, all, "Msvm_Keyboard"), ==, 1);
  g_assert_cmpuint (count_query (rig, settings, "Msvm_VirtualSystemSettingData"), ==, 1);
  g_assert_cmpuint (count_query (rig, wrong_role, "Msvm_VirtualSystemSettingData"), ==, 0);
  g_assert_cmpuint (count_query (rig, links, "Msvm_SystemDevice"), ==, 6);
  g_assert_cmpuint (count_query (rig, parts, "Msvm_MemorySettingData"), ==, 1);
}

/* DSP0227 section 8.2.1 */
static void
test_association_filter (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autofree char *reference = epr ("Object", WMI_V2, "Msvm_ComputerSystem", selectors);
  g_autofree char *body = g_strdup_printf (
      "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements><w:Filter "
      "Dialect=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter\"><p:AssociatedInstances "
      "xmlns:p=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\">%s<p:AssociationClassName>Msvm_SystemDevice"
      "</p:AssociationClassName><p:ResultClassName>Msvm_SyntheticMouse</p:ResultClassName></p:AssociatedInstances>"
      "</w:Filter></n:Enumerate>", reference);
  g_autoptr (Answer) answer = ask (rig, NS_WSEN "/Enumerate", WMI_V2 "*", NULL, NULL, body);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (count_of (answer, "Msvm_SyntheticMouse"), ==, 1);
}

/* DSP0226 annex: SelectorFilter; DSP0227 section 5.2: the CIM form of a resource */
static void
test_selector_filter (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer
      = ask (rig, NS_WSEN "/Enumerate", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Msvm_VirtualEthernetSwitch",
             "__cimnamespace=root/virtualization/v2", NULL,
             "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements><w:Filter "
             "Dialect=\"http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter\"><w:SelectorSet><w:Selector "
             "Name=\"ElementName\">Default Switch</w:Selector></w:SelectorSet></w:Filter></n:Enumerate>");

  g_assert_cmpuint (count_of (answer, "Msvm_VirtualEthernetSwitch"), ==, 1);
  assert_text (answer, "ElementName", "Default Switch");
}

/* DSP0227 section 9 */
static void
test_bad_input (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) unknown = invoke (rig, "Msvm_ImageManagementService", NULL, "GetVirtualHardDiskState", "<p:Colour>x</p:Colour>");
  g_autoptr (Answer) twice
      = invoke (rig, "Msvm_ImageManagementService", NULL, "GetVirtualHardDiskState", "<p:Path>a</p:Path><p:Path>b</p:Path>");
  g_autoptr (Answer) space
      = invoke (rig, "Msvm_ImageManagementService", NULL, "GetVirtualHardDiskState", "<Path xmlns=\"urn:x\">a</Path>");
  g_autoptr (Answer) number = invoke (rig, "Msvm_ImageManagementService", NULL, "ResizeVirtualHardDisk",
                                      "<p:Path>a</p:Path><p:MaxInternalSize>-4</p:MaxInternalSize>");
  g_autoptr (Answer) nil = invoke (rig, "Msvm_ImageManagementService", NULL, "GetVirtualHardDiskState",
                                   "<p:Path xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>");

  assert_fault (unknown, "SchemaValidationError");
  assert_fault (twice, "SchemaValidationError");
  assert_fault (space, "SchemaValidationError");
  assert_fault (number, "SchemaValidationError");
  assert_return (nil, 32773);
}

void
add_wsman_tests (void)
{
  ADD ("identify", test_identify);
  ADD ("headers", test_headers);
  ADD ("no-soap", test_no_soap);
  ADD ("actions", test_actions);
  ADD ("envelope-size", test_envelope_size);
  ADD ("get", test_get);
  ADD ("get-none", test_get_none);
  ADD ("pages", test_pages);
  ADD ("optimized", test_optimized);
  ADD ("contexts-end", test_contexts_end);
  ADD ("page-bytes", test_page_bytes);
  ADD ("modes", test_modes);
  ADD ("wql", test_wql);
  ADD ("bad-wql", test_bad_wql);
  ADD ("associators", test_associators);
  ADD ("association-filter", test_association_filter);
  ADD ("selector-filter", test_selector_filter);
  ADD ("bad-input", test_bad_input);
}
