/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbReport:
 *
 * Results of a benchmark as ratios of ours to the peer's: a table for people, JSON for programs.
 */
typedef struct _AvbReport AvbReport;

AvbReport *avb_report_new   (void);
void       avb_report_free  (AvbReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbReport, avb_report_free)

/* Adds a row, and prints it, from the runs of both (arrays of double); medians are compared, the 95th percentiles shown beside. */
void     avb_report_add   (AvbReport *self, const char *test_case, const char *metric, const char *unit,
                           GArray *ours, const char *peer, GArray *theirs);
/* Adds what a row can not say: a sentence. */
void     avb_report_note  (AvbReport *self, const char *test_case, const char *sentence);
gboolean avb_report_save  (AvbReport *self, const char *path, GError **error);

G_END_DECLS
