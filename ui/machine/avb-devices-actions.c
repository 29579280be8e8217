/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-devices-actions.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"
#include "ui/console/avb-console-settings.h"
#include "ui/machine/avb-usb-dialog.h"

struct _AvbDevicesActions {
  GObject             parent_instance;

  GtkWidget          *owner; /* not owned: it owns us */
  AvbMachine         *machine;
  AvbConsoleSettings *settings;
  GSimpleActionGroup *group;
  GSimpleAction      *usb_action;
  GSimpleAction      *microphone_action;
  GtkWidget          *volume;  /* weak */
  AvbConsoleSession  *session; /* the console's */
  AvbConsoleAudio    *audio;   /* these where the display has them */
  AvbConsoleUsb      *usb;
  AdwDialog          *question; /* weak */
};

G_DEFINE_FINAL_TYPE (AvbDevicesActions, avb_devices_actions, G_TYPE_OBJECT)

/* (nullable) */
static const char *
get_missing (AvbDevicesActions *self, AvbConsoleOffer offer)
{
  return self->session != NULL ? avb_console_session_get_missing (self->session, offer) : NULL;
}

static void
update_microphone (AvbDevicesActions *self)
{
  gboolean allowed = self->audio != NULL &&
                     avb_console_audio_get_microphone (self->audio) == AVB_MICROPHONE_ALLOWED;

  g_simple_action_set_enabled (self->microphone_action,
                               get_missing (self, AVB_CONSOLE_OFFERS_SOUND) != NULL ||
                                   (self->audio != NULL && avb_console_audio_get_can_record (self->audio)));
  g_simple_action_set_state (self->microphone_action, g_variant_new_boolean (allowed));
}

static void
microphone_cb (GSimpleAction *action, GVariant *value, AvbDevicesActions *self)
{
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_SOUND);

  if (missing != NULL)
    avb_feedback_message (self->owner, missing);
  else if (self->audio != NULL)
    avb_console_audio_set_microphone (self->audio, g_variant_get_boolean (value)
                                                       ? AVB_MICROPHONE_ALLOWED
                                                       : AVB_MICROPHONE_REFUSED);
}

static void
usb_cb (GSimpleAction *action, GVariant *parameter, AvbDevicesActions *self)
{
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_USB);

  if (missing != NULL)
    avb_feedback_message (self->owner, missing);
  else if (self->usb != NULL)
    adw_dialog_present (avb_usb_dialog_new (self->machine, self->usb), self->owner);
}

static void
no_sound_cb (GSimpleAction *action, GVariant *parameter, AvbDevicesActions *self)
{
  avb_feedback_message (self->owner, get_missing (self, AVB_CONSOLE_OFFERS_SOUND));
}

/* The guest's sound, here; where there is none, why. */
static void
update_sound (AvbDevicesActions *self)
{
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_SOUND);
  g_autoptr (GAction) muted = NULL;

  if (missing != NULL)
    {
      muted = G_ACTION (g_simple_action_new ("muted", NULL));
      g_signal_connect_object (muted, "activate", G_CALLBACK (no_sound_cb), self, 0);
    }
  else
    muted = G_ACTION (g_property_action_new ("muted", self->settings, "muted"));
  g_action_map_add_action (G_ACTION_MAP (self->group), muted);
  if (self->volume != NULL)
    gtk_widget_set_visible (self->volume, missing == NULL);
}

static void
usb_failed_cb (AvbConsoleUsb *usb, AvbUsbDevice *device, GError *error, AvbDevicesActions *self)
{
  if (gtk_widget_get_root (self->owner) != NULL)
    avb_feedback_error (self->owner, error);
}

static void
audio_message_cb (AvbDevicesActions *self)
{
  const char *message = avb_console_audio_get_message (self->audio);

  if (message != NULL && gtk_widget_get_root (self->owner) != NULL)
    avb_feedback_message (self->owner, message);
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, AvbDevicesActions *self)
{
  if (self->audio != NULL)
    avb_console_audio_set_microphone (self->audio, g_str_equal (response, "allow")
                                                       ? AVB_MICROPHONE_ALLOWED
                                                       : AVB_MICROPHONE_REFUSED);
}

