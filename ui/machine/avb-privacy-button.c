/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-privacy-button.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"
#include "backends/avb-machine-link.h"
#include "ui/avb-feedback.h"
#include "ui/console/avb-console-audio.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-console-usb.h"

struct _AvbPrivacyButton {
  AdwBin              parent_instance;

  AvbMachine         *machine;
  AvbConsoleSettings *settings;
  AvbConsoleSession  *session; /* the console’s */
  AvbConsoleAudio    *audio;
  AvbConsoleUsb      *usb;
  gboolean            compact;
  gboolean            updating; /* a switch is set by us */
  AvbNetworkLink      link;
  gboolean            link_known;
  gboolean            link_changing;
  char               *link_error; /* why it can't be read */
  guint               n_folders;  /* that the guest has now */

  GtkMenuButton      *button;
  GtkWidget          *shield;
  GtkWidget          *clipboard_light;
  GtkWidget          *microphone_light;
  GtkWidget          *usb_light;
  GtkWidget          *folders_light;
  GtkWidget          *network_light;
  AdwSwitchRow       *clipboard_row;
  AdwSwitchRow       *microphone_row;
  AdwActionRow       *usb_row;
  GtkWidget          *take_back;
  AdwActionRow       *folders_row;
  AdwSwitchRow       *network_row;
};

G_DEFINE_FINAL_TYPE (AvbPrivacyButton, avb_privacy_button, ADW_TYPE_BIN)

enum { PROP_0, PROP_COMPACT, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
set_row (AvbPrivacyButton *self, AdwSwitchRow *row, gboolean active, gboolean sensitive, const char *text)
{
  self->updating = TRUE;
  adw_switch_row_set_active (row, active);
  self->updating = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (row), sensitive);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
}

/* (nullable): why this kind of display does not have it */
static const char *
get_missing (AvbPrivacyButton *self, AvbConsoleOffer offer)
{
  return self->session != NULL ? avb_console_session_get_missing (self->session, offer) : NULL;
}

/* Each of these sets its row, and says whether the guest has it now. */

static gboolean
update_clipboard (AvbPrivacyButton *self)
{
  gboolean shared;
  gboolean agent = self->session != NULL && avb_console_session_get_agent_connected (self->session);
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_CLIPBOARD);

  g_object_get (self->settings, "clipboard", &shared, NULL);
  shared = shared && missing == NULL;
  set_row (self, self->clipboard_row, shared, missing == NULL,
           missing != NULL ? missing
           : !shared ? _("Not shared")
           : agent ? _("Shared both ways while the guest’s screen has the keyboard")
                   : _("Shared as soon as a SPICE agent runs in the guest"));
  return shared && agent;
}

static gboolean
update_microphone (AvbPrivacyButton *self)
{
  gboolean can = self->audio != NULL && avb_console_audio_get_can_record (self->audio);
  gboolean allowed = self->audio != NULL &&
                     avb_console_audio_get_microphone (self->audio) == AVB_MICROPHONE_ALLOWED;
  gboolean wanted = self->audio != NULL && avb_console_audio_get_wants_microphone (self->audio);
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_SOUND);

  set_row (self, self->microphone_row, allowed, can,
           missing != NULL     ? missing
           : !can              ? _("The guest has no sound device to record with")
           : allowed && wanted ? _("The guest is listening now")
           : allowed           ? _("Allowed until the machine is off; not in use")
           : wanted            ? _("The guest wants to listen, and hears nothing")
                               : _("Not allowed"));
  return allowed && wanted;
}

static gboolean
update_usb (AvbPrivacyButton *self)
{
  guint n = self->usb != NULL ? avb_console_usb_get_n_connected (self->usb) : 0;
  const char *missing = get_missing (self, AVB_CONSOLE_OFFERS_USB);
  g_autofree char *text = g_strdup_printf (ngettext ("%u device connected", "%u devices connected", n), n);

  adw_action_row_set_subtitle (self->usb_row, missing != NULL ? missing
                                              : n > 0         ? text
                                                              : _("None connected"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->usb_row), self->usb != NULL);
  gtk_widget_set_visible (self->take_back, n > 0);
  return n > 0;
}

static gboolean
update_folders (AvbPrivacyButton *self)
{
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u folder shared", "%u folders shared", self->n_folders), self->n_folders);

  adw_action_row_set_subtitle (self->folders_row, self->n_folders > 0 ? text : _("None shared"));
  return self->n_folders > 0;
}

static gboolean
update_network (AvbPrivacyButton *self)
{
  gboolean known = self->link_known;
  const char *reason = avb_machine_get_reason (self->machine, AVB_FEATURE_NETWORK_LINK);

  set_row (self, self->network_row, known && self->link == AVB_NETWORK_LINK_UP,
           known && reason == NULL && self->link != AVB_NETWORK_LINK_NONE && !self->link_changing,
           self->link_error != NULL               ? self->link_error
           : !known                               ? _("Looking at the machine’s network…")
           : self->link == AVB_NETWORK_LINK_NONE  ? _("This machine has no network")
           : reason != NULL                       ? reason
           : self->link == AVB_NETWORK_LINK_DOWN  ? _("Disconnected")
                                                  : _("Connected"));
  return known && self->link == AVB_NETWORK_LINK_UP;
}

