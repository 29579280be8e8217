/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-request.h"

typedef struct {
  char    *machine_name;
  char    *host;
  gboolean answered;
} AvbRequestPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AvbRequest, avb_request, G_TYPE_OBJECT)

enum { PROP_0, PROP_MACHINE_NAME, PROP_HOST, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { ANSWERED, N_SIGNALS };
static guint signals[N_SIGNALS];

static AvbRequestPrivate *
priv (AvbRequest *self)
{
  return avb_request_get_instance_private (self);
}

static void
avb_request_finish (AvbRequest *self, gboolean given)
{
  if (priv (self)->answered)
    return;
  priv (self)->answered = TRUE;
  g_object_ref (self);
  g_signal_emit (self, signals[ANSWERED], 0, given);
  g_object_unref (self);
}

static void
avb_request_finalize (GObject *object)
{
  AvbRequestPrivate *private = priv (AVB_REQUEST (object));

  g_free (private->machine_name);
  g_free (private->host);
  G_OBJECT_CLASS (avb_request_parent_class)->finalize (object);
}

static void
avb_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbRequest *self = AVB_REQUEST (object);

  if (id == PROP_MACHINE_NAME)
    g_value_set_string (value, priv (self)->machine_name);
  else if (id == PROP_HOST)
    g_value_set_string (value, priv (self)->host);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_request_set_property (GObject      *object,
                                  guint         id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  AvbRequest *self = AVB_REQUEST (object);

  if (id == PROP_MACHINE_NAME)
    priv (self)->machine_name = g_value_dup_string (value);
  else if (id == PROP_HOST)
    priv (self)->host = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_request_class_init (AvbRequestClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = avb_request_finalize;
  object_class->get_property = avb_request_get_property;
  object_class->set_property = avb_request_set_property;

  properties[PROP_MACHINE_NAME] = g_param_spec_string ("machine-name", NULL, NULL, NULL, flags);
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ANSWERED] = g_signal_new ("answered",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0,
                                    NULL,
                                    NULL,
                                    NULL,
                                    G_TYPE_NONE,
                                    1,
                                    G_TYPE_BOOLEAN);
}

static void
avb_request_init (AvbRequest *self)
{
}

const char *
avb_request_get_machine_name (AvbRequest *self)
{
  g_return_val_if_fail (AVB_IS_REQUEST (self), NULL);
  return priv (self)->machine_name;
}

const char *
avb_request_get_host (AvbRequest *self)
{
  g_return_val_if_fail (AVB_IS_REQUEST (self), NULL);
  return priv (self)->host;
}

void
avb_request_cancel (AvbRequest *self)
{
  g_return_if_fail (AVB_IS_REQUEST (self));
  avb_request_finish (self, FALSE);
}

void
avb_request_answer (AvbRequest *self)
{
  g_return_if_fail (AVB_IS_REQUEST (self));
  avb_request_finish (self, TRUE);
}

gboolean
avb_request_is_answered (AvbRequest *self)
{
  g_return_val_if_fail (AVB_IS_REQUEST (self), TRUE);
  return priv (self)->answered;
}
