/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "sdk/avx/avx-world.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-permission.h"
#include "backends/avb-error.h"
#include "sdk/avx/avx.h"

#define MAX_WORLD (4 * 1024 * 1024)
#define MAX_ID 200
#define MAX_KEY 128
#define MAX_VALUE (64 * 1024)
#define MAX_URL 2048

/* Without a file. */
static const char three_machines[]
    = "{\"machines\": ["
      "{\"id\": \"m1\", \"name\": \"debian\", \"state\": \"running\", \"cpus\": 2, \"memory_mib\": 2048, \"host\": \"This computer\","
      " \"os\": \"http://debian.org/debian/13\", \"addresses\": [\"192.168.122.10\"], \"disks\": [{\"device\": \"disk\", \"bus\": \"virtio\","
      " \"format\": \"qcow2\"}], \"stats\": {\"cpu_seconds\": 93.5, \"cpus\": 2, \"memory_mib\": 2048, \"memory_used_mib\": 512,"
      " \"disk_read_bytes\": 104857600, \"disk_written_bytes\": 20971520, \"net_received_bytes\": 4096, \"net_sent_bytes\": 2048}},"
      "{\"id\": \"m2\", \"name\": \"windows\", \"state\": \"off\", \"cpus\": 4, \"memory_mib\": 8192, \"host\": \"This computer\"},"
      "{\"id\": \"m3\", \"name\": \"router\", \"state\": \"running\", \"cpus\": 1, \"memory_mib\": 256, \"host\": \"This computer\","
      " \"stats\": {\"cpu_seconds\": 12, \"cpus\": 1, \"memory_mib\": 256}}]}";

struct _AvxWorld {
  JsonNode   *root;
  JsonObject *world;
  JsonArray  *machines;
  JsonObject *kv;
  JsonObject *secrets;
  GListModel *granted;
  char       *role;
};

/* A member that is an object, made if it is not there. */
static JsonObject *
take_object (JsonObject *world, const char *member, GError **error)
{
  JsonObject *object = NULL;

  if (!avb_json_find_object (world, member, &object, error))
    return NULL;
  if (object == NULL)
    {
      object = json_object_new ();
      json_object_set_object_member (world, member, object);
    }
  return object;
}

static gboolean
check_machines (JsonArray *machines, GError **error)
{
  for (guint i = 0; i < json_array_get_length (machines); i++)
    {
      JsonObject *machine = avb_json_get_element_object (machines, i, error);

      if (machine == NULL || avb_json_get_string (machine, "id", MAX_ID, error) == NULL ||
          avb_json_get_string (machine, "name", 255, error) == NULL || avb_json_get_string (machine, "state", 16, error) == NULL)
        {
          avb_json_prefix_error (error, "machines[%u]", i);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_world (AvxWorld *self, GError **error)
{
  JsonArray *machines = NULL;

  self->world = avb_json_get_root (self->root, error);
  if (self->world == NULL || !avb_json_find_array (self->world, "machines", 10000, &machines, error))
    return FALSE;
  if (machines == NULL)
    {
      machines = json_array_new ();
      json_object_set_array_member (self->world, "machines", machines);
    }
  self->machines = machines;
  self->kv = take_object (self->world, "kv", error);
  self->secrets = self->kv != NULL ? take_object (self->world, "secrets", error) : NULL;
  return self->secrets != NULL && check_machines (machines, error);
}

AvxWorld *
avx_world_new (const char *path, GListModel *granted, const char *role, GError **error)
{
  AvxWorld *self = g_new0 (AvxWorld, 1);

  self->granted = g_object_ref (granted);
  self->role = g_strdup (role);
  self->root = path != NULL ? avx_load_json (path, MAX_WORLD, error)
                            : avb_json_parse (three_machines, strlen (three_machines), MAX_WORLD, error);
  if (self->root != NULL && read_world (self, error))
    return self;
  avb_json_prefix_error (error, "%s", path != NULL ? path : "world");
  avx_world_free (self);
  return NULL;
}

void
avx_world_free (AvxWorld *self)
{
  g_clear_pointer (&self->root, json_node_unref);
  g_clear_object (&self->granted);
  g_free (self->role);
  g_free (self);
}

/* --- answers: each takes the parameters and fills @result --- */

typedef gboolean (*Answer) (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error);

static gboolean
refuse (GError **error, AvbError code, const char *format, const char *what)
{
  g_autofree char *text = g_strdup_printf (format, what);

  g_propagate_error (error, avb_error_new (code, NULL, "%s", text));
  return FALSE;
}

static JsonObject *
find_machine (AvxWorld *self, JsonObject *params, GError **error)
{
  const char *id = avb_json_get_string (params, "machine", MAX_ID, error);

  for (guint i = 0; id != NULL && i < json_array_get_length (self->machines); i++)
    {
      JsonObject *machine = json_array_get_object_element (self->machines, i);

      if (g_str_equal (json_object_get_string_member (machine, "id"), id))
        return machine;
    }
  if (id != NULL)
    refuse (error, AVB_ERROR_NOT_FOUND, "There is no machine “%s”.", id);
  return NULL;
}

/* Of @machine only what is in @members (NULL: all) and not in @without. */
static JsonObject *
copy_members (JsonObject *machine, const char *const *members, const char *without)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, machine);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if ((members == NULL || g_strv_contains (members, name)) && g_strcmp0 (name, without) != 0)
      json_object_set_member (copy, name, json_node_copy (node));
  return copy;
}

static gboolean
answer_list (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  static const char *const short_members[]
      = { "id", "name", "state", "state_since", "host", "os", "cpus", "memory_mib", "template", NULL };
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < json_array_get_length (self->machines); i++)
    json_array_add_object_element (list, copy_members (json_array_get_object_element (self->machines, i), short_members, NULL));
  json_object_set_array_member (result, "machines", list);
  return TRUE;
}

