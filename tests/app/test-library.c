/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-library.h"

#include "backends/avb-error.h"
#include "tests/app/avb-fake-connection.h"
#include "tests/avb-test.h"

/* A second list that is kept only by what the model's signals say. */
typedef struct {
  GListModel *model;
  GPtrArray  *items;
  guint       n_changes;
} Mirror;

static void
mirror_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  Mirror *mirror = data;

  mirror->n_changes++;
  g_assert_cmpuint (position + removed, <=, mirror->items->len);
  if (removed > 0)
    g_ptr_array_remove_range (mirror->items, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror->items, position + i, g_list_model_get_item (model, position + i));
}

static Mirror *
mirror_new (GListModel *model)
{
  Mirror *mirror = g_new0 (Mirror, 1);

  mirror->model = model;
  mirror->items = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (model, "items-changed", G_CALLBACK (mirror_changed_cb), mirror);
  mirror_changed_cb (model, 0, 0, g_list_model_get_n_items (model), mirror);
  mirror->n_changes = 0;
  return mirror;
}

static void
mirror_check (Mirror *mirror)
{
  g_assert_cmpuint (mirror->items->len, ==, g_list_model_get_n_items (mirror->model));
  for (guint i = 0; i < mirror->items->len; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (mirror->model, i);

      g_assert_true (machine == g_ptr_array_index (mirror->items, i));
    }
  g_assert_null (g_list_model_get_item (mirror->model, mirror->items->len));
}

static void
mirror_free (Mirror *mirror)
{
  g_signal_handlers_disconnect_by_data (mirror->model, mirror);
  g_ptr_array_unref (mirror->items);
  g_free (mirror);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mirror, mirror_free)

static AvbLibrary *
make_library (void)
{
  g_autoptr (GListModel) backends = avb_fake_backends ();

  return avb_library_new (backends);
}

static AvbFakeConnection *
open_fake (AvbLibrary *library, const char *uri)
{
  g_autoptr (GError) error = NULL;
  AvbConnection *connection = avb_library_open (library, uri, &error);

  g_assert_no_error (error);
  return AVB_FAKE_CONNECTION (connection);
}

