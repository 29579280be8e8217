/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Extensions that are installed, what they may do, and what is seen of them: the store, the host and the sandbox together. */

#include "config.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-extension-host.h"
#include "app/extensions/avb-extension-http.h"
#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-package.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fake-connection.h"
#include "tests/avb-test.h"
#include "tests/extensions/runtime/runtime-rig.h"

#define ID "org.example.tester"

#define MANIFEST \
  "{\"schema\":1,\"id\":\"" ID "\",\"version\":\"%s\",\"kind\":\"code\",\"name\":\"Tester\",\"summary\":\"Tests.\"," \
  "\"license\":\"MPL-2.0\",\"publisher\":\"Example\",\"engines\":{\"protocol\":\"1\"}," \
  "\"platforms\":{\"linux-any\":{\"exec\":\"program\"}}%s}"

#define ALL_PERMISSIONS \
  ",\"permissions\":[{\"id\":\"machines.read\",\"reason\":\"r\"},{\"id\":\"machines.control\",\"reason\":\"r\",\"optional\":true}," \
  "{\"id\":\"machines.hardware\",\"reason\":\"r\",\"optional\":true},{\"id\":\"guest.exec\",\"reason\":\"r\",\"optional\":true}," \
  "{\"id\":\"network.fetch\",\"args\":[\"a.example.test\"],\"reason\":\"r\",\"optional\":true}," \
  "{\"id\":\"storage.serve\",\"reason\":\"r\",\"optional\":true}]," \
  "\"contributes\":{\"storage\":[{\"id\":\"disks\",\"title\":\"Disks\"}],\"monitors\":[{\"id\":\"health\",\"title\":\"Health\",\"panel\":true}]," \
  "\"actions\":[{\"id\":\"report\",\"title\":{\"en\":\"Report\",\"de\":\"Bericht\"},\"where\":\"machine\"}]}"

typedef struct {
  char              *folder;
  AvbLibrary        *library;
  AvbExtensionStore *store;
  AvbExtensionHost  *host;
} Place;

static Place *
place_new (void)
{
  Place *self = g_new0 (Place, 1);
  g_autofree char *root = NULL;
  g_autoptr (GListModel) backends = avb_fake_backends ();

  self->folder = avb_test_make_folder ();
  root = g_build_filename (self->folder, "extensions", NULL);
  self->library = avb_library_new (backends);
  self->store = avb_extension_store_new (root);
  avb_test_await (avb_extension_store_load (self->store));
  self->host = avb_extension_host_new (self->library, self->store);
  avb_test_await (avb_extension_host_start (self->host));
  g_assert_null (avb_extension_host_get_sandbox_reason (self->host));
  return self;
}

static void
place_free (Place *self)
{
  avb_test_await (avb_extension_host_stop (self->host));
  avb_test_until_true (G_OBJECT (self->host)->ref_count == 1);
  g_assert_finalize_object (self->host);
  avb_test_until_true (G_OBJECT (self->store)->ref_count == 1);
  g_assert_finalize_object (self->store);
  g_object_unref (self->library);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

/* (transfer full) */
static GListModel *
permissions (const char *const *ids)
{
  GListStore *list = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      static const char *const hosts[] = { "a.example.test", NULL };
      g_autoptr (AvbPermission) permission
          = avb_permission_new (ids[i], g_str_equal (ids[i], AVB_PERMISSION_NETWORK_FETCH) ? hosts : NULL, NULL, FALSE, NULL);

      g_list_store_append (list, permission);
    }
  return G_LIST_MODEL (list);
}

/* Packs and installs. @script: (nullable): the program; else the one that misbehaves */
static AvbExtension *
install (Place *place, const char *version, const char *more, const char *const *granted, const char *script)
{
  g_autofree char *dir = g_build_filename (place->folder, "src", NULL);
  g_autofree char *manifest = g_build_filename (dir, "manifest.json", NULL);
  g_autofree char *program = g_build_filename (dir, "program", NULL);
  g_autofree char *package = g_strdup_printf ("%s/tester-%s.avx", place->folder, version);
  g_autofree char *text = g_strdup_printf (MANIFEST, version, more);
  g_autoptr (GListModel) list = permissions (granted);
  AvbInstallInfo info = { .source = AVB_INSTALL_SOURCE_FILE, .granted = list };
  g_autoptr (AvbInstalled) installed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (dir, 0700));
  g_assert_true (g_file_set_contents (manifest, text, -1, NULL));
  if (script != NULL)
    g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  else
    runtime_rig_copy_program (dir, "program");
  avb_package_write (dir, package, &error);
  g_assert_no_error (error);
  avb_test_remove_folder (dir);
  installed = avb_test_await_object (avb_extension_store_install (place->store, package, &info, NULL));
  g_assert_no_errno (g_unlink (package));
  return avb_extension_host_find (place->host, ID);
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

/* Has the extension ask the host. (transfer full): {"code": …} or {"answer": …} */
static JsonNode *
ask (AvbExtension *extension, const char *method, const char *with)
{
  g_autofree char *text = g_strdup_printf ("{\"method-to-call\":\"%s\",\"with\":%s}", method, with);

  return avb_test_await_boxed (avb_extension_call (extension, "ask", parse (text), NULL));
}

