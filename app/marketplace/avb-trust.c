/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-trust.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"

/* The sections named below are those of The Update Framework's specification, version 1.0. */

typedef struct {
  GBytes         *kept;     /* (nullable): of an earlier look, as on the disk */
  GBytes         *accepted; /* (nullable): by this look, and not yet taken */
  GBytes         *payload;  /* (nullable): that counts */
  AvbMetadataHead head;     /* of it; version 0: none */
} Part;

struct _AvbTrust {
  gint64          now;
  gint64          floor;
  Part            parts[AVB_METADATA_N_KINDS];
  AvbRoot        *root;
  AvbTimestamp    timestamp; /* if its part has a payload */
  guint           rotations;
  AvbMetadataKind wanted;
  gboolean        started; /* the timestamp that was kept has been looked at */
  gboolean        over;
  AvbTrustVerdict verdict;
  GError         *error;
};

const char *
avb_trust_verdict_to_text (AvbTrustVerdict verdict)
{
  static const char *const texts[] = { "ok",      "malformed", "too-large", "unsigned", "skipped",
                                       "replayed", "expired",  "mismatch",  "clock",    "missing" };

  g_assert (verdict < G_N_ELEMENTS (texts));
  return texts[verdict];
}

/* --- verdicts --- */

static const char *
get_sentence (AvbTrustVerdict verdict)
{
  switch (verdict)
    {
    case AVB_TRUST_MALFORMED:
      return _("What this marketplace sent is damaged. Nothing of it was taken over.");
    case AVB_TRUST_TOO_LARGE:
      return _("What this marketplace sent is larger than it may be. Nothing of it was taken over.");
    case AVB_TRUST_UNSIGNED:
      return _("What this marketplace sent is not signed by its owners. Nothing of it was taken over.");
    case AVB_TRUST_SKIPPED:
      return _("This marketplace changed its keys without showing how. Nothing of it was taken over.");
    case AVB_TRUST_REPLAYED:
      return _("This marketplace sent something older than what is known of it already. Nothing of it was taken over.");
    case AVB_TRUST_EXPIRED:
      return _("The catalog of this marketplace is out of date. Its owners have to renew it.");
    case AVB_TRUST_MISMATCH:
      return _("The parts of this marketplace do not belong together. Nothing of it was taken over.");
    case AVB_TRUST_CLOCK:
      return _("The clock of this computer is wrong. Set the date, then try again.");
    case AVB_TRUST_MISSING:
      return _("This marketplace has no catalog at this address.");
    case AVB_TRUST_OK:
    default:
      g_assert_not_reached ();
    }
}

/* @native: (transfer full) (nullable) */
static void
refuse (AvbTrust *self, AvbTrustVerdict verdict, AvbMetadataKind kind, GError *native)
{
  g_autofree char *details = g_strdup_printf ("%s: %s%s%s", avb_metadata_kind_to_text (kind),
                                              avb_trust_verdict_to_text (verdict), native != NULL ? ": " : "",
                                              native == NULL                            ? ""
                                              : avb_error_get_details (native) != NULL ? avb_error_get_details (native)
                                                                                        : native->message);

  g_clear_error (&native);
  g_clear_error (&self->error);
  self->verdict = verdict;
  self->error = avb_error_new (AVB_ERROR_INVALID, details, "%s", get_sentence (verdict));
  self->over = TRUE;
}

/* --- one file --- */

static gsize
get_cap (AvbMetadataKind kind)
{
  static const gsize caps[AVB_METADATA_N_KINDS] = { AVB_METADATA_MAX_ROOT, AVB_METADATA_MAX_TIMESTAMP,
                                                    AVB_METADATA_MAX_CATALOG, AVB_METADATA_MAX_REVOCATIONS };

  return caps[kind];
}

