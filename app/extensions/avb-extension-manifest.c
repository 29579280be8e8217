/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-manifest.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-manifest-private.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-semver.h"
#include "backends/avb-error.h"

/* Values of one manifest: a recipe has some ten. */
#define MAX_VALUES 20000

#define PYTHON "/usr/bin/python3"

G_DEFINE_ENUM_TYPE (AvbExtensionKind,
                    avb_extension_kind,
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_CONTENT, "content"),
                    G_DEFINE_ENUM_VALUE (AVB_EXTENSION_CODE, "code"))

G_DEFINE_FINAL_TYPE (AvbExtensionManifest, avb_extension_manifest, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_VERSION,
  PROP_KIND,
  PROP_NAME,
  PROP_SUMMARY,
  PROP_DESCRIPTION,
  PROP_LICENSE,
  PROP_PUBLISHER,
  PROP_HOMEPAGE,
  PROP_PERMISSIONS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
avb_extension_manifest_finalize (GObject *object)
{
  AvbExtensionManifest *self = AVB_EXTENSION_MANIFEST (object);

  g_clear_pointer (&self->contributes, json_object_unref);
  g_clear_pointer (&self->root, json_node_unref);
  g_clear_pointer (&self->execs, g_hash_table_unref);
  g_clear_object (&self->permissions);
  g_free (self->name);
  g_free (self->summary);
  g_free (self->description);
  g_free (self->changelog);
  g_strfreev (self->screenshots);
  g_strfreev (self->categories);
  g_strfreev (self->platforms);
  g_strfreev (self->activation);
  G_OBJECT_CLASS (avb_extension_manifest_parent_class)->finalize (object);
}

static void
avb_extension_manifest_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtensionManifest *self = AVB_EXTENSION_MANIFEST (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_VERSION:
      g_value_set_string (value, self->version);
      break;
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
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
    case PROP_LICENSE:
      g_value_set_string (value, self->license);
      break;
    case PROP_PUBLISHER:
      g_value_set_string (value, self->publisher);
      break;
    case PROP_HOMEPAGE:
      g_value_set_string (value, self->homepage);
      break;
    case PROP_PERMISSIONS:
      g_value_set_object (value, self->permissions);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_extension_manifest_class_init (AvbExtensionManifestClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_extension_manifest_finalize;
  object_class->get_property = avb_extension_manifest_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, AVB_TYPE_EXTENSION_KIND, AVB_EXTENSION_CONTENT, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_LICENSE] = g_param_spec_string ("license", NULL, NULL, NULL, flags);
  properties[PROP_PUBLISHER] = g_param_spec_string ("publisher", NULL, NULL, NULL, flags);
  properties[PROP_HOMEPAGE] = g_param_spec_string ("homepage", NULL, NULL, NULL, flags);
  properties[PROP_PERMISSIONS] = g_param_spec_object ("permissions", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_extension_manifest_init (AvbExtensionManifest *self)
{
  self->execs = g_hash_table_new (g_str_hash, g_str_equal);
  self->permissions = g_list_store_new (AVB_TYPE_PERMISSION);
  self->contributes = json_object_new ();
}

AvbExtensionManifest *
avb_extension_manifest_new_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (AvbExtensionManifest) self = NULL;
  const char *text;
  gsize length;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_MANIFEST, NULL);
  text = g_bytes_get_data (bytes, &length);
  self->root = avb_json_parse_capped (text, length, AVB_EXTENSION_MANIFEST_MAX, MAX_VALUES, error);
  if (self->root == NULL || !avb_extension_manifest_read (self, self->root, error))
    {
      avb_json_prefix_error (error, AVB_EXTENSION_MANIFEST_NAME);
      return NULL;
    }
  return g_steal_pointer (&self);
}

const char *
avb_extension_platform (void)
{
#if defined(G_OS_WIN32)
#define SYSTEM "windows"
#elif defined(__APPLE__)
#define SYSTEM "macos"
#else
#define SYSTEM "linux"
#endif
#if defined(__x86_64__)
  return SYSTEM "-x86_64";
#elif defined(__aarch64__)
  return SYSTEM "-aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
  return SYSTEM "-riscv64";
#elif defined(__powerpc64__)
  return SYSTEM "-ppc64le";
#elif defined(__s390x__)
  return SYSTEM "-s390x";
#else
  return SYSTEM "-other";
#endif
}

const char *
avb_extension_manifest_get_exec (AvbExtensionManifest *self)
{
  const char *platform = avb_extension_platform ();
  g_autofree char *any = g_strdup_printf ("%.*s-any", (int) strcspn (platform, "-"), platform);
  const char *exec;

  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  exec = g_hash_table_lookup (self->execs, platform);
  return exec != NULL ? exec : g_hash_table_lookup (self->execs, any);
}

/* python3 is a link to python3.13 wherever it comes from a distribution; to run it would take time. One that is named
 * otherwise is given the benefit of the doubt. */
static gboolean
has_python (const char *range)
{
  g_autofree char *target = g_file_read_link (PYTHON, NULL);
  const char *version = target != NULL ? strstr (target, "python3.") : NULL;
  g_autofree char *whole = NULL;

  if (!g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE))
    return FALSE;
  if (version == NULL)
    return TRUE;
  whole = g_strdup_printf ("%s.0", version + strlen ("python"));
  return !avb_semver_is_valid (whole) || avb_semver_satisfies (whole, range);
}

gboolean
avb_extension_manifest_check_host (AvbExtensionManifest *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), FALSE);

  if (self->engine_host != NULL && !avb_semver_satisfies (AVB_VERSION, self->engine_host))
    problem = avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("It needs version %s of this program; this is %s."),
                             self->engine_host, AVB_VERSION);
  else if (self->kind == AVB_EXTENSION_CODE &&
           (self->protocol_min > AVB_EXTENSION_PROTOCOL_MAX || self->protocol_max < AVB_EXTENSION_PROTOCOL_MIN))
    problem = avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("It was made for another version of this program."));
  else if (self->kind == AVB_EXTENSION_CODE && avb_extension_manifest_get_exec (self) == NULL)
    problem = avb_error_new (AVB_ERROR_NOT_SUPPORTED, avb_extension_platform (),
                             _("There is none for this kind of computer."));
  else if (self->python != NULL && !has_python (self->python))
    problem = avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("It needs Python %s, which is not installed."), self->python);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
permissions_widen (AvbExtensionManifest *newer, AvbExtensionManifest *older)
{
  g_autoptr (GListStore) required = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (older->permissions)); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (G_LIST_MODEL (older->permissions), i);

      if (avb_permission_get_required (permission))
        g_list_store_append (required, permission);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (newer->permissions)); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (G_LIST_MODEL (newer->permissions), i);
      /* What was left to the user may not become a condition unasked. */
      gboolean must = avb_permission_get_required (permission);

      if (!avb_permissions_cover (G_LIST_MODEL (must ? required : older->permissions), permission))
        return TRUE;
    }
  return FALSE;
}

gboolean
avb_extension_manifest_widens (AvbExtensionManifest *newer, AvbExtensionManifest *older)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (newer) && AVB_IS_EXTENSION_MANIFEST (older), TRUE);

  return (newer->kind == AVB_EXTENSION_CODE && older->kind == AVB_EXTENSION_CONTENT) ||
         g_strcmp0 (newer->publisher, older->publisher) != 0 || permissions_widen (newer, older);
}