static DexFuture *
opens_once (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (GListModel) nothing = G_LIST_MODEL (g_list_store_new (AVB_TYPE_BACKEND));
  g_autoptr (AvbLibrary) without = avb_library_new (nothing);
  g_autoptr (GError) error = NULL;
  AvbFakeConnection *first = open_fake (library, NULL);

  g_assert_cmpstr (avb_connection_get_uri (AVB_CONNECTION (first)), ==, "fake:///session");
  g_assert_true (open_fake (library, "fake:///session") == first);
  g_assert_true (open_fake (library, "fake:///system") != first);
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_connections (library)), ==, 2);
  g_assert_null (avb_library_open (library, "http://example.invalid", &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (avb_library_open (without, NULL, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  return NULL;
}

static DexFuture *
gathers_machines (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  AvbFakeConnection *a = open_fake (library, "fake:///a");
  AvbFakeConnection *b = open_fake (library, "fake:///b");
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (a));
  AvbMachine *machine;

  avb_fake_connection_add (b, "b1", AVB_MACHINE_OFF);
  avb_fake_connection_add (a, "a1", AVB_MACHINE_OFF);
  machine = avb_fake_connection_add (a, "a2", AVB_MACHINE_OFF);
  mirror_check (mirror);
  g_assert_cmpuint (mirror->items->len, ==, 3);
  g_assert_cmpstr (avb_machine_get_name (g_ptr_array_index (mirror->items, 2)), ==, "b1");
  g_assert_true (avb_library_find (library, avb_machine_get_uuid (machine)) == machine);
  g_assert_null (avb_library_find (library, "no uuid"));

  g_list_store_remove (store, 0);
  mirror_check (mirror);
  avb_library_remove (library, AVB_CONNECTION (a));
  mirror_check (mirror);
  g_assert_cmpuint (mirror->items->len, ==, 1);
  return NULL;
}

/* Thousands come and go as one change. */
static DexFuture *
many_are_one_change (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  AvbFakeConnection *a = open_fake (library, "fake:///a");
  AvbFakeConnection *b = open_fake (library, "fake:///b");

  avb_fake_connection_fill (b, 10);
  avb_fake_connection_fill (a, 10000);
  g_assert_cmpuint (mirror->n_changes, ==, 2);
  mirror_check (mirror);
  g_list_store_remove_all (avb_connection_get_store (AVB_CONNECTION (a)));
  g_assert_cmpuint (mirror->n_changes, ==, 3);
  mirror_check (mirror);
  return NULL;
}

/* Whatever happens to the lists, hidden or not: the signals tell the truth. */
static DexFuture *
random_changes_are_told (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbFakeConnection *connections[] = { open_fake (library, "fake:///a"), open_fake (library, "fake:///b"),
                                       open_fake (library, "fake:///c") };
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  g_autoptr (GPtrArray) hidden = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint step = 0; step < 2000; step++)
    {
      AvbFakeConnection *connection = connections[g_test_rand_int_range (0, 3)];
      GListStore *store = avb_connection_get_store (AVB_CONNECTION (connection));
      guint length = g_list_model_get_n_items (G_LIST_MODEL (store));
      guint position = length > 0 ? g_test_rand_int_range (0, length) : 0;

      switch (g_test_rand_int_range (0, 6))
        {
        case 0:
          avb_fake_connection_add (connection, "x", AVB_MACHINE_OFF);
          break;
        case 1:
          avb_fake_connection_fill (connection, g_test_rand_int_range (0, 4));
          break;
        case 2:
          if (length > 0)
            g_list_store_splice (store, position, g_test_rand_int_range (0, MIN (length - position, 5) + 1), NULL, 0);
          break;
        case 3: /* as a list that is sorted anew: all go and come back */
          {
            g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

            for (guint i = 0; i < length; i++)
              g_ptr_array_insert (all, 0, g_list_model_get_item (G_LIST_MODEL (store), i));
            g_list_store_splice (store, 0, length, all->pdata, length);
          }
          break;
        case 4:
          if (length > 0)
            {
              AvbMachine *machine = g_list_model_get_item (G_LIST_MODEL (store), position);

              avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
              g_ptr_array_add (hidden, machine);
            }
          break;
        default:
          if (hidden->len > 0)
            {
              guint which = g_test_rand_int_range (0, hidden->len);

              avb_library_undo_delete (library, g_ptr_array_index (hidden, which));
              g_ptr_array_remove_index (hidden, which);
            }
        }
      mirror_check (mirror);
    }
  return NULL;
}

static DexFuture *
deletion_can_be_undone (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  AvbFakeConnection *connection = open_fake (library, NULL);
  AvbMachine *machine = avb_fake_connection_add (connection, "a", AVB_MACHINE_OFF);

  avb_fake_connection_add (connection, "b", AVB_MACHINE_OFF);
  avb_library_delete_later (library, machine, AVB_DELETE_DISKS);
  mirror_check (mirror);
  g_assert_cmpuint (mirror->items->len, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (avb_connection_get_machines (AVB_CONNECTION (connection))), ==, 2);

  avb_library_undo_delete (library, machine);
  mirror_check (mirror);
  g_assert_cmpuint (mirror->items->len, ==, 2);
  g_assert_true (g_ptr_array_index (mirror->items, 0) == machine);
  /* The toast's time comes all the same. */
  avb_test_await_error (avb_library_delete_now (library, machine), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_assert_cmpuint (mirror->items->len, ==, 2);
  return NULL;
}

static DexFuture *
deletion_happens (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  AvbFakeConnection *connection = open_fake (library, NULL);
  GListModel *machines = avb_connection_get_machines (AVB_CONNECTION (connection));
  g_autoptr (AvbMachine) machine = g_object_ref (avb_fake_connection_add (connection, "a", AVB_MACHINE_OFF));
  DexFuture *first, *second;

  avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
  first = avb_library_delete_now (library, machine);
  second = avb_library_delete_now (library, machine);
  avb_library_undo_delete (library, machine);
  g_assert_cmpuint (mirror->items->len, ==, 0);
  avb_test_await (first);
  avb_test_await (second);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 0);
  mirror_check (mirror);
  return NULL;
}

static DexFuture *
failed_deletion_brings_it_back (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (Mirror) mirror = mirror_new (avb_library_get_machines (library));
  AvbFakeConnection *connection = open_fake (library, NULL);
  AvbMachine *machine = avb_fake_connection_add (connection, "a", AVB_MACHINE_OFF);

  connection->mood = AVB_FAKE_NO_DELETE;
  avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
  avb_test_await_error (avb_library_delete_now (library, machine), AVB_ERROR, AVB_ERROR_BUSY);
  mirror_check (mirror);
  g_assert_cmpuint (mirror->items->len, ==, 1);
  /* And it can be tried again. */
  connection->mood = AVB_FAKE_WORKS;
  avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
  avb_test_await (avb_library_delete_now (library, machine));
  g_assert_cmpuint (mirror->items->len, ==, 0);
  return NULL;
}

static DexFuture *
pending_deletions_happen_at_the_end (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbFakeConnection *connection = open_fake (library, NULL);
  AvbFakeConnection *stubborn = open_fake (library, "fake:///stubborn");
  GListModel *machines = avb_connection_get_machines (AVB_CONNECTION (connection));

  stubborn->mood = AVB_FAKE_NO_DELETE;
  avb_library_delete_later (library, avb_fake_connection_add (stubborn, "s", AVB_MACHINE_OFF),
                            AVB_DELETE_KEEP_DISKS);
  for (guint i = 0; i < 3; i++)
    avb_library_delete_later (library, avb_fake_connection_add (connection, "a", AVB_MACHINE_OFF),
                              AVB_DELETE_KEEP_DISKS);
  avb_test_await_error (avb_library_delete_pending (library), AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_machines (library)), ==, 1);
  avb_test_await (avb_library_delete_pending (library));
  return NULL;
}

