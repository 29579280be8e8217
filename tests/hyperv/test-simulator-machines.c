/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <string.h>

#define MANAGEMENT "Msvm_VirtualSystemManagementService"
#define SNAPSHOTS  "Msvm_VirtualSystemSnapshotService"

static Answer *
request_state (Rig *rig, const char *id, guint state)
{
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autofree char *arguments = g_strdup_printf ("<p:RequestedState>%u</p:RequestedState>", state);

  return invoke (rig, "Msvm_ComputerSystem", selectors, "RequestStateChange", arguments);
}

static void
cancel (Rig *rig, Answer *answer)
{
  g_autofree char *id = xpath_of (answer, "//*[local-name()='Job']//w:Selector[@Name='InstanceID']");
  g_autofree char *selectors = g_strdup_printf ("InstanceID=%s", id);
  g_autoptr (Answer) done
      = invoke (rig, "Msvm_ConcreteJob", selectors, "RequestStateChange", "<p:RequestedState>4</p:RequestedState>");

  assert_return (done, 0);
}

/* Each transition of the reference, with the state on the way */
static void
test_states (Rig *rig, gconstpointer unused)
{
  static const struct {
    guint       requested;
    HypervState way, end;
  } steps[] = {
    { 2, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED },      { 9, HYPERV_STATE_PAUSING, HYPERV_STATE_QUIESCE },
    { 2, HYPERV_STATE_RESUMING, HYPERV_STATE_ENABLED },      { 11, HYPERV_STATE_RESET, HYPERV_STATE_ENABLED },
    { 6, HYPERV_STATE_SAVING, HYPERV_STATE_SAVED },          { 2, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED },
    { 9, HYPERV_STATE_PAUSING, HYPERV_STATE_QUIESCE },       { 6, HYPERV_STATE_SAVING, HYPERV_STATE_SAVED },
    { 3, HYPERV_STATE_SAVED, HYPERV_STATE_DISABLED },        { 2, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED },
    { 3, HYPERV_STATE_SHUTTING_DOWN, HYPERV_STATE_DISABLED },
  };
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (Answer) answer = NULL;

      /* It goes no further than its middle. */
      hyperv_simulator_hang_next_job (rig->sim);
      answer = request_state (rig, id, steps[i].requested);
      g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, steps[i].way);
      cancel (rig, answer);
      assert_job (rig, request_state (rig, id, steps[i].requested));
      g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, steps[i].end);
    }
}

static void
test_wrong_states (Rig *rig, gconstpointer unused)
{
  g_autofree char *off = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *on = hyperv_simulator_add_machine (rig->sim, "B", 2, HYPERV_STATE_ENABLED);
  static const guint of_off[] = { 3, 6, 9, 11, 77 };
  static const guint of_on[] = { 2, 7, 32773 };
  g_autoptr (Answer) host = request_state (rig, "HV-SIM", 3);
  g_autoptr (Answer) none = invoke (rig, "Msvm_ComputerSystem", "CreationClassName=Msvm_ComputerSystem;Name=none", "RequestStateChange",
                                    "<p:RequestedState>2</p:RequestedState>");

  for (guint i = 0; i < G_N_ELEMENTS (of_off); i++)
    {
      g_autoptr (Answer) answer = request_state (rig, off, of_off[i]);

      assert_return (answer, 32775);
    }
  for (guint i = 0; i < G_N_ELEMENTS (of_on); i++)
    {
      g_autoptr (Answer) answer = request_state (rig, on, of_on[i]);

      assert_return (answer, 32775);
    }
  assert_return (host, 32770);
  assert_fault (none, "DestinationUnreachable");
}

static Answer *
shut_down (Rig *rig, const char *id)
{
  g_autofree char *selectors = g_strdup_printf ("SystemCreationClassName=Msvm_ComputerSystem;SystemName=%s;CreationClassName="
                                                "Msvm_ShutdownComponent;DeviceID=Microsoft:%s\\ShutdownComponent", id, id);

  return invoke (rig, "Msvm_ShutdownComponent", selectors, "InitiateShutdown", "<p:Force>true</p:Force><p:Reason>r</p:Reason>");
}

