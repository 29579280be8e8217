/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/marketplace/avb-envelope.h"
#include "app/marketplace/avb-package-signature.h"
#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

#define PAYLOAD "{\"a\":1}"
#define MAX 65536

static GBytes *
text_to_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static AvbEnvelope *
make (AvbSigningKey *one, AvbSigningKey *other)
{
  g_autoptr (GBytes) payload = text_to_bytes (PAYLOAD);
  AvbEnvelope *envelope = avb_envelope_new (payload);

  avb_envelope_sign (envelope, one);
  if (other != NULL)
    avb_envelope_sign (envelope, other);
  return envelope;
}

static AvbKeyRing *
make_ring (guint threshold, AvbSigningKey *one, AvbSigningKey *other)
{
  AvbKeyRing *ring = avb_key_ring_new (threshold);

  g_assert_true (avb_key_ring_add (ring, avb_signing_key_get_public (one)));
  if (other != NULL)
    avb_key_ring_add (ring, avb_signing_key_get_public (other));
  return ring;
}

static void
test_round (void)
{
  g_autoptr (AvbSigningKey) one = avb_signing_key_generate ();
  g_autoptr (AvbSigningKey) other = avb_signing_key_generate ();
  g_autoptr (AvbSigningKey) third = avb_signing_key_generate ();
  g_autoptr (AvbEnvelope) envelope = make (one, other);
  g_autoptr (GBytes) bytes = avb_envelope_to_bytes (envelope);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbEnvelope) again = avb_envelope_parse (bytes, MAX, &error);
  g_autoptr (AvbKeyRing) both = make_ring (2, one, other);
  g_autoptr (AvbKeyRing) foreign = make_ring (2, one, third);
  g_autoptr (AvbKeyRing) nothing = avb_key_ring_new (1);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (avb_envelope_get_payload (again), NULL),
                   g_bytes_get_size (avb_envelope_get_payload (again)), PAYLOAD, strlen (PAYLOAD));
  g_assert_true (avb_envelope_verify (again, both));
  g_assert_cmpuint (avb_envelope_count_signed (again, foreign), ==, 1);
  g_assert_false (avb_envelope_verify (again, foreign));
  g_assert_false (avb_envelope_verify (again, nothing));
}

/* One key counts once, however often it is in the ring or has signed. */
static void
test_unique (void)
{
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autoptr (AvbEnvelope) envelope = make (key, NULL);
  g_autoptr (AvbKeyRing) ring = make_ring (2, key, key);

  avb_envelope_sign (envelope, key);
  g_assert_false (avb_key_ring_add (ring, avb_signing_key_get_public (key)));
  g_assert_cmpuint (avb_envelope_count_signed (envelope, ring), ==, 1);
  g_assert_false (avb_envelope_verify (envelope, ring));
}

/* Bytes of the payload are what is signed: each one that changes shows. */
static void
test_tampered (void)
{
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autoptr (AvbEnvelope) envelope = make (key, NULL);
  g_autoptr (AvbKeyRing) ring = make_ring (1, key, NULL);
  g_autoptr (GBytes) bytes = avb_envelope_to_bytes (envelope);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  guint refused = 0;

  for (gsize i = 0; text[i] != '\0'; i++)
    {
      char was = text[i];
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (AvbEnvelope) parsed = NULL;

      text[i] = was == 'B' ? 'C' : 'B';
      changed = text_to_bytes (text);
      parsed = avb_envelope_parse (changed, MAX, NULL);
      g_assert_true (parsed == NULL || !avb_envelope_verify (parsed, ring));
      refused++;
      text[i] = was;
    }
  g_assert_cmpuint (refused, >, 100);
}

