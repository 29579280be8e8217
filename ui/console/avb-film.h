/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbFilm:
 *
 * A film that is being written: WebM with VP8. What may block happens on threads. Main thread.
 *
 * Signal `failed` (#GError): no more can be written; see avb_film_close().
 */
#define AVB_TYPE_FILM (avb_film_get_type ())
G_DECLARE_FINAL_TYPE (AvbFilm, avb_film, AVB, FILM, GObject)

/* The largest edge of a film. */
#define AVB_FILM_MAX_EDGE 4096

/**
 * avb_film_open:
 * @width: of the film in pixels; made even, at least 16, and fitted into
 *   %AVB_FILM_MAX_EDGE
 *
 * Resolves to an #AvbFilm. Rejects with %AVB_ERROR_NOT_SUPPORTED where an encoder is missing, and says which
 * package has it.
 */
DexFuture *avb_film_open (const char *path, int width, int height) G_GNUC_WARN_UNUSED_RESULT;

/* @pixels: xRGB in host order, @width times @height, no padding; @time: microseconds from the beginning, growing.
 * Older pictures that still wait are left out when there are too many. */
void       avb_film_add  (AvbFilm *self, GBytes *pixels, int width, int height, gint64 time);

/* Completes the film and gives it its name. Resolves to %TRUE; rejects if it is not complete. What was
 * written then stays under the name if it can be played at all. Once. */
DexFuture *avb_film_close (AvbFilm *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
