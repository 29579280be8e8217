/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-package.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>

#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-extension-manifest-private.h"
#include "app/extensions/avb-package-private.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-blocking.h"

struct _AvbPackage {
  GObject parent_instance;

  AvbExtensionManifest *manifest;
  char                 *sha256;
  guint64               length;
  guint64               unpacked;
  guint                 n_entries;
};

G_DEFINE_FINAL_TYPE (AvbPackage, avb_package, G_TYPE_OBJECT)

enum { PROP_0, PROP_MANIFEST, PROP_SHA256, PROP_LENGTH, PROP_UNPACKED, PROP_N_ENTRIES, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
avb_package_finalize (GObject *object)
{
  AvbPackage *self = AVB_PACKAGE (object);

  g_clear_object (&self->manifest);
  g_free (self->sha256);
  G_OBJECT_CLASS (avb_package_parent_class)->finalize (object);
}

static void
avb_package_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbPackage *self = AVB_PACKAGE (object);

  switch (id)
    {
    case PROP_MANIFEST:
      g_value_set_object (value, self->manifest);
      break;
    case PROP_SHA256:
      g_value_set_string (value, self->sha256);
      break;
    case PROP_LENGTH:
      g_value_set_uint64 (value, self->length);
      break;
    case PROP_UNPACKED:
      g_value_set_uint64 (value, self->unpacked);
      break;
    case PROP_N_ENTRIES:
      g_value_set_uint (value, self->n_entries);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_package_class_init (AvbPackageClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_package_finalize;
  object_class->get_property = avb_package_get_property;

  properties[PROP_MANIFEST] = g_param_spec_object ("manifest", NULL, NULL, AVB_TYPE_EXTENSION_MANIFEST, flags);
  properties[PROP_SHA256] = g_param_spec_string ("sha256", NULL, NULL, NULL, flags);
  properties[PROP_LENGTH] = g_param_spec_uint64 ("length", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_UNPACKED] = g_param_spec_uint64 ("unpacked", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_ENTRIES] = g_param_spec_uint ("n-entries", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_package_init (AvbPackage *self)
{
}

AvbPackage *
avb_package_new (AvbExtensionManifest *manifest, const char *sha256, guint64 length, guint64 unpacked, guint n_entries)
{
  AvbPackage *self = g_object_new (AVB_TYPE_PACKAGE, NULL);

  self->manifest = g_object_ref (manifest);
  self->sha256 = g_strdup (sha256);
  self->length = length;
  self->unpacked = unpacked;
  self->n_entries = n_entries;
  return self;
}

AvbExtensionManifest *
avb_package_get_manifest (AvbPackage *self)
{
  g_return_val_if_fail (AVB_IS_PACKAGE (self), NULL);

  return self->manifest;
}

const char *
avb_package_get_sha256 (AvbPackage *self)
{
  g_return_val_if_fail (AVB_IS_PACKAGE (self), NULL);

  return self->sha256;
}

guint64
avb_package_get_length (AvbPackage *self)
{
  g_return_val_if_fail (AVB_IS_PACKAGE (self), 0);

  return self->length;
}

guint64
avb_package_get_unpacked (AvbPackage *self)
{
  g_return_val_if_fail (AVB_IS_PACKAGE (self), 0);

  return self->unpacked;
}

guint
avb_package_get_n_entries (AvbPackage *self)
{
  g_return_val_if_fail (AVB_IS_PACKAGE (self), 0);

  return self->n_entries;
}

static gboolean
lacks (AvbPackageNames *names, const char *name)
{
  return name != NULL && !avb_package_names_has_file (names, name);
}

const char *
avb_package_find_missing (AvbExtensionManifest *manifest, AvbPackageNames *names)
{
  static const char *const in_files[] = { "recipes", "templates" };
  const char *const *screenshots = avb_extension_manifest_get_screenshots (manifest);
  const char *icon = avb_extension_manifest_get_icon (manifest);
  GHashTableIter iter;
  gpointer exec;

  if (lacks (names, icon))
    return icon;
  for (guint i = 0; screenshots[i] != NULL; i++)
    if (lacks (names, screenshots[i]))
      return screenshots[i];
  for (guint i = 0; i < G_N_ELEMENTS (in_files); i++)
    {
      const char *file = avb_contributes_get_file (avb_extension_manifest_get_contributes (manifest), in_files[i]);

      if (lacks (names, file))
        return file;
    }
  g_hash_table_iter_init (&iter, manifest->execs);
  while (g_hash_table_iter_next (&iter, NULL, &exec))
    if (lacks (names, exec))
      return exec;
  return NULL;
}

#ifndef G_OS_WIN32

typedef struct {
  locale_t utf8;
  locale_t before;
} Locale;

gpointer
avb_package_utf8_begin (void)
{
  static const char *const names[] = { "C.UTF-8", "en_US.UTF-8" };
  locale_t utf8 = (locale_t) 0;
  Locale *locale;

  for (guint i = 0; i < G_N_ELEMENTS (names) && utf8 == (locale_t) 0; i++)
    utf8 = newlocale (LC_CTYPE_MASK, names[i], (locale_t) 0);
  if (utf8 == (locale_t) 0)
    return NULL;
  locale = g_new0 (Locale, 1);
  locale->utf8 = utf8;
  locale->before = uselocale (utf8);
  return locale;
}

void
avb_package_utf8_end (gpointer data)
{
  Locale *locale = data;

  if (locale == NULL)
    return;
  uselocale (locale->before);
  freelocale (locale->utf8);
  g_free (locale);
}

#else

gpointer
avb_package_utf8_begin (void)
{
  return NULL;
}

void
avb_package_utf8_end (gpointer data)
{
}

#endif

typedef struct {
  char         *path;
  char         *into; /* (nullable) */
  char         *sha256;
  guint64       max_unpacked;
  AvbOperation *operation; /* (nullable) */
} Unpacking;

static void
unpacking_free (gpointer data)
{
  Unpacking *self = data;

  g_free (self->path);
  g_free (self->into);
  g_free (self->sha256);
  g_clear_object (&self->operation);
  g_free (self);
}

static DexFuture *
inspect_thread (gpointer data)
{
  Unpacking *self = data;
  g_autoptr (GError) error = NULL;
  AvbPackage *package = avb_package_read (self->path, NULL, NULL, NULL, &error);

  if (package == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_object (package);
}

DexFuture *
avb_package_inspect (const char *path)
{
  Unpacking *self;

  dex_return_error_if_fail (path != NULL);

  self = g_new0 (Unpacking, 1);
  self->path = g_strdup (path);
  return avb_blocking_run_long (inspect_thread, self, unpacking_free);
}

static DexFuture *
unpack_thread (gpointer data)
{
  Unpacking *self = data;
  const AvbPackageExpect expect = { self->sha256, self->max_unpacked };
  g_autofree char *folder = g_strconcat (self->into, ".XXXXXX", NULL);
  g_autofree char *parent = g_path_get_dirname (self->into);
  g_autoptr (AvbPackage) package = NULL;
  g_autoptr (GError) error = NULL;

  if (g_mkdtemp_full (folder, 0755) == NULL)
    return dex_future_new_for_error (avb_tree_error_new (errno, self->into));
  package = avb_package_read (self->path, folder, &expect, self->operation, &error);
  /* To rename over an empty folder would succeed. */
  if (package != NULL && g_file_test (self->into, G_FILE_TEST_EXISTS))
    error = avb_tree_error_new (EEXIST, self->into);
  else if (package != NULL && g_rename (folder, self->into) != 0)
    error = avb_tree_error_new (errno, self->into);
  if (error == NULL && avb_tree_sync_folder (parent, &error))
    return dex_future_new_take_object (g_steal_pointer (&package));
  avb_tree_remove (folder, NULL);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
avb_package_unpack (const char *path, const char *into_dir, const AvbPackageExpect *expect, AvbOperation *operation)
{
  Unpacking *self;

  dex_return_error_if_fail (path != NULL && into_dir != NULL);
  dex_return_error_if_fail (operation == NULL || AVB_IS_OPERATION (operation));

  self = g_new0 (Unpacking, 1);
  self->path = g_strdup (path);
  self->into = g_strdup (into_dir);
  self->sha256 = expect != NULL ? g_strdup (expect->sha256) : NULL;
  self->max_unpacked = expect != NULL ? expect->max_unpacked : 0;
  self->operation = operation != NULL ? g_object_ref (operation) : NULL;
  return avb_blocking_run_long (unpack_thread, self, unpacking_free);
}
