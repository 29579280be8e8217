/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-machine-actions.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "ui/avb-feedback.h"
#include "ui/machine/avb-clone-actions.h"
#include "ui/machine/avb-export-dialog.h"
#include "ui/machine/avb-rename-dialog.h"

struct _AvbMachineActions {
  GObject             parent_instance;

  GtkWidget          *owner; /* weak */
  AvbLibrary         *library;
  GSimpleActionGroup *group;
  GPtrArray          *targets;
  guint               update_id;
};

G_DEFINE_FINAL_TYPE (AvbMachineActions, avb_machine_actions, G_TYPE_OBJECT)

typedef gboolean (*CanFunc) (AvbMachine *machine);

static gboolean
can_always (AvbMachine *machine)
{
  return TRUE;
}

static gboolean
can_discard (AvbMachine *machine)
{
  return avb_machine_get_state (machine) == AVB_MACHINE_SAVED &&
         avb_machine_can_force_off (machine);
}

static gboolean
can_force_off (AvbMachine *machine)
{
  return avb_machine_get_state (machine) != AVB_MACHINE_SAVED &&
         avb_machine_can_force_off (machine);
}

static const struct {
  const char *name;
  CanFunc     can;
  gboolean    single; /* makes sense for one machine only */
} verbs[] = {
  { "open", can_always, TRUE },
  { "start", avb_machine_can_start, FALSE },
  { "pause", avb_machine_can_pause, FALSE },
  { "resume", avb_machine_can_resume, FALSE },
  { "save", avb_machine_can_save, FALSE },
  { "discard-saved", can_discard, FALSE },
  { "shut-down", avb_machine_can_shut_down, FALSE },
  { "reboot", avb_machine_can_shut_down, FALSE },
  { "reset", avb_machine_can_reset, FALSE },
  { "force-off", can_force_off, FALSE },
  { "clone", avb_clone_actions_can_clone, TRUE },
  { "new-from-template", avb_clone_actions_can_derive, TRUE },
  { "make-template", avb_clone_actions_can_freeze, TRUE },
  { "make-ordinary", avb_clone_actions_can_release, TRUE },
  { "snapshots", avb_clone_actions_can_snapshot, TRUE },
  { "export", can_always, TRUE },
  { "rename", avb_machine_can_rename, TRUE },
  { "delete", avb_machine_can_delete, FALSE },
  { "copy-uuid", can_always, TRUE },
};

static const char *
name_of (AvbMachine *machine)
{
  const char *name = avb_machine_get_name (machine);

  return name != NULL ? name : "";
}

static void
update (AvbMachineActions *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->group), verbs[i].name);
      gboolean enabled = FALSE;

      if (!verbs[i].single || self->targets->len == 1)
        for (guint j = 0; j < self->targets->len && !enabled; j++)
          enabled = verbs[i].can (g_ptr_array_index (self->targets, j));
      g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
    }
}

static gboolean
update_cb (gpointer user_data)
{
  AvbMachineActions *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
machine_notify_cb (AvbMachineActions *self)
{
  /* One state change notifies a dozen can-… properties. */
  if (self->update_id == 0)
    self->update_id = g_idle_add_full (GDK_PRIORITY_REDRAW - 5, update_cb, self, NULL);
}

/* The targets that can do it, at the moment of the click. */
static GPtrArray *
dup_able (AvbMachineActions *self, CanFunc can)
{
  GPtrArray *able = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->targets->len; i++)
    if (can (g_ptr_array_index (self->targets, i)))
      g_ptr_array_add (able, g_object_ref (g_ptr_array_index (self->targets, i)));
  return able;
}

static void
save_one (AvbMachineActions *self, AvbMachine *machine)
{
  /* Translators: %s is a machine's name. */
  g_autofree char *title = g_strdup_printf (_("Saving “%s”"), name_of (machine));
  g_autoptr (AvbOperation) operation = avb_operation_new (title);

  avb_library_add_job (self->library, operation);
  avb_feedback_watch (self->owner, avb_machine_save (machine, operation));
}

