/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-stream-open.h"

#include "backends/libvirt/avb-libvirt-stream-socket.h"

#define KEEP_ALIVE_SECONDS 5
#define KEEP_ALIVE_COUNT 4

typedef struct {
  AvbLibvirtStreamKind kind;
  char                *uri;
  char                *name;
  guint                flags;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->uri);
  g_free (request->name);
  g_free (request);
}

typedef struct {
  virConnect *vir;
  virStream  *stream;
} Opened;

/* libvirt says so in words only; nothing else fails with these codes here. */
static GError *
open_error_new (const AvbLibvirtStreamKind *kind)
{
  const virError *error = virGetLastError ();

  if (error != NULL && error->code == VIR_ERR_OPERATION_FAILED)
    return avb_error_new (AVB_ERROR_BUSY, error->message, "%s", kind->busy);
  if (error != NULL && error->code == VIR_ERR_INTERNAL_ERROR && kind->missing != NULL)
    return avb_error_new (AVB_ERROR_NOT_FOUND, error->message, "%s", kind->missing);
  return avb_libvirt_error_new (kind->what);
}

/* See avb_libvirt_stream_socket_new() for why the link of all other calls isn't used. */
static DexFuture *
open_thread (virDomain *domain, AvbLibvirtCall *call)
{
  Request *request = call->data;
  g_autoptr (virConnect) vir = virConnectOpenAuth (request->uri, NULL, 0);
  g_autoptr (virDomain) own = NULL;
  g_autoptr (virStream) stream = NULL;
  Opened *opened;

  if (vir == NULL)
    return avb_libvirt_future_error (call->what);
  virConnectSetKeepAlive (vir, KEEP_ALIVE_SECONDS, KEEP_ALIVE_COUNT);
  own = virDomainLookupByUUIDString (vir, call->uuid);
  stream = virStreamNew (vir, VIR_STREAM_NONBLOCK);
  if (own == NULL || stream == NULL)
    return avb_libvirt_future_error (call->what);
  if (request->kind.open (own, request->name, stream, request->flags) < 0)
    return dex_future_new_for_error (open_error_new (&request->kind));
  opened = g_new0 (Opened, 1);
  opened->vir = g_steal_pointer (&vir);
  opened->stream = g_steal_pointer (&stream);
  return dex_future_new_for_pointer (opened);
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  g_autofree Opened *opened = g_value_get_pointer (dex_future_get_value (future, NULL));
  GError *error = NULL;
  int     fd = avb_libvirt_stream_socket_new (opened->vir, opened->stream, &error);

  return fd < 0 ? dex_future_new_for_error (error) : dex_future_new_for_int (fd);
}

DexFuture *
avb_libvirt_stream_open (AvbMachine                 *machine,
                         const AvbLibvirtStreamKind *kind,
                         const char                 *name,
                         guint                       flags)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (machine, open_thread, kind->what);
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  if (call != NULL)
    {
      Request *request = g_new0 (Request, 1);

      request->kind = *kind;
      request->uri = g_strdup (avb_connection_get_uri (connection));
      request->name = g_strdup (name);
      request->flags = flags;
      call->data = request;
      call->data_free = request_free;
    }
  return dex_future_then (avb_libvirt_call_run_long (call), opened_cb, NULL, NULL);
}
