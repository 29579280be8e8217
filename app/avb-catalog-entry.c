/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-catalog-entry.h"

#include <string.h>

G_DEFINE_ENUM_TYPE (AvbCatalogVariant,
                    avb_catalog_variant,
                    G_DEFINE_ENUM_VALUE (AVB_CATALOG_INSTALLER, "installer"),
                    G_DEFINE_ENUM_VALUE (AVB_CATALOG_LIVE, "live"),
                    G_DEFINE_ENUM_VALUE (AVB_CATALOG_CLOUD, "cloud"))

enum {
  PROP_0,
  /* Strings: each is in `texts` at its place. */
  PROP_ID,
  PROP_NAME,
  PROP_DETAIL,
  PROP_VERSION,
  PROP_CODENAME,
  PROP_VENDOR,
  PROP_FAMILY,
  PROP_DISTRO,
  PROP_ARCHITECTURE,
  PROP_URL,
  PROP_OS_ID,
  PROP_CHECKSUM,
  /* Others. */
  PROP_VARIANT,
  PROP_RELEASE_DATE,
  PROP_EOL_DATE,
  PROP_PRERELEASE,
  PROP_LOGO,
  PROP_SIZE,
  PROP_FAVORITE,
  N_PROPS,
};

#define N_TEXTS (PROP_CHECKSUM + 1)

struct _AvbCatalogEntry {
  GObject parent_instance;

  char             *texts[N_TEXTS];
  AvbCatalogVariant variant;
  GDate            *release_date;
  GDate            *eol_date;
  gboolean          prerelease;
  GIcon            *logo;
  guint64           size;
  gboolean          favorite;

  char             *haystack; /* what is searched */
  char             *version_key;
};

