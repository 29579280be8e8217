/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "backends/avb-error.h"

G_BEGIN_DECLS


static inline void
avb_vir_domain_free (virDomain *domain)
{
  virDomainFree (domain);
}

static inline void
avb_vir_connect_close (virConnect *connect)
{
  virConnectClose (connect);
}

static inline void
avb_vir_stream_free (virStream *stream)
{
  virStreamFree (stream);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (virDomain, avb_vir_domain_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virConnect, avb_vir_connect_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (virStream, avb_vir_stream_free)

/**
 * avb_libvirt_error_new:
 * @what: translated sentence: what failed, for errors that fit no kind
 *
 * Translates libvirt's last error of this thread: call it right after the failed call.
 *
 * Returns: (transfer full): an error of %AVB_ERROR with libvirt's own text as details
 */
GError    *avb_libvirt_error_new    (const char *what);
DexFuture *avb_libvirt_future_error (const char *what) G_GNUC_WARN_UNUSED_RESULT;

/* Whether libvirt's last error of this thread says that nobody answers any more. */
gboolean avb_libvirt_error_is_link_lost (void);

/* Registers GLib's event loop with libvirt, once; before the first connection, on the main thread. */
void avb_libvirt_init (void);

G_END_DECLS
