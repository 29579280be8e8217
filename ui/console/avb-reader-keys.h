/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * AvbReaderKeys:
 *
 * Keys that are for this computer's screen reader and not for the guest: Insert and Caps Lock, and what is pressed
 * while one of them is held. Only while the user's setting `screen-reader-keys` is on; who needs no screen reader
 * types Insert into the guest.
 */
typedef struct _AvbReaderKeys AvbReaderKeys;

AvbReaderKeys *avb_reader_keys_new  (void);
void           avb_reader_keys_free (AvbReaderKeys *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbReaderKeys, avb_reader_keys_free)

/* Whether the key that is pressed is the screen reader's. */
gboolean avb_reader_keys_press   (AvbReaderKeys *self, guint keyval, guint keycode);
void     avb_reader_keys_release (AvbReaderKeys *self, guint keycode);
/* Releases went elsewhere. */
void     avb_reader_keys_reset   (AvbReaderKeys *self);

G_END_DECLS
