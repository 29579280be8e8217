/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The state machine alone, on trees in memory: what each kind of wrong metadata comes to. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-trust.h"
#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/marketplace/market-rig.h"

/* Who looks: what it keeps from one look to the next. */
typedef struct {
  GBytes         *kept[AVB_METADATA_N_KINDS];
  gint64          floor;
  gint64          now;
  AvbTrustVerdict verdict;
  guint           versions[AVB_METADATA_N_KINDS];
  guint           n_wanted;
} Client;

static Client *
client_new (MarketRig *rig)
{
  Client *self = g_new0 (Client, 1);

  self->kept[AVB_METADATA_ROOT] = g_bytes_ref (rig->first_root);
  self->now = MARKET_NOW;
  return self;
}

static void
client_free (Client *self)
{
  for (guint i = 0; i < AVB_METADATA_N_KINDS; i++)
    g_clear_pointer (&self->kept[i], g_bytes_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static AvbTrustVerdict
look (Client *self, MarketRig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbTrust) trust = avb_trust_new (self->kept[AVB_METADATA_ROOT], self->now, self->floor, &error);
  AvbTrustWant want;

  g_assert_no_error (error);
  for (guint i = AVB_METADATA_TIMESTAMP; i < AVB_METADATA_N_KINDS; i++)
    avb_trust_set_kept (trust, i, self->kept[i]);
  self->n_wanted = 0;
  while (avb_trust_next (trust, &want))
    {
      self->n_wanted++;
      g_assert_cmpuint (self->n_wanted, <, 1000);
      avb_trust_feed (trust, market_rig_get (rig, want.name));
    }
  self->verdict = avb_trust_get_verdict (trust);
  g_assert_true ((self->verdict == AVB_TRUST_OK) == (avb_trust_get_error (trust) == NULL));
  for (guint i = 0; i < AVB_METADATA_N_KINDS; i++)
    {
      GBytes *accepted = avb_trust_take_accepted (trust, i);

      self->versions[i] = avb_trust_get_version (trust, i);
      if (accepted == NULL)
        continue;
      g_clear_pointer (&self->kept[i], g_bytes_unref);
      self->kept[i] = accepted;
    }
  self->floor = avb_trust_get_clock_floor (trust);
  return self->verdict;
}

#define assert_look(client, rig, expected)                                                            \
  G_STMT_START                                                                                        \
  {                                                                                                   \
    AvbTrustVerdict found = look ((client), (rig));                                                   \
    g_assert_cmpstr (avb_trust_verdict_to_text (found), ==, avb_trust_verdict_to_text (expected));     \
  }                                                                                                   \
  G_STMT_END

static void
set_timestamp (MarketRig *rig, JsonObject *payload)
{
  g_autoptr (GBytes) bytes = market_rig_sign (payload, rig->timestamp_key, NULL);

  market_rig_set (rig, "timestamp.json", bytes);
}

static void
test_good (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->n_wanted, ==, 4);
  g_assert_cmpuint (client->versions[AVB_METADATA_CATALOG], ==, 1);
  /* What is kept need not come again. */
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->n_wanted, ==, 2);
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->versions[AVB_METADATA_CATALOG], ==, 2);
  g_assert_cmpuint (client->versions[AVB_METADATA_TIMESTAMP], ==, 2);
}

static void
test_signatures (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (AvbSigningKey) stranger = avb_signing_key_generate ();
  g_autoptr (GBytes) foreign = market_rig_sign (market_rig_timestamp (rig, 2), stranger, NULL);
  g_autoptr (GBytes) none = market_rig_sign (market_rig_timestamp (rig, 2), NULL);
  g_autoptr (GBytes) other_role = market_rig_sign (market_rig_timestamp (rig, 2), rig->catalog_key, NULL);

  assert_look (client, rig, AVB_TRUST_OK);
  market_rig_set (rig, "timestamp.json", foreign);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  market_rig_set (rig, "timestamp.json", none);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  market_rig_set (rig, "timestamp.json", other_role);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  /* Nothing of it was taken over. */
  g_assert_cmpuint (client->versions[AVB_METADATA_TIMESTAMP], ==, 1);
  market_rig_publish_timestamp (rig);
  assert_look (client, rig, AVB_TRUST_OK);
}

