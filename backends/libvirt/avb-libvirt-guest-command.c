/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <libvirt/libvirt-qemu.h>
#include <string.h>

#include "backends/avb-guest-command.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* Commands in guests by QEMU's agent: guest-exec begins one and says its number, guest-exec-status says whether it has ended, and
 * then, once, what it wrote. See docs/interop/qemu-ga-ref in QEMU. What it says is a guest's, so hostile. */

#define ANSWER_SECONDS 5
#define FIRST_PAUSE_MS 20
#define LAST_PAUSE_MS 1000

/* Shared by the fiber and the workers that ask for it, one at a time. */
typedef struct {
  AvbMachine      *machine;
  char           **words;
  GBytes          *input; /* (nullable) */
  guint            seconds;
  GCancellable    *cancellable;
  gint64           pid;
  AvbGuestCommand *result; /* (nullable): once it has ended */
} Work;

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_object_unref (work->machine);
  g_strfreev (work->words);
  g_clear_pointer (&work->input, g_bytes_unref);
  g_object_unref (work->cancellable);
  g_clear_pointer (&work->result, avb_guest_command_free);
}

static void
work_unref (gpointer work)
{
  g_atomic_rc_box_release_full (work, work_clear);
}

/* --- the agent's words --- */

static void
add_start (JsonBuilder *builder, const Work *work)
{
  json_builder_set_member_name (builder, "path");
  json_builder_add_string_value (builder, work->words[0]);
  json_builder_set_member_name (builder, "arg");
  json_builder_begin_array (builder);
  for (guint i = 1; work->words[i] != NULL; i++)
    json_builder_add_string_value (builder, work->words[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "capture-output");
  json_builder_add_boolean_value (builder, TRUE);
  if (work->input != NULL)
    {
      gsize size;
      const void *bytes = g_bytes_get_data (work->input, &size);
      g_autofree char *text = g_base64_encode (bytes, size);

      json_builder_set_member_name (builder, "input-data");
      json_builder_add_string_value (builder, text);
    }
}

/* (transfer full): a question; @work or @pid is what it is about */
static char *
make_question (const char *name, const Work *work, gint64 pid)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "execute");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "arguments");
  json_builder_begin_object (builder);
  if (work != NULL)
    add_start (builder, work);
  else
    {
      json_builder_set_member_name (builder, "pid");
      json_builder_add_int_value (builder, pid);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static GError *
new_nonsense (const char *details)
{
  return avb_error_new (AVB_ERROR_FAILED, details, _ ("The guest agent answers with what is no answer."));
}

/* (transfer full): what is in "return" */
static JsonObject *
ask (virDomain *domain, AvbLibvirtCall *call, const char *question, GError **error)
{
  char *answer;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) native = NULL;
  JsonNode *result = NULL;

  virResetLastError ();
  answer = virDomainQemuAgentCommand (domain, question, ANSWER_SECONDS, 0);
  if (answer == NULL)
    {
      g_propagate_error (error, avb_libvirt_error_new (call->what));
      return NULL;
    }
  root = json_from_string (answer, &native);
  free (answer);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    result = json_object_get_member (json_node_get_object (root), "return");
  if (result == NULL || !JSON_NODE_HOLDS_OBJECT (result))
    {
      g_propagate_error (error, new_nonsense (native != NULL ? native->message : NULL));
      return NULL;
    }
  return json_object_ref (json_node_get_object (result));
}

/* --- what it came to --- */

static gboolean
is_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* (transfer full): never more than is kept */
static GBytes *
take_output (JsonObject *status, const char *name, const char *cut, gboolean *truncated)
{
  g_autofree guint8 *bytes = NULL;
  gsize size = 0;

  if (is_value (status, name, G_TYPE_STRING))
    bytes = g_base64_decode (json_object_get_string_member (status, name), &size);
  if (size > AVB_GUEST_COMMAND_MAX_OUTPUT || (is_value (status, cut, G_TYPE_BOOLEAN) && json_object_get_boolean_member (status, cut)))
    *truncated = TRUE;
  return g_bytes_new (bytes, MIN (size, AVB_GUEST_COMMAND_MAX_OUTPUT));
}

static AvbGuestCommand *
read_result (JsonObject *status)
{
  AvbGuestCommand *command = g_new0 (AvbGuestCommand, 1);

  command->exit_code = -1;
  if (!is_value (status, "signal", G_TYPE_INT64) && is_value (status, "exitcode", G_TYPE_INT64))
    command->exit_code = (int) json_object_get_int_member (status, "exitcode");
  command->output = take_output (status, "out-data", "out-truncated", &command->truncated);
  command->error = take_output (status, "err-data", "err-truncated", &command->truncated);
  return command;
}

