/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-source.h"

#include <glib/gi18n-lib.h>

#include "app/marketplace/avb-market-look.h"
#include "app/marketplace/avb-market-source-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"

G_DEFINE_ENUM_TYPE (AvbMarketSourceState,
                    avb_market_source_state,
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_LOADING, "loading"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_EXPIRED, "expired"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_UNTRUSTED, "untrusted"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_SOURCE_BLOCKED, "blocked"))

G_DEFINE_ENUM_TYPE (AvbMarketOrigin,
                    avb_market_origin,
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_ORIGIN_BUILTIN, "builtin"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_ORIGIN_POLICY, "policy"),
                    G_DEFINE_ENUM_VALUE (AVB_MARKET_ORIGIN_USER, "user"))

struct _AvbMarketSource {
  GObject parent_instance;

  char           *id;
  char           *uri;
  char           *title; /* (nullable): what it calls itself, or @named */
  gboolean        named; /* by somebody else than itself */
  AvbMarketOrigin origin;
  GBytes         *root;
  char           *folder;
  char           *cache;
  GTlsDatabase   *tls_database;
  GCancellable   *cancellable;
  gint64          now; /* 0: the clock */
  guint           stall_seconds;

  AvbMarketSourceState state;
  char                *message; /* (nullable) */
  AvbTrustVerdict      verdict;
  gint64               checked;
  gint64               expires;
  guint                versions[AVB_METADATA_N_KINDS];
  GListStore          *entries;
  GHashTable          *by_id; /* id → AvbMarketEntry, of `entries` */
  GPtrArray           *revocations; /* (nullable) */
  DexFuture           *refreshing; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AvbMarketSource, avb_market_source, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_URI,
  PROP_TITLE,
  PROP_ORIGIN,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_CHECKED,
  PROP_BUSY,
  PROP_CAN_INSTALL,
  PROP_ENTRIES,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
notify (AvbMarketSource *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gint64
get_now (AvbMarketSource *self)
{
  return self->now != 0 ? self->now : g_get_real_time () / G_USEC_PER_SEC;
}

/* --- what a look found --- */

static void
set_state (AvbMarketSource *self, AvbMarketSourceState state, const char *message)
{
  gboolean could = avb_market_source_get_can_install (self);
  gboolean changed = self->state != state;

  self->state = state;
  if (g_set_str (&self->message, message))
    notify (self, PROP_MESSAGE);
  if (changed)
    notify (self, PROP_STATE);
  if (could != avb_market_source_get_can_install (self))
    notify (self, PROP_CAN_INSTALL);
}

static AvbMarketSourceState
choose_state (const AvbMarketLook *look)
{
  if (look->verdict == AVB_TRUST_EXPIRED)
    return AVB_MARKET_SOURCE_EXPIRED;
  if (look->verdict != AVB_TRUST_OK)
    return AVB_MARKET_SOURCE_UNTRUSTED;
  if (look->error == NULL)
    return AVB_MARKET_SOURCE_READY;
  /* A server that lies about who it is, or sends to elsewhere, is not just out of reach. */
  return g_error_matches (look->error, AVB_ERROR, AVB_ERROR_INVALID) ? AVB_MARKET_SOURCE_UNTRUSTED
                                                                     : AVB_MARKET_SOURCE_OFFLINE;
}

/* Rows that are the same stay: the pane's place in the list with them. */
static void
show_entries (AvbMarketSource *self, GPtrArray *entries)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->entries));

  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < entries->len; i++)
    {
      AvbMarketEntry *entry = g_ptr_array_index (entries, i);

      g_hash_table_insert (self->by_id, (gpointer) avb_market_entry_get_id (entry), entry);
    }
  g_list_store_splice (self->entries, 0, n, entries->pdata, entries->len);
}

