/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-machine-overview.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"
#include "ui/machine/avb-guest-group.h"

struct _AvbMachineOverview {
  AdwBin         parent_instance;

  AvbMachine    *machine;
  gboolean       loading; /* the rows are being set from the machine */

  AdwSpinRow    *cpus;
  AdwSpinRow    *memory;
  GtkAdjustment *cpus_adjustment;
  GtkAdjustment *memory_adjustment;
  GtkWidget     *apply_row;
  GtkWidget     *apply;
};

G_DEFINE_FINAL_TYPE (AvbMachineOverview, avb_machine_overview, ADW_TYPE_BIN)

enum { PROP_0, PROP_MACHINE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static char *
format_state_text (AvbMachineOverview *self, AvbMachineState state, gboolean available)
{
  g_autofree char *since = NULL;

  if (self->machine == NULL)
    return g_strdup ("");
  since = avb_format_since (avb_machine_get_state_since (self->machine),
                            g_get_real_time () / G_USEC_PER_SEC);
  if (*since == '\0' || !available)
    return g_strdup (avb_format_reachable_state (state, available));
  return g_strdup_printf ("%s · %s", avb_format_state (state), since);
}

static gboolean
has_text (AvbMachineOverview *self, const char *text)
{
  return text != NULL && *text != '\0';
}

static char *
format_os (AvbMachineOverview *self, const char *os_id)
{
  return avb_format_os_id (os_id);
}

static char *
format_acceleration (AvbMachineOverview *self, gboolean emulated, gboolean known)
{
  if (self->machine == NULL || !known)
    return g_strdup (_("Not known yet"));
  if (emulated)
    return avb_format_emulation (self->machine);
  return g_strdup (_("The processor runs this machine itself"));
}

static void
edited_cb (AvbMachineOverview *self)
{
  gboolean differs;

  if (self->loading || self->machine == NULL || !avb_machine_get_has_details (self->machine))
    return;
  differs = (guint) adw_spin_row_get_value (self->cpus) != avb_machine_get_cpus (self->machine) ||
            (guint64) adw_spin_row_get_value (self->memory) !=
                avb_machine_get_memory_mib (self->machine);
  gtk_widget_set_visible (self->apply_row, differs);
}

static void
revert_cb (AvbMachineOverview *self)
{
  g_autoptr (AvbConnection) connection = NULL;
  AvbCapabilities *capabilities;

  if (self->machine == NULL)
    return;
  self->loading = TRUE;
  connection = avb_machine_dup_connection (self->machine);
  capabilities = connection != NULL ? avb_connection_get_capabilities (connection) : NULL;
  if (capabilities != NULL && avb_capabilities_get_cpus (capabilities) > 0)
    gtk_adjustment_set_upper (self->cpus_adjustment,
                              MAX (avb_capabilities_get_cpus (capabilities),
                                   avb_machine_get_cpus (self->machine)));
  if (capabilities != NULL && avb_capabilities_get_memory_mib (capabilities) > 0)
    gtk_adjustment_set_upper (self->memory_adjustment,
                              (double) MAX (avb_capabilities_get_memory_mib (capabilities),
                                            avb_machine_get_memory_mib (self->machine)));
  adw_spin_row_set_value (self->cpus, avb_machine_get_cpus (self->machine));
  adw_spin_row_set_value (self->memory, (double) avb_machine_get_memory_mib (self->machine));
  gtk_widget_set_visible (self->apply_row, FALSE);
  self->loading = FALSE;
}

typedef struct {
  AvbMachineOverview *self;
  AvbMachine         *machine;
  guint               cpus;
  guint64             memory;
} Edit;

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_object_unref (edit->machine);
  g_object_unref (edit->self);
  g_free (edit);
}

static DexFuture *
spec_read_cb (DexFuture *future, gpointer user_data)
{
  Edit *edit = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  AvbMachineSpec *spec = g_value_get_object (value);

  avb_machine_spec_set_cpus (spec, edit->cpus);
  avb_machine_spec_set_memory_mib (spec, edit->memory);
  return avb_machine_apply_spec (edit->machine, spec);
}

static DexFuture *
applied_cb (DexFuture *future, gpointer user_data)
{
  Edit *edit = user_data;

  gtk_widget_set_sensitive (edit->self->apply, TRUE);
  if (edit->self->machine == edit->machine)
    edited_cb (edit->self);
  return dex_ref (future);
}

static void
apply_cb (AvbMachineOverview *self)
{
  Edit *edit = g_new0 (Edit, 1);
  DexFuture *future;

  edit->self = g_object_ref (self);
  edit->machine = g_object_ref (self->machine);
  edit->cpus = (guint) adw_spin_row_get_value (self->cpus);
  edit->memory = (guint64) adw_spin_row_get_value (self->memory);
  gtk_widget_set_sensitive (self->apply, FALSE);
  future = dex_future_then (avb_machine_read_spec (self->machine), spec_read_cb, edit, NULL);
  future = dex_future_finally (future, applied_cb, edit, edit_free);
  avb_feedback_watch (GTK_WIDGET (self), future);
}

static void
details_cb (AvbMachineOverview *self)
{
  revert_cb (self);
}

static void
avb_machine_overview_dispose (GObject *object)
{
  AvbMachineOverview *self = AVB_MACHINE_OVERVIEW (object);

  avb_machine_overview_set_machine (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_MACHINE_OVERVIEW);
  G_OBJECT_CLASS (avb_machine_overview_parent_class)->dispose (object);
}

static void
avb_machine_overview_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    g_value_set_object (value, AVB_MACHINE_OVERVIEW (object)->machine);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_overview_set_property (GObject      *object,
                                   guint         id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  if (id == PROP_MACHINE)
    avb_machine_overview_set_machine (AVB_MACHINE_OVERVIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_overview_class_init (AvbMachineOverviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_machine_overview_dispose;
  object_class->get_property = avb_machine_overview_get_property;
  object_class->set_property = avb_machine_overview_set_property;
  properties[PROP_MACHINE] =
      g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (AVB_TYPE_GUEST_GROUP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-machine-overview.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, cpus);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, memory);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, cpus_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, memory_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, apply_row);
  gtk_widget_class_bind_template_child (widget_class, AvbMachineOverview, apply);
  gtk_widget_class_bind_template_callback (widget_class, format_state_text);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, format_os);
  gtk_widget_class_bind_template_callback (widget_class, format_acceleration);
  gtk_widget_class_bind_template_callback (widget_class, edited_cb);
  gtk_widget_class_bind_template_callback (widget_class, revert_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
}

static void
avb_machine_overview_init (AvbMachineOverview *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_machine_overview_set_machine (AvbMachineOverview *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_MACHINE_OVERVIEW (self));

  if (self->machine == machine)
    return;
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_func (self->machine, details_cb, self);
  g_set_object (&self->machine, machine);
  if (machine != NULL)
    {
      g_signal_connect_swapped (machine, "notify::has-details", G_CALLBACK (details_cb), self);
      g_signal_connect_swapped (machine, "notify::cpus", G_CALLBACK (details_cb), self);
      g_signal_connect_swapped (machine, "notify::memory-mib", G_CALLBACK (details_cb), self);
      avb_future_finish (avb_machine_load_details (machine), "load details");
      revert_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
}