static AvbKeyRing *
get_ring (AvbRoot *root, AvbMetadataKind kind)
{
  switch (kind)
    {
    case AVB_METADATA_ROOT:
      return root->root;
    case AVB_METADATA_TIMESTAMP:
      return root->timestamp;
    case AVB_METADATA_CATALOG:
    case AVB_METADATA_REVOCATIONS:
      return root->catalog;
    case AVB_METADATA_N_KINDS:
    default:
      g_assert_not_reached ();
    }
}

/* (nullable) (transfer full): the payload of @bytes, signed by enough keys of @ring */
static GBytes *
open_file (GBytes *bytes, AvbMetadataKind kind, AvbKeyRing *ring, AvbTrustVerdict *verdict, GError **error)
{
  g_autoptr (GBytes) unpacked = NULL;
  g_autoptr (AvbEnvelope) envelope = NULL;
  gsize cap = get_cap (kind);

  *verdict = AVB_TRUST_TOO_LARGE;
  if (g_bytes_get_size (bytes) > cap)
    return NULL;
  *verdict = AVB_TRUST_MALFORMED;
  if (kind == AVB_METADATA_CATALOG)
    {
      cap = AVB_METADATA_MAX_CATALOG_UNPACKED;
      unpacked = avb_zstd_decompress (bytes, cap, error);
    }
  else
    unpacked = g_bytes_ref (bytes);
  envelope = unpacked != NULL ? avb_envelope_parse (unpacked, cap, error) : NULL;
  if (envelope == NULL)
    return NULL;
  *verdict = AVB_TRUST_UNSIGNED;
  if (ring != NULL && !avb_envelope_verify (envelope, ring))
    return NULL;
  *verdict = AVB_TRUST_OK;
  return g_bytes_ref (avb_envelope_get_payload (envelope));
}

/* It counts from here on. @accepted: it is new */
static void
take_part (AvbTrust *self, AvbMetadataKind kind, GBytes *bytes, GBytes *payload, const AvbMetadataHead *head,
           gboolean accepted)
{
  Part *part = &self->parts[kind];

  g_clear_pointer (&part->payload, g_bytes_unref);
  part->payload = g_bytes_ref (payload);
  part->head = *head;
  self->floor = MAX (self->floor, head->issued);
  if (!accepted)
    return;
  g_clear_pointer (&part->accepted, g_bytes_unref);
  part->accepted = g_bytes_ref (bytes);
}

/* The time for expiry: a clock that goes a little wrong does not make what is known younger. */
static gint64
get_time (AvbTrust *self)
{
  return MAX (self->now, self->floor);
}

static gboolean
is_from_future (AvbTrust *self, const AvbMetadataHead *head)
{
  return head->issued > self->now + AVB_TRUST_CLOCK_SLACK;
}

/* --- root: section 5.3 --- */

static void
feed_root (AvbTrust *self, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (AvbRoot) root = NULL;
  AvbTrustVerdict verdict;

  /* 5.3.3: the newest one is the one that is known. */
  if (bytes == NULL)
    {
      self->wanted = AVB_METADATA_TIMESTAMP;
      return;
    }
  payload = open_file (bytes, AVB_METADATA_ROOT, self->root->root, &verdict, &error);
  if (payload == NULL)
    {
      refuse (self, verdict, AVB_METADATA_ROOT, g_steal_pointer (&error));
      return;
    }
  root = avb_root_parse (payload, &error);
  if (root == NULL)
    {
      refuse (self, AVB_TRUST_MALFORMED, AVB_METADATA_ROOT, g_steal_pointer (&error));
      return;
    }
  /* 5.3.5 before the second half of 5.3.4: a root that was skipped has keys that say nothing here. */
  if (root->head.version != self->root->head.version + 1)
    {
      refuse (self, AVB_TRUST_SKIPPED, AVB_METADATA_ROOT, NULL);
      return;
    }
  g_clear_pointer (&payload, g_bytes_unref);
  payload = open_file (bytes, AVB_METADATA_ROOT, root->root, &verdict, &error);
  if (payload == NULL || is_from_future (self, &root->head))
    {
      refuse (self, payload == NULL ? verdict : AVB_TRUST_CLOCK, AVB_METADATA_ROOT, g_steal_pointer (&error));
      return;
    }
  take_part (self, AVB_METADATA_ROOT, bytes, payload, &root->head, TRUE);
  avb_root_free (self->root);
  self->root = g_steal_pointer (&root);
  if (++self->rotations >= AVB_TRUST_MAX_ROTATIONS)
    self->wanted = AVB_METADATA_TIMESTAMP;
}

