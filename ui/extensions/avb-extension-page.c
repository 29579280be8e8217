/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-page.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-format.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-extension-page-private.h"
#include "ui/extensions/avb-extension-status.h"
#include "ui/extensions/avb-media.h"
#include "ui/extensions/avb-permission-rows.h"

G_DEFINE_FINAL_TYPE (AvbExtensionPage, avb_extension_page, ADW_TYPE_NAVIGATION_PAGE)

static AvbMarketplace *
get_marketplace (AvbExtensionPage *self)
{
  return avb_extension_jobs_get_marketplace (self->jobs);
}

AvbExtensionManifest *
avb_extension_page_get_manifest (AvbExtensionPage *self)
{
  if (self->installed != NULL)
    return avb_installed_get_manifest (self->installed);
  return self->entry != NULL ? avb_market_version_get_manifest (avb_market_entry_get_best (self->entry), NULL) : NULL;
}

/* --- what goes on --- */

static void
progress_cb (AvbExtensionPage *self)
{
  double fraction = avb_operation_get_fraction (self->operation);
  g_autofree char *text = avb_format_operation (self->operation);

  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else
    gtk_progress_bar_pulse (self->progress);
  gtk_label_set_label (self->progress_status, *text != '\0' ? text : avb_operation_get_title (self->operation));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.cancel",
                                 avb_operation_get_can_cancel (self->operation));
}

static void
set_operation (AvbExtensionPage *self, AvbOperation *operation)
{
  if (self->operation == operation)
    return;
  if (self->operation != NULL)
    g_signal_handlers_disconnect_by_func (self->operation, progress_cb, self);
  g_set_object (&self->operation, operation);
  gtk_widget_set_visible (self->progress_box, operation != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.cancel", FALSE);
  if (operation == NULL)
    return;
  gtk_progress_bar_set_fraction (self->progress, 0);
  g_signal_connect_object (operation, "notify", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  progress_cb (self);
}

/* --- how it is --- */

static const struct {
  AvbExtensionStatus status;
  const char *icon;
  const char *title;
} states[] = {
  { AVB_EXTENSION_STATUS_DISABLED, "media-playback-pause-symbolic", N_ ("Switched Off") },
  { AVB_EXTENSION_STATUS_CRASHED, "dialog-error-symbolic", N_ ("It Stopped Working") },
  { AVB_EXTENSION_STATUS_UNSUPPORTED, "computer-fail-symbolic", N_ ("It Cannot Run Here") },
  { AVB_EXTENSION_STATUS_BLOCKED, "changes-prevent-symbolic", N_ ("Blocked by Policy") },
  { AVB_EXTENSION_STATUS_REVOKED, "security-low-symbolic", N_ ("Taken Back by Its Marketplace") },
};

static void
show_state (AvbExtensionPage *self)
{
  g_autofree char *reason = NULL;
  AvbExtensionStatus status = avb_extension_status_get (self->jobs, self->id, &reason);
  const char *style = avb_extension_status_to_style (status);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (states) && states[i].status != status; i++)
    ;
  gtk_widget_set_visible (self->state_box, i < G_N_ELEMENTS (states));
  if (i == G_N_ELEMENTS (states))
    return;
  gtk_image_set_from_icon_name (self->state_icon, states[i].icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->state_icon), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->state_icon), "warning");
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->state_icon), style);
  gtk_label_set_label (self->state_title, _(states[i].title));
  gtk_label_set_label (self->state_reason, reason != NULL ? reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->state_reason), reason != NULL);
  gtk_widget_set_visible (self->enable, status == AVB_EXTENSION_STATUS_DISABLED);
  gtk_widget_set_visible (self->try_again, status == AVB_EXTENSION_STATUS_CRASHED);
  gtk_widget_set_visible (self->state_log, status == AVB_EXTENSION_STATUS_CRASHED);
}

/* Whether it can be installed, in a sentence. */
static void
show_compatibility (AvbExtensionPage *self)
{
  g_autoptr (GError) error = NULL;
  AvbMarketVersion *version = self->entry != NULL ? avb_market_entry_get_best (self->entry) : NULL;
  gboolean can = FALSE;
  const char *text = NULL;

  if (self->installed == NULL && version != NULL)
    {
      can = avb_marketplace_check_install (get_marketplace (self), self->entry, version, &error);
      text = can ? _("It works on this computer.") : error->message;
    }
  gtk_label_set_label (self->compatibility, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->compatibility), text != NULL);
  if (can)
    gtk_widget_remove_css_class (GTK_WIDGET (self->compatibility), "warning");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->compatibility), "warning");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.install", can && self->operation == NULL);
}