static void
run_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  const char *name = g_action_get_name (G_ACTION (action));
  static const struct {
    const char *name;
    CanFunc     can;
    DexFuture *(*verb) (AvbMachine *machine);
  } plain[] = {
    { "start", avb_machine_can_start, avb_machine_start },
    { "pause", avb_machine_can_pause, avb_machine_pause },
    { "resume", avb_machine_can_resume, avb_machine_resume },
    { "shut-down", avb_machine_can_shut_down, avb_machine_shut_down },
    { "reboot", avb_machine_can_shut_down, avb_machine_reboot },
  };

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (name, plain[i].name))
      {
        g_autoptr (GPtrArray) able = dup_able (self, plain[i].can);

        for (guint j = 0; j < able->len; j++)
          {
            AvbMachine *machine = g_ptr_array_index (able, j);

            avb_library_mark_used (self->library, machine);
            avb_feedback_watch (self->owner, plain[i].verb (machine));
          }
      }
}

static void
save_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  g_autoptr (GPtrArray) able = dup_able (self, avb_machine_can_save);

  for (guint i = 0; i < able->len; i++)
    save_one (self, g_ptr_array_index (able, i));
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;

  if (self->targets->len == 1)
    gtk_widget_activate_action (self->owner, "win.open-machine", "s",
                                avb_machine_get_uuid (g_ptr_array_index (self->targets, 0)));
}

static void
copy_uuid_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;

  if (self->targets->len != 1)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (self->owner),
                          avb_machine_get_uuid (g_ptr_array_index (self->targets, 0)));
  avb_feedback_message (self->owner, _("Copied the machine’s UUID"));
}

static void
rename_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;

  if (self->targets->len == 1)
    adw_dialog_present (avb_rename_dialog_new (g_ptr_array_index (self->targets, 0)), self->owner);
}

static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;

  if (self->targets->len == 1)
    adw_dialog_present (avb_export_dialog_new (self->library, g_ptr_array_index (self->targets, 0)), self->owner);
}

static void
clone_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  static const struct {
    const char *name;
    void (*run) (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine);
  } runs[] = {
    { "clone", avb_clone_actions_clone },
    { "new-from-template", avb_clone_actions_clone },
    { "make-template", avb_clone_actions_freeze },
    { "make-ordinary", avb_clone_actions_release },
    { "snapshots", avb_clone_actions_snapshot },
  };

  for (guint i = 0; self->targets->len == 1 && i < G_N_ELEMENTS (runs); i++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)), runs[i].name))
      runs[i].run (self->owner, self->library, g_ptr_array_index (self->targets, 0));
}

/* A question that was asked about some machines. */
typedef struct {
  AvbMachineActions *self;
  GPtrArray         *machines;
  DexFuture       *(*verb) (AvbMachine *machine);
  GtkWidget         *disks;  /* for a deletion: the check button; owned by the dialog */
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_clear_pointer (&question->machines, g_ptr_array_unref);
  g_clear_object (&question->self);
  g_free (question);
}

static Question *
question_new (AvbMachineActions *self, CanFunc can)
{
  Question *question = g_new0 (Question, 1);

  question->self = g_object_ref (self);
  question->machines = dup_able (self, can);
  return question;
}

static void
verb_response_cb (AdwAlertDialog *dialog, const char *response, Question *question)
{
  if (!g_str_equal (response, "go"))
    return;
  for (guint i = 0; i < question->machines->len; i++)
    avb_feedback_watch (question->self->owner,
                        question->verb (g_ptr_array_index (question->machines, i)));
}

static void
ask (AvbMachineActions *self,
     CanFunc            can,
     DexFuture       *(*verb) (AvbMachine *machine),
     char              *heading,
     const char        *body,
     const char        *label)
{
  Question *question = question_new (self, can);
  AdwDialog *dialog = adw_alert_dialog_new (heading, body);

  question->verb = verb;
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "go", label,
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "go",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (verb_response_cb), question,
                         question_free, 0);
  adw_dialog_present (dialog, self->owner);
  g_free (heading);
}