/* A key that signs two kinds cannot have one taken for the other. */
static void
test_wrong_kind (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  GBytes *revocations = market_rig_get (rig, "1.revocations.json");
  g_autoptr (GBytes) packed = avb_zstd_compress (revocations, NULL);

  market_rig_set (rig, "1.catalog.json.zst", packed);
  market_rig_publish_timestamp (rig);
  assert_look (client, rig, AVB_TRUST_MALFORMED);
}

static void
test_mismatch (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  GBytes *catalog = market_rig_get (rig, "1.catalog.json.zst");
  g_autoptr (GBytes) keep = g_bytes_ref (catalog);
  g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (catalog, 0, g_bytes_get_size (catalog) - 1);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (catalog, NULL), g_bytes_get_size (catalog));
  g_autoptr (GBytes) flipped = NULL;

  data[g_bytes_get_size (catalog) / 2] ^= 1;
  flipped = g_bytes_new (data, g_bytes_get_size (catalog));
  market_rig_set (rig, "1.catalog.json.zst", flipped);
  assert_look (client, rig, AVB_TRUST_MISMATCH);
  market_rig_set (rig, "1.catalog.json.zst", shorter);
  assert_look (client, rig, AVB_TRUST_MISMATCH);
  g_hash_table_remove (rig->files, "1.catalog.json.zst");
  assert_look (client, rig, AVB_TRUST_MISSING);
  market_rig_set (rig, "1.catalog.json.zst", keep);
  assert_look (client, rig, AVB_TRUST_OK);
}

static void
test_replayed (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (GBytes) old = g_bytes_ref (market_rig_get (rig, "timestamp.json"));
  JsonObject *payload;

  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
  market_rig_set (rig, "timestamp.json", old);
  assert_look (client, rig, AVB_TRUST_REPLAYED);
  /* A new timestamp that names an old catalogue. */
  rig->versions[AVB_METADATA_CATALOG] = 1;
  payload = market_rig_timestamp (rig, 3);
  set_timestamp (rig, payload);
  assert_look (client, rig, AVB_TRUST_REPLAYED);
  g_assert_cmpuint (client->versions[AVB_METADATA_CATALOG], ==, 0);
  rig->versions[AVB_METADATA_CATALOG] = 2;
  set_timestamp (rig, market_rig_timestamp (rig, 3));
  assert_look (client, rig, AVB_TRUST_OK);
}

/* Two timestamps of one number: the first stays. */
static void
test_equal (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (GBytes) first = g_bytes_ref (market_rig_get (rig, "timestamp.json"));

  assert_look (client, rig, AVB_TRUST_OK);
  rig->now += 60;
  set_timestamp (rig, market_rig_timestamp (rig, 1));
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_true (g_bytes_equal (client->kept[AVB_METADATA_TIMESTAMP], first));
}

static void
test_expired (void)
{
  static const AvbMetadataKind kinds[] = { AVB_METADATA_ROOT, AVB_METADATA_TIMESTAMP, AVB_METADATA_CATALOG,
                                           AVB_METADATA_REVOCATIONS };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (MarketRig) rig = market_rig_new ();
      g_autoptr (Client) client = client_new (rig);

      rig->now = MARKET_NOW - 2 * DAY;
      rig->days[kinds[i]] = 1;
      market_rig_publish_root (rig, NULL);
      market_rig_publish (rig);
      assert_look (client, rig, AVB_TRUST_EXPIRED);
      /* Renewed, it is good again. */
      rig->now = MARKET_NOW;
      market_rig_publish_root (rig, NULL);
      market_rig_publish (rig);
      assert_look (client, rig, AVB_TRUST_OK);
    }
}

/* A root on the way that is long over says only who follows. */
static void
test_expired_between (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  rig->days[AVB_METADATA_ROOT] = -100;
  market_rig_publish_root (rig, NULL);
  rig->days[AVB_METADATA_ROOT] = 365;
  market_rig_publish_root (rig, NULL);
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->versions[AVB_METADATA_ROOT], ==, 3);
}

