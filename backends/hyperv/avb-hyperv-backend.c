/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-backend.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-hyperv-connection.h"
#include "backends/hyperv/avb-wsman-client.h"

struct _AvbHypervBackend {
  AvbBackend parent_instance;
};

G_DEFINE_FINAL_TYPE (AvbHypervBackend, avb_hyperv_backend, AVB_TYPE_BACKEND)

static const char *
avb_hyperv_backend_get_id (AvbBackend *backend)
{
  return "hyperv";
}

static const char *
avb_hyperv_backend_get_name (AvbBackend *backend)
{
  return _ ("Hyper-V");
}

static const char *
avb_hyperv_backend_get_default_uri (AvbBackend *backend)
{
#ifdef G_OS_WIN32
  return "hyperv://localhost";
#else
  return NULL;
#endif
}

static gboolean
avb_hyperv_backend_handles_uri (AvbBackend *backend, const char *uri)
{
  return avb_hyperv_handles_uri (uri);
}

#ifdef G_OS_WIN32
/* A certificate that nobody vouches for, or a question for a password, is an answer, too. */
static DexFuture *
identified_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL || error->domain == G_TLS_ERROR
      || g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION))
    return dex_future_new_true ();
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_UNAVAILABLE, error->message,
                     _ ("Windows Remote Management does not answer on this computer: turn Hyper-V on and run “winrm quickconfig -transport:https” as administrator.")));
}
#endif

static DexFuture *
avb_hyperv_backend_probe (AvbBackend *backend)
{
#ifdef G_OS_WIN32
  AvbWsmanClient *client = avb_wsman_client_new ("https://localhost:5986/wsman", "root/virtualization/v2");

  return dex_future_finally (avb_wsman_client_identify (client), identified_cb, client, g_object_unref);
#else
  /* For hosts elsewhere this computer needs nothing. */
  return dex_future_new_true ();
#endif
}

static AvbConnection *
avb_hyperv_backend_connect (AvbBackend *backend, const char *uri)
{
  return avb_hyperv_connection_new (uri);
}

static void
avb_hyperv_backend_class_init (AvbHypervBackendClass *klass)
{
  AvbBackendClass *backend_class = AVB_BACKEND_CLASS (klass);

  backend_class->get_id = avb_hyperv_backend_get_id;
  backend_class->get_name = avb_hyperv_backend_get_name;
  backend_class->get_default_uri = avb_hyperv_backend_get_default_uri;
  backend_class->handles_uri = avb_hyperv_backend_handles_uri;
  backend_class->probe = avb_hyperv_backend_probe;
  backend_class->connect = avb_hyperv_backend_connect;
}

static void
avb_hyperv_backend_init (AvbHypervBackend *self)
{
}

AvbBackend *
avb_hyperv_backend_new (void)
{
  return g_object_new (AVB_TYPE_HYPERV_BACKEND, NULL);
}