static void
ask_cb (AvbConsoleAudio *audio, AvbDevicesActions *self)
{
  g_autofree char *body = NULL;
  AdwDialog *dialog;

  /* Nobody to ask: the privacy button says that it wants to. */
  if (!gtk_widget_get_mapped (self->owner) || self->question != NULL)
    return;
  body = g_strdup_printf (_("A program in “%s” wants to record sound. You can take this back at any time with "
                            "the privacy button."),
                          avb_machine_get_name (self->machine));
  dialog = adw_alert_dialog_new (_("Allow Microphone?"), body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "refuse", _("_Don’t Allow"), "allow",
                                  _("_Allow"), NULL);
  /* Nobody gives this away by a key meant for the guest. */
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "refuse");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "refuse");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, 0);
  g_set_weak_pointer (&self->question, dialog);
  adw_dialog_present (dialog, self->owner);
}

static void
avb_devices_actions_dispose (GObject *object)
{
  AvbDevicesActions *self = AVB_DEVICES_ACTIONS (object);

  if (self->question != NULL)
    adw_dialog_force_close (self->question);
  g_clear_weak_pointer (&self->question);
  if (self->group != NULL) /* the page disposes of us early */
    avb_devices_actions_set_console (self, NULL);
  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "devices", NULL);
  self->owner = NULL;
  g_clear_weak_pointer (&self->volume);
  g_clear_object (&self->group);
  g_clear_object (&self->usb_action);
  g_clear_object (&self->microphone_action);
  g_clear_object (&self->settings);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_devices_actions_parent_class)->dispose (object);
}

static void
avb_devices_actions_class_init (AvbDevicesActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_devices_actions_dispose;
}

static void
avb_devices_actions_init (AvbDevicesActions *self)
{
  self->group = g_simple_action_group_new ();
  self->usb_action = g_simple_action_new ("usb", NULL);
  self->microphone_action =
      g_simple_action_new_stateful ("microphone", NULL, g_variant_new_boolean (FALSE));
  g_signal_connect (self->usb_action, "activate", G_CALLBACK (usb_cb), self);
  g_signal_connect (self->microphone_action, "change-state", G_CALLBACK (microphone_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (self->usb_action));
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (self->microphone_action));
}

AvbDevicesActions *
avb_devices_actions_new (GtkWidget *owner, AvbMachine *machine)
{
  AvbDevicesActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_DEVICES_ACTIONS, NULL);
  self->owner = owner;
  self->machine = g_object_ref (machine);
  self->settings = avb_console_settings_for_machine (machine);
  gtk_widget_insert_action_group (owner, "devices", G_ACTION_GROUP (self->group));
  avb_devices_actions_set_console (self, NULL);
  return self;
}

void
avb_devices_actions_set_console (AvbDevicesActions *self, AvbConsole *console)
{
  AvbConsoleSession *session = console != NULL ? avb_console_get_session (console) : NULL;
  AvbSpiceSession   *spice;

  g_return_if_fail (AVB_IS_DEVICES_ACTIONS (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->audio != NULL)
    g_signal_handlers_disconnect_by_data (self->audio, self);
  if (self->usb != NULL)
    g_signal_handlers_disconnect_by_data (self->usb, self);
  g_clear_object (&self->audio);
  g_clear_object (&self->usb);
  g_set_object (&self->session, session);
  spice = AVB_IS_SPICE_SESSION (self->session) ? AVB_SPICE_SESSION (self->session) : NULL;
  if (spice != NULL)
    {
      self->audio = g_object_ref (avb_console_audio_for_session (spice));
      self->usb = g_object_ref (avb_console_usb_for_session (spice));
      g_signal_connect_swapped (self->audio, "notify::can-record", G_CALLBACK (update_microphone),
                                self);
      g_signal_connect_swapped (self->audio, "notify::microphone", G_CALLBACK (update_microphone),
                                self);
      g_signal_connect_swapped (self->audio, "notify::message", G_CALLBACK (audio_message_cb), self);
      g_signal_connect (self->audio, "ask-microphone", G_CALLBACK (ask_cb), self);
      g_signal_connect (self->usb, "failed", G_CALLBACK (usb_failed_cb), self);
    }
  g_simple_action_set_enabled (self->usb_action, self->session != NULL);
  update_sound (self);
  update_microphone (self);
}

GtkWidget *
avb_devices_actions_create_volume (AvbDevicesActions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("audio-volume-high-symbolic");
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 100, 5);

  g_return_val_if_fail (AVB_IS_DEVICES_ACTIONS (self), NULL);

  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_size_request (scale, 160, -1);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Volume of the Guest’s Sound"), -1);
  gtk_widget_set_tooltip_text (scale, _("Volume of the Guest’s Sound"));
  g_object_bind_property (self->settings, "volume", gtk_range_get_adjustment (GTK_RANGE (scale)),
                          "value", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (self->settings, "muted", scale, "sensitive",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), scale);
  g_set_weak_pointer (&self->volume, box);
  update_sound (self);
  return box;
}
