/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* Deleting as a verb: it outlives a lost link. What is deleted: avb-libvirt-delete.c. */

#define LINK_CHECK_MS 200
#define LINK_WAIT_MS (60 * 1000)
#define MAX_TRIES 5

static DexFuture *
delete_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_delete_domain (domain, call->flags, call->disks);
}

static DexFuture *
leftover_thread (gpointer data)
{
  AvbLibvirtCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);

  virResetLastError ();
  return avb_libvirt_delete_leftover (vir, call->disks);
}

typedef struct {
  AvbMachine    *machine;
  AvbDeleteFlags flags;
} DeleteCall;

static void
delete_call_free (gpointer data)
{
  DeleteCall *call = data;

  g_object_unref (call->machine);
  g_free (call);
}

/* (nullable): NULL without a link */
static AvbLibvirtCall *
delete_call_new (DeleteCall *delete, GPtrArray *disks)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (
      delete->machine, delete_thread, _ ("The machine could not be deleted."));

  if (call != NULL)
    {
      call->flags = delete->flags;
      call->disks = g_ptr_array_ref (disks);
    }
  return call;
}

/* Inside a fiber. FALSE if the link does not come back in a minute. */
static gboolean
wait_for_link (AvbMachine *machine)
{
  for (guint i = 0; i < LINK_WAIT_MS / LINK_CHECK_MS; i++)
    {
      g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

      if (connection == NULL || avb_connection_get_link (connection) == AVB_LINK_CLOSED)
        return FALSE;
      dex_await (dex_timeout_new_msec (LINK_CHECK_MS), NULL);
      if (avb_connection_get_link (connection) == AVB_LINK_UP)
        return TRUE;
    }
  return FALSE;
}

/* When the link is lost before the answer, the domain may be gone while its disks are still there:
 * the deletion goes on over the next link. */
static DexFuture *
delete_fiber (gpointer data)
{
  DeleteCall *call = data;
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func (g_free);
  gboolean lost = FALSE;

  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) leftover_error = NULL;

      if (dex_await (avb_libvirt_call_run (delete_call_new (call, disks)), &error))
        return dex_future_new_true ();
      if (lost && g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
        {
          AvbLibvirtCall *leftover = delete_call_new (call, disks);

          if (leftover != NULL)
            {
              if (dex_await (avb_blocking_run (leftover_thread, leftover, avb_libvirt_call_free),
                             &leftover_error))
                return dex_future_new_true ();
              g_clear_error (&error);
              error = g_steal_pointer (&leftover_error);
            }
        }
      if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        return dex_future_new_for_error (g_steal_pointer (&error));
      lost = TRUE;
      if (!wait_for_link (call->machine))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return avb_libvirt_reject_without_link ();
}

DexFuture *
avb_libvirt_machine_delete (AvbMachine *machine, AvbDeleteFlags flags)
{
  DeleteCall *call = g_new0 (DeleteCall, 1);

  call->machine = g_object_ref (machine);
  call->flags = flags;
  return avb_libvirt_refresh_after (
      machine, avb_fiber_spawn (delete_fiber, call, delete_call_free));
}
