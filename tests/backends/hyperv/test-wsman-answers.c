/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is read of an answer, without a server: the answers are in answers/, written from DSP0226, DSP0227, DSP0230 and
 * MS-WSMV. */

#include "config.h"

#include <string.h>

#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-private.h"
#include "tests/avb-test.h"

static AvbWsmanAnswer *
parse_file (const char *name, AvbWsmanVerb verb, const char *method, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".soap", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("AVB_ANSWERS"), file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) missing = NULL;
  gsize length;

  g_file_get_contents (path, &text, &length, &missing);
  g_assert_no_error (missing);
  return avb_wsman_answer_parse (text, length, verb, method, error);
}

static AvbWsmanAnswer *
parse (const char *name, AvbWsmanVerb verb, const char *method)
{
  g_autoptr (GError) error = NULL;
  AvbWsmanAnswer *answer = parse_file (name, verb, method, &error);

  if (error != NULL)
    g_error ("%s: %s: %s", name, error->message, avb_error_get_details (error));
  return answer;
}

static AvbWmiObject *
item (AvbWsmanAnswer *answer, guint index)
{
  g_assert_cmpuint (index, <, answer->items->len);
  return answer->items->pdata[index];
}

static void
test_machine (void)
{
  g_autoptr (AvbWsmanAnswer) answer = parse ("get-machine", AVB_WSMAN_GET, NULL);
  AvbWmiObject *machine = item (answer, 0);
  AvbWmiPath   *owner = avb_wmi_object_get_path (machine, "Owner");

  g_assert_cmpstr (answer->relates_to, ==, "@ID@");
  g_assert_cmpstr (avb_wmi_object_get_class (machine), ==, "Msvm_ComputerSystem");
  g_assert_cmpstr (avb_wmi_object_get_string (machine, "ElementName"), ==, "\u202e مضيف <Ü> 💻");
  g_assert_false (avb_wmi_object_has (machine, "Description"));
  g_assert_false (avb_wmi_object_has (machine, "Notes"));
  g_assert_cmpuint (avb_wmi_object_get_uint (machine, "EnabledState", 0), ==, 2);
  g_assert_cmpuint (avb_wmi_object_get_uint (machine, "OnTimeInMilliseconds", 0), ==, G_MAXUINT64);
  g_assert_cmpuint (avb_wmi_object_get_uint (machine, "Strange", 9), ==, 9);
  g_assert_cmpuint (avb_wmi_object_count (machine, "OperationalStatus"), ==, 2);
  g_assert_cmpstr (avb_wmi_object_get_string_at (machine, "OperationalStatus", 1), ==, "32768");
  g_assert_cmpstr (avb_wmi_object_get_string (machine, "Roles"), ==, "");
  g_assert_cmpstr (avb_wmi_object_get_string_at (machine, "StatusDescriptions", 0), ==, "Operating  normally");
  g_assert_cmpstr (avb_wmi_object_get_string_at (machine, "StatusDescriptions", 1), ==, "<Merging> disks");
  g_assert_cmpstr (avb_wmi_object_get_string (machine, "InstallDate"), ==, "2026-11-28T17:45:00Z");
  g_assert_cmpstr (avb_wmi_object_get_string (machine, "TimeOfLastStateChange"), ==, "P0DT0H2M3.5S");
  g_assert_true (avb_wmi_object_get_boolean (machine, "Started"));
  g_assert_cmpstr (avb_wmi_path_get_class (owner), ==, "Msvm_VirtualSystemManagementService");
  g_assert_cmpstr (avb_wmi_path_get_key (owner, "SystemName"), ==, "HOST");
  g_assert_null (avb_wmi_path_get_key (owner, "__cimnamespace"));
  g_assert_false (avb_wmi_object_has (machine, "Elsewhere"));
  g_assert_false (avb_wmi_object_has (machine, "Location"));
  g_assert_false (avb_wmi_object_has (machine, "Foreign"));
}

