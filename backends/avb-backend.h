/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * AvbBackend:
 *
 * A kind of hypervisor that this program was built with. Abstract; main thread only.
 *
 * Properties: `id` (string: "kvm"), `name` (string, translated), `default-uri` (string, nullable).
 */
#define AVB_TYPE_BACKEND (avb_backend_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbBackend, avb_backend, AVB, BACKEND, GObject)

struct _AvbBackendClass {
  GObjectClass parent_class;

  const char    *(*get_id)          (AvbBackend *self);
  const char    *(*get_name)        (AvbBackend *self);
  const char    *(*get_default_uri) (AvbBackend *self);
  gboolean       (*handles_uri)     (AvbBackend *self, const char *uri);
  DexFuture     *(*probe)           (AvbBackend *self);
  AvbConnection *(*connect)         (AvbBackend *self, const char *uri);

  gpointer _reserved[8];
};

const char *avb_backend_get_id          (AvbBackend *self);
const char *avb_backend_get_name        (AvbBackend *self);
/* (nullable) */
const char *avb_backend_get_default_uri (AvbBackend *self);
gboolean    avb_backend_handles_uri     (AvbBackend *self, const char *uri);

/**
 * avb_backend_probe:
 *
 * Whether this backend works on this computer.
 *
 * Returns: (transfer full): resolves to %TRUE, or rejects with %AVB_ERROR_UNAVAILABLE or
 *   %AVB_ERROR_NOT_SUPPORTED whose message says why and what would mend it
 */
DexFuture *avb_backend_probe (AvbBackend *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_backend_connect:
 * @uri: the hypervisor instance: "qemu:///session"
 *
 * Returns at once; the connection starts as %AVB_LINK_CONNECTING and goes on by itself.
 *
 * Returns: (transfer full): a connection
 */
AvbConnection *avb_backend_connect (AvbBackend *self, const char *uri);

G_END_DECLS
