/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-machine-card.h"

#include "backends/avb-connection.h"
#include "backends/avb-text-line.h"
#include "ui/avb-format.h"

struct _AvbMachineCard {
  GtkWidget     parent_instance;

  AvbMachine   *machine;

  GtkWidget    *box;
  AvbThumbnail *thumbnail;
  GtkLabel     *name;
  GtkLabel     *state;
  GtkWidget    *emulated;
  GtkLabel     *host;
};

G_DEFINE_FINAL_TYPE (AvbMachineCard, avb_machine_card, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_MACHINE, N_PROPS };
enum { MENU_REQUESTED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static char *
format_state_text (AvbMachineCard *self, AvbMachineState state, gboolean available)
{
  if (self->machine == NULL)
    return g_strdup ("");
  return g_strdup (avb_format_reachable_state (state, available));
}

static char **
format_state_classes (AvbMachineCard *self, AvbMachineState state, gboolean available)
{
  const char *classes[] = { "state", "caption",
                            available ? avb_format_state_class (state) : "off", NULL };

  return g_strdupv ((char **) classes);
}

static gboolean
query_tooltip_cb (GtkWidget  *icon,
                  int         x,
                  int         y,
                  gboolean    keyboard,
                  GtkTooltip *tooltip,
                  gpointer    user_data)
{
  AvbMachineCard *self = AVB_MACHINE_CARD (user_data);
  g_autofree char *text = NULL;

  if (self->machine == NULL)
    return FALSE;
  text = avb_format_emulation (self->machine);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

/* Where it is, if that is not here. */
static void
update_host (AvbMachineCard *self)
{
  g_autoptr (AvbConnection) connection
      = self->machine != NULL ? avb_machine_dup_connection (self->machine) : NULL;
  gboolean         elsewhere = connection != NULL && !avb_connection_get_is_local (connection);
  g_autofree char *name
      = elsewhere ? avb_text_make_line (avb_connection_get_name (connection), 100) : NULL;

  gtk_label_set_label (self->host, name != NULL ? name : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->host), name);
  gtk_widget_set_visible (GTK_WIDGET (self->host), name != NULL);
}

static void
menu_clicked_cb (AvbMachineCard *self, GtkWidget *button)
{
  g_signal_emit (self, signals[MENU_REQUESTED], 0, button);
}

static void
avb_machine_card_dispose (GObject *object)
{
  AvbMachineCard *self = AVB_MACHINE_CARD (object);

  avb_machine_card_set_machine (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_MACHINE_CARD);
  G_OBJECT_CLASS (avb_machine_card_parent_class)->dispose (object);
}

static void
avb_machine_card_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    g_value_set_object (value, AVB_MACHINE_CARD (object)->machine);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_card_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    avb_machine_card_set_machine (AVB_MACHINE_CARD (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_card_class_init (AvbMachineCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_machine_card_dispose;
  object_class->get_property = avb_machine_card_get_property;
  object_class->set_property = avb_machine_card_set_property;
  properties[PROP_MACHINE] = g_param_spec_object (
      "machine", NULL, NULL, AVB_TYPE_MACHINE,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[MENU_REQUESTED] =
      g_signal_new ("menu-requested", AVB_TYPE_MACHINE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, GTK_TYPE_WIDGET);

  g_type_ensure (AVB_TYPE_THUMBNAIL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "machinecard");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/library/avb-machine-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, box);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, name);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, state);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, emulated);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineCard, host);
  gtk_widget_class_bind_template_callback (widget_class, format_state_text);
  gtk_widget_class_bind_template_callback (widget_class, format_state_classes);
  gtk_widget_class_bind_template_callback (widget_class, query_tooltip_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_clicked_cb);
}

static void
avb_machine_card_init (AvbMachineCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
avb_machine_card_new (void)
{
  return g_object_new (AVB_TYPE_MACHINE_CARD, NULL);
}

void
avb_machine_card_set_machine (AvbMachineCard *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_MACHINE_CARD (self));

  if (!g_set_object (&self->machine, machine))
    return;
  if (self->host != NULL)
    update_host (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
}

AvbThumbnail *
avb_machine_card_get_thumbnail (AvbMachineCard *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_CARD (self), NULL);

  return self->thumbnail;
}
