/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-kv.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-keyring.h"

#define MAX_SECRET 4096
#define MAX_FILE (2 * 1024 * 1024)

static const SecretSchema schema = {
  "org.alphavbox.AlphaVBox.Extension",
  SECRET_SCHEMA_NONE,
  { { "extension", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "key", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

struct _AvbExtensionKv {
  GObject parent_instance;

  char       *id;
  char       *path;
  JsonObject *values;  /* (nullable) until it was read */
  JsonObject *sizes;   /* of the values, in bytes */
  JsonObject *secrets; /* keys only */
  gint64      size;    /* of all keys and values */
  guint64     changed; /* how often… */
  guint64     saved;   /* …and which of these is in the file */
  DexPromise *saving;  /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AvbExtensionKv, avb_extension_kv, G_TYPE_OBJECT)

static void
avb_extension_kv_finalize (GObject *object)
{
  AvbExtensionKv *self = AVB_EXTENSION_KV (object);

  g_clear_pointer (&self->values, json_object_unref);
  g_clear_pointer (&self->sizes, json_object_unref);
  g_clear_pointer (&self->secrets, json_object_unref);
  dex_clear (&self->saving);
  g_free (self->id);
  g_free (self->path);
  G_OBJECT_CLASS (avb_extension_kv_parent_class)->finalize (object);
}

static void
avb_extension_kv_class_init (AvbExtensionKvClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_extension_kv_finalize;
}

static void
avb_extension_kv_init (AvbExtensionKv *self)
{
}

AvbExtensionKv *
avb_extension_kv_new (const char *id, const char *path)
{
  AvbExtensionKv *self = g_object_new (AVB_TYPE_EXTENSION_KV, NULL);

  self->id = g_strdup (id);
  self->path = g_strdup (path);
  return self;
}

/* --- the file --- */

static DexFuture *
load_thread (gpointer data)
{
  g_autofree char *text = NULL;
  GError *error = NULL;
  JsonNode *node;
  gsize length;

  if (!g_file_get_contents (data, &text, &length, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return dex_future_new_for_error (error);
      g_error_free (error);
      node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, json_object_new ());
      return dex_future_new_take_boxed (JSON_TYPE_NODE, node);
    }
  node = avb_json_parse (text, length, MAX_FILE, &error);
  return node != NULL ? dex_future_new_take_boxed (JSON_TYPE_NODE, node) : dex_future_new_for_error (error);
}

static gint64
size_of (JsonNode *value)
{
  g_autofree char *text = json_to_string (value, FALSE);

  return strlen (text);
}

static void
put (AvbExtensionKv *self, const char *key, JsonNode *value, gint64 size)
{
  if (json_object_has_member (self->values, key))
    self->size -= strlen (key) + json_object_get_int_member (self->sizes, key);
  json_object_set_member (self->values, key, json_node_copy (value));
  json_object_set_int_member (self->sizes, key, size);
  self->size += strlen (key) + size;
}

static void
take_file (AvbExtensionKv *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *values = NULL, *secrets = NULL;
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  self->values = json_object_new ();
  self->sizes = json_object_new ();
  self->secrets = json_object_new ();
  if (object == NULL || !avb_json_find_object (object, "values", &values, NULL) ||
      !avb_json_find_object (object, "secrets", &secrets, NULL))
    return;
  if (values != NULL)
    {
      json_object_iter_init (&iter, values);
      while (json_object_iter_next (&iter, &key, &value))
        put (self, key, value, size_of (value));
    }
  if (secrets != NULL)
    {
      json_object_iter_init (&iter, secrets);
      while (json_object_iter_next (&iter, &key, &value))
        json_object_set_boolean_member (self->secrets, key, TRUE);
    }
}

typedef struct {
  char *path;
  char *text;
} Saving;

static void
saving_free (Saving *saving)
{
  g_free (saving->path);
  g_free (saving->text);
  g_free (saving);
}

static DexFuture *
save_thread (gpointer data)
{
  Saving *saving = data;
  g_autofree char *dir = g_path_get_dirname (saving->path);
  GError *error = NULL;

  g_mkdir_with_parents (dir, 0700);
  if (!g_file_set_contents_full (saving->path, saving->text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
write_now (AvbExtensionKv *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  Saving *saving = g_new0 (Saving, 1);

  json_object_set_object_member (object, "values", json_object_ref (self->values));
  json_object_set_object_member (object, "secrets", json_object_ref (self->secrets));
  json_node_take_object (node, object);
  saving->path = g_strdup (self->path);
  saving->text = json_to_string (node, FALSE);
  return avb_blocking_run (save_thread, saving, (GDestroyNotify) saving_free);
}

/* In a fiber: a change is answered once it is written. One write at a time, each of all that has changed by then. */
static gboolean
save (AvbExtensionKv *self, GError **error)
{
  guint64 mine = ++self->changed;

  while (self->saved < mine)
    {
      g_autoptr (DexPromise) promise = NULL;
      guint64 now = self->changed;
      gboolean done;

      if (self->saving != NULL)
        {
          dex_await (dex_ref (DEX_FUTURE (self->saving)), NULL);
          continue;
        }
      self->saving = dex_promise_new ();
      done = dex_await (write_now (self), error);
      promise = g_steal_pointer (&self->saving);
      if (done)
        self->saved = now;
      dex_promise_resolve_boolean (promise, TRUE);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/* --- values --- */

static JsonNode *
node_of (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static DexFuture *
resolve (JsonObject *object)
{
  return dex_future_new_take_boxed (JSON_TYPE_NODE, node_of (object));
}

static const char *
read_key (JsonObject *params, GError **error)
{
  const char *key = avb_json_get_string (params, "key", AVB_EXTENSION_KV_MAX_KEY, error);

  if (key != NULL && *key == '\0')
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The key is empty.")));
      return NULL;
    }
  return key;
}

static DexFuture *
get_value (AvbExtensionKv *self, const char *key)
{
  JsonObject *result = json_object_new ();
  JsonNode *value = json_object_get_member (self->values, key);

  json_object_set_member (result, "value", value != NULL ? json_node_copy (value) : json_node_new (JSON_NODE_NULL));
  return resolve (result);
}

static gboolean
set_value (AvbExtensionKv *self, const char *key, JsonObject *params, GError **error)
{
  JsonNode *value = json_object_get_member (params, "value");
  gint64 size = value != NULL ? size_of (value) : 0;
  gint64 before = json_object_has_member (self->values, key) ? json_object_get_int_member (self->sizes, key) : -(gint64) strlen (key);

  if (value == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is missing."), "value"));
      return FALSE;
    }
  if (size > AVB_EXTENSION_KV_MAX_VALUE || self->size - before + size > AVB_EXTENSION_KV_MAX_SIZE ||
      (!json_object_has_member (self->values, key) && json_object_get_size (self->values) >= AVB_EXTENSION_KV_MAX_KEYS))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NO_SPACE, NULL, _("The extension keeps as much as it may already.")));
      return FALSE;
    }
  put (self, key, value, size);
  return TRUE;
}

static void
delete_value (AvbExtensionKv *self, const char *key)
{
  if (!json_object_has_member (self->values, key))
    return;
  self->size -= strlen (key) + json_object_get_int_member (self->sizes, key);
  json_object_remove_member (self->values, key);
  json_object_remove_member (self->sizes, key);
}

static DexFuture *
list_keys (AvbExtensionKv *self, JsonObject *params)
{
  JsonObject *result = json_object_new ();
  JsonArray *keys = json_array_new ();
  const char *prefix = "", *key;
  JsonObjectIter iter;
  GError *error = NULL;

  json_object_set_array_member (result, "keys", keys);
  if (!avb_json_find_string (params, "prefix", AVB_EXTENSION_KV_MAX_KEY, &prefix, &error))
    {
      json_object_unref (result);
      return dex_future_new_for_error (error);
    }
  json_object_iter_init (&iter, self->values);
  while (json_object_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      json_array_add_string_element (keys, key);
  return resolve (result);
}

/* --- secrets --- */

static GHashTable *
attributes_of (AvbExtensionKv *self, const char *key)
{
  return secret_attributes_build (&schema, "extension", self->id, "key", key, NULL);
}

static gboolean
set_secret (AvbExtensionKv *self, const char *key, JsonObject *params, GError **error)
{
  const char *value = avb_json_get_string (params, "value", MAX_SECRET, error);
  g_autofree char *label = NULL;

  if (value == NULL)
    return FALSE;
  if (!json_object_has_member (self->secrets, key) && json_object_get_size (self->secrets) >= AVB_EXTENSION_KV_MAX_SECRETS)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NO_SPACE, NULL, _("The extension keeps as much as it may already.")));
      return FALSE;
    }
  /* Translators: the names of an extension and of one of its passwords. */
  label = g_strdup_printf (_("Extension %1$s of Alpha VBox: %2$s"), self->id, key);
  if (!dex_await (avb_keyring_keep (&schema, attributes_of (self, key), label, value), error))
    return FALSE;
  json_object_set_boolean_member (self->secrets, key, TRUE);
  return TRUE;
}

static DexFuture *
get_secret (AvbExtensionKv *self, const char *key)
{
  g_autofree char *secret = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *result;

  secret = dex_await_string (avb_keyring_find (&schema, attributes_of (self, key)), &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  result = json_object_new ();
  if (secret != NULL)
    json_object_set_string_member (result, "value", secret);
  else
    json_object_set_null_member (result, "value");
  return resolve (result);
}

/* --- requests --- */

typedef struct {
  AvbExtensionKv *self;
  char           *method;
  JsonObject     *params;
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->self);
  g_free (request->method);
  json_object_unref (request->params);
  g_free (request);
}

static gboolean
load (AvbExtensionKv *self, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (self->values != NULL)
    return TRUE;
  node = dex_await_boxed (avb_blocking_run (load_thread, g_strdup (self->path), g_free), error);
  /* Another request may have read it meanwhile. */
  if (node != NULL && self->values == NULL)
    take_file (self, node);
  return node != NULL;
}

static DexFuture *
serve_fiber (gpointer data)
{
  Request *request = data;
  AvbExtensionKv *self = request->self;
  const char *method = request->method, *key;
  GError *error = NULL;
  gboolean done = FALSE;

  if (!load (self, &error))
    return dex_future_new_for_error (error);
  if (g_str_equal (method, "kv.list"))
    return list_keys (self, request->params);
  key = read_key (request->params, &error);
  if (key == NULL)
    return dex_future_new_for_error (error);
  if (g_str_equal (method, "kv.get"))
    return get_value (self, key);
  if (g_str_equal (method, "secret.get"))
    return get_secret (self, key);
  if (g_str_equal (method, "kv.set"))
    done = set_value (self, key, request->params, &error);
  else if (g_str_equal (method, "secret.set"))
    done = set_secret (self, key, request->params, &error);
  else if (g_str_equal (method, "kv.delete"))
    {
      delete_value (self, key);
      done = TRUE;
    }
  else if (g_str_equal (method, "secret.delete"))
    {
      done = dex_await (avb_keyring_forget (&schema, attributes_of (self, key)), &error);
      if (done)
        json_object_remove_member (self->secrets, key);
    }
  else
    error = avb_error_new (AVB_ERROR_NOT_SUPPORTED, method, _("There is no such method."));
  if (!done || !save (self, &error))
    return dex_future_new_for_error (error);
  return resolve (json_object_new ());
}

DexFuture *
avb_extension_kv_serve (AvbExtensionKv *self, const char *method, JsonObject *params)
{
  Request *request;

  g_return_val_if_fail (AVB_IS_EXTENSION_KV (self) && method != NULL, NULL);

  request = g_new0 (Request, 1);
  request->self = g_object_ref (self);
  request->method = g_strdup (method);
  request->params = params != NULL ? json_object_ref (params) : json_object_new ();
  return avb_fiber_spawn (serve_fiber, request, (GDestroyNotify) request_free);
}
