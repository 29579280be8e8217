/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-usb-dialog.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"

struct _AvbUsbDialog {
  AdwDialog            parent_instance;

  AvbMachine          *machine;
  AvbConsoleUsb       *usb;
  gboolean             ports_added; /* they are there at the next start */
  GPtrArray           *rows;

  AdwToastOverlay     *toasts;
  GtkStack            *stack;
  GtkWidget           *add_ports;
  AdwPreferencesGroup *group;
};

G_DEFINE_FINAL_TYPE (AvbUsbDialog, avb_usb_dialog, ADW_TYPE_DIALOG)

enum { PROP_0, PROP_PORTS_TEXT, PROP_ROOM_TEXT, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* Why nothing can be connected, or what is being waited for. */
static const char *
get_ports_text (AvbUsbDialog *self)
{
  if (avb_console_usb_get_message (self->usb) != NULL)
    return avb_console_usb_get_message (self->usb);
  if (self->ports_added)
    return _("This machine has USB ports once you shut it down and start it again.");
  if (!avb_console_usb_get_ready (self->usb))
    return _("Devices can be connected when the machine’s display is shown.");
  return _("This machine has no ports for USB devices of this computer yet. They come with its next start.");
}

static char *
dup_room_text (AvbUsbDialog *self)
{
  guint n_ports = avb_console_usb_get_n_ports (self->usb);
  guint n = n_ports - MIN (n_ports, avb_console_usb_get_n_connected (self->usb));

  if (n == 0)
    return g_strdup (_("All USB ports of the machine are taken."));
  return g_strdup_printf (ngettext ("The machine has %u free USB port. A device that it has can’t be used here.",
                                    "The machine has %u free USB ports. A device that it has can’t be used here.",
                                    n),
                          n);
}

static void
update (AvbUsbDialog *self)
{
  const char *page = "devices";

  if (avb_console_usb_get_message (self->usb) != NULL || !avb_console_usb_get_ready (self->usb))
    page = "unavailable";
  else if (avb_console_usb_get_n_ports (self->usb) == 0)
    page = "no-ports";
  else if (g_list_model_get_n_items (avb_console_usb_get_devices (self->usb)) == 0)
    page = "none";
  gtk_widget_set_visible (self->add_ports, !self->ports_added);
  gtk_stack_set_visible_child_name (self->stack, page);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORTS_TEXT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOM_TEXT]);
}

/* --- the ports --- */

static DexFuture *
ports_added_cb (DexFuture *future, gpointer user_data)
{
  AvbUsbDialog *self = user_data;

  self->ports_added = TRUE;
  update (self);
  return dex_future_new_true ();
}

static DexFuture *
spec_read_cb (DexFuture *future, gpointer user_data)
{
  AvbUsbDialog *self = user_data;
  AvbMachineSpec *spec = g_value_get_object (dex_future_get_value (future, NULL));

  avb_machine_spec_set_extra (spec, AVB_EXTRA_USB_REDIRECTION, TRUE);
  return avb_machine_apply_spec (self->machine, spec);
}

static DexFuture *
ports_done_cb (DexFuture *future, gpointer user_data)
{
  AvbUsbDialog *self = user_data;

  gtk_widget_set_sensitive (self->add_ports, TRUE);
  return dex_ref (future);
}

static void
add_ports_cb (AvbUsbDialog *self)
{
  DexFuture *future;

  gtk_widget_set_sensitive (self->add_ports, FALSE);
  future = dex_future_then (avb_machine_read_spec (self->machine), spec_read_cb,
                            g_object_ref (self), g_object_unref);
  future = dex_future_then (future, ports_added_cb, g_object_ref (self), g_object_unref);
  future = dex_future_finally (future, ports_done_cb, g_object_ref (self), g_object_unref);
  avb_feedback_watch (GTK_WIDGET (self), future);
}

/* --- a row --- */

typedef struct {
  AvbUsbDialog *dialog; /* not owned: it owns the row */
  AvbUsbDevice *device;
  GtkWidget    *row;
  GtkWidget    *active;
  GtkWidget    *spinner;
  GtkWidget    *keep;
} Row;

static void
row_free (gpointer data, GClosure *closure)
{
  Row *row = data;

  g_object_unref (row->device);
  g_free (row);
}

static void
row_update (AvbUsbDevice *device, GParamSpec *pspec, Row *row)
{
  gboolean present = avb_usb_device_get_present (device);
  gboolean busy = avb_usb_device_get_busy (device);
  gboolean connected = avb_usb_device_get_connected (device);
  const char *place = avb_usb_device_get_place (device);
  const char *text = !present    ? _("Not plugged in")
                     : connected ? _("In use by this machine")
                     : place     ? place
                                 : _("Emulated by this program");

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row->row), text);
  gtk_widget_set_visible (row->spinner, busy);
  gtk_widget_set_visible (row->active, present);
  gtk_widget_set_sensitive (row->active, !busy);
  /* While it is on its way the switch says where to. */
  if (!busy && gtk_switch_get_active (GTK_SWITCH (row->active)) != connected)
    gtk_switch_set_active (GTK_SWITCH (row->active), connected);
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (row->keep)) !=
      avb_usb_device_get_remembered (device))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (row->keep),
                                  avb_usb_device_get_remembered (device));
}