static void
show_buttons (AvbExtensionPage *self)
{
  AvbMarketUpdate *update = avb_marketplace_find_update (get_marketplace (self), self->id);
  gboolean installed = self->installed != NULL;
  gboolean idle = self->operation == NULL;
  gboolean code = installed && avb_extension_manifest_get_kind (avb_installed_get_manifest (self->installed)) ==
                                   AVB_EXTENSION_CODE;
  g_autofree char *label = NULL;

  gtk_widget_set_visible (self->install, !installed);
  gtk_widget_set_visible (self->remove, installed);
  gtk_widget_set_visible (self->menu_button, installed);
  gtk_widget_set_visible (GTK_WIDGET (self->update), update != NULL);
  if (update != NULL)
    {
      const char *version = avb_market_version_get_version (avb_market_update_get_version (update));

      /* Translators: %s is a version. */
      label = avb_market_update_get_widens (update) ? g_strdup_printf (_("_Review %s…"), version)
                                                    : g_strdup_printf (_("_Update to %s"), version);
      gtk_button_set_label (self->update, label);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.update", update != NULL && idle);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.remove", installed && idle);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.log", code);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extension.roll-back",
                                 installed && idle && avb_installed_get_previous_version (self->installed) != NULL);
}

static void
show_permissions (AvbExtensionPage *self, AvbExtensionManifest *manifest)
{
  adw_preferences_group_set_title (self->permissions,
                                   self->installed != NULL ? _("What It May Do") : _("What It Asks For"));
  avb_permission_rows_fill (self->permissions, self->permission_rows,
                            avb_extension_manifest_get_permissions (manifest),
                            self->installed != NULL ? avb_installed_get_granted (self->installed) : NULL,
                            avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE);
}

/* One that was switched off, or cannot run, has none. */
static void
show_panels (AvbExtensionPage *self)
{
  g_autoptr (AvbExtension) extension =
      avb_extension_host_find (avb_extension_set_get_host (avb_extension_jobs_get_set (self->jobs)), self->id);

  avb_extension_panels_set_extension (self->panels, extension);
  gtk_widget_set_visible (GTK_WIDGET (self->panels_bin),
                          extension != NULL && avb_extension_get_has_code (extension));
}

/* Whether it is known nowhere, or may come yet. */
static void
show_unknown (AvbExtensionPage *self)
{
  gboolean busy;

  g_object_get (get_marketplace (self), "busy", &busy, NULL);
  gtk_stack_set_visible_child_name (self->stack, busy ? "loading" : "unknown");
}

/* Texts and pictures only if they are others: a page must not jump while it is read. */
static void
show (AvbExtensionPage *self)
{
  AvbExtensionManifest *manifest = NULL;
  g_autofree char *shown = NULL;

  if (self->jobs == NULL)
    return;
  g_set_object (&self->installed, avb_extension_jobs_find_installed (self->jobs, self->id));
  g_set_object (&self->entry, avb_marketplace_find (get_marketplace (self), self->id));
  manifest = avb_extension_page_get_manifest (self);
  if (manifest == NULL)
    {
      show_unknown (self);
      return;
    }
  gtk_stack_set_visible_child_name (self->stack, "about");
  shown = g_strdup_printf ("%p %p %s", (gpointer) self->installed, (gpointer) self->entry,
                           avb_extension_manifest_get_version (manifest));
  if (g_set_str (&self->shown, shown))
    avb_extension_page_fill (self);
  set_operation (self, avb_extension_jobs_find (self->jobs, self->id));
  show_permissions (self, manifest);
  show_panels (self);
  show_state (self);
  show_compatibility (self);
  show_buttons (self);
  g_object_notify (G_OBJECT (self), "enabled");
}

static void
changed_cb (AvbExtensionPage *self, const char *id)
{
  if (id == NULL || g_str_equal (id, self->id))
    show (self);
}

/* --- actions --- */

static void
install_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);

  avb_extension_jobs_install (self->jobs, widget, self->entry, NULL);
}

static void
update_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);
  AvbMarketUpdate *update = avb_marketplace_find_update (get_marketplace (self), self->id);

  if (update != NULL)
    avb_extension_jobs_update (self->jobs, widget, update);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);

  if (self->operation != NULL)
    avb_operation_cancel (self->operation);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);

  avb_extension_jobs_remove (self->jobs, widget, self->id);
}

