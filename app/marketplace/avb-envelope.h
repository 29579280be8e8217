/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-signing-key.h"

G_BEGIN_DECLS

/**
 * AvbEnvelope:
 *
 * What each metadata file of a marketplace is: the payload's bytes and signatures over exactly these bytes, so that nothing
 * is understood before it is verified.
 *
 *   {"payload":"<base64>","signatures":[{"keyid":"<64 digits>","alg":"ed25519","sig":"<base64>"},…]}
 *
 * At most %AVB_ENVELOPE_MAX_SIGNATURES signatures. A key ID that is there twice refuses the whole; a signature of an unknown
 * algorithm is kept and never counts. Any thread; immutable but for avb_envelope_sign().
 */
typedef struct _AvbEnvelope AvbEnvelope;

#define AVB_ENVELOPE_MAX_SIGNATURES 32

/* Unique keys of which `threshold` must have signed. */
typedef struct {
  GPtrArray *keys; /* of AvbPublicKey */
  guint      threshold;
} AvbKeyRing;

AvbKeyRing *avb_key_ring_new   (guint threshold);
void        avb_key_ring_free  (AvbKeyRing *self);
/* FALSE: it was in already */
gboolean    avb_key_ring_add   (AvbKeyRing *self, const AvbPublicKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbKeyRing, avb_key_ring_free)

/* @max_length: of the file; it is looked at before anything else. %AVB_ERROR_INVALID */
AvbEnvelope *avb_envelope_parse (GBytes *bytes, gsize max_length, GError **error);
AvbEnvelope *avb_envelope_new   (GBytes *payload);
void         avb_envelope_free  (AvbEnvelope *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbEnvelope, avb_envelope_free)

GBytes  *avb_envelope_get_payload  (AvbEnvelope *self);
/* How many different keys of @ring have a signature here that is right */
guint    avb_envelope_count_signed (AvbEnvelope *self, AvbKeyRing *ring);
/* …and whether these are enough */
gboolean avb_envelope_verify       (AvbEnvelope *self, AvbKeyRing *ring);

/* Adds a signature, or replaces that of the same key. */
void     avb_envelope_sign         (AvbEnvelope *self, AvbSigningKey *key);
GBytes  *avb_envelope_to_bytes     (AvbEnvelope *self);

G_END_DECLS
