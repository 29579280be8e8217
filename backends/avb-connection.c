/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-connection.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

G_DEFINE_ENUM_TYPE (AvbLink,
                    avb_link,
                    G_DEFINE_ENUM_VALUE (AVB_LINK_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (AVB_LINK_UP, "up"),
                    G_DEFINE_ENUM_VALUE (AVB_LINK_LOST, "lost"),
                    G_DEFINE_ENUM_VALUE (AVB_LINK_CLOSED, "closed"))

G_DEFINE_BOXED_TYPE (AvbHostFree, avb_host_free, avb_host_free_copy, avb_host_free_free)

typedef struct {
  char            *uri;
  char            *name;
  AvbLink          link;
  char            *link_error;
  AvbRequest      *request;
  char            *problem;
  GListStore      *machines;
  AvbCapabilities *capabilities;
  gboolean         is_local;
} AvbConnectionPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AvbConnection, avb_connection, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_URI,
  PROP_NAME,
  PROP_LINK,
  PROP_LINK_ERROR,
  PROP_REQUEST,
  PROP_PROBLEM,
  PROP_MACHINES,
  PROP_CAPABILITIES,
  PROP_IS_LOCAL,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

#define PRIV(self) ((AvbConnectionPrivate *) avb_connection_get_instance_private (self))

static DexFuture *
reject_unsupported (void)
{
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _ ("This hypervisor does not offer this.")));
}

/* (nullable): why nothing can be asked of the hypervisor now */
static DexFuture *
reject_without_link (AvbConnection *self)
{
  AvbConnectionPrivate *priv = PRIV (self);

  if (priv->link == AVB_LINK_UP)
    return NULL;
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_UNAVAILABLE,
                     priv->link_error,
                     _ ("There is no connection to the hypervisor at the moment.")));
}

/* (nullable): why no such machine can be here */
static DexFuture *
reject_spec (AvbConnection *self, AvbMachineSpec *spec)
{
  const char *reason
      = avb_capabilities_get_spec_reason (PRIV (self)->capabilities, spec, NULL);

  return reason != NULL ? dex_future_new_for_error (
                              avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason))
                        : NULL;
}

static void
avb_connection_finalize (GObject *object)
{
  AvbConnectionPrivate *priv = PRIV (AVB_CONNECTION (object));

  g_free (priv->uri);
  g_free (priv->name);
  g_free (priv->link_error);
  g_clear_object (&priv->request);
  g_free (priv->problem);
  g_object_unref (priv->machines);
  g_object_unref (priv->capabilities);

  G_OBJECT_CLASS (avb_connection_parent_class)->finalize (object);
}

static void
avb_connection_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbConnectionPrivate *priv = PRIV (AVB_CONNECTION (object));

  switch (prop_id)
    {
    case PROP_URI:
      g_value_set_string (value, priv->uri);
      break;
    case PROP_NAME:
      g_value_set_string (value, avb_connection_get_name (AVB_CONNECTION (object)));
      break;
    case PROP_LINK:
      g_value_set_enum (value, priv->link);
      break;
    case PROP_LINK_ERROR:
      g_value_set_string (value, priv->link_error);
      break;
    case PROP_REQUEST:
      g_value_set_object (value, priv->request);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, priv->problem);
      break;
    case PROP_MACHINES:
      g_value_set_object (value, priv->machines);
      break;
    case PROP_CAPABILITIES:
      g_value_set_object (value, priv->capabilities);
      break;
    case PROP_IS_LOCAL:
      g_value_set_boolean (value, priv->is_local);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_connection_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_URI:
      PRIV (AVB_CONNECTION (object))->uri = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_connection_class_init (AvbConnectionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_connection_finalize;
  object_class->get_property = avb_connection_get_property;
  object_class->set_property = avb_connection_set_property;

  properties[PROP_URI] = g_param_spec_string (
      "uri", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_LINK]
      = g_param_spec_enum ("link", NULL, NULL, AVB_TYPE_LINK, AVB_LINK_CONNECTING, flags);
  properties[PROP_LINK_ERROR] = g_param_spec_string ("link-error", NULL, NULL, NULL, flags);
  properties[PROP_REQUEST] = g_param_spec_object ("request", NULL, NULL, AVB_TYPE_REQUEST, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_MACHINES]
      = g_param_spec_object ("machines", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CAPABILITIES]
      = g_param_spec_object ("capabilities", NULL, NULL, AVB_TYPE_CAPABILITIES, flags);
  properties[PROP_IS_LOCAL] = g_param_spec_boolean ("is-local", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_connection_init (AvbConnection *self)
{
  AvbConnectionPrivate *priv = PRIV (self);

  priv->machines = g_list_store_new (AVB_TYPE_MACHINE);
  priv->capabilities = avb_capabilities_new ();
}

DexFuture *
avb_connection_create_machine (AvbConnection *self, AvbMachineSpec *spec)
{
  AvbConnectionClass *klass;
  GError             *error = NULL;
  DexFuture          *refusal;
  const char         *reason;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->create_machine == NULL)
    return reject_unsupported ();
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;
  reason = avb_capabilities_get_reason (PRIV (self)->capabilities, AVB_FEATURE_CREATE);
  if (reason != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason));
  if (!avb_machine_spec_validate (spec, &error))
    return dex_future_new_for_error (error);
  if ((refusal = reject_spec (self, spec)) != NULL)
    return refusal;

  return klass->create_machine (self, spec);
}

