/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-network-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "app/contributions/avb-attached-network.h"
#include "app/extensions/avb-contribution-options.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-focus-keeper.h"
#include "ui/extensions/avb-extension-ask.h"
#include "ui/extensions/avb-panel-view.h"

#define MAX_TITLE_CHARS 80
#define KEY "avb-network-instance"

struct _AvbNetworkDialog {
  AdwDialog            parent_instance;

  AvbExtensionSet     *set;
  AvbContribution     *kind;
  AvbMachine          *machine;
  GPtrArray           *rows;      /* borrowed, of GtkWidget */
  GListModel          *options;   /* of AvbPanelNode */
  AvbOperation        *operation; /* (nullable): a network is being made */

  AdwNavigationView   *navigation;
  AdwNavigationPage   *list_page;
  GtkLabel            *about;
  GtkLabel            *problem;
  GtkWidget           *busy;
  AdwPreferencesGroup *networks;
  GtkWidget           *new_group;
  AdwNavigationPage   *new_page;
  GtkWidget           *form;
  GtkEditable         *name;
  AdwBin              *options_bin;
  GtkLabel            *new_problem;
  GtkWidget           *create;
  GtkWidget           *progress;
};

G_DEFINE_FINAL_TYPE (AvbNetworkDialog, avb_network_dialog, ADW_TYPE_DIALOG)

static void
show_problem (GtkLabel *label, const GError *error)
{
  gboolean visible = error != NULL && !avb_error_is_cancelled (error);

  gtk_label_set_label (label, visible ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (label), visible);
}

static void
set_busy (AvbNetworkDialog *self, gboolean busy)
{
  gtk_widget_set_visible (self->busy, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->networks), !busy);
  gtk_widget_set_sensitive (self->new_group, !busy);
}

void
avb_network_dialog_tell (GtkWidget *window, gboolean connected, const char *title, int applied)
{
  g_autofree char *text = NULL;

  if (connected && applied == AVB_APPLIED_AT_NEXT_START)
    text = g_strdup_printf (_("Connected to “%s” from the next start on."), title);
  else if (connected)
    text = g_strdup_printf (_("Connected to “%s”."), title);
  else if (applied == AVB_APPLIED_AT_NEXT_START)
    text = g_strdup_printf (_("Disconnected from “%s” from the next start on."), title);
  else
    text = g_strdup_printf (_("Disconnected from “%s”."), title);
  avb_feedback_message (window, text);
}

/* --- what is done --- */

typedef struct {
  AvbNetworkDialog   *self;
  AvbNetworkInstance *instance; /* (nullable): the network that nobody named */
  gboolean            connect;
  char               *title;    /* of a new one */
} Task;

static Task *
task_new (AvbNetworkDialog *self, const AvbNetworkInstance *instance)
{
  Task *task = g_new0 (Task, 1);

  task->self = g_object_ref (self);
  task->instance = instance != NULL ? avb_network_instance_copy (instance) : NULL;
  return task;
}

static void
task_free (gpointer data)
{
  Task *task = data;

  g_object_unref (task->self);
  g_clear_pointer (&task->instance, avb_network_instance_free);
  g_free (task->title);
  g_free (task);
}

static void
run (Task *task, DexFiberFunc fiber, const char *what)
{
  avb_future_finish (avb_fiber_spawn (fiber, task, task_free), what);
}

/* It did what it was opened for. */
static void
leave (AvbNetworkDialog *self, gboolean connected, const char *title, int applied)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  /* Or was closed meanwhile. */
  if (root == NULL)
    return;
  avb_network_dialog_tell (GTK_WIDGET (root), connected, title, applied);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static DexFuture *
switch_fiber (gpointer data)
{
  Task *task = data;
  AvbNetworkDialog *self = task->self;
  const AvbNetworkInstance *instance = task->instance;
  g_autoptr (GError) error = NULL;
  int applied;

  show_problem (self->problem, NULL);
  set_busy (self, TRUE);
  applied = dex_await_int (task->connect ? avb_attached_network_connect (self->machine, self->kind,
                                                                         instance != NULL ? instance->id : NULL, NULL)
                                         : avb_attached_network_disconnect (self->machine, instance),
                           &error);
  set_busy (self, FALSE);
  show_problem (self->problem, error);
  if (error == NULL)
    leave (self, task->connect, instance != NULL ? instance->title : avb_contribution_get_title (self->kind), applied);
  return dex_future_new_true ();
}