static gint64
ask_code (AvbExtension *extension, const char *method, const char *with)
{
  g_autoptr (JsonNode) node = ask (extension, method, with);
  JsonObject *object = json_node_get_object (node);

  return json_object_has_member (object, "code") ? json_object_get_int_member (object, "code") : 0;
}

/* Whether the last entry of the audit log is this. */
static gboolean
is_logged (Place *place, const char *method, gboolean allowed)
{
  GListModel *log = G_LIST_MODEL (avb_extension_host_get_audit (place->host));

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr (AvbAuditEntry) entry = g_list_model_get_item (log, i);

      if (g_str_equal (avb_audit_entry_get_method (entry), method) && avb_audit_entry_get_allowed (entry) == allowed &&
          g_str_equal (avb_audit_entry_get_extension (entry), ID))
        return TRUE;
    }
  return FALSE;
}

static const char *const some[] = { AVB_PERMISSION_MACHINES_READ, NULL };
static const char *const many[] = { AVB_PERMISSION_MACHINES_READ, AVB_PERMISSION_MACHINES_CONTROL, AVB_PERMISSION_STORAGE_SERVE,
                                    AVB_PERMISSION_NETWORK_FETCH, AVB_PERMISSION_GUEST_EXEC, NULL };

/* The next start of the program shows what was done before, whatever else is in the file. */
static void
check_read_again (GListModel *written, const char *path)
{
  const guint n = g_list_model_get_n_items (written);
  g_autoptr (AvbAuditLog) log = NULL;
  g_autofree char *text = NULL;
  g_autofree char *damaged = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  damaged = g_strconcat ("{\"time\":\"never\"}\n[\n\xff\n", text, "{\"time\"", NULL);
  g_assert_true (g_file_set_contents (path, damaged, -1, NULL));
  log = avb_audit_log_new (path);
  avb_audit_log_add (log, "org.example.new", "host/ui.ask", "", NULL);
  avb_test_await (avb_audit_log_load (log));
  avb_test_await (avb_audit_log_load (log));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (log)), ==, n + 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbAuditEntry) was = g_list_model_get_item (written, i);
      g_autoptr (AvbAuditEntry) is = g_list_model_get_item (G_LIST_MODEL (log), i);

      g_assert_cmpint (avb_audit_entry_get_time (is), ==, avb_audit_entry_get_time (was));
      g_assert_cmpstr (avb_audit_entry_get_method (is), ==, avb_audit_entry_get_method (was));
      g_assert_cmpstr (avb_audit_entry_get_target (is), ==, avb_audit_entry_get_target (was));
      g_assert_cmpstr (avb_audit_entry_get_reason (is), ==, avb_audit_entry_get_reason (was));
    }
}

/* grant ∩ role ∩ policy, at each call. */
static DexFuture *
test_rights (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, NULL);
  const char *action = "{\"machine\":\"x\",\"action\":\"start\"}";
  g_autoptr (GListModel) all = permissions (many);
  g_autofree char *log = g_build_filename (g_getenv ("XDG_STATE_HOME"), "alpha-vbox", "extensions.log", NULL);
  g_autofree char *text = NULL;

  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_STOPPED);
  /* Granted. */
  g_assert_cmpint (ask_code (extension, "host/machine.list", "{}"), ==, 0);
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_RUNNING);
  /* Asked for, and not granted. */
  g_assert_cmpint (ask_code (extension, "host/machine.action", action), ==, AVB_RPC_DENIED);
  g_assert_true (is_logged (place, "host/machine.action", FALSE));
  g_assert_cmpint (ask_code (extension, "host/http.fetch", "{\"url\":\"https://a.example.test/\"}"), ==, AVB_RPC_DENIED);
  /* Not even asked for. */
  g_assert_cmpint (ask_code (extension, "host/secret.get", "{\"key\":\"k\"}"), ==, AVB_RPC_DENIED);
  g_assert_cmpint (ask_code (extension, "host/no.such", "{}"), ==, AVB_RPC_METHOD_NOT_FOUND);
  g_assert_cmpint (ask_code (extension, "machine.list", "{}"), ==, AVB_RPC_METHOD_NOT_FOUND);

  /* Granted now: it is told, and may. There is no such machine. */
  avb_test_await (avb_extension_store_set_granted (place->store, ID, all));
  g_assert_cmpint (ask_code (extension, "host/machine.action", action), ==, AVB_RPC_INTERNAL_ERROR);
  g_assert_true (is_logged (place, "host/machine.action", TRUE));
  /* Hardware is another permission. */
  g_assert_cmpint (ask_code (extension, "host/machine.action", "{\"machine\":\"x\",\"action\":\"set-hardware\"}"), ==, AVB_RPC_DENIED);
  /* The user's role is lowered while it runs. */
  avb_extension_host_set_role (place->host, AVB_ROLE_VIEWER);
  g_assert_cmpint (ask_code (extension, "host/machine.action", action), ==, AVB_RPC_DENIED);
  g_assert_cmpint (ask_code (extension, "host/machine.list", "{}"), ==, 0);
  avb_extension_host_set_role (place->host, AVB_ROLE_OPERATOR);
  g_assert_cmpint (ask_code (extension, "host/machine.action", action), ==, AVB_RPC_INTERNAL_ERROR);
  g_assert_cmpint (ask_code (extension, "host/guest.exec", "{\"machine\":\"x\",\"command\":[\"id\"]}"), ==, AVB_RPC_DENIED);

  avb_audit_log_flush (avb_extension_host_get_audit (place->host));
  g_assert_true (g_file_get_contents (log, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"allowed\":false"));
  check_read_again (G_LIST_MODEL (avb_extension_host_get_audit (place->host)), log);
  return NULL;
}