/* "Reset “debian”?" or "Reset 3 machines?"; many is the form that ngettext () chose. */
static char *
heading_for (GPtrArray *machines, const char *one, const char *many)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  _Pragma ("GCC diagnostic push")
  _Pragma ("GCC diagnostic ignored \"-Wformat-nonliteral\"")
  if (machines->len == 1)
    return g_strdup_printf (one, name_of (g_ptr_array_index (machines, 0)));
  return g_strdup_printf (many, machines->len);
  _Pragma ("GCC diagnostic pop")
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static void
reset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  g_autoptr (GPtrArray) able = dup_able (self, avb_machine_can_reset);

  if (able->len > 0)
    ask (self, avb_machine_can_reset, avb_machine_reset,
         heading_for (able, _("Reset “%s”?"),
                      ngettext ("Reset %u Machine?", "Reset %u Machines?", able->len)),
         _("The guest gets no chance to finish its work. What is not saved in it is lost."),
         _("_Reset"));
}

static void
force_off_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  g_autoptr (GPtrArray) able = dup_able (self, can_force_off);

  if (able->len > 0)
    ask (self, can_force_off, avb_machine_force_off,
         heading_for (able, _("Force Off “%s”?"),
                      ngettext ("Force Off %u Machine?", "Force Off %u Machines?", able->len)),
         _("This is like pulling the power cord. What is not saved in the guest is lost."),
         _("_Force Off"));
}

static void
discard_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  g_autoptr (GPtrArray) able = dup_able (self, can_discard);

  if (able->len > 0)
    ask (self, can_discard, avb_machine_discard_saved,
         heading_for (able, _("Discard the Saved State of “%s”?"),
                      ngettext ("Discard the Saved State of %u Machine?",
                                "Discard the Saved States of %u Machines?", able->len)),
         _("The programs that were open are lost, and the next start boots afresh. "
           "The disks stay."),
         _("_Discard"));
}

/* The machines behind one "Deleted" toast. */
typedef struct {
  AvbLibrary *library;
  GtkWidget  *window; /* weak: toasts live in it */
  GPtrArray  *machines;
  gboolean    undone;
} Deletion;

static void
deletion_free (gpointer data, GClosure *closure)
{
  Deletion *deletion = data;

  g_clear_object (&deletion->library);
  g_clear_pointer (&deletion->machines, g_ptr_array_unref);
  g_clear_weak_pointer (&deletion->window);
  g_free (deletion);
}

static void
undo_cb (AdwToast *toast, Deletion *deletion)
{
  deletion->undone = TRUE;
  for (guint i = 0; i < deletion->machines->len; i++)
    avb_library_undo_delete (deletion->library, g_ptr_array_index (deletion->machines, i));
}

static void
toast_gone_cb (AdwToast *toast, Deletion *deletion)
{
  if (deletion->undone)
    return;
  for (guint i = 0; i < deletion->machines->len; i++)
    {
      DexFuture *future =
          avb_library_delete_now (deletion->library, g_ptr_array_index (deletion->machines, i));

      if (deletion->window != NULL)
        avb_feedback_watch (deletion->window, future);
      else
        avb_future_finish (future, "delete a machine");
    }
}

static void
delete_response_cb (AdwAlertDialog *dialog, const char *response, Question *question)
{
  AvbMachineActions *self = question->self;
  g_autofree char *title = NULL;
  AvbDeleteFlags flags;
  Deletion *deletion;
  AdwToast *toast;

  if (!g_str_equal (response, "go") || self->owner == NULL)
    return;
  flags = gtk_check_button_get_active (GTK_CHECK_BUTTON (question->disks))
              ? AVB_DELETE_DISKS
              : AVB_DELETE_KEEP_DISKS;
  deletion = g_new0 (Deletion, 1);
  deletion->library = g_object_ref (self->library);
  deletion->machines = g_ptr_array_ref (question->machines);
  g_set_weak_pointer (&deletion->window, GTK_WIDGET (gtk_widget_get_root (self->owner)));
  title = heading_for (question->machines, _("Deleted “%s”"),
                       ngettext ("Deleted %u machine", "Deleted %u machines",
                                 question->machines->len));
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_timeout (toast, 8);
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undo_cb), deletion);
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (toast_gone_cb), deletion, deletion_free,
                         0);
  /* First the toast: taking the machine away may take this page with it. */
  avb_feedback_toast (self->owner, toast);
  for (guint i = 0; i < question->machines->len; i++)
    avb_library_delete_later (self->library, g_ptr_array_index (question->machines, i), flags);
}