G_DEFINE_FINAL_TYPE (AvbCatalogEntry, avb_catalog_entry, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* Icon themes have logos under one of these names; distributions install their own. */
static GIcon *
create_logo (const char *distro, const char *family)
{
  const char *const of[] = { distro, family };
  GIcon *logo = g_themed_icon_new ("media-optical-symbolic");

  for (guint i = G_N_ELEMENTS (of); i > 0; i--)
    if (of[i - 1] != NULL)
      {
        g_autofree char *plain = g_strdup_printf ("%s-logo", of[i - 1]);
        g_autofree char *distributor = g_strdup_printf ("distributor-logo-%s", of[i - 1]);

        g_themed_icon_prepend_name (G_THEMED_ICON (logo), plain);
        g_themed_icon_prepend_name (G_THEMED_ICON (logo), distributor);
      }
  return logo;
}

static void
avb_catalog_entry_constructed (GObject *object)
{
  AvbCatalogEntry *self = AVB_CATALOG_ENTRY (object);
  const char *version = self->texts[PROP_VERSION];
  GString *haystack = g_string_new (NULL);

  G_OBJECT_CLASS (avb_catalog_entry_parent_class)->constructed (object);

  if (self->logo == NULL)
    self->logo = create_logo (self->texts[PROP_DISTRO], self->texts[PROP_FAMILY]);
  for (guint i = PROP_NAME; i <= PROP_ARCHITECTURE; i++)
    if (self->texts[i] != NULL)
      g_string_append_printf (haystack, "%s ", self->texts[i]);
  g_string_append (haystack, g_enum_get_value (g_type_class_peek (AVB_TYPE_CATALOG_VARIANT), self->variant)->value_nick);
  self->haystack = g_string_free_and_steal (haystack);
  self->version_key = g_utf8_collate_key_for_filename (version != NULL ? version : "", -1);
}

static void
avb_catalog_entry_finalize (GObject *object)
{
  AvbCatalogEntry *self = AVB_CATALOG_ENTRY (object);

  for (guint i = 0; i < N_TEXTS; i++)
    g_free (self->texts[i]);
  g_clear_pointer (&self->release_date, g_date_free);
  g_clear_pointer (&self->eol_date, g_date_free);
  g_clear_object (&self->logo);
  g_free (self->haystack);
  g_free (self->version_key);
  G_OBJECT_CLASS (avb_catalog_entry_parent_class)->finalize (object);
}

static void
avb_catalog_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbCatalogEntry *self = AVB_CATALOG_ENTRY (object);

  if (id < N_TEXTS)
    {
      g_value_set_string (value, self->texts[id]);
      return;
    }
  switch (id)
    {
    case PROP_VARIANT:
      g_value_set_enum (value, self->variant);
      break;
    case PROP_RELEASE_DATE:
      g_value_set_boxed (value, self->release_date);
      break;
    case PROP_EOL_DATE:
      g_value_set_boxed (value, self->eol_date);
      break;
    case PROP_PRERELEASE:
      g_value_set_boolean (value, self->prerelease);
      break;
    case PROP_LOGO:
      g_value_set_object (value, self->logo);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_FAVORITE:
      g_value_set_boolean (value, self->favorite);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static GDate *
dup_valid_date (const GValue *value)
{
  const GDate *date = g_value_get_boxed (value);

  return date != NULL && g_date_valid (date) ? g_date_copy (date) : NULL;
}

static void
avb_catalog_entry_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbCatalogEntry *self = AVB_CATALOG_ENTRY (object);

  if (id < N_TEXTS)
    {
      const char *text = g_value_get_string (value);

      /* Databases and extensions are files that anybody may have written. */
      self->texts[id] = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
      return;
    }
  switch (id)
    {
    case PROP_VARIANT:
      self->variant = g_value_get_enum (value);
      break;
    case PROP_RELEASE_DATE:
      self->release_date = dup_valid_date (value);
      break;
    case PROP_EOL_DATE:
      self->eol_date = dup_valid_date (value);
      break;
    case PROP_PRERELEASE:
      self->prerelease = g_value_get_boolean (value);
      break;
    case PROP_LOGO:
      self->logo = g_value_dup_object (value);
      break;
    case PROP_SIZE:
      avb_catalog_entry_set_size (self, g_value_get_uint64 (value));
      break;
    case PROP_FAVORITE:
      avb_catalog_entry_set_favorite (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_catalog_entry_class_init (AvbCatalogEntryClass *klass)
{
  static const char *const names[N_TEXTS] = {
    [PROP_ID] = "id",           [PROP_NAME] = "name",
    [PROP_DETAIL] = "detail",   [PROP_VERSION] = "version",
    [PROP_CODENAME] = "codename", [PROP_VENDOR] = "vendor",
    [PROP_FAMILY] = "family",   [PROP_DISTRO] = "distro",
    [PROP_ARCHITECTURE] = "architecture", [PROP_URL] = "url",
    [PROP_OS_ID] = "os-id",     [PROP_CHECKSUM] = "checksum",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags free = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = avb_catalog_entry_constructed;
  object_class->finalize = avb_catalog_entry_finalize;
  object_class->get_property = avb_catalog_entry_get_property;
  object_class->set_property = avb_catalog_entry_set_property;

  for (guint i = PROP_ID; i < N_TEXTS; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, NULL, fixed);
  properties[PROP_VARIANT] = g_param_spec_enum ("variant", NULL, NULL, AVB_TYPE_CATALOG_VARIANT,
                                                AVB_CATALOG_INSTALLER, fixed);
  properties[PROP_RELEASE_DATE] = g_param_spec_boxed ("release-date", NULL, NULL, G_TYPE_DATE, fixed);
  properties[PROP_EOL_DATE] = g_param_spec_boxed ("eol-date", NULL, NULL, G_TYPE_DATE, fixed);
  properties[PROP_PRERELEASE] = g_param_spec_boolean ("prerelease", NULL, NULL, FALSE, fixed);
  properties[PROP_LOGO] = g_param_spec_object ("logo", NULL, NULL, G_TYPE_ICON, fixed);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, free);
  properties[PROP_FAVORITE] = g_param_spec_boolean ("favorite", NULL, NULL, FALSE, free);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_class_ref (AVB_TYPE_CATALOG_VARIANT);
}

static void
avb_catalog_entry_init (AvbCatalogEntry *self)
{
}

#define TEXT_GETTER(name, PROP)                                  \
  const char *avb_catalog_entry_get_##name (AvbCatalogEntry *self) \
  {                                                              \
    g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), NULL);    \
                                                                 \
    return self->texts[PROP];                                    \
  }

TEXT_GETTER (id, PROP_ID)
TEXT_GETTER (name, PROP_NAME)
TEXT_GETTER (detail, PROP_DETAIL)
TEXT_GETTER (version, PROP_VERSION)
TEXT_GETTER (vendor, PROP_VENDOR)
TEXT_GETTER (distro, PROP_DISTRO)
TEXT_GETTER (architecture, PROP_ARCHITECTURE)
TEXT_GETTER (url, PROP_URL)
TEXT_GETTER (os_id, PROP_OS_ID)
TEXT_GETTER (checksum, PROP_CHECKSUM)

AvbCatalogVariant
avb_catalog_entry_get_variant (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), AVB_CATALOG_INSTALLER);

  return self->variant;
}

