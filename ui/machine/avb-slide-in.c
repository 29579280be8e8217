/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-slide-in.h"

/* How near to the top edge the pointer calls the bars, and how far away they go. */
#define REVEAL_AT 2
#define HIDE_BELOW 72

struct _AvbSlideIn {
  GObject             parent_instance;

  AdwToolbarView     *toolbar; /* not owned */
  GtkEventController *motion;  /* on it */
  AvbConsole         *console; /* not owned */
  gboolean            active;
  double              x; /* where the pointer was last */
  double              y;
};

G_DEFINE_FINAL_TYPE (AvbSlideIn, avb_slide_in, G_TYPE_OBJECT)

/* Whether the keyboard is in a bar, or in a menu that belongs to one. */
static gboolean
bar_has_focus (AvbSlideIn *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self->toolbar));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *content = adw_toolbar_view_get_content (self->toolbar);

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->toolbar)) &&
         (content == NULL || (focus != content && !gtk_widget_is_ancestor (focus, content)));
}

static void
motion_cb (AvbSlideIn *self, double x, double y)
{
  /* GTK also tells of a pointer that rests, when what is under it changes. */
  gboolean moved = x != self->x || y != self->y;

  self->x = x;
  self->y = y;
  if (!self->active || !moved)
    return;
  if (y <= REVEAL_AT)
    adw_toolbar_view_set_reveal_top_bars (self->toolbar, TRUE);
  else if (y > HIDE_BELOW && !bar_has_focus (self))
    adw_toolbar_view_set_reveal_top_bars (self->toolbar, FALSE);
}

static void
captured_cb (AvbSlideIn *self)
{
  if (self->active)
    adw_toolbar_view_set_reveal_top_bars (self->toolbar,
                                          !avb_console_get_captured (self->console));
}

static void
avb_slide_in_dispose (GObject *object)
{
  AvbSlideIn *self = AVB_SLIDE_IN (object);

  avb_slide_in_set_console (self, NULL);
  if (self->motion != NULL)
    gtk_widget_remove_controller (GTK_WIDGET (self->toolbar), self->motion);
  self->motion = NULL;
  G_OBJECT_CLASS (avb_slide_in_parent_class)->dispose (object);
}

static void
avb_slide_in_class_init (AvbSlideInClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_slide_in_dispose;
}

static void
avb_slide_in_init (AvbSlideIn *self)
{
}

AvbSlideIn *
avb_slide_in_new (AdwToolbarView *toolbar)
{
  AvbSlideIn *self;

  g_return_val_if_fail (ADW_IS_TOOLBAR_VIEW (toolbar), NULL);

  self = g_object_new (AVB_TYPE_SLIDE_IN, NULL);
  self->toolbar = toolbar;
  self->motion = gtk_event_controller_motion_new ();
  gtk_event_controller_set_propagation_phase (self->motion, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->motion, "motion", G_CALLBACK (motion_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (toolbar), self->motion);
  return self;
}

void
avb_slide_in_set_console (AvbSlideIn *self, AvbConsole *console)
{
  g_return_if_fail (AVB_IS_SLIDE_IN (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->console != NULL)
    g_signal_handlers_disconnect_by_func (self->console, captured_cb, self);
  g_set_weak_pointer (&self->console, console);
  if (console != NULL)
    g_signal_connect_object (console, "notify::captured", G_CALLBACK (captured_cb), self,
                             G_CONNECT_SWAPPED);
}

void
avb_slide_in_set_active (AvbSlideIn *self, gboolean active)
{
  g_return_if_fail (AVB_IS_SLIDE_IN (self));

  self->active = active;
  adw_toolbar_view_set_extend_content_to_top_edge (self->toolbar, active);
  /* Flat ones would be drawn on the guest's picture. */
  adw_toolbar_view_set_top_bar_style (self->toolbar, active ? ADW_TOOLBAR_RAISED : ADW_TOOLBAR_FLAT);
  adw_toolbar_view_set_reveal_top_bars (self->toolbar, !active);
}