static DexFuture *
test_states (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, NULL);
  AvbContributions *contributions = avb_extension_host_get_contributions (place->host);
  GListModel *actions = avb_contributions_get (contributions, AVB_CONTRIBUTION_ACTION);
  g_autofree char *path = g_build_filename (place->folder, "policy.conf", NULL);
  g_autoptr (AvbExtensionPolicy) policy = NULL;
  g_autoptr (AvbExtension) updated = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (actions), ==, 1);
  avb_test_await (avb_extension_start (extension));
  /* Disabled: it ends, and adds nothing. */
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, FALSE));
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_DISABLED);
  g_assert_cmpuint (g_list_model_get_n_items (actions), ==, 0);
  avb_test_await_error (avb_extension_call (extension, "echo", NULL, NULL), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, TRUE));
  g_assert_cmpuint (g_list_model_get_n_items (actions), ==, 1);
  /* An update while it runs. */
  avb_test_await (avb_extension_start (extension));
  updated = install (place, "1.1.0", ALL_PERMISSIONS, some, NULL);
  g_assert_true (updated == extension);
  avb_test_until_true (avb_extension_get_state (extension) == AVB_EXTENSION_RUNNING);
  g_assert_cmpstr (avb_installed_get_version (avb_extension_get_installed (extension)), ==, "1.1.0");
  /* Revoked. */
  avb_test_await (avb_extension_store_quarantine (place->store, ID, NULL, "It steals."));
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_REVOKED);
  g_assert_cmpstr (avb_extension_get_state_reason (extension), ==, "It steals.");
  avb_test_await_error (avb_extension_start (extension), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_quarantine (place->store, ID, NULL, NULL));
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_STOPPED);
  /* Forbidden by whoever looks after this computer. */
  g_assert_true (g_file_set_contents (path, "[extensions]\nblocked=org.example.*\n", -1, NULL));
  policy = avb_extension_policy_new (path);
  avb_extension_host_set_policy (place->host, policy);
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_BLOCKED);
  avb_test_await_error (avb_extension_start (extension), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_assert_cmpuint (g_list_model_get_n_items (actions), ==, 0);
  return NULL;
}

/* Written in place of what was there, as an editor does. */
static void
write_policy (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

#define NETWORK_PERMISSIONS \
  ",\"permissions\":[{\"id\":\"machines.read\",\"reason\":\"r\",\"optional\":true},{\"id\":\"network.unrestricted\",\"reason\":\"r\"}]"

/* What is changed while it runs is in force at the next call, of either side, and at the next start. */
static DexFuture *
test_policy_changes (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, NULL);
  g_autofree char *path = g_build_filename (place->folder, "policy.conf", NULL);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_new (path);

  avb_extension_host_set_policy (place->host, policy);
  g_assert_cmpint (ask_code (extension, "host/machine.list", "{}"), ==, 0);
  /* The program's call. */
  write_policy (path, "[policy]\norganization=Example School\n[extensions]\nblocked=org.example.*\n");
  avb_test_await_error (avb_extension_call (extension, "echo", NULL, NULL), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_assert_cmpint (avb_extension_get_state (extension), ==, AVB_EXTENSION_BLOCKED);
  g_assert_nonnull (strstr (avb_extension_get_state_reason (extension), "Example School"));
  avb_test_await_error (avb_extension_start (extension), AVB_ERROR, AVB_ERROR_PERMISSION);
  /* Taken back: it may be started. */
  g_assert_no_errno (g_unlink (path));
  avb_test_await (avb_extension_start (extension));
  g_assert_cmpint (ask_code (extension, "host/machine.list", "{}"), ==, 0);
  /* What cannot be read allows nothing. */
  write_policy (path, "nonsense");
  avb_test_await_error (avb_extension_call (extension, "echo", NULL, NULL), AVB_ERROR, AVB_ERROR_PERMISSION);
  return NULL;
}

/* How a program in Python speaks, without any library of ours. */
#define PYTHON_WIRE \
  "#!/usr/bin/env python3\n" \
  "import json, os, sys, time\n" \
  "def read():\n" \
  "    length = 0\n" \
  "    while (line := sys.stdin.buffer.readline().strip()):\n" \
  "        length = int(line.split(b':')[1])\n" \
  "    return json.loads(sys.stdin.buffer.read(length)) if length else None\n" \
  "def send(message):\n" \
  "    body = json.dumps({'jsonrpc': '2.0', **message}).encode()\n" \
  "    sys.stdout.buffer.write(b'Content-Length: %d\\r\\n\\r\\n' % len(body) + body)\n" \
  "    sys.stdout.buffer.flush()\n"

/* The extension's own call: it waits a moment, and the policy changes meanwhile. */
static const char late_script[]
    = PYTHON_WIRE
      "while (message := read()):\n"
      "    method = message.get('method')\n"
      "    if method == 'exit': break\n"
      "    if method == 'monitor/start':\n"
      "        while not os.path.exists('/data/go'): time.sleep(0.01)\n"
      "        send({'id': 'q', 'method': 'host/machine.list', 'params': {}})\n"
      "    elif method and 'id' in message:\n"
      "        send({'id': message['id'], 'result': {'protocol': 1} if method == 'initialize' else {}})\n";

static DexFuture *
test_policy_and_late_call (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, late_script);
  g_autofree char *path = g_build_filename (place->folder, "policy.conf", NULL);
  g_autofree char *go = g_build_filename (avb_extension_get_data_dir (extension), "go", NULL);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_new (path);
  g_autoptr (DexFuture) pending = NULL;

  avb_extension_host_set_policy (place->host, policy);
  avb_test_await (avb_extension_start (extension));
  pending = avb_extension_call (extension, "monitor/start", NULL, NULL);
  write_policy (path, "[extensions]\nallowed=org.other.*\n");
  g_assert_true (g_file_set_contents (go, "", -1, NULL));
  avb_test_until_true (avb_extension_get_state (extension) == AVB_EXTENSION_BLOCKED);
  g_assert_true (is_logged (place, "host/machine.list", FALSE));
  g_assert_false (dex_await (g_steal_pointer (&pending), NULL));
  return NULL;
}