static void
append (GString *text, const char *part)
{
  if (text->len > 0)
    /* Translators: between the parts of a list. */
    g_string_append (text, _(", "));
  g_string_append (text, part);
}

static void
update (AvbPrivacyButton *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *label = NULL;
  gboolean clipboard, microphone, usb, folders, network;

  if (self->machine == NULL)
    return;
  clipboard = update_clipboard (self);
  microphone = update_microphone (self);
  usb = update_usb (self);
  folders = update_folders (self);
  network = update_network (self);

  /* Where there is no room, only what is gravest. */
  gtk_widget_set_visible (self->microphone_light, microphone);
  gtk_widget_set_visible (self->usb_light, usb && !(self->compact && microphone));
  gtk_widget_set_visible (self->folders_light, folders && !self->compact);
  gtk_widget_set_visible (self->network_light, network && !self->compact);
  gtk_widget_set_visible (self->clipboard_light, clipboard && !self->compact);
  gtk_widget_set_visible (self->shield, self->compact ? !microphone && !usb
                                                      : !clipboard && !microphone && !usb && !folders && !network);
  if (microphone)
    gtk_widget_add_css_class (GTK_WIDGET (self->button), "listening");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->button), "listening");

  if (clipboard)
    append (text, _("the clipboard"));
  if (microphone)
    append (text, _("the microphone"));
  if (usb)
    append (text, _("USB devices"));
  if (folders)
    append (text, _("shared folders"));
  if (network)
    append (text, _("the network"));
  /* Translators: %s is a list, such as “the clipboard, the network”. */
  label = text->len > 0 ? g_strdup_printf (_("The guest has: %s"), text->str)
                        : g_strdup (_("The guest has nothing of this computer"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* --- the network --- */

static DexFuture *
link_read_cb (DexFuture *future, gpointer user_data)
{
  AvbPrivacyButton *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  g_clear_pointer (&self->link_error, g_free);
  self->link_known = value != NULL;
  if (value != NULL)
    self->link = (AvbNetworkLink) g_value_get_int (value);
  else
    self->link_error = g_strdup (error->message);
  update (self);
  return dex_future_new_true ();
}

static void
read_link (AvbPrivacyButton *self)
{
  if (self->machine == NULL || !avb_machine_get_available (self->machine))
    return;
  avb_future_finish (dex_future_finally (avb_machine_read_network_link (self->machine), link_read_cb,
                                         g_object_ref (self), g_object_unref),
                     "read the network's state");
}

static DexFuture *
link_set_cb (DexFuture *future, gpointer user_data)
{
  AvbPrivacyButton *self = user_data;

  self->link_changing = FALSE;
  /* What it is now, also after a failure half way. */
  read_link (self);
  update (self);
  return dex_ref (future);
}

static void
network_cb (AvbPrivacyButton *self)
{
  if (self->updating || self->machine == NULL || self->link_changing)
    return;
  self->link_changing = TRUE;
  avb_feedback_watch (GTK_WIDGET (self),
                      dex_future_finally (avb_machine_set_network_link (
                                              self->machine, adw_switch_row_get_active (self->network_row)),
                                          link_set_cb, g_object_ref (self), g_object_unref));
}

/* --- the folders --- */

static DexFuture *
folders_read_cb (DexFuture *future, gpointer user_data)
{
  AvbPrivacyButton *self = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *shares = value != NULL ? g_value_get_boxed (value) : NULL;

  self->n_folders = 0;
  for (guint i = 0; shares != NULL && i < shares->len; i++)
    {
      AvbShareSpec *share = g_ptr_array_index (shares, i);

      self->n_folders += share->presence != AVB_SHARE_AT_NEXT_START;
    }
  update (self);
  return dex_future_new_true ();
}

static void
read_folders (AvbPrivacyButton *self)
{
  if (self->machine != NULL && avb_machine_get_available (self->machine))
    avb_future_finish (dex_future_finally (avb_machine_list_shares (self->machine), folders_read_cb,
                                           g_object_ref (self), g_object_unref),
                       "list the shared folders");
}

static void
folders_cb (AvbPrivacyButton *self)
{
  gtk_menu_button_popdown (self->button);
  gtk_widget_activate_action (GTK_WIDGET (self), "sharing.open", NULL);
}

/* What has no event is read when something may have changed, and when somebody looks. */
static void
look (AvbPrivacyButton *self)
{
  read_link (self);
  read_folders (self);
}

/* --- the other rows --- */

static void
clipboard_cb (AvbPrivacyButton *self)
{
  if (!self->updating && self->settings != NULL)
    g_object_set (self->settings, "clipboard", adw_switch_row_get_active (self->clipboard_row), NULL);
}

static void
microphone_cb (AvbPrivacyButton *self)
{
  if (!self->updating && self->audio != NULL)
    avb_console_audio_set_microphone (self->audio, adw_switch_row_get_active (self->microphone_row)
                                                       ? AVB_MICROPHONE_ALLOWED
                                                       : AVB_MICROPHONE_REFUSED);
}

static void
usb_cb (AvbPrivacyButton *self)
{
  gtk_menu_button_popdown (self->button);
  gtk_widget_activate_action (GTK_WIDGET (self), "devices.usb", NULL);
}

static void
take_back_cb (AvbPrivacyButton *self)
{
  if (self->usb != NULL)
    avb_console_usb_disconnect_all (self->usb);
}

static void
active_cb (AvbPrivacyButton *self)
{
  if (gtk_menu_button_get_active (self->button))
    look (self);
}

static void
avb_privacy_button_dispose (GObject *object)
{
  AvbPrivacyButton *self = AVB_PRIVACY_BUTTON (object);

  avb_privacy_button_set_console (self, NULL);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_clear_object (&self->machine);
  if (self->button != NULL)
    adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_PRIVACY_BUTTON);
  G_OBJECT_CLASS (avb_privacy_button_parent_class)->dispose (object);
}

static void
avb_privacy_button_finalize (GObject *object)
{
  g_free (AVB_PRIVACY_BUTTON (object)->link_error);
  G_OBJECT_CLASS (avb_privacy_button_parent_class)->finalize (object);
}

static void
avb_privacy_button_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_COMPACT)
    g_value_set_boolean (value, AVB_PRIVACY_BUTTON (object)->compact);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_privacy_button_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbPrivacyButton *self = AVB_PRIVACY_BUTTON (object);

  if (id != PROP_COMPACT)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (self->compact == g_value_get_boolean (value))
    return;
  self->compact = !self->compact;
  update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
