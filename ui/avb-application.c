/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-application.h"

#include <glib/gi18n-lib.h>

#include "app/avb-leftovers.h"
#include "app/avb-setup.h"
#include "backends/avb-blocking.h"
#include "backends/avb-builtin-backends.h"
#include "backends/avb-error.h"
#include "ui/avb-closing.h"
#include "ui/avb-debug-info.h"
#include "ui/avb-feedback.h"
#include "ui/avb-preferences.h"
#include "ui/avb-window.h"
#include "ui/create/avb-new-actions.h"
#include "ui/extensions/avb-extension-link.h"
#include "ui/extensions/avb-extension-set.h"
#include "ui/machine/avb-disposable-actions.h"

struct _AvbApplication {
  AdwApplication parent_instance;

  AvbLibrary    *library;
  GSettings     *settings;
  AvbExtensionSet *extensions;
  guint          extensions_id; /* they start when there is nothing more urgent */
  gboolean       connected; /* the first connections were opened */
  gboolean       closing;
};

G_DEFINE_FINAL_TYPE (AvbApplication, avb_application, ADW_TYPE_APPLICATION)

static AvbWindow *
get_window (AvbApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (AVB_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static gboolean
start_extensions_cb (gpointer user_data)
{
  AvbApplication *self = user_data;

  self->extensions_id = 0;
  avb_future_finish (avb_extension_set_start (self->extensions), "start extensions");
  return G_SOURCE_REMOVE;
}

/* The first window is there before extensions are. */
static void
need_extensions (AvbApplication *self)
{
  if (self->extensions != NULL)
    return;
  self->extensions = avb_extension_set_new (self->library, NULL, NULL);
  self->extensions_id = g_idle_add_full (G_PRIORITY_LOW, start_extensions_cb, self, NULL);
}

static AvbWindow *
present_window (AvbApplication *self)
{
  AvbWindow *window = get_window (self);

  if (window == NULL)
    {
      need_extensions (self);
      window = avb_window_new (GTK_APPLICATION (self), self->library);
      avb_window_set_extensions (window, self->extensions);
    }
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

/* --- connections --- */

static void
open_connection (AvbApplication *self, const char *uri)
{
  g_autoptr (GError) error = NULL;

  if (avb_library_open (self->library, uri, &error) == NULL)
    avb_feedback_error (GTK_WIDGET (present_window (self)), error);
}

/* This computer's hypervisor, and what the preferences name beside it. */
static void
open_usual_connections (AvbApplication *self)
{
  g_auto (GStrv) uris = NULL;

  if (self->connected)
    return;
  self->connected = TRUE;
  if (g_settings_get_boolean (self->settings, "use-default-connection"))
    open_connection (self, NULL);
  uris = g_settings_get_strv (self->settings, "connections");
  for (guint i = 0; uris[i] != NULL; i++)
    open_connection (self, uris[i]);
}

static void
connect_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;

  self->connected = TRUE;
  open_connection (self, g_variant_get_string (parameter, NULL));
}

/* --- actions --- */

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;

  adw_dialog_present (avb_preferences_new (self->library), GTK_WIDGET (present_window (self)));
}

static void
shortcuts_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbWindow *window = present_window (user_data);

  /* Built when first asked for; the window then owns it. */
  if (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (window)) == NULL)
    {
      g_autoptr (GtkBuilder) builder =
          gtk_builder_new_from_resource ("/org/alphavbox/AlphaVBox/ui/avb-shortcuts.ui");

      gtk_application_window_set_help_overlay (
          GTK_APPLICATION_WINDOW (window),
          GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
    }
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-help-overlay", NULL);
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;
  AdwDialog *about = adw_about_dialog_new ();
  g_autofree char *debug_info = avb_debug_info (self->library);

  g_object_set (about, "application-name", _("Alpha VBox"), "application-icon",
                AVB_APPLICATION_ID, "version", AVB_VERSION, "developer-name",
                _("Alpha VBox contributors"), "license-type", GTK_LICENSE_MPL_2_0, "copyright",
                _("© Alpha VBox contributors"), "comments",
                _("Creates and runs virtual machines."), "translator-credits",
                _("translator-credits"), "debug-info", debug_info, "debug-info-filename",
                "alpha-vbox.txt", NULL);
  adw_dialog_present (about, GTK_WIDGET (present_window (self)));
}

static void
new_machine_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;

  open_usual_connections (self);
  gtk_widget_activate_action (GTK_WIDGET (present_window (self)), "win.new-machine", NULL);
}

