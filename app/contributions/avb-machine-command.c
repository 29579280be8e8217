/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-machine-command.h"

#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"

G_DEFINE_BOXED_TYPE (AvbCommandResult, avb_command_result, avb_command_result_copy, avb_command_result_free)

AvbCommandResult *
avb_command_result_copy (const AvbCommandResult *self)
{
  AvbCommandResult *copy = g_new0 (AvbCommandResult, 1);

  copy->text = g_strdup (self->text);
  copy->report = g_strdup (self->report);
  copy->panel = g_strdup (self->panel);
  return copy;
}

void
avb_command_result_free (AvbCommandResult *self)
{
  g_free (self->text);
  g_free (self->report);
  g_free (self->panel);
  g_free (self);
}

static gboolean
has_state (JsonObject *data, AvbMachineState state)
{
  JsonNode *node = json_object_get_member (data, "states");
  JsonArray *states = node != NULL ? json_node_get_array (node) : NULL;
  g_autoptr (GEnumClass) klass = g_type_class_ref (AVB_TYPE_MACHINE_STATE);
  GEnumValue *value = g_enum_get_value (klass, state);

  if (states == NULL || json_array_get_length (states) == 0)
    return TRUE;
  for (guint i = 0; value != NULL && i < json_array_get_length (states); i++)
    if (g_strcmp0 (json_array_get_string_element (states, i), value->value_nick) == 0)
      return TRUE;
  return FALSE;
}

gboolean
avb_machine_command_is_offered (AvbContribution *command, AvbMachine *machine)
{
  JsonObject *data;
  const char *where;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (command), FALSE);
  g_return_val_if_fail (machine == NULL || AVB_IS_MACHINE (machine), FALSE);

  if (avb_contribution_get_kind (command) == AVB_CONTRIBUTION_CONSOLE_TOOL)
    return machine != NULL;
  data = avb_contribution_get_data (command);
  where = json_object_get_string_member_with_default (data, "where", "");
  if (machine == NULL)
    return g_str_equal (where, "app");
  return g_str_equal (where, "machine") && has_state (data, avb_machine_get_state (machine));
}

static char *
dup_member (JsonObject *object, const char *member)
{
  return g_strdup (json_object_get_string_member_with_default (object, member, NULL));
}

typedef struct {
  AvbContribution *command;
  JsonObject      *params;
  AvbOperation    *operation;
} Run;

static void
run_free (gpointer data)
{
  Run *self = data;

  g_object_unref (self->command);
  g_clear_pointer (&self->params, json_object_unref);
  g_object_unref (self->operation);
  g_free (self);
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *self = data;
  GError *error = NULL;
  g_autoptr (JsonNode) answer = dex_await_boxed (
      avb_contribution_call (self->command, "command/run", g_steal_pointer (&self->params), self->operation), &error);
  AvbCommandResult *result;

  avb_operation_finish (self->operation, error);
  if (answer == NULL)
    return dex_future_new_for_error (error);
  result = g_new0 (AvbCommandResult, 1);
  result->text = dup_member (json_node_get_object (answer), "text");
  result->report = dup_member (json_node_get_object (answer), "report");
  result->panel = dup_member (json_node_get_object (answer), "panel");
  return dex_future_new_take_boxed (AVB_TYPE_COMMAND_RESULT, result);
}

DexFuture *
avb_machine_command_run (AvbContribution *command, AvbMachine *machine, AvbOperation *operation)
{
  Run *run;

  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (command));
  dex_return_error_if_fail (machine == NULL || AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  run = g_new0 (Run, 1);
  run->command = g_object_ref (command);
  run->operation = g_object_ref (operation);
  run->params = json_object_new ();
  if (machine != NULL)
    json_object_set_object_member (run->params, "machine", avb_extension_host_describe_machine (machine));
  return avb_fiber_spawn (run_fiber, run, run_free);
}