static void
roll_back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);

  avb_extension_jobs_roll_back (self->jobs, widget, self->id);
}

static void
try_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (widget);

  avb_extension_jobs_try_again (self->jobs, widget, self->id);
}

static void
log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "extensions.log", "s", AVB_EXTENSION_PAGE (widget)->id);
}

/* --- the page --- */

enum { PROP_0, PROP_ENABLED, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
avb_extension_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (object);

  if (id == PROP_ENABLED)
    g_value_set_boolean (value, self->installed != NULL && avb_installed_get_enabled (self->installed));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_extension_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (object);

  if (id != PROP_ENABLED)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (self->installed != NULL)
    avb_extension_jobs_set_enabled (self->jobs, GTK_WIDGET (self), self->id, g_value_get_boolean (value));
}

static void
avb_extension_page_dispose (GObject *object)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (object);

  if (self->jobs != NULL)
    avb_extension_jobs_disconnect (self->jobs, self);
  if (self->operation != NULL)
    g_signal_handlers_disconnect_by_func (self->operation, progress_cb, self);
  g_clear_object (&self->operation);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_EXTENSION_PAGE);
  g_clear_pointer (&self->permission_rows, g_ptr_array_unref);
  g_clear_pointer (&self->detail_rows, g_ptr_array_unref);
  g_clear_pointer (&self->version_rows, g_ptr_array_unref);
  g_clear_object (&self->entry);
  g_clear_object (&self->installed);
  g_clear_object (&self->jobs);
  G_OBJECT_CLASS (avb_extension_page_parent_class)->dispose (object);
}

static void
avb_extension_page_finalize (GObject *object)
{
  AvbExtensionPage *self = AVB_EXTENSION_PAGE (object);

  g_free (self->id);
  g_free (self->shown);
  G_OBJECT_CLASS (avb_extension_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, icon_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, name);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, publisher);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, summary);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, state_box);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, state_icon);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, state_title);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, state_reason);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, enable);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, try_again);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, state_log);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, progress_box);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, progress);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, progress_status);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, panels_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, permissions);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, compatibility);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, install);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, update);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, remove);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, gallery_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, description);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, news);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, changelog);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, details);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, versions_group);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionPage, versions);
}

static void
avb_extension_page_class_init (AvbExtensionPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_extension_page_dispose;
  object_class->finalize = avb_extension_page_finalize;
  object_class->get_property = avb_extension_page_get_property;
  object_class->set_property = avb_extension_page_set_property;
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE,
                                                   G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-extension-page.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "extension.install", NULL, install_action);
  gtk_widget_class_install_action (widget_class, "extension.update", NULL, update_action);
  gtk_widget_class_install_action (widget_class, "extension.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "extension.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "extension.roll-back", NULL, roll_back_action);
  gtk_widget_class_install_action (widget_class, "extension.try-again", NULL, try_again_action);
  gtk_widget_class_install_action (widget_class, "extension.log", NULL, log_action);
  gtk_widget_class_install_property_action (widget_class, "extension.enabled", "enabled");
}

static void
avb_extension_page_init (AvbExtensionPage *self)
{
  self->permission_rows = g_ptr_array_new ();
  self->detail_rows = g_ptr_array_new ();
  self->version_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->icon = avb_media_new (96, "application-x-addon-symbolic");
  adw_bin_set_child (self->icon_bin, self->icon);
  self->gallery = AVB_GALLERY (avb_gallery_new ());
  adw_bin_set_child (self->gallery_bin, GTK_WIDGET (self->gallery));
}

AdwNavigationPage *
avb_extension_page_new (AvbExtensionJobs *jobs, const char *id)
{
  AvbExtensionPage *self;
  AvbMarketplace *marketplace;

  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (jobs), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_PAGE, NULL);
  self->jobs = g_object_ref (jobs);
  self->id = g_strdup (id);
  marketplace = get_marketplace (self);
  self->panels = AVB_EXTENSION_PANELS (avb_extension_panels_new (avb_extension_set_get_host (
      avb_extension_jobs_get_set (jobs))));
  adw_bin_set_child (self->panels_bin, GTK_WIDGET (self->panels));
  g_signal_connect_object (jobs, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (avb_marketplace_get_entries (marketplace), "items-changed", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (marketplace, "notify::busy", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return ADW_NAVIGATION_PAGE (self);
}

const char *
avb_extension_page_get_id (AvbExtensionPage *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_PAGE (self), NULL);

  return self->id;
}
