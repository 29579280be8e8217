/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-entry.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-semver.h"
#include "app/marketplace/avb-market-text.h"
#include "app/marketplace/avb-metadata.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_NAME 80
#define MAX_SUMMARY 200
#define MAX_DESCRIPTION 8192
#define MAX_CATEGORIES 8
#define MAX_PICTURES 12
#define MAX_PIXELS 16384
#define MAX_VERSIONS 200

struct _AvbMarketEntry {
  GObject parent_instance;

  char             *id;
  char             *name;
  char             *summary;
  char             *description; /* (nullable) */
  char             *publisher;
  char             *license;
  char             *homepage; /* (nullable) */
  gboolean          code;
  char            **categories;
  char             *icon; /* (nullable) */
  char             *source;
  GPtrArray        *screenshots; /* of AvbMarketPicture */
  GListStore       *versions;
  AvbMarketVersion *best; /* (nullable): not asked for yet */
  char             *folded_name;
  char             *folded;
};

G_DEFINE_FINAL_TYPE (AvbMarketEntry, avb_market_entry, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_SUMMARY,
  PROP_DESCRIPTION,
  PROP_PUBLISHER,
  PROP_LICENSE,
  PROP_HOMEPAGE,
  PROP_CODE,
  PROP_CATEGORIES,
  PROP_ICON,
  PROP_VERSION,
  PROP_SOURCE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
picture_free (gpointer data)
{
  AvbMarketPicture *self = data;

  g_free (self->sha256);
  g_free (self->caption);
  g_free (self);
}

static void
avb_market_entry_finalize (GObject *object)
{
  AvbMarketEntry *self = AVB_MARKET_ENTRY (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->summary);
  g_free (self->description);
  g_free (self->publisher);
  g_free (self->license);
  g_free (self->homepage);
  g_strfreev (self->categories);
  g_free (self->icon);
  g_free (self->source);
  g_ptr_array_unref (self->screenshots);
  g_clear_object (&self->versions);
  g_free (self->folded_name);
  g_free (self->folded);

  G_OBJECT_CLASS (avb_market_entry_parent_class)->finalize (object);
}

static void
avb_market_entry_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketEntry *self = AVB_MARKET_ENTRY (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_PUBLISHER:
      g_value_set_string (value, self->publisher);
      break;
    case PROP_LICENSE:
      g_value_set_string (value, self->license);
      break;
    case PROP_HOMEPAGE:
      g_value_set_string (value, self->homepage);
      break;
    case PROP_CODE:
      g_value_set_boolean (value, self->code);
      break;
    case PROP_CATEGORIES:
      g_value_set_boxed (value, self->categories);
      break;
    case PROP_ICON:
      g_value_set_string (value, self->icon);
      break;
    case PROP_VERSION:
      g_value_set_string (value, avb_market_version_get_version (avb_market_entry_get_best (self)));
      break;
    case PROP_SOURCE:
      g_value_set_string (value, self->source);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_entry_class_init (AvbMarketEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_market_entry_finalize;
  object_class->get_property = avb_market_entry_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_PUBLISHER] = g_param_spec_string ("publisher", NULL, NULL, NULL, flags);
  properties[PROP_LICENSE] = g_param_spec_string ("license", NULL, NULL, NULL, flags);
  properties[PROP_HOMEPAGE] = g_param_spec_string ("homepage", NULL, NULL, NULL, flags);
  properties[PROP_CODE] = g_param_spec_boolean ("code", NULL, NULL, FALSE, flags);
  properties[PROP_CATEGORIES] = g_param_spec_boxed ("categories", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_ICON] = g_param_spec_string ("icon", NULL, NULL, NULL, flags);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_SOURCE] = g_param_spec_string ("source", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_market_entry_init (AvbMarketEntry *self)
{
  self->screenshots = g_ptr_array_new_with_free_func (picture_free);
  self->versions = g_list_store_new (AVB_TYPE_MARKET_VERSION);
}

/* --- reading --- */

typedef struct {
  AvbMarketVersion *version;
  JsonObject       *manifest;
} Found;

static void
found_clear (gpointer data)
{
  g_clear_object (&((Found *) data)->version);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  return avb_semver_compare (avb_market_version_get_version (((const Found *) b)->version),
                             avb_market_version_get_version (((const Found *) a)->version));
}

/* (transfer none) (nullable): the newest version's manifest */
static JsonObject *
read_versions (AvbMarketEntry *self, JsonObject *object, GError **error)
{
  JsonArray *array = avb_json_get_array (object, "versions", MAX_VERSIONS, error);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  g_autoptr (GError) failure = NULL;

  if (array == NULL)
    return NULL;
  g_array_set_clear_func (found, found_clear);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *item = avb_json_get_element_object (array, i, NULL);
      Found one = { NULL, NULL };

      g_clear_error (&failure);
      one.version = item != NULL ? avb_market_version_new (self->id, item, &failure) : NULL;
      if (one.version == NULL)
        continue;
      one.manifest = json_object_get_object_member (item, "manifest");
      g_array_append_val (found, one);
    }
  if (found->len == 0)
    {
      if (failure == NULL)
        failure = avb_error_new (AVB_ERROR_INVALID, self->id, _("The catalog has an extension without a version."));
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_array_sort (found, compare_newest_first);
  for (guint i = 0; i < found->len; i++)
    g_list_store_append (self->versions, g_array_index (found, Found, i).version);
  return g_array_index (found, Found, 0).manifest;
}

static void
read_pictures (AvbMarketEntry *self, JsonObject *object)
{
  JsonArray *array = NULL;
  const char *icon = NULL;

  avb_json_find_string (object, "icon", 64, &icon, NULL);
  if (avb_metadata_is_sha256 (icon))
    self->icon = g_strdup (icon);
  avb_json_find_array (object, "screenshots", MAX_PICTURES, &array, NULL);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *item = avb_json_get_element_object (array, i, NULL);
      const char *sha256 = item != NULL ? avb_json_get_string (item, "sha256", 64, NULL) : NULL;
      AvbMarketPicture *picture;
      gint64 width = 0;
      gint64 height = 0;

      if (!avb_metadata_is_sha256 (sha256))
        continue;
      avb_json_find_int (item, "width", 0, MAX_PIXELS, &width, NULL);
      avb_json_find_int (item, "height", 0, MAX_PIXELS, &height, NULL);
      picture = g_new0 (AvbMarketPicture, 1);
      picture->sha256 = g_strdup (sha256);
      picture->caption = avb_market_text_dup_line (item, "caption", MAX_SUMMARY);
      picture->width = width;
      picture->height = height;
      g_ptr_array_add (self->screenshots, picture);
    }
}

static char **
dup_categories (JsonObject *object)
{
  g_auto (GStrv) raw = avb_json_dup_strv (object, "categories", MAX_CATEGORIES, 256, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; raw != NULL && raw[i] != NULL; i++)
    g_strv_builder_take (builder, avb_text_make_line (raw[i], MAX_NAME));
  return g_strv_builder_end (builder);
}

static char *
dup_homepage (JsonObject *manifest)
{
  g_autofree char *line = avb_market_text_dup_line (manifest, "homepage", 2048);
  g_autoptr (GUri) uri = g_uri_parse (line, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? g_steal_pointer (&line) : NULL;
}

static void
fold (AvbMarketEntry *self)
{
  g_autofree char *categories = g_strjoinv (" ", self->categories);
  g_autofree char *text = g_strconcat (self->name, "\n", self->id, "\n", self->summary, "\n", self->publisher, "\n",
                                       categories, NULL);

  self->folded_name = avb_market_text_fold (self->name);
  self->folded = avb_market_text_fold (text);
}

AvbMarketEntry *
avb_market_entry_new (JsonObject *object, const char *source, GError **error)
{
  g_autoptr (AvbMarketEntry) self = g_object_new (AVB_TYPE_MARKET_ENTRY, NULL);
  const char *id = avb_json_get_string (object, "id", 100, error);
  JsonObject *manifest;

  if (id == NULL)
    return NULL;
  if (!avb_extension_id_is_valid (id))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, id, _("The catalog has an extension of an impossible name.")));
      return NULL;
    }
  self->id = g_strdup (id);
  self->source = g_strdup (source);
  manifest = read_versions (self, object, error);
  if (manifest == NULL)
    return NULL;
  self->name = avb_market_text_dup_line (manifest, "name", MAX_NAME);
  if (*self->name == '\0')
    g_set_str (&self->name, self->id);
  self->summary = avb_market_text_dup_line (manifest, "summary", MAX_SUMMARY);
  self->description = avb_market_text_dup_lines (manifest, "description", MAX_DESCRIPTION);
  self->publisher = avb_market_text_dup_line (manifest, "publisher", MAX_NAME);
  self->license = avb_market_text_dup_line (manifest, "license", MAX_NAME);
  self->homepage = dup_homepage (manifest);
  self->code = g_strcmp0 (json_object_get_string_member_with_default (manifest, "kind", NULL), "content") != 0;
  self->categories = dup_categories (manifest);
  read_pictures (self, object);
  fold (self);
  return g_steal_pointer (&self);
}

