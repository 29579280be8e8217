/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-machine-page.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-clone.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"
#include "ui/console/avb-console.h"
#include "ui/library/avb-thumbnail.h"
#include "ui/extensions/avb-extension-menu.h"
#include "ui/machine/avb-clipboard-actions.h"
#include "ui/machine/avb-console-banner.h"
#include "ui/machine/avb-console-prompt.h"
#include "ui/machine/avb-capture-actions.h"
#include "ui/machine/avb-devices-actions.h"
#include "ui/machine/avb-display-actions.h"
#include "ui/machine/avb-guest-actions.h"
#include "ui/machine/avb-keys-actions.h"
#include "ui/machine/avb-machine-actions.h"
#include "ui/machine/avb-machine-overview.h"
#include "ui/machine/avb-privacy-button.h"
#include "ui/machine/avb-screenshot-saver.h"
#include "ui/machine/avb-setup-banner.h"
#include "ui/machine/avb-sharing-actions.h"
#include "ui/machine/avb-slide-in.h"
#include "ui/machine/avb-ssh-actions.h"
#include "ui/machine/avb-text-pages.h"

/* The hint would cover the guest's screen: it is read once, then the button in the header stays. */
#define HINT_SECONDS 5

struct _AvbMachinePage {
  AdwNavigationPage    parent_instance;

  AvbLibrary          *library;
  AvbMachine          *machine;
  AvbMachineActions   *actions;
  AvbDisplayActions   *display;
  AvbClipboardActions *clipboard;
  AvbSharingActions   *sharing;
  AvbDevicesActions   *devices;
  AvbCaptureActions   *capture;
  AvbGuestActions     *guest;
  AvbKeysActions      *keys;
  AvbSshActions       *ssh;
  AvbConsole          *console; /* built when there is something to show */
  AvbSlideIn          *slide_in;
  AvbTextPages        *text_pages;
  guint                hint_id;
  gboolean             narrow;

  GMenu               *display_menu;
  GMenu               *own_keys;
  GMenu               *own_keys_again;
  AdwToolbarView      *toolbar;
  AvbSetupBanner      *setup_banner;
  AvbConsoleBanner    *console_banner;
  AdwSplitButton      *power;
  AvbPrivacyButton    *privacy;
  GtkMenuButton       *menu_button;
  GtkWidget           *record_button;
  GtkStack            *stack;
  AdwOverlaySplitView *pane;
  GtkWidget           *pane_toggle;
  GtkWidget           *start;
  GtkWidget           *discard;
  GtkLabel            *off_hint;
  GtkWidget           *keys_button;
  GtkWidget           *release_button;
  GtkOverlay          *console_area;
  GtkScrolledWindow   *console_scroller;
  GtkRevealer         *hint_revealer;
  GtkLabel            *hint;
  GtkWidget           *message_box;
  GtkWidget           *spinner;
  GtkLabel            *message;
  GtkButton           *reconnect;
  AvbConsolePrompt    *prompt;
  GtkWidget           *show_text;
  GtkMenuButton       *screen_button;
  GMenu               *screen_section;
  GMenu               *extension_section;
  GtkWidget           *paused_box;
};

G_DEFINE_FINAL_TYPE (AvbMachinePage, avb_machine_page, ADW_TYPE_NAVIGATION_PAGE)

enum { PROP_0, PROP_LIBRARY, PROP_MACHINE, PROP_NARROW, N_PROPS };

static GParamSpec *properties[N_PROPS];

static gboolean
negate (AvbMachinePage *self, gboolean value)
{
  return self->machine != NULL && !value;
}

static gboolean
is_on (AvbMachineState state)
{
  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED ||
         state == AVB_MACHINE_STOPPING;
}

