/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * What an update of a console costs and how late it is painted, beside spice-gtk's widget on GTK 3. A real SPICE
 * server draws at a fixed rate. CPU is that of the whole client, less the same client with the channels alone, so
 * that what is left is the price of showing; with the channels it is the row "whole". Who drops frames looks cheap: frames a drawing are a row of their own.
 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "avb-report.h"

#define PEER "SpiceDisplay"
#define IDLE_SECONDS 2

static char *json_path, *ignored_program, **only;
static int   n_runs = 5;

typedef struct {
  const char *name;
  int         width, height;
} Screen;

static const Screen screens[] = { { "1080p", 1920, 1080 }, { "4K", 3840, 2160 } };

typedef struct {
  const char *name;
  int         width, height; /* 0: all */
  int         n[G_N_ELEMENTS (screens)];
  int         period[G_N_ELEMENTS (screens)]; /* µs */
} Damage;

/* At rates that both clients follow on two cores without a GPU. */
static const Damage damages[] = {
  { "16x16", 16, 16, { 120, 120 }, { 33000, 33000 } },
  { "640x480", 640, 480, { 90, 90 }, { 33000, 33000 } },
  { "full", 0, 0, { 30, 12 }, { 120000, 300000 } },
};

/* In this order in each run. */
enum { CAIRO, PEER_GTK3, ALONE, PEER_ALONE, NGL, N_CLIENTS };

static const struct {
  const char *program, *renderer, *mode;
} clients[N_CLIENTS] = {
  { "console-ours", "cairo", NULL },
  { "console-peer", "cairo", NULL },
  { "console-ours", "cairo", "alone" },
  { "console-peer", "cairo", "alone" },
  { "console-ours", "ngl", NULL },
};

/* One value a run. */
typedef struct {
  GArray *cpu;     /* ms an update */
  GArray *latency; /* ms, median */
  GArray *late;    /* ms, 95th percentile */
  GArray *frames;  /* an update */
} Result;

static Result  results[G_N_ELEMENTS (screens)][G_N_ELEMENTS (damages)][N_CLIENTS];
static GArray *idle_frames[G_N_ELEMENTS (screens)][N_CLIENTS]; /* a second */
static GArray *connects[G_N_ELEMENTS (screens)][N_CLIENTS];    /* ms to the first picture */

/* A child that is spoken to in lines. */
typedef struct {
  GSubprocess      *process;
  GDataInputStream *output;
} Child;

static GArray *
values_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (double));
}

static void
values_add (GArray *values, double value)
{
  g_array_append_val (values, value);
}

static gboolean
is_only (const char *name)
{
  return only != NULL && g_strv_contains ((const char *const *) only, name);
}

static gboolean
wants_screen (guint screen)
{
  gboolean some = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (screens); i++)
    some = some || is_only (screens[i].name);
  return !some || is_only (screens[screen].name);
}

static gboolean
wants_damage (guint damage)
{
  gboolean some = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    some = some || is_only (damages[i].name);
  return !some || is_only (damages[damage].name);
}

static gboolean
wants_client (guint client)
{
  if (client == NGL)
    return is_only ("ngl") || !is_only ("cairo");
  if (client == CAIRO)
    return is_only ("cairo") || !is_only ("ngl");
  return TRUE;
}

static gboolean
child_start (Child *child, const char *renderer, const char *const *argv, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);

  if (renderer != NULL)
    g_subprocess_launcher_setenv (launcher, "GSK_RENDERER", renderer, TRUE);
  child->process = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (child->process == NULL)
    return FALSE;
  child->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child->process));
  return TRUE;
}

static void
child_stop (Child *child)
{
  if (child->process != NULL)
    {
      g_subprocess_force_exit (child->process);
      g_subprocess_wait (child->process, NULL, NULL);
    }
  g_clear_object (&child->output);
  g_clear_object (&child->process);
}

static gboolean G_GNUC_PRINTF (3, 4)
child_tell (Child *child, GError **error, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list          arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_output_stream_write_all (g_subprocess_get_stdin_pipe (child->process), line, strlen (line), NULL, NULL,
                                    error);
}

/* Waits for the line that begins with @word. */
static char *
child_expect (Child *child, const char *word, GError **error)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (child->output, NULL, NULL, error);

      if (line == NULL)
        {
          if (error != NULL && *error == NULL)
            g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "a program ended before “%s”", word);
          return NULL;
        }
      if (g_str_has_prefix (line, word))
        return g_steal_pointer (&line);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* Parses "end CPU FRAMES UPDATES LATENCY…". */
