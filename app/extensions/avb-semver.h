/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Versions as semver.org 2.0.0 has them. Any thread. */

/* More characters than a version has. */
#define AVB_SEMVER_MAX 64

gboolean avb_semver_is_valid (const char *version);

/* Less than, equal to or greater than 0: by precedence, so what follows a "+" does not count. Both must be valid. */
int avb_semver_compare (const char *a, const char *b);

/**
 * avb_semver_satisfies:
 * @version: valid, else %FALSE
 * @range: comparisons that must all hold, e.g. ">=1.2 <2": `>=`, `>`, `<=`, `<`, `=` or nothing before a version of one to
 *   three numbers; what is missing counts as 0. "*" holds for each.
 *
 * "<2" does not hold for 2.0.0-rc.1: who excludes 2 means its candidates too.
 *
 * Returns: %FALSE also for a range that is none
 */
gboolean avb_semver_satisfies (const char *version, const char *range);

gboolean avb_semver_range_is_valid (const char *range);

G_END_DECLS