/* Somebody on the way keeps new things from us: what we have ends. */
static void
test_frozen (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  assert_look (client, rig, AVB_TRUST_OK);
  client->now += 6 * DAY;
  assert_look (client, rig, AVB_TRUST_OK);
  client->now += 2 * DAY;
  assert_look (client, rig, AVB_TRUST_EXPIRED);
}

static void
test_versions (void)
{
  static const gint64 versions[] = { 0, -1, G_GINT64_CONSTANT (2147483648), G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (MarketRig) rig = market_rig_new ();
      g_autoptr (Client) client = client_new (rig);
      JsonObject *payload = market_rig_timestamp (rig, 1);

      json_object_set_int_member (payload, "version", versions[i]);
      set_timestamp (rig, payload);
      assert_look (client, rig, AVB_TRUST_MALFORMED);
      payload = market_rig_timestamp (rig, 1);
      json_object_set_int_member (json_object_get_object_member (json_object_get_object_member (payload, "meta"), "catalog"),
                                  "version", versions[i]);
      set_timestamp (rig, payload);
      assert_look (client, rig, AVB_TRUST_MALFORMED);
    }
}

/* The highest version blocks nobody for ever: another key of the timestamp forgets it. */
static void
test_fast_forward (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  AvbSigningKey *stolen = rig->timestamp_key;

  assert_look (client, rig, AVB_TRUST_OK);
  set_timestamp (rig, market_rig_timestamp (rig, AVB_METADATA_MAX_VERSION));
  assert_look (client, rig, AVB_TRUST_OK);
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_REPLAYED);
  rig->timestamp_key = avb_signing_key_generate ();
  market_rig_publish_root (rig, NULL);
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->versions[AVB_METADATA_TIMESTAMP], ==, rig->versions[AVB_METADATA_TIMESTAMP]);
  avb_signing_key_free (stolen);
}

/* …and so does one that names a catalogue with a version too high. */
static void
test_fast_forward_catalog (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  AvbSigningKey *stolen = rig->timestamp_key;
  JsonObject *payload = market_rig_timestamp (rig, 2);

  json_object_set_int_member (json_object_get_object_member (json_object_get_object_member (payload, "meta"), "catalog"),
                              "version", AVB_METADATA_MAX_VERSION);
  set_timestamp (rig, payload);
  assert_look (client, rig, AVB_TRUST_MISSING);
  rig->versions[AVB_METADATA_TIMESTAMP] = 2;
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_REPLAYED);
  rig->timestamp_key = avb_signing_key_generate ();
  market_rig_publish_root (rig, NULL);
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
  avb_signing_key_free (stolen);
}

static void
test_clock (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  assert_look (client, rig, AVB_TRUST_OK);
  client->now -= 730 * DAY;
  assert_look (client, rig, AVB_TRUST_CLOCK);
  /* A little is no matter. */
  client->now = MARKET_NOW - DAY / 2;
  assert_look (client, rig, AVB_TRUST_OK);
  /* What is expired does not become young by turning the clock back a little. */
  client->now = MARKET_NOW + 8 * DAY;
  rig->now = MARKET_NOW + 7 * DAY;
  rig->days[AVB_METADATA_TIMESTAMP] = 0;
  market_rig_publish_timestamp (rig);
  assert_look (client, rig, AVB_TRUST_EXPIRED);
}

/* At the first start nothing is known of the time but that the root was made. */
static void
test_clock_first (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  client->now = MARKET_NOW - 730 * DAY;
  assert_look (client, rig, AVB_TRUST_CLOCK);
}

/* Metadata of tomorrow would make the clock's floor a wall. */
static void
test_future (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  assert_look (client, rig, AVB_TRUST_OK);
  rig->now = MARKET_NOW + 400 * DAY;
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_CLOCK);
  g_assert_cmpint (client->floor, <, MARKET_NOW + 1);
  rig->now = MARKET_NOW;
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
}

/* --- roots --- */

static void
set_root (MarketRig *rig, guint number, GBytes *bytes)
{
  g_autofree char *name = g_strdup_printf ("%u.root.json", number);

  market_rig_set (rig, name, bytes);
}

#define KEY(rig, i) g_ptr_array_index ((rig)->root_keys, i)

