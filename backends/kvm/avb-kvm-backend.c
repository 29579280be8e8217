/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/kvm/avb-kvm-backend.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-connection.h"

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

static AvbConnection *
avb_kvm_backend_connect (AvbBackend *backend, const char *uri)
{
  return avb_libvirt_connection_new (uri);
}

static void
avb_kvm_backend_class_init (AvbKvmBackendClass *klass)
{
  AvbBackendClass *backend_class = AVB_BACKEND_CLASS (klass);

  backend_class->get_id = avb_kvm_backend_get_id;
  backend_class->get_name = avb_kvm_backend_get_name;
  backend_class->get_default_uri = avb_kvm_backend_get_default_uri;
  backend_class->handles_uri = avb_kvm_backend_handles_uri;
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