static void
test_shut_down (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autoptr (Answer) deaf = NULL;
  g_autoptr (Answer) answer = NULL;
  g_autoptr (Answer) off = NULL;

  hyperv_simulator_set_guests_deaf (rig->sim, TRUE);
  deaf = shut_down (rig, id);
  assert_return (deaf, 32780);
  hyperv_simulator_set_guests_deaf (rig->sim, FALSE);
  answer = shut_down (rig, id);
  assert_return (answer, 0);
  wait_state (rig, id, HYPERV_STATE_DISABLED);
  off = shut_down (rig, id);
  assert_return (off, 32775);
}

/* --- jobs ---------------------------------------------------------------------------------------- */

static char *
job_selectors (Answer *answer)
{
  g_autofree char *id = xpath_of (answer, "//*[local-name()='Job']//w:Selector[@Name='InstanceID']");

  return g_strdup_printf ("InstanceID=%s", id);
}

static void
test_job_fails (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *job = NULL;
  g_autoptr (Answer) instance = NULL;
  g_autoptr (Answer) error = NULL;
  g_autofree char *text = NULL;
  Answer *answer;

  hyperv_simulator_fail_next_job (rig->sim, 32768, "There is no memory.");
  answer = request_state (rig, id, 2);
  job = job_selectors (answer);
  g_assert_cmpuint (wait_job (rig, answer), ==, 10);
  instance = get_instance (rig, WMI_V2 "Msvm_ConcreteJob", job);
  assert_text (instance, "ErrorCode", "32768");
  assert_text (instance, "ErrorDescription", "There is no memory.");
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_DISABLED);
  error = invoke (rig, "Msvm_ConcreteJob", job, "GetError", NULL);
  text = text_of (error, "Error");
  g_assert_nonnull (strstr (text, "<VALUE>There is no memory.</VALUE>"));
  /* One only */
  assert_job (rig, request_state (rig, id, 2));
}

static void
test_job_cancelled (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autoptr (Answer) answer = NULL;
  g_autofree char *job = NULL;
  g_autoptr (Answer) service = NULL;
  g_autoptr (Answer) cancel = NULL;
  g_autoptr (Answer) again = NULL;
  g_autoptr (Answer) instance = NULL;

  hyperv_simulator_hang_next_job (rig->sim);
  answer = request_state (rig, id, 2);
  job = job_selectors (answer);
  service = invoke (rig, "Msvm_ConcreteJob", job, "RequestStateChange", "<p:RequestedState>6</p:RequestedState>");
  assert_return (service, 1);
  cancel = invoke (rig, "Msvm_ConcreteJob", job, "RequestStateChange", "<p:RequestedState>4</p:RequestedState>");
  assert_return (cancel, 0);
  instance = get_instance (rig, WMI_V2 "Msvm_ConcreteJob", job);
  assert_text (instance, "JobState", "8");
  again = invoke (rig, "Msvm_ConcreteJob", job, "RequestStateChange", "<p:RequestedState>4</p:RequestedState>");
  assert_return (again, 4097);
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_DISABLED);
  g_assert_cmpuint (hyperv_simulator_get_n_jobs (rig->sim), ==, 0);
}

static void
test_job_forgotten (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *job = NULL;
  g_autoptr (Answer) answer = NULL;
  gboolean gone = FALSE;

  hyperv_simulator_set_job_linger (rig->sim, 1);
  answer = request_state (rig, id, 2);
  job = job_selectors (answer);
  while (!gone)
    {
      g_autoptr (Answer) instance = get_instance (rig, WMI_V2 "Msvm_ConcreteJob", job);

      gone = instance->status == 500;
      if (gone)
        assert_fault (instance, "DestinationUnreachable");
    }
}

/* --- snapshots ----------------------------------------------------------------------------------- */

