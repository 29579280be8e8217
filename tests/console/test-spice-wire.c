/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a server may send, and what is cut off. */

#include "config.h"

#include <spice/enums.h>
#include <spice/protocol.h>
#include <string.h>

#include "backends/avb-error.h"
#include "ui/console/avb-spice-wire.h"

typedef struct {
  guint32 magic, size, caps_offset;
  gboolean mini;
} Hello;

static const Hello honest = { SPICE_MAGIC, 0, 0, TRUE };

/* A link header, its reply with one word of capabilities, and the result of the authentication. */
static GByteArray *
hello_new (const Hello *hello)
{
  GByteArray     *bytes = g_byte_array_new ();
  SpiceLinkHeader header = {
    .magic = GUINT32_TO_LE (hello->magic),
    .size = GUINT32_TO_LE (hello->size != 0 ? hello->size : sizeof (SpiceLinkReply) + 4),
  };
  SpiceLinkReply reply = {
    .num_common_caps = GUINT32_TO_LE (1),
    .caps_offset
    = GUINT32_TO_LE (hello->caps_offset != 0 ? hello->caps_offset : sizeof (SpiceLinkReply)),
  };
  guint32 caps = GUINT32_TO_LE (1u << SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION
                                | 1u << SPICE_COMMON_CAP_AUTH_SPICE
                                | 1u << SPICE_COMMON_CAP_AUTH_SASL
                                | (hello->mini ? 1u << SPICE_COMMON_CAP_MINI_HEADER : 0));
  guint32 result = 0;

  memset (reply.pub_key, 0xa5, sizeof reply.pub_key);
  g_byte_array_append (bytes, (const guint8 *) &header, sizeof header);
  g_byte_array_append (bytes, (const guint8 *) &reply, sizeof reply);
  g_byte_array_append (bytes, (const guint8 *) &caps, sizeof caps);
  g_byte_array_append (bytes, (const guint8 *) &result, sizeof result);
  return bytes;
}

static void
append_message (GByteArray *bytes, gboolean mini, guint32 size, guint32 really)
{
  SpiceMiniDataHeader small = { .type = 1, .size = GUINT32_TO_LE (size) };
  SpiceDataHeader     large = { .type = 1, .size = GUINT32_TO_LE (size) };

  if (mini)
    g_byte_array_append (bytes, (const guint8 *) &small, sizeof small);
  else
    g_byte_array_append (bytes, (const guint8 *) &large, sizeof large);
  g_byte_array_set_size (bytes, bytes->len + really);
}

/* In pieces of every size, because the network cuts where it likes. */
static void
check_channel (GByteArray *bytes, guint8 channel_type, gboolean passes)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 17, 4096, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      AvbSpiceWire wire = { .channel_type = channel_type };
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *copy = g_memdup2 (bytes->data, bytes->len);
      gsize              at = 0;
      gboolean           passed = TRUE;

      while (passed && at < bytes->len)
        {
          gsize n = MIN (pieces[i], bytes->len - at);

          passed = avb_spice_wire_check (&wire, copy + at, n, &error);
          at += n;
        }
      g_assert_true (passed == passes);
      if (passes)
        {
          guint8 *caps = copy + sizeof (SpiceLinkHeader) + sizeof (SpiceLinkReply);

          /* Nothing but the offer of SASL has changed. */
          g_assert_cmpuint (*caps & 1u << SPICE_COMMON_CAP_AUTH_SASL, ==, 0);
          *caps |= 1u << SPICE_COMMON_CAP_AUTH_SASL;
          g_assert_cmpmem (copy, bytes->len, bytes->data, bytes->len);
        }
      else
        g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

static void
check (GByteArray *bytes, gboolean passes)
{
  check_channel (bytes, SPICE_CHANNEL_DISPLAY, passes);
}

static void
test_surfaces (void)
{
  static const struct {
    guint32  width, height;
    gboolean passes;
  } surfaces[] = {
    { 1, 1, TRUE },           { 7680, 4320, TRUE },  { 16384, 8192, TRUE },
    { 0, 0, FALSE },          { 0, 480, FALSE },     { 640, 0, FALSE },
    { 32768, 32768, FALSE },  { 16384, 16384, FALSE }, { 0xffffffff, 1, FALSE },
    { 65536, 65536, FALSE },  { 0x40000001, 4, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (surfaces); i++)
    for (int mini = 0; mini <= 1; mini++)
      {
        Hello hello = honest;
        g_autoptr (GByteArray) bytes = NULL;
        guint32 body[] = { 0, GUINT32_TO_LE (surfaces[i].width), GUINT32_TO_LE (surfaces[i].height), 32, 1 };

        hello.mini = mini;
        bytes = hello_new (&hello);
        append_message (bytes, mini, 100, 100);
        append_message (bytes, mini, sizeof body, sizeof body);
        memcpy (bytes->data + bytes->len - sizeof body, body, sizeof body);
        bytes->data[bytes->len - sizeof body - (mini ? 6 : 10)]
            = SPICE_MSG_DISPLAY_SURFACE_CREATE & 0xff;
        bytes->data[bytes->len - sizeof body - (mini ? 5 : 9)] = SPICE_MSG_DISPLAY_SURFACE_CREATE >> 8;
        append_message (bytes, mini, 100, 100);
        check (bytes, surfaces[i].passes);
        /* On another channel it is something else. */
        check_channel (bytes, SPICE_CHANNEL_INPUTS, TRUE);
      }
}

static void
test_honest (void)
{
  for (int mini = 0; mini <= 1; mini++)
    {
      Hello hello = honest;
      g_autoptr (GByteArray) bytes = NULL;

      hello.mini = mini;
      bytes = hello_new (&hello);
      append_message (bytes, mini, 0, 0);
      append_message (bytes, mini, 5, 5);
      append_message (bytes, mini, 70000, 70000);
      append_message (bytes, mini, 0, 0);
      append_message (bytes, mini, AVB_SPICE_WIRE_MAX_MESSAGE, 1);
      check (bytes, TRUE);
    }
}

static void
test_lengths (void)
{
  static const guint32 sizes[]
      = { AVB_SPICE_WIRE_MAX_MESSAGE + 1, 0x7fffffff, 0x80000000, 0xffffffff };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int mini = 0; mini <= 1; mini++)
      {
        Hello hello = honest;
        g_autoptr (GByteArray) bytes = NULL;

        hello.mini = mini;
        bytes = hello_new (&hello);
        append_message (bytes, mini, 100, 100);
        append_message (bytes, mini, sizes[i], 0);
        check (bytes, FALSE);
      }
}

static void
test_hellos (void)
{
  static const Hello hellos[] = {
    { 0x44524548, 0, 0, TRUE },        /* another protocol */
    { SPICE_MAGIC, 4, 0, TRUE },       /* shorter than what it begins with */
    { SPICE_MAGIC, 65537, 0, TRUE },   /* longer than any */
    { SPICE_MAGIC, 0xffffffff, 0, TRUE },
    { SPICE_MAGIC, 0, 4, TRUE },       /* capabilities inside of the key */
  };

  for (guint i = 0; i < G_N_ELEMENTS (hellos); i++)
    {
      g_autoptr (GByteArray) bytes = hello_new (&hellos[i]);

      check (bytes, FALSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Avb/SpiceWire/honest-servers", test_honest);
  g_test_add_func ("/Avb/SpiceWire/lengths-of-messages", test_lengths);
  g_test_add_func ("/Avb/SpiceWire/surfaces", test_surfaces);
  g_test_add_func ("/Avb/SpiceWire/first-words", test_hellos);
  return g_test_run ();
}
