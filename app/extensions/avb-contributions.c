/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-contributions.h"

#include <string.h>

#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-localized.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MAX_TITLE 240
#define MAX_DESCRIPTION 4000
#define MAX_FILE (4 * 1024 * 1024)

G_DEFINE_ENUM_TYPE (AvbContributionKind,
                    avb_contribution_kind,
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_RECIPE, "recipe"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_TEMPLATE, "template"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_ACTION, "action"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_MONITOR, "monitor"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_STORAGE, "storage"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_NETWORK, "network"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_CONSOLE_TOOL, "console-tool"),
                    G_DEFINE_ENUM_VALUE (AVB_CONTRIBUTION_LAB_CHECK, "lab-check"))

/* Their words in manifests, and the names of the properties. */
static const char *const members[AVB_N_CONTRIBUTION_KINDS]
    = { "recipes", "templates", "actions", "monitors", "storage", "networks", "consoleTools", "labChecks" };
static const char *const names[AVB_N_CONTRIBUTION_KINDS]
    = { "recipes", "templates", "actions", "monitors", "storage-targets", "network-attachments", "console-tools", "lab-checks" };

struct _AvbContribution {
  GObject             parent_instance;
  AvbExtension       *extension;
  AvbContributionKind kind;
  char               *id;
  char               *title;
  char               *description;
  char               *icon;
  JsonObject         *data;
};

G_DEFINE_FINAL_TYPE (AvbContribution, avb_contribution, G_TYPE_OBJECT)

enum { PROP_0, PROP_EXTENSION, PROP_KIND, PROP_ID, PROP_TITLE, PROP_DESCRIPTION, PROP_ICON, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
avb_contribution_finalize (GObject *object)
{
  AvbContribution *self = AVB_CONTRIBUTION (object);

  g_clear_object (&self->extension);
  g_clear_pointer (&self->data, json_object_unref);
  g_free (self->id);
  g_free (self->title);
  g_free (self->description);
  g_free (self->icon);
  G_OBJECT_CLASS (avb_contribution_parent_class)->finalize (object);
}

static void
avb_contribution_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbContribution *self = AVB_CONTRIBUTION (object);

  switch (id)
    {
    case PROP_EXTENSION:
      g_value_set_object (value, self->extension);
      break;
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_ICON:
      g_value_set_string (value, self->icon);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_contribution_class_init (AvbContributionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_contribution_finalize;
  object_class->get_property = avb_contribution_get_property;
  properties[PROP_EXTENSION] = g_param_spec_object ("extension", NULL, NULL, AVB_TYPE_EXTENSION, flags);
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, AVB_TYPE_CONTRIBUTION_KIND, AVB_CONTRIBUTION_RECIPE, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_ICON] = g_param_spec_string ("icon", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_contribution_init (AvbContribution *self)
{
}

AvbExtension *
avb_contribution_get_extension (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->extension;
}

AvbContributionKind
avb_contribution_get_kind (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), AVB_CONTRIBUTION_RECIPE);
  return self->kind;
}

const char *
avb_contribution_get_id (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->id;
}

const char *
avb_contribution_get_title (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->title;
}

const char *
avb_contribution_get_description (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->description;
}

const char *
avb_contribution_get_icon (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->icon;
}

JsonObject *
avb_contribution_get_data (AvbContribution *self)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  return self->data;
}

gboolean
avb_contribution_has_operation (AvbContribution *self, const char *operation)
{
  JsonArray *operations = NULL;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), FALSE);
  g_return_val_if_fail (operation != NULL, FALSE);

  if (!avb_json_find_array (self->data, "operations", 16, &operations, NULL))
    return FALSE;
  for (guint i = 0; operations != NULL && i < json_array_get_length (operations); i++)
    if (g_strcmp0 (avb_json_get_element_string (operations, i, 32, NULL), operation) == 0)
      return TRUE;
  return FALSE;
}

