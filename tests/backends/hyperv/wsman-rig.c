/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/hyperv/wsman-rig.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "backends/avb-certificate-request.h"

typedef struct {
  guint    status;
  char    *type;
  char    *text;
  char    *location;
  gboolean silent;
} WsmanReply;

static GSList *retired; /* of SoupServer */

static void
reply_free (gpointer data)
{
  WsmanReply *reply = data;

  g_free (reply->type);
  g_free (reply->text);
  g_free (reply->location);
  g_free (reply);
}

static char *
get_message_id (const char *request)
{
  const char *start = strstr (request, "<a:MessageID>");
  const char *end = start != NULL ? strstr (start, "</a:MessageID>") : NULL;

  return end != NULL ? g_strndup (start + strlen ("<a:MessageID>"), end - start - strlen ("<a:MessageID>")) : g_strdup ("");
}

static void
give (SoupServerMessage *message, const WsmanReply *reply, const char *request)
{
  g_autofree char *id = get_message_id (request);
  g_autoptr (GString) text = g_string_new (reply->text != NULL ? reply->text : "");

  g_string_replace (text, "@ID@", id, 0);
  soup_server_message_set_status (message, reply->status, NULL);
  if (reply->location != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Location", reply->location);
  if (reply->type != NULL)
    soup_server_message_set_response (message, reply->type, SOUP_MEMORY_COPY, text->str, text->len);
}

/* MS-NLMP 2.2.1.2, with the names of a domain and a host (2.2.2.1). What the answer proves is for the simulated host. */
static char *
new_challenge (void)
{
  static const guint8 message[] = {
    'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 2, 0, 0, 0, 2, 0, 2, 0, 56, 0, 0, 0, /* name of the target */
    0x05, 0x02, 0x89, 0xa2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0,    /* flags, challenge */
    16, 0, 16, 0, 58, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 15, 'H', 0,               /* names, version */
    2, 0, 2, 0, 'D', 0, 1, 0, 2, 0, 'H', 0, 0, 0, 0, 0,
  };

  return g_base64_encode (message, sizeof (message));
}

static gboolean
is_let_in_by_ntlm (WsmanRig *self, SoupServerMessage *message, const char *login)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  gsize               prefix = strlen (self->ntlm);
  g_autofree char    *challenge = new_challenge ();
  g_autofree char    *offer = g_strconcat (self->ntlm, " ", challenge, NULL);
  g_autofree guchar  *token = NULL;
  gsize               length = 0;

  if (login != NULL && strncmp (login, self->ntlm, prefix) == 0 && login[prefix] == ' ')
    token = g_base64_decode (login + prefix + 1, &length);
  if (length > 64 && memcmp (token, "NTLMSSP\0\3", 9) == 0)
    {
      /* The user's name is in it as UTF-16. */
      g_assert_nonnull (memmem (token, length, "u\0s\0e\0r\0", 8));
      return TRUE;
    }
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  soup_message_headers_replace (headers, "WWW-Authenticate", length > 0 ? offer : self->ntlm);
  return FALSE;
}

static gboolean
is_let_in (WsmanRig *self, SoupServerMessage *message, const char *login)
{
  if (self->ntlm != NULL)
    return is_let_in_by_ntlm (self, message, login);
  if (self->login == NULL || g_strcmp0 (login, self->login) == 0)
    return TRUE;
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "WWW-Authenticate", self->offer);
  return FALSE;
}

static void
request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  WsmanRig        *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *login = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");
  g_autofree char *request = g_strndup (body->data != NULL ? body->data : "", body->length);
  WsmanReply      *reply;

  g_ptr_array_add (self->requests, g_strdup (request));
  g_ptr_array_add (self->logins, g_strdup (login != NULL ? login : ""));
  if (!is_let_in (self, message, login))
    return;
  reply = g_queue_pop_head (&self->answers);
  if (reply == NULL)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_IMPLEMENTED, "Nothing was said for this");
      return;
    }
  if (reply->silent)
    {
      soup_server_message_pause (message);
      self->held = g_slist_prepend (self->held, g_object_ref (message));
    }
  else
    give (message, reply, request);
  reply_free (reply);
}

static void
certificate_cb (AvbWsmanClient *client, GTlsCertificate *certificate, GTlsCertificateFlags flags, WsmanRig *self)
{
  self->n_certificates++;
  self->flags = flags;
  g_free (self->fingerprint);
  self->fingerprint = avb_certificate_fingerprint (certificate);
}