static void
active_cb (GtkSwitch *active, GParamSpec *pspec, Row *row)
{
  if (avb_usb_device_get_busy (row->device))
    return;
  avb_console_usb_set_connected (row->dialog->usb, row->device, gtk_switch_get_active (active));
  /* Refused at once: back it goes. */
  row_update (row->device, NULL, row);
}

static void
keep_cb (GtkToggleButton *keep, Row *row)
{
  avb_console_usb_set_remembered (row->dialog->usb, row->device, gtk_toggle_button_get_active (keep));
}

static void
name_widget (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
create_row (AvbUsbDialog *self, AvbUsbDevice *device)
{
  Row *row = g_new0 (Row, 1);
  g_autofree char *give = g_strdup_printf (_("Connect “%s”"), avb_usb_device_get_name (device));
  g_autofree char *keep = g_strdup_printf (_("Connect “%s” Automatically"), avb_usb_device_get_name (device));
  GClosure *closure;

  row->dialog = self;
  row->device = g_object_ref (device);
  row->row = adw_action_row_new ();
  row->active = gtk_switch_new ();
  row->spinner = adw_spinner_new ();
  row->keep = gtk_toggle_button_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), avb_usb_device_get_name (device));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row->row), 2);
  gtk_widget_set_valign (row->active, GTK_ALIGN_CENTER);
  gtk_button_set_icon_name (GTK_BUTTON (row->keep), "view-pin-symbolic");
  gtk_widget_set_tooltip_text (row->keep, _("Connect Automatically"));
  gtk_widget_set_valign (row->keep, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row->keep, "flat");
  name_widget (row->active, give);
  name_widget (row->keep, keep);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), row->spinner);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), row->keep);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), row->active);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row->row), row->active);
  row_update (device, NULL, row);
  g_signal_connect (row->active, "notify::active", G_CALLBACK (active_cb), row);
  g_signal_connect (row->keep, "toggled", G_CALLBACK (keep_cb), row);
  closure = g_cclosure_new (G_CALLBACK (row_update), row, row_free);
  g_object_watch_closure (G_OBJECT (row->row), closure);
  g_signal_connect_closure (device, "notify", closure, FALSE);
  return row->row;
}

static void
devices_cb (AvbUsbDialog *self, guint position, guint removed, guint added, GListModel *devices)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (AvbUsbDevice) device = g_list_model_get_item (devices, i);
      GtkWidget *row = create_row (self, device);

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (self->group, row);
    }
  update (self);
}

static void
failed_cb (AvbConsoleUsb *usb, AvbUsbDevice *device, GError *error, AvbUsbDialog *self)
{
  AdwToast *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, error->message);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
avb_usb_dialog_dispose (GObject *object)
{
  AvbUsbDialog *self = AVB_USB_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_USB_DIALOG);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->usb);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_usb_dialog_parent_class)->dispose (object);
}

static void
avb_usb_dialog_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbUsbDialog *self = AVB_USB_DIALOG (object);

  if (self->usb == NULL)
    return;
  if (id == PROP_PORTS_TEXT)
    g_value_set_string (value, get_ports_text (self));
  else if (id == PROP_ROOM_TEXT)
    g_value_take_string (value, dup_room_text (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_usb_dialog_class_init (AvbUsbDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_usb_dialog_dispose;
  object_class->get_property = avb_usb_dialog_get_property;

  properties[PROP_PORTS_TEXT] = g_param_spec_string ("ports-text", NULL, NULL, NULL, flags);
  properties[PROP_ROOM_TEXT] = g_param_spec_string ("room-text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/machine/avb-usb-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbUsbDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, AvbUsbDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbUsbDialog, add_ports);
  gtk_widget_class_bind_template_child (widget_class, AvbUsbDialog, group);
  gtk_widget_class_bind_template_callback (widget_class, add_ports_cb);
}

static void
avb_usb_dialog_init (AvbUsbDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_usb_dialog_new (AvbMachine *machine, AvbConsoleUsb *usb)
{
  AvbUsbDialog *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (usb), NULL);

  self = g_object_new (AVB_TYPE_USB_DIALOG, NULL);
  self->machine = g_object_ref (machine);
  self->usb = g_object_ref (usb);
  g_signal_connect_object (usb, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (usb, "failed", G_CALLBACK (failed_cb), self, 0);
  g_signal_connect_object (avb_console_usb_get_devices (usb), "items-changed", G_CALLBACK (devices_cb),
                           self, G_CONNECT_SWAPPED);
  devices_cb (self, 0, 0, 0, avb_console_usb_get_devices (usb));
  return ADW_DIALOG (self);
}
