/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-installed.h"

#include "app/extensions/avb-extension-state.h"

struct _AvbInstalled {
  GObject parent_instance;

  AvbInstalledFacts *facts;
  GListStore        *granted; /* one list, whoever holds it */
};

G_DEFINE_FINAL_TYPE (AvbInstalled, avb_installed, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_VERSION,
  PROP_PREVIOUS_VERSION,
  PROP_MANIFEST,
  PROP_DIR,
  PROP_SOURCE,
  PROP_PUBLISHER_KEY,
  PROP_SHA256,
  PROP_GRANTED,
  PROP_ENABLED,
  PROP_REVOKED_REASON,
  PROP_ACTIVE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

void
avb_installed_facts_free (AvbInstalledFacts *facts)
{
  g_free (facts->id);
  g_free (facts->version);
  g_free (facts->previous_version);
  g_free (facts->dir);
  g_free (facts->source);
  g_free (facts->publisher_key);
  g_free (facts->sha256);
  g_free (facts->revoked);
  g_clear_object (&facts->granted);
  g_clear_object (&facts->manifest);
  g_free (facts);
}

static void
avb_installed_finalize (GObject *object)
{
  AvbInstalled *self = AVB_INSTALLED (object);

  g_clear_pointer (&self->facts, avb_installed_facts_free);
  g_clear_object (&self->granted);
  G_OBJECT_CLASS (avb_installed_parent_class)->finalize (object);
}

static void
avb_installed_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbInstalled *self = AVB_INSTALLED (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->facts->id);
      break;
    case PROP_VERSION:
      g_value_set_string (value, self->facts->version);
      break;
    case PROP_PREVIOUS_VERSION:
      g_value_set_string (value, self->facts->previous_version);
      break;
    case PROP_MANIFEST:
      g_value_set_object (value, self->facts->manifest);
      break;
    case PROP_DIR:
      g_value_set_string (value, self->facts->dir);
      break;
    case PROP_SOURCE:
      g_value_set_string (value, self->facts->source);
      break;
    case PROP_PUBLISHER_KEY:
      g_value_set_string (value, self->facts->publisher_key);
      break;
    case PROP_SHA256:
      g_value_set_string (value, self->facts->sha256);
      break;
    case PROP_GRANTED:
      g_value_set_object (value, self->granted);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, self->facts->enabled);
      break;
    case PROP_REVOKED_REASON:
      g_value_set_string (value, self->facts->revoked);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, avb_installed_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_installed_class_init (AvbInstalledClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_installed_finalize;
  object_class->get_property = avb_installed_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_PREVIOUS_VERSION] = g_param_spec_string ("previous-version", NULL, NULL, NULL, flags);
  properties[PROP_MANIFEST] = g_param_spec_object ("manifest", NULL, NULL, AVB_TYPE_EXTENSION_MANIFEST, flags);
  properties[PROP_DIR] = g_param_spec_string ("dir", NULL, NULL, NULL, flags);
  properties[PROP_SOURCE] = g_param_spec_string ("source", NULL, NULL, NULL, flags);
  properties[PROP_PUBLISHER_KEY] = g_param_spec_string ("publisher-key", NULL, NULL, NULL, flags);
  properties[PROP_SHA256] = g_param_spec_string ("sha256", NULL, NULL, NULL, flags);
  properties[PROP_GRANTED] = g_param_spec_object ("granted", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE, flags);
  properties[PROP_REVOKED_REASON] = g_param_spec_string ("revoked-reason", NULL, NULL, NULL, flags);
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_installed_init (AvbInstalled *self)
{
  self->granted = g_list_store_new (AVB_TYPE_PERMISSION);
}

static gboolean
same_permissions (GListModel *a, GListModel *b)
{
  guint n = g_list_model_get_n_items (a);

  if (n != g_list_model_get_n_items (b))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbPermission) first = g_list_model_get_item (a, i);
      g_autoptr (AvbPermission) second = g_list_model_get_item (b, i);

      if (!avb_permission_equal (first, second))
        return FALSE;
    }
  return TRUE;
}

