/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A full picture of the guest passes through several blocks of 8 MB (4K: 33 MB) that live for one
 * frame: SPICE's message and image, GTK's and cairo's surfaces. The C library would have each of
 * them from the kernel and give it back, which clears and maps thousands of pages a frame: most of
 * what such a frame costs. */

/* From now on they are kept for the next frame. Main thread, as all of this. */
void avb_large_blocks_keep (void);
/* They were needed: they are given back when that was some seconds ago. */
void avb_large_blocks_touch (void);

G_END_DECLS