static void
disposable_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;

  open_usual_connections (self);
  avb_disposable_choose (GTK_WINDOW (present_window (self)), self->library);
}

static void
open_disposable_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  open_usual_connections (self);
  avb_disposable_open_file (GTK_WINDOW (present_window (self)), self->library, file);
}

static DexFuture *
extensions_stopped_cb (DexFuture *future, gpointer user_data)
{
  g_application_quit (G_APPLICATION (user_data));
  g_application_release (G_APPLICATION (user_data));
  return dex_future_new_true ();
}

/* They may have something to finish: nobody sees a window meanwhile. */
static void
stop_extensions_and_quit (AvbApplication *self)
{
  if (self->extensions == NULL)
    {
      g_application_quit (G_APPLICATION (self));
      return;
    }
  g_application_hold (G_APPLICATION (self));
  avb_future_finish (dex_future_finally (avb_extension_set_stop (self->extensions), extensions_stopped_cb,
                                         g_object_ref (self), g_object_unref),
                     "stop extensions");
}

static void
closed_cb (gboolean go_on, gpointer user_data)
{
  AvbApplication *self = user_data;
  AvbWindow *window = get_window (self);
  GList *windows;

  self->closing = FALSE;
  if (!go_on)
    return;
  if (window != NULL)
    gtk_window_destroy (GTK_WINDOW (window));
  /* The windows of other monitors. */
  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (windows->data);
  stop_extensions_and_quit (self);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbApplication *self = user_data;
  AvbWindow *window = get_window (self);

  if (self->closing)
    return;
  if (window == NULL)
    {
      g_application_quit (G_APPLICATION (self));
      return;
    }
  self->closing = TRUE;
  avb_closing_run (GTK_WIDGET (window), self->library,
                   self->extensions != NULL ? avb_extension_set_get_served_disks (self->extensions) : NULL,
                   g_settings_get_enum (self->settings, "on-close") == 0, closed_cb, self);
}

static const GActionEntry entries[] = {
  { .name = "preferences", .activate = preferences_action },
  { .name = "shortcuts", .activate = shortcuts_action },
  { .name = "about", .activate = about_action },
  { .name = "quit", .activate = quit_action },
  { .name = "new-machine", .activate = new_machine_action },
  { .name = "disposable", .activate = disposable_action },
  { .name = "open-disposable", .activate = open_disposable_action, .parameter_type = "s" },
  { .name = "connect", .activate = connect_action, .parameter_type = "s" },
};

static const struct {
  const char *action;
  const char *accels[3];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "app.shortcuts", { "<Control>question" } },
  { "win.new-machine", { "<Control>n" } },
  { "win.new-from-file", { "<Control>o" } },
  { "win.new-empty", { "<Control><Shift>n" } },
  { "app.disposable", { "<Control><Alt>n" } },
  { "win.add-host", { "<Control><Shift>h" } },
  { "win.extensions", { "<Control><Shift>x" } },
  { "win.search", { "<Control>f" } },
  { "win.fullscreen", { "F11" } },
  { "window.close", { "<Control>w" } },
};

/* --- the life of the program --- */

static void
appearance_cb (AvbApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int scheme = g_settings_get_enum (self->settings, "color-scheme");

  adw_style_manager_set_color_scheme (
      adw_application_get_style_manager (ADW_APPLICATION (self)),
      schemes[CLAMP (scheme, 0, (int) G_N_ELEMENTS (schemes) - 1)]);
}

/* A first start takes minutes: who looks elsewhere is told when it is done. */
static void
setup_state_cb (AvbApplication *self, GParamSpec *pspec, AvbSetup *setup)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  gboolean cloud = g_strcmp0 (avb_setup_get_kind (setup), "cloud") == 0;
  g_autoptr (GNotification) notification = NULL;

  if (avb_setup_get_state (setup) != AVB_SETUP_READY || (window != NULL && gtk_window_is_active (window)))
    return;
  notification = g_notification_new (avb_machine_get_name (avb_setup_get_machine (setup)));
  g_notification_set_body (notification, cloud ? _("The guest is ready.") : _("The system is installed."));
  g_application_send_notification (G_APPLICATION (self), avb_machine_get_uuid (avb_setup_get_machine (setup)),
                                   notification);
}

static void
setups_changed_cb (AvbApplication *self, guint position, guint removed, guint added, GListModel *setups)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbSetup) setup = g_list_model_get_item (setups, position + i);

      g_signal_connect_object (setup, "notify::state", G_CALLBACK (setup_state_cb), self, G_CONNECT_SWAPPED);
    }
}

