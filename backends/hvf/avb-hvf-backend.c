/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hvf/avb-hvf-backend.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/hvf/avb-hvf-host.h"
#include "backends/hvf/avb-hvf-probe.h"
#include "backends/libvirt/avb-libvirt-connection.h"

struct _AvbHvfBackend {
  AvbBackend parent_instance;
};

G_DEFINE_FINAL_TYPE (AvbHvfBackend, avb_hvf_backend, AVB_TYPE_BACKEND)

static const char *
avb_hvf_backend_get_id (AvbBackend *backend)
{
  return "hvf";
}

static const char *
avb_hvf_backend_get_name (AvbBackend *backend)
{
  return _ ("Hypervisor.framework");
}

static const char *
avb_hvf_backend_get_default_uri (AvbBackend *backend)
{
  return "qemu:///session";
}

static gboolean
avb_hvf_backend_handles_uri (AvbBackend *backend, const char *uri)
{
  return avb_libvirt_handles_uri (uri);
}

static AvbHvfVerdict
get_verdict (DexFuture *future)
{
  const GValue *value = dex_future_get_value (future, NULL);

  return (AvbHvfVerdict) g_value_get_int (value);
}

static DexFuture *
probed_cb (DexFuture *future, gpointer data)
{
  const AvbHvfVerdict verdict = get_verdict (future);
  const char         *remedy = avb_hvf_verdict_get_remedy (verdict);
  g_autofree char    *text = NULL;

  if (!avb_hvf_verdict_is_fatal (verdict))
    return dex_future_new_true ();
  text = g_strjoin (" ", avb_hvf_verdict_get_reason (verdict), remedy, NULL);
  return dex_future_new_for_error (
      avb_error_new (verdict == AVB_HVF_ELSEWHERE ? AVB_ERROR_NOT_SUPPORTED : AVB_ERROR_UNAVAILABLE,
                     NULL,
                     "%s",
                     text));
}

static DexFuture *
avb_hvf_backend_probe (AvbBackend *backend)
{
  return dex_future_then (avb_hvf_probe_run (), probed_cb, NULL, NULL);
}

static DexFuture *
acceleration_cb (DexFuture *future, gpointer data)
{
  const AvbHvfVerdict verdict = get_verdict (future);

  avb_libvirt_connection_set_acceleration (data,
                                           verdict == AVB_HVF_WORKS ? AVB_ACCELERATION_HARDWARE
                                                                    : AVB_ACCELERATION_NONE,
                                           avb_hvf_verdict_get_reason (verdict),
                                           avb_hvf_verdict_get_remedy (verdict));
  return dex_future_new_true ();
}

static void
probe (AvbLibvirtConnection *connection)
{
  avb_future_finish (
      dex_future_then (
          avb_hvf_probe_run (), acceleration_cb, g_object_ref (connection), g_object_unref),
      "Hypervisor.framework could not be probed");
}

static AvbConnection *
avb_hvf_backend_connect (AvbBackend *backend, const char *uri)
{
  AvbConnection *connection = avb_libvirt_connection_new (uri);

  if (g_str_has_prefix (uri, "qemu:///"))
    {
      avb_libvirt_connection_set_host (AVB_LIBVIRT_CONNECTION (connection), &avb_hvf_host);
      avb_libvirt_connection_set_probe (AVB_LIBVIRT_CONNECTION (connection), probe);
    }
  return connection;
}

static void
avb_hvf_backend_class_init (AvbHvfBackendClass *klass)
{
  AvbBackendClass *backend_class = AVB_BACKEND_CLASS (klass);

  backend_class->get_id = avb_hvf_backend_get_id;
  backend_class->get_name = avb_hvf_backend_get_name;
  backend_class->get_default_uri = avb_hvf_backend_get_default_uri;
  backend_class->handles_uri = avb_hvf_backend_handles_uri;
  backend_class->probe = avb_hvf_backend_probe;
  backend_class->connect = avb_hvf_backend_connect;
}

static void
avb_hvf_backend_init (AvbHvfBackend *self)
{
}

AvbBackend *
avb_hvf_backend_new (void)
{
  return g_object_new (AVB_TYPE_HVF_BACKEND, NULL);
}