static void
test_embedded (void)
{
  g_autoptr (AvbWsmanAnswer) answer = parse ("get-embedded", AVB_WSMAN_GET, NULL);
  AvbWmiObject *target = avb_wmi_object_get_object_at (item (answer, 0), "TargetInstance", 0);
  AvbWmiObject *before = avb_wmi_object_get_object_at (item (answer, 0), "PreviousInstance", 0);

  g_assert_cmpstr (avb_wmi_object_get_class (target), ==, "Msvm_ComputerSystem");
  g_assert_cmpuint (avb_wmi_object_get_uint (target, "EnabledState", 0), ==, 3);
  g_assert_cmpuint (avb_wmi_object_count (target, "OperationalStatus"), ==, 2);
  g_assert_cmpstr (avb_wmi_object_get_class (before), ==, "Msvm_ComputerSystem");
  g_assert_cmpuint (avb_wmi_object_get_uint (before, "EnabledState", 0), ==, 2);
}

static void
test_association (void)
{
  g_autoptr (AvbWsmanAnswer) answer = parse ("get-association", AVB_WSMAN_GET, NULL);
  AvbWmiPath *setting = avb_wmi_object_get_path (item (answer, 0), "SettingData");
  AvbWmiPath *self = avb_wmi_object_get_path (item (answer, 0), "Self");
  g_autofree char *text = avb_wmi_path_to_text (setting);
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_cmpstr (text, ==, "\\\\.\\root\\virtualization\\v2:Msvm_VirtualSystemSettingData.InstanceID=\"Microsoft:A\"");
  g_assert_cmpstr (avb_wmi_path_get_key (self, "SettingData"), ==, text);
  /* It is sent back as what it was. */
  avb_wsman_write_selectors (out, self);
  g_assert_nonnull (strstr (out->str, "<w:Selector Name=\"SettingData\"><a:EndpointReference>"));
  g_assert_nonnull (strstr (out->str, "<w:Selector Name=\"InstanceID\">Microsoft:A</w:Selector>"));
}

static void
test_shapes (void)
{
  static const struct {
    const char *name;
    const char *class_name;
    const char *property;
    const char *value;
  } shapes[] = {
    { "get-default-namespace", "Msvm_ComputerSystem", "Name", "A" },
    { "get-dmtf-namespace", "CIM_ComputerSystem", "Name", "A" },
    { "get-nothing-inside", "Msvm_ComputerSystem", "Name", NULL },
    { "get-nil-in-array", "X", "A", "1" },
    { "get-utf16", "Msvm_ComputerSystem", "ElementName", "Ünï" },
  };
  g_autoptr (AvbWsmanAnswer) nils = parse ("get-nil-in-array", AVB_WSMAN_GET, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (AvbWsmanAnswer) answer = parse (shapes[i].name, AVB_WSMAN_GET, NULL);

      g_assert_cmpstr (avb_wmi_object_get_class (item (answer, 0)), ==, shapes[i].class_name);
      g_assert_cmpstr (avb_wmi_object_get_string (item (answer, 0), shapes[i].property), ==, shapes[i].value);
    }
  g_assert_cmpuint (avb_wmi_object_count (item (nils, 0), "A"), ==, 2);
}