/* It has a command run, cancels one that hangs, and tells what it gets. */
static const char command_script[]
    = PYTHON_WIRE
      "while (message := read()):\n"
      "    method, params = message.get('method'), message.get('params', {})\n"
      "    if method == 'exit': break\n"
      "    if not method or 'id' not in message: continue\n"
      "    result = {'protocol': 1} if method == 'initialize' else {}\n"
      "    if method == 'command/run':\n"
      "        word = params['command']\n"
      "        send({'id': 'q', 'method': 'host/guest.exec', 'params': {'machine': params['machine']['id'], 'command': [word]}})\n"
      "        if word == 'hang': send({'method': '$/cancelRequest', 'params': {'id': 'q'}})\n"
      "        while (answer := read()).get('id') != 'q': pass\n"
      "        got = answer.get('result', {})\n"
      "        result = {'text': str(answer['error']['code']) if 'error' in answer else\n"
      "                  f\"{len(got['output']) > 100000} {got['error']} {got['truncated']}\"}\n"
      "    send({'id': message['id'], 'result': result})\n";

/* (transfer full) */
static char *
dup_params (AvbMachine *machine, const char *command)
{
  return g_strdup_printf ("{\"machine\":\"%s\",\"command\":%s}", avb_machine_get_uuid (machine), command);
}

static char *
dup_told (AvbExtension *extension, AvbMachine *machine, const char *word)
{
  g_autofree char *params = g_strdup_printf ("{\"command\":\"%s\",\"machine\":{\"id\":\"%s\"}}", word, avb_machine_get_uuid (machine));
  g_autoptr (JsonNode) node = avb_test_await_boxed (avb_extension_call (extension, "command/run", parse (params), NULL));

  return g_strdup (json_object_get_string_member (json_node_get_object (node), "text"));
}

/* What a guest answers is tried with a real one in tests/guest; here, what becomes of it on the way to the extension. */
static DexFuture *
test_commands (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, many, NULL);
  AvbConnection *connection = avb_library_open (place->library, "fake:one", NULL);
  AvbMachine *machine = avb_fake_connection_add (AVB_FAKE_CONNECTION (connection), "web", AVB_MACHINE_RUNNING);
  AvbMachine *off = avb_fake_connection_add (AVB_FAKE_CONNECTION (connection), "off", AVB_MACHINE_OFF);
  static const struct { const char *command; int code; } cases[] = {
    { "[]", AVB_RPC_INVALID_PARAMS },    { "[\"\"]", AVB_RPC_INVALID_PARAMS },
    { "\"id\"", AVB_RPC_INVALID_PARAMS }, { "[1]", AVB_RPC_INVALID_PARAMS },
    { "[\"id\"],\"timeout_s\":0", AVB_RPC_INVALID_PARAMS }, { "[\"id\"],\"timeout_s\":601", AVB_RPC_INVALID_PARAMS },
    { "[\"late\"]", AVB_RPC_TIMEOUT },
  };
  g_autofree char *echo = dup_params (machine, "[\"echo\",\"$(id); x\"],\"input\":\"told\"");
  g_autofree char *of_off = dup_params (off, "[\"id\"]");
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *cancelled = NULL;
  g_autofree char *noise = NULL;
  JsonObject *object;

  answer = ask (extension, "host/guest.exec", echo);
  object = json_object_get_object_member (json_node_get_object (answer), "answer");
  g_assert_cmpint (json_object_get_int_member (object, "exit_code"), ==, 3);
  /* As they are: no shell read them. */
  g_assert_cmpstr (json_object_get_string_member (object, "output"), ==, "echo|$(id); xtold");
  g_assert_cmpstr (json_object_get_string_member (object, "error"), ==, "wrong\357\277\275");
  g_assert_true (is_logged (place, "host/guest.exec", TRUE));
  {
    GListModel *log = G_LIST_MODEL (avb_extension_host_get_audit (place->host));
    g_autoptr (AvbAuditEntry) entry = g_list_model_get_item (log, g_list_model_get_n_items (log) - 1);

    g_assert_cmpstr (avb_audit_entry_get_target (entry), ==, "web: echo $(id); x");
  }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *with = dup_params (machine, cases[i].command);

      g_test_message ("%s", with);
      g_assert_cmpint (ask_code (extension, "host/guest.exec", with), ==, cases[i].code);
    }
  g_assert_cmpint (ask_code (extension, "host/guest.exec", of_off), ==, AVB_RPC_BUSY);
  /* Of an operator not, whatever was granted. */
  avb_extension_host_set_role (place->host, AVB_ROLE_OPERATOR);
  g_assert_cmpint (ask_code (extension, "host/guest.exec", echo), ==, AVB_RPC_DENIED);
  g_assert_true (is_logged (place, "host/guest.exec", FALSE));
  avb_extension_host_set_role (place->host, AVB_ROLE_ADMINISTRATOR);

  g_object_unref (install (place, "1.1.0", ALL_PERMISSIONS, many, command_script));
  cancelled = dup_told (extension, machine, "hang");
  g_assert_cmpstr (cancelled, ==, "-32003");
  g_assert_true (AVB_FAKE_CONNECTION (connection)->command_given_up);
  /* A megabyte of what takes six as JSON still fits, cut, and the extension lives. */
  noise = dup_told (extension, machine, "noise");
  g_assert_cmpstr (noise, ==, "True wrong\357\277\275 True");
  g_assert_cmpuint (avb_extension_get_restarts (extension), ==, 0);
  return NULL;
}

