/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-gallery.h"

#include <glib/gi18n-lib.h>

#include "ui/extensions/avb-media.h"

struct _AvbGallery {
  GtkWidget       parent_instance;

  AdwCarousel    *carousel;
  GtkWidget      *overlay;
  GtkWidget      *dots;
  GtkWidget      *previous;
  GtkWidget      *next;
  GtkWidget      *caption;

  GStrv           captions;
  GPtrArray      *pictures; /* of AvbMedia */
  GPtrArray      *started;  /* non-NULL: is or was loaded */
  AvbGalleryLoad  load;
  gpointer        load_data;
  GDestroyNotify  load_destroy;
};

G_DEFINE_FINAL_TYPE (AvbGallery, avb_gallery, GTK_TYPE_WIDGET)

guint
avb_gallery_get_position (AvbGallery *self)
{
  g_return_val_if_fail (AVB_IS_GALLERY (self), 0);

  return (guint) (adw_carousel_get_position (self->carousel) + 0.5);
}

guint
avb_gallery_get_n_pictures (AvbGallery *self)
{
  g_return_val_if_fail (AVB_IS_GALLERY (self), 0);

  return self->pictures->len;
}

/* (transfer full): what a screen reader says of a picture */
static char *
dup_label (AvbGallery *self, guint picture)
{
  const char *caption = self->captions[picture];

  if (*caption != '\0')
    return g_strdup (caption);
  return g_strdup_printf (_("Picture %1$u of %2$u"), picture + 1, self->pictures->len);
}

static void
load_picture (AvbGallery *self, guint picture)
{
  if (picture >= self->pictures->len || self->started->pdata[picture] != NULL)
    return;
  self->started->pdata[picture] = self;
  avb_media_load (self->pictures->pdata[picture], self->load (picture, self->load_data));
}

static void
position_cb (AvbGallery *self)
{
  guint position = avb_gallery_get_position (self);
  guint n = self->pictures->len;

  if (n == 0)
    return;
  position = MIN (position, n - 1);
  gtk_widget_set_sensitive (self->previous, position > 0);
  gtk_widget_set_sensitive (self->next, position + 1 < n);
  gtk_label_set_label (GTK_LABEL (self->caption), self->captions[position]);
  gtk_widget_set_visible (self->caption, *self->captions[position] != '\0');
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      load_picture (self, position);
      load_picture (self, position + 1);
    }
}

static void
go_to (AvbGallery *self, guint position)
{
  if (position < self->pictures->len)
    adw_carousel_scroll_to (self->carousel, adw_carousel_get_nth_page (self->carousel, position), TRUE);
}

static void
step (AvbGallery *self, gboolean forward)
{
  guint position = avb_gallery_get_position (self);

  if (forward)
    go_to (self, position + 1);
  else if (position > 0)
    go_to (self, position - 1);
}

static void
previous_cb (AvbGallery *self)
{
  step (self, FALSE);
}

static void
next_cb (AvbGallery *self)
{
  step (self, TRUE);
}

static gboolean
key_cb (AvbGallery *self, guint key, guint code, GdkModifierType modifiers)
{
  gboolean backwards = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  if ((modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Left || key == GDK_KEY_KP_Left)
    step (self, backwards);
  else if (key == GDK_KEY_Right || key == GDK_KEY_KP_Right)
    step (self, !backwards);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* --- large --- */

static void
picture_clicked_cb (AvbGallery *self, GtkButton *button)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "avb-number"));
  GdkTexture *texture = avb_media_get_texture (self->pictures->pdata[number]);
  g_autofree char *label = dup_label (self, number);
  AdwDialog *dialog;
  GtkWidget *view;
  GtkWidget *picture;

  if (texture == NULL)
    return;
  dialog = adw_dialog_new ();
  view = adw_toolbar_view_new ();
  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), label);
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), picture);
  adw_dialog_set_title (dialog, label);
  adw_dialog_set_content_width (dialog, gdk_texture_get_width (texture));
  adw_dialog_set_content_height (dialog, gdk_texture_get_height (texture));
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* --- the widget --- */

static void
add_picture (AvbGallery *self, guint number)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *media = avb_media_new (0, "image-x-generic-symbolic");

  gtk_button_set_child (GTK_BUTTON (button), media);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "screenshot");
  gtk_widget_set_hexpand (button, TRUE);
  g_object_set_data (G_OBJECT (button), "avb-number", GUINT_TO_POINTER (number));
  g_signal_connect_object (button, "clicked", G_CALLBACK (picture_clicked_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->pictures, media);
  g_ptr_array_add (self->started, NULL);
  adw_carousel_append (self->carousel, button);
}

