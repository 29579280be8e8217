/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-terminal.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/console/avb-terminal-private.h"

#define SCROLL_BACK_LINES 10000
#define ZOOM_STEP 1.2
#define ZOOM_MIN 0.4
#define ZOOM_MAX 5.0

struct _AvbTerminal {
  GtkWidget parent_instance;

  AvbMachine     *machine;
  char           *label;
  AvbTextSession *session;
  char           *link; /* where the context menu was opened */

  VteTerminal *terminal;
  GtkWidget   *search;
  GtkWidget   *hint;
  GtkWidget   *message_box;
  GtkWidget   *spinner;
  GtkLabel    *message;
  GtkWidget   *reconnect;
  GtkWidget   *take_over;
};

G_DEFINE_FINAL_TYPE (AvbTerminal, avb_terminal, GTK_TYPE_WIDGET)

/* --- The connection --- */

static void
status_cb (AvbTextSession *session, GParamSpec *pspec, AvbTerminal *self)
{
  AvbConsoleStatus status = avb_text_session_get_status (session);
  gboolean         waiting = status == AVB_CONSOLE_CONNECTING || status == AVB_CONSOLE_LOST;
  const char      *text = avb_text_session_get_message (session);

  if (status == AVB_CONSOLE_CONNECTING)
    text = _ ("Connecting to this console…");
  else if (status == AVB_CONSOLE_IDLE)
    text = _ ("The machine is not running.");
  vte_terminal_set_input_enabled (self->terminal, status == AVB_CONSOLE_CONNECTED);
  gtk_widget_set_visible (self->message_box, status != AVB_CONSOLE_CONNECTED);
  gtk_label_set_label (self->message, text != NULL ? text : "");
  gtk_widget_set_visible (self->spinner, waiting);
  gtk_widget_set_visible (self->reconnect,
                          status == AVB_CONSOLE_FAILED || status == AVB_CONSOLE_LOST
                              || status == AVB_CONSOLE_TAKEN);
  gtk_widget_set_visible (self->take_over, status == AVB_CONSOLE_TAKEN);
  if (status != AVB_CONSOLE_CONNECTED)
    gtk_widget_set_visible (self->hint, FALSE);
}

/* The text that is there stays; what the guest before has switched on does not. */
static void
begin_cb (AvbTextSession *session, AvbTerminal *self)
{
  vte_terminal_reset (self->terminal, TRUE, FALSE);
  gtk_widget_set_visible (self->hint, TRUE);
}

static void
output_cb (AvbTextSession *session, GBytes *bytes, AvbTerminal *self)
{
  gsize       length;
  const char *text = g_bytes_get_data (bytes, &length);

  gtk_widget_set_visible (self->hint, FALSE);
  vte_terminal_feed (self->terminal, text, length);
}

static void
commit_cb (VteTerminal *terminal, const char *text, guint length, AvbTerminal *self)
{
  if (self->session != NULL)
    avb_text_session_send (self->session, text, length);
}

static void
name_cb (AvbMachine *machine, GParamSpec *pspec, AvbTerminal *self)
{
  /* Translators: a port of a machine, and its name: “Serial 1 of Debian”. */
  g_autofree char *label
      = g_strdup_printf (_ ("%1$s of %2$s"), self->label, avb_machine_get_name (machine));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->terminal),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ ("Ctrl+Tab leaves the terminal."),
                                  -1);
}

/* --- Actions --- */

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_copy_clipboard_format (AVB_TERMINAL (widget)->terminal, VTE_FORMAT_TEXT);
}

static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_terminal_paste (AVB_TERMINAL (widget)->terminal, gtk_widget_get_clipboard (widget));
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_select_all (AVB_TERMINAL (widget)->terminal);
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_terminal_search_show (AVB_TERMINAL (widget)->search);
}

static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  VteTerminal *terminal = AVB_TERMINAL (widget)->terminal;
  double       scale = vte_terminal_get_font_scale (terminal);

  if (g_str_equal (name, "terminal.zoom-in"))
    scale *= ZOOM_STEP;
  else if (g_str_equal (name, "terminal.zoom-out"))
    scale /= ZOOM_STEP;
  else
    scale = 1;
  vte_terminal_set_font_scale (terminal, CLAMP (scale, ZOOM_MIN, ZOOM_MAX));
}

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  vte_terminal_reset (AVB_TERMINAL (widget)->terminal, TRUE, TRUE);
}

static void
open_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbTerminal *self = AVB_TERMINAL (widget);

  if (self->link != NULL)
    avb_terminal_links_open (widget, self->link);
}

static void
copy_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbTerminal *self = AVB_TERMINAL (widget);

  if (self->link != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), self->link);
}

static void
selection_cb (VteTerminal *terminal, AvbTerminal *self)
{
  gtk_widget_action_set_enabled (
      GTK_WIDGET (self), "terminal.copy", vte_terminal_get_has_selection (terminal));
}

