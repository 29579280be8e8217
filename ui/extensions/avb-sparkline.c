/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sparkline.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define LINE_WIDTH 2

struct _AvbSparkline {
  GtkWidget parent_instance;

  GArray   *values; /* of double */
  double    lowest;
  double    highest;
};

G_DEFINE_FINAL_TYPE (AvbSparkline, avb_sparkline, GTK_TYPE_WIDGET)

/* Line, or the area below it. */
static GskPath *
make_path (AvbSparkline *self, float width, float height, gboolean area)
{
  GskPathBuilder *builder = gsk_path_builder_new ();
  gboolean backwards = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  double range = self->highest - self->lowest;
  float inner = height - 2 * LINE_WIDTH;
  guint n = self->values->len;

  for (guint i = 0; i < n; i++)
    {
      double value = g_array_index (self->values, double, i);
      float part = range > 0 ? (float) ((value - self->lowest) / range) : 0.5f;
      float x = width * (float) i / (float) (n - 1);
      float y = LINE_WIDTH + inner * (1 - part);

      if (backwards)
        x = width - x;
      if (i == 0)
        gsk_path_builder_move_to (builder, x, y);
      else
        gsk_path_builder_line_to (builder, x, y);
    }
  if (area)
    {
      gsk_path_builder_line_to (builder, backwards ? 0 : width, height);
      gsk_path_builder_line_to (builder, backwards ? width : 0, height);
      gsk_path_builder_close (builder);
    }
  return gsk_path_builder_free_to_path (builder);
}

static void
avb_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AvbSparkline *self = AVB_SPARKLINE (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  g_autoptr (GskPath) line = NULL;
  g_autoptr (GskPath) area = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (LINE_WIDTH);
  g_autoptr (AdwStyleManager) style = g_object_ref (adw_style_manager_get_default ());
  GdkRGBA *accent;
  GdkRGBA faint;

  if (self->values->len < 2 || width < 1 || height < 1)
    return;
  accent = adw_style_manager_get_accent_color_rgba (style);
  faint = *accent;
  faint.alpha *= 0.18f;
  line = make_path (self, width, height, FALSE);
  area = make_path (self, width, height, TRUE);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  gtk_snapshot_append_fill (snapshot, area, GSK_FILL_RULE_WINDING, &faint);
  gtk_snapshot_append_stroke (snapshot, line, stroke, accent);
  gdk_rgba_free (accent);
}

static void
avb_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 60 : 36;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 48;
}

static void
avb_sparkline_finalize (GObject *object)
{
  g_array_unref (AVB_SPARKLINE (object)->values);
  G_OBJECT_CLASS (avb_sparkline_parent_class)->finalize (object);
}

static void
avb_sparkline_class_init (AvbSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = avb_sparkline_finalize;
  widget_class->snapshot = avb_sparkline_snapshot;
  widget_class->measure = avb_sparkline_measure;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
avb_sparkline_init (AvbSparkline *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (double));
}

GtkWidget *
avb_sparkline_new (void)
{
  return g_object_new (AVB_TYPE_SPARKLINE, NULL);
}

static void
describe (AvbSparkline *self)
{
  g_autofree char *text = NULL;

  if (self->values->len > 0)
    /* Translators: what a graph shows, for who cannot see it; the three are numbers. */
    text = g_strdup_printf (_("Last %1$g, between %2$g and %3$g"),
                            g_array_index (self->values, double, self->values->len - 1), self->lowest, self->highest);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text != NULL ? text : _("No values yet"), -1);
}

void
avb_sparkline_set_values (AvbSparkline *self, const double *values, guint n_values, double lowest, double highest)
{
  g_return_if_fail (AVB_IS_SPARKLINE (self));

  g_array_set_size (self->values, 0);
  self->lowest = lowest;
  self->highest = highest;
  for (guint i = 0; i < n_values; i++)
    if (isfinite (values[i]))
      {
        double value = CLAMP (values[i], MIN (lowest, highest), MAX (lowest, highest));

        g_array_append_val (self->values, value);
      }
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

guint
avb_sparkline_get_n_values (AvbSparkline *self)
{
  g_return_val_if_fail (AVB_IS_SPARKLINE (self), 0);

  return self->values->len;
}