/* --- timestamp: section 5.4 --- */

/* 5.3.11: one whose keys the root no longer knows is forgotten here, and with it the versions that it named. */
static void
look_at_kept_timestamp (AvbTrust *self)
{
  Part *part = &self->parts[AVB_METADATA_TIMESTAMP];
  g_autoptr (GBytes) payload = NULL;
  AvbTrustVerdict verdict;

  self->started = TRUE;
  if (part->kept == NULL)
    return;
  payload = open_file (part->kept, AVB_METADATA_TIMESTAMP, self->root->timestamp, &verdict, NULL);
  if (payload != NULL && avb_timestamp_parse (&self->timestamp, payload, NULL))
    take_part (self, AVB_METADATA_TIMESTAMP, part->kept, payload, &self->timestamp.head, FALSE);
}

static void
begin_timestamp (AvbTrust *self)
{
  look_at_kept_timestamp (self);
  /* 5.3.10 */
  if (self->root->head.expires <= get_time (self))
    refuse (self, AVB_TRUST_EXPIRED, AVB_METADATA_ROOT, NULL);
}

static gboolean
is_replayed (AvbTrust *self, const AvbTimestamp *timestamp)
{
  const AvbTimestamp *old = &self->timestamp;

  if (self->parts[AVB_METADATA_TIMESTAMP].payload == NULL)
    return FALSE;
  if (timestamp->head.version < old->head.version)
    return TRUE;
  return timestamp->head.version > old->head.version && (timestamp->catalog.version < old->catalog.version ||
                                                         timestamp->revocations.version < old->revocations.version);
}

static void
feed_timestamp (AvbTrust *self, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) payload = NULL;
  AvbTimestamp timestamp;
  AvbTrustVerdict verdict = AVB_TRUST_MISSING;
  gboolean is_new;

  payload = bytes != NULL ? open_file (bytes, AVB_METADATA_TIMESTAMP, self->root->timestamp, &verdict, &error) : NULL;
  if (payload == NULL)
    {
      refuse (self, verdict, AVB_METADATA_TIMESTAMP, g_steal_pointer (&error));
      return;
    }
  if (!avb_timestamp_parse (&timestamp, payload, &error))
    {
      refuse (self, AVB_TRUST_MALFORMED, AVB_METADATA_TIMESTAMP, g_steal_pointer (&error));
      return;
    }
  if (is_from_future (self, &timestamp.head) || is_replayed (self, &timestamp))
    {
      refuse (self, is_from_future (self, &timestamp.head) ? AVB_TRUST_CLOCK : AVB_TRUST_REPLAYED,
              AVB_METADATA_TIMESTAMP, NULL);
      return;
    }
  /* 5.4.3.1: of two with one number the one that came first stays. */
  is_new = self->parts[AVB_METADATA_TIMESTAMP].payload == NULL || timestamp.head.version > self->timestamp.head.version;
  if ((is_new ? &timestamp : &self->timestamp)->head.expires <= get_time (self))
    {
      refuse (self, AVB_TRUST_EXPIRED, AVB_METADATA_TIMESTAMP, NULL);
      return;
    }
  if (is_new)
    {
      self->timestamp = timestamp;
      take_part (self, AVB_METADATA_TIMESTAMP, bytes, payload, &timestamp.head, TRUE);
    }
  self->wanted = AVB_METADATA_REVOCATIONS;
}

/* --- what the timestamp names: sections 5.5 and 5.6 --- */

static const AvbFileMeta *
get_meta (AvbTrust *self, AvbMetadataKind kind)
{
  return kind == AVB_METADATA_CATALOG ? &self->timestamp.catalog : &self->timestamp.revocations;
}

