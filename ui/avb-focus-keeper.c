/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-focus-keeper.h"

#include <adwaita.h>

typedef struct {
  GtkWidget *area; /* owns this */
  GtkRoot   *root; /* (nullable): weak */
  GPtrArray *path; /* of GWeakRef: what had the keyboard last, and what is around it up to the area; empty: it left */
  guint      idle;
} Keeper;

static gpointer
weak_ref_new (GtkWidget *widget)
{
  GWeakRef *ref = g_new (GWeakRef, 1);

  g_weak_ref_init (ref, widget);
  return ref;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static gboolean
is_within (Keeper *self, GtkWidget *widget)
{
  return widget == self->area || gtk_widget_is_ancestor (widget, self->area);
}

static gboolean
can_have_focus (GtkWidget *widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_is_sensitive (widget);
}

static void
remember (Keeper *self, GtkWidget *focus)
{
  g_ptr_array_set_size (self->path, 0);
  for (GtkWidget *widget = focus; widget != self->area; widget = gtk_widget_get_parent (widget))
    g_ptr_array_add (self->path, weak_ref_new (widget));
  g_ptr_array_add (self->path, weak_ref_new (self->area));
}

/* Whether it is there still: it was left, then, and not lost. */
static gboolean
was_left (Keeper *self)
{
  g_autoptr (GtkWidget) last = g_weak_ref_get (g_ptr_array_index (self->path, 0));

  return last != NULL && is_within (self, last) && can_have_focus (last);
}

/* In an idle: what replaces it may not be there before. */
static gboolean
find_place_cb (gpointer user_data)
{
  Keeper *self = user_data;
  g_autoptr (GPtrArray) path = g_steal_pointer (&self->path);

  self->idle = 0;
  self->path = g_ptr_array_new_with_free_func (weak_ref_free);
  for (guint i = 1; i < path->len; i++)
    {
      g_autoptr (GtkWidget) around = g_weak_ref_get (g_ptr_array_index (path, i));

      if (around != NULL && is_within (self, around) && can_have_focus (around) &&
          gtk_widget_child_focus (around, GTK_DIR_TAB_FORWARD))
        break;
    }
  return G_SOURCE_REMOVE;
}

static void
focus_cb (GtkWidget *area)
{
  Keeper *self = g_object_get_data (G_OBJECT (area), "avb-focus-keeper");
  GtkWidget *focus = gtk_root_get_focus (self->root);

  if (focus != NULL && is_within (self, focus))
    {
      g_clear_handle_id (&self->idle, g_source_remove);
      remember (self, focus);
    }
  else if (self->idle != 0 || self->path->len == 0 || (focus != NULL && gtk_widget_get_ancestor (focus, ADW_TYPE_DIALOG) != NULL))
    return; /* a dialog gives it back */
  else if (!was_left (self))
    self->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, find_place_cb, self, NULL);
  else if (focus != NULL)
    g_ptr_array_set_size (self->path, 0);
}

static void
root_cb (GtkWidget *area)
{
  Keeper *self = g_object_get_data (G_OBJECT (area), "avb-focus-keeper");

  if (self->root != NULL)
    g_signal_handlers_disconnect_by_func (self->root, focus_cb, area);
  g_set_weak_pointer (&self->root, gtk_widget_get_root (area));
  if (self->root != NULL)
    g_signal_connect_object (self->root, "notify::focus-widget", G_CALLBACK (focus_cb), area, G_CONNECT_SWAPPED);
}

static void
keeper_free (gpointer data)
{
  Keeper *self = data;

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_weak_pointer (&self->root);
  g_ptr_array_unref (self->path);
  g_free (self);
}

void
avb_focus_keeper_watch (GtkWidget *area)
{
  Keeper *self;

  g_return_if_fail (GTK_IS_WIDGET (area));

  self = g_new0 (Keeper, 1);
  self->area = area;
  self->path = g_ptr_array_new_with_free_func (weak_ref_free);
  g_object_set_data_full (G_OBJECT (area), "avb-focus-keeper", self, keeper_free);
  g_signal_connect (area, "notify::root", G_CALLBACK (root_cb), NULL);
}
