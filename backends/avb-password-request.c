/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-password-request.h"

#include <string.h>

#include "backends/avb-secret.h"

#define SPICE_MAX_BYTES 60
#define HOST_MAX_BYTES 256

struct _AvbPasswordRequest {
  AvbRequest parent_instance;

  guint    attempt;
  gboolean wrong;
  gboolean can_remember;
  char    *user;
  char    *password;
  gboolean remember;
};

G_DEFINE_FINAL_TYPE (AvbPasswordRequest, avb_password_request, AVB_TYPE_REQUEST)

enum { PROP_0, PROP_ATTEMPT, PROP_WRONG, PROP_CAN_REMEMBER, PROP_USER, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
avb_password_request_finalize (GObject *object)
{
  AvbPasswordRequest *self = AVB_PASSWORD_REQUEST (object);

  g_free (self->user);
  avb_secret_free (self->password);
  G_OBJECT_CLASS (avb_password_request_parent_class)->finalize (object);
}

static void
avb_password_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbPasswordRequest *self = AVB_PASSWORD_REQUEST (object);

  switch (id)
    {
    case PROP_ATTEMPT:
      g_value_set_uint (value, self->attempt);
      break;
    case PROP_WRONG:
      g_value_set_boolean (value, self->wrong);
      break;
    case PROP_CAN_REMEMBER:
      g_value_set_boolean (value, self->can_remember);
      break;
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_password_request_class_init (AvbPasswordRequestClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_password_request_finalize;
  object_class->get_property = avb_password_request_get_property;

  properties[PROP_ATTEMPT] = g_param_spec_uint ("attempt", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_WRONG] = g_param_spec_boolean ("wrong", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REMEMBER] = g_param_spec_boolean ("can-remember", NULL, NULL, FALSE, flags);
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_password_request_init (AvbPasswordRequest *self)
{
}

AvbPasswordRequest *
avb_password_request_new (const char *machine_name,
                          const char *host,
                          guint       attempt,
                          gboolean    wrong,
                          gboolean    can_remember)
{
  AvbPasswordRequest *self = g_object_new (
      AVB_TYPE_PASSWORD_REQUEST, "machine-name", machine_name, "host", host, NULL);

  self->attempt = attempt;
  self->wrong = wrong;
  self->can_remember = can_remember;
  return self;
}

AvbPasswordRequest *
avb_password_request_new_for_host (const char *user, const char *host, guint attempt, gboolean wrong)
{
  AvbPasswordRequest *self = avb_password_request_new (NULL, host, attempt, wrong, TRUE);

  self->user = g_strdup (user);
  return self;
}

guint
avb_password_request_get_attempt (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), 0);
  return self->attempt;
}

gboolean
avb_password_request_get_wrong (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), FALSE);
  return self->wrong;
}

gboolean
avb_password_request_get_can_remember (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), FALSE);
  return self->can_remember;
}

const char *
avb_password_request_get_user (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), NULL);
  return self->user;
}

gsize
avb_password_request_get_max_bytes (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), 0);
  return self->user != NULL ? HOST_MAX_BYTES : SPICE_MAX_BYTES;
}

void
avb_password_request_give (AvbPasswordRequest *self, const char *password, gboolean remember)
{
  g_return_if_fail (AVB_IS_PASSWORD_REQUEST (self));
  g_return_if_fail (password != NULL && strlen (password) <= avb_password_request_get_max_bytes (self));

  if (avb_request_is_answered (AVB_REQUEST (self)))
    return;
  self->password = g_strdup (password);
  self->remember = remember && self->can_remember;
  avb_request_answer (AVB_REQUEST (self));
}

const char *
avb_password_request_get_password (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), NULL);
  return self->password;
}

gboolean
avb_password_request_get_remember (AvbPasswordRequest *self)
{
  g_return_val_if_fail (AVB_IS_PASSWORD_REQUEST (self), FALSE);
  return self->remember;
}
