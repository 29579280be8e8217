/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-search.h"

#include <string.h>

#include "app/marketplace/avb-market-text.h"

#define MAX_QUERY 200

/* 0: its name begins with the query; 1: its name has it; 2: something else of it does. */
#define N_RANKS 3

typedef struct {
  AvbMarketEntry *entry;
  guint           rank;
} Hit;

struct _AvbMarketSearch {
  GObject parent_instance;

  GListModel *entries;
  char       *query;
  char       *folded; /* the query that `hits` are for */
  char       *category; /* (nullable) */
  int         code;
  GArray     *hits; /* of Hit: in the order of the list, which is that among equals */
  GPtrArray  *shown; /* the same, best first; borrowed from `hits` */
};

static GType
get_item_type (GListModel *model)
{
  return AVB_TYPE_MARKET_ENTRY;
}

static guint
get_n_items (GListModel *model)
{
  return AVB_MARKET_SEARCH (model)->shown->len;
}

static gpointer
get_item (GListModel *model, guint i)
{
  AvbMarketSearch *self = AVB_MARKET_SEARCH (model);

  return i < self->shown->len ? g_object_ref (g_ptr_array_index (self->shown, i)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbMarketSearch,
                               avb_market_search,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum {
  PROP_0,
  PROP_QUERY,
  PROP_CATEGORY,
  PROP_CODE,
  PROP_N_ITEMS,
  PROP_FILTERED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* --- matching --- */

static void
hit_clear (gpointer data)
{
  g_clear_object (&((Hit *) data)->entry);
}

static GArray *
hits_new (void)
{
  GArray *hits = g_array_new (FALSE, FALSE, sizeof (Hit));

  g_array_set_clear_func (hits, hit_clear);
  return hits;
}

static gboolean
fits_filters (AvbMarketSearch *self, AvbMarketEntry *entry)
{
  if (self->code >= 0 && avb_market_entry_get_code (entry) != (self->code == 1))
    return FALSE;
  return self->category == NULL || g_strv_contains (avb_market_entry_get_categories (entry), self->category);
}

/* -1: it does not fit. */
static int
rank (AvbMarketEntry *entry, const char *folded, char **words)
{
  const char *name, *text;
  gboolean in_name = TRUE;

  if (words[0] == NULL)
    return 0;
  name = avb_market_entry_get_folded_name (entry);
  text = avb_market_entry_get_folded (entry);
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (strstr (text, words[i]) == NULL)
        return -1;
      in_name = in_name && strstr (name, words[i]) != NULL;
    }
  if (g_str_has_prefix (name, folded))
    return 0;
  return in_name ? 1 : 2;
}

static void
try_entry (AvbMarketSearch *self, GArray *hits, AvbMarketEntry *entry, const char *folded, char **words)
{
  int found = fits_filters (self, entry) ? rank (entry, folded, words) : -1;
  Hit hit = { NULL, MAX (found, 0) };

  if (found < 0)
    return;
  hit.entry = g_object_ref (entry);
  g_array_append_val (hits, hit);
}

static char **
split (const char *folded)
{
  g_auto (GStrv) raw = g_strsplit (folded, " ", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; raw[i] != NULL; i++)
    if (*raw[i] != '\0')
      g_strv_builder_add (words, raw[i]);
  return g_strv_builder_end (words);
}

static void
show (AvbMarketSearch *self)
{
  g_ptr_array_set_size (self->shown, 0);
  for (guint rank = 0; rank < N_RANKS; rank++)
    for (guint i = 0; i < self->hits->len; i++)
      {
        Hit *hit = &g_array_index (self->hits, Hit, i);

        if (hit->rank == rank)
          g_ptr_array_add (self->shown, hit->entry);
      }
}

/* @narrower: what does not fit now did not fit before either */
static void
search (AvbMarketSearch *self, gboolean narrower)
{
  g_autofree char *stripped = g_strstrip (g_strdup (self->query));
  g_autofree char *folded = avb_market_text_fold (stripped);
  g_auto (GStrv) words = split (folded);
  g_autoptr (GArray) old = self->hits;
  GArray *hits = hits_new ();

  if (narrower)
    for (guint i = 0; i < old->len; i++)
      {
        Hit *hit = &g_array_index (old, Hit, i);

        try_entry (self, hits, hit->entry, folded, words);
      }
  else
    for (guint i = 0, n = g_list_model_get_n_items (self->entries); i < n; i++)
      {
        g_autoptr (AvbMarketEntry) entry = g_list_model_get_item (self->entries, i);

        try_entry (self, hits, entry, folded, words);
      }
  self->hits = hits;
  show (self);
  g_free (self->folded);
  self->folded = g_steal_pointer (&folded);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, old->len, hits->len);
  if (old->len != hits->len)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

static void
entries_changed_cb (AvbMarketSearch *self)
{
  search (self, FALSE);
}

/* --- object --- */

static gboolean
is_filtered (AvbMarketSearch *self)
{
  return *self->query != '\0' || self->category != NULL || self->code >= 0;
}

static void
avb_market_search_finalize (GObject *object)
{
  AvbMarketSearch *self = AVB_MARKET_SEARCH (object);

  g_signal_handlers_disconnect_by_data (self->entries, self);
  g_object_unref (self->entries);
  g_free (self->query);
  g_free (self->folded);
  g_free (self->category);
  g_ptr_array_unref (self->shown);
  g_array_unref (self->hits);

  G_OBJECT_CLASS (avb_market_search_parent_class)->finalize (object);
}

static void
avb_market_search_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketSearch *self = AVB_MARKET_SEARCH (object);

  switch (prop_id)
    {
    case PROP_QUERY:
      g_value_set_string (value, self->query);
      break;
    case PROP_CATEGORY:
      g_value_set_string (value, self->category);
      break;
    case PROP_CODE:
      g_value_set_int (value, self->code);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, self->hits->len);
      break;
    case PROP_FILTERED:
      g_value_set_boolean (value, is_filtered (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_search_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  AvbMarketSearch *self = AVB_MARKET_SEARCH (object);

  switch (prop_id)
    {
    case PROP_QUERY:
      avb_market_search_set_query (self, g_value_get_string (value));
      break;
    case PROP_CATEGORY:
      avb_market_search_set_category (self, g_value_get_string (value));
      break;
    case PROP_CODE:
      avb_market_search_set_code (self, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_search_class_init (AvbMarketSearchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags common = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_market_search_finalize;
  object_class->get_property = avb_market_search_get_property;
  object_class->set_property = avb_market_search_set_property;

  properties[PROP_QUERY] = g_param_spec_string ("query", NULL, NULL, "", G_PARAM_READWRITE | common);
  properties[PROP_CATEGORY] = g_param_spec_string ("category", NULL, NULL, NULL, G_PARAM_READWRITE | common);
  properties[PROP_CODE] = g_param_spec_int ("code", NULL, NULL, -1, 1, -1, G_PARAM_READWRITE | common);
  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | common);
  properties[PROP_FILTERED] = g_param_spec_boolean ("filtered", NULL, NULL, FALSE, G_PARAM_READABLE | common);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_market_search_init (AvbMarketSearch *self)
{
  self->query = g_strdup ("");
  self->folded = g_strdup ("");
  self->code = -1;
  self->hits = hits_new ();
  self->shown = g_ptr_array_new ();
}

AvbMarketSearch *
avb_market_search_new (GListModel *entries)
{
  AvbMarketSearch *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (entries), NULL);

  self = g_object_new (AVB_TYPE_MARKET_SEARCH, NULL);
  self->entries = g_object_ref (entries);
  g_signal_connect_swapped (entries, "items-changed", G_CALLBACK (entries_changed_cb), self);
  search (self, FALSE);
  return self;
}

/* One word that grows at its end, or the next word begins, finds a part of what was found. */
static gboolean
is_narrower (AvbMarketSearch *self, const char *query)
{
  g_autofree char *stripped = g_strstrip (g_strdup (query));
  g_autofree char *folded = avb_market_text_fold (stripped);

  return g_str_has_prefix (folded, self->folded);
}

static void
notify_filtered (AvbMarketSearch *self, gboolean before)
{
  if (before != is_filtered (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILTERED]);
}

void
avb_market_search_set_query (AvbMarketSearch *self, const char *query)
{
  g_autofree char *valid = g_utf8_make_valid (query != NULL ? query : "", -1);
  g_autofree char *cut = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_QUERY));
  gboolean before;
  gboolean narrower;

  g_return_if_fail (AVB_IS_MARKET_SEARCH (self));

  before = is_filtered (self);
  narrower = is_narrower (self, cut);
  if (!g_set_str (&self->query, cut))
    return;
  search (self, narrower);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUERY]);
  notify_filtered (self, before);
}

const char *
avb_market_search_get_query (AvbMarketSearch *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_SEARCH (self), NULL);

  return self->query;
}

void
avb_market_search_set_category (AvbMarketSearch *self, const char *category)
{
  gboolean before;

  g_return_if_fail (AVB_IS_MARKET_SEARCH (self));

  before = is_filtered (self);
  if (!g_set_str (&self->category, category))
    return;
  search (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CATEGORY]);
  notify_filtered (self, before);
}

void
avb_market_search_set_code (AvbMarketSearch *self, int code)
{
  gboolean before;

  g_return_if_fail (AVB_IS_MARKET_SEARCH (self));

  before = is_filtered (self);
  if (self->code == code)
    return;
  self->code = code;
  search (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE]);
  notify_filtered (self, before);
}

void
avb_market_search_clear (AvbMarketSearch *self)
{
  g_return_if_fail (AVB_IS_MARKET_SEARCH (self));

  g_object_freeze_notify (G_OBJECT (self));
  avb_market_search_set_category (self, NULL);
  avb_market_search_set_code (self, -1);
  avb_market_search_set_query (self, "");
  g_object_thaw_notify (G_OBJECT (self));
}