/* @data was checked. (transfer full) (nullable) */
static AvbContribution *
contribution_new (AvbExtension *extension, AvbContributionKind kind, JsonObject *data)
{
  g_autoptr (AvbContribution) self = g_object_new (AVB_TYPE_CONTRIBUTION, NULL);
  const char *icon = NULL, *id = avb_json_get_string (data, "id", 256, NULL);

  if (id == NULL || !avb_localized_read (data, "title", MAX_TITLE, FALSE, TRUE, &self->title, NULL) ||
      !avb_localized_read (data, "description", MAX_DESCRIPTION, TRUE, FALSE, &self->description, NULL))
    return NULL;
  self->extension = g_object_ref (extension);
  self->kind = kind;
  self->id = g_strdup (id);
  self->data = json_object_ref (data);
  /* Names within the package were checked with the manifest. */
  if (avb_json_find_string (data, "icon", 256, &icon, NULL) && icon != NULL && strstr (icon, "..") == NULL && *icon != '/')
    self->icon = g_build_filename (avb_installed_get_dir (avb_extension_get_installed (extension)), icon, NULL);
  return g_steal_pointer (&self);
}

/* --- the registry --- */

/* Where the contributions of one extension came from when they were listed. */
typedef struct {
  AvbExtension *extension;
  gpointer      manifest; /* not owned: compared only */
  gpointer      answer;   /* the same */
  gboolean      usable;
  guint         generation; /* that what a worker read belongs to */
} Known;

struct _AvbContributions {
  GObject parent_instance;

  GListModel *extensions;
  GListStore *lists[AVB_N_CONTRIBUTION_KINDS];
  GPtrArray  *known; /* of Known */
  guint       generation;
};

G_DEFINE_FINAL_TYPE (AvbContributions, avb_contributions, G_TYPE_OBJECT)

static GParamSpec *list_properties[AVB_N_CONTRIBUTION_KINDS + 1];

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const AvbContribution *one = a, *other = b;
  int result = g_utf8_collate (one->title, other->title);

  return result != 0 ? result : g_strcmp0 (one->id, other->id);
}

static void
remove_of (AvbContributions *self, AvbExtension *extension)
{
  for (guint kind = 0; kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->lists[kind])); i > 0; i--)
      {
        g_autoptr (AvbContribution) item = g_list_model_get_item (G_LIST_MODEL (self->lists[kind]), i - 1);

        if (item->extension == extension)
          g_list_store_remove (self->lists[kind], i - 1);
      }
}

static gboolean
has (AvbContributions *self, AvbExtension *extension, AvbContributionKind kind, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->lists[kind])); i++)
    {
      g_autoptr (AvbContribution) item = g_list_model_get_item (G_LIST_MODEL (self->lists[kind]), i);

      if (item->extension == extension && g_str_equal (item->id, id))
        return TRUE;
    }
  return FALSE;
}

static void
add_items (AvbContributions *self, AvbExtension *extension, AvbContributionKind kind, JsonArray *items)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonNode *node = json_array_get_element (items, i);
      g_autoptr (AvbContribution) item = NULL;

      if (JSON_NODE_HOLDS_OBJECT (node))
        item = contribution_new (extension, kind, json_node_get_object (node));
      if (item != NULL && !has (self, extension, kind, item->id))
        g_list_store_insert_sorted (self->lists[kind], item, compare, NULL);
    }
}

static void
add_of (AvbContributions *self, AvbExtension *extension, JsonObject *contributes)
{
  for (guint kind = 0; contributes != NULL && kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    {
      JsonNode *node = json_object_get_member (contributes, members[kind]);

      if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
        add_items (self, extension, kind, json_node_get_array (node));
    }
}

/* --- what is in files of the package --- */

typedef struct {
  GWeakRef            registry;
  AvbExtension       *extension;
  AvbContributionKind kind;
  guint               generation;
  char               *path;
} Reading;

static void
reading_free (Reading *reading)
{
  g_weak_ref_clear (&reading->registry);
  g_object_unref (reading->extension);
  g_free (reading->path);
  g_free (reading);
}

static DexFuture *
read_thread (gpointer data)
{
  const char *path = data;
  g_autofree char *text = NULL;
  GError *error = NULL;
  JsonNode *node = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &error))
    node = avb_json_parse (text, length, MAX_FILE, &error);
  return node != NULL ? dex_future_new_take_boxed (JSON_TYPE_NODE, node) : dex_future_new_for_error (error);
}

