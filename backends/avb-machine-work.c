/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

/* Long work on a machine: it is the machine's operation meanwhile, and ends it. */

typedef struct {
  AvbMachine   *machine;
  AvbOperation *operation;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_object_unref (work->machine);
  g_object_unref (work->operation);
  g_free (work);
}

static DexFuture *
work_ended_cb (DexFuture *future, gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (avb_machine_get_operation (work->machine) == work->operation)
    avb_machine_set_operation (work->machine, NULL);
  avb_operation_finish (work->operation, error);

  return dex_ref (future);
}

DexFuture *
avb_machine_refuse_work (AvbMachine   *self,
                         gconstpointer verb,
                         AvbFeature    feature,
                         AvbOperation *operation)
{
  DexFuture *refusal = avb_machine_refuse_feature (self, verb, feature, 0);
  g_autoptr (GError) error = NULL;

  if (refusal == NULL && avb_machine_get_operation (self) != NULL)
    refusal = avb_machine_reject (AVB_ERROR_BUSY,
                                  _ ("Other work on this machine is still under way."));
  if (refusal != NULL)
    {
      dex_future_get_value (refusal, &error);
      avb_operation_finish (operation, error);
    }
  return refusal;
}

void
avb_machine_begin_work (AvbMachine *self, AvbOperation *operation)
{
  avb_machine_set_operation (self, operation);
}

DexFuture *
avb_machine_end_work (AvbMachine *self, AvbOperation *operation, DexFuture *future)
{
  Work *work = g_new0 (Work, 1);

  work->machine = g_object_ref (self);
  work->operation = g_object_ref (operation);
  return dex_future_finally (future, work_ended_cb, work, work_free);
}
