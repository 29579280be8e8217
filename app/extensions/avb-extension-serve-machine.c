/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-serve.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-command.h"
#include "backends/avb-guest-info.h"
#include "backends/avb-machine-stats.h"

#define MAX_MACHINES 10000
#define MAX_ID 200
/* Of both kinds, as it is sent: an answer has to fit what may wait to be written. */
#define MAX_OUTPUT (1024 * 1024 - 4096)
#define COMMAND_SECONDS 30

static const char *
state_word (AvbMachine *machine)
{
  switch (avb_machine_get_state (machine))
    {
    case AVB_MACHINE_OFF:
      return "off";
    case AVB_MACHINE_SAVED:
      return "saved";
    case AVB_MACHINE_RUNNING:
      return "running";
    case AVB_MACHINE_PAUSED:
      return "paused";
    case AVB_MACHINE_STOPPING:
      return "stopping";
    case AVB_MACHINE_CRASHED:
      return "crashed";
    case AVB_MACHINE_UNKNOWN:
    default:
      return "unknown";
    }
}

JsonObject *
avb_extension_host_describe_machine (AvbMachine *machine)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", avb_machine_get_uuid (machine));
  json_object_set_string_member (object, "name", avb_machine_get_name (machine));
  json_object_set_string_member (object, "state", state_word (machine));
  return object;
}

static JsonObject *
describe (AvbMachine *machine)
{
  JsonObject *object = avb_extension_host_describe_machine (machine);
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  gboolean template = FALSE;

  if (avb_machine_get_state_since (machine) > 0)
    json_object_set_int_member (object, "state_since", avb_machine_get_state_since (machine));
  if (connection != NULL)
    json_object_set_string_member (object, "host", avb_connection_get_name (connection));
  if (avb_machine_get_has_details (machine))
    {
      if (avb_machine_get_os_id (machine) != NULL)
        json_object_set_string_member (object, "os", avb_machine_get_os_id (machine));
      if (avb_machine_get_cpus (machine) > 0)
        json_object_set_int_member (object, "cpus", avb_machine_get_cpus (machine));
      if (avb_machine_get_memory_mib (machine) > 0)
        json_object_set_int_member (object, "memory_mib", avb_machine_get_memory_mib (machine));
    }
  g_object_get (machine, "is-template", &template, NULL);
  if (template)
    json_object_set_boolean_member (object, "template", TRUE);
  return object;
}

static DexFuture *
resolve (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return dex_future_new_take_boxed (JSON_TYPE_NODE, node);
}

static DexFuture *
list (AvbLibrary *library)
{
  GListModel *machines = avb_library_get_machines (library);
  JsonObject *result = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MIN (g_list_model_get_n_items (machines), MAX_MACHINES); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      json_array_add_object_element (array, describe (machine));
    }
  json_object_set_array_member (result, "machines", array);
  return resolve (result);
}

/* --- one machine --- */

typedef struct {
  AvbMachine *machine;
  JsonObject *params;
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->machine);
  json_object_unref (request->params);
  g_free (request);
}

static const char *
nick_of (GType type, int value)
{
  g_autoptr (GEnumClass) values = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value (values, value);

  return found != NULL ? found->value_nick : "";
}

static JsonObject *
describe_spec (AvbMachineSpec *spec)
{
  static const char *const firmwares[] = { "bios", "uefi", "uefi-secure" };
  JsonObject *object = json_object_new ();

  if (avb_machine_spec_get_os_id (spec) != NULL)
    json_object_set_string_member (object, "os", avb_machine_spec_get_os_id (spec));
  if (avb_machine_spec_get_architecture (spec) != NULL)
    json_object_set_string_member (object, "architecture", avb_machine_spec_get_architecture (spec));
  json_object_set_int_member (object, "cpus", avb_machine_spec_get_cpus (spec));
  json_object_set_int_member (object, "memory_mib", avb_machine_spec_get_memory_mib (spec));
  json_object_set_string_member (object, "firmware", firmwares[avb_machine_spec_get_firmware (spec)]);
  json_object_set_boolean_member (object, "tpm", avb_machine_spec_get_tpm (spec));
  json_object_set_boolean_member (object, "graphics", avb_machine_spec_get_graphics (spec));
  return object;
}

/* Where they lie is nobody's business. */
static JsonArray *
describe_disks (AvbMachineSpec *spec)
{
  static const char *const devices[] = { "disk", "cdrom", "floppy" };
  static const char *const buses[] = { "virtio", "sata", "scsi", "usb", "ide", "fdc" };
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MIN (disks->len, 64); i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "device", devices[disk->device]);
      json_object_set_string_member (object, "bus", disk->bus < G_N_ELEMENTS (buses) ? buses[disk->bus] : "other");
      if (disk->format != NULL && strlen (disk->format) <= 16)
        json_object_set_string_member (object, "format", disk->format);
      json_object_set_boolean_member (object, "read_only", disk->read_only);
      json_array_add_object_element (array, object);
    }
  return array;
}

