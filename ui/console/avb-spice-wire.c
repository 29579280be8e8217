/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-wire.h"

#include <glib/gi18n.h>
#include <spice/enums.h>
#include <spice/protocol.h>
#include <string.h>

#include "backends/avb-error.h"

/* A public key, and some words of capabilities: a kilobyte, if anything. */
#define MAX_LINK_REPLY 65536

/* In pixels: what no graphics card has, and far below where 32 bits of bytes end. */
#define MAX_EDGE 16384
#define MAX_AREA (128u * 1024 * 1024)

enum { LINK_HEADER, LINK_REPLY, AUTHENTICATION, MESSAGE_HEADER, MESSAGE };

/* As they lie in SpiceLinkReply, which is packed. */
#define N_COMMON_CAPS_AT ((guint32) G_STRUCT_OFFSET (SpiceLinkReply, num_common_caps))
#define CAPS_OFFSET_AT ((guint32) G_STRUCT_OFFSET (SpiceLinkReply, caps_offset))

static guint32
get32 (const guint8 *bytes)
{
  return (guint32) bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16
         | (guint32) bytes[3] << 24;
}

static guint16
get16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] | bytes[1] << 8);
}

static gboolean
refuse (GError **error, const char *details)
{
  g_propagate_error (
      error,
      avb_error_new (
          AVB_ERROR_INVALID, details, _ ("The machine’s display doesn’t speak SPICE correctly.")));
  return FALSE;
}

static gboolean
has_cap (AvbSpiceWire *self, guint cap)
{
  return self->n_common_caps > 0 && (self->caps & (1u << cap)) != 0;
}

static guint
header_size (AvbSpiceWire *self)
{
  switch (self->stage)
    {
    case LINK_HEADER:
      return sizeof (SpiceLinkHeader);
    case AUTHENTICATION:
      return 4;
    default:
      return has_cap (self, SPICE_COMMON_CAP_MINI_HEADER) ? sizeof (SpiceMiniDataHeader)
                                                           : sizeof (SpiceDataHeader);
    }
}

static gboolean
header_is_complete (AvbSpiceWire *self, GError **error)
{
  self->header_length = 0;
  switch (self->stage)
    {
    case LINK_HEADER:
      if (get32 (self->header) != SPICE_MAGIC)
        return refuse (error, "no SPICE magic");
      self->left = get32 (self->header + G_STRUCT_OFFSET (SpiceLinkHeader, size));
      if (self->left < sizeof (SpiceLinkReply) || self->left > MAX_LINK_REPLY)
        return refuse (error, "a link reply of an impossible length");
      self->stage = LINK_REPLY;
      return TRUE;
    case AUTHENTICATION:
      self->stage = MESSAGE_HEADER;
      return TRUE;
    default:
      self->peek_length = 0;
      self->type = has_cap (self, SPICE_COMMON_CAP_MINI_HEADER)
                       ? get16 (self->header + G_STRUCT_OFFSET (SpiceMiniDataHeader, type))
                       : get16 (self->header + G_STRUCT_OFFSET (SpiceDataHeader, type));
      self->left = has_cap (self, SPICE_COMMON_CAP_MINI_HEADER)
                       ? get32 (self->header + G_STRUCT_OFFSET (SpiceMiniDataHeader, size))
                       : get32 (self->header + G_STRUCT_OFFSET (SpiceDataHeader, size));
      if (self->left > AVB_SPICE_WIRE_MAX_MESSAGE)
        return refuse (error, "a message of an impossible length");
      self->stage = self->left > 0 ? MESSAGE : MESSAGE_HEADER;
      return TRUE;
    }
}

static gboolean
check_reply_byte (AvbSpiceWire *self, guint8 *byte, GError **error)
{
  guint32 offset = self->body_offset++;

  if (offset - N_COMMON_CAPS_AT < 4)
    self->n_common_caps |= (guint32) *byte << (8 * (offset - N_COMMON_CAPS_AT));
  else if (offset - CAPS_OFFSET_AT < 4)
    self->caps_offset |= (guint32) *byte << (8 * (offset - CAPS_OFFSET_AT));
  else if (offset >= sizeof (SpiceLinkReply) && offset - self->caps_offset < 4)
    {
      if (offset == self->caps_offset)
        *byte &= (guint8) ~(1u << SPICE_COMMON_CAP_AUTH_SASL);
      self->caps |= (guint32) *byte << (8 * (offset - self->caps_offset));
    }
  if (offset + 1 == sizeof (SpiceLinkReply) && self->caps_offset < sizeof (SpiceLinkReply))
    return refuse (error, "capabilities inside of the link reply's head");
  if (--self->left == 0)
    self->stage = AUTHENTICATION;
  return TRUE;
}

/* A message's first bytes, or all, if it is shorter, are there: of surfaces they are number, width, height, and of
 * the modes of old servers width, height. */
static gboolean
check_peek (AvbSpiceWire *self, GError **error)
{
  guint   at = self->type == SPICE_MSG_DISPLAY_SURFACE_CREATE ? 4 : 0;
  guint32 width, height;

  if (self->channel_type != SPICE_CHANNEL_DISPLAY
      || (self->type != SPICE_MSG_DISPLAY_SURFACE_CREATE && self->type != SPICE_MSG_DISPLAY_MODE)
      || self->peek_length < at + 8)
    return TRUE;
  width = get32 (self->peek + at);
  height = get32 (self->peek + at + 4);
  if (width == 0 || height == 0 || width > MAX_EDGE || height > MAX_EDGE
      || width * height > MAX_AREA)
    return refuse (error, "a surface of an impossible size");
  return TRUE;
}

gboolean
avb_spice_wire_check (AvbSpiceWire *self, guint8 *data, gsize length, GError **error)
{
  gsize at = 0;

  g_return_val_if_fail (self != NULL, FALSE);

  while (at < length)
    {
      gsize n;

      switch (self->stage)
        {
        case LINK_REPLY:
          if (!check_reply_byte (self, data + at, error))
            return FALSE;
          at++;
          break;
        case MESSAGE:
          n = MIN (length - at, self->left);
          if (self->peek_length < sizeof self->peek)
            {
              n = MIN (n, sizeof self->peek - self->peek_length);
              memcpy (self->peek + self->peek_length, data + at, n);
              self->peek_length += (guint) n;
              if ((self->peek_length == sizeof self->peek || n == self->left)
                  && !check_peek (self, error))
                return FALSE;
            }
          at += n;
          self->left -= (guint32) n;
          if (self->left == 0)
            self->stage = MESSAGE_HEADER;
          break;
        default:
          n = MIN (length - at, header_size (self) - self->header_length);
          memcpy (self->header + self->header_length, data + at, n);
          self->header_length += (guint) n;
          at += n;
          if (self->header_length == header_size (self) && !header_is_complete (self, error))
            return FALSE;
          break;
        }
    }
  return TRUE;
}
