/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-permission-sheet.h"

#include <glib/gi18n-lib.h>

#include "ui/extensions/avb-media.h"
#include "ui/extensions/avb-permission-rows.h"

struct _AvbPermissionSheet {
  AdwDialog            parent_instance;

  GPtrArray           *rows; /* with a permission */
  DexPromise          *answer;

  GtkButton           *accept;
  AdwBin              *icon_bin;
  GtkLabel            *name;
  GtkLabel            *about;
  GtkWidget           *warning_box;
  GtkLabel            *warning;
  AdwPreferencesGroup *group;
  GtkLabel            *note;
};

G_DEFINE_FINAL_TYPE (AvbPermissionSheet, avb_permission_sheet, ADW_TYPE_DIALOG)

static void
accept_cb (AvbPermissionSheet *self)
{
  GListStore *granted = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; i < self->rows->len; i++)
    if (avb_permission_row_get_granted (self->rows->pdata[i]))
      g_list_store_append (granted, avb_permission_row_get_permission (self->rows->pdata[i]));
  if (dex_future_is_pending (DEX_FUTURE (self->answer)))
    dex_promise_resolve_object (self->answer, G_OBJECT (granted));
  else
    g_object_unref (granted);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
avb_permission_sheet_closed (AdwDialog *dialog)
{
  AvbPermissionSheet *self = AVB_PERMISSION_SHEET (dialog);

  if (dex_future_is_pending (DEX_FUTURE (self->answer)))
    dex_promise_reject (self->answer, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The user cancelled"));
}

static void
avb_permission_sheet_dispose (GObject *object)
{
  AvbPermissionSheet *self = AVB_PERMISSION_SHEET (object);

  if (self->answer != NULL)
    avb_permission_sheet_closed (ADW_DIALOG (self));
  dex_clear (&self->answer);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_PERMISSION_SHEET);
  G_OBJECT_CLASS (avb_permission_sheet_parent_class)->dispose (object);
}

static void
avb_permission_sheet_class_init (AvbPermissionSheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_permission_sheet_dispose;
  ADW_DIALOG_CLASS (klass)->closed = avb_permission_sheet_closed;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/extensions/avb-permission-sheet.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, accept);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, icon_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, name);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, about);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, warning_box);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, warning);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, group);
  gtk_widget_class_bind_template_child (widget_class, AvbPermissionSheet, note);
  gtk_widget_class_bind_template_callback (widget_class, accept_cb);
}

static void
avb_permission_sheet_init (AvbPermissionSheet *self)
{
  self->rows = g_ptr_array_new ();
  self->answer = dex_promise_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_rows (AvbPermissionSheet *self, AvbExtensionManifest *manifest, AvbInstalled *installed, AvbExtensionPolicy *policy)
{
  g_autoptr (GPtrArray) sorted = avb_permissions_sort (avb_extension_manifest_get_permissions (manifest));
  GListModel *before = installed != NULL ? avb_installed_get_granted (installed) : NULL;
  gboolean is_code = avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE;
  gboolean optional = FALSE;

  if (sorted->len == 0)
    {
      g_autoptr (GPtrArray) none = g_ptr_array_new ();

      avb_permission_rows_fill (self->group, none, avb_extension_manifest_get_permissions (manifest), NULL, is_code);
    }
  for (guint i = 0; i < sorted->len; i++)
    {
      gboolean granted = before != NULL && avb_permissions_cover (before, sorted->pdata[i]);
      GtkWidget *row = avb_permission_row_new (sorted->pdata[i], TRUE, granted, before != NULL && !granted);
      g_autoptr (GError) error = NULL;

      if (!avb_permission_get_required (sorted->pdata[i]))
        {
          optional = TRUE;
          if (!avb_extension_policy_check_permission (policy, avb_permission_get_id (sorted->pdata[i]), &error))
            avb_permission_row_forbid (row, error->message);
        }
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  if (sorted->len > 0)
    adw_preferences_group_set_title (self->group, installed != NULL ? _("The New Version May") : _("It May"));
  gtk_label_set_label (self->note, optional ? _("What has a box works only if you check it. You can remove the extension at "
                                                "any time.")
                                            : _("You can remove the extension at any time."));
}

static void
show_about (AvbPermissionSheet *self, AvbExtensionManifest *manifest, AvbExtensionManifest *older)
{
  gboolean is_code = avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE;
  g_autofree char *text = NULL;

  /* Translators: %1$s is a version, %2$s who made it. */
  text = g_strdup_printf (_("Version %1$s by %2$s"), avb_extension_manifest_get_version (manifest),
                          avb_extension_manifest_get_publisher (manifest));
  gtk_label_set_label (self->name, avb_extension_manifest_get_name (manifest));
  gtk_label_set_label (self->about, text);
  adw_dialog_set_title (ADW_DIALOG (self), older != NULL ? _("Update Extension?") : _("Install Extension?"));
  gtk_button_set_label (self->accept, older != NULL ? _("_Update") : _("_Install"));
  if (older != NULL && is_code && avb_extension_manifest_get_kind (older) != AVB_EXTENSION_CODE)
    {
      gtk_label_set_label (self->warning, _("So far this extension was data. The new version is a program."));
      gtk_widget_set_visible (self->warning_box, TRUE);
    }
}

DexFuture *
avb_permission_sheet_ask (GtkWidget            *parent,
                          AvbExtensionManifest *manifest,
                          AvbInstalled         *installed,
                          AvbExtensionPolicy   *policy,
                          const char           *warning,
                          DexFuture            *icon)
{
  AvbPermissionSheet *self;
  GtkWidget *media;
  DexFuture *answer;

  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (manifest), NULL);
  g_return_val_if_fail (AVB_IS_EXTENSION_POLICY (policy), NULL);

  self = g_object_new (AVB_TYPE_PERMISSION_SHEET, NULL);
  media = avb_media_new (64, "application-x-addon-symbolic");
  avb_media_load (AVB_MEDIA (media), icon);
  adw_bin_set_child (self->icon_bin, media);
  show_about (self, manifest, installed != NULL ? avb_installed_get_manifest (installed) : NULL);
  add_rows (self, manifest, installed, policy);
  if (warning != NULL)
    {
      gtk_label_set_label (self->warning, warning);
      gtk_widget_set_visible (self->warning_box, TRUE);
    }
  /* Nobody shall install by pressing Enter twice. */
  adw_dialog_set_focus (ADW_DIALOG (self), NULL);
  answer = dex_ref (DEX_FUTURE (self->answer));
  adw_dialog_present (ADW_DIALOG (self), parent);
  return answer;
}