static void
add_addresses (JsonObject *object, AvbGuestInfo *info)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; info->interfaces != NULL && i < info->interfaces->len; i++)
    {
      const AvbGuestInterface *interface = info->interfaces->pdata[i];

      for (guint j = 0; interface->addresses != NULL && interface->addresses[j] != NULL && json_array_get_length (array) < 64; j++)
        json_array_add_string_element (array, interface->addresses[j]);
    }
  json_object_set_array_member (object, "addresses", array);
}

static DexFuture *
get_fiber (gpointer data)
{
  Request *request = data;
  AvbMachine *machine = request->machine;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbGuestInfo) info = NULL;
  JsonObject *result, *object;

  dex_await (avb_machine_load_details (machine), NULL);
  spec = dex_await_object (avb_machine_read_spec (machine), NULL);
  if (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING)
    info = dex_await_boxed (avb_machine_read_guest_info (machine), NULL);
  object = describe (machine);
  if (spec != NULL)
    {
      if (avb_machine_spec_get_description (spec) != NULL)
        json_object_set_string_member (object, "description", avb_machine_spec_get_description (spec));
      json_object_set_object_member (object, "spec", describe_spec (spec));
      json_object_set_array_member (object, "disks", describe_disks (spec));
    }
  if (info != NULL)
    add_addresses (object, info);
  result = json_object_new ();
  json_object_set_object_member (result, "machine", object);
  return resolve (result);
}

static DexFuture *
stats_fiber (gpointer data)
{
  static const char *const names[AVB_N_STATS] = { NULL, "memory_mib", "disk_read_bytes", "disk_written_bytes", "net_received_bytes",
                                                  "net_sent_bytes" };
  Request *request = data;
  GError *error = NULL;
  g_autoptr (AvbMachineStats) stats = NULL;
  JsonObject *result, *object;
  guint64 value;

  stats = dex_await_boxed (avb_machine_read_stats (request->machine), &error);
  if (stats == NULL)
    return dex_future_new_for_error (error);
  object = avb_extension_host_describe_machine (request->machine);
  json_object_remove_member (object, "name");
  json_object_set_double_member (object, "time", g_get_real_time () / (double) G_USEC_PER_SEC);
  if (avb_machine_stats_get (stats, AVB_STAT_CPU_TIME_NS, &value))
    json_object_set_double_member (object, "cpu_seconds", value / 1e9);
  for (guint i = 0; i < AVB_N_STATS; i++)
    if (names[i] != NULL && avb_machine_stats_get (stats, i, &value))
      json_object_set_int_member (object, names[i], MIN (value, G_MAXINT64));
  if (avb_machine_get_cpus (request->machine) > 0)
    json_object_set_int_member (object, "cpus", avb_machine_get_cpus (request->machine));
  result = json_object_new ();
  json_object_set_object_member (result, "stats", object);
  return resolve (result);
}

/* --- actions --- */

static DexFuture *
save_machine (AvbMachine *machine)
{
  return avb_machine_save (machine, NULL);
}

static const struct {
  const char *word;
  gboolean  (*can) (AvbMachine *);
  DexFuture *(*verb) (AvbMachine *);
} actions[] = {
  { "start", avb_machine_can_start, avb_machine_start },
  { "shut-down", avb_machine_can_shut_down, avb_machine_shut_down },
  { "reboot", avb_machine_can_shut_down, avb_machine_reboot },
  { "reset", avb_machine_can_reset, avb_machine_reset },
  { "force-off", avb_machine_can_force_off, avb_machine_force_off },
  { "pause", avb_machine_can_pause, avb_machine_pause },
  { "resume", avb_machine_can_resume, avb_machine_resume },
  { "save", avb_machine_can_save, save_machine },
  { "discard-saved", avb_machine_can_force_off, avb_machine_discard_saved },
};

const char *
avb_extension_permission_for_action (JsonObject *params)
{
  const char *action = NULL;

  avb_json_find_string (params, "action", 32, &action, NULL);
  return g_strcmp0 (action, "set-hardware") == 0 ? AVB_PERMISSION_MACHINES_HARDWARE : AVB_PERMISSION_MACHINES_CONTROL;
}

static DexFuture *
set_hardware (Request *request)
{
  GError *error = NULL;
  JsonObject *hardware = avb_json_get_object (request->params, "hardware", &error);
  g_autoptr (AvbMachineSpec) spec = NULL;
  gint64 cpus = 0, memory = 0;
  JsonObject *result;
  int applied;

  if (hardware == NULL || !avb_json_find_int (hardware, "cpus", 1, 1024, &cpus, &error) ||
      !avb_json_find_int (hardware, "memory_mib", 16, 64 * 1024 * 1024, &memory, &error))
    return dex_future_new_for_error (error);
  spec = dex_await_object (avb_machine_read_spec (request->machine), &error);
  if (spec == NULL)
    return dex_future_new_for_error (error);
  if (cpus > 0)
    avb_machine_spec_set_cpus (spec, cpus);
  if (memory > 0)
    avb_machine_spec_set_memory_mib (spec, memory);
  applied = dex_await_int (avb_machine_apply_spec (request->machine, spec), &error);
  if (error != NULL)
    return dex_future_new_for_error (error);
  result = json_object_new ();
  json_object_set_string_member (result, "applied", applied == AVB_APPLIED_NOW ? "now" : "next-start");
  return resolve (result);
}

