/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-scanout-view.h"

struct _AvbScanoutView {
  GtkWidget parent_instance;

  GtkWidget     *offload;
  GtkWidget     *picture; /* in it */
  AvbScanout    *scanout;
  GdkFrameClock *frame_clock; /* while mapped; not owned */
};

G_DEFINE_FINAL_TYPE (AvbScanoutView, avb_scanout_view, GTK_TYPE_WIDGET)

static void
after_paint_cb (GdkFrameClock *clock, AvbScanoutView *self)
{
  if (self->scanout != NULL)
    avb_scanout_painted (self->scanout);
}

static void
avb_scanout_view_map (GtkWidget *widget)
{
  AvbScanoutView *self = AVB_SCANOUT_VIEW (widget);

  GTK_WIDGET_CLASS (avb_scanout_view_parent_class)->map (widget);
  self->frame_clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect (self->frame_clock, "after-paint", G_CALLBACK (after_paint_cb), self);
  if (self->scanout != NULL)
    avb_scanout_add_viewer (self->scanout);
}

static void
avb_scanout_view_unmap (GtkWidget *widget)
{
  AvbScanoutView *self = AVB_SCANOUT_VIEW (widget);

  g_signal_handlers_disconnect_by_data (self->frame_clock, self);
  self->frame_clock = NULL;
  if (self->scanout != NULL)
    avb_scanout_remove_viewer (self->scanout);
  GTK_WIDGET_CLASS (avb_scanout_view_parent_class)->unmap (widget);
}

static void
avb_scanout_view_dispose (GObject *object)
{
  AvbScanoutView *self = AVB_SCANOUT_VIEW (object);

  self->picture = NULL;
  g_clear_pointer (&self->offload, gtk_widget_unparent);
  g_clear_object (&self->scanout);
  G_OBJECT_CLASS (avb_scanout_view_parent_class)->dispose (object);
}

static void
avb_scanout_view_class_init (AvbScanoutViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_scanout_view_dispose;
  widget_class->map = avb_scanout_view_map;
  widget_class->unmap = avb_scanout_view_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
avb_scanout_view_init (AvbScanoutView *self)
{
  self->picture = gtk_picture_new ();
  gtk_picture_set_content_fit (GTK_PICTURE (self->picture), GTK_CONTENT_FIT_FILL);
  self->offload = gtk_graphics_offload_new (self->picture);
  gtk_graphics_offload_set_black_background (GTK_GRAPHICS_OFFLOAD (self->offload), TRUE);
  gtk_widget_set_parent (self->offload, GTK_WIDGET (self));
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
avb_scanout_view_new (void)
{
  return g_object_new (AVB_TYPE_SCANOUT_VIEW, NULL);
}

void
avb_scanout_view_set_scanout (AvbScanoutView *self, AvbScanout *scanout)
{
  gboolean mapped;

  g_return_if_fail (AVB_IS_SCANOUT_VIEW (self));
  g_return_if_fail (scanout == NULL || AVB_IS_SCANOUT (scanout));

  if (self->scanout == scanout)
    return;
  mapped = gtk_widget_get_mapped (GTK_WIDGET (self));
  if (mapped && self->scanout != NULL)
    avb_scanout_remove_viewer (self->scanout);
  g_set_object (&self->scanout, scanout);
  if (mapped && scanout != NULL)
    avb_scanout_add_viewer (scanout);
  gtk_picture_set_paintable (GTK_PICTURE (self->picture), GDK_PAINTABLE (scanout));
}