static char *
create_snapshot (Rig *rig, const char *id)
{
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autofree char *system = epr ("AffectedSystem", WMI_V2, "Msvm_ComputerSystem", selectors);
  g_autofree char *arguments = g_strconcat (system, "<p:SnapshotSettings></p:SnapshotSettings><p:SnapshotType>2</p:SnapshotType>", NULL);
  g_autofree char *most_current = NULL;
  g_autofree char *query = g_strdup_printf ("ASSOCIATORS OF {Msvm_ComputerSystem.CreationClassName=\"Msvm_ComputerSystem\",Name=\"%s\"} "
                                            "WHERE AssocClass = Msvm_MostCurrentSnapshotInBranch", id);
  g_autoptr (Answer) answer = NULL;

  assert_job (rig, invoke (rig, SNAPSHOTS, NULL, "CreateSnapshot", arguments));
  answer = enumerate (rig, WMI_V2 "*", query, 2);
  g_assert_cmpuint (count_of (answer, "Msvm_VirtualSystemSettingData"), ==, 1);
  assert_text (answer, "VirtualSystemType", "Microsoft:Hyper-V:Snapshot:Realized");
  return text_of (answer, "InstanceID");
}

static Answer *
of_snapshot (Rig *rig, const char *method, const char *parameter, const char *snapshot)
{
  g_autofree char *selectors = g_strdup_printf ("InstanceID=%s", snapshot);
  g_autofree char *reference = epr (parameter, WMI_V2, "Msvm_VirtualSystemSettingData", selectors);

  return invoke (rig, SNAPSHOTS, NULL, method, reference);
}

static void
test_snapshots (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *first = create_snapshot (rig, id);
  g_autofree char *second = create_snapshot (rig, id);
  g_autofree char *first_path = path_of ("Msvm_VirtualSystemSettingData", first);
  g_autofree char *parent = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualSystemSettingData", second, "Parent");
  g_autofree char *current = g_strdup_printf ("Microsoft:%s", id);
  g_autofree char *disk = hyperv_simulator_dup_property (rig->sim, "Msvm_StorageAllocationSettingData", id, "HostResource");
  g_autoptr (Answer) running = of_snapshot (rig, "ApplySnapshot", "Snapshot", first);
  g_autofree char *now_parent = NULL;
  g_autofree char *last_parent = NULL;

  g_assert_cmpuint (hyperv_simulator_get_n_snapshots (rig->sim, id), ==, 2);
  g_assert_cmpstr (parent, ==, first_path);
  g_assert_true (g_str_has_suffix (disk, ".avhdx"));
  assert_return (running, 32775);
  hyperv_simulator_set_machine_state (rig->sim, id, HYPERV_STATE_DISABLED);
  assert_job (rig, of_snapshot (rig, "ApplySnapshot", "Snapshot", first));
  /* It ran when it was taken. */
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_SAVED);
  now_parent = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualSystemSettingData", current, "Parent");
  g_assert_cmpstr (now_parent, ==, first_path);
  assert_job (rig, of_snapshot (rig, "DestroySnapshot", "AffectedSnapshot", first));
  g_assert_cmpuint (hyperv_simulator_get_n_snapshots (rig->sim, id), ==, 1);
  last_parent = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualSystemSettingData", second, "Parent");
  g_assert_null (last_parent);
  assert_job (rig, of_snapshot (rig, "DestroySnapshotTree", "SnapshotSettingData", second));
  g_assert_cmpuint (hyperv_simulator_get_n_snapshots (rig->sim, id), ==, 0);
}

/* --- lists --------------------------------------------------------------------------------------- */

