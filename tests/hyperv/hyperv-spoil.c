/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Answers that a client must survive. */

/* All that tells a client what something is, made wrong. */
char *
hv_spoil_namespaces (const char *envelope)
{
  g_autoptr (GString) text = g_string_new (envelope);

  g_string_replace (text, "http://schemas.xmlsoap.org/", "http://nowhere.example/", 0);
  g_string_replace (text, "http://schemas.dmtf.org/", "http://nowhere.example/", 0);
  g_string_replace (text, "http://schemas.microsoft.com/", "http://nowhere.example/", 0);
  return g_strdup (text->str);
}

static char *
make_many (const char *open, guint n, const char *close)
{
  GString *text = g_string_new ("<s:Envelope xmlns:s=\"" HV_NS_SOAP "\"><s:Header/><s:Body>");

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  for (guint i = 0; close != NULL && i < n; i++)
    g_string_append (text, close);
  g_string_append (text, "</s:Body></s:Envelope>");
  return g_string_free (text, FALSE);
}

static char *
make_entities (void)
{
  GString *text = g_string_new ("<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY e0 \"0123456789\">");

  for (guint i = 1; i < 20; i++)
    g_string_append_printf (text, "<!ENTITY e%u \"&e%u;&e%u;&e%u;&e%u;&e%u;&e%u;&e%u;&e%u;\">", i, i - 1, i - 1, i - 1, i - 1,
                            i - 1, i - 1, i - 1, i - 1);
  g_string_append (text, "]><s:Envelope xmlns:s=\"" HV_NS_SOAP "\"><s:Body><x>&e19;</x></s:Body></s:Envelope>");
  return g_string_free (text, FALSE);
}

/* Says something that SoupServer would not. */
static void
answer_raw (HvCall *call, const char *envelope)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (call->message);
  g_autofree char *head = NULL;

  if (envelope != NULL && stream != NULL)
    {
      head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: " HV_SOAP_TYPE "\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                              strlen (envelope));
      g_output_stream_write_all (g_io_stream_get_output_stream (stream), head, strlen (head), NULL, NULL, NULL);
      g_output_stream_write_all (g_io_stream_get_output_stream (stream), envelope, strlen (envelope) / 2, NULL, NULL, NULL);
    }
  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
  call->gone = TRUE;
  hv_call_free (call);
}

static void
never_answer (HvCall *call)
{
  GIOStream *stream = soup_server_message_steal_connection (call->message);

  if (stream != NULL)
    g_hash_table_add (call->sim->connections, stream);
  call->gone = TRUE;
  hv_call_free (call);
}

static void
redirect (HvCall *call, const char *where)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (call->message), "Location", where);
  hv_call_finish (call, SOUP_STATUS_FOUND, NULL, NULL);
}

void
hv_spoil (HvCall *call, HypervFail kind, const char *envelope)
{
  g_autofree char *text = NULL;
  g_autofree char *other_action = NULL;

  switch (kind)
    {
    case HYPERV_FAIL_UNAVAILABLE:
      hv_call_finish (call, SOUP_STATUS_SERVICE_UNAVAILABLE, "text/html", "<html><body>Service Unavailable</body></html>");
      return;
    case HYPERV_FAIL_SERVER_ERROR:
      hv_call_finish (call, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL, NULL);
      return;
    case HYPERV_FAIL_UNAUTHORIZED:
      hv_call_finish (call, SOUP_STATUS_UNAUTHORIZED, NULL, NULL);
      return;
    case HYPERV_FAIL_NO_ANSWER:
      never_answer (call);
      return;
    case HYPERV_FAIL_DROP:
      answer_raw (call, NULL);
      return;
    case HYPERV_FAIL_CUT:
      answer_raw (call, envelope);
      return;
    case HYPERV_FAIL_GARBAGE:
      hv_call_finish (call, SOUP_STATUS_OK, HV_SOAP_TYPE, "\x7f\x45LF <<<&&& this is not XML >>>");
      return;
    case HYPERV_FAIL_EMPTY:
      hv_call_finish (call, SOUP_STATUS_OK, NULL, NULL);
      return;
    case HYPERV_FAIL_ENTITIES:
      text = make_entities ();
      break;
    case HYPERV_FAIL_HUGE:
      text = make_many ("<x>1</x>", 100000, NULL);
      break;
    case HYPERV_FAIL_DEEP:
      text = make_many ("<x>", 10000, "</x>");
      break;
    case HYPERV_FAIL_WRONG_NAMESPACES:
      text = hv_spoil_namespaces (envelope);
      break;
    case HYPERV_FAIL_WRONG_RELATES_TO:
      other_action = g_strconcat (call->request->action, "Response", NULL);
      text = hv_envelope (other_action, "uuid:00000000-0000-0000-0000-000000000000",
                          strstr (envelope, "<s:Body>") + strlen ("<s:Body>"), NULL);
      /* the body's end, and all after it, is there twice */
      *(strstr (text, "</s:Envelope>") + strlen ("</s:Envelope>")) = '\0';
      break;
    case HYPERV_FAIL_REDIRECT:
      redirect (call, "http://127.0.0.1:9/wsman");
      return;
    case HYPERV_FAIL_REDIRECT_LOOP:
      redirect (call, call->sim->uri);
      return;
    default:
      g_assert_not_reached ();
    }
  hv_call_finish (call, SOUP_STATUS_OK, HV_SOAP_TYPE, text);
}
