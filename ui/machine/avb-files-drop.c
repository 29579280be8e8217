/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-files-drop.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

struct _AvbFilesDrop {
  GtkWidget parent_instance;

  AvbConsoleFiles *files;
  const char *missing; /* of the session: why there are none */
  GtkWidget *caption;
  GtkWidget *box;
  GtkImage *icon;
  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (AvbFilesDrop, avb_files_drop, GTK_TYPE_WIDGET)

enum { DROPPED, N_SIGNALS };

static guint signals[N_SIGNALS];

static GdkDragAction
enter_cb (GtkDropTarget *target, double x, double y, AvbFilesDrop *self)
{
  const char *problem;

  if (self->files == NULL && self->missing == NULL)
    return 0;
  problem = self->files != NULL ? avb_console_files_get_problem (self->files) : self->missing;
  gtk_label_set_label (self->label,
                       problem != NULL ? problem : _("Drop files to send them to the machine"));
  gtk_image_set_from_icon_name (self->icon, problem != NULL ? "dialog-warning-symbolic"
                                                            : "document-send-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  /* A folder can be shared in any case; what can't be sent says so once more. */
  return GDK_ACTION_COPY;
}

static GdkDragAction
motion_cb (GtkDropTarget *target, double x, double y, AvbFilesDrop *self)
{
  return self->files != NULL || self->missing != NULL ? GDK_ACTION_COPY : 0;
}

static void
leave_cb (GtkDropTarget *target, AvbFilesDrop *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, AvbFilesDrop *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if ((self->files == NULL && self->missing == NULL) || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  g_signal_emit (self, signals[DROPPED], 0, g_value_get_boxed (value));
  return TRUE;
}

static void
avb_files_drop_dispose (GObject *object)
{
  AvbFilesDrop *self = AVB_FILES_DROP (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->files);
  G_OBJECT_CLASS (avb_files_drop_parent_class)->dispose (object);
}

static void
avb_files_drop_class_init (AvbFilesDropClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_files_drop_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "files-drop");
  signals[DROPPED] = g_signal_new ("dropped", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, GDK_TYPE_FILE_LIST);
}

static void
avb_files_drop_init (AvbFilesDrop *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_image_set_pixel_size (self->icon, 48);
  gtk_label_set_wrap (self->label, TRUE);
  gtk_label_set_justify (self->label, GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (self->label, 36);
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "title-4");
  gtk_widget_set_halign (self->box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->label));
  self->caption = gtk_label_new (_("A folder is shared instead of sent."));
  gtk_label_set_wrap (GTK_LABEL (self->caption), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->caption), GTK_JUSTIFY_CENTER);
  gtk_box_append (GTK_BOX (self->box), self->caption);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

AvbFilesDrop *
avb_files_drop_new (GtkOverlay *area)
{
  AvbFilesDrop *self;
  GtkDropTarget *target;

  g_return_val_if_fail (GTK_IS_OVERLAY (area), NULL);

  self = g_object_new (AVB_TYPE_FILES_DROP, NULL);
  target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_object (target, "enter", G_CALLBACK (enter_cb), self, 0);
  g_signal_connect_object (target, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (target, "leave", G_CALLBACK (leave_cb), self, 0);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (area), GTK_EVENT_CONTROLLER (target));
  gtk_overlay_add_overlay (area, GTK_WIDGET (self));
  return self;
}

void
avb_files_drop_set_files (AvbFilesDrop *self, AvbConsoleFiles *files)
{
  g_return_if_fail (AVB_IS_FILES_DROP (self));

  g_set_object (&self->files, files);
}

void
avb_files_drop_set_missing (AvbFilesDrop *self, const char *missing)
{
  g_return_if_fail (AVB_IS_FILES_DROP (self));

  self->missing = missing;
  if (self->box != NULL)
    gtk_widget_set_visible (self->caption, missing == NULL);
}