static void
test_rotation (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);

  for (guint i = 0; i < 12; i++)
    {
      AvbSigningKey *old = g_ptr_array_steal_index (rig->root_keys, 0);

      g_ptr_array_add (rig->root_keys, avb_signing_key_generate ());
      market_rig_publish_root (rig, i % 2 == 0 ? old : NULL);
      avb_signing_key_free (old);
    }
  market_rig_publish (rig);
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->versions[AVB_METADATA_ROOT], ==, 13);
}

static void
test_skipped (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (GBytes) third = market_rig_sign (market_rig_root (rig, 3), KEY (rig, 0), KEY (rig, 1), NULL);
  g_autoptr (GBytes) first = g_bytes_ref (rig->first_root);

  set_root (rig, 2, third);
  assert_look (client, rig, AVB_TRUST_SKIPPED);
  set_root (rig, 2, first);
  assert_look (client, rig, AVB_TRUST_SKIPPED);
  g_assert_cmpuint (client->versions[AVB_METADATA_ROOT], ==, 1);
}

static void
test_root_thresholds (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (GPtrArray) old = g_steal_pointer (&rig->root_keys);
  g_autoptr (GBytes) by_new = NULL;
  g_autoptr (GBytes) by_old = NULL;
  g_autoptr (GBytes) by_one = NULL;
  g_autoptr (GBytes) by_both = NULL;

  rig->root_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_signing_key_free);
  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (rig->root_keys, avb_signing_key_generate ());
  by_new = market_rig_sign (market_rig_root (rig, 2), KEY (rig, 0), KEY (rig, 1), KEY (rig, 2), NULL);
  by_old = market_rig_sign (market_rig_root (rig, 2), old->pdata[0], old->pdata[1], old->pdata[2], NULL);
  by_one = market_rig_sign (market_rig_root (rig, 2), old->pdata[0], KEY (rig, 0), KEY (rig, 1), NULL);
  by_both = market_rig_sign (market_rig_root (rig, 2), old->pdata[0], old->pdata[2], KEY (rig, 0), KEY (rig, 1), NULL);
  set_root (rig, 2, by_new);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  set_root (rig, 2, by_old);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  set_root (rig, 2, by_one);
  assert_look (client, rig, AVB_TRUST_UNSIGNED);
  set_root (rig, 2, by_both);
  assert_look (client, rig, AVB_TRUST_OK);
  g_assert_cmpuint (client->versions[AVB_METADATA_ROOT], ==, 2);
}

/* What a root of @rig with a change is worth as the next one. */
static void
assert_root (MarketRig *rig, JsonObject *payload, AvbTrustVerdict expected)
{
  g_autoptr (Client) client = client_new (rig);
  g_autoptr (GBytes) bytes = market_rig_sign (payload, KEY (rig, 0), KEY (rig, 1), KEY (rig, 2), NULL);

  set_root (rig, 2, bytes);
  assert_look (client, rig, expected);
}

static JsonObject *
get_role (JsonObject *root, const char *role)
{
  return json_object_get_object_member (json_object_get_object_member (root, "roles"), role);
}

static void
test_root_malformed (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autofree char *id = avb_public_key_dup_id (avb_signing_key_get_public (rig->catalog_key));
  JsonObject *root = market_rig_root (rig, 2);
  JsonObject *keys;

  /* A key that a role names twice */
  json_array_add_string_element (json_object_get_array_member (get_role (root, "catalog"), "keyids"), id);
  assert_root (rig, root, AVB_TRUST_MALFORMED);
  /* A threshold of nothing */
  root = market_rig_root (rig, 2);
  json_object_set_int_member (get_role (root, "timestamp"), "threshold", 0);
  assert_root (rig, root, AVB_TRUST_MALFORMED);
  root = market_rig_root (rig, 2);
  json_object_remove_member (json_object_get_object_member (root, "roles"), "root");
  assert_root (rig, root, AVB_TRUST_MALFORMED);
  /* One key under two names */
  root = market_rig_root (rig, 2);
  keys = json_object_get_object_member (root, "keys");
  json_object_set_object_member (keys, "0000000000000000000000000000000000000000000000000000000000000001",
                                 json_object_ref (json_object_get_object_member (keys, id)));
  json_array_add_string_element (json_object_get_array_member (get_role (root, "catalog"), "keyids"),
                                 "0000000000000000000000000000000000000000000000000000000000000001");
  assert_root (rig, root, AVB_TRUST_MALFORMED);
  /* A key that is not there */
  root = market_rig_root (rig, 2);
  json_object_remove_member (json_object_get_object_member (root, "keys"), id);
  assert_root (rig, root, AVB_TRUST_MALFORMED);
}