static DexFuture *
jobs_come_and_go (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  GListModel *jobs = avb_library_get_jobs (library);
  g_autoptr (AvbOperation) good = avb_operation_new ("good");
  g_autoptr (AvbOperation) bad = avb_operation_new ("bad");
  g_autoptr (GError) error = avb_error_new (AVB_ERROR_FAILED, NULL, "Bad.");

  avb_library_add_job (library, good);
  avb_library_add_job (library, good);
  avb_library_add_job (library, bad);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 2);
  avb_operation_finish (good, NULL);
  avb_test_until_true (g_list_model_get_n_items (jobs) == 1);
  avb_operation_finish (bad, error);
  avb_test_until_true (avb_operation_get_state (bad) == AVB_OPERATION_FAILED);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 1);
  avb_library_dismiss_job (library, bad);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 0);
  avb_library_add_job (library, good);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 0);
  return NULL;
}

static DexFuture *
end_of_cancelled_job (gpointer data)
{
  AvbOperation *operation = data;
  g_autoptr (GError) error = NULL;

  dex_await (dex_cancellable_new_from_cancellable (avb_operation_get_cancellable (operation)), &error);
  /* It has to clean up first. */
  for (guint i = 0; i < 5; i++)
    avb_test_pass_time ();
  avb_operation_finish (operation, error);
  return dex_future_new_true ();
}

static DexFuture *
jobs_are_cancelled_at_the_end (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  g_autoptr (AvbOperation) one = avb_operation_new ("one");
  g_autoptr (AvbOperation) other = avb_operation_new ("other");
  g_autoptr (AvbOperation) failed = avb_operation_new ("failed");
  g_autoptr (GError) error = avb_error_new (AVB_ERROR_FAILED, NULL, "Bad.");

  avb_test_await (avb_library_cancel_jobs (library));
  avb_library_add_job (library, one);
  avb_library_add_job (library, other);
  avb_library_add_job (library, failed);
  avb_operation_finish (failed, error);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, end_of_cancelled_job, one, NULL));
  dex_future_disown (dex_scheduler_spawn (NULL, 0, end_of_cancelled_job, other, NULL));
  g_assert_cmpuint (avb_library_count_jobs (library), ==, 2);
  avb_test_await (avb_library_cancel_jobs (library));
  g_assert_cmpint (avb_operation_get_state (one), ==, AVB_OPERATION_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (other), ==, AVB_OPERATION_CANCELLED);
  g_assert_cmpuint (avb_library_count_jobs (library), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_jobs (library)), ==, 1);
  return NULL;
}

