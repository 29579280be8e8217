/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wsman-client.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-private.h"

#define DEFAULT_TIMEOUT 60
/* The host is told how long it has (w:OperationTimeout), and its answer then needs a moment on its way. */
#define MAX_GRACE 15
/* An answer longer than this is read on a worker. */
#define LONG_ANSWER (128 * 1024)

struct _AvbWsmanClient {
  GObject parent_instance;

  char         *uri;
  char         *name_space;
  guint         timeout;
  gboolean      closed;
  AvbWsmanHttp *http;
  GHashTable   *subscriptions;
};

G_DEFINE_FINAL_TYPE (AvbWsmanClient, avb_wsman_client, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_URI,
  PROP_NAME_SPACE,
  PROP_USER,
  PROP_PASSWORD,
  PROP_TRUSTED_FINGERPRINT,
  PROP_TIMEOUT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum { CERTIFICATE, N_SIGNALS };

static guint signals[N_SIGNALS];

/* --- one exchange of messages --- */

typedef struct {
  GBytes      *bytes;
  AvbWsmanVerb verb;
  char        *method;
} Parse;

static void
parse_free (gpointer data)
{
  Parse *parse = data;

  g_bytes_unref (parse->bytes);
  g_free (parse->method);
  g_free (parse);
}

static DexFuture *
parse_thread (gpointer data)
{
  Parse          *parse = data;
  gsize           length;
  const char     *text = g_bytes_get_data (parse->bytes, &length);
  GError         *error = NULL;
  AvbWsmanAnswer *answer = avb_wsman_answer_parse (text, length, parse->verb, parse->method, &error);

  if (answer == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (AVB_TYPE_WSMAN_ANSWER, answer);
}

/* Takes @bytes. Megabytes of numbers must not stop the window. */
static AvbWsmanAnswer *
parse_answer (GBytes *bytes, const AvbWsmanRequest *request, GError **error)
{
  g_autoptr (GBytes) owned = bytes;
  gsize       length;
  const char *data = g_bytes_get_data (owned, &length);
  Parse      *parse;

  if (length <= LONG_ANSWER)
    return avb_wsman_answer_parse (data, length, request->verb, request->method, error);
  parse = g_new0 (Parse, 1);
  parse->bytes = g_steal_pointer (&owned);
  parse->verb = request->verb;
  parse->method = g_strdup (request->method);
  return dex_await_boxed (avb_blocking_run_long (parse_thread, parse, parse_free), error);
}

/* DSP0226 clause 5.4.4. A fault may be about a request that could not even be read: then there is nothing it relates to.
 * Identify has no headers. */
static gboolean
belongs (AvbWsmanAnswer *answer, const AvbWsmanRequest *request, const char *message_id)
{
  if (request->verb == AVB_WSMAN_IDENTIFY || (answer->fault != NULL && answer->relates_to == NULL))
    return TRUE;
  return answer->relates_to != NULL && g_ascii_strcasecmp (answer->relates_to, message_id) == 0;
}

AvbWsmanAnswer *
avb_wsman_client_exchange (AvbWsmanClient *self, AvbWsmanRequest *request, AvbWsmanFault **fault, GError **error)
{
  g_autofree char *message_id = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (AvbWsmanAnswer) answer = NULL;
  GBytes *bytes;

  request->to = self->uri;
  request->timeout = self->timeout;
  xml = avb_wsman_request_to_xml (request, &message_id);
  bytes = dex_await_boxed (
      avb_wsman_http_post (self->http, xml, self->timeout + CLAMP (self->timeout / 4, 1, MAX_GRACE)), error);
  if (bytes == NULL)
    return NULL;
  answer = parse_answer (bytes, request, error);
  if (answer == NULL)
    return NULL;
  if (!belongs (answer, request, message_id))
    {
      g_propagate_error (error,
                         avb_error_new (AVB_ERROR_INVALID,
                                        answer->relates_to,
                                        _("The host answered something that it was not asked.")));
      return NULL;
    }
  if (answer->fault == NULL)
    return g_steal_pointer (&answer);
  if (fault != NULL)
    *fault = g_steal_pointer (&answer->fault);
  else
    g_propagate_error (error, avb_wsman_fault_to_error (answer->fault));
  return NULL;
}

const char *
avb_wsman_client_get_namespace (AvbWsmanClient *self)
{
  return self->name_space;
}

guint
avb_wsman_client_get_timeout (AvbWsmanClient *self)
{
  return self->timeout;
}

gboolean
avb_wsman_client_is_closed (AvbWsmanClient *self)
{
  return self->closed;
}

GHashTable *
avb_wsman_client_get_subscriptions (AvbWsmanClient *self)
{
  return self->subscriptions;
}

/* --- work --- */

AvbWsmanWork *
avb_wsman_work_new (AvbWsmanClient *client, const char *text)
{
  AvbWsmanWork *self = g_new0 (AvbWsmanWork, 1);

  self->client = g_object_ref (client);
  self->text = g_strdup (text);
  return self;
}

static void
work_free (gpointer data)
{
  AvbWsmanWork *self = data;

  g_object_unref (self->client);
  g_free (self->text);
  g_clear_pointer (&self->path, avb_wmi_path_unref);
  g_clear_pointer (&self->parameters, avb_wmi_object_unref);
  g_free (self);
}

DexFuture *
avb_wsman_work_run (AvbWsmanWork *self, DexFiberFunc func)
{
  return avb_fiber_spawn (func, self, work_free);
}

/* --- class --- */

static void
certificate_cb (GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data)
{
  AvbWsmanClient *self = data;

  g_object_ref (self);
  g_signal_emit (self, signals[CERTIFICATE], 0, certificate, errors);
  g_object_unref (self);
}

/* The login may be given with the construction. */
static void
set_uri (AvbWsmanClient *self, const char *uri)
{
  self->uri = g_strdup (uri);
  self->http = avb_wsman_http_new (uri, certificate_cb, self);
}

static void
avb_wsman_client_dispose (GObject *object)
{
  avb_wsman_client_close (AVB_WSMAN_CLIENT (object));
  G_OBJECT_CLASS (avb_wsman_client_parent_class)->dispose (object);
}

static void
avb_wsman_client_finalize (GObject *object)
{
  AvbWsmanClient *self = AVB_WSMAN_CLIENT (object);

  avb_wsman_http_unref (self->http);
  g_clear_pointer (&self->subscriptions, g_hash_table_unref);
  g_free (self->uri);
  g_free (self->name_space);
  G_OBJECT_CLASS (avb_wsman_client_parent_class)->finalize (object);
}

static void
avb_wsman_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbWsmanClient *self = AVB_WSMAN_CLIENT (object);

  switch (id)
    {
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_NAME_SPACE:
      g_value_set_string (value, self->name_space);
      break;
    case PROP_USER:
      g_value_set_string (value, avb_wsman_http_get_user (self->http));
      break;
    case PROP_TRUSTED_FINGERPRINT:
      g_value_set_string (value, avb_wsman_http_get_fingerprint (self->http));
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->timeout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* A user without a password is one that a ticket vouches for. */
static void
set_password (AvbWsmanClient *self, const char *password)
{
  g_autofree char *user = g_strdup (avb_wsman_http_get_user (self->http));

  avb_wsman_client_set_login (self, user, password);
}

static void
set_timeout (AvbWsmanClient *self, guint timeout)
{
  if (self->timeout == timeout)
    return;
  self->timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

static void
avb_wsman_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbWsmanClient *self = AVB_WSMAN_CLIENT (object);

  switch (id)
    {
    case PROP_URI:
      set_uri (self, g_value_get_string (value));
      break;
    case PROP_NAME_SPACE:
      self->name_space = g_strdelimit (g_value_dup_string (value), "\\", '/');
      break;
    case PROP_USER:
      avb_wsman_client_set_login (self, g_value_get_string (value), NULL);
      break;
    case PROP_PASSWORD:
      set_password (self, g_value_get_string (value));
      break;
    case PROP_TRUSTED_FINGERPRINT:
      avb_wsman_client_set_trusted_fingerprint (self, g_value_get_string (value));
      break;
    case PROP_TIMEOUT:
      set_timeout (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_wsman_client_class_init (AvbWsmanClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_wsman_client_dispose;
  object_class->finalize = avb_wsman_client_finalize;
  object_class->get_property = avb_wsman_client_get_property;
  object_class->set_property = avb_wsman_client_set_property;

  properties[PROP_URI]
      = g_param_spec_string ("uri", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | flags);
  properties[PROP_NAME_SPACE] = g_param_spec_string (
      "name-space", NULL, NULL, AVB_WMI_NAMESPACE, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | flags);
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, G_PARAM_READWRITE | flags);
  properties[PROP_PASSWORD] = g_param_spec_string ("password", NULL, NULL, NULL, G_PARAM_WRITABLE | flags);
  properties[PROP_TRUSTED_FINGERPRINT]
      = g_param_spec_string ("trusted-fingerprint", NULL, NULL, NULL, G_PARAM_READWRITE | flags);
  properties[PROP_TIMEOUT]
      = g_param_spec_uint ("timeout", NULL, NULL, 1, 3600, DEFAULT_TIMEOUT, G_PARAM_READWRITE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CERTIFICATE] = g_signal_new ("certificate",
                                       G_TYPE_FROM_CLASS (klass),
                                       G_SIGNAL_RUN_LAST,
                                       0,
                                       NULL,
                                       NULL,
                                       NULL,
                                       G_TYPE_NONE,
                                       2,
                                       G_TYPE_TLS_CERTIFICATE,
                                       G_TYPE_TLS_CERTIFICATE_FLAGS);
}

static void
avb_wsman_client_init (AvbWsmanClient *self)
{
  self->timeout = DEFAULT_TIMEOUT;
  self->subscriptions = avb_wsman_subscriptions_new ();
}

AvbWsmanClient *
avb_wsman_client_new (const char *uri, const char *name_space)
{
  g_return_val_if_fail (uri != NULL && name_space != NULL, NULL);

  return g_object_new (AVB_TYPE_WSMAN_CLIENT, "uri", uri, "name-space", name_space, NULL);
}

void
avb_wsman_client_set_login (AvbWsmanClient *self, const char *user, const char *password)
{
  gboolean changed;

  g_return_if_fail (AVB_IS_WSMAN_CLIENT (self));

  changed = g_strcmp0 (user, avb_wsman_http_get_user (self->http)) != 0;
  avb_wsman_http_set_login (self->http, user, password);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
}

void
avb_wsman_client_set_trusted_fingerprint (AvbWsmanClient *self, const char *fingerprint)
{
  g_return_if_fail (AVB_IS_WSMAN_CLIENT (self));

  if (g_strcmp0 (fingerprint, avb_wsman_http_get_fingerprint (self->http)) == 0)
    return;
  avb_wsman_http_set_fingerprint (self->http, fingerprint);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRUSTED_FINGERPRINT]);
}

void
avb_wsman_client_close (AvbWsmanClient *self)
{
  g_return_if_fail (AVB_IS_WSMAN_CLIENT (self));

  if (self->closed)
    return;
  self->closed = TRUE;
  avb_wsman_http_close (self->http);
}

/* --- calls of one message --- */

static DexFuture *
identify_fiber (gpointer data)
{
  AvbWsmanWork   *work = data;
  AvbWsmanRequest request = { .verb = AVB_WSMAN_IDENTIFY };
  GError         *error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = avb_wsman_client_exchange (work->client, &request, NULL, &error);

  if (answer == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_string (g_steal_pointer (&answer->product));
}

DexFuture *
avb_wsman_client_identify (AvbWsmanClient *self)
{
  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self), NULL);

  return avb_wsman_work_run (avb_wsman_work_new (self, NULL), identify_fiber);
}

/* The one object of an answer: DSP0226 clause 7.2 (Get), 9 (custom actions) */
static DexFuture *
take_object (AvbWsmanAnswer *answer)
{
  if (answer->items->len != 1)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, NULL, _("The host sent an answer that cannot be read.")));
  return dex_future_new_take_boxed (AVB_TYPE_WMI_OBJECT, g_ptr_array_steal_index (answer->items, 0));
}

