/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

#define PROGRESS_INTERVAL 200 /* ms */

static DexFuture *
save_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainManagedSave (domain, 0), call);
}

static DexFuture *
abort_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainAbortJob (domain), call);
}

/* Resolves to "DONE TOTAL". */
static DexFuture *
job_thread (virDomain *domain, AvbLibvirtCall *call)
{
  virDomainJobInfo info = { 0 };

  if (virDomainGetJobInfo (domain, &info) < 0)
    return avb_libvirt_future_error (call->what);
  return dex_future_new_take_string (
      g_strdup_printf ("%llu %llu", info.dataProcessed, info.dataTotal));
}

typedef struct {
  AvbMachine   *machine;
  AvbOperation *operation;
} SaveCall;

static void
save_call_free (gpointer data)
{
  SaveCall *call = data;

  g_object_unref (call->machine);
  g_object_unref (call->operation);
  g_free (call);
}

static void
report_job (SaveCall *call)
{
  g_autofree char *text = dex_await_string (
      avb_libvirt_call_run (avb_libvirt_call_new (call->machine, job_thread, "job")), NULL);
  guint64 done, total;

  if (text != NULL && sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &done, &total) == 2
      && total > 0)
    avb_operation_set_bytes (call->operation, done, total);
}

/* Waits for the save, reports its progress meanwhile, and stops it when that is asked for. */
static DexFuture *
save_fiber (gpointer data)
{
  SaveCall     *call = data;
  GCancellable *cancellable = avb_operation_get_cancellable (call->operation);
  g_autoptr (GError) error = NULL;
  DexFuture *save;
  gboolean   aborted = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  save = avb_libvirt_call_run_long (
      avb_libvirt_call_new (call->machine, save_thread, _ ("The machine could not be saved.")));
  while (dex_future_is_pending (save))
    {
      dex_await (dex_future_first (dex_ref (save), dex_timeout_new_msec (PROGRESS_INTERVAL), NULL),
                 NULL);
      if (!dex_future_is_pending (save))
        break;
      /* Asked again until it is heard: the job may not have begun yet. */
      if (g_cancellable_is_cancelled (cancellable))
        aborted |= dex_await (
            avb_libvirt_call_run (avb_libvirt_call_new (call->machine, abort_thread, "abort")),
            NULL);
      else
        report_job (call);
    }
  if (!dex_await (save, &error))
    {
      if (aborted)
        return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_machine_save (AvbMachine *machine, AvbOperation *operation)
{
  SaveCall *call = g_new0 (SaveCall, 1);

  call->machine = g_object_ref (machine);
  call->operation = g_object_ref (operation);
  return avb_fiber_spawn (save_fiber, call, save_call_free);
}