/* @context is NULL when the menu is closed: its actions come after that. */
static void
context_menu_cb (VteTerminal *terminal, const VteEventContext *context, AvbTerminal *self)
{
  double x, y;

  if (context == NULL)
    return;
  g_clear_pointer (&self->link, g_free);
  if (vte_event_context_get_coordinates (context, &x, &y))
    self->link = avb_terminal_links_get (terminal, x, y);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.open-link", self->link != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.copy-link", self->link != NULL);
}

/* What was selected anywhere is pasted with the same question. */
static void
middle_click_cb (GtkGestureClick *gesture, int n_press, double x, double y, AvbTerminal *self)
{
  gboolean enabled;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)),
                "gtk-enable-primary-paste", &enabled, NULL);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (GTK_WIDGET (self->terminal));
  if (enabled)
    avb_terminal_paste (self->terminal, gtk_widget_get_primary_clipboard (GTK_WIDGET (self)));
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, AvbTerminal *self)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if (!(state & GDK_CONTROL_MASK) || dy == 0)
    return FALSE;
  gtk_widget_activate_action (
      GTK_WIDGET (self), dy < 0 ? "terminal.zoom-in" : "terminal.zoom-out", NULL);
  return TRUE;
}

/* --- Building --- */

static void
append (GMenu *section, const char *label, const char *action, gboolean only_enabled)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  if (only_enabled)
    g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (section, item);
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) link = g_menu_new ();
  g_autoptr (GMenu) text = g_menu_new ();
  g_autoptr (GMenu) view = g_menu_new ();
  g_autoptr (GMenu) output = g_menu_new ();

  append (link, _ ("_Open Link"), "terminal.open-link", TRUE);
  append (link, _ ("Copy _Link"), "terminal.copy-link", TRUE);
  append (text, _ ("_Copy"), "terminal.copy", FALSE);
  append (text, _ ("_Paste"), "terminal.paste", FALSE);
  append (text, _ ("Select A_ll"), "terminal.select-all", FALSE);
  append (view, _ ("_Find…"), "terminal.find", FALSE);
  append (view, _ ("Zoom _In"), "terminal.zoom-in", FALSE);
  append (view, _ ("Zoom _Out"), "terminal.zoom-out", FALSE);
  append (view, _ ("_Normal Size"), "terminal.zoom-normal", FALSE);
  append (output, _ ("_Save Output…"), "screen.save-output", FALSE);
  append (output, _ ("_Reset and Clear"), "terminal.reset", FALSE);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (link));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (text));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (output));
  return G_MENU_MODEL (menu);
}

static void
avb_terminal_make_vte (AvbTerminal *self)
{
  g_autoptr (GMenuModel) menu = make_menu ();
  GtkGesture         *middle = gtk_gesture_click_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL
                                         | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);

  self->terminal = VTE_TERMINAL (vte_terminal_new ());
  vte_terminal_set_scrollback_lines (self->terminal, SCROLL_BACK_LINES);
  vte_terminal_set_scroll_on_output (self->terminal, FALSE);
  vte_terminal_set_scroll_on_keystroke (self->terminal, TRUE);
  vte_terminal_set_audible_bell (self->terminal, FALSE);
  vte_terminal_set_enable_sixel (self->terminal, FALSE);
  vte_terminal_set_mouse_autohide (self->terminal, TRUE);
  /* Without a terminal of the system, VTE can't know what a guest's keyboard sends. */
  vte_terminal_set_backspace_binding (self->terminal, VTE_ERASE_ASCII_DELETE);
  vte_terminal_set_delete_binding (self->terminal, VTE_ERASE_DELETE_SEQUENCE);
  vte_terminal_set_context_menu_model (self->terminal, menu);
  avb_terminal_style_follow (self->terminal);
  avb_terminal_links_add (self->terminal);
  avb_terminal_keys_add (self->terminal);
  g_signal_connect (self->terminal, "commit", G_CALLBACK (commit_cb), self);
  g_signal_connect (self->terminal, "selection-changed", G_CALLBACK (selection_cb), self);
  g_signal_connect (self->terminal, "setup-context-menu", G_CALLBACK (context_menu_cb), self);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (middle), GDK_BUTTON_MIDDLE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (middle), GTK_PHASE_CAPTURE);
  g_signal_connect (middle, "pressed", G_CALLBACK (middle_click_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->terminal), GTK_EVENT_CONTROLLER (middle));
  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->terminal), scroll);
}

static GtkWidget *
make_button (const char *label, const char *style)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  if (style != NULL)
    gtk_widget_add_css_class (button, style);
  return button;
}