static DexFuture *
object_fiber (gpointer data)
{
  AvbWsmanWork    *work = data;
  g_autofree char *resource
      = avb_wsman_resource_uri (avb_wmi_path_get_namespace (work->path), avb_wmi_path_get_class (work->path));
  g_autofree char *body
      = work->text != NULL ? avb_wsman_invoke_body (resource, work->text, work->parameters) : NULL;
  AvbWsmanRequest request = {
    .verb = work->text != NULL ? AVB_WSMAN_INVOKE : AVB_WSMAN_GET,
    .resource = resource,
    .path = work->path,
    .method = work->text,
    .body = body,
  };
  GError *error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = avb_wsman_client_exchange (work->client, &request, NULL, &error);

  return answer != NULL ? take_object (answer) : dex_future_new_for_error (error);
}

DexFuture *
avb_wsman_client_get (AvbWsmanClient *self, AvbWmiPath *path)
{
  AvbWsmanWork *work;

  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && path != NULL, NULL);

  work = avb_wsman_work_new (self, NULL);
  work->path = avb_wmi_path_ref (path);
  return avb_wsman_work_run (work, object_fiber);
}

DexFuture *
avb_wsman_client_invoke (AvbWsmanClient *self, AvbWmiPath *path, const char *method, AvbWmiObject *parameters)
{
  AvbWsmanWork *work;

  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && path != NULL, NULL);
  g_return_val_if_fail (method != NULL && avb_wmi_is_name (method), NULL);

  work = avb_wsman_work_new (self, method);
  work->path = avb_wmi_path_ref (path);
  /* The caller may change it while this waits. */
  work->parameters = parameters != NULL ? avb_wmi_object_copy (parameters) : NULL;
  return avb_wsman_work_run (work, object_fiber);
}