/* (transfer full): "got …" or "refused …" */
static char *
dup_attack (AvbExtension *extension, const char *name, const char *argument)
{
  g_autofree char *method = g_strconcat ("attack/", name, NULL);
  g_autofree char *params = g_strdup_printf ("{\"argument\":\"%s\"}", argument);
  g_autoptr (JsonNode) node = avb_test_await_boxed (avb_extension_call (extension, method, parse (params), NULL));

  return g_strdup (json_object_get_string_member (json_node_get_object (node), "text"));
}

/* Granted by the user alone it is not in force: the policy has to say so too, and the user must be an administrator. */
static DexFuture *
test_unrestricted_network (gpointer data)
{
  static const char *const granted[] = { AVB_PERMISSION_MACHINES_READ, AVB_PERMISSION_NETWORK_UNRESTRICTED, NULL };
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", NETWORK_PERMISSIONS, granted, NULL);
  g_autofree char *path = g_build_filename (place->folder, "policy.conf", NULL);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_new (path);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autofree char *port = g_strdup_printf ("%u", g_socket_listener_add_any_inet_port (listener, NULL, NULL));
  static const struct { const char *policy; AvbRole role; gboolean open; } cases[] = {
    { "[policy]\n", AVB_ROLE_ADMINISTRATOR, FALSE },
    { "[extensions]\nnetwork-unrestricted=true\n", AVB_ROLE_ADMINISTRATOR, TRUE },
    { "[extensions]\nnetwork-unrestricted=true\n", AVB_ROLE_OPERATOR, FALSE },
    { "[extensions]\nnetwork-unrestricted=false\n", AVB_ROLE_ADMINISTRATOR, FALSE },
  };

  avb_extension_host_set_policy (place->host, policy);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = NULL;

      write_policy (path, cases[i].policy);
      avb_extension_host_set_role (place->host, cases[i].role);
      answer = dup_attack (extension, "loopback", port);
      g_test_message ("%s: %s", cases[i].policy, answer);
      g_assert_cmpint (!g_str_has_prefix (answer, "refused"), ==, cases[i].open);
    }
  return NULL;
}

static char *
dup_answer (AvbExtension *extension, const char *method, const char *with)
{
  g_autoptr (JsonNode) node = ask (extension, method, with);

  return json_to_string (node, FALSE);
}

static DexFuture *
test_keeps (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, NULL);
  g_autofree char *missing = dup_answer (extension, "host/kv.get", "{\"key\":\"a\"}");
  g_autofree char *large = g_strnfill (13000, 'x');
  gint64 code = 0;
  guint n = 0;
  g_autofree char *value = NULL;
  g_autofree char *keys = NULL;
  g_autofree char *file = g_build_filename (place->folder, "extension-data", ID, "kept.json", NULL);

  g_assert_cmpstr (missing, ==, "{\"answer\":{\"value\":null}}");
  g_assert_cmpint (ask_code (extension, "host/kv.set", "{\"key\":\"a\",\"value\":{\"b\":[1,2]}}"), ==, 0);
  g_assert_cmpint (ask_code (extension, "host/kv.set", "{\"key\":\"c\",\"value\":1}"), ==, 0);
  value = dup_answer (extension, "host/kv.get", "{\"key\":\"a\"}");
  g_assert_cmpstr (value, ==, "{\"answer\":{\"value\":{\"b\":[1,2]}}}");
  keys = dup_answer (extension, "host/kv.list", "{\"prefix\":\"c\"}");
  g_assert_cmpstr (keys, ==, "{\"answer\":{\"keys\":[\"c\"]}}");
  g_assert_cmpint (ask_code (extension, "host/kv.delete", "{\"key\":\"c\"}"), ==, 0);
  g_assert_cmpint (ask_code (extension, "host/kv.set", "{\"key\":\"\",\"value\":1}"), ==, AVB_RPC_INVALID_PARAMS);
  /* Up to a megabyte. */
  for (; code == 0 && n < 100; n++)
    {
      g_autofree char *with = g_strdup_printf ("{\"key\":\"k%u\",\"value\":\"%s\"}", n, large);

      code = ask_code (extension, "host/kv.set", with);
    }
  g_assert_cmpint (code, ==, AVB_RPC_INTERNAL_ERROR);
  g_assert_cmpuint (n, ==, 81);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  return NULL;
}

