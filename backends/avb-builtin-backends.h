/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-backend.h"

G_BEGIN_DECLS

/**
 * avb_builtin_backends:
 *
 * The only place that names concrete backends: those that meson's options switched on.
 *
 * Returns: (transfer full) (element-type AvbBackend): the first is the default of this host
 */
GListModel *avb_builtin_backends (void);

G_END_DECLS
