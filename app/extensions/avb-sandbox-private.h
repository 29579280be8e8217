/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-sandbox.h"

G_BEGIN_DECLS

/* For the self-test, which proves it. @spec's exec may be absolute there: a program of the system. */
GSubprocess *avb_sandbox_spawn_unproven (const AvbSandboxSpec *spec, gboolean scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void         avb_sandbox_set_proven     (gboolean is_proven);
void         avb_sandbox_set_bwrap      (const char *bwrap);
gboolean     avb_sandbox_is_flatpak     (void);
/* Whether the self-test found that systemd makes scopes for this user. */
gboolean     avb_sandbox_has_scope      (void);

G_END_DECLS