#define SECRET_PERMISSIONS ",\"permissions\":[{\"id\":\"secrets\",\"reason\":\"r\"}]"

/* By libsecret's own encrypted file, which the environment of this test selects: no desktop is there. */
static DexFuture *
test_secrets (gpointer data)
{
  static const char *const granted[] = { AVB_PERMISSION_SECRETS, NULL };
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", SECRET_PERMISSIONS, granted, NULL);
  const char *file = g_getenv ("SECRET_FILE_TEST_PATH");
  g_autofree char *kept = g_build_filename (place->folder, "extension-data", ID, "kept.json", NULL);
  g_autofree char *none = dup_answer (extension, "host/secret.get", "{\"key\":\"token\"}");
  g_autofree char *value = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *text = NULL;
  gsize size;

  g_assert_cmpstr (none, ==, "{\"answer\":{\"value\":null}}");
  g_assert_cmpint (ask_code (extension, "host/secret.set", "{\"key\":\"token\",\"value\":\"open-sesame\"}"), ==, 0);
  g_assert_true (is_logged (place, "host/secret.set", TRUE));
  value = dup_answer (extension, "host/secret.get", "{\"key\":\"token\"}");
  g_assert_cmpstr (value, ==, "{\"answer\":{\"value\":\"open-sesame\"}}");
  /* In the keyring, and nowhere else. */
  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 0);
  g_assert_null (g_strstr_len (bytes, size, "open-sesame"));
  g_assert_true (g_file_get_contents (kept, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "token"));
  g_assert_null (strstr (text, "open-sesame"));
  /* A user who only looks. */
  avb_extension_host_set_role (place->host, AVB_ROLE_VIEWER);
  g_assert_cmpint (ask_code (extension, "host/secret.get", "{\"key\":\"token\"}"), ==, AVB_RPC_DENIED);
  g_assert_true (is_logged (place, "host/secret.get", FALSE));
  avb_extension_host_set_role (place->host, AVB_ROLE_OPERATOR);
  g_assert_cmpint (ask_code (extension, "host/secret.delete", "{\"key\":\"token\"}"), ==, 0);
  gone = dup_answer (extension, "host/secret.get", "{\"key\":\"token\"}");
  g_assert_cmpstr (gone, ==, "{\"answer\":{\"value\":null}}");
  return NULL;
}

static gboolean
ask_cb (AvbExtensionHost *host, AvbExtensionQuestion *question, gpointer data)
{
  g_autoptr (AvbPanelNode) control = g_list_model_get_item (avb_extension_question_get_controls (question), 0);

  g_assert_cmpstr (avb_extension_question_get_title (question), ==, "<b>Which?</b>");
  g_assert_cmpstr (avb_extension_get_id (avb_extension_question_get_extension (question)), ==, ID);
  avb_panel_node_set_active (control, TRUE);
  avb_extension_question_answer (question, TRUE);
  return TRUE;
}

static DexFuture *
test_asks (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, some, NULL);
  const char *with = "{\"title\":\"<b>Which?</b>\",\"controls\":[{\"kind\":\"switch\",\"id\":\"s\",\"label\":\"S\"}]}";
  g_autofree char *answer = NULL;

  /* Nobody looks. */
  g_assert_cmpint (ask_code (extension, "host/ui.ask", with), ==, AVB_RPC_BUSY);
  g_signal_connect (place->host, "ask", G_CALLBACK (ask_cb), NULL);
  answer = dup_answer (extension, "host/ui.ask", with);
  g_assert_cmpstr (answer, ==, "{\"answer\":{\"accepted\":true,\"values\":{\"s\":true}}}");
  g_assert_cmpint (ask_code (extension, "host/ui.ask", "{\"title\":\"x\",\"controls\":[{\"kind\":\"table\"}]}"), ==, AVB_RPC_INVALID_PARAMS);
  return NULL;
}

