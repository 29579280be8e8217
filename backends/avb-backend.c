/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-backend.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

G_DEFINE_ABSTRACT_TYPE (AvbBackend, avb_backend, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_DEFAULT_URI,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static gboolean
avb_backend_real_handles_uri (AvbBackend *self, const char *uri)
{
  return FALSE;
}

static DexFuture *
avb_backend_real_probe (AvbBackend *self)
{
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                                                  NULL,
                                                  _ ("%s does not work on this computer."),
                                                  avb_backend_get_name (self)));
}

static void
avb_backend_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbBackend *self = AVB_BACKEND (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, avb_backend_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, avb_backend_get_name (self));
      break;
    case PROP_DEFAULT_URI:
      g_value_set_string (value, avb_backend_get_default_uri (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_backend_class_init (AvbBackendClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = avb_backend_get_property;

  klass->handles_uri = avb_backend_real_handles_uri;
  klass->probe = avb_backend_real_probe;

  properties[PROP_ID]
      = g_param_spec_string ("id", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_NAME]
      = g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DEFAULT_URI] = g_param_spec_string (
      "default-uri", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_backend_init (AvbBackend *self)
{
}

const char *
avb_backend_get_id (AvbBackend *self)
{
  g_return_val_if_fail (AVB_IS_BACKEND (self), NULL);

  return AVB_BACKEND_GET_CLASS (self)->get_id (self);
}

const char *
avb_backend_get_name (AvbBackend *self)
{
  g_return_val_if_fail (AVB_IS_BACKEND (self), NULL);

  return AVB_BACKEND_GET_CLASS (self)->get_name (self);
}

const char *
avb_backend_get_default_uri (AvbBackend *self)
{
  AvbBackendClass *klass;

  g_return_val_if_fail (AVB_IS_BACKEND (self), NULL);

  klass = AVB_BACKEND_GET_CLASS (self);
  return klass->get_default_uri != NULL ? klass->get_default_uri (self) : NULL;
}

gboolean
avb_backend_handles_uri (AvbBackend *self, const char *uri)
{
  g_return_val_if_fail (AVB_IS_BACKEND (self), FALSE);
  g_return_val_if_fail (uri != NULL, FALSE);

  return AVB_BACKEND_GET_CLASS (self)->handles_uri (self, uri);
}

DexFuture *
avb_backend_probe (AvbBackend *self)
{
  g_return_val_if_fail (AVB_IS_BACKEND (self), NULL);

  return AVB_BACKEND_GET_CLASS (self)->probe (self);
}

AvbConnection *
avb_backend_connect (AvbBackend *self, const char *uri)
{
  g_return_val_if_fail (AVB_IS_BACKEND (self), NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  return AVB_BACKEND_GET_CLASS (self)->connect (self, uri);
}
