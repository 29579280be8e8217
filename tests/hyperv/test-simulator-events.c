/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <string.h>

#define PULL_MODE "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"

/* DSP0226 section 10.2 */
static Answer *
subscribe (Rig *rig, const char *mode, const char *expires, const char *query)
{
  g_autofree char *escaped = g_markup_escape_text (query, -1);
  g_autofree char *body = g_strdup_printf ("<e:Subscribe><e:Delivery Mode=\"%s\"/><e:Expires>%s</e:Expires>"
                                           "<w:Filter Dialect=\"" WQL "\">%s</w:Filter></e:Subscribe>", mode, expires, escaped);

  return ask (rig, NS_WSE "/Subscribe", WMI_V2 "*", NULL, NULL, body);
}

static char *
subscribe_to (Rig *rig, const char *query, char **identifier)
{
  g_autoptr (Answer) answer = subscribe (rig, PULL_MODE, "PT600S", query);

  g_assert_cmpuint (answer->status, ==, 200);
  if (identifier != NULL)
    *identifier = text_of (answer, "Identifier");
  return text_of (answer, "EnumerationContext");
}

static Answer *
pull_for (Rig *rig, const char *context, const char *timeout)
{
  g_autofree char *body = g_strdup_printf ("<n:Pull><n:EnumerationContext>%s</n:EnumerationContext>"
                                           "<n:MaxElements>10</n:MaxElements></n:Pull>", context);
  g_autofree char *header = g_strdup_printf ("<w:OperationTimeout>%s</w:OperationTimeout>", timeout);

  return ask (rig, NS_WSEN "/Pull", WMI_V2 "*", NULL, header, body);
}

#define CHANGES "SELECT * FROM __InstanceModificationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"

static void
test_modification (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *context = subscribe_to (rig, CHANGES, NULL);
  g_autoptr (Answer) answer = NULL;
  g_autofree char *now = NULL, *before = NULL, *type = NULL;

  hyperv_simulator_set_machine_state (rig->sim, id, HYPERV_STATE_ENABLED);
  answer = pull_for (rig, context, "PT60S");
  g_assert_cmpuint (count_of (answer, "__InstanceModificationEvent"), ==, 1);
  now = xpath_of (answer, "//*[local-name()='TargetInstance']/*[local-name()='EnabledState']");
  before = xpath_of (answer, "//*[local-name()='PreviousInstance']/*[local-name()='EnabledState']");
  type = xpath_of (answer, "//*[local-name()='TargetInstance']/@xsi:type");
  g_assert_cmpstr (now, ==, "2");
  g_assert_cmpstr (before, ==, "3");
  g_assert_true (g_str_has_suffix (type, ":Msvm_ComputerSystem_Type"));
  g_assert_cmpuint (count_of (answer, "EndOfSequence"), ==, 0);
}

static gpointer
change_later (gpointer data)
{
  Rig *rig = data;
  g_autofree char *id = hyperv_simulator_find_machine (rig->sim, "A");

  while (hyperv_simulator_get_n_waiting (rig->sim) == 0)
    g_usleep (2000);
  hyperv_simulator_rename_machine (rig->sim, id, "B");
  return NULL;
}

/* A Pull that came first is answered when something happens. */
static void
test_waiting (Rig *rig, gconstpointer unused)
{
  g_autofree char *context = NULL;
  g_autoptr (Answer) answer = NULL;
  GThread *thread;

  g_free (hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED));
  context = subscribe_to (rig, CHANGES, NULL);
  thread = g_thread_new ("later", change_later, rig);
  answer = pull_for (rig, context, "PT300S");
  g_thread_join (thread);
  assert_text (answer, "ElementName", "A");
  g_assert_nonnull (strstr (answer->text, ":ElementName>B<"));
}

static void
test_creation_and_deletion (Rig *rig, gconstpointer unused)
{
  g_autofree char *all = subscribe_to (rig, "SELECT * FROM __InstanceOperationEvent WITHIN 2 WHERE TargetInstance ISA 'CIM_ComputerSystem'", NULL);
  g_autofree char *created = subscribe_to (rig, "SELECT * FROM __InstanceCreationEvent WITHIN 2 WHERE TargetInstance ISA "
                                                "'Msvm_ComputerSystem' AND TargetInstance.ElementName = 'B'", NULL);
  g_autofree char *first = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *second = hyperv_simulator_add_machine (rig->sim, "B", 2, HYPERV_STATE_DISABLED);
  g_autoptr (Answer) every = NULL;
  g_autoptr (Answer) some = NULL;

  hyperv_simulator_remove_machine (rig->sim, first);
  every = pull_for (rig, all, "PT60S");
  g_assert_cmpuint (count_of (every, "__InstanceCreationEvent"), ==, 2);
  g_assert_cmpuint (count_of (every, "__InstanceDeletionEvent"), ==, 1);
  some = pull_for (rig, created, "PT60S");
  g_assert_cmpuint (count_of (some, "__InstanceCreationEvent"), ==, 1);
  assert_text (some, "ElementName", "B");
}