static void
avb_terminal_make_message (AvbTerminal *self)
{
  GtkWidget *message = gtk_label_new (NULL);
  GtkBox    *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));

  self->message_box = GTK_WIDGET (box);
  self->message = GTK_LABEL (message);
  self->spinner = adw_spinner_new ();
  self->reconnect = make_button (_ ("Re_connect"), NULL);
  self->take_over = make_button (_ ("_Take Over"), "suggested-action");
  gtk_widget_set_tooltip_text (self->take_over, _ ("The other program loses the console"));
  gtk_widget_set_size_request (self->spinner, 32, 32);
  gtk_label_set_wrap (self->message, TRUE);
  gtk_label_set_justify (self->message, GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (self->message, 48);
  gtk_widget_set_halign (self->message_box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->message_box, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->message_box, "console-message");
  gtk_box_append (box, self->spinner);
  gtk_box_append (box, message);
  gtk_box_append (box, self->take_over);
  gtk_box_append (box, self->reconnect);

  self->hint = gtk_label_new (_ ("Connected. Press Enter if nothing appears."));
  gtk_widget_set_halign (self->hint, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->hint, GTK_ALIGN_END);
  gtk_widget_set_can_target (self->hint, FALSE);
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_widget_set_visible (self->hint, FALSE);
  gtk_widget_add_css_class (self->hint, "console-hint");
}

static gboolean
avb_terminal_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (AVB_TERMINAL (widget)->terminal));
}

static void
avb_terminal_dispose (GObject *object)
{
  AvbTerminal *self = AVB_TERMINAL (object);
  GtkWidget   *child;

  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_object_run_dispose (G_OBJECT (self->session));
    }
  g_clear_object (&self->session);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_clear_object (&self->machine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (avb_terminal_parent_class)->dispose (object);
}

static void
avb_terminal_finalize (GObject *object)
{
  AvbTerminal *self = AVB_TERMINAL (object);

  g_free (self->label);
  g_free (self->link);
  G_OBJECT_CLASS (avb_terminal_parent_class)->finalize (object);
}

static void
avb_terminal_class_init (AvbTerminalClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_terminal_dispose;
  object_class->finalize = avb_terminal_finalize;
  widget_class->grab_focus = avb_terminal_grab_focus;

  gtk_widget_class_install_action (widget_class, "terminal.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "terminal.paste", NULL, paste_action);
  gtk_widget_class_install_action (widget_class, "terminal.select-all", NULL, select_all_action);
  gtk_widget_class_install_action (widget_class, "terminal.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "terminal.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "terminal.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "terminal.zoom-normal", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "terminal.reset", NULL, reset_action);
  gtk_widget_class_install_action (widget_class, "terminal.open-link", NULL, open_link_action);
  gtk_widget_class_install_action (widget_class, "terminal.copy-link", NULL, copy_link_action);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "text-console");
}

static void
avb_terminal_init (AvbTerminal *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkWidget        *overlay = gtk_overlay_new ();
  GtkWidget        *scroller = gtk_scrolled_window_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  avb_terminal_make_vte (self);
  avb_terminal_make_message (self);
  self->search = avb_terminal_search_new (self->terminal);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->terminal));
  gtk_widget_set_vexpand (overlay, TRUE);
  gtk_widget_set_hexpand (overlay, TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), scroller);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->hint);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->message_box);
  gtk_widget_set_parent (self->search, GTK_WIDGET (self));
  gtk_widget_set_parent (overlay, GTK_WIDGET (self));
  selection_cb (self->terminal, self);
}

GtkWidget *
avb_terminal_new (AvbMachine *machine, const AvbTextConsole *console)
{
  AvbTerminal *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (console != NULL, NULL);

  self = g_object_new (AVB_TYPE_TERMINAL, NULL);
  self->machine = g_object_ref (machine);
  self->label = g_strdup (console->label);
  g_signal_connect (machine, "notify::name", G_CALLBACK (name_cb), self);
  name_cb (machine, NULL, self);
  self->session = avb_text_session_new (machine, console->name);
  g_signal_connect (self->session, "begin", G_CALLBACK (begin_cb), self);
  g_signal_connect (self->session, "output", G_CALLBACK (output_cb), self);
  g_signal_connect (self->session, "notify", G_CALLBACK (status_cb), self);
  g_signal_connect_swapped (
      self->reconnect, "clicked", G_CALLBACK (avb_text_session_reconnect), self->session);
  g_signal_connect_swapped (
      self->take_over, "clicked", G_CALLBACK (avb_text_session_take_over), self->session);
  status_cb (self->session, NULL, self);
  return GTK_WIDGET (self);
}

AvbTextSession *
avb_terminal_get_session (AvbTerminal *self)
{
  g_return_val_if_fail (AVB_IS_TERMINAL (self), NULL);
  return self->session;
}

GBytes *
avb_terminal_dup_text (AvbTerminal *self)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  g_return_val_if_fail (AVB_IS_TERMINAL (self), NULL);

  /* A stream in memory does not fail. */
  vte_terminal_write_contents_sync (self->terminal, stream, VTE_WRITE_DEFAULT, NULL, NULL);
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
}