/* A program in Python, without any library of ours. It serves a socket, a panel and what does not fit. */
static const char script[]
    = "#!/usr/bin/env python3\n"
      "import json, os, socket, sys\n"
      "def read():\n"
      "    length = 0\n"
      "    while (line := sys.stdin.buffer.readline().strip()):\n"
      "        length = int(line.split(b':')[1])\n"
      "    return json.loads(sys.stdin.buffer.read(length)) if length else None\n"
      "def send(message):\n"
      "    body = json.dumps({'jsonrpc': '2.0', **message}).encode()\n"
      "    sys.stdout.buffer.write(b'Content-Length: %d\\r\\n\\r\\n' % len(body) + body)\n"
      "    sys.stdout.buffer.flush()\n"
      "def attach(params):\n"
      "    kind = params.get('volume', 'good')\n"
      "    path = '/run/avb/s'\n"
      "    if kind == 'good':\n"
      "        listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen(); kept.append(listener)\n"
      "    elif kind == 'link':\n"
      "        path = '/run/avb/link'; os.symlink(params['options']['to'], path)\n"
      "    elif kind == 'outside':\n"
      "        path = params['options']['to']\n"
      "    elif kind == 'file':\n"
      "        path = '/run/avb/file'; open(path, 'w').write('x')\n"
      "        return {'kind': 'nbd-unix', 'path': path, 'format': 'raw'}\n"
      "    return {'kind': 'nbd-unix' if kind == 'good' else 'file', 'path': path, 'format': 'raw', 'size': 42}\n"
      "kept = []\n"
      "panel = {'kind': 'group', 'children': [{'kind': 'row', 'id': 'r', 'label': 'n', 'value': '0'}, {'kind': 'button', 'id': 'b', 'label': 'B'}]}\n"
      "while (message := read()):\n"
      "    method, params = message['method'], message.get('params', {})\n"
      "    if method == 'exit': break\n"
      "    if 'id' not in message: continue\n"
      "    result = {}\n"
      "    if method == 'initialize':\n"
      "        open(params['paths']['data'] + '/started', 'w').write(json.dumps(params))\n"
      "        result = {'protocol': 1, 'contributes': {'labChecks': [{'id': 'extra', 'title': 'Extra'}]}}\n"
      "    elif method == 'storage/attach': result = attach(params)\n"
      "    elif method == 'panel/open': result = {'root': panel}\n"
      "    elif method == 'panel/action':\n"
      "        panel['children'][0]['value'] = str(int(panel['children'][0]['value']) + 1)\n"
      "        result = {'root': panel, 'text': 'Pressed'}\n"
      "    elif method == 'monitor/start':\n"
      "        send({'method': 'monitor/sample', 'params': {'monitor': 'health', 'values': {'load': 0.5}}})\n"
      "        send({'method': 'monitor/sample', 'params': {'monitor': 'other', 'values': {'load': 0.5}}})\n"
      "        send({'method': 'monitor/sample', 'params': {'monitor': 'health', 'values': {'load': 'high'}}})\n"
      "        for i in range(3):\n"
      "            send({'method': 'monitor/event', 'params': {'monitor': 'health', 'event': 'full', 'severity': 'warning', 'text': 'Full'}})\n"
      "        send({'method': '$/log', 'params': {'level': 'error', 'text': 'told'}})\n"
      "    elif method == 'command/run': result = {'text': 5}\n"
      "    send({'id': message['id'], 'result': result})\n";

static DexFuture *
attach (AvbContribution *disks, const char *volume, const char *to)
{
  g_autoptr (JsonObject) options = json_object_new ();

  if (to != NULL)
    json_object_set_string_member (options, "to", to);
  return avb_contribution_attach_storage (disks, options, volume, NULL, FALSE);
}