static gboolean
answer_get (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  JsonObject *machine = find_machine (self, params, error);

  if (machine == NULL)
    return FALSE;
  json_object_set_object_member (result, "machine", copy_members (machine, NULL, "stats"));
  return TRUE;
}

static gboolean
answer_stats (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  JsonObject *machine = find_machine (self, params, error);
  JsonObject *stats = NULL;

  if (machine == NULL || !avb_json_find_object (machine, "stats", &stats, error))
    return FALSE;
  stats = stats != NULL ? copy_members (stats, NULL, NULL) : json_object_new ();
  json_object_set_string_member (stats, "id", json_object_get_string_member (machine, "id"));
  json_object_set_string_member (stats, "state", json_object_get_string_member (machine, "state"));
  json_object_set_double_member (stats, "time", (double) g_get_real_time () / G_USEC_PER_SEC);
  json_object_set_object_member (result, "stats", stats);
  return TRUE;
}

static gboolean
set_hardware (JsonObject *machine, JsonObject *params, JsonObject *result, GError **error)
{
  static const char *const known[] = { "cpus", "memory_mib", NULL };
  JsonObject *hardware = avb_json_get_object (params, "hardware", error);

  for (guint i = 0; hardware != NULL && known[i] != NULL; i++)
    {
      gint64 value = 0;

      if (!avb_json_find_int (hardware, known[i], 1, G_MAXINT32, &value, error))
        return FALSE;
      if (value > 0)
        json_object_set_int_member (machine, known[i], value);
    }
  json_object_set_string_member (result, "applied",
                                 g_str_equal (json_object_get_string_member (machine, "state"), "off") ? "now" : "next-start");
  return hardware != NULL;
}

static gboolean
answer_action (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  static const struct {
    const char *action;
    const char *from; /* states, with spaces between */
    const char *to;
  } actions[] = {
    { "start", "off saved crashed", "running" }, { "shut-down", "running", "off" },       { "reboot", "running", "running" },
    { "reset", "running paused", "running" },    { "force-off", "running paused", "off" }, { "pause", "running", "paused" },
    { "resume", "paused", "running" },           { "save", "running paused", "saved" },    { "discard-saved", "saved", "off" },
  };
  JsonObject *machine = find_machine (self, params, error);
  const char *action = machine != NULL ? avb_json_get_string (params, "action", 32, error) : NULL;

  if (action == NULL)
    return FALSE;
  if (g_str_equal (action, "set-hardware"))
    return set_hardware (machine, params, result, error);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_auto (GStrv) from = g_strsplit (actions[i].from, " ", -1);
      const char *state = json_object_get_string_member (machine, "state");

      if (!g_str_equal (actions[i].action, action))
        continue;
      if (!g_strv_contains ((const char *const *) from, state))
        return refuse (error, AVB_ERROR_BUSY, "The machine is %s.", state);
      json_object_set_string_member (machine, "state", actions[i].to);
      return TRUE;
    }
  return refuse (error, AVB_ERROR_INVALID, "There is no action “%s”.", action);
}

