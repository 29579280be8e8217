/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-link.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

typedef struct {
  AvbConnection *connection;
  DexPromise    *promise;
  gulong         handler;
  gboolean       patient;
} Wait;

static void
wait_end (Wait *self)
{
  g_clear_signal_handler (&self->handler, self->connection);
  g_object_unref (self->connection);
  dex_unref (self->promise);
  g_free (self);
}

static void
link_cb (AvbConnection *connection, GParamSpec *pspec, gpointer data)
{
  Wait *self = data;
  AvbLink link = avb_connection_get_link (connection);
  const char *reason = avb_connection_get_link_error (connection);

  if (link == AVB_LINK_CONNECTING || (link == AVB_LINK_LOST && self->patient))
    return;
  if (link == AVB_LINK_UP)
    dex_promise_resolve_boolean (self->promise, TRUE);
  else
    dex_promise_reject (self->promise,
                        avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "%s",
                                       reason != NULL ? reason
                                                      : _("There is no connection to the hypervisor.")));
  wait_end (self);
}

DexFuture *
avb_link_wait (AvbConnection *connection, gboolean patient)
{
  Wait *self;
  DexPromise *promise;

  dex_return_error_if_fail (AVB_IS_CONNECTION (connection));

  promise = dex_promise_new ();
  self = g_new0 (Wait, 1);
  self->connection = g_object_ref (connection);
  self->promise = dex_ref (promise);
  self->patient = patient;
  self->handler = g_signal_connect (connection, "notify::link", G_CALLBACK (link_cb), self);
  link_cb (connection, NULL, self);
  return DEX_FUTURE (promise);
}
