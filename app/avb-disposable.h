/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * avb_disposable_open:
 * @file: an installer, a live image or a disk image
 * @operation: progress and cancel; finished by this call, and added to the library's jobs
 *
 * Starts a machine that leaves nothing behind: without a network, without a clipboard, folders or USB devices of this
 * computer, and what it writes goes to an overlay that has no name any more once it runs, so that it is gone with the
 * machine whoever dies first. @file is only read. Main thread.
 *
 * Returns: (transfer full): resolves to the running #AvbMachine, or rejects with what avb_medium_inspect() and
 *   avb_draft_new() say, or %AVB_ERROR_NOT_SUPPORTED: not this kind of file, or not on this connection
 */
DexFuture *avb_disposable_open (AvbLibrary    *library,
                                AvbConnection *connection,
                                GFile         *file,
                                AvbOperation  *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Switches off every disposable machine of @library that runs, and with that it is gone. Resolves to %TRUE, also where one
 * does not end. */
DexFuture *avb_disposable_end_all (AvbLibrary *library) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
