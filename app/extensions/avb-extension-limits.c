/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-limits.h"

static const AvbExtensionLimits defaults = {
  .initialize = 10 * 1000,
  .call = 30 * 1000,
  .progress = 60 * 1000,
  .ping_interval = 15 * 1000,
  .ping_answer = 5 * 1000,
  .cancel_grace = 5 * 1000,
  .term_grace = 3 * 1000,
  .stall = 3 * 1000,
  .restart_first = 1000,
  .restart_max = 60 * 1000,
  .crash_window = 10 * 60 * 1000,
  .crash_max = 5,
  .panel_interval = 250,
  .sweep = 2 * 1000,
  .messages_per_second = 200,
};

static AvbExtensionLimits current;
static gboolean scaled;

const AvbExtensionLimits *
avb_extension_limits_get (void)
{
  return scaled ? &current : &defaults;
}

static guint
scale (guint ms, double factor)
{
  return MAX (1, (guint) (ms * factor));
}

void
avb_extension_limits_scale (double factor)
{
  g_return_if_fail (factor > 0);

  scaled = factor != 1;
  current = defaults;
  current.initialize = scale (defaults.initialize, factor);
  current.call = scale (defaults.call, factor);
  current.progress = scale (defaults.progress, factor);
  current.ping_interval = scale (defaults.ping_interval, factor);
  current.ping_answer = scale (defaults.ping_answer, factor);
  current.cancel_grace = scale (defaults.cancel_grace, factor);
  current.term_grace = scale (defaults.term_grace, factor);
  current.stall = scale (defaults.stall, factor);
  current.restart_first = scale (defaults.restart_first, factor);
  current.restart_max = scale (defaults.restart_max, factor);
  current.crash_window = scale (defaults.crash_window, factor);
  current.panel_interval = scale (defaults.panel_interval, factor);
  current.sweep = scale (defaults.sweep, factor);
}
