/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-rpc-codec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

#define LENGTH_FIELD "content-length"
#define TYPE_FIELD "content-type"

struct _AvbRpcCodec {
  GByteArray *input; /* that has come and was not looked at */
  gsize       start; /* of what is left of it */
  gsize       seen;  /* bytes from there that hold no end of a header */
  guint8     *body;  /* (nullable) of the message that comes now: pages that nothing was written to cost nothing */
  gsize       length;
  gsize       filled;
  gboolean    broken;
};

AvbRpcCodec *
avb_rpc_codec_new (void)
{
  AvbRpcCodec *self = g_new0 (AvbRpcCodec, 1);

  self->input = g_byte_array_new ();
  return self;
}

void
avb_rpc_codec_free (AvbRpcCodec *self)
{
  g_byte_array_unref (self->input);
  g_free (self->body);
  g_free (self);
}

static gsize
rest (AvbRpcCodec *self)
{
  return self->input->len - self->start;
}

static void
compact (AvbRpcCodec *self)
{
  if (self->start > 0)
    g_byte_array_remove_range (self->input, 0, self->start);
  self->start = 0;
}

void
avb_rpc_codec_feed (AvbRpcCodec *self, const guint8 *data, gsize length)
{
  g_return_if_fail (self != NULL);

  if (self->broken || length == 0)
    return;
  compact (self);
  g_byte_array_append (self->input, data, length);
}

static gboolean
refuse (AvbRpcCodec *self, const char *details, GError **error)
{
  self->broken = TRUE;
  g_byte_array_set_size (self->input, 0);
  self->start = 0;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, _("What it sends is not in the form of messages.")));
  return FALSE;
}

/* Digits only, no sign, no space within, and none in front of others. */
static gboolean
read_length (AvbRpcCodec *self, const char *text, GError **error)
{
  gsize length = 0;

  if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
    return refuse (self, "Content-Length without a number", error);
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isdigit (*text))
        return refuse (self, "Content-Length is no number", error);
      length = length * 10 + (*text - '0');
      if (length > AVB_RPC_MAX_BODY)
        return refuse (self, "a message of more than 4 MiB", error);
    }
  if (length == 0)
    return refuse (self, "an empty message", error);
  self->length = length;
  return TRUE;
}

static gboolean
read_field (AvbRpcCodec *self, char *line, gboolean *have_length, GError **error)
{
  char *colon = strchr (line, ':');

  if (colon == NULL)
    return refuse (self, "a header line without a colon", error);
  *colon = '\0';
  if (g_ascii_strcasecmp (line, TYPE_FIELD) == 0)
    return TRUE;
  if (g_ascii_strcasecmp (line, LENGTH_FIELD) != 0)
    return refuse (self, "an unknown header", error);
  if (*have_length)
    return refuse (self, "Content-Length twice", error);
  *have_length = TRUE;
  return read_length (self, g_strstrip (colon + 1), error);
}

static gboolean
read_header (AvbRpcCodec *self, const char *text, gsize length, GError **error)
{
  g_autofree char *header = g_strndup (text, length);
  g_auto (GStrv) lines = NULL;
  gboolean have_length = FALSE;

  if (strlen (header) != length || !g_str_is_ascii (header))
    return refuse (self, "a header that is not text", error);
  lines = g_strsplit (header, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!read_field (self, lines[i], &have_length, error))
      return FALSE;
  return have_length || refuse (self, "no Content-Length", error);
}

/* (nullable): the empty line that ends a header */
static const char *
find_end (const char *text, gsize length)
{
  for (gsize i = 0; i + 4 <= length; i++)
    if (memcmp (text + i, "\r\n\r\n", 4) == 0)
      return text + i;
  return NULL;
}

/* Whether the header is complete and was read. */
static gboolean
take_header (AvbRpcCodec *self, GError **error)
{
  const char *text = (const char *) self->input->data + self->start;
  gsize length = MIN (rest (self), AVB_RPC_MAX_HEADER);
  const char *end;

  if (length == 0)
    return FALSE;
  end = find_end (text + self->seen, length - self->seen);
  if (end == NULL)
    {
      if (length == AVB_RPC_MAX_HEADER)
        return refuse (self, "a header of more than 256 bytes", error);
      /* Perhaps three of the four have come. */
      self->seen = length > 3 ? length - 3 : 0;
      return FALSE;
    }
  self->seen = 0;
  if (!read_header (self, text, end - text, error))
    return FALSE;
  self->start += end + 4 - text;
  self->body = g_malloc (self->length);
  self->filled = 0;
  return TRUE;
}

GBytes *
avb_rpc_codec_next (AvbRpcCodec *self, GError **error)
{
  gsize n;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->broken)
    {
      refuse (self, NULL, error);
      return NULL;
    }
  if (self->body == NULL && !take_header (self, error))
    return NULL;
  n = MIN (rest (self), self->length - self->filled);
  if (n > 0)
    memcpy (self->body + self->filled, self->input->data + self->start, n);
  self->filled += n;
  self->start += n;
  if (rest (self) == 0)
    compact (self);
  return self->filled == self->length ? g_bytes_new_take (g_steal_pointer (&self->body), self->length) : NULL;
}

gboolean
avb_rpc_codec_is_within (AvbRpcCodec *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->body != NULL || rest (self) > 0;
}

gsize
avb_rpc_codec_get_size (AvbRpcCodec *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->input->len + (self->body != NULL ? self->filled : 0);
}

JsonNode *
avb_rpc_codec_parse (GBytes *body, GError **error)
{
  gsize length;
  const char *text;

  g_return_val_if_fail (body != NULL, NULL);

  text = g_bytes_get_data (body, &length);
  return avb_json_parse_capped (text, length, AVB_RPC_MAX_BODY, AVB_RPC_MAX_VALUES, error);
}

GBytes *
avb_rpc_codec_encode (JsonNode *message)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (GString) text = g_string_sized_new (256);
  char header[64];
  int length;

  g_return_val_if_fail (message != NULL, NULL);

  json_generator_set_root (generator, message);
  json_generator_to_gstring (generator, text);
  length = g_snprintf (header, sizeof header, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", text->len);
  g_string_prepend_len (text, header, length);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}
