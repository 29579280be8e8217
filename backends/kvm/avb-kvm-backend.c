/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/kvm/avb-kvm-backend.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/kvm/avb-kvm-probe.h"
#include "backends/libvirt/avb-libvirt-connection.h"

#if defined(__x86_64__)
#define HOST_ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define HOST_ARCHITECTURE "aarch64"
#elif defined(__riscv)
#define HOST_ARCHITECTURE "riscv64"
#elif defined(__powerpc64__)
#define HOST_ARCHITECTURE "ppc64"
#else
#define HOST_ARCHITECTURE "i386"
#endif

struct _AvbKvmBackend {
  AvbBackend parent_instance;
};

G_DEFINE_FINAL_TYPE (AvbKvmBackend, avb_kvm_backend, AVB_TYPE_BACKEND)

static const char *
avb_kvm_backend_get_id (AvbBackend *backend)
{
  return "kvm";
}

static const char *
avb_kvm_backend_get_name (AvbBackend *backend)
{
  return _ ("KVM");
}

static const char *
avb_kvm_backend_get_default_uri (AvbBackend *backend)
{
  return "qemu:///session";
}

static gboolean
avb_kvm_backend_handles_uri (AvbBackend *backend, const char *uri)
{
  return avb_libvirt_handles_uri (uri);
}

/* libvirt itself is linked; what may be missing is QEMU. */
static DexFuture *
avb_kvm_backend_probe (AvbBackend *backend)
{
  static const char *const programs[] = { "qemu-system-" HOST_ARCHITECTURE, "qemu-kvm", "kvm" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path != NULL)
        return dex_future_new_true ();
    }
  if (g_file_test ("/usr/libexec/qemu-kvm", G_FILE_TEST_IS_EXECUTABLE))
    return dex_future_new_true ();
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_UNAVAILABLE, NULL,
                     _ ("QEMU is not installed: install it with your system’s package manager.")));
}

static DexFuture *
probe_done_cb (DexFuture *future,
               gpointer   user_data)
{
  AvbLibvirtConnection *connection = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  const AvbKvmProbe *probe = g_value_get_boxed (value);
  g_autofree char *reason = avb_kvm_probe_dup_reason (probe);
  g_autofree char *remedy = avb_kvm_probe_dup_remedy (probe);

  avb_libvirt_connection_set_acceleration (connection,
                                           reason == NULL ? AVB_ACCELERATION_HARDWARE
                                                          : AVB_ACCELERATION_NONE,
                                           reason, remedy);
  return dex_future_new_true ();
}

static void
probe (AvbLibvirtConnection *connection)
{
  avb_future_finish (dex_future_then (avb_kvm_probe_run (NULL, NULL, NULL), probe_done_cb,
                                      g_object_ref (connection), g_object_unref),
                     "KVM could not be probed");
}

static AvbConnection *
avb_kvm_backend_connect (AvbBackend *backend,
                         const char *uri)
{
  AvbConnection *connection = avb_libvirt_connection_new (uri);

  if (g_str_has_prefix (uri, "qemu:///"))
    avb_libvirt_connection_set_probe (AVB_LIBVIRT_CONNECTION (connection), probe);
  return connection;
}

static void
avb_kvm_backend_class_init (AvbKvmBackendClass *klass)
{
  AvbBackendClass *backend_class = AVB_BACKEND_CLASS (klass);

  backend_class->get_id = avb_kvm_backend_get_id;
  backend_class->get_name = avb_kvm_backend_get_name;
  backend_class->get_default_uri = avb_kvm_backend_get_default_uri;
  backend_class->handles_uri = avb_kvm_backend_handles_uri;
  backend_class->probe = avb_kvm_backend_probe;
  backend_class->connect = avb_kvm_backend_connect;
}

static void
avb_kvm_backend_init (AvbKvmBackend *self)
{
}

AvbBackend *
avb_kvm_backend_new (void)
{
  return g_object_new (AVB_TYPE_KVM_BACKEND, NULL);
}