/* DSP0226 section 10.2.9.5 */
static void
test_nothing_happens (Rig *rig, gconstpointer unused)
{
  g_autofree char *context = subscribe_to (rig, CHANGES, NULL);
  g_autoptr (Answer) answer = pull_for (rig, context, "PT0.05S");
  g_autoptr (Answer) again = NULL;

  assert_fault (answer, "TimedOut");
  /* The subscription lives on. */
  g_assert_cmpuint (hyperv_simulator_get_n_subscriptions (rig->sim), ==, 1);
  again = pull_for (rig, context, "PT0.05S");
  assert_fault (again, "TimedOut");
}

/* DSP0226 sections 10.3 and 10.4 */
static void
test_renew (Rig *rig, gconstpointer unused)
{
  g_autofree char *identifier = NULL;
  g_autofree char *context = subscribe_to (rig, CHANGES, &identifier);
  g_autofree char *header = g_strdup_printf ("<e:Identifier>%s</e:Identifier>", identifier);
  g_autoptr (Answer) renew = ask (rig, NS_WSE "/Renew", WMI_V2 "*", NULL, header, "<e:Renew><e:Expires>PT900S</e:Expires></e:Renew>");
  g_autoptr (Answer) wrong = ask (rig, NS_WSE "/Renew", WMI_V2 "*", NULL, header, "<e:Renew><e:Expires>soon</e:Expires></e:Renew>");
  g_autoptr (Answer) unknown = ask (rig, NS_WSE "/Unsubscribe", WMI_V2 "*", NULL, "<e:Identifier>uuid:x</e:Identifier>", "<e:Unsubscribe/>");
  g_autoptr (Answer) unsubscribe = ask (rig, NS_WSE "/Unsubscribe", WMI_V2 "*", NULL, header, "<e:Unsubscribe/>");
  g_autoptr (Answer) late = pull_for (rig, context, "PT60S");

  assert_text (renew, "Expires", "PT900.000S");
  assert_fault (wrong, "InvalidExpirationTime");
  assert_fault (unknown, "InvalidMessage");
  g_assert_cmpuint (unsubscribe->status, ==, 200);
  assert_fault (late, "InvalidEnumerationContext");
  g_assert_cmpuint (hyperv_simulator_get_n_subscriptions (rig->sim), ==, 0);
}

static void
test_expired (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = subscribe (rig, PULL_MODE, "PT0.01S", CHANGES);
  g_autofree char *context = text_of (answer, "EnumerationContext");
  gboolean gone = FALSE;

  g_assert_cmpuint (answer->status, ==, 200);
  while (!gone)
    {
      g_autoptr (Answer) late = pull_for (rig, context, "PT0.02S");
      g_autofree char *code = xpath_of (late, "//s:Subcode/s:Value");

      gone = g_str_has_suffix (code, ":InvalidEnumerationContext");
      if (!gone)
        assert_fault (late, "TimedOut");
    }
}

static void
test_bad_subscriptions (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) mode = subscribe (rig, "http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push", "PT60S", CHANGES);
  g_autoptr (Answer) plain = subscribe (rig, PULL_MODE, "PT60S", "SELECT * FROM Msvm_ComputerSystem");
  g_autoptr (Answer) within = subscribe (rig, PULL_MODE, "PT60S", "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Msvm_ComputerSystem'");
  g_autoptr (Answer) klass = subscribe (rig, PULL_MODE, "PT60S", "SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Nothing'");
  g_autoptr (Answer) dialect
      = ask (rig, NS_WSE "/Subscribe", WMI_V2 "*", NULL, NULL,
             "<e:Subscribe><e:Delivery Mode=\"" PULL_MODE "\"/><e:Filter Dialect=\"urn:x\">x</e:Filter></e:Subscribe>");
  g_autoptr (Answer) off = NULL;

  assert_fault (mode, "DeliveryModeRequestedUnavailable");
  assert_fault (plain, "CannotProcessFilter");
  assert_fault (within, "CannotProcessFilter");
  assert_fault (klass, "CannotProcessFilter");
  assert_fault (dialect, "FilteringRequestedUnavailable");
  hyperv_simulator_set_events (rig->sim, FALSE);
  off = subscribe (rig, PULL_MODE, "PT60S", CHANGES);
  assert_fault (off, "DeliveryModeRequestedUnavailable");
}

/* The events of a whole job */
static void
test_job_events (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *context = subscribe_to (rig, "SELECT * FROM __InstanceModificationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ConcreteJob' "
                                                "AND TargetInstance.JobState = 7", NULL);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autoptr (Answer) answer = NULL;

  assert_job (rig, invoke (rig, "Msvm_ComputerSystem", selectors, "RequestStateChange", "<p:RequestedState>2</p:RequestedState>"));
  answer = pull_for (rig, context, "PT60S");
  g_assert_cmpuint (count_of (answer, "__InstanceModificationEvent"), ==, 1);
  g_assert_nonnull (strstr (answer->text, ":PercentComplete>100<"));
}

void
add_event_tests (void)
{
  ADD ("modification", test_modification);
  ADD ("waiting", test_waiting);
  ADD ("creation-and-deletion", test_creation_and_deletion);
  ADD ("nothing-happens", test_nothing_happens);
  ADD ("renew", test_renew);
  ADD ("expired", test_expired);
  ADD ("bad-subscriptions", test_bad_subscriptions);
  ADD ("job-events", test_job_events);
}