static void
test_pages (void)
{
  static const struct {
    const char  *name;
    AvbWsmanVerb verb;
    guint        n;
    const char  *context;
    gboolean     end;
  } pages[] = {
    { "enumerate-all", AVB_WSMAN_ENUMERATE, 2, NULL, TRUE },
    { "enumerate-none", AVB_WSMAN_ENUMERATE, 0, NULL, TRUE },
    { "enumerate-context-only", AVB_WSMAN_ENUMERATE, 0, "uuid:C1", FALSE },
    { "enumerate-first", AVB_WSMAN_ENUMERATE, 1, "uuid:C1", FALSE },
    { "enumerate-wrapped", AVB_WSMAN_ENUMERATE, 1, NULL, TRUE },
    { "enumerate-fragment", AVB_WSMAN_ENUMERATE, 1, NULL, TRUE },
    { "pull-middle", AVB_WSMAN_PULL, 2, "uuid:C2", FALSE },
    { "pull-last", AVB_WSMAN_PULL, 1, NULL, TRUE },
    { "pull-end-only", AVB_WSMAN_PULL, 0, NULL, TRUE },
    { "pull-no-items", AVB_WSMAN_PULL, 0, NULL, FALSE },
    { "pull-events", AVB_WSMAN_PULL, 2, "uuid:E2", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (AvbWsmanAnswer) answer = parse (pages[i].name, pages[i].verb, NULL);

      g_test_message ("%s", pages[i].name);
      g_assert_cmpuint (answer->items->len, ==, pages[i].n);
      g_assert_cmpstr (answer->context, ==, pages[i].context);
      g_assert_cmpint (answer->end, ==, pages[i].end);
    }
}

static void
test_invoked (void)
{
  g_autoptr (AvbWsmanAnswer) job = parse ("invoke-job", AVB_WSMAN_INVOKE, "DefineSystem");
  g_autoptr (AvbWsmanAnswer) summary = parse ("invoke-summary", AVB_WSMAN_INVOKE, "GetSummaryInformation");
  g_autoptr (AvbWsmanAnswer) text = parse ("invoke-text", AVB_WSMAN_INVOKE, "ModifyResourceSettings");
  AvbWmiObject *second = avb_wmi_object_get_object_at (item (summary, 0), "SummaryInformation", 1);
  AvbWmiObject *error = avb_wmi_object_get_object_at (item (text, 0), "Error", 0);

  g_assert_cmpuint (avb_wmi_object_get_uint (item (job, 0), "ReturnValue", 0), ==, 4096);
  g_assert_cmpstr (
      avb_wmi_path_get_key (avb_wmi_object_get_path (item (job, 0), "Job"), "InstanceID"), ==, "J-1");
  g_assert_cmpuint (avb_wmi_object_count (item (summary, 0), "SummaryInformation"), ==, 2);
  g_assert_cmpstr (avb_wmi_object_get_class (second), ==, "Msvm_SummaryInformation");
  g_assert_cmpstr (avb_wmi_object_get_string (second, "ElementName"), ==, "two");
  g_assert_false (avb_wmi_object_has (second, "MemoryUsage"));
  g_assert_cmpstr (avb_wmi_object_get_string (error, "Message"), ==, "a & b");
  g_assert_null (avb_wmi_object_get_object_at (item (text, 0), "Error", 1));
}

static void
test_identity (void)
{
  g_autoptr (AvbWsmanAnswer) windows = parse ("identify", AVB_WSMAN_IDENTIFY, NULL);
  g_autoptr (AvbWsmanAnswer) other = parse ("identify-spelt-otherwise", AVB_WSMAN_IDENTIFY, NULL);

  g_assert_cmpstr (windows->product, ==, "Microsoft Corporation OS: 10.0.20348 SP: 0.0 Stack: 3.0");
  g_assert_cmpstr (other->product, ==, "Openwsman");
}

static void
test_subscription (void)
{
  g_autoptr (AvbWsmanAnswer) answer = parse ("subscribe", AVB_WSMAN_SUBSCRIBE, NULL);
  g_autoptr (AvbWsmanAnswer) moment = parse ("subscribe-other-clock", AVB_WSMAN_SUBSCRIBE, NULL);
  g_autoptr (AvbWsmanAnswer) none = parse ("subscribe-without-context", AVB_WSMAN_SUBSCRIBE, NULL);

  g_assert_cmpstr (answer->context, ==, "uuid:E1");
  g_assert_cmpstr (answer->manager.identifier, ==, "430055A3-8146-49AA-A5C1-D87DC542AB0C");
  g_assert_cmpuint (answer->expires, ==, 600);
  g_assert_cmpuint (moment->expires, ==, 0);
  g_assert_null (none->context);
}

static void
test_faults (void)
{
  static const struct {
    const char *name;
    AvbError    code;
    const char *details;
  } faults[] = {
    { "fault-access-denied", AVB_ERROR_PERMISSION, "Access is denied.\nAccessDenied, 0x00000005" },
    { "fault-not-there", AVB_ERROR_NOT_FOUND, "No such thing innermost.\nThe service cannot find the resource." },
    { "fault-action-not-supported", AVB_ERROR_NOT_SUPPORTED, "It did not work.\nActionNotSupported" },
    { "fault-internal-wmi-not-found", AVB_ERROR_NOT_FOUND, "Not found\nThe WMI service reported an error." },
    { "fault-internal-wmi-denied", AVB_ERROR_PERMISSION, "0x80041003" },
    { "fault-invalid-selectors", AVB_ERROR_NOT_FOUND, "InvalidSelectors" },
    { "fault-invalid-parameter", AVB_ERROR_FAILED, "InvalidParameter" },
    { "fault-timed-out", AVB_ERROR_UNAVAILABLE, "The operation has timed out.\nTimedOut" },
    { "fault-enumeration-timed-out", AVB_ERROR_NOT_FOUND, "TimedOut" },
    { "fault-quota", AVB_ERROR_UNAVAILABLE, "Too many requests.\nQuotaLimit" },
    { "fault-concurrency", AVB_ERROR_BUSY, "Concurrency" },
    { "fault-exists", AVB_ERROR_EXISTS, "AlreadyExists" },
    { "fault-encoding-limit", AVB_ERROR_FAILED, "MaxEnvelopeSizeExceeded" },
    { "fault-no-detail", AVB_ERROR_FAILED, "SchemaValidationError" },
    { "fault-no-subcode", AVB_ERROR_FAILED, "Nobody knows.\nReceiver" },
    { "fault-no-reason", AVB_ERROR_FAILED, "InternalError" },
    { "fault-languages", AVB_ERROR_FAILED, "Nein & nein.\nSender" },
    { "fault-context", AVB_ERROR_NOT_FOUND, "InvalidEnumerationContext" },
    { "fault-delivery-mode", AVB_ERROR_NOT_SUPPORTED, "DeliveryModeRequestedUnavailable" },
    { "fault-filter", AVB_ERROR_NOT_SUPPORTED, "FilteringRequestedUnavailable" },
    { "fault-renew", AVB_ERROR_NOT_SUPPORTED, "UnableToRenew" },
    { "fault-unrelated", AVB_ERROR_FAILED, "A header was not understood.\nMustUnderstand" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      /* Whatever was asked, a fault is an answer. */
      for (AvbWsmanVerb verb = AVB_WSMAN_IDENTIFY; verb <= AVB_WSMAN_UNSUBSCRIBE; verb++)
        {
          g_autoptr (AvbWsmanAnswer) answer = parse (faults[i].name, verb, "DefineSystem");
          g_autoptr (GError) error = NULL;

          g_assert_nonnull (answer->fault);
          error = avb_wsman_fault_to_error (answer->fault);
          g_test_message ("%s: %s", faults[i].name, avb_error_get_details (error));
          g_assert_error (error, AVB_ERROR, (int) faults[i].code);
          g_assert_true (g_str_has_prefix (avb_error_get_details (error), faults[i].details) ||
                         g_str_has_suffix (avb_error_get_details (error), faults[i].details));
          g_assert_cmpint (
              avb_wsman_fault_is_timed_out (answer->fault), ==, g_str_equal (faults[i].name, "fault-timed-out"));
        }
    }
}

static void
refuse (const char *name, AvbWsmanVerb verb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = parse_file (name, verb, "DefineSystem", &error);

  if (answer != NULL)
    g_error ("%s was taken for an answer", name);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_test_message ("%s: %s", name, avb_error_get_details (error));
  g_assert_nonnull (avb_error_get_details (error));
  g_assert_true (g_utf8_validate (avb_error_get_details (error), -1, NULL));
}

static void
test_hostile (void)
{
  static const char *const all[] = {
    "hostile-entity-bomb", "hostile-entity-in-attribute", "hostile-parameter-entity", "hostile-external-entity",
    "hostile-external-dtd", "hostile-undeclared-entity", "hostile-instruction", "hostile-soap-1-1",
    "hostile-no-namespace", "hostile-body-elsewhere", "hostile-truncated", "hostile-truncated-in-name",
    "hostile-two-roots", "hostile-two-bodies", "hostile-empty-body", "hostile-text-body", "hostile-no-body",
    "hostile-header-after-body", "hostile-undeclared-prefix", "hostile-bad-utf8", "hostile-nul-reference",
    "hostile-two-kinds", "hostile-selector-name", "hostile-selector-twice", "hostile-property-name", "hostile-html",
    "hostile-json", "hostile-empty", "hostile-zeros", "hostile-two-objects", "fault-no-code", "fault-soap-1-1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    refuse (all[i], AVB_WSMAN_GET);
  refuse ("hostile-long-context", AVB_WSMAN_ENUMERATE);
  refuse ("enumerate-references", AVB_WSMAN_ENUMERATE);
  refuse ("enumerate-other-namespace", AVB_WSMAN_ENUMERATE);
  refuse ("enumerate-no-namespace", AVB_WSMAN_ENUMERATE);
  refuse ("enumerate-answers-pull", AVB_WSMAN_ENUMERATE);
  refuse ("enumerate-all", AVB_WSMAN_PULL);
  refuse ("identify-other-body", AVB_WSMAN_IDENTIFY);
  refuse ("invoke-other-method", AVB_WSMAN_INVOKE);
  refuse ("invoke-other-namespace", AVB_WSMAN_INVOKE);
  refuse ("subscribe", AVB_WSMAN_PULL);
  refuse ("unsubscribe", AVB_WSMAN_RENEW);
}

/* --- large ones --- */

#define HEAD                                                                                                  \
  "<s:Envelope xmlns:s=\"" AVB_NS_SOAP "\" xmlns:n=\"" AVB_NS_ENUMERATION "\" xmlns:p=\"" AVB_WSMAN_WMI_PREFIX \
  "root/virtualization/v2/X\"><s:Body>"
#define TAIL "</s:Body></s:Envelope>"

static AvbWsmanAnswer *
parse_text (const char *text, gsize length, AvbWsmanVerb verb, GError **error)
{
  return avb_wsman_answer_parse (text, length, verb, NULL, error);
}

/* A thousand machines with a hundred properties: what a large host sends. */
static void
test_many_values (void)
{
  g_autoptr (GString) text = g_string_new (HEAD "<n:PullResponse><n:Items>");
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_string_append (text, "<p:X>");
      for (guint k = 0; k < 100; k++)
        g_string_append_printf (text, "<p:P%u>value %u of %u</p:P%u>", k, k, i, k);
      g_string_append (text, "</p:X>");
    }
  g_string_append (text, "</n:Items><n:EndOfSequence/></n:PullResponse>" TAIL);
  answer = parse_text (text->str, text->len, AVB_WSMAN_PULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->items->len, ==, 1000);
  g_assert_cmpstr (avb_wmi_object_get_string (item (answer, 999), "P99"), ==, "value 99 of 999");
}

/* A picture of 1024 × 512 points, each byte an element: more than the library takes in one piece elsewhere. */
static void
test_picture (void)
{
  const guint n = 1024 * 512 * 2;
  g_autoptr (GString) text = g_string_new (HEAD "<p:X>");
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "<p:ImageData>%u</p:ImageData>", i % 256);
  g_string_append (text, "</p:X>" TAIL);
  g_assert_cmpuint (text->len, >, 20 * 1024 * 1024);
  answer = parse_text (text->str, text->len, AVB_WSMAN_GET, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (avb_wmi_object_count (item (answer, 0), "ImageData"), ==, n);
  g_assert_cmpstr (avb_wmi_object_get_string_at (item (answer, 0), "ImageData", n - 1), ==, "255");
}

static void
refuse_text (const char *what, GString *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = parse_text (text->str, text->len, AVB_WSMAN_PULL, &error);

  g_test_message ("%s: %s", what, error != NULL ? avb_error_get_details (error) : "taken");
  g_assert_null (answer);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_string_free (text, TRUE);
}

static GString *
repeat (const char *before, const char *piece, guint n, const char *after)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, after);
  return text;
}

