/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-backend.h"

G_BEGIN_DECLS

/**
 * AvbHvfBackend:
 *
 * Apple's Hypervisor.framework and QEMU through libvirt, on a Mac by default; and any other URI of libvirt. It is built
 * everywhere and offered on macOS.
 */
#define AVB_TYPE_HVF_BACKEND (avb_hvf_backend_get_type ())
G_DECLARE_FINAL_TYPE (AvbHvfBackend, avb_hvf_backend, AVB, HVF_BACKEND, AvbBackend)

AvbBackend *avb_hvf_backend_new (void);

G_END_DECLS