static void
assert_refused (const char *text)
{
  g_autoptr (GBytes) bytes = text_to_bytes (text);
  g_autoptr (GError) error = NULL;

  if (avb_envelope_parse (bytes, MAX, &error) != NULL)
    g_error ("This should have been refused: %s", text);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

#define ID "0000000000000000000000000000000000000000000000000000000000000001"
#define SIG(id, alg) "{\"keyid\":\"" id "\",\"alg\":\"" alg "\",\"sig\":\"AAAA\"}"

static void
test_malformed (void)
{
  static const char *const texts[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"payload\":\"AAAA\"}",
    "{\"payload\":1,\"signatures\":[]}",
    "{\"payload\":\"AAAA\",\"signatures\":{}}",
    "{\"payload\":\"AAA\",\"signatures\":[]}",     /* no padding */
    "{\"payload\":\"AAAA\\n\",\"signatures\":[]}", /* something else in it */
    "{\"payload\":\"AA==AA==\",\"signatures\":[]}",
    "{\"payload\":\"AB==\",\"signatures\":[]}", /* bits that say nothing */
    "{\"payload\":\"AAAA\",\"payload\":\"AAAA\",\"signatures\":[]}",
    "{\"payload\":\"AAAA\",\"signatures\":[1]}",
    "{\"payload\":\"AAAA\",\"signatures\":[{}]}",
    "{\"payload\":\"AAAA\",\"signatures\":[{\"keyid\":\"1\",\"alg\":\"ed25519\",\"sig\":\"AAAA\"}]}",
    "{\"payload\":\"AAAA\",\"signatures\":[" SIG (ID, "ed25519") "," SIG (ID, "ed25519") "]}",
    "{\"payload\":\"AAAA\",\"signatures\":[" SIG (ID, "ed25519") "," SIG (ID, "other") "]}",
    "{\"payload\":\"AAAA\",\"signatures\":[]} x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i]);
}

static void
test_caps (void)
{
  g_autoptr (GString) text = g_string_new ("{\"payload\":\"AAAA\",\"signatures\":[");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= AVB_ENVELOPE_MAX_SIGNATURES; i++)
    g_string_append_printf (text, "%s{\"keyid\":\"%064x\",\"alg\":\"x\",\"sig\":\"\"}", i > 0 ? "," : "", i);
  g_string_append (text, "]}");
  assert_refused (text->str);
  /* Looked at before it is parsed. */
  bytes = text_to_bytes ("{\"payload\":\"AAAA\",\"signatures\":[]}");
  g_assert_null (avb_envelope_parse (bytes, 10, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

/* A signature of an algorithm that is not known is not an error, and is nothing. */
static void
test_unknown_algorithm (void)
{
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autoptr (AvbEnvelope) envelope = make (key, NULL);
  g_autoptr (AvbKeyRing) ring = make_ring (1, key, NULL);
  g_autoptr (GBytes) bytes = avb_envelope_to_bytes (envelope);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GStrv) parts = g_strsplit (text, "ed25519", 2);
  g_autofree char *other = g_strjoinv ("dilithium", parts);
  g_autoptr (GBytes) changed = text_to_bytes (other);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbEnvelope) parsed = avb_envelope_parse (changed, MAX, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (avb_envelope_count_signed (parsed, ring), ==, 0);
}

static void
test_keys (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.key", NULL);
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  g_autoptr (AvbSigningKey) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = avb_public_key_dup_text (avb_signing_key_get_public (key));
  g_autofree char *upper = g_ascii_strup (text + strlen ("ed25519:"), -1);
  AvbPublicKey public;
  GStatBuf info;

  g_assert_true (avb_signing_key_save (key, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_false (avb_signing_key_save (key, path, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_EXISTS);
  g_clear_error (&error);
  again = avb_signing_key_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (avb_public_key_equal (avb_signing_key_get_public (key), avb_signing_key_get_public (again)));
  g_assert_true (avb_public_key_parse (&public, text));
  g_assert_true (avb_public_key_equal (&public, avb_signing_key_get_public (key)));
  g_assert_false (avb_public_key_parse (&public, upper));
  g_assert_false (avb_public_key_parse (&public, "ed25519:00"));
  avb_test_remove_folder (folder);
}

static void
test_package_signature (void)
{
  static const char sha256[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  g_autoptr (AvbSigningKey) key = avb_signing_key_generate ();
  AvbPackageSignature signature;
  AvbPackageSignature again;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  avb_package_signature_make (&signature, key, sha256);
  text = avb_package_signature_dup_text (&signature);
  g_assert_true (avb_package_signature_parse (&again, text, strlen (text), &error));
  g_assert_no_error (error);
  g_assert_true (avb_package_signature_verify (&again, sha256));
  g_assert_false (avb_package_signature_verify (&again, "0000d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
  /* Bytes of the hash alone are not what is signed. */
  avb_signing_key_sign (key, sha256, strlen (sha256), again.bytes);
  g_assert_false (avb_package_signature_verify (&again, sha256));
  g_assert_false (avb_package_signature_parse (&again, "{}", 2, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

static void
test_zstd (void)
{
  gsize size = 3 * 1024 * 1024;
  g_autoptr (GBytes) zeros = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = avb_zstd_compress (zeros, &error);
  g_autoptr (GBytes) same = avb_zstd_compress (zeros, &error);
  g_autoptr (GBytes) back = avb_zstd_decompress (packed, size, &error);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (packed, 0, g_bytes_get_size (packed) / 2);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (zeros, back));
  g_assert_true (g_bytes_equal (packed, same));
  /* A small file that would be large stops at the cap. */
  g_assert_cmpuint (g_bytes_get_size (packed), <, 4096);
  g_assert_null (avb_zstd_decompress (packed, size - 1, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (avb_zstd_decompress (cut, size, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (avb_zstd_decompress (zeros, size, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Envelope/round", test_round);
  g_test_add_func ("/Avb/Envelope/unique-keys", test_unique);
  g_test_add_func ("/Avb/Envelope/tampered", test_tampered);
  g_test_add_func ("/Avb/Envelope/malformed", test_malformed);
  g_test_add_func ("/Avb/Envelope/caps", test_caps);
  g_test_add_func ("/Avb/Envelope/unknown-algorithm", test_unknown_algorithm);
  g_test_add_func ("/Avb/Envelope/keys", test_keys);
  g_test_add_func ("/Avb/Envelope/package-signature", test_package_signature);
  g_test_add_func ("/Avb/Envelope/zstd", test_zstd);
  return g_test_run ();
}