/* --- for everybody --- */

const char *
avb_market_entry_get_id (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->id;
}

const char *
avb_market_entry_get_name (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->name;
}

const char *
avb_market_entry_get_summary (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->summary;
}

const char *
avb_market_entry_get_description (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->description;
}

const char *
avb_market_entry_get_publisher (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->publisher;
}

const char *
avb_market_entry_get_license (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->license;
}

const char *
avb_market_entry_get_homepage (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->homepage;
}

gboolean
avb_market_entry_get_code (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), TRUE);

  return self->code;
}

const char *const *
avb_market_entry_get_categories (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return (const char *const *) self->categories;
}

const char *
avb_market_entry_get_icon (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->icon;
}

const char *
avb_market_entry_get_source (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->source;
}

GPtrArray *
avb_market_entry_get_screenshots (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return self->screenshots;
}

GListModel *
avb_market_entry_get_versions (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  return G_LIST_MODEL (self->versions);
}

/* Borrowed: the list keeps it. */
static AvbMarketVersion *
get_version (AvbMarketEntry *self, guint i)
{
  g_autoptr (AvbMarketVersion) version = g_list_model_get_item (G_LIST_MODEL (self->versions), i);

  return version;
}

AvbMarketVersion *
avb_market_entry_get_best (AvbMarketEntry *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  for (guint i = 0; self->best == NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->versions)); i++)
    if (avb_market_version_check_host (get_version (self, i), NULL))
      self->best = get_version (self, i);
  if (self->best == NULL)
    self->best = get_version (self, 0);
  return self->best;
}

AvbMarketVersion *
avb_market_entry_find_version (AvbMarketEntry *self, const char *version)
{
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->versions)); i++)
    if (g_strcmp0 (avb_market_version_get_version (get_version (self, i)), version) == 0)
      return get_version (self, i);
  return NULL;
}

const char *
avb_market_entry_get_folded_name (AvbMarketEntry *self)
{
  return self->folded_name;
}

const char *
avb_market_entry_get_folded (AvbMarketEntry *self)
{
  return self->folded;
}