static DexFuture *
action_fiber (gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  const char *word = avb_json_get_string (request->params, "action", 32, &error);

  if (word == NULL)
    return dex_future_new_for_error (error);
  if (g_str_equal (word, "set-hardware"))
    return set_hardware (request);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      if (!g_str_equal (actions[i].word, word))
        continue;
      if (!actions[i].can (request->machine))
        return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, nick_of (AVB_TYPE_MACHINE_STATE, avb_machine_get_state (request->machine)),
                                                        _("“%s” is in a state in which this cannot be done."),
                                                        avb_machine_get_name (request->machine)));
      if (!dex_await (actions[i].verb (request->machine), &error))
        return dex_future_new_for_error (error);
      return resolve (json_object_new ());
    }
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, word, _("There is no such action.")));
}

/* --- commands in guests --- */

/* (transfer full): UTF-8 that takes at most what is left of @budget as JSON */
static char *
take_text (GBytes *bytes, gsize *budget, gboolean *truncated)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", (gssize) size);
  const char *end = text;

  while (*end != '\0')
    {
      const char *next = g_utf8_next_char (end);
      gsize cost = (guchar) *end < ' ' || *end == 0x7f ? 6 : *end == '"' || *end == '\\' || *end == '/' ? 2 : (gsize) (next - end);

      if (cost > *budget)
        {
          *truncated = TRUE;
          break;
        }
      *budget -= cost;
      end = next;
    }
  return g_strndup (text, end - text);
}

static DexFuture *
command_cb (DexFuture *future, gpointer data)
{
  const AvbGuestCommand *command = g_value_get_boxed (dex_future_get_value (future, NULL));
  JsonObject *result = json_object_new ();
  gboolean truncated = command->truncated;
  gsize budget = MAX_OUTPUT;
  g_autofree char *error = NULL;
  g_autofree char *output = NULL;

  /* What went wrong shall not be lost for what was told before. */
  budget -= MAX_OUTPUT / 2;
  error = take_text (command->error, &budget, &truncated);
  budget += MAX_OUTPUT / 2;
  output = take_text (command->output, &budget, &truncated);
  json_object_set_int_member (result, "exit_code", command->exit_code);
  json_object_set_string_member (result, "output", output);
  json_object_set_string_member (result, "error", error);
  if (truncated)
    json_object_set_boolean_member (result, "truncated", TRUE);
  return resolve (result);
}

/* Dropped with the request that is cancelled. */
static void
give_up (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
}

static DexFuture *
run_command (AvbMachine *machine, JsonObject *params)
{
  GError *error = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GBytes) input = NULL;
  GCancellable *cancellable;
  const char *text = NULL;
  gint64 seconds = COMMAND_SECONDS;

  words = avb_json_dup_strv (params, "command", AVB_GUEST_COMMAND_MAX_WORDS, AVB_GUEST_COMMAND_MAX_WORD, &error);
  if (words == NULL || !avb_json_find_string (params, "input", AVB_GUEST_COMMAND_MAX_INPUT, &text, &error) ||
      !avb_json_find_int (params, "timeout_s", 1, AVB_GUEST_COMMAND_MAX_SECONDS, &seconds, &error))
    return dex_future_new_for_error (error);
  if (text != NULL)
    input = g_bytes_new (text, strlen (text));
  cancellable = g_cancellable_new ();
  return dex_future_then (avb_machine_run_command (machine, (const char *const *) words, input, (guint) seconds, cancellable), command_cb,
                          cancellable, give_up);
}

DexFuture *
avb_extension_serve_machine (AvbLibrary *library, const char *method, JsonObject *params)
{
  DexFiberFunc func = g_str_equal (method, "machine.get")      ? get_fiber
                      : g_str_equal (method, "machine.stats")  ? stats_fiber
                                                               : action_fiber;
  GError *error = NULL;
  const char *id;
  AvbMachine *machine;
  Request *request;

  if (g_str_equal (method, "machine.list"))
    return list (library);
  id = avb_json_get_string (params, "machine", MAX_ID, &error);
  if (id == NULL)
    return dex_future_new_for_error (error);
  machine = avb_library_find (library, id);
  if (machine == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, id, _("There is no such machine.")));
  if (g_str_equal (method, "guest.exec"))
    return run_command (machine, params);
  request = g_new0 (Request, 1);
  request->machine = g_object_ref (machine);
  request->params = json_object_ref (params);
  return avb_fiber_spawn (func, request, (GDestroyNotify) request_free);
}