static DexFuture *
saves_what_is_the_users (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbFakeConnection *session = open_fake (library, "fake:///session");
  AvbFakeConnection *shared = open_fake (library, "fake:///system");
  AvbFakeConnection *remote = open_fake (library, "fake://host/session");
  AvbMachine *running = avb_fake_connection_add (session, "running", AVB_MACHINE_RUNNING);
  AvbMachine *paused = avb_fake_connection_add (session, "paused", AVB_MACHINE_PAUSED);
  AvbMachine *others = avb_fake_connection_add (shared, "others", AVB_MACHINE_RUNNING);
  AvbMachine *ours = avb_fake_connection_add (shared, "ours", AVB_MACHINE_RUNNING);
  AvbMachine *far = avb_fake_connection_add (remote, "far", AVB_MACHINE_RUNNING);
  g_autoptr (AvbOperation) operation = avb_operation_new ("saving");

  avb_fake_connection_add (session, "off", AVB_MACHINE_OFF);
  avb_connection_set_is_local (AVB_CONNECTION (remote), FALSE);
  avb_library_mark_used (library, ours);
  avb_library_mark_used (library, far);
  g_assert_cmpuint (avb_library_count_running (library), ==, 3);
  avb_test_await (avb_library_save_running (library, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_cmpint (avb_machine_get_state (running), ==, AVB_MACHINE_SAVED);
  g_assert_cmpint (avb_machine_get_state (paused), ==, AVB_MACHINE_SAVED);
  g_assert_cmpint (avb_machine_get_state (ours), ==, AVB_MACHINE_SAVED);
  g_assert_cmpint (avb_machine_get_state (others), ==, AVB_MACHINE_RUNNING);
  g_assert_cmpint (avb_machine_get_state (far), ==, AVB_MACHINE_RUNNING);
  g_assert_cmpuint (avb_library_count_running (library), ==, 0);
  avb_test_await (avb_library_save_running (library, NULL));
  return NULL;
}

static DexFuture *
one_that_cannot_be_saved_does_not_stop_the_others (gpointer data)
{
  g_autoptr (AvbLibrary) library = make_library ();
  AvbFakeConnection *full = open_fake (library, "fake:///full/session");
  AvbFakeConnection *good = open_fake (library, "fake:///session");
  AvbMachine *a = avb_fake_connection_add (full, "a", AVB_MACHINE_RUNNING);
  AvbMachine *b = avb_fake_connection_add (good, "b", AVB_MACHINE_RUNNING);
  g_autoptr (AvbOperation) operation = avb_operation_new ("saving");
  g_autoptr (AvbOperation) cancelled = avb_operation_new ("saving");

  full->mood = AVB_FAKE_NO_SPACE;
  avb_test_await_error (avb_library_save_running (library, operation), AVB_ERROR, AVB_ERROR_NO_SPACE);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
  g_assert_cmpint (avb_machine_get_state (a), ==, AVB_MACHINE_RUNNING);
  g_assert_cmpint (avb_machine_get_state (b), ==, AVB_MACHINE_SAVED);

  full->mood = AVB_FAKE_WORKS;
  avb_operation_cancel (cancelled);
  avb_test_await_error (avb_library_save_running (library, cancelled), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (cancelled), ==, AVB_OPERATION_CANCELLED);
  g_assert_cmpint (avb_machine_get_state (a), ==, AVB_MACHINE_RUNNING);
  return NULL;
}

static DexFuture *
nothing_is_leaked (gpointer data)
{
  AvbLibrary *library = make_library ();
  AvbFakeConnection *connection = g_object_ref (open_fake (library, NULL));
  AvbMachine *machine = g_object_ref (avb_fake_connection_add (connection, "a", AVB_MACHINE_OFF));

  avb_library_delete_later (library, machine, AVB_DELETE_KEEP_DISKS);
  g_assert_finalize_object (library);
  g_assert_cmpint (avb_connection_get_link (AVB_CONNECTION (connection)), ==, AVB_LINK_CLOSED);
  g_assert_finalize_object (connection);
  g_assert_finalize_object (machine);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Library/opens-once", opens_once);
  avb_test_add_fiber ("/Avb/Library/gathers-machines", gathers_machines);
  avb_test_add_fiber ("/Avb/Library/many-are-one-change", many_are_one_change);
  avb_test_add_fiber ("/Avb/Library/random-changes-are-told", random_changes_are_told);
  avb_test_add_fiber ("/Avb/Library/deletion-can-be-undone", deletion_can_be_undone);
  avb_test_add_fiber ("/Avb/Library/deletion-happens", deletion_happens);
  avb_test_add_fiber ("/Avb/Library/failed-deletion-brings-it-back", failed_deletion_brings_it_back);
  avb_test_add_fiber ("/Avb/Library/pending-deletions-happen-at-the-end", pending_deletions_happen_at_the_end);
  avb_test_add_fiber ("/Avb/Library/jobs-come-and-go", jobs_come_and_go);
  avb_test_add_fiber ("/Avb/Library/jobs-are-cancelled-at-the-end", jobs_are_cancelled_at_the_end);
  avb_test_add_fiber ("/Avb/Library/saves-what-is-the-users", saves_what_is_the_users);
  avb_test_add_fiber ("/Avb/Library/one-that-cannot-be-saved-does-not-stop-the-others",
                      one_that_cannot_be_saved_does_not_stop_the_others);
  avb_test_add_fiber ("/Avb/Library/nothing-is-leaked", nothing_is_leaked);
  return g_test_run ();
}