static void
avb_application_startup (GApplication *application)
{
  AvbApplication *self = AVB_APPLICATION (application);
  g_autoptr (GListModel) backends = NULL;

  G_APPLICATION_CLASS (avb_application_parent_class)->startup (application);

  backends = avb_builtin_backends ();
  self->library = avb_library_new (backends);
  g_signal_connect_object (avb_library_get_setups (self->library), "items-changed", G_CALLBACK (setups_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->settings = g_settings_new (AVB_APPLICATION_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (appearance_cb), self,
                           G_CONNECT_SWAPPED);
  appearance_cb (self);
  avb_future_finish (avb_leftovers_clean_up (), "clean up after a program that was killed");
  g_settings_bind (self->settings, "parallel-jobs", avb_library_get_queue (self->library), "limit", G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "parallel-downloads", avb_library_get_downloads (self->library), "limit",
                   G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "favorite-systems", avb_library_get_catalog (self->library), "favorites",
                   G_SETTINGS_BIND_DEFAULT);
  gtk_window_set_default_icon_name (AVB_APPLICATION_ID);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].accels);
}

static void
avb_application_activate (GApplication *application)
{
  AvbApplication *self = AVB_APPLICATION (application);

  open_usual_connections (self);
  present_window (self);
}

static void
avb_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  AvbApplication *self = AVB_APPLICATION (application);
  g_autofree char *id = NULL;
  AvbWindow *window;

  open_usual_connections (self);
  window = present_window (self);
  id = avb_extension_link_dup_id (files[0]);
  if (id != NULL)
    avb_window_open_extension (window, id);
  else if (avb_extension_link_is_package (files[0]))
    avb_window_install_extension (window, files[0]);
  else if (g_file_has_uri_scheme (files[0], AVB_EXTENSION_LINK_SCHEME))
    avb_feedback_message (GTK_WIDGET (window), _("This link leads to nothing in this program."));
  else
    avb_new_actions_present (window, files[0]);
  if (n_files > 1)
    avb_feedback_message (GTK_WIDGET (window),
                          _("One machine is made at a time. Open the other files after this one."));
}

/* In the process that was started, which may only hand over to the one that runs. */
static int
avb_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  g_auto (GStrv) uris = NULL;
  g_auto (GStrv) disposables = NULL;
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("%s %s\n", _("Alpha VBox"), AVB_VERSION);
      return 0;
    }
  g_variant_dict_lookup (options, "connect", "^as", &uris);
  g_variant_dict_lookup (options, "disposable", "^aay", &disposables);
  if (uris == NULL && disposables == NULL)
    return -1;
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  for (guint i = 0; uris != NULL && uris[i] != NULL; i++)
    g_action_group_activate_action (G_ACTION_GROUP (application), "connect",
                                    g_variant_new_string (uris[i]));
  for (guint i = 0; disposables != NULL && disposables[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (disposables[i]);
      g_autofree char *uri = g_file_get_uri (file);

      /* What the desktop's action says that was chosen without a file. */
      if (*disposables[i] == '\0')
        g_action_group_activate_action (G_ACTION_GROUP (application), "disposable", NULL);
      else
        g_action_group_activate_action (G_ACTION_GROUP (application), "open-disposable",
                                        g_variant_new_string (uri));
    }
  return -1;
}

static void
avb_application_shutdown (GApplication *application)
{
  AvbApplication *self = AVB_APPLICATION (application);

  g_clear_handle_id (&self->extensions_id, g_source_remove);
  g_clear_object (&self->extensions);
  g_clear_object (&self->library);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (avb_application_parent_class)->shutdown (application);
}

static void
avb_application_class_init (AvbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = avb_application_startup;
  application_class->activate = avb_application_activate;
  application_class->open = avb_application_open;
  application_class->handle_local_options = avb_application_handle_local_options;
  application_class->shutdown = avb_application_shutdown;
}

static void
avb_application_init (AvbApplication *self)
{
  const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
    { "connect", 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL,
      N_("Connect to this hypervisor instead of the usual ones; may be given again"),
      N_("URI") },
    { "disposable", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL,
      N_("Open this disc or disk image in a machine that leaves nothing behind"), N_("FILE") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[FILE]"));
  g_application_set_option_context_summary (
      G_APPLICATION (self), _("Creates and runs virtual machines. A FILE becomes a new machine."));
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

AvbApplication *
avb_application_new (void)
{
  return g_object_new (AVB_TYPE_APPLICATION, "application-id", AVB_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/org/alphavbox/AlphaVBox", NULL);
}
