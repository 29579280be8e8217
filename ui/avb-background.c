/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-background.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

#if AVB_PORTAL

#include <libportal-gtk4/portal-gtk4.h>

static void
requested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  g_autoptr (GError) error = NULL;

  if (xdp_portal_request_background_finish (XDP_PORTAL (source), result, &error))
    {
      xdp_portal_set_background_status (XDP_PORTAL (source), _("Finishing what is under way"), NULL, NULL, NULL);
      dex_promise_resolve_boolean (promise, TRUE);
      return;
    }
  dex_promise_reject (promise, avb_error_new (AVB_ERROR_PERMISSION, error != NULL ? error->message : NULL,
                                              _("The desktop does not let this program go on without its window. The "
                                                "window stays open until the work is done.")));
}

static DexFuture *
request (GtkWindow *window)
{
  g_autoptr (XdpPortal) portal = xdp_portal_new ();
  XdpParent *parent = xdp_parent_new_gtk (window);
  g_autofree char *reason = g_strdup (_("Downloads and new machines are finished without the window."));
  DexPromise *promise = dex_promise_new ();

  xdp_portal_request_background (portal, parent, reason, NULL, XDP_BACKGROUND_FLAG_NONE, NULL, requested_cb,
                                 dex_ref (promise));
  xdp_parent_free (parent);
  return DEX_FUTURE (promise);
}

#endif

DexFuture *
avb_background_request (GtkWindow *window)
{
  dex_return_error_if_fail (GTK_IS_WINDOW (window));

#if AVB_PORTAL
  if (xdp_portal_running_under_sandbox ())
    return request (window);
#endif
  return dex_future_new_true ();
}
