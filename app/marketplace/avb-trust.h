/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-metadata.h"

G_BEGIN_DECLS

/**
 * AvbTrust:
 *
 * One look at a marketplace's metadata: which file is wanted next, and what is to be thought of it. A subset of The Update
 * Framework (specification 1.0, section 5) without any input or output, so that every history can be tried.
 *
 *   while (avb_trust_next (trust, &want))
 *     avb_trust_feed (trust, <the file that is called want.name, or NULL if there is none>);
 *
 * Roots go from N to N+1, each signed by enough keys of the old and of the new one, and only the last of them has to be
 * unexpired. Then timestamp, revocations and catalogue: versions only rise, and the latter two are what the timestamp says.
 * A timestamp that the present root no longer knows the keys of is forgotten, with the versions that it named: so the
 * owners of the root recover from one that was signed with versions too high.
 *
 * Time is that of avb_trust_new() for all of it. It must not lie before what was accepted ever, the clock's floor, or the
 * clock is wrong; nor may metadata come from the future.
 *
 * What was accepted can be had one by one, in order to be kept: also if something later is refused. A look without a network
 * is one that is fed what was kept.
 *
 * Any thread, one at a time.
 */
typedef struct _AvbTrust AvbTrust;

typedef enum {
  AVB_TRUST_OK,
  AVB_TRUST_MALFORMED,    /* no envelope or no such payload; a version out of range */
  AVB_TRUST_TOO_LARGE,
  AVB_TRUST_UNSIGNED,     /* by too few of the keys that count */
  AVB_TRUST_SKIPPED,      /* a root that is not the next one */
  AVB_TRUST_REPLAYED,     /* a version lower than one that was accepted */
  AVB_TRUST_EXPIRED,
  AVB_TRUST_MISMATCH,     /* not what the timestamp says: length, hash or version */
  AVB_TRUST_CLOCK,        /* this computer's clock is wrong */
  AVB_TRUST_MISSING,      /* a file that must be there is not */
} AvbTrustVerdict;

const char *avb_trust_verdict_to_text (AvbTrustVerdict verdict);

/* How far clocks may be apart. */
#define AVB_TRUST_CLOCK_SLACK (24 * 60 * 60)
/* Roots followed in one go */
#define AVB_TRUST_MAX_ROTATIONS 256

typedef struct {
  AvbMetadataKind kind;
  char            name[64];   /* "7.catalog.json.zst" */
  gsize           max_length; /* stop reading after so many bytes */
  guint64         length;     /* that it must have; 0: not known */
} AvbTrustWant;

/**
 * avb_trust_new:
 * @root: the root that is trusted already: embedded, confirmed, or the last that was accepted
 * @now: seconds since 1970
 * @clock_floor: of the last look, 0 for the first
 * @error: %AVB_ERROR_INVALID: @root is none, or not signed by itself
 *
 * Returns: (nullable) (transfer full)
 */
AvbTrust *avb_trust_new  (GBytes *root, gint64 now, gint64 clock_floor, GError **error);
void      avb_trust_free (AvbTrust *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTrust, avb_trust_free)

/* What was accepted by earlier looks; before the first avb_trust_next(). They are verified again, and left out if they no
 * longer stand. */
void avb_trust_set_kept (AvbTrust *self, AvbMetadataKind kind, GBytes *bytes);

/* FALSE: this look is over: see the verdict. */
gboolean avb_trust_next (AvbTrust *self, AvbTrustWant *want);
/* @bytes: (nullable): the file just wanted */
void     avb_trust_feed (AvbTrust *self, GBytes *bytes);
AvbTrustVerdict avb_trust_get_verdict (AvbTrust *self);
/* (nullable) (transfer none): %AVB_ERROR_INVALID with a sentence for the user, unless the verdict is %AVB_TRUST_OK */
const GError   *avb_trust_get_error   (AvbTrust *self);

/* (nullable) (transfer full): accepted by this look and not yet taken: to be written to the disk */
GBytes *avb_trust_take_accepted (AvbTrust *self, AvbMetadataKind kind);
/* (nullable) (transfer none): the payload that counts now, new or kept; of the catalogue unpacked. */
GBytes *avb_trust_get_payload   (AvbTrust *self, AvbMetadataKind kind);
/* 0: none */
guint   avb_trust_get_version   (AvbTrust *self, AvbMetadataKind kind);
AvbRoot *avb_trust_get_root     (AvbTrust *self);
/* The first time at which any of the four is expired; 0 if one is missing. */
gint64  avb_trust_get_expires   (AvbTrust *self);
/* When the timestamp was made: the age of the catalogue; 0: none */
gint64  avb_trust_get_issued    (AvbTrust *self);
/* To be kept, too. */
gint64  avb_trust_get_clock_floor (AvbTrust *self);

G_END_DECLS
