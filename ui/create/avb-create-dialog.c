/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-create-dialog-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"

G_DEFINE_FINAL_TYPE (AvbCreateDialog, avb_create_dialog, ADW_TYPE_DIALOG)

void
avb_create_dialog_show (AvbCreateDialog *self, const char *page)
{
  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_widget_set_visible (self->buttons, g_str_equal (page, "form"));
  if (!g_str_equal (page, "form"))
    adw_banner_set_revealed (self->problem_banner, FALSE);
}

/* Obstacles have rows with buttons; the banner says why the last attempt failed. */
void
avb_create_dialog_update_problem (AvbCreateDialog *self)
{
  const char *problem = avb_draft_get_problem (self->draft);

  if (problem == NULL && self->error != NULL)
    problem = self->error->message;
  g_set_str (&self->shown_problem, problem);
  if (self->error != NULL)
    {
      adw_banner_set_title (self->problem_banner, self->error->message);
      adw_banner_set_button_label (
          self->problem_banner, avb_error_get_details (self->error) != NULL ? _("_Details") : NULL);
    }
  adw_banner_set_revealed (self->problem_banner, self->error != NULL && self->operation == NULL);
  gtk_widget_set_sensitive (self->create_start, avb_draft_get_can_create (self->draft));
}

/* --- what the guest is told --- */

static void
set_first_boot_group (AvbCreateDialog *self, GtkWidget *group)
{
  adw_bin_set_child (self->first_boot_bin, group);
  gtk_widget_set_visible (GTK_WIDGET (self->first_boot_bin), TRUE);
}

/* Two equal buttons: who does the work is the user's choice, and neither is the better one. */
static DexFuture *
can_install_cb (DexFuture *future, gpointer user_data)
{
  AvbCreateDialog *self = user_data;
  const AvbUnattended *unattended = g_value_get_boxed (dex_future_get_value (future, NULL));

  self->install_group = AVB_INSTALL_GROUP (
      avb_install_group_new (avb_draft_get_first_boot (self->draft), unattended));
  set_first_boot_group (self, GTK_WIDGET (self->install_group));
  gtk_button_set_label (GTK_BUTTON (self->create_start), _("_I’ll Install It"));
  gtk_widget_remove_css_class (self->create_start, "suggested-action");
  gtk_widget_set_visible (self->install, TRUE);
  return dex_future_new_true ();
}

static void
ask_about_first_boot (AvbCreateDialog *self)
{
  AvbMedium *medium = avb_draft_get_medium (self->draft);

  dex_clear (&self->asking);
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_DISK)
    {
      self->cloud_group = AVB_CLOUD_GROUP (avb_cloud_group_new (avb_draft_get_first_boot (self->draft)));
      set_first_boot_group (self, GTK_WIDGET (self->cloud_group));
    }
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_ISO)
    self->asking = dex_future_then (avb_unattended_can (medium), can_install_cb, g_object_ref (self),
                                    g_object_unref);
}

void
avb_create_dialog_bind_draft (AvbCreateDialog *self)
{
  avb_create_dialog_bind_form (self);
  g_signal_connect_object (self->draft, "notify::problem", G_CALLBACK (avb_create_dialog_update_problem), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->draft, "notify::can-create", G_CALLBACK (avb_create_dialog_update_problem), self,
                           G_CONNECT_SWAPPED);
  avb_obstacle_list_set_draft (self->obstacles, self->draft, FALSE);
  avb_obstacle_list_set_draft (self->notes, self->draft, TRUE);
  ask_about_first_boot (self);
  avb_create_dialog_update_problem (self);
}

/* The window is known, and whoever reads the screen hears it. */
static void
avb_create_dialog_map (GtkWidget *widget)
{
  AvbCreateDialog *self = AVB_CREATE_DIALOG (widget);

  GTK_WIDGET_CLASS (avb_create_dialog_parent_class)->map (widget);
  if (self->url != NULL && self->file == NULL && self->downloading == NULL)
    avb_create_dialog_start_download (self);
  else if (self->template != NULL && self->draft == NULL && self->downloading == NULL && self->error == NULL)
    avb_create_dialog_start_template (self);
}

