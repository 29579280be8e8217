/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-retry.h"

/* Pauses between attempts: 250 ms, doubled up to 8 s. */
#define RETRY_MS 250
#define RETRY_DOUBLINGS 5

/* A server drops its client when another one connects. Two programs that both came back at once
 * would go on for ever: after so many connections that lived shortly we give in. */
#define SHORT_LIFE_US (10 * G_USEC_PER_SEC)
#define MAX_SHORT_LIVES 5

void
avb_console_retry_reset (AvbConsoleRetry *self)
{
  *self = (AvbConsoleRetry) { 0 };
}

void
avb_console_retry_connected (AvbConsoleRetry *self)
{
  if (self->connected_at == 0)
    self->connected_at = g_get_monotonic_time ();
}

guint
avb_console_retry_lost (AvbConsoleRetry *self)
{
  if (self->connected_at != 0)
    {
      gboolean was_short = g_get_monotonic_time () - self->connected_at < SHORT_LIFE_US;

      self->connected_at = 0;
      self->short_lives = was_short ? self->short_lives + 1 : 0;
      if (!was_short)
        self->failures = 0;
    }
  if (self->short_lives >= MAX_SHORT_LIVES)
    return 0;
  return RETRY_MS << MIN (self->failures++, RETRY_DOUBLINGS);
}