static void
switch_cb (AvbNetworkDialog *self, GtkButton *button)
{
  Task *task = task_new (self, g_object_get_data (G_OBJECT (button), KEY));

  task->connect = task->instance == NULL || !task->instance->connected;
  run (task, switch_fiber, "connect to a network");
}

/* --- removing --- */

static AdwDialog *
make_question (const AvbNetworkInstance *instance, guint n)
{
  g_autofree char *title = g_strdup_printf (_("Remove “%s”?"), instance->title);
  g_autofree char *body = NULL;
  AdwDialog *dialog;

  body = n == 0 ? g_strdup (_("No machine is connected to it."))
                : g_strdup_printf (ngettext ("%u machine is connected to it, and loses that network card.",
                                             "%u machines are connected to it, and lose those network cards.", n),
                                   n);
  dialog = adw_alert_dialog_new (title, body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  return dialog;
}

static void list (AvbNetworkDialog *self);

static DexFuture *
remove_fiber (gpointer data)
{
  Task *task = data;
  AvbNetworkDialog *self = task->self;
  AvbLibrary *library = avb_extension_set_get_library (self->set);
  g_autoptr (GPtrArray) machines = NULL;
  g_autofree char *response = NULL;
  g_autoptr (GError) error = NULL;

  show_problem (self->problem, NULL);
  set_busy (self, TRUE);
  machines = dex_await_boxed (avb_attached_network_find_machines (library, self->kind, task->instance), NULL);
  set_busy (self, FALSE);
  response = dex_await_string (avb_extension_ask (make_question (task->instance, machines->len),
                                                  GTK_WIDGET (self)), NULL);
  if (g_strcmp0 (response, "remove") != 0)
    return dex_future_new_true ();
  set_busy (self, TRUE);
  dex_await (avb_attached_network_remove (library, self->kind, task->instance), &error);
  show_problem (self->problem, error);
  list (self);
  return dex_future_new_true ();
}

static void
remove_cb (AvbNetworkDialog *self, GtkButton *button)
{
  run (task_new (self, g_object_get_data (G_OBJECT (button), KEY)), remove_fiber, "remove a network");
}

/* --- those that there are --- */

static void
add_button (AvbNetworkDialog *self, GtkWidget *row, GtkWidget *button, const AvbNetworkInstance *instance, GCallback callback)
{
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), -1);
  if (instance != NULL)
    g_object_set_data_full (G_OBJECT (button), KEY, avb_network_instance_copy (instance),
                            (GDestroyNotify) avb_network_instance_free);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

