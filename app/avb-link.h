/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * avb_link_wait:
 * @patient: wait too while the link is lost and being tried again
 *
 * Waits until a connection can be used. Main thread.
 *
 * Returns: (transfer full): resolves to %TRUE once the link is up, or rejects with
 *   %AVB_ERROR_UNAVAILABLE: it was closed, or (not @patient) lost
 */
DexFuture *avb_link_wait (AvbConnection *connection, gboolean patient) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