WsmanRig *
wsman_rig_new (GTlsCertificate *certificate)
{
  WsmanRig *self = g_new0 (WsmanRig, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  g_queue_init (&self->answers);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->logins = g_ptr_array_new_with_free_func (g_free);
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, "/wsman", request_cb, self, NULL);
  soup_server_listen_local (self->server, 0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0), &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("%s://127.0.0.1:%d/wsman", certificate != NULL ? "https" : "http",
                                   g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->client = avb_wsman_client_new (self->address, "root/virtualization/v2");
  g_signal_connect (self->client, "certificate", G_CALLBACK (certificate_cb), self);
  return self;
}

void
wsman_rig_free (WsmanRig *self)
{
  g_assert_cmpuint (g_queue_get_length (&self->answers), ==, 0);
  avb_wsman_client_close (self->client);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_object_unref (self->client);
  for (GSList *l = self->held; l != NULL; l = l->next)
    soup_server_message_unpause (l->data);
  g_slist_free_full (self->held, g_object_unref);
  /* One that is taken down while somebody has just refused its certificate uses the connection after it is freed (libsoup
   * 3.6): it stays, and has nothing to say. */
  soup_server_remove_handler (self->server, "/wsman");
  retired = g_slist_prepend (retired, self->server);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->logins);
  g_free (self->address);
  g_free (self->login);
  g_free (self->fingerprint);
  g_free (self);
}

static WsmanReply *
add (WsmanRig *self, guint status)
{
  WsmanReply *reply = g_new0 (WsmanReply, 1);

  reply->status = status;
  g_queue_push_tail (&self->answers, reply);
  return reply;
}

static void
add_file (WsmanRig *self, guint status, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".soap", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("AVB_ANSWERS"), file, NULL);
  g_autoptr (GError) error = NULL;
  WsmanReply *reply = add (self, status);

  g_file_get_contents (path, &reply->text, NULL, &error);
  g_assert_no_error (error);
  reply->type = g_strdup ("application/soap+xml;charset=UTF-8");
}

void
wsman_rig_add (WsmanRig *self, const char *name)
{
  add_file (self, SOUP_STATUS_OK, name);
}

void
wsman_rig_add_fault (WsmanRig *self, const char *name)
{
  add_file (self, SOUP_STATUS_INTERNAL_SERVER_ERROR, name);
}

void
wsman_rig_add_raw (WsmanRig *self, guint status, const char *type, const char *text)
{
  WsmanReply *reply = add (self, status);

  reply->type = g_strdup (type);
  reply->text = g_strdup (text);
}

void
wsman_rig_add_redirect (WsmanRig *self, const char *location)
{
  add (self, SOUP_STATUS_TEMPORARY_REDIRECT)->location = g_strdup (location);
}

void
wsman_rig_add_silence (WsmanRig *self)
{
  add (self, 0)->silent = TRUE;
}

static const struct {
  const char *prefix;
  const char *ns;
} prefixes[] = {
  { "s", "http://www.w3.org/2003/05/soap-envelope" },
  { "a", "http://schemas.xmlsoap.org/ws/2004/08/addressing" },
  { "w", "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" },
  { "n", "http://schemas.xmlsoap.org/ws/2004/09/enumeration" },
  { "e", "http://schemas.xmlsoap.org/ws/2004/08/eventing" },
  { "i", "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd" },
  { "p", "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_VirtualSystemManagementService" },
  { "xsi", "http://www.w3.org/2001/XMLSchema-instance" },
};

char *
wsman_rig_dup_value (WsmanRig *self, guint index, const char *path)
{
  const char *request;
  xmlDoc     *document;
  xmlXPathContext *context;
  xmlXPathObject  *result;
  xmlChar *value;
  char    *copy;

  g_assert_cmpuint (index, <, self->requests->len);
  request = self->requests->pdata[index];
  document = xmlReadMemory (request, (int) strlen (request), NULL, NULL, XML_PARSE_NONET);
  g_assert_nonnull (document);
  context = xmlXPathNewContext (document);
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    xmlXPathRegisterNs (context, BAD_CAST prefixes[i].prefix, BAD_CAST prefixes[i].ns);
  result = xmlXPathEvalExpression (BAD_CAST path, context);
  g_assert_nonnull (result);
  value = xmlXPathCastToString (result);
  copy = g_strdup ((char *) value);
  xmlFree (value);
  xmlXPathFreeObject (result);
  xmlXPathFreeContext (context);
  xmlFreeDoc (document);
  return copy;
}

void
wsman_rig_check (WsmanRig *self, guint index, const char *path, const char *value)
{
  g_autofree char *found = wsman_rig_dup_value (self, index, path);

  if (!g_str_equal (found, value))
    g_error ("%s of request %u is “%s”, not “%s”:\n%s", path, index, found, value,
             (char *) self->requests->pdata[index]);
}
