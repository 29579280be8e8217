/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Bytes of an extension: the first says how they are cut into pieces. However they are, the same messages come out. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-rpc-codec.h"
#include "app/extensions/avb-rpc-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* (transfer full): all bodies, each with its length before it; and how it ended */
static GByteArray *
read_all (const guint8 *data, gsize size, gsize step, gboolean *broken)
{
  g_autoptr (AvbRpcCodec) codec = avb_rpc_codec_new ();
  GByteArray *bodies = g_byte_array_new ();

  *broken = FALSE;
  for (gsize at = 0; at < size && !*broken; at += step)
    {
      avb_rpc_codec_feed (codec, data + at, MIN (step, size - at));
      for (;;)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) body = avb_rpc_codec_next (codec, &error);
          guint32 length;

          *broken = error != NULL;
          if (body == NULL)
            break;
          g_assert_no_error (error);
          length = g_bytes_get_size (body);
          g_assert_cmpuint (length, >, 0);
          g_assert_cmpuint (length, <=, AVB_RPC_MAX_BODY);
          g_byte_array_append (bodies, (const guint8 *) &length, sizeof length);
          g_byte_array_append (bodies, g_bytes_get_data (body, NULL), length);
        }
      g_assert_cmpuint (avb_rpc_codec_get_size (codec), <=, size);
    }
  return bodies;
}

static void
check_message (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = avb_rpc_codec_parse (bytes, &error);
  g_autoptr (GBytes) again = NULL;
  gboolean broken;

  g_assert_true ((node == NULL) == (error != NULL));
  if (node == NULL)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GError) problem = avb_rpc_error_from_json (json_node_get_object (node));

      g_assert_true (g_utf8_validate (problem->message, -1, NULL));
    }
  again = avb_rpc_codec_encode (node);
  g_byte_array_unref (read_all (g_bytes_get_data (again, NULL), g_bytes_get_size (again), 4096, &broken));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) whole = NULL;
  g_autoptr (GByteArray) pieces = NULL;
  gboolean broken, broken_too;

  if (size == 0)
    return 0;
  whole = read_all (data + 1, size - 1, MAX (1, size), &broken);
  pieces = read_all (data + 1, size - 1, 1 + data[0] % 61, &broken_too);
  g_assert_true (broken == broken_too);
  g_assert_cmpmem (whole->data, whole->len, pieces->data, pieces->len);
  check_message (data + 1, size - 1);
  for (gsize at = 0; at + 4 < whole->len;)
    {
      guint32 length;

      memcpy (&length, whole->data + at, sizeof length);
      check_message (whole->data + at + sizeof length, length);
      at += sizeof length + length;
    }
  return 0;
}
