/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * avb_leftovers_clean_up:
 *
 * Removes what this program left in the user's files when it was killed: exports, unpacked disks, what installers were to
 * be told. Volumes and machines that were made halfway are removed by their connection, which can ask what is in use. At
 * the start of the program.
 *
 * Returns: (transfer full): resolves to %TRUE
 */
DexFuture *avb_leftovers_clean_up (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
