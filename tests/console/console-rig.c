/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/console-rig.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* So long without a change, the compositor is woken: see rig_nudge(). */
#define NUDGE_US (5 * G_USEC_PER_SEC)
#define LIMIT_US (300 * G_USEC_PER_SEC)

/* A SPICE server that ended by itself answers nobody: nothing that is waited for comes. */
static gboolean server_ended;

static gboolean
tick_cb (gpointer ticked)
{
  *(gboolean *) ticked = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for (RigCondition condition, gpointer data, const char *what, gboolean nudge)
{
  gint64   start = g_get_monotonic_time ();
  gint64   nudged = start;
  gboolean ticked;

  while (!condition (data))
    {
      gint64 now = g_get_monotonic_time ();

      if (server_ended)
        g_error ("the SPICE server ended by itself, waiting: %s", what);
      if (now - start > LIMIT_US)
        g_error ("waited in vain: %s", what);
      if (nudge && now - nudged > NUDGE_US)
        {
          nudged = now;
          rig_nudge ();
        }
      /* Conditions may be dear, so they are looked at now and then, and before anything idle; but all that is not idle has its
       * time in between, however long a look took. */
      ticked = FALSE;
      g_timeout_add_full (G_PRIORITY_HIGH, 20, tick_cb, &ticked, NULL);
      while (!ticked)
        g_main_context_iteration (NULL, TRUE);
    }
}

void
rig_wait (RigCondition condition, gpointer data, const char *what)
{
  wait_for (condition, data, what, FALSE);
}

void
rig_wait_shown (RigCondition condition, gpointer data, const char *what)
{
  wait_for (condition, data, what, TRUE);
}

/* The server. */

struct _RigServer {
  char             *directory;
  char             *socket;
  char             *certificates; /* nullable */
  GSubprocess      *process;
  GDataInputStream *output;
  GCancellable     *cancellable;
  GPtrArray        *events;
  gboolean          ready;
  int               answers;
};

static void read_next (RigServer *server);

static void
line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  RigServer *server = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line
      = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);

  if (line == NULL)
    {
      /* Killed, it may be gone. */
      server_ended = g_object_get_data (source, "killed") == NULL;
      return;
    }
  if (strcmp (line, "ready") == 0)
    server->ready = TRUE;
  else if (strcmp (line, "ok") == 0)
    server->answers++;
  else
    {
      g_test_message ("server: %s", line);
      g_ptr_array_add (server->events, g_steal_pointer (&line));
    }
  read_next (server);
}

static void
read_next (RigServer *server)
{
  g_data_input_stream_read_line_async (
      server->output, G_PRIORITY_DEFAULT, server->cancellable, line_cb, server);
}

static gboolean
is_ready (gpointer data)
{
  return ((RigServer *) data)->ready;
}

void
rig_server_start (RigServer *server)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  g_unlink (server->socket);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  server->ready = FALSE;
  server->answers = 0;
  server->process = g_subprocess_launcher_spawn (
      launcher, &error, g_getenv ("AVB_TEST_SPICE_SERVER"), server->socket, server->certificates, NULL);
  g_assert_no_error (error);
  server->cancellable = g_cancellable_new ();
  server->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  read_next (server);
  rig_wait (is_ready, server, "the SPICE server starts");
}

/* spice-client-glib warns of every connection that ends while it begins: that is what some tests
 * are about. What else warns, ends the test. */
static gboolean
is_fatal_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (g_strcmp0 (domain, "GSpice") != 0)
    return TRUE;
  /* Of one that ends between the two halves of a greeting it even thinks worse. */
  return (level & G_LOG_LEVEL_WARNING) == 0 && strstr (message, "incomplete link reply") == NULL;
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_test_message ("%s: %s", domain, message);
}

/* A memfd is no dma-buf, and GDK says so each time it reads one. */
static GLogWriterOutput
writer_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0
        && g_str_has_prefix (fields[i].value, "Failed to sync dmabuf: "))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

void
rig_allow_memfd (void)
{
  g_log_set_writer_func (writer_cb, NULL, NULL);
}

RigServer *
rig_server_new (void)
{
  return rig_server_new_tls (NULL);
}

RigServer *
rig_server_new_tls (const char *certificates)
{
  RigServer *server = g_new0 (RigServer, 1);
  g_autoptr (GError) error = NULL;

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  g_log_set_handler ("GSpice", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, log_cb, NULL);
  server->directory = g_dir_make_tmp ("avb-XXXXXX", &error);
  g_assert_no_error (error);
  server->socket = g_build_filename (server->directory, "spice", NULL);
  server->certificates = g_strdup (certificates);
  server->events = g_ptr_array_new_with_free_func (g_free);
  rig_server_start (server);
  return server;
}