avb_privacy_button_class_init (AvbPrivacyButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_privacy_button_dispose;
  object_class->finalize = avb_privacy_button_finalize;
  object_class->get_property = avb_privacy_button_get_property;
  object_class->set_property = avb_privacy_button_set_property;

  properties[PROP_COMPACT] =
      g_param_spec_boolean ("compact", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-privacy-button.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, button);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, shield);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, clipboard_light);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, microphone_light);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, usb_light);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, folders_light);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, network_light);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, clipboard_row);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, microphone_row);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, usb_row);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, take_back);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, folders_row);
  gtk_widget_class_bind_template_child (widget_class, AvbPrivacyButton, network_row);
  gtk_widget_class_bind_template_callback (widget_class, folders_cb);
  gtk_widget_class_bind_template_callback (widget_class, active_cb);
  gtk_widget_class_bind_template_callback (widget_class, clipboard_cb);
  gtk_widget_class_bind_template_callback (widget_class, microphone_cb);
  gtk_widget_class_bind_template_callback (widget_class, usb_cb);
  gtk_widget_class_bind_template_callback (widget_class, take_back_cb);
  gtk_widget_class_bind_template_callback (widget_class, network_cb);
}

static void
avb_privacy_button_init (AvbPrivacyButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_privacy_button_set_machine (AvbPrivacyButton *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_PRIVACY_BUTTON (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));
  g_return_if_fail (self->machine == NULL);

  self->machine = g_object_ref (machine);
  self->settings = avb_console_settings_for_machine (machine);
  g_signal_connect_swapped (self->settings, "notify::clipboard", G_CALLBACK (update), self);
  g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (look), self);
  g_signal_connect_swapped (machine, "notify::available", G_CALLBACK (look), self);
  look (self);
  update (self);
}

void
avb_privacy_button_set_console (AvbPrivacyButton *self, AvbConsole *console)
{
  AvbConsoleSession *session;

  g_return_if_fail (AVB_IS_PRIVACY_BUTTON (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->audio != NULL)
    g_signal_handlers_disconnect_by_data (self->audio, self);
  if (self->usb != NULL)
    g_signal_handlers_disconnect_by_data (self->usb, self);
  g_clear_object (&self->audio);
  g_clear_object (&self->usb);
  session = console != NULL ? avb_console_get_session (console) : NULL;
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect_swapped (session, "notify::agent-connected", G_CALLBACK (update), self);
  if (AVB_IS_SPICE_SESSION (session))
    {
      self->audio = g_object_ref (avb_console_audio_for_session (AVB_SPICE_SESSION (session)));
      self->usb = g_object_ref (avb_console_usb_for_session (AVB_SPICE_SESSION (session)));
      g_signal_connect_swapped (self->audio, "notify", G_CALLBACK (update), self);
      g_signal_connect_swapped (self->usb, "notify", G_CALLBACK (update), self);
    }
  update (self);
}

void
avb_privacy_button_popup (AvbPrivacyButton *self)
{
  g_return_if_fail (AVB_IS_PRIVACY_BUTTON (self));
  gtk_menu_button_popup (self->button);
}