static void
take_look (AvbMarketSource *self, AvbMarketLook *look)
{
  gboolean same = look->versions[AVB_METADATA_CATALOG] != 0 &&
                  look->versions[AVB_METADATA_CATALOG] == self->versions[AVB_METADATA_CATALOG] &&
                  g_list_model_get_n_items (G_LIST_MODEL (self->entries)) > 0;

  self->verdict = look->verdict;
  self->expires = look->expires;
  memcpy (self->versions, look->versions, sizeof self->versions);
  if (look->title != NULL && !self->named && g_set_str (&self->title, look->title))
    notify (self, PROP_TITLE);
  if (look->checked != self->checked)
    {
      self->checked = look->checked;
      notify (self, PROP_CHECKED);
    }
  if (look->revocations != NULL)
    {
      g_clear_pointer (&self->revocations, g_ptr_array_unref);
      self->revocations = g_ptr_array_ref (look->revocations);
    }
  if (look->entries != NULL && !same)
    show_entries (self, look->entries);
}

static AvbMarketLook *
look_new (AvbMarketSource *self, gboolean offline)
{
  AvbMarketLook *look = g_new0 (AvbMarketLook, 1);

  look->id = g_strdup (self->id);
  look->uri = g_strdup (self->uri);
  look->folder = g_strdup (self->folder);
  look->anchor = g_bytes_ref (self->root);
  g_set_object (&look->tls_database, self->tls_database);
  g_set_object (&look->cancellable, self->cancellable);
  look->now = get_now (self);
  look->stall_seconds = self->stall_seconds;
  look->offline = offline;
  return look;
}

/* --- object --- */

static void
avb_market_source_dispose (GObject *object)
{
  AvbMarketSource *self = AVB_MARKET_SOURCE (object);

  g_cancellable_cancel (self->cancellable);
  g_hash_table_remove_all (self->by_id);
  g_list_store_remove_all (self->entries);

  G_OBJECT_CLASS (avb_market_source_parent_class)->dispose (object);
}

static void
avb_market_source_finalize (GObject *object)
{
  AvbMarketSource *self = AVB_MARKET_SOURCE (object);

  g_free (self->id);
  g_free (self->uri);
  g_free (self->title);
  g_bytes_unref (self->root);
  g_free (self->folder);
  g_free (self->cache);
  g_free (self->message);
  g_clear_object (&self->tls_database);
  g_object_unref (self->cancellable);
  g_object_unref (self->entries);
  g_hash_table_unref (self->by_id);
  g_clear_pointer (&self->revocations, g_ptr_array_unref);
  dex_clear (&self->refreshing);

  G_OBJECT_CLASS (avb_market_source_parent_class)->finalize (object);
}

static void
avb_market_source_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketSource *self = AVB_MARKET_SOURCE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_TITLE:
      g_value_set_string (value, avb_market_source_get_title (self));
      break;
    case PROP_ORIGIN:
      g_value_set_enum (value, self->origin);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_CHECKED:
      g_value_set_int64 (value, self->checked);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->refreshing != NULL);
      break;
    case PROP_CAN_INSTALL:
      g_value_set_boolean (value, avb_market_source_get_can_install (self));
      break;
    case PROP_ENTRIES:
      g_value_set_object (value, self->entries);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_source_class_init (AvbMarketSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_market_source_dispose;
  object_class->finalize = avb_market_source_finalize;
  object_class->get_property = avb_market_source_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_ORIGIN]
      = g_param_spec_enum ("origin", NULL, NULL, AVB_TYPE_MARKET_ORIGIN, AVB_MARKET_ORIGIN_BUILTIN, flags);
  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, AVB_TYPE_MARKET_SOURCE_STATE, AVB_MARKET_SOURCE_LOADING, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_CHECKED] = g_param_spec_int64 ("checked", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_INSTALL] = g_param_spec_boolean ("can-install", NULL, NULL, FALSE, flags);
  properties[PROP_ENTRIES] = g_param_spec_object ("entries", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_market_source_init (AvbMarketSource *self)
{
  self->cancellable = g_cancellable_new ();
  self->entries = g_list_store_new (AVB_TYPE_MARKET_ENTRY);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

/* What a folder is called: an address has characters that names of files may not have. */
static char *
dup_folder_name (const char *id)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);

  return g_str_equal (id, "builtin") ? g_strdup (id) : g_strndup (digest, 24);
}

