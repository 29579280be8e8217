/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/libvirt/avb-libvirt-util.h"

G_BEGIN_DECLS

/**
 * avb_libvirt_stream_socket_new:
 * @vir: (transfer full): the stream's connection, which nobody else uses
 * @stream: (transfer full): a connected stream of @vir that does not block
 *
 * Joins a stream of libvirt and a socket until either ends; then closes both. Main thread.
 *
 * libvirt holds no sender back: it reads what the hypervisor sends into memory without a limit,
 * whether somebody takes it or not. So it is taken at once and kept here, but not without end: when
 * the socket's reader is too slow, the oldest is left out, and a line in its place says so. The other
 * way, a daemon whose guest does not read stops reading from the connection altogether, which is why
 * that must be one of its own; sending blocks then, so a worker does it.
 *
 * Returns: a connected, non-blocking socket that the caller owns; -1 with @error set
 */
int avb_libvirt_stream_socket_new (virConnect *vir, virStream *stream, GError **error);

G_END_DECLS