/* The split button does what is usually wanted next. */
static void
update_power (AvbMachinePage *self)
{
  const char *label = _("_Start");
  const char *action = "machine.start";
  const char *icon = "media-playback-start-symbolic";
  g_auto (GStrv) parts = NULL;
  g_autofree char *name = NULL;

  switch (avb_machine_get_state (self->machine))
    {
    case AVB_MACHINE_RUNNING:
      label = _("Shut Do_wn");
      action = "machine.shut-down";
      icon = "system-shutdown-symbolic";
      break;
    case AVB_MACHINE_STOPPING:
      label = _("_Force Off…");
      action = "machine.force-off";
      icon = "system-shutdown-symbolic";
      break;
    case AVB_MACHINE_PAUSED:
      label = _("_Resume");
      action = "machine.resume";
      break;
    case AVB_MACHINE_SAVED:
    case AVB_MACHINE_OFF:
    case AVB_MACHINE_CRASHED:
    case AVB_MACHINE_UNKNOWN:
    default:
      if (avb_machine_get_is_template (self->machine))
        {
          label = _("_New Machine…");
          action = "machine.new-from-template";
          icon = "list-add-symbolic";
        }
      break;
    }
  adw_split_button_set_use_underline (self->power, TRUE);
  if (self->narrow)
    adw_split_button_set_icon_name (self->power, icon);
  else
    adw_split_button_set_label (self->power, label);
  /* The icon says nothing to a screen reader. */
  parts = g_strsplit (label, "_", -1);
  name = g_strjoinv ("", parts);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->power), self->narrow ? name : NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->power), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->power), action);
}

static void
update_console (AvbMachinePage *self)
{
  AvbConsoleStatus status =
      self->console != NULL ? avb_console_get_status (self->console) : AVB_CONSOLE_IDLE;
  const char *text = self->console != NULL ? avb_console_get_message (self->console) : NULL;
  gboolean paused = avb_machine_get_state (self->machine) == AVB_MACHINE_PAUSED;
  gboolean waiting = status == AVB_CONSOLE_CONNECTING || status == AVB_CONSOLE_LOST;

  if (status == AVB_CONSOLE_CONNECTING)
    text = _("Connecting to the machine’s display…");
  else if (status == AVB_CONSOLE_LOST && text == NULL)
    text = _("The connection to the machine’s display was lost. It is being tried again.");
  else if (status == AVB_CONSOLE_FAILED && text == NULL)
    text = _("The machine’s display cannot be shown.");
  gtk_widget_set_visible (self->paused_box, paused && (status == AVB_CONSOLE_IDLE || status == AVB_CONSOLE_CONNECTED));
  gtk_widget_set_visible (self->message_box,
                          status != AVB_CONSOLE_CONNECTED && text != NULL &&
                              (!paused || status == AVB_CONSOLE_TAKEN));
  gtk_label_set_label (self->message, text != NULL ? text : "");
  gtk_widget_set_visible (self->spinner, waiting);
  gtk_button_set_label (self->reconnect,
                        status == AVB_CONSOLE_TAKEN ? _("_Take Back") : _("Re_connect"));
  gtk_widget_set_visible (GTK_WIDGET (self->reconnect),
                          status == AVB_CONSOLE_FAILED || status == AVB_CONSOLE_LOST ||
                              status == AVB_CONSOLE_TAKEN);
  gtk_widget_set_visible (self->show_text,
                          avb_text_pages_get_first (self->text_pages) != NULL &&
                              gtk_widget_get_visible (GTK_WIDGET (self->reconnect)));
}

static void
hide_hint_cb (gpointer user_data)
{
  AvbMachinePage *self = user_data;

  self->hint_id = 0;
  gtk_revealer_set_reveal_child (self->hint_revealer, FALSE);
}

static void
captured_cb (AvbMachinePage *self)
{
  gboolean captured = avb_console_get_captured (self->console);

  gtk_widget_set_visible (self->release_button, captured);
  gtk_label_set_label (self->hint, avb_console_get_pointer_locked (self->console)
                                       ? _("Press Ctrl+Alt to release the keyboard and the pointer")
                                       : _("Press Ctrl+Alt to release the keyboard"));
  gtk_revealer_set_reveal_child (self->hint_revealer, captured);
  g_clear_handle_id (&self->hint_id, g_source_remove);
  if (captured)
    self->hint_id = g_timeout_add_seconds_once (HINT_SECONDS, hide_hint_cb, self);
}

/* What serves the console goes with its session. */
static void
session_cb (AvbMachinePage *self)
{
  /* The console goes. */
  if (self->display == NULL || avb_console_get_session (self->console) == NULL)
    return;
  avb_console_prompt_set_console (self->prompt, self->console);
  avb_console_banner_set_console (self->console_banner, self->console);
  avb_display_actions_set_console (self->display, self->console);
  avb_clipboard_actions_set_console (self->clipboard, self->console);
  avb_devices_actions_set_console (self->devices, self->console);
  avb_capture_actions_set_console (self->capture, self->console);
  avb_privacy_button_set_console (self->privacy, self->console);
}

