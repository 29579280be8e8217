/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* MD4 (RFC 1320), which NTLM wants and neither GLib nor GnuTLS has. */

static guint32
rotate (guint32 value, guint by)
{
  return value << by | value >> (32 - by);
}

static guint32
mix (guint round, guint32 x, guint32 y, guint32 z)
{
  if (round == 0)
    return (x & y) | (~x & z);
  if (round == 1)
    return (x & y) | (x & z) | (y & z);
  return x ^ y ^ z;
}

/* RFC 1320 section 3.4: three rounds of sixteen steps */
static void
transform (guint32 state[4], const guint8 *block)
{
  static const guint8 order[3][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
    { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
  };
  static const guint8 shifts[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
  static const guint32 constants[3] = { 0, 0x5a827999, 0x6ed9eba1 };
  guint32 words[16], old[4];

  memcpy (words, block, sizeof words);
  memcpy (old, state, sizeof old);
  for (guint i = 0; i < 16; i++)
    words[i] = GUINT32_FROM_LE (words[i]);
  for (guint i = 0; i < 48; i++)
    {
      guint round = i / 16;
      guint32 sum = state[0] + mix (round, state[1], state[2], state[3]) + words[order[round][i % 16]] + constants[round];

      state[0] = state[3];
      state[3] = state[2];
      state[2] = state[1];
      state[1] = rotate (sum, shifts[round][i % 4]);
    }
  for (guint i = 0; i < 4; i++)
    state[i] += old[i];
}

void
hv_md4 (const guint8 *data, gsize size, guint8 digest[16])
{
  guint32 state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
  gsize padded = (size + 8) / 64 * 64 + 64;
  g_autofree guint8 *blocks = g_malloc0 (padded);
  guint64 bits = GUINT64_TO_LE ((guint64) size * 8);

  if (size > 0)
    memcpy (blocks, data, size);
  blocks[size] = 0x80;
  memcpy (blocks + padded - 8, &bits, 8);
  for (gsize i = 0; i < padded; i += 64)
    transform (state, blocks + i);
  for (guint i = 0; i < 4; i++)
    state[i] = GUINT32_TO_LE (state[i]);
  memcpy (digest, state, 16);
}