static void
test_summary (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *snapshot = create_snapshot (rig, id);
  g_autofree char *selectors = g_strdup_printf ("InstanceID=%s", snapshot);
  g_autofree char *reference = epr ("SettingData", WMI_V2, "Msvm_VirtualSystemSettingData", selectors);
  g_autofree char *arguments = g_strconcat (reference, "<p:RequestedInformation>1</p:RequestedInformation>"
                                            "<p:RequestedInformation>100</p:RequestedInformation>", NULL);
  g_autoptr (Answer) all = NULL;
  g_autoptr (Answer) one = NULL;
  g_autoptr (Answer) none = NULL;
  g_autofree char *nil = NULL;
  g_autofree char *name = NULL;

  g_free (hyperv_simulator_add_machine (rig->sim, "B", 1, HYPERV_STATE_DISABLED));
  all = invoke (rig, MANAGEMENT, NULL, "GetSummaryInformation",
                "<p:RequestedInformation>0</p:RequestedInformation><p:RequestedInformation>1</p:RequestedInformation>"
                "<p:RequestedInformation>4</p:RequestedInformation><p:RequestedInformation>100</p:RequestedInformation>"
                "<p:RequestedInformation>107</p:RequestedInformation>");
  assert_return (all, 0);
  g_assert_cmpuint (count_of (all, "SummaryInformation"), ==, 2);
  g_assert_cmpuint (count_of (all, "Snapshots"), ==, 2);
  assert_text (all, "NumberOfProcessors", "2");
  assert_text (all, "EnabledState", "2");
  nil = xpath_of (all, "//*[local-name()='UpTime']/@xsi:nil");
  g_assert_cmpstr (nil, ==, "true");
  one = invoke (rig, MANAGEMENT, NULL, "GetSummaryInformation", arguments);
  g_assert_cmpuint (count_of (one, "SummaryInformation"), ==, 1);
  /* 100 is for machines alone. */
  g_assert_nonnull (name = text_of (one, "ElementName"));
  g_assert_true (g_str_has_prefix (name, "A - ("));
  assert_text (one, "EnabledState", "");
  none = invoke (rig, MANAGEMENT, NULL, "GetSummaryInformation", NULL);
  assert_return (none, 32773);
}

static guint64
hash_picture (Rig *rig, const char *id, guint *size)
{
  g_autofree char *selectors = g_strdup_printf ("InstanceID=Microsoft:%s", id);
  g_autofree char *reference = epr ("TargetSystem", WMI_V2, "Msvm_VirtualSystemSettingData", selectors);
  g_autofree char *arguments = g_strconcat (reference, "<p:WidthPixels>64</p:WidthPixels><p:HeightPixels>48</p:HeightPixels>", NULL);
  g_autoptr (Answer) answer = invoke (rig, MANAGEMENT, NULL, "GetVirtualSystemThumbnailImage", arguments);
  g_autofree char *text = NULL;
  g_autofree guchar *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize n;

  assert_return (answer, 0);
  text = text_of (answer, "ImageData");
  data = g_base64_decode (text, &n);
  *size = (guint) n;
  bytes = g_bytes_new (data, n);
  return g_bytes_hash (bytes);
}

static Answer *
of_device (Rig *rig, const char *id, const char *class_name, const char *method, const char *arguments)
{
  g_autofree char *selectors = g_strdup_printf ("SystemCreationClassName=Msvm_ComputerSystem;SystemName=%s;CreationClassName=%s;"
                                                "DeviceID=Microsoft:%s\\%s", id, class_name, id, class_name + strlen ("Msvm_"));

  return invoke (rig, class_name, selectors, method, arguments);
}

/* cimBase64Binary (DSP0230): 1e 9e */
static void
test_keyboard (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *off = hyperv_simulator_add_machine (rig->sim, "B", 2, HYPERV_STATE_DISABLED);
  guint size = 0;
  guint64 before = hash_picture (rig, id, &size);
  g_autoptr (Answer) base64 = of_device (rig, id, "Msvm_Keyboard", "TypeScancodes", "<p:Scancodes>Hp4=</p:Scancodes>");
  g_autoptr (Answer) again
      = of_device (rig, id, "Msvm_Keyboard", "TypeScancodes", "<p:Scancodes>30</p:Scancodes><p:Scancodes>158</p:Scancodes>");
  g_autoptr (Answer) text = of_device (rig, id, "Msvm_Keyboard", "TypeText", "<p:asciiText>a b</p:asciiText>");
  g_autoptr (Answer) press = of_device (rig, id, "Msvm_Keyboard", "PressKey", "<p:keyCode>16</p:keyCode>");
  g_autoptr (Answer) is = of_device (rig, id, "Msvm_Keyboard", "IsKeyPressed", "<p:keyCode>160</p:keyCode>");
  g_autoptr (Answer) release = of_device (rig, id, "Msvm_Keyboard", "ReleaseKey", "<p:keyCode>16</p:keyCode>");
  g_autoptr (Answer) wrong = of_device (rig, id, "Msvm_Keyboard", "TypeKey", "<p:keyCode>999</p:keyCode>");
  g_autoptr (Answer) stopped = of_device (rig, off, "Msvm_Keyboard", "TypeKey", "<p:keyCode>65</p:keyCode>");
  g_autofree char *input = hyperv_simulator_dup_input (rig->sim, id);

  g_assert_cmpuint (size, ==, 64 * 48 * 2);
  g_assert_cmpuint (hash_picture (rig, id, &size), !=, before);
  assert_return (base64, 0);
  assert_return (again, 0);
  assert_return (text, 0);
  assert_return (press, 0);
  assert_text (is, "keyState", "true");
  assert_return (release, 0);
  assert_return (wrong, 32773);
  assert_return (stopped, 32775);
  g_assert_cmpstr (input, ==, "scancodes 1e 9e\nscancodes 1e 9e\ntext a b\npress 160\nrelease 160\n");
}