static char *
dup_folder (const char *parent, AvbFolder where, const char *name)
{
  g_autofree char *own = parent == NULL ? avb_folder_build (where, "marketplace") : NULL;

  return g_build_filename (parent != NULL ? parent : own, name, NULL);
}

AvbMarketSource *
avb_market_source_new (const char     *id,
                       const char     *uri,
                       AvbMarketOrigin origin,
                       GBytes         *root,
                       const char     *folder,
                       const char     *cache)
{
  AvbMarketSource *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (AVB_TYPE_MARKET_SOURCE, NULL);
  self->uri = g_strdup (uri);
  self->id = g_strdup (id != NULL ? id : uri);
  while (id == NULL && g_str_has_suffix (self->id, "/"))
    self->id[strlen (self->id) - 1] = '\0';
  self->origin = origin;
  self->root = g_bytes_ref (root);
  name = dup_folder_name (self->id);
  self->folder = dup_folder (folder, AVB_FOLDER_DATA, name);
  self->cache = dup_folder (cache, AVB_FOLDER_CACHE, name);
  return self;
}

const char *
avb_market_source_get_id (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return self->id;
}

const char *
avb_market_source_get_uri (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return self->uri;
}

const char *
avb_market_source_get_title (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return self->title != NULL ? self->title : self->uri;
}

AvbMarketOrigin
avb_market_source_get_origin (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), AVB_MARKET_ORIGIN_USER);

  return self->origin;
}

AvbMarketSourceState
avb_market_source_get_state (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), AVB_MARKET_SOURCE_LOADING);

  return self->state;
}

const char *
avb_market_source_get_message (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return self->message;
}

gint64
avb_market_source_get_checked (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), 0);

  return self->checked;
}

GListModel *
avb_market_source_get_entries (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return G_LIST_MODEL (self->entries);
}

AvbMarketEntry *
avb_market_source_find (AvbMarketSource *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return g_hash_table_lookup (self->by_id, id);
}

AvbTrustVerdict
avb_market_source_get_verdict (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), AVB_TRUST_MISSING);

  return self->verdict;
}

guint
avb_market_source_get_version (AvbMarketSource *self, AvbMetadataKind kind)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), 0);
  g_return_val_if_fail (kind < AVB_METADATA_N_KINDS, 0);

  return self->versions[kind];
}

const AvbRevocation *
avb_market_source_find_revocation (AvbMarketSource *self, const char *id, const char *version, const char *sha256)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), NULL);

  return avb_revocations_find (self->revocations, id, version, sha256);
}

gboolean
avb_market_source_get_can_install (AvbMarketSource *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), FALSE);

  return (self->state == AVB_MARKET_SOURCE_READY || self->state == AVB_MARKET_SOURCE_OFFLINE) && self->expires > 0;
}

gboolean
avb_market_source_check_install (AvbMarketSource *self, GError **error)
{
  const char *sentence;

  g_return_val_if_fail (AVB_IS_MARKET_SOURCE (self), FALSE);

  if (avb_market_source_get_can_install (self) && self->expires > get_now (self))
    return TRUE;
  if (avb_market_source_get_can_install (self))
    sentence = _("The catalog of this marketplace is out of date. Look for updates, then try again.");
  else
    sentence = self->message != NULL ? self->message : _("This marketplace has not answered yet.");
  g_propagate_error (error, avb_error_new (self->state == AVB_MARKET_SOURCE_BLOCKED ? AVB_ERROR_PERMISSION : AVB_ERROR_INVALID,
                                           self->id, "%s", sentence));
  return FALSE;
}

void
avb_market_source_set_tls_database (AvbMarketSource *self, GTlsDatabase *database)
{
  g_return_if_fail (AVB_IS_MARKET_SOURCE (self));

  g_set_object (&self->tls_database, database);
}