static gboolean
volume_is_valid (const AvbVolumeSpec *volume)
{
  static const char *const formats[]
      = { "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", NULL };

  if (volume->format == NULL || !g_strv_contains (formats, volume->format))
    return FALSE;
  if (volume->source != NULL
      && (volume->source_format == NULL || !g_strv_contains (formats, volume->source_format)
          || !g_path_is_absolute (volume->source)))
    return FALSE;
  if (volume->backing != NULL
      && (volume->source != NULL || volume->backing_format == NULL
          || !g_strv_contains (formats, volume->backing_format)
          || !g_utf8_validate (volume->backing, -1, NULL)))
    return FALSE;
  if (volume->capacity == 0 && volume->source == NULL && volume->backing == NULL)
    return FALSE;
  return volume->capacity <= G_MAXINT64 && volume->source_offset <= G_MAXINT64
         && volume->source_length <= G_MAXINT64 - volume->source_offset;
}

DexFuture *
avb_connection_create_volume (AvbConnection       *self,
                              const AvbVolumeSpec *volume,
                              AvbOperation        *operation)
{
  AvbConnectionClass *klass;
  DexFuture          *refusal;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);
  g_return_val_if_fail (volume != NULL, NULL);
  g_return_val_if_fail (AVB_IS_OPERATION (operation), NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->create_volume == NULL)
    return reject_unsupported ();
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;
  if (!volume_is_valid (volume))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID, volume->format, _ ("A disk of this kind cannot be created.")));

  return klass->create_volume (self, volume, operation);
}

DexFuture *
avb_connection_delete_volume (AvbConnection *self, const char *path)
{
  AvbConnectionClass *klass;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  return klass->delete_volume != NULL ? klass->delete_volume (self, path) : reject_unsupported ();
}

DexFuture *
avb_connection_export_volume (AvbConnection       *self,
                              const AvbExportSpec *spec,
                              AvbOperation        *operation)
{
  AvbConnectionClass *klass;
  DexFuture          *refusal;
  const char         *reason;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (spec != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  klass = AVB_CONNECTION_GET_CLASS (self);
  reason = avb_capabilities_get_reason (PRIV (self)->capabilities, AVB_FEATURE_EXPORT);
  if (reason != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason));
  if (klass->export_volume == NULL)
    return reject_unsupported ();
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;
  return klass->export_volume (self, spec, operation);
}

DexFuture *
avb_connection_read_definition (AvbConnection *self, GBytes *definition)
{
  AvbConnectionClass *klass;
  DexFuture          *refusal;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (definition != NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->read_definition == NULL)
    return reject_unsupported ();
  /* Which networks there are is the hypervisor's to say. */
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;
  return klass->read_definition (self, definition);
}

DexFuture *
avb_connection_create_from_definition (AvbConnection  *self,
                                       GBytes         *definition,
                                       AvbMachineSpec *spec)
{
  AvbConnectionClass *klass;
  DexFuture          *refusal;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (definition != NULL);
  dex_return_error_if_fail (AVB_IS_MACHINE_SPEC (spec));

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->create_from_definition == NULL)
    return reject_unsupported ();
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;
  if ((refusal = reject_spec (self, spec)) != NULL)
    return refusal;
  return klass->create_from_definition (self, definition, spec);
}

AvbHostFree *
avb_host_free_copy (const AvbHostFree *self)
{
  AvbHostFree *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->disk_path = g_strdup (self->disk_path);
  return copy;
}

void
avb_host_free_free (AvbHostFree *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->disk_path);
  g_free (self);
}

DexFuture *
avb_connection_read_free (AvbConnection *self)
{
  AvbConnectionClass *klass;
  DexFuture          *refusal;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->read_free == NULL)
    return reject_unsupported ();
  if ((refusal = reject_without_link (self)) != NULL)
    return refusal;

  return klass->read_free (self);
}

