/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-call.h"

G_BEGIN_DECLS

/**
 * AvbLibvirtStreamKind:
 * @open: virDomainOpenChannel() or virDomainOpenConsole()
 * @what: what failed, if it fails: a translated sentence
 * @busy: translated: another program has it open
 * @missing: (nullable): translated: the machine has none of that name
 *
 * What of a machine is opened as a stream of libvirt. The texts are static.
 */
typedef struct {
  int (*open) (virDomain *domain, const char *name, virStream *stream, guint flags);
  const char *what;
  const char *busy;
  const char *missing;
} AvbLibvirtStreamKind;

/**
 * avb_libvirt_stream_open:
 * @name: of the device
 * @flags: of @kind's function
 *
 * Opens a stream over a connection of its own, see avb_libvirt_stream_socket_new(). Main thread.
 *
 * Returns: resolves to an int: a connected, non-blocking socket that the caller owns. Rejects with
 *   %AVB_ERROR_BUSY and %AVB_ERROR_NOT_FOUND among others.
 */
DexFuture *avb_libvirt_stream_open (AvbMachine                 *machine,
                                    const AvbLibvirtStreamKind *kind,
                                    const char                 *name,
                                    guint flags) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