void
avb_market_source_set_title (AvbMarketSource *self, const char *title)
{
  g_return_if_fail (AVB_IS_MARKET_SOURCE (self));

  self->named = title != NULL;
  if (g_set_str (&self->title, title))
    notify (self, PROP_TITLE);
}

void
avb_market_source_set_now (AvbMarketSource *self, gint64 now)
{
  g_return_if_fail (AVB_IS_MARKET_SOURCE (self));

  self->now = now;
}

void
avb_market_source_set_stall_seconds (AvbMarketSource *self, guint seconds)
{
  g_return_if_fail (AVB_IS_MARKET_SOURCE (self));

  self->stall_seconds = seconds;
}

void
avb_market_source_block (AvbMarketSource *self, const char *reason)
{
  g_return_if_fail (AVB_IS_MARKET_SOURCE (self));

  set_state (self, AVB_MARKET_SOURCE_BLOCKED, reason);
}

/* --- looking --- */

static DexFuture *
look_thread (gpointer data)
{
  avb_market_look_run (data);
  return dex_future_new_true ();
}

static DexFuture *
load_fiber (gpointer data)
{
  AvbMarketSource *self = data;
  AvbMarketLook *look;

  if (self->state == AVB_MARKET_SOURCE_BLOCKED)
    return dex_future_new_true ();
  look = look_new (self, TRUE);
  dex_await (avb_blocking_run_long (look_thread, look, NULL), NULL);
  /* A refresh that was faster knows better. */
  if (self->state == AVB_MARKET_SOURCE_LOADING)
    take_look (self, look);
  avb_market_look_free (look);
  return dex_future_new_true ();
}

static DexFuture *
refresh_fiber (gpointer data)
{
  AvbMarketSource *self = data;
  AvbMarketLook *look = look_new (self, FALSE);
  g_autoptr (GError) error = NULL;

  dex_await (avb_blocking_run_long (look_thread, look, NULL), NULL);
  avb_future_finish (avb_market_source_sweep (self), "sweep the pictures of a marketplace");
  error = g_steal_pointer (&look->error);
  if (self->state != AVB_MARKET_SOURCE_BLOCKED && !avb_error_is_cancelled (error))
    {
      look->error = error != NULL ? g_error_copy (error) : NULL;
      take_look (self, look);
      set_state (self, choose_state (look), error != NULL ? error->message : NULL);
    }
  avb_market_look_free (look);
  dex_clear (&self->refreshing);
  notify (self, PROP_BUSY);
  return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error)) : dex_future_new_true ();
}

static DexFuture *
spawn (AvbMarketSource *self, DexFiberFunc func)
{
  return avb_fiber_spawn (func, g_object_ref (self), g_object_unref);
}

DexFuture *
avb_market_source_load (AvbMarketSource *self)
{
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));

  return spawn (self, load_fiber);
}

DexFuture *
avb_market_source_refresh (AvbMarketSource *self)
{
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));

  if (self->state == AVB_MARKET_SOURCE_BLOCKED)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_PERMISSION, self->id, "%s", self->message));
  if (self->refreshing == NULL)
    {
      self->refreshing = spawn (self, refresh_fiber);
      notify (self, PROP_BUSY);
    }
  return dex_ref (self->refreshing);
}

/* --- for avb-market-source-files.c --- */

const char *
avb_market_source_get_folder (AvbMarketSource *self)
{
  return self->folder;
}

const char *
avb_market_source_get_cache (AvbMarketSource *self)
{
  return self->cache;
}

GTlsDatabase *
avb_market_source_get_tls_database (AvbMarketSource *self)
{
  return self->tls_database;
}

guint
avb_market_source_get_stall_seconds (AvbMarketSource *self)
{
  return self->stall_seconds;
}

GBytes *
avb_market_source_get_root (AvbMarketSource *self)
{
  return self->root;
}
