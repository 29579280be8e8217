/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-job-queue.h"

#include "tests/avb-test.h"

#define WAITING "Waiting for other jobs to end"

static gboolean
is_waiting (AvbOperation *operation)
{
  return g_strcmp0 (avb_operation_get_status (operation), WAITING) == 0;
}

static DexFuture *
order_fiber (gpointer data)
{
  AvbJobQueue *queue = avb_job_queue_new (2);
  AvbOperation *operations[4];
  DexFuture *futures[4];

  for (guint i = 0; i < 4; i++)
    {
      operations[i] = avb_operation_new ("Job");
      futures[i] = avb_job_queue_enter (queue, operations[i]);
    }
  avb_test_await (dex_ref (futures[0]));
  avb_test_await (dex_ref (futures[1]));
  avb_test_until_true (is_waiting (operations[2]) && is_waiting (operations[3]));
  g_assert_false (is_waiting (operations[0]));
  g_assert_true (dex_future_is_pending (futures[2]));

  avb_operation_finish (operations[1], NULL);
  avb_test_await (dex_ref (futures[2]));
  g_assert_true (dex_future_is_pending (futures[3]));
  avb_test_until_true (!is_waiting (operations[2]));
  g_assert_true (is_waiting (operations[3]));

  /* More room lets more in at once. */
  avb_job_queue_set_limit (queue, 3);
  avb_test_await (dex_ref (futures[3]));
  for (guint i = 0; i < 4; i++)
    {
      avb_operation_finish (operations[i], NULL);
      dex_unref (futures[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_object_unref (operations[i]);
  avb_test_pass_time ();
  g_assert_finalize_object (queue);
  return NULL;
}

static DexFuture *
cancel_fiber (gpointer data)
{
  g_autoptr (AvbJobQueue) queue = avb_job_queue_new (1);
  g_autoptr (AvbOperation) one = avb_operation_new ("One");
  g_autoptr (AvbOperation) other = avb_operation_new ("Other");
  g_autoptr (AvbOperation) third = avb_operation_new ("Third");
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  DexFuture *waiting;
  DexFuture *last;

  avb_test_await (avb_job_queue_enter (queue, one));
  waiting = avb_job_queue_enter (queue, other);
  last = avb_job_queue_enter (queue, third);
  avb_operation_cancel (other);
  avb_test_await_error (waiting, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  avb_operation_finish (other, error);
  g_assert_true (dex_future_is_pending (last));

  /* A failure makes room as well. */
  avb_operation_finish (one, error);
  avb_test_await (last);
  avb_operation_finish (third, NULL);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);

  avb_test_add_fiber ("/Avb/JobQueue/first-come-first-served", order_fiber);
  avb_test_add_fiber ("/Avb/JobQueue/cancel-while-waiting", cancel_fiber);

  return g_test_run ();
}