static DexFuture *
test_python (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, many, script);
  AvbContributions *contributions = avb_extension_host_get_contributions (place->host);
  g_autoptr (AvbContribution) disks = avb_contributions_find (contributions, AVB_CONTRIBUTION_STORAGE, ID, "disks");
  g_autoptr (AvbContribution) report = avb_contributions_find (contributions, AVB_CONTRIBUTION_ACTION, ID, "report");
  g_autoptr (AvbContribution) extra = NULL;
  g_autoptr (AvbStorageAttachment) attachment = NULL;
  g_autofree char *victim = g_build_filename (place->folder, "victim", NULL);
  g_autofree char *started = g_build_filename (avb_extension_get_data_dir (extension), "started", NULL);
  GListModel *none = avb_contributions_get (contributions, AVB_CONTRIBUTION_LAB_CHECK);
  GStatBuf info;

  g_assert_true (g_file_set_contents (victim, "secret", -1, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
  attachment = avb_test_await_boxed (attach (disks, NULL, NULL));
  g_assert_true (attachment->nbd);
  g_assert_cmpstr (attachment->format, ==, "raw");
  g_assert_cmpuint (attachment->size, ==, 42);
  g_assert_no_errno (g_lstat (attachment->path, &info));
  g_assert_true (S_ISSOCK (info.st_mode));
  g_assert_false (g_str_has_prefix (attachment->path, avb_extension_get_runtime_dir (extension)));
  {
    g_autoptr (GSocketClient) client = g_socket_client_new ();
    g_autoptr (GSocketAddress) address = g_unix_socket_address_new (attachment->path);
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocketConnection) connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);

    g_assert_no_error (error);
  }
  /* Ways out of its folder. */
  avb_test_await_error (attach (disks, "link", victim), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (attach (disks, "outside", victim), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (attach (disks, "outside", "/run/avb/../../etc/passwd"), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (attach (disks, "outside", "/run/avb/.."), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (attach (disks, "file", NULL), AVB_ERROR, AVB_ERROR_INVALID);
  /* An answer that is none. */
  avb_test_await_error (avb_contribution_call (report, "command/run", NULL, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_true (g_file_test (started, G_FILE_TEST_EXISTS));
  /* What it told when it started. */
  extra = avb_contributions_find (contributions, AVB_CONTRIBUTION_LAB_CHECK, ID, "extra");
  g_assert_nonnull (extra);
  g_assert_cmpstr (avb_contribution_get_title (extra), ==, "Extra");
  return NULL;
}

static void
count_cb (AvbExtensionHost *host, AvbExtension *extension, const char *monitor, JsonObject *params, guint *n)
{
  (*n)++;
}

static DexFuture *
test_monitors (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtension) extension = install (place, "1.0.0", ALL_PERMISSIONS, many, script);
  g_autoptr (AvbContribution) health
      = avb_contributions_find (avb_extension_host_get_contributions (place->host), AVB_CONTRIBUTION_MONITOR, ID, "health");
  g_autoptr (AvbPanel) panel = NULL;
  g_autoptr (AvbPanelNode) row = NULL;
  g_autofree char *told = NULL;
  g_autofree char *log = NULL;
  guint samples = 0, events = 0;

  g_signal_connect (place->host, "sample", G_CALLBACK (count_cb), &samples);
  g_signal_connect (place->host, "event", G_CALLBACK (count_cb), &events);
  avb_test_await (avb_contribution_call (health, "monitor/start", NULL, NULL));
  /* Not of a monitor that it does not have, not what is no number, and the same event once. */
  g_assert_cmpuint (samples, ==, 1);
  g_assert_cmpuint (events, ==, 1);
  log = avb_extension_log_dup_text (avb_extension_get_log (extension));
  g_assert_nonnull (strstr (log, "told"));

  panel = avb_test_await_object (avb_extension_host_open_panel (place->host, extension, "health", NULL));
  row = g_object_ref (avb_panel_node_find (avb_panel_get_root (panel), "r"));
  told = avb_test_await_string (avb_panel_action (panel, avb_panel_node_find (avb_panel_get_root (panel), "b")));
  g_assert_cmpstr (told, ==, "Pressed");
  avb_test_until_true (g_strcmp0 (avb_panel_node_get_value (row), "1") == 0);
  /* With its extension it is closed. */
  avb_test_await (avb_extension_stop (extension));
  g_assert_true (avb_panel_get_closed (panel));
  return NULL;
}

/* Which addresses are of the world, and which are not. */
static void
test_addresses (void)
{
  static const struct { const char *text; gboolean is_public; } cases[] = {
    { "1.1.1.1", TRUE },          { "93.184.216.34", TRUE },      { "2606:2800:220:1::1", TRUE }, { "127.0.0.1", FALSE },
    { "127.9.9.9", FALSE },       { "10.1.2.3", FALSE },          { "172.16.0.1", FALSE },        { "172.32.0.1", TRUE },
    { "192.168.1.1", FALSE },     { "169.254.169.254", FALSE },   { "100.64.0.1", FALSE },        { "0.0.0.0", FALSE },
    { "224.0.0.1", FALSE },       { "255.255.255.255", FALSE },   { "::1", FALSE },               { "::", FALSE },
    { "::ffff:127.0.0.1", FALSE }, { "::ffff:1.1.1.1", FALSE },   { "fe80::1", FALSE },           { "fc00::1", FALSE },
    { "fd12::1", FALSE },         { "ff02::1", FALSE },           { "64:ff9b::7f00:1", FALSE },   { "2002:7f00:1::", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[i].text);

      if (avb_extension_http_is_public (address) != cases[i].is_public)
        g_error ("%s", cases[i].text);
    }
}

/* It names a host that it may contact, whose name leads to this computer. */
static DexFuture *
test_fetch (gpointer data)
{
  static const char *const granted[] = { "localhost.example.test", NULL };
  static const struct { const char *params; int code; } cases[] = {
    { "{\"url\":\"http://localhost.example.test/\"}", AVB_ERROR_INVALID },
    { "{\"url\":\"https://user:pass@localhost.example.test/\"}", AVB_ERROR_INVALID },
    { "{\"url\":\"https://other.example.test/\"}", AVB_ERROR_PERMISSION },
    { "{\"url\":\"https://localhost.example.test:8443/\"}", AVB_ERROR_PERMISSION },
    { "{\"url\":\"https://127.0.0.1/\"}", AVB_ERROR_PERMISSION },
    { "{\"url\":\"https://localhost.example.test/\",\"headers\":{\"Host\":\"x\"}}", AVB_ERROR_INVALID },
    { "{\"url\":\"https://localhost.example.test/\",\"headers\":{\"X\":\"a\\r\\nb: c\"}}", AVB_ERROR_INVALID },
    { "{\"url\":\"https://localhost.example.test/\",\"method\":\"DELETE\"}", AVB_ERROR_INVALID },
    { "{\"url\":\"https://localhost.example.test/\",\"max_bytes\":999999999}", AVB_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse (cases[i].params);

      avb_test_await_error (avb_extension_http_fetch (json_node_get_object (node), granted), AVB_ERROR, cases[i].code);
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autofree char *secrets = g_build_filename (g_getenv ("HOME"), "test-host.keyring", NULL);

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", secrets, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "of the keyring", TRUE);
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Extensions/Host/rights", test_rights);
  avb_test_add_fiber ("/Avb/Extensions/Host/states", test_states);
  avb_test_add_fiber ("/Avb/Extensions/Host/policy-changes", test_policy_changes);
  avb_test_add_fiber ("/Avb/Extensions/Host/policy-and-late-call", test_policy_and_late_call);
  avb_test_add_fiber ("/Avb/Extensions/Host/unrestricted-network", test_unrestricted_network);
  avb_test_add_fiber ("/Avb/Extensions/Host/commands", test_commands);
  avb_test_add_fiber ("/Avb/Extensions/Host/keeps", test_keeps);
  avb_test_add_fiber ("/Avb/Extensions/Host/secrets", test_secrets);
  avb_test_add_fiber ("/Avb/Extensions/Host/asks", test_asks);
  avb_test_add_fiber ("/Avb/Extensions/Host/python", test_python);
  avb_test_add_fiber ("/Avb/Extensions/Host/monitors", test_monitors);
  g_test_add_func ("/Avb/Extensions/Http/addresses", test_addresses);
  avb_test_add_fiber ("/Avb/Extensions/Http/refuses", test_fetch);
  return g_test_run ();
}