/* Keys of algorithms to come are no error, and sign nothing: a threshold that needs them is not reached. */
static void
test_unknown_keys (void)
{
  static const char other[] = "00000000000000000000000000000000000000000000000000000000000000aa";
  g_autoptr (MarketRig) rig = market_rig_new ();
  JsonObject *root = market_rig_root (rig, 2);
  JsonObject *key = json_object_new ();

  json_object_set_string_member (key, "type", "dilithium");
  json_object_set_object_member (json_object_get_object_member (root, "keys"), other, key);
  json_array_add_string_element (json_object_get_array_member (get_role (root, "catalog"), "keyids"), other);
  assert_root (rig, json_object_ref (root), AVB_TRUST_OK);
  json_object_set_int_member (get_role (root, "catalog"), "threshold", 2);
  assert_root (rig, root, AVB_TRUST_UNSIGNED);
}

static void
test_large (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  JsonObject *payload = market_rig_timestamp (rig, 2);
  g_autofree char *filler = g_strnfill (AVB_METADATA_MAX_TIMESTAMP, 'x');

  json_object_set_string_member (payload, "filler", filler);
  set_timestamp (rig, payload);
  assert_look (client, rig, AVB_TRUST_TOO_LARGE);
}

/* A catalogue that is small, hashed, and huge once it is unpacked. */
static void
test_bomb (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (Client) client = client_new (rig);
  gsize size = AVB_METADATA_MAX_CATALOG_UNPACKED + 1;
  g_autoptr (GBytes) zeros = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GBytes) bomb = avb_zstd_compress (zeros, NULL);

  market_rig_set (rig, "1.catalog.json.zst", bomb);
  market_rig_publish_timestamp (rig);
  assert_look (client, rig, AVB_TRUST_MALFORMED);
}

static void
test_no_root (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autoptr (GBytes) lone = market_rig_sign (market_rig_root (rig, 1), KEY (rig, 0), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (avb_trust_new (lone, MARKET_NOW, 0, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (avb_trust_new (market_rig_get (rig, "timestamp.json"), MARKET_NOW, 0, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Trust/good", test_good);
  g_test_add_func ("/Avb/Trust/signatures", test_signatures);
  g_test_add_func ("/Avb/Trust/wrong-kind", test_wrong_kind);
  g_test_add_func ("/Avb/Trust/mismatch", test_mismatch);
  g_test_add_func ("/Avb/Trust/replayed", test_replayed);
  g_test_add_func ("/Avb/Trust/equal", test_equal);
  g_test_add_func ("/Avb/Trust/expired", test_expired);
  g_test_add_func ("/Avb/Trust/expired-between", test_expired_between);
  g_test_add_func ("/Avb/Trust/frozen", test_frozen);
  g_test_add_func ("/Avb/Trust/versions", test_versions);
  g_test_add_func ("/Avb/Trust/fast-forward", test_fast_forward);
  g_test_add_func ("/Avb/Trust/fast-forward-catalog", test_fast_forward_catalog);
  g_test_add_func ("/Avb/Trust/clock", test_clock);
  g_test_add_func ("/Avb/Trust/clock-at-first", test_clock_first);
  g_test_add_func ("/Avb/Trust/future", test_future);
  g_test_add_func ("/Avb/Trust/rotation", test_rotation);
  g_test_add_func ("/Avb/Trust/skipped", test_skipped);
  g_test_add_func ("/Avb/Trust/root-thresholds", test_root_thresholds);
  g_test_add_func ("/Avb/Trust/root-malformed", test_root_malformed);
  g_test_add_func ("/Avb/Trust/unknown-keys", test_unknown_keys);
  g_test_add_func ("/Avb/Trust/too-large", test_large);
  g_test_add_func ("/Avb/Trust/bomb", test_bomb);
  g_test_add_func ("/Avb/Trust/no-root", test_no_root);
  return g_test_run ();
}