static void
test_mouse (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  guint size = 0;
  guint64 before = hash_picture (rig, id, &size);
  g_autoptr (Answer) move = of_device (rig, id, "Msvm_SyntheticMouse", "SetAbsolutePosition",
                                       "<p:horizontalPosition>20</p:horizontalPosition><p:verticalPosition>30</p:verticalPosition>");
  g_autoptr (Answer) click = of_device (rig, id, "Msvm_SyntheticMouse", "ClickButton", "<p:buttonIndex>1</p:buttonIndex>");
  g_autoptr (Answer) down
      = of_device (rig, id, "Msvm_SyntheticMouse", "SetButtonState", "<p:buttonIndex>2</p:buttonIndex><p:isDown>1</p:isDown>");
  g_autoptr (Answer) is = of_device (rig, id, "Msvm_SyntheticMouse", "GetButtonState", "<p:buttonIndex>2</p:buttonIndex>");
  g_autoptr (Answer) scroll
      = of_device (rig, id, "Msvm_SyntheticMouse", "SetScrollPosition", "<p:scrollPositionDelta>-1</p:scrollPositionDelta>");
  g_autoptr (Answer) wrong = of_device (rig, id, "Msvm_SyntheticMouse", "ClickButton", "<p:buttonIndex>0</p:buttonIndex>");
  g_autofree char *input = hyperv_simulator_dup_input (rig->sim, id);

  g_assert_cmpuint (hash_picture (rig, id, &size), !=, before);
  assert_return (move, 0);
  assert_return (click, 0);
  assert_return (down, 0);
  assert_text (is, "isDown", "true");
  assert_return (scroll, 0);
  assert_return (wrong, 32773);
  g_assert_cmpstr (input, ==, "move 20 30\nclick 1\nbutton 2 down\nscroll -1\n");
}

/* Names that are the same, or not of one script */
static void
test_names (Rig *rig, gconstpointer unused)
{
  static const char *const names[] = { "Same", "Same", "خادم الملفات", "a\u202eb\u202c", "<&\"'>", "日本語 ☃" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *id = hyperv_simulator_add_machine (rig->sim, names[i], 1, HYPERV_STATE_DISABLED);
      g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
      g_autoptr (Answer) answer = get_instance (rig, WMI_V2 "Msvm_ComputerSystem", selectors);

      assert_text (answer, "ElementName", names[i]);
    }
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'Same'", "Msvm_ComputerSystem"), ==, 2);
}

static void
test_thousand (Rig *rig, gconstpointer unused)
{
  hyperv_simulator_add_machines (rig->sim, "M", 1000);
  hyperv_simulator_set_page_size (rig->sim, 20);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig->sim), ==, 1000);
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'", "Msvm_ComputerSystem"), ==, 1000);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig->sim, "Enumerate"), ==, 1);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig->sim, "Pull"), ==, 49);
}

void
add_machine_tests (void)
{
  ADD ("states", test_states);
  ADD ("wrong-states", test_wrong_states);
  ADD ("shut-down", test_shut_down);
  ADD ("job-fails", test_job_fails);
  ADD ("job-cancelled", test_job_cancelled);
  ADD ("job-forgotten", test_job_forgotten);
  ADD ("snapshots", test_snapshots);
  ADD ("summary", test_summary);
  ADD ("keyboard", test_keyboard);
  ADD ("mouse", test_mouse);
  ADD ("names", test_names);
  ADD ("thousand", test_thousand);
}
