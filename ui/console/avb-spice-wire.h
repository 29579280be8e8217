/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No honest message is larger: a full picture of 8K without compression. */
#define AVB_SPICE_WIRE_MAX_MESSAGE (192u * 1024 * 1024)

/**
 * AvbSpiceWire:
 *
 * Looks at what a server sends on one channel, as it comes, before spice-client-glib does: 0.42 allocates as
 * much as a length says, ends the program where that fails, reads a negative one, and counts the bytes of a
 * surface in 32 bits. Lengths and sizes of surfaces are all it knows; what else is in a message is spice-client-glib's
 * business. A plain value, all zero at first.
 */
typedef struct {
  guint   stage;
  guint8  header[18];
  guint   header_length; /* of it, there already */
  guint32 left;          /* of what follows the header */
  guint32 body_offset;
  guint32 caps_offset;
  guint32 n_common_caps;
  guint32 caps; /* the first word of the common ones */
  guint8  channel_type; /* to be set once it is known; see spice/enums.h */
  guint16 type;         /* of the message */
  guint8  peek[20];     /* its first bytes, */
  guint   peek_length;  /* so many of them */
} AvbSpiceWire;

/* Returns: %FALSE if @data must not be passed on; %AVB_ERROR_INVALID is set. Else it may have changed in
 * place: a server's offer of SASL is hidden, because its exchange has other lengths; there the password is asked
 * for in SPICE's own way. */
gboolean avb_spice_wire_check (AvbSpiceWire *self, guint8 *data, gsize length, GError **error);

G_END_DECLS