/* What the file says, member by member. */
static void
give (JsonObject *from, JsonObject *result)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, from);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    json_object_set_member (result, name, json_node_copy (node));
}

static gboolean
answer_exec (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  JsonObject *machine = find_machine (self, params, error);
  JsonArray *command = machine != NULL ? avb_json_get_array (params, "command", 64, error) : NULL;
  JsonObject *exec = NULL;

  if (command == NULL || !avb_json_find_object (self->world, "exec", &exec, error))
    return FALSE;
  if (!g_str_equal (json_object_get_string_member (machine, "state"), "running"))
    return refuse (error, AVB_ERROR_BUSY, "The machine is %s.", json_object_get_string_member (machine, "state"));
  json_object_set_int_member (result, "exit_code", 0);
  json_object_set_string_member (result, "output", "");
  json_object_set_string_member (result, "error", "");
  if (exec != NULL)
    give (exec, result);
  return TRUE;
}

static gboolean
answer_fetch (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  const char *url = avb_json_get_string (params, "url", MAX_URL, error);
  JsonObject *fetch = NULL;
  JsonObject *answer = NULL;

  if (url == NULL || !avb_json_find_object (self->world, "fetch", &fetch, error) ||
      (fetch != NULL && !avb_json_find_object (fetch, url, &answer, error)))
    return FALSE;
  json_object_set_int_member (result, "status", answer != NULL ? 200 : 404);
  json_object_set_object_member (result, "headers", json_object_new ());
  json_object_set_string_member (result, "body", "");
  if (answer != NULL)
    give (answer, result);
  return TRUE;
}

static gboolean
answer_ask (AvxWorld *self, JsonObject *params, JsonObject *result, GError **error)
{
  JsonObject *answer = NULL;

  if (avb_json_get_string (params, "title", 200, error) == NULL || !avb_json_find_object (self->world, "answer", &answer, error))
    return FALSE;
  json_object_set_boolean_member (result, "accepted", FALSE);
  if (answer != NULL)
    give (answer, result);
  return TRUE;
}

/* --- kept values and secrets are the same but for their place --- */

static gboolean
answer_kept (AvxWorld *self, JsonObject *place, const char *verb, JsonObject *params, JsonObject *result, GError **error)
{
  const char *key = avb_json_get_string (params, "key", MAX_KEY, error);
  JsonNode *value = json_object_get_member (params, "value");
  g_autofree char *text = NULL;

  if (key == NULL)
    return FALSE;
  if (g_str_equal (verb, "get"))
    {
      value = json_object_get_member (place, key);
      json_object_set_member (result, "value", value != NULL ? json_node_copy (value) : json_node_new (JSON_NODE_NULL));
      return TRUE;
    }
  if (g_str_equal (verb, "delete"))
    {
      json_object_remove_member (place, key);
      return TRUE;
    }
  if (value == NULL)
    return refuse (error, AVB_ERROR_INVALID, "“%s” is missing.", "value");
  text = avb_json_canonical (value);
  if (strlen (text) > MAX_VALUE)
    return refuse (error, AVB_ERROR_NO_SPACE, "The value of “%s” is too large.", key);
  json_object_set_member (place, key, json_node_copy (value));
  return TRUE;
}