static void
build_console (AvbMachinePage *self)
{
  if (self->console != NULL)
    return;
  self->console = AVB_CONSOLE (avb_console_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (self->console), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->console), TRUE);
  g_signal_connect_object (self->console, "notify::status", G_CALLBACK (update_console), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::message", G_CALLBACK (update_console), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::captured", G_CALLBACK (captured_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::pointer-locked", G_CALLBACK (captured_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (self->console_scroller, GTK_WIDGET (self->console));
  avb_console_set_machine (self->console, self->machine);
  avb_slide_in_set_console (self->slide_in, self->console);
  g_signal_connect_object (self->console, "notify::session", G_CALLBACK (session_cb), self,
                           G_CONNECT_SWAPPED);
  session_cb (self);
}

static void
focus_shown (AvbMachinePage *self)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);

  if (g_strcmp0 (shown, "console") == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->console));
  else if (g_strcmp0 (shown, "text") == 0)
    avb_text_pages_grab_focus (self->text_pages);
  else
    gtk_widget_grab_focus (self->start);
}

/* What its host can't show, it says; @connection: (nullable) */
static const char *
why_no_display (AvbConnection *connection)
{
  AvbCapabilities *capabilities
      = connection != NULL ? avb_connection_get_capabilities (connection) : NULL;
  const char *reason
      = capabilities != NULL ? avb_capabilities_get_reason (capabilities, AVB_FEATURE_CONSOLE) : NULL;

  return reason != NULL ? reason : _("This machine runs without a display that could be shown here.");
}

static void
update_state (AvbMachinePage *self)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self->machine);
  AvbMachineState state = avb_machine_get_state (self->machine);
  gboolean on = is_on (state);
  gboolean is_template = avb_machine_get_is_template (self->machine);
  gboolean show_text = on && avb_text_pages_get_shown (self->text_pages) != NULL;
  gboolean show_console = on && !show_text && avb_machine_has_console (self->machine);
  /* Of a host that is gone nothing is known, and the banner says so. */
  gboolean no_display = on && avb_machine_get_available (self->machine);
  const char *was = gtk_stack_get_visible_child_name (self->stack);
  const char *now = show_text ? "text" : show_console ? "console" : "off";

  update_power (self);
  gtk_widget_set_visible (self->start, !on);
  gtk_button_set_label (GTK_BUTTON (self->start), is_template ? _("_New Machine…") : _("_Start"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->start),
                                  is_template ? "machine.new-from-template" : "machine.start");
  gtk_widget_set_visible (self->discard, state == AVB_MACHINE_SAVED);
  gtk_label_set_label (self->off_hint,
                       no_display ? why_no_display (connection)
                       : is_template
                           ? _("This is a template: it stays as it is. Make any number of machines from it.")
                       : state == AVB_MACHINE_SAVED
                           ? _("Start goes on where this machine was saved.")
                       : state == AVB_MACHINE_CRASHED
                           ? _("This machine stopped by itself.")
                           : "");
  gtk_widget_set_visible (GTK_WIDGET (self->off_hint),
                          no_display || is_template || state == AVB_MACHINE_SAVED || state == AVB_MACHINE_CRASHED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.send-keys", show_console);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.screenshot", on);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.privacy", show_console);
  gtk_widget_set_visible (GTK_WIDGET (self->privacy), show_console);
  if (show_console)
    build_console (self);
  /* Without a console the page is the overview already. */
  gtk_widget_set_visible (self->pane_toggle, show_console || show_text);
  if (!show_console && !show_text)
    adw_overlay_split_view_set_show_sidebar (self->pane, FALSE);
  update_console (self);
  gtk_stack_set_visible_child_name (self->stack, now);
  if (g_strcmp0 (was, now) != 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    focus_shown (self);
}

static void
release_cb (AvbMachinePage *self)
{
  if (self->console != NULL)
    avb_console_release (self->console);
}

static void
reconnect_cb (AvbMachinePage *self)
{
  if (self->console != NULL)
    avb_console_reconnect (self->console);
}