static gboolean
take_counts (const char *line, double *cpu, double *frames, double *updates, double *median, double *p95)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint     n = g_strv_length (words);
  g_autoptr (GArray) latencies = values_new ();

  if (n < 4)
    return FALSE;
  *cpu = g_ascii_strtod (words[1], NULL) / 1000;
  *frames = g_ascii_strtod (words[2], NULL);
  *updates = g_ascii_strtod (words[3], NULL);
  for (guint i = 4; i < n; i++)
    values_add (latencies, g_ascii_strtod (words[i], NULL) / 1000);
  *median = *p95 = 0;
  if (latencies->len > 0)
    {
      g_array_sort (latencies, compare);
      *median = g_array_index (latencies, double, latencies->len / 2);
      *p95 = g_array_index (latencies, double, MIN (latencies->len - 1, (guint) (0.95 * latencies->len)));
    }
  return TRUE;
}

static gboolean
measure_damage (Child *server, Child *program, guint screen, guint damage, guint client, gboolean counted,
                GError **error)
{
  const Damage    *what = &damages[damage];
  Result          *result = &results[screen][damage][client];
  int              width = what->width > 0 ? what->width : screens[screen].width;
  int              height = what->height > 0 ? what->height : screens[screen].height;
  g_autofree char *done = NULL;
  g_autofree char *line = NULL;
  double           cpu, frames, updates, median, p95;

  if (!child_tell (program, error, "begin\n")
      || !child_tell (server, error, "steady %d %d %d %d\n", width, height, what->n[screen], what->period[screen])
      || (done = child_expect (server, "steady-done", error)) == NULL
      || !child_tell (program, error, "end %d\n", what->n[screen])
      || (line = child_expect (program, "end ", error)) == NULL)
    return FALSE;
  if (!take_counts (line, &cpu, &frames, &updates, &median, &p95) || updates == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s saw no update", clients[client].program);
      return FALSE;
    }
  if (!counted)
    return TRUE;
  /* Per drawing of the guest: what a client left out is no merit of the server's. */
  values_add (result->cpu, cpu / what->n[screen]);
  values_add (result->latency, median);
  values_add (result->late, p95);
  values_add (result->frames, frames / what->n[screen]);
  return TRUE;
}

static gboolean
measure_idle (Child *program, guint screen, guint client, gboolean counted, GError **error)
{
  g_autofree char *line = NULL;
  double           cpu, frames, updates, median, p95;

  /* What is still under way after the first picture. */
  g_usleep (G_USEC_PER_SEC);
  if (!child_tell (program, error, "begin\n"))
    return FALSE;
  g_usleep (IDLE_SECONDS * G_USEC_PER_SEC);
  if (!child_tell (program, error, "end 0\n") || (line = child_expect (program, "end ", error)) == NULL)
    return FALSE;
  if (take_counts (line, &cpu, &frames, &updates, &median, &p95) && counted)
    values_add (idle_frames[screen][client], frames / IDLE_SECONDS);
  return TRUE;
}

static gboolean
measure_client (const char *folder, const char *socket, guint screen, guint client, gboolean counted, GError **error)
{
  g_autofree char *server_path = g_build_filename (folder, "..", "console", "spice-server", NULL);
  g_autofree char *program_path = g_build_filename (folder, clients[client].program, NULL);
  g_autofree char *width = g_strdup_printf ("%d", screens[screen].width);
  g_autofree char *height = g_strdup_printf ("%d", screens[screen].height);
  const char      *server_argv[] = { server_path, socket, NULL };
  const char      *program_argv[] = { program_path, socket, width, height, clients[client].mode, NULL };
  Child            server = { 0 }, program = { 0 };
  g_autofree char *ready = NULL;
  g_autofree char *picture = NULL;
  gboolean         ok;

  ok = child_start (&server, NULL, server_argv, error) && (ready = child_expect (&server, "ready", error)) != NULL
       && child_tell (&server, error, "mode %s %s 32\nnoise 0 0 %s %s 1\n", width, height, width, height)
       && child_start (&program, clients[client].renderer, program_argv, error)
       && (picture = child_expect (&program, "picture ", error)) != NULL;
  if (ok && counted)
    values_add (connects[screen][client], g_ascii_strtod (picture + strlen ("picture "), NULL) / 1000);
  ok = ok && measure_idle (&program, screen, client, counted, error);
  for (guint damage = 0; ok && damage < G_N_ELEMENTS (damages); damage++)
    if (wants_damage (damage))
      ok = measure_damage (&server, &program, screen, damage, client, counted, error);
  child_stop (&program);
  child_stop (&server);
  g_remove (socket);
  return ok;
}

/* What a client spent in each run beyond the one with the channels alone. */
static GArray *
net_cpu (guint screen, guint damage, guint client)
{
  guint   alone = client == PEER_GTK3 ? PEER_ALONE : ALONE;
  GArray *net = values_new ();

  for (guint i = 0; i < results[screen][damage][client].cpu->len; i++)
    values_add (net, g_array_index (results[screen][damage][client].cpu, double, i)
                         - g_array_index (results[screen][damage][alone].cpu, double, i));
  return net;
}

static GArray *
quotient (GArray *above, GArray *below)
{
  GArray *values = values_new ();

  for (guint i = 0; i < above->len && i < below->len; i++)
    values_add (values, g_array_index (above, double, i) / g_array_index (below, double, i));
  return values;
}