/* A cloud image is told who the user is whoever starts it; an installer only if the user wants that. */
static void
set_install (AvbCreateDialog *self, gboolean install)
{
  AvbFirstBoot *first_boot = avb_draft_get_first_boot (self->draft);

  if (install)
    avb_first_boot_set_mode (first_boot, AVB_FIRST_BOOT_INSTALL);
  else if (avb_first_boot_get_mode (first_boot) == AVB_FIRST_BOOT_INSTALL)
    avb_first_boot_set_mode (first_boot, AVB_FIRST_BOOT_MANUAL);
}

/* What a guest would not take is said before there is a machine, beside the rows where it is typed. */
static gboolean
refuse_wishes (AvbCreateDialog *self, const char *problem)
{
  if (problem == NULL)
    return FALSE;
  g_clear_error (&self->error);
  self->error = avb_error_new (AVB_ERROR_INVALID, NULL, "%s", problem);
  avb_create_dialog_update_problem (self);
  return TRUE;
}

static gboolean
refuse_cloud (AvbCreateDialog *self)
{
  if (self->cloud_group == NULL || !refuse_wishes (self, avb_cloud_group_get_problem (self->cloud_group)))
    return FALSE;
  avb_cloud_group_focus_problem (self->cloud_group);
  return TRUE;
}

static void
create_start_cb (AvbCreateDialog *self)
{
  if (self->draft == NULL || refuse_cloud (self))
    return;
  set_install (self, FALSE);
  avb_create_dialog_create (self, TRUE);
}

static void
create_only_cb (AvbCreateDialog *self)
{
  if (self->draft == NULL || refuse_cloud (self))
    return;
  set_install (self, FALSE);
  avb_create_dialog_create (self, FALSE);
}

static void
install_cb (AvbCreateDialog *self)
{
  if (refuse_wishes (self, avb_install_group_get_problem (self->install_group)))
    {
      gtk_widget_child_focus (GTK_WIDGET (self->install_group), GTK_DIR_TAB_FORWARD);
      return;
    }
  set_install (self, TRUE);
  avb_create_dialog_create (self, TRUE);
}

static void
cancel_cb (AvbCreateDialog *self)
{
  if (self->operation != NULL)
    avb_operation_cancel (self->operation);
  else if (self->downloading != NULL)
    avb_operation_cancel (self->downloading);
  else
    adw_dialog_close (ADW_DIALOG (self));
}

static void
choose_other_cb (AvbCreateDialog *self)
{
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  adw_dialog_force_close (ADW_DIALOG (self));
  gtk_widget_activate_action (window, "win.new-from-file", NULL);
}

static void
details_cb (AvbCreateDialog *self)
{
  if (self->error != NULL && avb_error_get_details (self->error) != NULL)
    avb_feedback_details (GTK_WIDGET (self), self->error->message,
                          avb_error_get_details (self->error));
}

static void
avb_create_dialog_dispose (GObject *object)
{
  AvbCreateDialog *self = AVB_CREATE_DIALOG (object);

  dex_clear (&self->preparing);
  dex_clear (&self->asking);
  if (self->bindings != NULL)
    for (guint i = 0; i < self->bindings->len; i++)
      g_binding_unbind (g_ptr_array_index (self->bindings, i));
  g_clear_pointer (&self->bindings, g_ptr_array_unref);
  g_clear_object (&self->operation);
  g_clear_object (&self->downloading);
  g_clear_object (&self->entry);
  g_clear_object (&self->template);
  g_clear_object (&self->recipes);
  g_clear_pointer (&self->url, g_free);
  g_clear_object (&self->draft);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_CREATE_DIALOG);
  g_clear_object (&self->file);
  g_clear_object (&self->connection);
  g_clear_object (&self->library);
  g_clear_error (&self->error);
  g_clear_pointer (&self->shown_problem, g_free);
  G_OBJECT_CLASS (avb_create_dialog_parent_class)->dispose (object);
}