static gboolean
list_keys (JsonObject *place, JsonObject *params, JsonObject *result, GError **error)
{
  g_autoptr (GList) names = g_list_sort (json_object_get_members (place), (GCompareFunc) strcmp);
  JsonArray *keys = json_array_new ();
  const char *prefix = "";

  json_object_set_array_member (result, "keys", keys);
  if (!avb_json_find_string (params, "prefix", MAX_KEY, &prefix, error))
    return FALSE;
  for (GList *name = names; name != NULL; name = name->next)
    if (g_str_has_prefix (name->data, prefix))
      json_array_add_string_element (keys, name->data);
  return TRUE;
}

/* --- who may ask what --- */

static const struct {
  const char *method;
  const char *permission; /* (nullable) */
  const char *role;       /* at least */
  Answer      answer;
} methods[] = {
  { "host/guest.exec", AVB_PERMISSION_GUEST_EXEC, "administrator", answer_exec },
  { "host/http.fetch", AVB_PERMISSION_NETWORK_FETCH, "viewer", answer_fetch },
  { "host/machine.action", AVB_PERMISSION_MACHINES_CONTROL, "operator", answer_action },
  { "host/machine.get", AVB_PERMISSION_MACHINES_READ, "viewer", answer_get },
  { "host/machine.list", AVB_PERMISSION_MACHINES_READ, "viewer", answer_list },
  { "host/machine.stats", AVB_PERMISSION_MACHINES_READ, "viewer", answer_stats },
  { "host/ui.ask", NULL, "viewer", answer_ask },
};

static int
rank (const char *role)
{
  static const char *const roles[] = { "viewer", "operator", "administrator" };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (roles[i], role))
      return (int) i;
  return -1;
}

/* "example.org" or "example.org:8443" of an address. */
static char *
dup_host (JsonObject *params)
{
  const char *url = avb_json_get_string (params, "url", MAX_URL, NULL);
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;

  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 || g_uri_get_host (uri) == NULL)
    return NULL;
  if (g_uri_get_port (uri) < 0 || g_uri_get_port (uri) == 443)
    return g_strdup (g_uri_get_host (uri));
  return g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
}

static gboolean
check_right (AvxWorld *self, const char *permission, const char *role, JsonObject *params, GError **error)
{
  g_autofree char *host = NULL;

  if (g_strcmp0 (permission, AVB_PERMISSION_NETWORK_FETCH) == 0)
    host = dup_host (params);
  if (permission != NULL && !avb_permissions_allow (self->granted, permission, host))
    return refuse (error, AVB_ERROR_PERMISSION, "The permission %s was not granted.", permission);
  return rank (self->role) >= rank (role) || refuse (error, AVB_ERROR_PERMISSION, "This user is only a %s.", self->role);
}

static gboolean
answer_method (AvxWorld *self, const char *method, JsonObject *params, JsonObject *result, GError **error)
{
  const char *action = avb_json_get_string (params, "action", 32, NULL);

  if (g_str_equal (method, "host/kv.list"))
    return list_keys (self->kv, params, result, error);
  if (g_str_has_prefix (method, "host/kv."))
    return answer_kept (self, self->kv, method + strlen ("host/kv."), params, result, error);
  if (g_str_has_prefix (method, "host/secret."))
    return check_right (self, AVB_PERMISSION_SECRETS, "viewer", params, error) &&
           answer_kept (self, self->secrets, method + strlen ("host/secret."), params, result, error);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      gboolean hardware = g_strcmp0 (action, "set-hardware") == 0 && methods[i].answer == answer_action;

      if (g_str_equal (methods[i].method, method))
        return check_right (self, hardware ? AVB_PERMISSION_MACHINES_HARDWARE : methods[i].permission,
                            hardware ? "administrator" : methods[i].role, params, error) &&
               methods[i].answer (self, params, result, error);
    }
  return refuse (error, AVB_ERROR_NOT_SUPPORTED, "The program does not offer “%s”.", method);
}

DexFuture *
avx_world_answer (AvxWorld *self, const char *method, JsonNode *params)
{
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = params != NULL && JSON_NODE_HOLDS_OBJECT (params) ? json_node_get_object (params) : none;
  JsonObject *result = json_object_new ();
  GError *error = NULL;

  json_node_take_object (node, result);
  if (!answer_method (self, method, object, result, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (JSON_TYPE_NODE, g_steal_pointer (&node));
}
