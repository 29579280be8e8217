/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-look.h"

#include "app/marketplace/avb-market-catalog.h"
#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-market-kept.h"
#include "app/marketplace/avb-revocation.h"
#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"

void
avb_market_look_free (AvbMarketLook *self)
{
  g_free (self->id);
  g_free (self->uri);
  g_free (self->folder);
  g_clear_pointer (&self->anchor, g_bytes_unref);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->revocations, g_ptr_array_unref);
  g_free (self->title);
  g_free (self);
}

/* The last root that was accepted, if it is still whole, else the one that all began with. */
static AvbTrust *
begin (AvbMarketLook *self, AvbMarketKept *kept)
{
  g_autoptr (GBytes) root = avb_market_kept_read (kept, AVB_METADATA_ROOT);
  AvbTrust *trust = root != NULL ? avb_trust_new (root, self->now, kept->clock_floor, NULL) : NULL;

  if (trust == NULL)
    trust = avb_trust_new (self->anchor, self->now, kept->clock_floor, &self->error);
  for (AvbMetadataKind kind = AVB_METADATA_TIMESTAMP; trust != NULL && kind < AVB_METADATA_N_KINDS; kind++)
    {
      g_autoptr (GBytes) bytes = avb_market_kept_read (kept, kind);

      avb_trust_set_kept (trust, kind, bytes);
    }
  return trust;
}

/* FALSE: the network failed. @etag: (out): that goes with @bytes */
static gboolean
fetch (AvbMarketLook      *self,
       AvbMarketKept      *kept,
       AvbTrust           *trust,
       AvbMarketFetch     *from,
       const AvbTrustWant *want,
       GBytes            **bytes,
       char              **etag)
{
  gboolean tagged = want->kind == AVB_METADATA_TIMESTAMP;
  g_autoptr (GBytes) have = NULL;
  g_autoptr (GError) error = NULL;

  /* Only what still stands need not come again. */
  if (tagged && kept->etag != NULL && avb_trust_get_payload (trust, want->kind) != NULL)
    have = avb_market_kept_read (kept, want->kind);
  *etag = have != NULL ? g_strdup (kept->etag) : NULL;
  *bytes = avb_market_fetch_bytes (from, want->name, want->max_length, tagged ? etag : NULL, &error);
  if (*bytes == NULL && error == NULL)
    *bytes = g_steal_pointer (&have);
  /* 5.3.3: a server may say either for a root that is not there yet. */
  if (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND) ||
      (want->kind == AVB_METADATA_ROOT && g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION)))
    g_clear_error (&error);
  if (error == NULL)
    return TRUE;
  self->error = g_steal_pointer (&error);
  return FALSE;
}

/* @etag: (nullable): of what was accepted just now */
static gboolean
keep (AvbMarketLook *self, AvbMarketKept *kept, AvbTrust *trust, const char *etag)
{
  for (AvbMetadataKind kind = AVB_METADATA_ROOT; kind < AVB_METADATA_N_KINDS; kind++)
    {
      g_autoptr (GBytes) bytes = avb_trust_take_accepted (trust, kind);

      if (bytes == NULL)
        continue;
      if (!avb_market_kept_write (kept, kind, bytes, &self->error))
        return FALSE;
      if (kind == AVB_METADATA_TIMESTAMP)
        g_set_str (&kept->etag, etag);
    }
  return TRUE;
}

static void
ask (AvbMarketLook *self, AvbMarketKept *kept, AvbTrust *trust)
{
  g_autoptr (AvbMarketFetch) from
      = self->offline ? NULL : avb_market_fetch_new (self->uri, self->tls_database, self->cancellable);
  AvbTrustWant want;

  if (from != NULL && self->stall_seconds > 0)
    avb_market_fetch_set_stall_seconds (from, self->stall_seconds);
  while (avb_trust_next (trust, &want))
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *etag = NULL;

      /* Without the network, what is kept has to do; where that is what the timestamp names, it is not asked for at all. */
      if (from != NULL && !fetch (self, kept, trust, from, &want, &bytes, &etag))
        g_clear_pointer (&from, avb_market_fetch_free);
      if (from == NULL)
        bytes = want.kind == AVB_METADATA_TIMESTAMP ? avb_market_kept_read (kept, want.kind) : NULL;
      avb_trust_feed (trust, bytes);
      if (!keep (self, kept, trust, etag))
        return;
    }
}