/* @instance: (nullable): the one that nobody named */
static void
add_row (AvbNetworkDialog *self, const AvbNetworkInstance *instance)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_with_label (instance != NULL && instance->connected ? _("Disconnect")
                                                                                         : C_("network", "Connect"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), instance != NULL ? instance->title : _("Common Network"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), instance == NULL ? _("It is there for all machines")
                                                     : instance->text != NULL ? instance->text : "");
  add_button (self, row, button, instance, G_CALLBACK (switch_cb));
  if (instance != NULL && avb_contribution_has_operation (self->kind, "delete"))
    {
      GtkWidget *away = gtk_button_new_from_icon_name ("user-trash-symbolic");

      gtk_widget_add_css_class (away, "flat");
      gtk_widget_set_tooltip_text (away, _("Remove…"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (away), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Remove…"), -1);
      add_button (self, row, away, instance, G_CALLBACK (remove_cb));
    }
  adw_preferences_group_add (self->networks, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_networks (AvbNetworkDialog *self, GPtrArray *instances)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->networks, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  add_row (self, NULL);
  for (guint i = 0; i < instances->len; i++)
    add_row (self, instances->pdata[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->networks), TRUE);
}

static DexFuture *
list_fiber (gpointer data)
{
  AvbNetworkDialog *self = ((Task *) data)->self;
  g_autoptr (GPtrArray) instances = NULL;
  g_autoptr (GError) error = NULL;

  set_busy (self, TRUE);
  instances = dex_await_boxed (avb_attached_network_list (self->kind, self->machine), &error);
  set_busy (self, FALSE);
  if (instances != NULL)
    show_networks (self, instances);
  else
    show_problem (self->problem, error);
  return dex_future_new_true ();
}

static void
list (AvbNetworkDialog *self)
{
  run (task_new (self, NULL), list_fiber, "list networks");
}

/* --- a new one --- */

static char *
dup_name (AvbNetworkDialog *self)
{
  g_autofree char *name = avb_text_make_line (gtk_editable_get_text (self->name), MAX_TITLE_CHARS);

  return g_strdup (g_strstrip (name));
}

static void
name_changed_cb (AvbNetworkDialog *self)
{
  g_autofree char *name = dup_name (self);

  gtk_widget_set_sensitive (self->create, *name != '\0');
}

static void
new_cb (AvbNetworkDialog *self)
{
  show_problem (self->new_problem, NULL);
  adw_navigation_view_push (self->navigation, self->new_page);
  gtk_widget_grab_focus (GTK_WIDGET (self->name));
}

static void
set_making (AvbNetworkDialog *self, AvbOperation *operation)
{
  g_set_object (&self->operation, operation);
  gtk_widget_set_sensitive (self->form, operation == NULL);
  gtk_widget_set_visible (self->create, operation == NULL);
  gtk_widget_set_visible (self->progress, operation != NULL);
  adw_navigation_page_set_can_pop (self->new_page, operation == NULL);
}

static DexFuture *
create_fiber (gpointer data)
{
  Task *task = data;
  AvbNetworkDialog *self = task->self;
  g_autoptr (JsonObject) options = avb_contribution_options_dup_values (self->options);
  g_autoptr (AvbOperation) operation = avb_operation_new (_("Making a network"));
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  int applied = 0;

  show_problem (self->new_problem, NULL);
  set_making (self, operation);
  id = dex_await_string (avb_attached_network_create (self->kind, task->title, options, operation), &error);
  if (id != NULL)
    applied = dex_await_int (avb_attached_network_connect (self->machine, self->kind, id, NULL), &error);
  set_making (self, NULL);
  if (error == NULL)
    {
      leave (self, TRUE, task->title, applied);
      return dex_future_new_true ();
    }
  /* One that was made, and could not be used, is there. */
  if (id != NULL)
    {
      adw_navigation_view_pop (self->navigation);
      list (self);
    }
  show_problem (id != NULL ? self->problem : self->new_problem, error);
  return dex_future_new_true ();
}

static void
create_cb (AvbNetworkDialog *self)
{
  Task *task = task_new (self, NULL);

  task->title = dup_name (self);
  run (task, create_fiber, "make a network");
}

/* Also when it is closed. */
static void
cancel_cb (AvbNetworkDialog *self)
{
  if (self->operation != NULL)
    avb_operation_cancel (self->operation);
}

/* --- the dialog --- */

static void
avb_network_dialog_dispose (GObject *object)
{
  AvbNetworkDialog *self = AVB_NETWORK_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_NETWORK_DIALOG);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->operation);
  g_clear_object (&self->options);
  g_clear_object (&self->machine);
  g_clear_object (&self->kind);
  g_clear_object (&self->set);
  G_OBJECT_CLASS (avb_network_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, list_page);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, about);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, busy);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, networks);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, new_group);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, new_page);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, form);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, name);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, options_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, new_problem);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, create);
  gtk_widget_class_bind_template_child (widget_class, AvbNetworkDialog, progress);
}

static void
avb_network_dialog_class_init (AvbNetworkDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_network_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-network-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, new_cb);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
avb_network_dialog_init (AvbNetworkDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->create);
  avb_focus_keeper_watch (GTK_WIDGET (self->navigation));
}

AdwDialog *
avb_network_dialog_new (AvbExtensionSet *set, AvbContribution *kind, AvbMachine *machine)
{
  AvbNetworkDialog *self;
  const char *title, *description;

  g_return_val_if_fail (AVB_IS_EXTENSION_SET (set), NULL);
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (kind), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  title = avb_contribution_get_title (kind);
  description = avb_contribution_get_description (kind);
  self = g_object_new (AVB_TYPE_NETWORK_DIALOG, "title", title, NULL);
  self->set = g_object_ref (set);
  self->kind = g_object_ref (kind);
  self->machine = g_object_ref (machine);
  adw_navigation_page_set_title (self->list_page, title);
  gtk_label_set_label (self->about, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->about), description != NULL);
  gtk_widget_set_visible (self->new_group, avb_contribution_has_operation (kind, "create"));
  self->options = avb_contribution_options_new (kind);
  if (g_list_model_get_n_items (self->options) > 0)
    adw_bin_set_child (self->options_bin, avb_panel_view_new_for_controls (self->options));
  list (self);
  return ADW_DIALOG (self);
}

gboolean
avb_network_dialog_is_for (AvbContribution *kind)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (kind), FALSE);

  return avb_contribution_has_operation (kind, "list") || avb_contribution_has_operation (kind, "create");
}