static gboolean
is_named (GBytes *bytes, const AvbFileMeta *meta)
{
  g_autofree char *sha256 = NULL;

  if (g_bytes_get_size (bytes) != meta->length)
    return FALSE;
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  return g_str_equal (sha256, meta->sha256);
}

/* Whether @bytes is what the timestamp names, signed, and unexpired; then it counts. */
static AvbTrustVerdict
try_file (AvbTrust *self, AvbMetadataKind kind, GBytes *bytes, gboolean is_new, GError **error)
{
  const AvbFileMeta *meta = get_meta (self, kind);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (JsonNode) node = NULL;
  AvbMetadataHead head;
  AvbTrustVerdict verdict;

  if (!is_named (bytes, meta))
    return AVB_TRUST_MISMATCH;
  payload = open_file (bytes, kind, get_ring (self->root, kind), &verdict, error);
  if (payload == NULL)
    return verdict;
  node = avb_metadata_parse (payload, kind, &head, error);
  if (node == NULL)
    return AVB_TRUST_MALFORMED;
  if (head.version != meta->version)
    return AVB_TRUST_MISMATCH;
  if (is_from_future (self, &head))
    return AVB_TRUST_CLOCK;
  if (head.expires <= get_time (self))
    return AVB_TRUST_EXPIRED;
  take_part (self, kind, bytes, payload, &head, is_new);
  return AVB_TRUST_OK;
}

static void
go_on (AvbTrust *self, AvbMetadataKind kind)
{
  if (kind == AVB_METADATA_CATALOG)
    self->over = TRUE;
  else
    self->wanted = AVB_METADATA_CATALOG;
}

static void
feed_file (AvbTrust *self, AvbMetadataKind kind, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  AvbTrustVerdict verdict = AVB_TRUST_MISSING;

  if (bytes != NULL)
    verdict = try_file (self, kind, bytes, TRUE, &error);
  if (verdict != AVB_TRUST_OK)
    refuse (self, verdict, kind, g_steal_pointer (&error));
  else
    go_on (self, kind);
}

/* --- the look --- */

AvbTrust *
avb_trust_new (GBytes *bytes, gint64 now, gint64 clock_floor, GError **error)
{
  g_autoptr (AvbTrust) self = g_new0 (AvbTrust, 1);
  g_autoptr (GBytes) unverified = NULL;
  g_autoptr (GBytes) payload = NULL;
  AvbTrustVerdict verdict;

  self->now = now;
  self->floor = clock_floor;
  unverified = open_file (bytes, AVB_METADATA_ROOT, NULL, &verdict, error);
  self->root = unverified != NULL ? avb_root_parse (unverified, error) : NULL;
  if (self->root != NULL)
    payload = open_file (bytes, AVB_METADATA_ROOT, self->root->root, &verdict, error);
  if (payload == NULL)
    {
      if (error != NULL && *error == NULL)
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, avb_trust_verdict_to_text (verdict),
                                                 _("This file holds no root of a marketplace.")));
      return NULL;
    }
  take_part (self, AVB_METADATA_ROOT, bytes, payload, &self->root->head, FALSE);
  return g_steal_pointer (&self);
}

void
avb_trust_free (AvbTrust *self)
{
  for (guint i = 0; i < AVB_METADATA_N_KINDS; i++)
    {
      g_clear_pointer (&self->parts[i].kept, g_bytes_unref);
      g_clear_pointer (&self->parts[i].accepted, g_bytes_unref);
      g_clear_pointer (&self->parts[i].payload, g_bytes_unref);
    }
  g_clear_pointer (&self->root, avb_root_free);
  g_clear_error (&self->error);
  g_free (self);
}

