/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include "backends/avb-machine-clone.h"
#include "ui/machine/avb-clone-dialog.h"
#include "ui/machine/avb-snapshots-dialog.h"

/* The dialogs for clones and snapshots, with real machines of libvirt's session; nothing is started. */

static void
await (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  avb_test_spin (future, &error);
  g_assert_no_error (error);
}

static AvbMachine *
create (AvbUiTest *test, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (AvbOperation) operation = avb_operation_new ("Creating");
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .capacity = 16 << 20 };
  g_autoptr (DexFuture) disk = avb_connection_create_volume (test->connection, &volume, operation);
  g_autoptr (DexFuture) future = NULL;

  await (dex_ref (disk));
  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_memory_mib (spec, 64);
  avb_machine_spec_set_accelerated (spec, FALSE);
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO,
                               g_value_get_string (dex_future_get_value (disk, NULL)), "qcow2"));
  future = avb_connection_create_machine (test->connection, spec);
  await (dex_ref (future));
  await (avb_machine_load_details (g_value_get_object (dex_future_get_value (future, NULL))));
  return g_value_dup_object (dex_future_get_value (future, NULL));
}

static gboolean
shows (AdwDialog *dialog, const char *text)
{
  return avb_ui_find_text (GTK_WIDGET (dialog), text) != NULL;
}

static void
close_dialog (AdwDialog *dialog)
{
  adw_dialog_force_close (dialog);
  for (guint i = 0; i < 10; i++)
    avb_test_pass_time ();
}

static void
set_name (AdwDialog *dialog, const char *name)
{
  GtkWidget *entry = avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW);

  gtk_editable_set_text (GTK_EDITABLE (entry), name);
}

static gboolean
can_click (AdwDialog *dialog, const char *label)
{
  GtkWidget *button = avb_ui_find_button (GTK_WIDGET (dialog), label);

  return button != NULL && gtk_widget_is_sensitive (button);
}

static AvbMachine *
find_idle (AvbUiTest *test, const char *name)
{
  AvbMachine *machine = avb_ui_test_machine (test, name);

  return machine != NULL && avb_machine_can_delete (machine) ? machine : NULL;
}

static void
test_clone (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (AvbMachine) machine = NULL;
  AdwDialog *dialog;

  avb_ui_test_set_up (&test, "qemu:///session");
  machine = create (&test, "web <1>");
  dialog = avb_clone_dialog_new (test.library, machine);
  adw_dialog_present (dialog, GTK_WIDGET (test.window));
  avb_test_until_true (shows (dialog, "host name, machine ID"));
  g_assert_false (shows (dialog, "Linked"));
  avb_ui_check_names (GTK_WIDGET (dialog));
  set_name (dialog, "web <1>");
  avb_test_until_true (shows (dialog, "There is already a machine of this name."));
  g_assert_false (can_click (dialog, "Clone"));
  set_name (dialog, "a/b");
  g_assert_false (can_click (dialog, "Clone"));
  set_name (dialog, "copy");
  avb_ui_click (GTK_WIDGET (dialog), "Clone");
  avb_test_until_true (find_idle (&test, "copy") != NULL);
  avb_test_until_true (avb_machine_get_operation (machine) == NULL);

  await (avb_machine_set_template (machine, TRUE));
  dialog = avb_clone_dialog_new (test.library, machine);
  adw_dialog_present (dialog, GTK_WIDGET (test.window));
  avb_test_until_true (shows (dialog, "Linked"));
  avb_ui_check_names (GTK_WIDGET (dialog));
  avb_test_until_true (can_click (dialog, "Create"));
  avb_ui_click (GTK_WIDGET (dialog), "Create");
  avb_test_until_true (find_idle (&test, "web <1> 2") != NULL);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "Template") != NULL);

  await (avb_machine_delete (avb_ui_test_machine (&test, "web <1> 2"), AVB_DELETE_DISKS));
  await (avb_machine_delete (avb_ui_test_machine (&test, "copy"), AVB_DELETE_DISKS));
  avb_test_until_true (avb_machine_can_delete (machine));
  await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_clear_object (&machine);
  avb_ui_test_tear_down (&test);
}

static void
answer (AvbUiTest *test, const char *label)
{
  GtkWidget *question;

  avb_test_until_true ((question = avb_ui_find_type (GTK_WIDGET (test->window),
                                                     ADW_TYPE_ALERT_DIALOG)) != NULL);
  avb_ui_click (question, label);
  avb_test_until_true (
      avb_ui_find_type (GTK_WIDGET (test->window), ADW_TYPE_ALERT_DIALOG) == NULL);
}

static void
test_snapshots (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (AvbMachine) machine = NULL;
  AdwDialog *dialog;

  avb_ui_test_set_up (&test, "qemu:///session");
  machine = create (&test, "snapshots");
  dialog = avb_snapshots_dialog_new (test.library, machine);
  adw_dialog_present (dialog, GTK_WIDGET (test.window));
  avb_test_until_true (shows (dialog, "No snapshots yet"));
  g_assert_false (can_click (dialog, "Take"));
  set_name (dialog, "a/b");
  avb_ui_click (GTK_WIDGET (dialog), "Take");
  avb_test_until_true (shows (dialog, "A snapshot cannot have this name."));
  avb_test_until_true (gtk_widget_is_sensitive (
      avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW)));
  set_name (dialog, "Fresh <install>");
  avb_ui_click (GTK_WIDGET (dialog), "Take");
  avb_test_until_true (can_click (dialog, "Go Back to “Fresh <install>”"));
  g_assert_true (shows (dialog, "the machine goes on from here"));
  avb_ui_check_names (GTK_WIDGET (dialog));

  avb_ui_click (GTK_WIDGET (dialog), "Go Back to “Fresh <install>”");
  answer (&test, "Go Back");
  avb_test_until_true (can_click (dialog, "Delete “Fresh <install>”"));
  avb_ui_click (GTK_WIDGET (dialog), "Delete “Fresh <install>”");
  answer (&test, "Delete");
  avb_test_until_true (shows (dialog, "No snapshots yet"));

  close_dialog (dialog);
  avb_test_until_true (avb_machine_can_delete (machine));
  await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_clear_object (&machine);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Ui/Clone/clone-and-template", test_clone);
  g_test_add_func ("/Avb/Ui/Clone/snapshots", test_snapshots);

  return g_test_run ();
}
