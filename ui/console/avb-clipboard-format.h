/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>
#include <libdex.h>

G_BEGIN_DECLS

/* The guest's clipboard has a few types with numbers, VD_AGENT_CLIPBOARD_… of spice/vd_agent.h; the
 * desktop's has MIME types. A set of types is an int with the bit 1 << type set for each. */

/* Larger pieces are not taken from a guest, nor given to it: bytes. */
#define AVB_CLIPBOARD_LIMIT (100 * 1024 * 1024)
/* Larger pictures are not converted: pixels. */
#define AVB_CLIPBOARD_MAX_PIXELS (64 * 1000 * 1000)

#define AVB_CLIPBOARD_BIT(type) (1u << (type))
/* The types that are pieces of data: text and pictures. */
#define AVB_CLIPBOARD_DATA 0x3eu

/**
 * avb_clipboard_types_of_guest:
 * @types: (array length=n_types): what a guest claims to offer
 * @n_types: nothing is believed of a guest that offers more than a few
 *
 * Returns: the set of those that are known, 0 if there are none
 */
guint avb_clipboard_types_of_guest (const guint32 *types, guint n_types);

/* Returns: the set of types that a guest can be offered for what the desktop's clipboard has; with any
 *   picture, PNG is among them */
guint avb_clipboard_types_of_host (GdkClipboard *clipboard);

/* (transfer full): what the desktop can be offered for a guest's @types; with any picture, PNG is among them */
GdkContentFormats *avb_clipboard_formats_of_guest (guint types);

/**
 * avb_clipboard_mime_types:
 * @type: one type
 *
 * Returns: (array zero-terminated=1): where on the desktop to look for it, best first; for PNG also the
 *   pictures that can be made into one
 */
const char *const *avb_clipboard_mime_types (guint type);

/* Returns: which of a guest's @types is asked for when somebody wants @mime_type; 0 for none */
guint avb_clipboard_type_for (const char *mime_type, guint types);

/**
 * avb_clipboard_text_from_guest:
 * @bytes: what a guest says is text
 * @crlf: whether the guest ends its lines so
 *
 * Returns: (transfer full): valid UTF-8 without a NUL, lines ended by LF if @crlf
 */
GBytes *avb_clipboard_text_from_guest (GBytes *bytes, gboolean crlf);
/* The same in the other direction: lines are ended by CRLF if @crlf. */
GBytes *avb_clipboard_text_to_guest   (GBytes *bytes, gboolean crlf);

/* Whether @bytes begins as a picture of that MIME type does; %TRUE for what is no picture. */
gboolean avb_clipboard_is_plausible (GBytes *bytes, const char *mime_type);

/**
 * avb_clipboard_to_png:
 * @bytes: a picture
 *
 * Decodes and encodes on a worker. Fails with %AVB_ERROR_INVALID if it is damaged or has too many pixels.
 *
 * Returns: (transfer full): a #GBytes
 */
DexFuture *avb_clipboard_to_png (GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