static void
delete_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbMachineActions *self = user_data;
  Question *question = question_new (self, avb_machine_can_delete);
  g_autofree char *heading = NULL;
  AdwDialog *dialog;
  GtkWidget *label;

  if (question->machines->len == 0)
    {
      question_free (question, NULL);
      return;
    }
  heading = heading_for (question->machines, _("Delete “%s”?"),
                         ngettext ("Delete %u Machine?", "Delete %u Machines?",
                                   question->machines->len));
  dialog = adw_alert_dialog_new (
      heading, _("The settings and the saved state go. You can undo this for a few seconds."));
  question->disks = gtk_check_button_new ();
  label = gtk_label_new_with_mnemonic (_("Also delete the _disks, with everything on them"));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (question->disks), label);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), question->disks);
  /* Without the underscore of the mnemonic. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (question->disks), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (GTK_LABEL (label)), -1);
  gtk_widget_set_halign (question->disks, GTK_ALIGN_CENTER);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), question->disks);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "go",
                                  _("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "go",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (delete_response_cb), question,
                         question_free, 0);
  adw_dialog_present (dialog, self->owner);
}

static const GActionEntry entries[] = {
  { .name = "open", .activate = open_cb },
  { .name = "start", .activate = run_cb },
  { .name = "pause", .activate = run_cb },
  { .name = "resume", .activate = run_cb },
  { .name = "save", .activate = save_cb },
  { .name = "discard-saved", .activate = discard_cb },
  { .name = "shut-down", .activate = run_cb },
  { .name = "reboot", .activate = run_cb },
  { .name = "reset", .activate = reset_cb },
  { .name = "force-off", .activate = force_off_cb },
  { .name = "clone", .activate = clone_cb },
  { .name = "new-from-template", .activate = clone_cb },
  { .name = "make-template", .activate = clone_cb },
  { .name = "make-ordinary", .activate = clone_cb },
  { .name = "snapshots", .activate = clone_cb },
  { .name = "export", .activate = export_cb },
  { .name = "rename", .activate = rename_cb },
  { .name = "delete", .activate = delete_cb },
  { .name = "copy-uuid", .activate = copy_uuid_cb },
};

static void
clear_targets (AvbMachineActions *self)
{
  for (guint i = 0; i < self->targets->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->targets, i), machine_notify_cb,
                                          self);
  g_ptr_array_set_size (self->targets, 0);
}

static void
avb_machine_actions_dispose (GObject *object)
{
  AvbMachineActions *self = AVB_MACHINE_ACTIONS (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  clear_targets (self);
  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "machine", NULL);
  g_clear_weak_pointer (&self->owner);
  g_clear_object (&self->group);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_machine_actions_parent_class)->dispose (object);
}

static void
avb_machine_actions_finalize (GObject *object)
{
  AvbMachineActions *self = AVB_MACHINE_ACTIONS (object);

  g_ptr_array_unref (self->targets);
  G_OBJECT_CLASS (avb_machine_actions_parent_class)->finalize (object);
}

static void
avb_machine_actions_class_init (AvbMachineActionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_machine_actions_dispose;
  object_class->finalize = avb_machine_actions_finalize;
}

static void
avb_machine_actions_init (AvbMachineActions *self)
{
  self->targets = g_ptr_array_new_with_free_func (g_object_unref);
  self->group = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->group), entries, G_N_ELEMENTS (entries),
                                   self);
}

AvbMachineActions *
avb_machine_actions_new (GtkWidget *owner, AvbLibrary *library)
{
  AvbMachineActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_MACHINE_ACTIONS, NULL);
  g_set_weak_pointer (&self->owner, owner);
  self->library = g_object_ref (library);
  update (self);
  gtk_widget_insert_action_group (owner, "machine", G_ACTION_GROUP (self->group));
  return self;
}

void
avb_machine_actions_set_targets (AvbMachineActions *self, GPtrArray *machines)
{
  g_return_if_fail (AVB_IS_MACHINE_ACTIONS (self));

  clear_targets (self);
  for (guint i = 0; machines != NULL && i < machines->len; i++)
    {
      AvbMachine *machine = g_ptr_array_index (machines, i);

      g_signal_connect_object (machine, "notify", G_CALLBACK (machine_notify_cb), self,
                               G_CONNECT_SWAPPED);
      g_ptr_array_add (self->targets, g_object_ref (machine));
    }
  g_clear_handle_id (&self->update_id, g_source_remove);
  update (self);
}