static GtkWidget *
make_button (AvbGallery *self, const char *icon, const char *label, GtkAlign align, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_halign (button, align);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (button, 12);
  gtk_widget_set_margin_end (button, 12);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_add_css_class (button, "osd");
  gtk_widget_add_css_class (button, "circular");
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), button);
  return button;
}

static void
forget_pictures (AvbGallery *self)
{
  while (adw_carousel_get_n_pages (self->carousel) > 0)
    adw_carousel_remove (self->carousel, adw_carousel_get_nth_page (self->carousel, 0));
  g_ptr_array_set_size (self->pictures, 0);
  g_ptr_array_set_size (self->started, 0);
  g_clear_pointer (&self->captions, g_strfreev);
  if (self->load_destroy != NULL)
    self->load_destroy (self->load_data);
  self->load_destroy = NULL;
  self->load_data = NULL;
}

static void
avb_gallery_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_gallery_parent_class)->map (widget);
  position_cb (AVB_GALLERY (widget));
}

static void
avb_gallery_dispose (GObject *object)
{
  AvbGallery *self = AVB_GALLERY (object);
  GtkWidget *child;

  if (self->carousel != NULL)
    forget_pictures (self);
  self->carousel = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (avb_gallery_parent_class)->dispose (object);
}

static void
avb_gallery_finalize (GObject *object)
{
  AvbGallery *self = AVB_GALLERY (object);

  g_ptr_array_unref (self->pictures);
  g_ptr_array_unref (self->started);
  G_OBJECT_CLASS (avb_gallery_parent_class)->finalize (object);
}

static void
avb_gallery_class_init (AvbGalleryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_gallery_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_gallery_finalize;
  widget_class->map = avb_gallery_map;
  gtk_widget_class_set_css_name (widget_class, "gallery");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
avb_gallery_init (AvbGallery *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->pictures = g_ptr_array_new ();
  self->started = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
  self->overlay = gtk_overlay_new ();
  self->carousel = ADW_CAROUSEL (adw_carousel_new ());
  adw_carousel_set_spacing (self->carousel, 12);
  adw_carousel_set_allow_scroll_wheel (self->carousel, FALSE);
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->carousel));
  self->previous = make_button (self, "go-previous-symbolic", _("Previous Picture"), GTK_ALIGN_START,
                                G_CALLBACK (previous_cb));
  self->next = make_button (self, "go-next-symbolic", _("Next Picture"), GTK_ALIGN_END, G_CALLBACK (next_cb));
  self->caption = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->caption), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->caption), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->caption, "dimmed");
  gtk_widget_set_margin_top (self->caption, 6);
  self->dots = adw_carousel_indicator_dots_new ();
  adw_carousel_indicator_dots_set_carousel (ADW_CAROUSEL_INDICATOR_DOTS (self->dots), self->carousel);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  gtk_widget_set_parent (self->caption, GTK_WIDGET (self));
  gtk_widget_set_parent (self->dots, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Pictures"), -1);
  g_signal_connect_object (self->carousel, "notify::position", G_CALLBACK (position_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
avb_gallery_new (void)
{
  return g_object_new (AVB_TYPE_GALLERY, NULL);
}

void
avb_gallery_fill (AvbGallery *self, const char *const *captions, AvbGalleryLoad load, gpointer user_data,
                  GDestroyNotify destroy)
{
  guint n = g_strv_length ((char **) captions);

  g_return_if_fail (AVB_IS_GALLERY (self));
  g_return_if_fail (load != NULL);

  forget_pictures (self);
  self->captions = g_strdupv ((char **) captions);
  self->load = load;
  self->load_data = user_data;
  self->load_destroy = destroy;
  for (guint i = 0; i < n; i++)
    add_picture (self, i);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = dup_label (self, i);

      gtk_accessible_update_property (GTK_ACCESSIBLE (adw_carousel_get_nth_page (self->carousel, i)),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    }
  gtk_widget_set_visible (self->previous, n > 1);
  gtk_widget_set_visible (self->next, n > 1);
  gtk_widget_set_visible (self->dots, n > 1);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  position_cb (self);
}