static void
avb_create_dialog_closed (AdwDialog *dialog)
{
  AvbCreateDialog *self = AVB_CREATE_DIALOG (dialog);

  /* What is only being looked at stops; what is being made goes on among the jobs. */
  if (self->template != NULL && self->downloading != NULL)
    avb_operation_cancel (self->downloading);
  else
    dex_clear (&self->preparing);
  dex_clear (&self->asking);
}

static void
avb_create_dialog_class_init (AvbCreateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_create_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = avb_create_dialog_closed;
  widget_class->map = avb_create_dialog_map;
  g_type_ensure (AVB_TYPE_OBSTACLE_LIST);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/create/avb-create-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, problem_banner);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, inspecting);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, refused);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, refused_choose);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, refused_details);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, name);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, system_row);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, medium_row);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, size);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, host_bar);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, host_label);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, cpus);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, memory);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, disk);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, firmware);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, cpus_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, memory_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, disk_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, copy_group);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, copy);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, creating);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, job_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, download_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, buttons);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, install);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, obstacles);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, notes);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, first_boot_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbCreateDialog, create_start);
  gtk_widget_class_bind_template_callback (widget_class, create_start_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_only_cb);
  gtk_widget_class_bind_template_callback (widget_class, install_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_other_cb);
  gtk_widget_class_bind_template_callback (widget_class, details_cb);
}

static void
avb_create_dialog_init (AvbCreateDialog *self)
{
  self->bindings = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->problem_banner, "button-clicked", G_CALLBACK (details_cb), self);
}

AvbCreateDialog *
avb_create_dialog_new (AvbLibrary *library, AvbConnection *connection, GFile *file)
{
  AvbCreateDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_CONNECTION (connection), NULL);

  self = g_object_new (AVB_TYPE_CREATE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->connection = g_object_ref (connection);
  self->file = file != NULL ? g_object_ref (file) : NULL;
  avb_create_dialog_prepare (self);
  return self;
}

AvbCreateDialog *
avb_create_dialog_new_for_download (AvbLibrary      *library,
                                    AvbConnection   *connection,
                                    const char      *url,
                                    AvbCatalogEntry *entry)
{
  AvbCreateDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (url != NULL, NULL);

  self = g_object_new (AVB_TYPE_CREATE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->connection = g_object_ref (connection);
  self->url = g_strdup (url);
  g_set_object (&self->entry, entry);
  avb_create_dialog_show (self, "downloading");
  return self;
}

AvbCreateDialog *
avb_create_dialog_new_for_template (AvbLibrary      *library,
                                    AvbConnection   *connection,
                                    AvbRecipeList   *recipes,
                                    AvbContribution *template)
{
  AvbCreateDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (AVB_IS_RECIPE_LIST (recipes), NULL);
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (template), NULL);

  self = g_object_new (AVB_TYPE_CREATE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->connection = g_object_ref (connection);
  self->recipes = g_object_ref (recipes);
  self->template = g_object_ref (template);
  avb_create_dialog_show (self, "inspecting");
  return self;
}

void
avb_create_dialog_set_recipes (AvbCreateDialog *self, AvbRecipeList *recipes)
{
  g_return_if_fail (AVB_IS_CREATE_DIALOG (self));
  g_return_if_fail (AVB_IS_RECIPE_LIST (recipes));

  g_set_object (&self->recipes, recipes);
}

AvbDraft *
avb_create_dialog_get_draft (AvbCreateDialog *self)
{
  g_return_val_if_fail (AVB_IS_CREATE_DIALOG (self), NULL);

  return self->draft;
}

const char *
avb_create_dialog_get_shown (AvbCreateDialog *self)
{
  g_return_val_if_fail (AVB_IS_CREATE_DIALOG (self), NULL);

  return gtk_stack_get_visible_child_name (self->stack);
}

const char *
avb_create_dialog_get_problem (AvbCreateDialog *self)
{
  g_return_val_if_fail (AVB_IS_CREATE_DIALOG (self), NULL);

  return self->shown_problem;
}