void
rig_server_kill (RigServer *server)
{
  g_autoptr (GError) error = NULL;

  g_object_set_data (G_OBJECT (server->output), "killed", server);
  g_subprocess_force_exit (server->process);
  g_subprocess_wait (server->process, NULL, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (server->cancellable);
  /* Let the reader see that it was cancelled. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&server->cancellable);
  g_clear_object (&server->output);
  g_clear_object (&server->process);
}

void
rig_server_free (RigServer *server)
{
  if (server->process != NULL)
    rig_server_kill (server);
  g_unlink (server->socket);
  g_rmdir (server->directory);
  g_ptr_array_unref (server->events);
  g_free (server->socket);
  g_free (server->directory);
  g_free (server->certificates);
  g_free (server);
}

const char *
rig_server_get_socket (RigServer *server)
{
  return server->socket;
}

static gboolean
is_answered (gpointer data)
{
  return ((RigServer *) data)->answers > 0;
}

void
rig_server_command (RigServer *server, const char *format, ...)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (server->process);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strconcat (text, "\n", NULL);
  g_output_stream_write_all (input, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  rig_wait (is_answered, server, text);
  server->answers--;
}

char *
rig_server_events (RigServer *server, const char *words)
{
  g_auto (GStrv) wanted = g_strsplit (words, " ", -1);
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < server->events->len; i++)
    {
      const char *event = server->events->pdata[i];
      g_auto (GStrv) parts = g_strsplit (event, " ", 2);

      if (!g_strv_contains ((const char *const *) wanted, parts[0]))
        continue;
      if (joined->len > 0)
        g_string_append (joined, "; ");
      g_string_append (joined, event);
    }
  return g_string_free (joined, FALSE);
}

guint
rig_server_get_port (RigServer *server, const char *word)
{
  g_autofree char *event = rig_server_events (server, word);

  g_assert_true (g_str_has_prefix (event, word));
  return (guint) atoi (event + strlen (word));
}

void
rig_server_forget (RigServer *server)
{
  g_ptr_array_set_size (server->events, 0);
}

typedef struct {
  RigServer  *server;
  const char *words;
  const char *events;
} Expectation;

static gboolean
is_as_long (gpointer data)
{
  Expectation     *expectation = data;
  g_autofree char *events = rig_server_events (expectation->server, expectation->words);

  return strlen (events) >= strlen (expectation->events);
}

void
rig_server_expect (RigServer *server, const char *words, const char *events)
{
  Expectation      expectation = { server, words, events };
  g_autofree char *got = NULL;
  g_autofree char *what = g_strdup_printf ("the server reports “%s”", events);

  rig_wait (is_as_long, &expectation, what);
  got = rig_server_events (server, words);
  g_assert_cmpstr (got, ==, events);
}

guint32 *
rig_server_dump (RigServer *server, int width, int height)
{
  g_autofree char *file = g_build_filename (server->directory, "dump", NULL);
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  rig_server_command (server, "dump %s", file);
  g_file_get_contents (file, &contents, &length, &error);
  g_assert_no_error (error);
  g_unlink (file);
  g_assert_cmpuint (length, ==, (gsize) width * height * 4);
  return (guint32 *) (gpointer) contents;
}

/* The machine. */

struct _RigMachine {
  AvbMachine          parent_instance;
  char               *socket;
  AvbConsoleEndpoint *endpoint;
  guint               n_opened;
};

G_DEFINE_FINAL_TYPE (RigMachine, rig_machine, AVB_TYPE_MACHINE)

static DexFuture *
rig_machine_find_console (AvbMachine *machine)
{
  RigMachine         *self = RIG_MACHINE (machine);
  AvbConsoleEndpoint *endpoint = self->endpoint != NULL
                                     ? avb_console_endpoint_copy (self->endpoint)
                                     : avb_console_endpoint_new (AVB_CONSOLE_SPICE_FD);

  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

static DexFuture *
rig_machine_open_console_fd (AvbMachine *machine)
{
  RigMachine *self = RIG_MACHINE (machine);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->socket);
  g_autoptr (GSocket) socket = NULL;
  GError *error = NULL;

  socket = g_socket_new (
      G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  if (socket == NULL || !g_socket_connect (socket, address, NULL, &error))
    return dex_future_new_for_error (error);
  self->n_opened++;
  return dex_future_new_for_int (dup (g_socket_get_fd (socket)));
}

static void
rig_machine_finalize (GObject *object)
{
  RigMachine *self = RIG_MACHINE (object);

  g_free (self->socket);
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  G_OBJECT_CLASS (rig_machine_parent_class)->finalize (object);
}

static void
rig_machine_class_init (RigMachineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rig_machine_finalize;
  AVB_MACHINE_CLASS (klass)->find_console = rig_machine_find_console;
  AVB_MACHINE_CLASS (klass)->open_console_fd = rig_machine_open_console_fd;
}

static void
rig_machine_init (RigMachine *self)
{
}

AvbMachine *
rig_machine_new (const char *socket)
{
  RigMachine *self = g_object_new (RIG_TYPE_MACHINE, "uuid", "rig-uuid", NULL);

  self->socket = g_strdup (socket);
  avb_machine_set_name (AVB_MACHINE (self), "rig");
  avb_machine_set_available (AVB_MACHINE (self), TRUE);
  avb_machine_set_state (AVB_MACHINE (self), AVB_MACHINE_OFF, 0);
  return AVB_MACHINE (self);
}

void
rig_machine_set_running (AvbMachine *machine, gboolean running)
{
  avb_machine_set_state (machine, running ? AVB_MACHINE_RUNNING : AVB_MACHINE_OFF, 1);
}

void
rig_machine_set_endpoint (AvbMachine *machine, const AvbConsoleEndpoint *endpoint)
{
  RigMachine *self = RIG_MACHINE (machine);

  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  if (endpoint != NULL)
    self->endpoint = avb_console_endpoint_copy (endpoint);
}

guint
rig_machine_get_n_opened (AvbMachine *machine)
{
  return RIG_MACHINE (machine)->n_opened;
}

void
rig_set_display_mode (AvbMachine *machine, AvbDisplayMode mode)
{
  g_autoptr (AvbConsoleSettings) settings = avb_console_settings_for_machine (machine);

  g_object_set (settings, "display-mode", mode, NULL);
}

/* Waiting for pictures. */

typedef struct {
  AvbConsole      *console;
  AvbConsoleStatus status;
  const guint32   *expected;
  int              width;
  int              height;
  int              left;
  int              top;
  int              wrong;
} Picture;

static gboolean
has_status (gpointer data)
{
  Picture *picture = data;

  return avb_console_get_status (picture->console) == picture->status;
}

void
rig_wait_status (AvbConsole *console, AvbConsoleStatus status)
{
  Picture          picture = { .console = console, .status = status };
  g_autofree char *what = g_strdup_printf ("the console’s status becomes %d", status);

  rig_wait (has_status, &picture, what);
}

static gboolean
has_texture (gpointer data)
{
  Picture *picture = data;
  g_autoptr (GdkTexture) texture = avb_console_dup_texture (picture->console);
  g_autofree guint32 *pixels = NULL;
  gsize               n = (gsize) picture->width * picture->height;

  if (texture == NULL || gdk_texture_get_width (texture) != picture->width
      || gdk_texture_get_height (texture) != picture->height)
    return FALSE;
  pixels = g_new (guint32, n);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) picture->width * 4);
  for (gsize i = 0; i < n; i++)
    if (pixels[i] != (picture->expected[i] | 0xff000000u))
      return FALSE;
  return TRUE;
}

void
rig_wait_texture (AvbConsole *console, RigServer *server, int width, int height)
{
  g_autofree guint32 *expected = rig_server_dump (server, width, height);
  Picture picture = { .console = console, .expected = expected, .width = width, .height = height };

  rig_wait (has_texture, &picture, "the console has the server’s picture");
}

static gboolean
is_on_screen (gpointer data)
{
  Picture            *picture = data;
  int                 screen_width = picture->left + picture->width;
  g_autofree guint32 *pixels = rig_screenshot (screen_width, picture->top + picture->height);
  int                 wrong = 0;

  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      wrong += (pixels[(gsize) (picture->top + y) * screen_width + picture->left + x] & 0xffffff)
               != (picture->expected[(gsize) y * picture->width + x] & 0xffffff);
  if (wrong != picture->wrong)
    g_test_message ("%d wrong pixels of %d", wrong, picture->width * picture->height);
  picture->wrong = wrong;
  return wrong == 0;
}

void
rig_wait_screen (RigServer *server, int width, int height, int left, int top)
{
  g_autofree guint32 *expected = rig_server_dump (server, width, height);
  Picture             picture = {
                .expected = expected, .width = width, .height = height, .left = left, .top = top, .wrong = -1
  };

  rig_wait_shown (is_on_screen, &picture, "the screen shows the server’s picture without a wrong pixel");
}
