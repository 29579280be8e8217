/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"
#include "backends/libvirt/avb-domain-xml.h"

G_BEGIN_DECLS

/**
 * AvbLibvirtConnection:
 *
 * A connection to libvirt, any driver of it. It opens by itself and comes back by itself.
 */
#define AVB_TYPE_LIBVIRT_CONNECTION (avb_libvirt_connection_get_type ())
G_DECLARE_FINAL_TYPE (AvbLibvirtConnection, avb_libvirt_connection, AVB, LIBVIRT_CONNECTION,
                      AvbConnection)

AvbConnection *avb_libvirt_connection_new (const char *uri);

/* Whether libvirt has a driver that this program knows how to use for @uri. */
gboolean avb_libvirt_handles_uri (const char *uri);

/* What a probe of this computer found out; of interest where the hypervisor runs here. */
void avb_libvirt_connection_set_acceleration (AvbLibvirtConnection *self,
                                              AvbAcceleration       acceleration,
                                              const char           *reason,
                                              const char           *remedy);

/**
 * AvbLibvirtHost:
 *
 * What is special about the computer that a connection's hypervisor runs on, where libvirt itself does not tell. Both are
 * called on workers, with the path of the QEMU that libvirt uses (nullable).
 */
typedef struct {
  /* @traits: as read from libvirt for machines of @architecture. `loader` and `nvram_template` are freed with it, other strings are not.
   * @has_firmware: libvirt finds UEFI by itself. @privileged: QEMU runs as the system's, not as this user's. */
  void (*refine_traits)       (AvbDomainTraits *traits,
                               const char      *architecture,
                               const char      *emulator,
                               gboolean         has_firmware,
                               gboolean         privileged);
  void (*refine_capabilities) (AvbCapabilities *capabilities, const char *emulator);
} AvbLibvirtHost;

/* @host: lives for ever. Before the connection is used. */
void avb_libvirt_connection_set_host (AvbLibvirtConnection *self, const AvbLibvirtHost *host);

/* Has @probe look at this computer now, and again at each avb_connection_retry(): what was missing may have been mended. */
typedef void (*AvbLibvirtProbeFunc) (AvbLibvirtConnection *self);
void avb_libvirt_connection_set_probe (AvbLibvirtConnection *self, AvbLibvirtProbeFunc probe);

G_END_DECLS
