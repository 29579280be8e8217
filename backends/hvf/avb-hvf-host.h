/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hvf/avb-hvf-entitlements.h"
#include "backends/libvirt/avb-libvirt-connection.h"

G_BEGIN_DECLS

/* What libvirt does not tell of a Mac, for avb_libvirt_connection_set_host(). */
extern const AvbLibvirtHost avb_hvf_host;

/* What @traits become for machines of @architecture where QEMU has its data in @folder (nullable) and is signed with
 * @entitlements. */
void avb_hvf_refine (AvbDomainTraits   *traits,
                     const char        *architecture,
                     const char        *folder,
                     AvbHvfEntitlements entitlements,
                     gboolean           has_firmware,
                     gboolean           privileged);

/* Where QEMU's data is: "/opt/homebrew/share/qemu" for "/opt/homebrew/bin/qemu-system-aarch64". (nullable) (transfer full) */
char *avb_hvf_find_folder (const char *emulator);

G_END_DECLS
