/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-checksum.h"

#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

#define BLOCK 64
#define LENGTH_AT (BLOCK - 8) /* in the last block: where the number of bits is */

/* FIPS 180-4, 5.3.3 */
static const guint32 initial_state[8] = {
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

struct _AvbChecksum {
  GChecksum *checksum; /* (nullable): where GLib computes it; the rest is unused then */
  guint32    state[8];
  guint8     block[BLOCK]; /* the bytes that are no whole block yet */
  gsize      filled;
  guint64    length;
  char      *text; /* (nullable): once it is closed */
};

#ifdef __x86_64__

/* FIPS 180-4, 4.2.2 */
static const guint32 constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static gboolean
has_instructions (void)
{
  const guint ssse3 = 1u << 9, sse41 = 1u << 19, sha = 1u << 29;
  guint a, b, c, d;

  if (!__get_cpuid (1, &a, &b, &c, &d) || (c & ssse3) == 0 || (c & sse41) == 0)
    return FALSE;
  return __get_cpuid_count (7, 0, &a, &b, &c, &d) && (b & sha) != 0;
}

/* The instructions do two rounds each, and want the eight words as ABEF and CDGH. @w: the last 16 words of the message. */
__attribute__ ((target ("sha,ssse3,sse4.1"))) static void
add_blocks (guint32 state[8], const guint8 *data, gsize n_blocks)
{
  const __m128i big_endian = _mm_set_epi64x (0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i cdab = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) &state[0]), 0xb1);
  __m128i efgh = _mm_shuffle_epi32 (_mm_loadu_si128 ((const __m128i *) &state[4]), 0x1b);
  __m128i abef = _mm_alignr_epi8 (cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16 (efgh, cdab, 0xf0);
  __m128i feba, dchg;

  for (; n_blocks > 0; n_blocks--, data += BLOCK)
    {
      const __m128i abef_before = abef, cdgh_before = cdgh;
      __m128i w[4];

      for (guint i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8 (_mm_loadu_si128 ((const __m128i *) (data + 16 * i)), big_endian);
#pragma GCC unroll 16
      for (guint i = 0; i < 16; i++)
        {
          const __m128i oldest = w[i % 4], last = w[(i + 3) % 4];
          __m128i sum = _mm_add_epi32 (oldest, _mm_loadu_si128 ((const __m128i *) &constants[4 * i]));

          cdgh = _mm_sha256rnds2_epu32 (cdgh, abef, sum);
          abef = _mm_sha256rnds2_epu32 (abef, cdgh, _mm_shuffle_epi32 (sum, 0x0e));
          sum = _mm_add_epi32 (_mm_sha256msg1_epu32 (oldest, w[(i + 1) % 4]),
                               _mm_alignr_epi8 (last, w[(i + 2) % 4], 4));
          w[i % 4] = _mm_sha256msg2_epu32 (sum, last);
        }
      abef = _mm_add_epi32 (abef, abef_before);
      cdgh = _mm_add_epi32 (cdgh, cdgh_before);
    }
  feba = _mm_shuffle_epi32 (abef, 0x1b);
  dchg = _mm_shuffle_epi32 (cdgh, 0xb1);
  _mm_storeu_si128 ((__m128i *) &state[0], _mm_blend_epi16 (feba, dchg, 0xf0));
  _mm_storeu_si128 ((__m128i *) &state[4], _mm_alignr_epi8 (dchg, feba, 8));
}

#else

static gboolean
has_instructions (void)
{
  return FALSE;
}

static void
add_blocks (guint32 state[8], const guint8 *data, gsize n_blocks)
{
  g_assert_not_reached ();
}

#endif

AvbChecksum *
avb_checksum_new (GChecksumType type)
{
  AvbChecksum *self = g_new0 (AvbChecksum, 1);

  if (type == G_CHECKSUM_SHA256 && has_instructions ())
    memcpy (self->state, initial_state, sizeof initial_state);
  else
    self->checksum = g_checksum_new (type);
  return self;
}

void
avb_checksum_free (AvbChecksum *self)
{
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_free (self->text);
  g_free (self);
}

void
avb_checksum_update (AvbChecksum *self, const void *data, gsize length)
{
  const guint8 *bytes = data;
  gsize n = MIN (length, BLOCK - self->filled);

  g_return_if_fail (self->text == NULL);

  if (length == 0)
    return;
  if (self->checksum != NULL)
    {
      g_checksum_update (self->checksum, bytes, length);
      return;
    }
  self->length += length;
  if (self->filled > 0)
    {
      memcpy (self->block + self->filled, bytes, n);
      self->filled += n;
      bytes += n;
      length -= n;
      if (self->filled < BLOCK)
        return;
      add_blocks (self->state, self->block, 1);
    }
  add_blocks (self->state, bytes, length / BLOCK);
  self->filled = length % BLOCK;
  memcpy (self->block, bytes + (length - self->filled), self->filled);
}

/* A bit, zeros, and the number of bits before: FIPS 180-4, 5.1.1 */
static void
add_padding (AvbChecksum *self)
{
  const guint64 n_bits = GUINT64_TO_BE (self->length * 8);

  self->block[self->filled++] = 0x80;
  memset (self->block + self->filled, 0, BLOCK - self->filled);
  if (self->filled > LENGTH_AT)
    {
      add_blocks (self->state, self->block, 1);
      memset (self->block, 0, BLOCK);
    }
  memcpy (self->block + LENGTH_AT, &n_bits, sizeof n_bits);
  add_blocks (self->state, self->block, 1);
}

const char *
avb_checksum_get_string (AvbChecksum *self)
{
  g_autoptr (GString) text = NULL;

  if (self->checksum != NULL)
    return g_checksum_get_string (self->checksum);
  if (self->text == NULL)
    {
      add_padding (self);
      text = g_string_new (NULL);
      for (guint i = 0; i < G_N_ELEMENTS (self->state); i++)
        g_string_append_printf (text, "%08x", self->state[i]);
      self->text = g_string_free_and_steal (g_steal_pointer (&text));
    }
  return self->text;
}