void
avb_trust_set_kept (AvbTrust *self, AvbMetadataKind kind, GBytes *bytes)
{
  g_return_if_fail (kind != AVB_METADATA_ROOT);

  g_clear_pointer (&self->parts[kind].kept, g_bytes_unref);
  self->parts[kind].kept = bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

/* What was kept makes asking unnecessary if it is what the timestamp names. */
static void
skip_kept (AvbTrust *self)
{
  while (!self->over && self->wanted != AVB_METADATA_ROOT && self->wanted != AVB_METADATA_TIMESTAMP)
    {
      AvbMetadataKind kind = self->wanted;
      GBytes *kept = self->parts[kind].kept;

      if (kept == NULL || try_file (self, kind, kept, FALSE, NULL) != AVB_TRUST_OK)
        return;
      go_on (self, kind);
    }
}

static void
write_want (AvbTrust *self, AvbTrustWant *want)
{
  AvbMetadataKind kind = self->wanted;
  const char *text = avb_metadata_kind_to_text (kind);

  *want = (AvbTrustWant) { .kind = kind, .max_length = get_cap (kind) };
  if (kind == AVB_METADATA_TIMESTAMP)
    g_snprintf (want->name, sizeof want->name, "timestamp.json");
  else if (kind == AVB_METADATA_ROOT)
    g_snprintf (want->name, sizeof want->name, "%u.root.json", self->root->head.version + 1);
  else
    {
      const AvbFileMeta *meta = get_meta (self, kind);

      want->length = want->max_length = meta->length;
      g_snprintf (want->name, sizeof want->name, "%u.%s.json%s", meta->version, text,
                  kind == AVB_METADATA_CATALOG ? ".zst" : "");
    }
}

gboolean
avb_trust_next (AvbTrust *self, AvbTrustWant *want)
{
  if (!self->over && self->now < self->floor - AVB_TRUST_CLOCK_SLACK)
    refuse (self, AVB_TRUST_CLOCK, AVB_METADATA_ROOT, NULL);
  if (!self->over && self->wanted == AVB_METADATA_TIMESTAMP && !self->started)
    begin_timestamp (self);
  skip_kept (self);
  if (self->over)
    return FALSE;
  write_want (self, want);
  return TRUE;
}

void
avb_trust_feed (AvbTrust *self, GBytes *bytes)
{
  g_return_if_fail (!self->over);

  switch (self->wanted)
    {
    case AVB_METADATA_ROOT:
      feed_root (self, bytes);
      break;
    case AVB_METADATA_TIMESTAMP:
      feed_timestamp (self, bytes);
      break;
    case AVB_METADATA_CATALOG:
    case AVB_METADATA_REVOCATIONS:
      feed_file (self, self->wanted, bytes);
      break;
    case AVB_METADATA_N_KINDS:
    default:
      g_assert_not_reached ();
    }
}

AvbTrustVerdict
avb_trust_get_verdict (AvbTrust *self)
{
  return self->verdict;
}

const GError *
avb_trust_get_error (AvbTrust *self)
{
  return self->error;
}

GBytes *
avb_trust_take_accepted (AvbTrust *self, AvbMetadataKind kind)
{
  return g_steal_pointer (&self->parts[kind].accepted);
}

GBytes *
avb_trust_get_payload (AvbTrust *self, AvbMetadataKind kind)
{
  return self->parts[kind].payload;
}

guint
avb_trust_get_version (AvbTrust *self, AvbMetadataKind kind)
{
  return self->parts[kind].payload != NULL ? self->parts[kind].head.version : 0;
}

AvbRoot *
avb_trust_get_root (AvbTrust *self)
{
  return self->root;
}

gint64
avb_trust_get_expires (AvbTrust *self)
{
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < AVB_METADATA_N_KINDS; i++)
    {
      if (self->parts[i].payload == NULL)
        return 0;
      first = MIN (first, self->parts[i].head.expires);
    }
  return first;
}

gint64
avb_trust_get_issued (AvbTrust *self)
{
  return self->parts[AVB_METADATA_TIMESTAMP].payload != NULL ? self->timestamp.head.issued : 0;
}

gint64
avb_trust_get_clock_floor (AvbTrust *self)
{
  return self->floor;
}