static Known *
find_known (AvbContributions *self, AvbExtension *extension)
{
  for (guint i = 0; i < self->known->len; i++)
    if (((Known *) self->known->pdata[i])->extension == extension)
      return self->known->pdata[i];
  return NULL;
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  Reading *reading = data;
  g_autoptr (AvbContributions) self = g_weak_ref_get (&reading->registry);
  JsonNode *node = g_value_get_boxed (dex_future_get_value (future, NULL));
  Known *known = self != NULL ? find_known (self, reading->extension) : NULL;
  GError *error = NULL;

  /* It may have been updated or removed meanwhile. */
  if (known == NULL || known->generation != reading->generation)
    return dex_future_new_true ();
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, NULL, "%s: no array", reading->path));
  if (!avb_contributes_check_kind (members[reading->kind], json_node_get_array (node), &error))
    return dex_future_new_for_error (error);
  add_items (self, reading->extension, reading->kind, json_node_get_array (node));
  return dex_future_new_true ();
}

static void
read_files (AvbContributions *self, Known *known, JsonObject *contributes)
{
  const char *dir = avb_installed_get_dir (avb_extension_get_installed (known->extension));

  for (guint kind = 0; kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    {
      const char *file = avb_contributes_get_file (contributes, members[kind]);
      Reading *reading;

      if (file == NULL)
        continue;
      reading = g_new0 (Reading, 1);
      g_weak_ref_init (&reading->registry, self);
      reading->extension = g_object_ref (known->extension);
      reading->kind = kind;
      reading->generation = known->generation;
      reading->path = g_build_filename (dir, file, NULL);
      avb_future_finish (dex_future_then (avb_blocking_run (read_thread, g_strdup (reading->path), g_free), read_cb, reading,
                                          (GDestroyNotify) reading_free),
                         "reading what an extension contributes");
    }
}

/* --- changes --- */

/* What is off or must not be used adds nothing. One that crashed may be well again when it is asked. */
static gboolean
is_usable (AvbExtension *extension)
{
  switch (avb_extension_get_state (extension))
    {
    case AVB_EXTENSION_STOPPED:
    case AVB_EXTENSION_STARTING:
    case AVB_EXTENSION_RUNNING:
    case AVB_EXTENSION_CRASHED:
      return TRUE;
    case AVB_EXTENSION_DISABLED:
    case AVB_EXTENSION_REVOKED:
    case AVB_EXTENSION_BLOCKED:
    case AVB_EXTENSION_UNSUPPORTED:
    default:
      return FALSE;
    }
}

static void
refresh (AvbContributions *self, Known *known)
{
  AvbExtensionManifest *manifest = avb_installed_get_manifest (avb_extension_get_installed (known->extension));
  JsonObject *answer = avb_extension_get_contributes (known->extension);
  gboolean usable = is_usable (known->extension);

  /* What it told while it ran holds until it tells something else. */
  if (answer == NULL && usable && known->usable && known->manifest == manifest)
    return;
  if (known->usable == usable && known->manifest == manifest && known->answer == answer)
    return;
  known->usable = usable;
  known->manifest = manifest;
  known->answer = answer;
  known->generation = ++self->generation;
  remove_of (self, known->extension);
  if (!usable)
    return;
  add_of (self, known->extension, avb_extension_manifest_get_contributes (manifest));
  read_files (self, known, avb_extension_manifest_get_contributes (manifest));
  add_of (self, known->extension, answer);
}

static void
extension_changed_cb (AvbExtension *extension, GParamSpec *pspec, AvbContributions *self)
{
  Known *known = find_known (self, extension);

  if (known != NULL)
    refresh (self, known);
}

static void
known_free (Known *known)
{
  g_object_unref (known->extension);
  g_free (known);
}

static void
extensions_changed_cb (GListModel *model, guint position, guint removed, guint added, AvbContributions *self)
{
  for (guint i = 0; i < removed; i++)
    {
      Known *known = self->known->pdata[position];

      g_signal_handlers_disconnect_by_data (known->extension, self);
      remove_of (self, known->extension);
      g_ptr_array_remove_index (self->known, position);
    }
  for (guint i = 0; i < added; i++)
    {
      Known *known = g_new0 (Known, 1);

      known->extension = g_list_model_get_item (model, position + i);
      g_ptr_array_insert (self->known, position + i, known);
      g_signal_connect (known->extension, "notify", G_CALLBACK (extension_changed_cb), self);
      refresh (self, known);
    }
}

static void
avb_contributions_dispose (GObject *object)
{
  AvbContributions *self = AVB_CONTRIBUTIONS (object);

  if (self->extensions != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->extensions, self);
      for (guint i = 0; i < self->known->len; i++)
        g_signal_handlers_disconnect_by_data (((Known *) self->known->pdata[i])->extension, self);
      g_ptr_array_set_size (self->known, 0);
    }
  g_clear_object (&self->extensions);
  G_OBJECT_CLASS (avb_contributions_parent_class)->dispose (object);
}

