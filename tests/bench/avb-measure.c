/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-measure.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_SECONDS 120.0
#define LOOK_MICROSECONDS 15000

static double
seconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
}

/* More than a figure that is counted on; as little as a scroll bar whose list grows. */
#define FEW_PIXELS 100

static gboolean
differ (GBytes *before, GBytes *after)
{
  const guint32 *a, *b;
  gsize n = g_bytes_get_size (after) / 4, n_changed = 0;

  if (before == NULL || g_bytes_get_size (before) != g_bytes_get_size (after))
    return TRUE;
  a = g_bytes_get_data (before, NULL);
  b = g_bytes_get_data (after, NULL);
  if (memcmp (a, b, n * 4) == 0)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    n_changed += a[i] != b[i];
  return n_changed > FEW_PIXELS;
}

static double
read_memory (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (line = strstr (text, "\nPss:")) == NULL)
    return 0;
  return g_ascii_strtod (line + strlen ("\nPss:"), NULL) / 1024;
}

/* Seconds of CPU that the process has used. */
static double
read_cpu (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  /* The name, in parentheses, may hold anything. */
  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return 0;
  fields = g_strsplit (rest + 2, " ", -1);
  return (g_ascii_strtod (fields[11], NULL) + g_ascii_strtod (fields[12], NULL)) / sysconf (_SC_CLK_TCK);
}

static gboolean
watch (AvbScreen *screen, GPid pid, gint64 begin, guint still_seconds, AvbStart *start)
{
  g_autoptr (GBytes) last = NULL;
  AvbArea area;

  while (start->complete == 0 || seconds_since (begin) - start->complete < still_seconds) {
    const double now = seconds_since (begin);
    g_autoptr (GBytes) pixels = NULL;

    if (now > LIMIT_SECONDS || waitpid (pid, NULL, WNOHANG) != 0)
      return FALSE;
    if (avb_screen_find_window (screen, pid, &area) != 0)
      pixels = avb_screen_grab (screen, &area);
    /* A plain background is not a frame. */
    if (pixels != NULL && (start->first_frame > 0 || avb_screen_colours (pixels) > 8)) {
      if (start->first_frame == 0)
        start->first_frame = now;
      if (differ (last, pixels)) {
        start->complete = now;
        g_clear_pointer (&last, g_bytes_unref);
        last = g_steal_pointer (&pixels);
      }
    }
    g_usleep (LOOK_MICROSECONDS);
  }
  return TRUE;
}

static void
end (GPid pid)
{
  kill (pid, SIGTERM);
  for (int i = 0; i < 100; i++) {
    if (waitpid (pid, NULL, WNOHANG) != 0)
      return;
    g_usleep (50000);
  }
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

gboolean
avb_measure_start (AvbScreen *screen, const char *const *argv, guint still_seconds, guint idle_seconds,
                   AvbStart *start, GError **error)
{
  const gint64 begin = g_get_monotonic_time ();
  double cpu;
  gint64 idle_begin;
  GPid pid;

  memset (start, 0, sizeof *start);
  if (!g_spawn_async (NULL, (char **) argv, NULL,
                      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                          | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, &pid, error))
    return FALSE;
  if (!watch (screen, pid, begin, still_seconds, start)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s showed no window that holds still", argv[0]);
    end (pid);
    return FALSE;
  }
  start->memory = read_memory (pid);
  if (idle_seconds > 0) {
    cpu = read_cpu (pid);
    idle_begin = g_get_monotonic_time ();
    g_usleep (idle_seconds * G_USEC_PER_SEC);
    start->idle = (read_cpu (pid) - cpu) / seconds_since (idle_begin) * 100;
  }
  end (pid);
  return TRUE;
}