/* The list that others hold gets what is in the facts. Returns whether that is something else. */
static gboolean
take_granted (AvbInstalled *self)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *from = G_LIST_MODEL (self->facts->granted);

  if (same_permissions (from, G_LIST_MODEL (self->granted)))
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (from); i++)
    g_ptr_array_add (granted, g_list_model_get_item (from, i));
  g_list_store_splice (self->granted, 0, g_list_model_get_n_items (G_LIST_MODEL (self->granted)), granted->pdata,
                       granted->len);
  return TRUE;
}

AvbInstalled *
avb_installed_new (AvbInstalledFacts *facts)
{
  AvbInstalled *self = g_object_new (AVB_TYPE_INSTALLED, NULL);

  self->facts = facts;
  take_granted (self);
  return self;
}

static void
notify_text (AvbInstalled *self, guint property, const char *before, const char *after)
{
  if (g_strcmp0 (before, after) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
is_active (const AvbInstalledFacts *facts)
{
  return facts->enabled && facts->revoked == NULL;
}

/* Who hears of one change finds all of them made. */
static void
notify_changes (AvbInstalled *self, const AvbInstalledFacts *before)
{
  const AvbInstalledFacts *now = self->facts;

  notify_text (self, PROP_PREVIOUS_VERSION, before->previous_version, now->previous_version);
  notify_text (self, PROP_SOURCE, before->source, now->source);
  notify_text (self, PROP_PUBLISHER_KEY, before->publisher_key, now->publisher_key);
  notify_text (self, PROP_SHA256, before->sha256, now->sha256);
  notify_text (self, PROP_REVOKED_REASON, before->revoked, now->revoked);
  if (before->enabled != now->enabled)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
  if (is_active (before) != is_active (now))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  notify_text (self, PROP_VERSION, before->version, now->version);
  if (g_strcmp0 (before->dir, now->dir) != 0)
    {
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MANIFEST]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DIR]);
    }
}

void
avb_installed_set_facts (AvbInstalled *self, AvbInstalledFacts *facts)
{
  g_autoptr (AvbInstalledFacts) before = g_steal_pointer (&self->facts);

  self->facts = facts;
  /* A version's folder never changes: its manifest stays the object that it was. */
  if (g_strcmp0 (before->dir, facts->dir) == 0)
    g_set_object (&facts->manifest, before->manifest);
  g_object_freeze_notify (G_OBJECT (self));
  if (take_granted (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GRANTED]);
  notify_changes (self, before);
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
avb_installed_get_id (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->id;
}

const char *
avb_installed_get_version (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->version;
}

const char *
avb_installed_get_previous_version (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->previous_version;
}

AvbExtensionManifest *
avb_installed_get_manifest (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->manifest;
}

const char *
avb_installed_get_dir (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->dir;
}

const char *
avb_installed_get_source (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->source;
}

const char *
avb_installed_get_publisher_key (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->publisher_key;
}

const char *
avb_installed_get_sha256 (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->sha256;
}

GListModel *
avb_installed_get_granted (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return G_LIST_MODEL (self->granted);
}

gboolean
avb_installed_get_enabled (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), FALSE);

  return self->facts->enabled;
}

const char *
avb_installed_get_revoked_reason (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), NULL);

  return self->facts->revoked;
}

gboolean
avb_installed_get_active (AvbInstalled *self)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), FALSE);

  return is_active (self->facts);
}

gboolean
avb_installed_allows (AvbInstalled *self, const char *permission, const char *arg)
{
  g_return_val_if_fail (AVB_IS_INSTALLED (self), FALSE);

  return is_active (self->facts) && avb_permissions_allow (G_LIST_MODEL (self->granted), permission, arg);
}
