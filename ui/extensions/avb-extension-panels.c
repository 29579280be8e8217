/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-panels.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/extensions/avb-panel-view.h"

struct _AvbExtensionPanels {
  AdwBin            parent_instance;

  AvbExtensionHost *host;
  AvbExtension     *extension; /* (nullable) */
  GtkWidget        *box;
  GPtrArray        *opening; /* futures */
  AvbExtensionPhase state;   /* of the extension, when it was looked at last */
};

G_DEFINE_FINAL_TYPE (AvbExtensionPanels, avb_extension_panels, ADW_TYPE_BIN)

/* What stands for one panel: its view, or why there is none. */
typedef struct {
  AvbExtensionPanels *self; /* borrowed: the slot is in it */
  AdwBin             *slot;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_object_unref (opening->slot);
  g_free (opening);
}

static GtkWidget *
make_problem (const char *message)
{
  GtkWidget *label = gtk_label_new (message);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dimmed");
  return label;
}

static DexFuture *
opened_cb (DexFuture *future, gpointer user_data)
{
  Opening *opening = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    adw_bin_set_child (opening->slot, avb_panel_view_new (g_value_get_object (value)));
  else if (!avb_error_is_cancelled (error))
    adw_bin_set_child (opening->slot, make_problem (error->message));
  return dex_future_new_true ();
}

static GtkWidget *
make_waiting (void)
{
  GtkWidget *spinner = adw_spinner_new ();

  gtk_widget_set_size_request (spinner, 32, 32);
  gtk_widget_set_halign (spinner, GTK_ALIGN_CENTER);
  return spinner;
}

static void
open_panel (AvbExtensionPanels *self, AvbContribution *monitor)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->self = self;
  opening->slot = g_object_ref_sink (ADW_BIN (adw_bin_new ()));
  adw_bin_set_child (opening->slot, make_waiting ());
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (opening->slot));
  g_ptr_array_add (self->opening,
                   dex_future_finally (avb_extension_host_open_panel (self->host, self->extension,
                                                                      avb_contribution_get_id (monitor), NULL),
                                       opened_cb, opening, opening_free));
}

static void
close_all (AvbExtensionPanels *self)
{
  GtkWidget *child;

  g_ptr_array_set_size (self->opening, 0);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static gboolean
has_panel (AvbExtensionPanels *self, AvbContribution *monitor)
{
  JsonObject *data = avb_contribution_get_data (monitor);

  return avb_contribution_get_extension (monitor) == self->extension &&
         json_object_get_boolean_member_with_default (data, "panel", FALSE);
}

/* The widget is invisible without panels, and so never mapped: what holds it says whether somebody looks. */
static void
open_all (AvbExtensionPanels *self)
{
  GListModel *monitors = avb_contributions_get (avb_extension_host_get_contributions (self->host),
                                                AVB_CONTRIBUTION_MONITOR);
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  AvbExtensionPhase state;

  close_all (self);
  if (self->extension == NULL || parent == NULL || !gtk_widget_get_mapped (parent))
    return;
  state = avb_extension_get_state (self->extension);
  if (state != AVB_EXTENSION_RUNNING && state != AVB_EXTENSION_STOPPED)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (monitors); i++)
    {
      g_autoptr (AvbContribution) monitor = g_list_model_get_item (monitors, i);

      if (has_panel (self, monitor))
        open_panel (self, monitor);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), gtk_widget_get_first_child (self->box) != NULL);
}

static gboolean
is_alive (AvbExtensionPhase state)
{
  return state == AVB_EXTENSION_RUNNING || state == AVB_EXTENSION_STARTING;
}

/* Opening a panel of one that is stopped starts it: that is no reason to open it again. One that stops stays so until somebody
 * looks; one that was switched on is looked at, and one that runs again, as another version. */
static void
state_cb (AvbExtensionPanels *self)
{
  AvbExtensionPhase before = self->state;
  AvbExtensionPhase state = self->state = avb_extension_get_state (self->extension);

  if (state == AVB_EXTENSION_STOPPED ? !is_alive (before) : state == AVB_EXTENSION_RUNNING && self->opening->len == 0)
    open_all (self);
  else if (!is_alive (state))
    close_all (self);
}

static void
parent_cb (AvbExtensionPanels *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent == NULL)
    return;
  g_signal_connect_object (parent, "map", G_CALLBACK (open_all), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (parent, "unmap", G_CALLBACK (close_all), self, G_CONNECT_SWAPPED);
}

static void
avb_extension_panels_dispose (GObject *object)
{
  AvbExtensionPanels *self = AVB_EXTENSION_PANELS (object);

  if (self->box != NULL)
    close_all (self);
  self->box = NULL;
  if (self->extension != NULL)
    g_signal_handlers_disconnect_by_data (self->extension, self);
  g_clear_object (&self->extension);
  g_clear_object (&self->host);
  G_OBJECT_CLASS (avb_extension_panels_parent_class)->dispose (object);
}

static void
avb_extension_panels_finalize (GObject *object)
{
  g_ptr_array_unref (AVB_EXTENSION_PANELS (object)->opening);
  G_OBJECT_CLASS (avb_extension_panels_parent_class)->finalize (object);
}

static void
avb_extension_panels_class_init (AvbExtensionPanelsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_extension_panels_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_extension_panels_finalize;
}

static void
avb_extension_panels_init (AvbExtensionPanels *self)
{
  self->opening = g_ptr_array_new_with_free_func (dex_unref);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_set_margin_bottom (self->box, 24);
  adw_bin_set_child (ADW_BIN (self), self->box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect (self, "notify::parent", G_CALLBACK (parent_cb), NULL);
}

GtkWidget *
avb_extension_panels_new (AvbExtensionHost *host)
{
  AvbExtensionPanels *self;

  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (host), NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_PANELS, NULL);
  self->host = g_object_ref (host);
  return GTK_WIDGET (self);
}

void
avb_extension_panels_set_extension (AvbExtensionPanels *self, AvbExtension *extension)
{
  g_return_if_fail (AVB_IS_EXTENSION_PANELS (self));

  if (self->extension == extension)
    return;
  if (self->extension != NULL)
    g_signal_handlers_disconnect_by_data (self->extension, self);
  g_set_object (&self->extension, extension);
  self->state = extension != NULL ? avb_extension_get_state (extension) : AVB_EXTENSION_STOPPED;
  if (extension != NULL)
    g_signal_connect_object (extension, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  open_all (self);
}
