/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-report.h"

#include <json-glib/json-glib.h>
#include <math.h>

struct _AvbReport {
  JsonBuilder *json;
};

AvbReport *
avb_report_new (void)
{
  AvbReport *self = g_new0 (AvbReport, 1);

  self->json = json_builder_new ();
  json_builder_begin_array (self->json);
  g_print ("%-28s %-8s %-4s %9s %9s  %-14s %9s %9s  %6s\n", "case", "metric", "unit", "ours", "(p95)", "peer",
           "theirs", "(p95)", "ratio");
  return self;
}

void
avb_report_free (AvbReport *self)
{
  g_object_unref (self->json);
  g_free (self);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* Of the nearest rank. */
static double
percentile (GArray *values, double share)
{
  g_array_sort (values, compare);
  return g_array_index (values, double, MIN (values->len - 1, (guint) floor (share * values->len)));
}

void
avb_report_add (AvbReport *self, const char *test_case, const char *metric, const char *unit, GArray *ours,
                const char *peer, GArray *theirs)
{
  const double our_median = percentile (ours, 0.5), their_median = percentile (theirs, 0.5);
  const gboolean comparable = their_median > 0;
  const double ratio = comparable ? our_median / their_median : 0;

  json_builder_begin_object (self->json);
  json_builder_set_member_name (self->json, "case");
  json_builder_add_string_value (self->json, test_case);
  json_builder_set_member_name (self->json, "metric");
  json_builder_add_string_value (self->json, metric);
  json_builder_set_member_name (self->json, "unit");
  json_builder_add_string_value (self->json, unit);
  json_builder_set_member_name (self->json, "ours");
  json_builder_add_double_value (self->json, our_median);
  json_builder_set_member_name (self->json, "peer");
  json_builder_add_string_value (self->json, peer);
  json_builder_set_member_name (self->json, "theirs");
  json_builder_add_double_value (self->json, their_median);
  json_builder_set_member_name (self->json, "ratio");
  if (comparable)
    json_builder_add_double_value (self->json, ratio);
  else
    json_builder_add_null_value (self->json);
  json_builder_set_member_name (self->json, "runs");
  json_builder_add_int_value (self->json, ours->len);
  json_builder_end_object (self->json);

  g_print ("%-28s %-8s %-4s %9.2f %9.2f  %-14s %9.2f %9.2f  ", test_case, metric, unit, our_median,
           percentile (ours, 0.95), peer, their_median, percentile (theirs, 0.95));
  if (comparable)
    g_print ("%6.3f\n", ratio);
  else
    g_print ("%6s\n", "-");
}

void
avb_report_note (AvbReport *self, const char *test_case, const char *sentence)
{
  json_builder_begin_object (self->json);
  json_builder_set_member_name (self->json, "case");
  json_builder_add_string_value (self->json, test_case);
  json_builder_set_member_name (self->json, "note");
  json_builder_add_string_value (self->json, sentence);
  json_builder_end_object (self->json);
  g_print ("%s: %s\n", test_case, sentence);
}

gboolean
avb_report_save (AvbReport *self, const char *path, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_array (self->json);
  root = json_builder_get_root (self->json);
  text = json_to_string (root, TRUE);
  return g_file_set_contents (path, text, -1, error);
}