static void
test_limits (void)
{
  GString *wide = g_string_new (HEAD "<n:PullResponse><n:Items><p:X>");

  refuse_text ("depth in the body", repeat (HEAD, "<n:a>", 100000, ""));
  refuse_text ("depth in a value", repeat (HEAD "<n:PullResponse><n:Items>", "<p:X>", 100000, ""));
  refuse_text ("depth in a header", repeat ("<s:Envelope xmlns:s=\"" AVB_NS_SOAP "\"><s:Header>", "<x>", 1000, ""));
  refuse_text ("elements nobody knows",
               repeat (HEAD "<n:PullResponse>", "<x/>", AVB_WSMAN_MAX_ELEMENTS + 10, "</n:PullResponse>" TAIL));
  refuse_text ("objects",
               repeat (HEAD "<n:PullResponse><n:Items>", "<p:X/>", AVB_WSMAN_MAX_OBJECTS + 1,
                       "</n:Items></n:PullResponse>" TAIL));
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (wide, "<p:P%u/>", i);
  g_string_append (wide, "</p:X></n:Items></n:PullResponse>" TAIL);
  refuse_text ("properties of one object", wide);
}

/* Values of other objects are not a few: a hundred thousand objects with eleven each are too many for one message. */
static void
test_limit_of_values (void)
{
  GString *text = g_string_new (HEAD "<n:PullResponse><n:Items>");

  for (guint i = 0; i < 99000; i++)
    g_string_append (
        text,
        "<p:X><p:a/><p:b/><p:c/><p:d/><p:e/><p:f/><p:g/><p:h/><p:i/><p:j/><p:k/></p:X>");
  g_string_append (text, "</n:Items></n:PullResponse>" TAIL);
  refuse_text ("values", text);
}

