/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* GLib's sums are the measure, whoever computes ours. */

#include "config.h"

#include "app/avb-checksum.h"

#include <string.h>

#define LARGE (3 * 1024 * 1024 + 17)

static void
fill (guint8 *data, gsize length)
{
  guint32 state = 1;

  for (gsize i = 0; i < length; i++)
    {
      state = state * 1664525u + 1013904223u;
      data[i] = state >> 24;
    }
}

static void
assert_equal (GChecksumType type, const guint8 *data, gsize length)
{
  g_autoptr (AvbChecksum) checksum = avb_checksum_new (type);
  g_autofree char *expected = g_compute_checksum_for_data (type, data, length);

  avb_checksum_update (checksum, data, length);
  g_assert_cmpstr (avb_checksum_get_string (checksum), ==, expected);
  g_assert_cmpstr (avb_checksum_get_string (checksum), ==, expected);
}

/* FIPS 180-4's own examples. */
static void
test_examples (void)
{
  static const struct { const char *text, *sum; } examples[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autoptr (AvbChecksum) checksum = avb_checksum_new (G_CHECKSUM_SHA256);

      avb_checksum_update (checksum, examples[i].text, strlen (examples[i].text));
      g_assert_cmpstr (avb_checksum_get_string (checksum), ==, examples[i].sum);
    }
}

/* Around the ends of blocks, and at addresses that no instruction likes best. */
static void
test_lengths (void)
{
  guint8 data[300 + 16];

  fill (data, sizeof data);
  for (gsize length = 0; length <= 300; length++)
    for (gsize at = 0; at < 16; at += 5)
      assert_equal (G_CHECKSUM_SHA256, data + at, length);
}

static void
test_types (void)
{
  static const GChecksumType types[]
      = { G_CHECKSUM_SHA1, G_CHECKSUM_SHA256, G_CHECKSUM_SHA384, G_CHECKSUM_SHA512 };
  g_autofree guint8 *data = g_malloc (LARGE);

  fill (data, LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    assert_equal (types[i], data, LARGE);
}

/* The same in pieces of all sizes. */
static void
test_pieces (void)
{
  static const gsize most[] = { 1, 3, 63, 64, 65, 130, 4096, 100000 };
  g_autofree guint8 *data = g_malloc (LARGE);
  g_autofree char *expected = NULL;
  guint32 state = 7;

  fill (data, LARGE);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (most); i++)
    {
      g_autoptr (AvbChecksum) checksum = avb_checksum_new (G_CHECKSUM_SHA256);

      for (gsize done = 0, n; done < LARGE; done += n)
        {
          state = state * 1664525u + 1013904223u;
          n = MIN ((state >> 8) % (most[i] + 1), LARGE - done);
          avb_checksum_update (checksum, data + done, n);
        }
      g_assert_cmpstr (avb_checksum_get_string (checksum), ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Avb/Checksum/examples", test_examples);
  g_test_add_func ("/Avb/Checksum/lengths", test_lengths);
  g_test_add_func ("/Avb/Checksum/types", test_types);
  g_test_add_func ("/Avb/Checksum/pieces", test_pieces);
  return g_test_run ();
}