void
avb_connection_retry (AvbConnection *self)
{
  AvbConnectionClass *klass;

  g_return_if_fail (AVB_IS_CONNECTION (self));

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (klass->retry != NULL
      && (PRIV (self)->link == AVB_LINK_LOST || PRIV (self)->link == AVB_LINK_UP))
    klass->retry (self);
}

DexFuture *
avb_connection_close (AvbConnection *self)
{
  AvbConnectionClass *klass;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  if (PRIV (self)->link == AVB_LINK_CLOSED)
    return dex_future_new_true ();
  avb_connection_set_link (self, AVB_LINK_CLOSED, NULL);
  return klass->close != NULL ? klass->close (self) : dex_future_new_true ();
}

const char *
avb_connection_get_uri (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->uri;
}

const char *
avb_connection_get_name (AvbConnection *self)
{
  AvbConnectionPrivate *priv;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  priv = PRIV (self);
  return priv->name != NULL ? priv->name : priv->uri;
}

AvbLink
avb_connection_get_link (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), AVB_LINK_CLOSED);

  return PRIV (self)->link;
}

const char *
avb_connection_get_link_error (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->link_error;
}

AvbRequest *
avb_connection_get_request (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->request;
}

void
avb_connection_set_request (AvbConnection *self, AvbRequest *request)
{
  g_return_if_fail (AVB_IS_CONNECTION (self));
  g_return_if_fail (request == NULL || AVB_IS_REQUEST (request));

  if (g_set_object (&PRIV (self)->request, request))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REQUEST]);
}

const char *
avb_connection_get_problem (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->problem;
}

const char *
avb_connection_get_create_refusal (AvbConnection *self)
{
  const char *reason;

  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  reason = avb_capabilities_get_reason (PRIV (self)->capabilities, AVB_FEATURE_CREATE);
  return reason != NULL && PRIV (self)->problem != NULL ? PRIV (self)->problem : reason;
}

void
avb_connection_set_problem (AvbConnection *self, const char *problem)
{
  g_return_if_fail (AVB_IS_CONNECTION (self));

  if (g_set_str (&PRIV (self)->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

GListModel *
avb_connection_get_machines (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return G_LIST_MODEL (PRIV (self)->machines);
}

AvbCapabilities *
avb_connection_get_capabilities (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->capabilities;
}

gboolean
avb_connection_get_is_local (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), FALSE);

  return PRIV (self)->is_local;
}

GListStore *
avb_connection_get_store (AvbConnection *self)
{
  g_return_val_if_fail (AVB_IS_CONNECTION (self), NULL);

  return PRIV (self)->machines;
}

void
avb_connection_set_name (AvbConnection *self, const char *name)
{
  g_return_if_fail (AVB_IS_CONNECTION (self));

  if (g_set_str (&PRIV (self)->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

typedef void (*MachineFunc) (AvbMachine *machine);

static void
foreach_machine (AvbConnection *self, MachineFunc func)
{
  GListModel *machines = G_LIST_MODEL (PRIV (self)->machines);
  guint       n = g_list_model_get_n_items (machines);
  g_autoptr (GPtrArray) copy = g_ptr_array_new_full (n, g_object_unref);

  /* A handler may change the list. */
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (copy, g_list_model_get_item (machines, i));
  for (guint i = 0; i < copy->len; i++)
    func (copy->pdata[i]);
}

static void
make_unavailable (AvbMachine *machine)
{
  avb_machine_set_available (machine, FALSE);
}

void
avb_connection_set_link (AvbConnection *self, AvbLink link, const char *error)
{
  AvbConnectionPrivate *priv;
  g_autoptr (AvbConnection) hold = NULL;

  g_return_if_fail (AVB_IS_CONNECTION (self));

  priv = PRIV (self);
  hold = g_object_ref (self);
  /* Closed is for good. */
  if (priv->link == AVB_LINK_CLOSED)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&priv->link_error, error))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINK_ERROR]);
  if (priv->link != link)
    {
      priv->link = link;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINK]);
    }
  if (link != AVB_LINK_UP)
    foreach_machine (self, make_unavailable);
  g_object_thaw_notify (G_OBJECT (self));
}

void
avb_connection_set_capabilities (AvbConnection *self, AvbCapabilities *capabilities)
{
  g_return_if_fail (AVB_IS_CONNECTION (self));
  g_return_if_fail (AVB_IS_CAPABILITIES (capabilities));

  if (!g_set_object (&PRIV (self)->capabilities, capabilities))
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPABILITIES]);
  foreach_machine (self, avb_machine_update_can);
}

void
avb_connection_set_is_local (AvbConnection *self, gboolean is_local)
{
  AvbConnectionPrivate *priv;

  g_return_if_fail (AVB_IS_CONNECTION (self));

  priv = PRIV (self);
  if (priv->is_local == !!is_local)
    return;
  priv->is_local = !!is_local;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_LOCAL]);
}
