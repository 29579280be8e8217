/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "console-probe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* So long without another update, no more will come. */
#define PATIENCE_SECONDS 3

static GArray   *pending;   /* when what is not yet painted was drawn, µs */
static GArray   *latencies; /* µs */
static guint     n_frames, n_updates, n_wanted;
static gboolean  frame_paints, has_clock, has_picture;
static gint64    connecting, cpu_begin;
static guint     patience;
static gboolean  ending;

static gint64
used_cpu (void)
{
  struct timespec used;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return (gint64) used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static gboolean
report_cb (gpointer data)
{
  const gint64 cpu = used_cpu () - cpu_begin;

  g_clear_handle_id (&patience, g_source_remove);
  ending = FALSE;
  printf ("end %" G_GINT64_FORMAT " %u %u", cpu, n_frames, n_updates);
  for (guint i = 0; i < latencies->len; i++)
    printf (" %" G_GINT64_FORMAT, g_array_index (latencies, gint64, i));
  putchar ('\n');
  fflush (stdout);
  return G_SOURCE_REMOVE;
}

static gboolean
lost_patience_cb (gpointer data)
{
  patience = 0;
  return report_cb (NULL);
}

static void
consider_end (void)
{
  if (!ending)
    return;
  g_clear_handle_id (&patience, g_source_remove);
  if (n_updates >= n_wanted && pending->len == 0)
    {
      /* Not from within the frame that is still under way. */
      ending = FALSE;
      g_timeout_add (20, report_cb, NULL);
    }
  else
    patience = g_timeout_add_seconds (PATIENCE_SECONDS, lost_patience_cb, NULL);
}

static void
painted (void)
{
  const gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < pending->len; i++)
    {
      const gint64 latency = now - g_array_index (pending, gint64, i);

      g_array_append_val (latencies, latency);
    }
  g_array_set_size (pending, 0);
  consider_end ();
}

static void
paint_cb (GObject *clock, gpointer data)
{
  frame_paints = TRUE;
  n_frames++;
}

static void
after_paint_cb (GObject *clock, gpointer data)
{
  if (!frame_paints)
    return;
  frame_paints = FALSE;
  if (has_picture && connecting != 0)
    {
      printf ("picture %" G_GINT64_FORMAT "\n", g_get_monotonic_time () - connecting);
      fflush (stdout);
      connecting = 0;
    }
  painted ();
}

/* Time stamps are in the pixels: see "steady" of the server. */
static void
invalidate_cb (SpiceDisplayChannel *channel, int x, int y, int width, int height, gpointer data)
{
  const gint64        now = g_get_monotonic_time ();
  SpiceDisplayPrimary primary;
  const guint32      *pixels;
  gint64              drawn;

  has_picture = TRUE;
  if (!has_clock && connecting != 0)
    {
      printf ("picture %" G_GINT64_FORMAT "\n", now - connecting);
      fflush (stdout);
      connecting = 0;
    }
  if (width < 2 || !spice_display_channel_get_primary (SPICE_CHANNEL (channel), 0, &primary)
      || primary.data == NULL)
    return;
  pixels = (const guint32 *) (gconstpointer) (primary.data + (gsize) y * primary.stride) + x;
  drawn = (gint64) (pixels[0] & 0xffffff) << 24 | (pixels[1] & 0xffffff);
  drawn |= now & ~(((gint64) 1 << 48) - 1);
  if (drawn > now || now - drawn > 60 * G_USEC_PER_SEC)
    return; /* not one of them */
  n_updates++;
  g_array_append_val (pending, drawn);
  if (!has_clock)
    painted ();
}

static void
channel_new_cb (SpiceSession *session, SpiceChannel *channel, gpointer alone)
{
  if (SPICE_IS_DISPLAY_CHANNEL (channel))
    g_signal_connect (channel, "display-invalidate", G_CALLBACK (invalidate_cb), NULL);
  if (GPOINTER_TO_INT (alone) && !SPICE_IS_MAIN_CHANNEL (channel)
      && (SPICE_IS_DISPLAY_CHANNEL (channel) || SPICE_IS_INPUTS_CHANNEL (channel)
          || SPICE_IS_CURSOR_CHANNEL (channel)))
    spice_channel_connect (channel);
}

static gboolean
command_cb (GIOChannel *input, GIOCondition condition, gpointer loop)
{
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }
  if (g_str_has_prefix (line, "begin"))
    {
      n_frames = n_updates = 0;
      g_array_set_size (pending, 0);
      g_array_set_size (latencies, 0);
      cpu_begin = used_cpu ();
    }
  else if (sscanf (line, "end %u", &n_wanted) == 1)
    {
      ending = TRUE;
      consider_end ();
    }
  return G_SOURCE_CONTINUE;
}

void
avb_probe_watch_clock (GObject *clock)
{
  has_clock = TRUE;
  g_signal_connect (clock, "paint", G_CALLBACK (paint_cb), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
}

void
avb_probe_watch_session (SpiceSession *session)
{
  g_signal_connect (session, "channel-new", G_CALLBACK (channel_new_cb), GINT_TO_POINTER (FALSE));
}

void
avb_probe_connect_alone (const char *socket)
{
  SpiceSession *session = spice_session_new ();

  g_object_set (session, "unix-path", socket, "enable-audio", FALSE, "enable-usbredir", FALSE, NULL);
  g_signal_connect (session, "channel-new", G_CALLBACK (channel_new_cb), GINT_TO_POINTER (TRUE));
  avb_probe_connecting ();
  spice_session_connect (session);
}

void
avb_probe_connecting (void)
{
  connecting = g_get_monotonic_time ();
}

void
avb_probe_run (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);

  pending = g_array_new (FALSE, FALSE, sizeof (gint64));
  latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, command_cb, loop);
  g_main_loop_run (loop);
  fflush (stdout);
}