const GDate *
avb_catalog_entry_get_release_date (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), NULL);

  return self->release_date;
}

const GDate *
avb_catalog_entry_get_eol_date (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), NULL);

  return self->eol_date;
}

gboolean
avb_catalog_entry_get_prerelease (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), FALSE);

  return self->prerelease;
}

GIcon *
avb_catalog_entry_get_logo (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), NULL);

  return self->logo;
}

guint64
avb_catalog_entry_get_size (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), 0);

  return self->size;
}

void
avb_catalog_entry_set_size (AvbCatalogEntry *self, guint64 size)
{
  g_return_if_fail (AVB_IS_CATALOG_ENTRY (self));

  if (size == self->size)
    return;
  self->size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE]);
}

gboolean
avb_catalog_entry_get_favorite (AvbCatalogEntry *self)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), FALSE);

  return self->favorite;
}

void
avb_catalog_entry_set_favorite (AvbCatalogEntry *self, gboolean favorite)
{
  g_return_if_fail (AVB_IS_CATALOG_ENTRY (self));

  favorite = !!favorite;
  if (favorite == self->favorite)
    return;
  self->favorite = favorite;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAVORITE]);
}

gboolean
avb_catalog_entry_is_retired (AvbCatalogEntry *self, const GDate *today)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), FALSE);
  g_return_val_if_fail (today != NULL && g_date_valid (today), FALSE);

  return self->eol_date != NULL && g_date_compare (self->eol_date, today) < 0;
}

gboolean
avb_catalog_entry_matches (AvbCatalogEntry *self, const char *query)
{
  g_return_val_if_fail (AVB_IS_CATALOG_ENTRY (self), FALSE);
  g_return_val_if_fail (query != NULL, FALSE);

  return *query == '\0' || g_str_match_string (query, self->haystack, TRUE);
}

int
avb_catalog_entry_compare (gconstpointer a, gconstpointer b)
{
  const AvbCatalogEntry *one = a;
  const AvbCatalogEntry *other = b;
  const char *of_one = one->texts[PROP_DISTRO] != NULL ? one->texts[PROP_DISTRO] : one->texts[PROP_NAME];
  const char *of_other
      = other->texts[PROP_DISTRO] != NULL ? other->texts[PROP_DISTRO] : other->texts[PROP_NAME];
  int order = other->favorite - one->favorite;

  if (order == 0)
    order = one->prerelease - other->prerelease;
  if (order == 0)
    order = g_strcmp0 (of_one, of_other);
  if (order == 0)
    order = strcmp (other->version_key, one->version_key);
  if (order == 0)
    order = g_strcmp0 (one->texts[PROP_NAME], other->texts[PROP_NAME]);
  if (order == 0)
    order = (int) one->variant - (int) other->variant;
  if (order == 0)
    order = g_strcmp0 (other->texts[PROP_ARCHITECTURE], one->texts[PROP_ARCHITECTURE]);
  return order != 0 ? order : g_strcmp0 (one->texts[PROP_DETAIL], other->texts[PROP_DETAIL]);
}
