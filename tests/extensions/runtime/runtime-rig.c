/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/extensions/runtime/runtime-rig.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "tests/avb-test.h"

#define WATCH_MS 5

void
runtime_rig_copy_program (const char *folder, const char *name)
{
  g_autoptr (GFile) from = g_file_new_for_path (g_getenv ("AVB_MISBEHAVE"));
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) to = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

RuntimeRig *
runtime_rig_new (const char *mode, guint memory_mb, guint64 disk)
{
  RuntimeRig *self = g_new0 (RuntimeRig, 1);
  AvbProcessSpec spec = { .id = "org.example.misbehave", .version = "1.0.0", .exec = "misbehave", .memory_mb = memory_mb, .disk = disk };
  g_autofree char *runtime = NULL;

  self->folder = avb_test_make_folder ();
  self->app = g_build_filename (self->folder, "app", NULL);
  self->data = g_build_filename (self->folder, "data", NULL);
  runtime = g_build_filename (self->folder, "extensions", "run", NULL);
  g_assert_no_errno (g_mkdir_with_parents (self->app, 0700));
  runtime_rig_copy_program (self->app, "misbehave");
  if (mode != NULL)
    {
      g_autofree char *path = g_build_filename (self->app, "mode", NULL);

      g_assert_true (g_file_set_contents (path, mode, -1, NULL));
    }
  spec.app_dir = self->app;
  spec.data_dir = self->data;
  spec.runtime_dir = runtime;
  self->process = avb_extension_process_new (&spec);
  return self;
}

void
runtime_rig_free (RuntimeRig *self)
{
  avb_test_await (avb_extension_process_stop (self->process));
  /* The fiber lets go of it in the next turn of the loop. */
  avb_test_until_true (G_OBJECT (self->process)->ref_count == 1);
  g_assert_finalize_object (self->process);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->app);
  g_free (self->data);
  g_free (self);
}

DexFuture *
runtime_rig_call (RuntimeRig *self, const char *method, const char *argument)
{
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "argument", argument != NULL ? argument : "");
  json_node_take_object (params, object);
  return avb_extension_process_call (self->process, method, params, NULL, AVB_RPC_INTERACTIVE);
}

char *
runtime_rig_ask (RuntimeRig *self, const char *method, const char *argument)
{
  g_autoptr (JsonNode) answer = avb_test_await_boxed (runtime_rig_call (self, method, argument));

  return g_strdup (json_object_get_string_member (json_node_get_object (answer), "text"));
}

/* --- the main loop --- */

/* Bytes; of the line of that name in /proc/self/status. */
static gint64
read_status (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, name);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (name) + 1, NULL, 10) * 1024;
}

static gboolean
watch_cb (gpointer data)
{
  LoopWatch *self = data;
  gint64 now = g_get_monotonic_time ();

  self->worst_us = MAX (self->worst_us, now - self->last - WATCH_MS * 1000);
  self->last = now;
  return G_SOURCE_CONTINUE;
}

void
loop_watch_start (LoopWatch *self)
{
  int fd = g_open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC, 0);

  malloc_trim (0);
  /* The most that there was is counted from here on: proc(5). */
  g_assert_cmpint (write (fd, "5", 1), ==, 1);
  close (fd);
  self->memory = read_status ("VmRSS");
  self->worst_us = 0;
  self->last = g_get_monotonic_time ();
  self->source = g_timeout_add_full (G_PRIORITY_HIGH, WATCH_MS, watch_cb, self, NULL);
}

void
loop_watch_stop (LoopWatch *self)
{
  g_source_remove (self->source);
}

gint64
loop_watch_growth (LoopWatch *self)
{
  return read_status ("VmHWM") - self->memory;
}