/* What is wrong: that nobody could be asked explains why something is missing, but nothing else. */
static void
choose_error (AvbMarketLook *self, AvbTrust *trust)
{
  const GError *error = avb_trust_get_error (trust);

  self->verdict = avb_trust_get_verdict (trust);
  if (self->error != NULL && self->verdict == AVB_TRUST_MISSING)
    self->verdict = AVB_TRUST_OK;
  if (self->verdict == AVB_TRUST_OK)
    return;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

/* It was accepted once: good enough to be looked at, not to be installed from. */
static GBytes *
read_kept_catalog (AvbMarketKept *kept)
{
  g_autoptr (GBytes) bytes = avb_market_kept_read (kept, AVB_METADATA_CATALOG);
  g_autoptr (GBytes) unpacked
      = bytes != NULL ? avb_zstd_decompress (bytes, AVB_METADATA_MAX_CATALOG_UNPACKED, NULL) : NULL;
  g_autoptr (AvbEnvelope) envelope
      = unpacked != NULL ? avb_envelope_parse (unpacked, AVB_METADATA_MAX_CATALOG_UNPACKED, NULL) : NULL;

  return envelope != NULL ? g_bytes_ref (avb_envelope_get_payload (envelope)) : NULL;
}

/* What this marketplace took back stays so, also if something is wrong with it today. */
static GBytes *
read_kept_revocations (AvbMarketKept *kept)
{
  g_autoptr (GBytes) bytes = avb_market_kept_read (kept, AVB_METADATA_REVOCATIONS);
  g_autoptr (AvbEnvelope) envelope
      = bytes != NULL ? avb_envelope_parse (bytes, AVB_METADATA_MAX_REVOCATIONS, NULL) : NULL;

  return envelope != NULL ? g_bytes_ref (avb_envelope_get_payload (envelope)) : NULL;
}

static void
read_result (AvbMarketLook *self, AvbMarketKept *kept, AvbTrust *trust)
{
  GBytes *catalog = avb_trust_get_payload (trust, AVB_METADATA_CATALOG);
  GBytes *revocations = avb_trust_get_payload (trust, AVB_METADATA_REVOCATIONS);
  g_autoptr (GBytes) old_catalog = catalog == NULL ? read_kept_catalog (kept) : NULL;
  g_autoptr (GBytes) old_revocations = revocations == NULL ? read_kept_revocations (kept) : NULL;
  g_autoptr (GError) error = NULL;

  catalog = catalog != NULL ? catalog : old_catalog;
  revocations = revocations != NULL ? revocations : old_revocations;
  if (catalog != NULL)
    self->entries = avb_market_catalog_parse (catalog, self->id, &error);
  if (revocations != NULL && error == NULL)
    self->revocations = avb_revocations_parse (revocations, &error);
  if (error != NULL && self->error == NULL)
    {
      self->verdict = AVB_TRUST_MALFORMED;
      self->error = g_steal_pointer (&error);
    }
}

static void
look (AvbMarketLook *self, AvbMarketKept *kept)
{
  g_autoptr (AvbTrust) trust = begin (self, kept);

  if (trust == NULL)
    {
      self->verdict = AVB_TRUST_UNSIGNED;
      return;
    }
  ask (self, kept, trust);
  choose_error (self, trust);
  self->title = g_strdup (avb_trust_get_root (trust)->title);
  self->issued = avb_trust_get_issued (trust);
  self->expires = avb_trust_get_expires (trust);
  for (guint i = 0; i < AVB_METADATA_N_KINDS; i++)
    self->versions[i] = avb_trust_get_version (trust, i);
  read_result (self, kept, trust);
  kept->clock_floor = avb_trust_get_clock_floor (trust);
  if (self->error == NULL && !self->offline)
    kept->checked = self->now;
  self->checked = kept->checked;
  avb_market_kept_write_state (kept, self->error == NULL ? &self->error : NULL);
}

void
avb_market_look_run (AvbMarketLook *self)
{
  g_autoptr (AvbMarketKept) kept = avb_market_kept_open (self->folder, &self->error);

  if (kept != NULL && avb_market_kept_set_anchor (kept, self->anchor, &self->error))
    look (self, kept);
}
