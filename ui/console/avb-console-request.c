/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-request.h"

typedef struct {
  char    *machine_name;
  char    *host;
  gboolean answered;
} AvbConsoleRequestPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AvbConsoleRequest, avb_console_request, G_TYPE_OBJECT)

enum { PROP_0, PROP_MACHINE_NAME, PROP_HOST, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { ANSWERED, N_SIGNALS };
static guint signals[N_SIGNALS];

static AvbConsoleRequestPrivate *
priv (AvbConsoleRequest *self)
{
  return avb_console_request_get_instance_private (self);
}

static void
avb_console_request_finish (AvbConsoleRequest *self, gboolean given)
{
  if (priv (self)->answered)
    return;
  priv (self)->answered = TRUE;
  g_object_ref (self);
  g_signal_emit (self, signals[ANSWERED], 0, given);
  g_object_unref (self);
}

static void
avb_console_request_finalize (GObject *object)
{
  AvbConsoleRequestPrivate *private = priv (AVB_CONSOLE_REQUEST (object));

  g_free (private->machine_name);
  g_free (private->host);
  G_OBJECT_CLASS (avb_console_request_parent_class)->finalize (object);
}

static void
avb_console_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleRequest *self = AVB_CONSOLE_REQUEST (object);

  if (id == PROP_MACHINE_NAME)
    g_value_set_string (value, priv (self)->machine_name);
  else if (id == PROP_HOST)
    g_value_set_string (value, priv (self)->host);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_console_request_set_property (GObject      *object,
                                  guint         id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  AvbConsoleRequest *self = AVB_CONSOLE_REQUEST (object);

  if (id == PROP_MACHINE_NAME)
    priv (self)->machine_name = g_value_dup_string (value);
  else if (id == PROP_HOST)
    priv (self)->host = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_console_request_class_init (AvbConsoleRequestClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = avb_console_request_finalize;
  object_class->get_property = avb_console_request_get_property;
  object_class->set_property = avb_console_request_set_property;

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
avb_console_request_init (AvbConsoleRequest *self)
{
}

const char *
avb_console_request_get_machine_name (AvbConsoleRequest *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_REQUEST (self), NULL);
  return priv (self)->machine_name;
}

const char *
avb_console_request_get_host (AvbConsoleRequest *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_REQUEST (self), NULL);
  return priv (self)->host;
}

void
avb_console_request_cancel (AvbConsoleRequest *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_REQUEST (self));
  avb_console_request_finish (self, FALSE);
}

void
avb_console_request_answer (AvbConsoleRequest *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_REQUEST (self));
  avb_console_request_finish (self, TRUE);
}

gboolean
avb_console_request_is_answered (AvbConsoleRequest *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_REQUEST (self), TRUE);
  return priv (self)->answered;
}
