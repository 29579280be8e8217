/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-backend.h"

G_BEGIN_DECLS

/**
 * AvbKvmBackend:
 *
 * KVM and QEMU through libvirt, on this computer by default; and any other URI of libvirt.
 */
#define AVB_TYPE_KVM_BACKEND (avb_kvm_backend_get_type ())
G_DECLARE_FINAL_TYPE (AvbKvmBackend, avb_kvm_backend, AVB, KVM_BACKEND, AvbBackend)

AvbBackend *avb_kvm_backend_new (void);

G_END_DECLS
