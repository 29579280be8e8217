/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include <glib/gstdio.h>

#include "ui/machine/avb-sharing-dialog.h"

/* The dialog, with real definitions of libvirt's session; nothing is started. */

static AvbMachine *
create (AvbUiTest *test)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  avb_machine_spec_set_name (spec, "sharing");
  avb_machine_spec_set_memory_mib (spec, 64);
  avb_machine_spec_set_accelerated (spec, FALSE);
  future = avb_connection_create_machine (test->connection, spec);
  avb_test_spin (dex_ref (future), &error);
  g_assert_no_error (error);
  return g_value_dup_object (dex_future_get_value (future, NULL));
}

static GPtrArray *
list (AvbMachine *machine)
{
  g_autoptr (DexFuture) future = avb_machine_list_shares (machine);
  g_autoptr (GError) error = NULL;

  avb_test_spin (dex_ref (future), &error);
  g_assert_no_error (error);
  return g_value_dup_boxed (dex_future_get_value (future, NULL));
}

/* How many there are; the first one's switch. */
static guint
count (AvbMachine *machine, gboolean *read_only)
{
  g_autoptr (GPtrArray) shares = list (machine);

  if (shares->len > 0 && read_only != NULL)
    *read_only = ((AvbShareSpec *) shares->pdata[0])->read_only;
  return shares->len;
}

static gboolean
shows (AdwDialog *dialog, const char *text)
{
  return avb_ui_find_text (GTK_WIDGET (dialog), text) != NULL;
}

static gboolean
is_idle (AdwDialog *dialog)
{
  GtkWidget *row = avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_EXPANDER_ROW);

  return row != NULL && gtk_widget_is_sensitive (row);
}

static AdwDialog *
open_dialog (AvbUiTest *test, AvbMachine *machine)
{
  AdwDialog *dialog = avb_sharing_dialog_new (machine);

  adw_dialog_present (dialog, GTK_WIDGET (test->window));
  return dialog;
}

static void
close_dialog (AdwDialog *dialog)
{
  adw_dialog_force_close (dialog);
  for (guint i = 0; i < 10; i++)
    avb_test_pass_time ();
}

static void
add (AdwDialog *dialog, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  avb_sharing_dialog_add_folder (AVB_SHARING_DIALOG (dialog), file);
}

static void
test_life (void)
{
  AvbUiTest        test = { 0 };
  g_autofree char *parent = avb_test_make_folder ();
  g_autofree char *folder = g_build_filename (parent, "My <Files>", NULL);
  g_autofree char *file = g_build_filename (parent, "file", NULL);
  g_autoptr (AvbMachine) machine = NULL;
  AdwDialog *dialog;
  GtkWidget *row;
  gboolean   read_only = FALSE;

  g_assert_no_errno (g_mkdir (folder, 0700));
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  avb_ui_test_set_up (&test, "qemu:///session");
  avb_test_until_true (avb_capabilities_can (avb_connection_get_capabilities (test.connection),
                                             AVB_FEATURE_SHARED_FOLDERS));
  machine = create (&test);
  dialog = open_dialog (&test, machine);
  avb_test_until_true (shows (dialog, "No Shared Folders"));
  avb_ui_check_names (GTK_WIDGET (dialog));

  add (dialog, file);
  avb_test_until_true (shows (dialog, "Only a folder can be shared, not a file."));
  add (dialog, folder);
  avb_test_until_true (shows (dialog, "My <Files>") && is_idle (dialog));
  g_assert_cmpuint (count (machine, &read_only), ==, 1);
  g_assert_true (read_only);
  add (dialog, folder);
  avb_test_until_true (shows (dialog, "This folder is shared already."));

  row = avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_EXPANDER_ROW);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  avb_test_until_true (shows (dialog, "mount -t virtiofs My-Files /mnt/My-Files"));
  avb_ui_check_names (GTK_WIDGET (dialog));
  adw_switch_row_set_active (
      ADW_SWITCH_ROW (avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_SWITCH_ROW)), FALSE);
  avb_test_until_true (shows (dialog, "Read and Write") && is_idle (dialog));
  count (machine, &read_only);
  g_assert_false (read_only);

  row = avb_ui_find_type (GTK_WIDGET (dialog), ADW_TYPE_BUTTON_ROW);
  g_signal_emit_by_name (row, "activated");
  avb_test_until_true (shows (dialog, "No Shared Folders"));
  g_assert_cmpuint (count (machine, NULL), ==, 0);
  avb_ui_click (GTK_WIDGET (dialog), "Undo");
  avb_test_until_true (shows (dialog, "My <Files>") && is_idle (dialog));
  g_assert_cmpuint (count (machine, &read_only), ==, 1);
  g_assert_false (read_only);

  close_dialog (dialog);
  avb_test_spin (avb_machine_delete (machine, AVB_DELETE_DISKS), NULL);
  g_clear_object (&machine);
  avb_ui_test_tear_down (&test);
  avb_test_remove_folder (parent);
}

/* Where it cannot be, it says why. */
static void
test_refused (void)
{
  AvbUiTest        test = { 0 };
  g_autofree char *folder = avb_test_make_folder ();
  AdwDialog       *dialog;

  avb_ui_test_set_up (&test, NULL);
  dialog = open_dialog (&test, avb_ui_test_machine (&test, "test"));
  avb_test_until_true (shows (dialog, "test driver cannot share folders"));
  add (dialog, folder);
  avb_test_until_true (shows (dialog, "No Shared Folders"));
  close_dialog (dialog);
  avb_ui_test_tear_down (&test);
  avb_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Ui/Sharing/life", test_life);
  g_test_add_func ("/Avb/Ui/Sharing/refused", test_refused);

  return g_test_run ();
}