static void
send_keys_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (widget);

  if (self->console != NULL)
    gtk_widget_activate_action_variant (GTK_WIDGET (self->console), "console.send-keys",
                                        parameter);
}

static void
screenshot_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (widget);
  g_autoptr (GdkTexture) texture =
      self->console != NULL ? avb_console_dup_texture (self->console) : NULL;

  avb_screenshot_save (widget, self->machine, texture);
}

static void
privacy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (widget);

  adw_toolbar_view_set_reveal_top_bars (self->toolbar, TRUE);
  avb_privacy_button_popup (self->privacy);
}

static void
avb_machine_page_shown (AdwNavigationPage *page)
{
  focus_shown (AVB_MACHINE_PAGE (page));
}

static void
avb_machine_page_constructed (GObject *object)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (object);
  g_autoptr (GPtrArray) targets = g_ptr_array_new ();

  G_OBJECT_CLASS (avb_machine_page_parent_class)->constructed (object);

  avb_library_mark_used (self->library, self->machine);
  self->actions = avb_machine_actions_new (GTK_WIDGET (self), self->library);
  g_ptr_array_add (targets, self->machine);
  avb_machine_actions_set_targets (self->actions, targets);

  self->sharing = avb_sharing_actions_new (GTK_WIDGET (self), self->machine);
  self->guest = avb_guest_actions_new (GTK_WIDGET (self), self->machine,
                                       self->toolbar);
  self->slide_in = avb_slide_in_new (self->toolbar);
  self->display = avb_display_actions_new (GTK_WIDGET (self), self->library, self->machine,
                                           self->display_menu);
  self->keys = avb_keys_actions_new (GTK_WIDGET (self), self->own_keys, self->own_keys_again);
  self->ssh = avb_ssh_actions_new (GTK_WIDGET (self), self->machine);
  avb_setup_banner_watch (self->setup_banner, self->library, self->machine);
  self->devices = avb_devices_actions_new (GTK_WIDGET (self), self->machine);
  self->capture = avb_capture_actions_new (GTK_WIDGET (self), self->library, self->machine,
                                           self->record_button);
  gtk_popover_menu_add_child (GTK_POPOVER_MENU (gtk_menu_button_get_popover (self->menu_button)),
                              avb_devices_actions_create_volume (self->devices), "volume");
  avb_privacy_button_set_machine (self->privacy, self->machine);
  self->clipboard = avb_clipboard_actions_new (GTK_WIDGET (self), self->library, self->machine,
                                               self->console_area);

  self->text_pages = avb_text_pages_new (GTK_WIDGET (self), self->machine, self->screen_button,
                                         self->screen_section, GTK_BUTTON (self->show_text));
  gtk_stack_add_named (self->stack, avb_text_pages_get_widget (self->text_pages), "text");
  g_signal_connect_object (self->text_pages, "notify", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);

  avb_extension_menu_watch (GTK_WIDGET (self), self->extension_section, self->machine);
  g_signal_connect_object (self->machine, "notify::is-template", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->machine, "notify::state", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->machine, "notify::has-console", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->machine, "notify::available", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  update_state (self);
}

static void
avb_machine_page_dispose (GObject *object)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (object);

  g_clear_handle_id (&self->hint_id, g_source_remove);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_func (self->machine, update_state, self);
  if (self->actions != NULL)
    g_object_run_dispose (G_OBJECT (self->actions));
  g_clear_object (&self->actions);
  if (self->text_pages != NULL)
    g_object_run_dispose (G_OBJECT (self->text_pages));
  if (self->display != NULL)
    g_object_run_dispose (G_OBJECT (self->display));
  g_clear_object (&self->display);
  if (self->clipboard != NULL)
    g_object_run_dispose (G_OBJECT (self->clipboard));
  g_clear_object (&self->clipboard);
  if (self->sharing != NULL)
    g_object_run_dispose (G_OBJECT (self->sharing));
  g_clear_object (&self->sharing);
  if (self->guest != NULL)
    g_object_run_dispose (G_OBJECT (self->guest));
  g_clear_object (&self->guest);
  if (self->slide_in != NULL)
    g_object_run_dispose (G_OBJECT (self->slide_in));
  g_clear_object (&self->slide_in);
  if (self->keys != NULL)
    g_object_run_dispose (G_OBJECT (self->keys));
  g_clear_object (&self->keys);
  if (self->ssh != NULL)
    g_object_run_dispose (G_OBJECT (self->ssh));
  g_clear_object (&self->ssh);
  if (self->capture != NULL)
    g_object_run_dispose (G_OBJECT (self->capture));
  g_clear_object (&self->capture);
  if (self->devices != NULL)
    g_object_run_dispose (G_OBJECT (self->devices));
  g_clear_object (&self->devices);
  self->console = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_MACHINE_PAGE);
  g_clear_object (&self->text_pages);
  g_clear_object (&self->machine);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_machine_page_parent_class)->dispose (object);
}