static void
report_damage (AvbReport *report, guint screen, guint damage, guint client)
{
  const Result *ours = &results[screen][damage][client], *theirs = &results[screen][damage][PEER_GTK3];
  g_autofree char *name
      = g_strdup_printf ("%s %s %s", damages[damage].name, screens[screen].name, clients[client].renderer);
  g_autofree char *late = g_strconcat (name, " p95", NULL);
  g_autofree char *whole = g_strconcat (name, " whole", NULL);
  g_autoptr (GArray) our_cpu = net_cpu (screen, damage, client);
  g_autoptr (GArray) their_cpu = net_cpu (screen, damage, PEER_GTK3);

  avb_report_add (report, name, "cpu", "ms", our_cpu, PEER, their_cpu);
  avb_report_add (report, whole, "cpu", "ms", ours->cpu, PEER, theirs->cpu);
  avb_report_add (report, name, "time", "ms", ours->latency, PEER, theirs->latency);
  avb_report_add (report, late, "time", "ms", ours->late, PEER, theirs->late);
  avb_report_add (report, name, "frames", "1", ours->frames, PEER, theirs->frames);
}

/* What a larger screen adds to small damage. */
static void
report_growth (AvbReport *report, guint client)
{
  g_autofree char *name = g_strdup_printf ("%s 4K/1080p %s", damages[0].name, clients[client].renderer);
  g_autoptr (GArray) our_small = net_cpu (0, 0, client);
  g_autoptr (GArray) our_large = net_cpu (1, 0, client);
  g_autoptr (GArray) their_small = net_cpu (0, 0, PEER_GTK3);
  g_autoptr (GArray) their_large = net_cpu (1, 0, PEER_GTK3);
  g_autoptr (GArray) ours = quotient (our_large, our_small);
  g_autoptr (GArray) theirs = quotient (their_large, their_small);

  avb_report_add (report, name, "cpu", "1", ours, PEER, theirs);
}

static void
report_all (AvbReport *report)
{
  static const guint ours[] = { CAIRO, NGL };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      if (!wants_client (ours[i]))
        continue;
      for (guint screen = 0; screen < G_N_ELEMENTS (screens); screen++)
        {
          g_autofree char *idle = g_strdup_printf ("idle %s %s", screens[screen].name, clients[ours[i]].renderer);
          g_autofree char *first
              = g_strdup_printf ("connect %s %s", screens[screen].name, clients[ours[i]].renderer);

          if (!wants_screen (screen))
            continue;
          for (guint damage = 0; damage < G_N_ELEMENTS (damages); damage++)
            if (wants_damage (damage))
              report_damage (report, screen, damage, ours[i]);
          avb_report_add (report, idle, "frames", "1/s", idle_frames[screen][ours[i]], PEER,
                          idle_frames[screen][PEER_GTK3]);
          avb_report_add (report, first, "time", "ms", connects[screen][ours[i]], PEER, connects[screen][PEER_GTK3]);
        }
      if (wants_damage (0) && wants_screen (0) && wants_screen (1))
        report_growth (report, ours[i]);
    }
}

/* The first round only warms up. */
static gboolean
run_all (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *place = g_dir_make_tmp ("avb-XXXXXX", error);
  g_autofree char *socket = place != NULL ? g_build_filename (place, "spice", NULL) : NULL;
  gboolean         ok = folder != NULL && socket != NULL;

  for (guint run = 0; ok && run <= (guint) n_runs; run++)
    for (guint screen = 0; ok && screen < G_N_ELEMENTS (screens); screen++)
      {
        if (!wants_screen (screen))
          continue;
        g_printerr ("%s: %s %u of %d\n", screens[screen].name, run == 0 ? "warm-up" : "run", run, n_runs);
        for (guint client = 0; ok && client < N_CLIENTS; client++)
          if (wants_client (client))
            ok = measure_client (folder, socket, screen, client, run > 0, error);
      }
  if (place != NULL)
    g_rmdir (place);
  return ok;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "program", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &ignored_program, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "Where the results go too", "FILE" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "Counted runs (5)", "N" },
    { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only,
      "Only these: 1080p, 4K; 16x16, 640x480, full; cairo, ngl (again for more)", "WORD" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (AvbReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || n_runs < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--runs must be at least 1");
      return 2;
    }
  for (guint screen = 0; screen < G_N_ELEMENTS (screens); screen++)
    for (guint client = 0; client < N_CLIENTS; client++)
      {
        idle_frames[screen][client] = values_new ();
        connects[screen][client] = values_new ();
        for (guint damage = 0; damage < G_N_ELEMENTS (damages); damage++)
          results[screen][damage][client] = (Result) { values_new (), values_new (), values_new (), values_new () };
      }
  if (!run_all (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  report = avb_report_new ();
  report_all (report);
  if (json_path != NULL && !avb_report_save (report, json_path, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
