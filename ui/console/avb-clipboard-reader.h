/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>
#include <libdex.h>

G_BEGIN_DECLS

/* What a clipboard was found to have. */
typedef struct {
  char   *mime_type;
  GBytes *bytes;
} AvbClipboardPiece;

#define AVB_TYPE_CLIPBOARD_PIECE (avb_clipboard_piece_get_type ())
GType              avb_clipboard_piece_get_type (void);
AvbClipboardPiece *avb_clipboard_piece_copy     (const AvbClipboardPiece *self);
void               avb_clipboard_piece_free     (AvbClipboardPiece *self);

/**
 * avb_clipboard_read:
 * @clipboard: the desktop's
 * @mime_types: (array zero-terminated=1): best first
 * @limit: bytes; more is refused with %AVB_ERROR_INVALID
 * @cancellable: ends it
 *
 * Reads without believing the owner of the clipboard, who may be slow, or never end: that is given up after
 * ten seconds without a byte. Main thread.
 *
 * Returns: (transfer full): an #AvbClipboardPiece
 */
DexFuture *avb_clipboard_read (GdkClipboard       *clipboard,
                               const char *const  *mime_types,
                               gsize               limit,
                               GCancellable       *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
