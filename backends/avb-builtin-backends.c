/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-builtin-backends.h"

#if AVB_BACKEND_HVF
#include "backends/hvf/avb-hvf-backend.h"
#endif
#if AVB_BACKEND_HYPERV
#include "backends/hyperv/avb-hyperv-backend.h"
#endif
#if AVB_BACKEND_KVM
#include "backends/kvm/avb-kvm-backend.h"
#endif

GListModel *
avb_builtin_backends (void)
{
  GListStore *store = g_list_store_new (AVB_TYPE_BACKEND);

#if AVB_BACKEND_KVM
  {
    g_autoptr (AvbBackend) kvm = avb_kvm_backend_new ();

    g_list_store_append (store, kvm);
  }
#endif

#if AVB_BACKEND_HVF
  {
    g_autoptr (AvbBackend) hvf = avb_hvf_backend_new ();

    g_list_store_append (store, hvf);
  }
#endif

#if AVB_BACKEND_HYPERV
  {
    g_autoptr (AvbBackend) hyperv = avb_hyperv_backend_new ();

    g_list_store_append (store, hyperv);
  }
#endif

  return G_LIST_MODEL (store);
}