/* --- one question each, on a worker --- */

static DexFuture *
start_thread (virDomain *domain, AvbLibvirtCall *call)
{
  Work *work = call->data;
  g_autofree char *question = make_question ("guest-exec", work, 0);
  GError *error = NULL;
  g_autoptr (JsonObject) started = ask (domain, call, question, &error);

  if (started == NULL)
    return dex_future_new_for_error (error);
  if (!is_value (started, "pid", G_TYPE_INT64))
    return dex_future_new_for_error (new_nonsense (NULL));
  work->pid = json_object_get_int_member (started, "pid");
  return dex_future_new_true ();
}

static DexFuture *
look_thread (virDomain *domain, AvbLibvirtCall *call)
{
  Work *work = call->data;
  g_autofree char *question = make_question ("guest-exec-status", NULL, work->pid);
  GError *error = NULL;
  g_autoptr (JsonObject) status = ask (domain, call, question, &error);

  if (status == NULL)
    return dex_future_new_for_error (error);
  if (!is_value (status, "exited", G_TYPE_BOOLEAN))
    return dex_future_new_for_error (new_nonsense (NULL));
  if (json_object_get_boolean_member (status, "exited"))
    work->result = read_result (status);
  return dex_future_new_true ();
}

/* As well as can be: the agent has no word for it, but a Unix has a program. It ran a moment ago, by the agent's word: the number is
 * still its. */
static DexFuture *
kill_thread (virDomain *domain, AvbLibvirtCall *call)
{
  const Work *work = call->data;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, work->pid);
  char *words[] = { (char *) "kill", (char *) "-KILL", number, NULL };
  const Work killing = { .words = words };
  g_autofree char *question = make_question ("guest-exec", &killing, 0);

  free (virDomainQemuAgentCommand (domain, question, ANSWER_SECONDS, 0));
  return dex_future_new_true ();
}

/* Each may have to wait for a guest that does not answer. */
static DexFuture *
run_on_worker (Work *work, AvbLibvirtFunc func)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (work->machine, func, _ ("The command could not be run in the machine."));

  if (call != NULL)
    {
      call->data = g_atomic_rc_box_acquire (work);
      call->data_free = work_unref;
    }
  return avb_libvirt_call_run_long (call);
}

/* --- from its start to its end --- */

static DexFuture *
give_up (Work *work)
{
  dex_await (run_on_worker (work, kill_thread), NULL);
  if (g_cancellable_is_cancelled (work->cancellable))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s", _ ("The command took too long, and was given up."));
}

/* No worker waits with it: a command may take minutes, and there are few of them. */
static DexFuture *
run_fiber (gpointer data)
{
  Work *work = data;
  guint pause = FIRST_PAUSE_MS;
  GError *error = NULL;
  gint64 end;

  if (g_cancellable_set_error_if_cancelled (work->cancellable, &error) || !dex_await (run_on_worker (work, start_thread), &error))
    return dex_future_new_for_error (error);
  end = g_get_monotonic_time () + work->seconds * G_USEC_PER_SEC;
  while (dex_await (run_on_worker (work, look_thread), &error))
    {
      const gint64 left = (end - g_get_monotonic_time ()) / 1000;

      if (work->result != NULL)
        return dex_future_new_take_boxed (AVB_TYPE_GUEST_COMMAND, g_steal_pointer (&work->result));
      if (left > 0)
        dex_await (dex_future_first (dex_timeout_new_msec ((int) MIN (pause, left)),
                                     dex_cancellable_new_from_cancellable (work->cancellable), NULL),
                   NULL);
      if (left <= 0 || g_cancellable_is_cancelled (work->cancellable))
        return give_up (work);
      pause = MIN (2 * pause, LAST_PAUSE_MS);
    }
  return dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_machine_run_command (AvbMachine        *machine,
                                 const char *const *words,
                                 GBytes            *input,
                                 guint              seconds,
                                 GCancellable      *cancellable)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->machine = g_object_ref (machine);
  work->words = g_strdupv ((char **) words);
  work->input = input != NULL ? g_bytes_ref (input) : NULL;
  work->seconds = seconds;
  work->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  return avb_fiber_spawn (run_fiber, work, work_unref);
}