static void
avb_contributions_finalize (GObject *object)
{
  AvbContributions *self = AVB_CONTRIBUTIONS (object);

  for (guint kind = 0; kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    g_object_unref (self->lists[kind]);
  g_ptr_array_unref (self->known);
  G_OBJECT_CLASS (avb_contributions_parent_class)->finalize (object);
}

static void
avb_contributions_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbContributions *self = AVB_CONTRIBUTIONS (object);

  if (id >= 1 && id <= AVB_N_CONTRIBUTION_KINDS)
    g_value_set_object (value, self->lists[id - 1]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_contributions_class_init (AvbContributionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_contributions_dispose;
  object_class->finalize = avb_contributions_finalize;
  object_class->get_property = avb_contributions_get_property;
  for (guint kind = 0; kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    list_properties[kind + 1] = g_param_spec_object (names[kind], NULL, NULL, G_TYPE_LIST_MODEL,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, AVB_N_CONTRIBUTION_KINDS + 1, list_properties);
}

static void
avb_contributions_init (AvbContributions *self)
{
  for (guint kind = 0; kind < AVB_N_CONTRIBUTION_KINDS; kind++)
    self->lists[kind] = g_list_store_new (AVB_TYPE_CONTRIBUTION);
  self->known = g_ptr_array_new_with_free_func ((GDestroyNotify) known_free);
}

AvbContributions *
avb_contributions_new (GListModel *extensions)
{
  AvbContributions *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (extensions), NULL);

  self = g_object_new (AVB_TYPE_CONTRIBUTIONS, NULL);
  self->extensions = g_object_ref (extensions);
  g_signal_connect (extensions, "items-changed", G_CALLBACK (extensions_changed_cb), self);
  extensions_changed_cb (extensions, 0, 0, g_list_model_get_n_items (extensions), self);
  return self;
}

GListModel *
avb_contributions_get (AvbContributions *self, AvbContributionKind kind)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTIONS (self) && kind < AVB_N_CONTRIBUTION_KINDS, NULL);
  return G_LIST_MODEL (self->lists[kind]);
}

AvbContribution *
avb_contributions_find (AvbContributions *self, AvbContributionKind kind, const char *extension, const char *id)
{
  g_return_val_if_fail (AVB_IS_CONTRIBUTIONS (self) && kind < AVB_N_CONTRIBUTION_KINDS, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->lists[kind])); i++)
    {
      g_autoptr (AvbContribution) item = g_list_model_get_item (G_LIST_MODEL (self->lists[kind]), i);

      if (g_strcmp0 (item->id, id) == 0 && g_strcmp0 (avb_extension_get_id (item->extension), extension) == 0)
        return g_steal_pointer (&item);
    }
  return NULL;
}