/* A hundred thousand elements, and half a million of those nobody asked for, cost what is kept of them and no more. */
static void
test_skipped (void)
{
  g_autoptr (GString) text = repeat (HEAD "<p:X>", "<x xmlns=\"urn:x\"><y/>text</x>", 250000, "<p:A>1</p:A></p:X>" TAIL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = parse_text (text->str, text->len, AVB_WSMAN_GET, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (avb_wmi_object_get_n_fields (item (answer, 0)), ==, 1);
  g_assert_cmpstr (avb_wmi_object_get_string (item (answer, 0), "A"), ==, "1");
}

/* What came as text keeps its types when it is given back. */
static void
test_types (void)
{
  static const char text[] = HEAD "<p:X><p:VirtualQuantity>2</p:VirtualQuantity><p:SecureBootEnabled>true</p:SecureBootEnabled>"
                                  "<p:BootOrder>1</p:BootOrder><p:BootOrder>2</p:BootOrder><p:ElementName>n</p:ElementName>"
                                  "<p:CreationTime><c:Datetime xmlns:c=\"" AVB_NS_CIM
                                  "\">2026-11-28T00:00:00Z</c:Datetime></p:CreationTime></p:X>" TAIL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = parse_text (text, strlen (text), AVB_WSMAN_GET, &error);
  g_autofree char *out = NULL;

  g_assert_no_error (error);
  out = avb_wmi_object_to_cim_xml (item (answer, 0));
  g_assert_cmpstr (out,
                   ==,
                   "<INSTANCE CLASSNAME=\"X\"><PROPERTY NAME=\"VirtualQuantity\" TYPE=\"uint64\"><VALUE>2</VALUE></PROPERTY>"
                   "<PROPERTY NAME=\"SecureBootEnabled\" TYPE=\"boolean\"><VALUE>true</VALUE></PROPERTY>"
                   "<PROPERTY.ARRAY NAME=\"BootOrder\" TYPE=\"uint16\"><VALUE.ARRAY><VALUE>1</VALUE><VALUE>2</VALUE>"
                   "</VALUE.ARRAY></PROPERTY.ARRAY>"
                   "<PROPERTY NAME=\"ElementName\" TYPE=\"string\"><VALUE>n</VALUE></PROPERTY></INSTANCE>");
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/WsmanAnswer/machine", test_machine);
  g_test_add_func ("/Avb/WsmanAnswer/embedded", test_embedded);
  g_test_add_func ("/Avb/WsmanAnswer/association", test_association);
  g_test_add_func ("/Avb/WsmanAnswer/shapes", test_shapes);
  g_test_add_func ("/Avb/WsmanAnswer/pages", test_pages);
  g_test_add_func ("/Avb/WsmanAnswer/invoked", test_invoked);
  g_test_add_func ("/Avb/WsmanAnswer/identity", test_identity);
  g_test_add_func ("/Avb/WsmanAnswer/subscription", test_subscription);
  g_test_add_func ("/Avb/WsmanAnswer/faults", test_faults);
  g_test_add_func ("/Avb/WsmanAnswer/hostile", test_hostile);
  g_test_add_func ("/Avb/WsmanAnswer/many-values", test_many_values);
  g_test_add_func ("/Avb/WsmanAnswer/picture", test_picture);
  g_test_add_func ("/Avb/WsmanAnswer/limits", test_limits);
  g_test_add_func ("/Avb/WsmanAnswer/limit-of-values", test_limit_of_values);
  g_test_add_func ("/Avb/WsmanAnswer/skipped", test_skipped);
  g_test_add_func ("/Avb/WsmanAnswer/types", test_types);
  return g_test_run ();
}
