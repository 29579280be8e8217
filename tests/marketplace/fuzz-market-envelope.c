/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A hostile envelope: what is taken is taken again when it is written, and nobody has signed it but who has the key. */

#include "config.h"

#include "app/marketplace/avb-metadata.h"
#include "app/marketplace/avb-package-signature.h"
#include "app/marketplace/avb-trust.h"
#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_envelope (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbEnvelope) envelope = avb_envelope_parse (bytes, 1 << 16, &error);
  g_autoptr (AvbEnvelope) again = NULL;
  g_autoptr (GBytes) written = NULL;
  g_autoptr (AvbSigningKey) key = NULL;
  g_autoptr (AvbKeyRing) ring = NULL;

  if (envelope == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      return;
    }
  key = avb_signing_key_generate ();
  ring = avb_key_ring_new (1);
  avb_key_ring_add (ring, avb_signing_key_get_public (key));
  g_assert_false (avb_envelope_verify (envelope, ring));
  written = avb_envelope_to_bytes (envelope);
  again = avb_envelope_parse (written, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (avb_envelope_get_payload (envelope), avb_envelope_get_payload (again)));
}

/* Payloads, as if somebody had signed them. */
static void
check_payload (GBytes *bytes)
{
  g_autoptr (AvbRoot) root = avb_root_parse (bytes, NULL);
  AvbTimestamp timestamp;

  if (root != NULL)
    g_assert_cmpuint (root->root->threshold, >, 0);
  if (avb_timestamp_parse (&timestamp, bytes, NULL))
    g_assert_true (avb_metadata_is_sha256 (timestamp.catalog.sha256));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) unpacked = avb_zstd_decompress (bytes, 1 << 20, NULL);
  g_autoptr (AvbTrust) trust = avb_trust_new (bytes, 0, 0, NULL);
  AvbPackageSignature signature;

  if (unpacked != NULL)
    g_assert_cmpuint (g_bytes_get_size (unpacked), <=, 1 << 20);
  /* What counts for a root has valid signatures: not to be found by chance, but those of the seeds are. */
  g_clear_pointer (&trust, avb_trust_free);
  check_envelope (bytes);
  check_payload (bytes);
  if (avb_package_signature_parse (&signature, (const char *) data, size, NULL))
    g_assert_false (avb_package_signature_verify (&signature, "0000000000000000000000000000000000000000000000000000000000000000"));
  return 0;
}