static void
avb_machine_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (object);

  if (id == PROP_LIBRARY)
    g_value_set_object (value, self->library);
  else if (id == PROP_MACHINE)
    g_value_set_object (value, self->machine);
  else if (id == PROP_NARROW)
    g_value_set_boolean (value, self->narrow);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbMachinePage *self = AVB_MACHINE_PAGE (object);

  if (id == PROP_LIBRARY)
    self->library = g_value_dup_object (value);
  else if (id == PROP_MACHINE)
    self->machine = g_value_dup_object (value);
  else if (id == PROP_NARROW)
    {
      self->narrow = g_value_get_boolean (value);
      update_power (self);
    }
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_machine_page_class_init (AvbMachinePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = avb_machine_page_constructed;
  object_class->dispose = avb_machine_page_dispose;
  object_class->get_property = avb_machine_page_get_property;
  object_class->set_property = avb_machine_page_set_property;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = avb_machine_page_shown;

  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY, flags);
  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE, flags);
  /* Of the template: there is room for an icon, but not for a word. */
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (AVB_TYPE_CONSOLE_PROMPT);
  g_type_ensure (AVB_TYPE_MACHINE_OVERVIEW);
  g_type_ensure (AVB_TYPE_PRIVACY_BUTTON);
  g_type_ensure (AVB_TYPE_SETUP_BANNER);
  g_type_ensure (AVB_TYPE_CONSOLE_BANNER);
  g_type_ensure (AVB_TYPE_THUMBNAIL);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-machine-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, display_menu);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, toolbar);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, setup_banner);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, console_banner);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, power);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, privacy);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, own_keys);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, own_keys_again);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, record_button);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, pane);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, pane_toggle);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, start);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, discard);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, off_hint);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, keys_button);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, release_button);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, console_area);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, console_scroller);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, hint_revealer);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, hint);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, message_box);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, message);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, reconnect);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, prompt);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, show_text);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, screen_button);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, screen_section);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, extension_section);
  gtk_widget_class_bind_template_child (widget_class, AvbMachinePage, paused_box);
  gtk_widget_class_bind_template_callback (widget_class, negate);
  gtk_widget_class_bind_template_callback (widget_class, release_cb);
  gtk_widget_class_bind_template_callback (widget_class, reconnect_cb);

  gtk_widget_class_install_action (widget_class, "page.send-keys", "s", send_keys_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK | GDK_ALT_MASK,
                                       "capture.copy", NULL);
  gtk_widget_class_install_action (widget_class, "page.privacy", NULL, privacy_action);
  gtk_widget_class_install_action (widget_class, "page.screenshot", NULL, screenshot_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "page.screenshot", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "clipboard.type", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "machine.rename", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "machine.clone", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_t, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "machine.snapshots", NULL);
}

static void
avb_machine_page_init (AvbMachinePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwNavigationPage *
avb_machine_page_new (AvbLibrary *library, AvbMachine *machine)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  return g_object_new (AVB_TYPE_MACHINE_PAGE, "library", library, "machine", machine, NULL);
}

AvbMachine *
avb_machine_page_get_machine (AvbMachinePage *self)
{
  g_return_val_if_fail (AVB_IS_MACHINE_PAGE (self), NULL);

  return self->machine;
}

void
avb_machine_page_set_fullscreen (AvbMachinePage *self, gboolean fullscreen)
{
  g_return_if_fail (AVB_IS_MACHINE_PAGE (self));

  avb_slide_in_set_active (self->slide_in, fullscreen);
}
