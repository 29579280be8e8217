/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* The display: where it is, a socket to it, a picture of it. */

#define MAX_SCREENSHOT (64 * 1024 * 1024)

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  return host == NULL || g_str_equal (host, "localhost")
         || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* (nullable) (transfer full): where a server that listens on @host of @uri's host is reached: one
 * that listens on all addresses is reached at that by which we know the host */
static char *
find_host (const char *host, const char *uri)
{
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;
  g_autoptr (GUri) parsed = NULL;

  if (address == NULL || !g_inet_address_get_is_any (address))
    return g_strdup (host);
  parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  return parsed != NULL ? g_strdup (g_uri_get_host (parsed)) : NULL;
}

/* (nullable): whom this computer trusts to say who @uri's host is: the same authorities as for
 * libvirt's own TLS (https://libvirt.org/kbase/tlscerts.html), or those that were set up for SPICE.
 */
static char *
find_authorities (const char *uri)
{
  static const char *const usual[]
      = { "/etc/pki/libvirt-spice/ca-cert.pem", "/etc/pki/CA/cacert.pem" };
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *query = parsed != NULL ? g_uri_get_query (parsed) : NULL;
  g_autoptr (GHashTable) parameters
      = query != NULL ? g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
  const char      *folder = parameters != NULL ? g_hash_table_lookup (parameters, "pkipath") : NULL;
  g_autofree char *own
      = folder != NULL ? g_build_filename (folder, "cacert.pem", NULL)
                       : g_build_filename (g_get_home_dir (), ".pki/libvirt/cacert.pem", NULL);

  if (g_file_test (own, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&own);
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (g_file_test (usual[i], G_FILE_TEST_IS_REGULAR))
      return g_strdup (usual[i]);
  return NULL;
}

/* With the password, where this connection may know it. */
static AvbDomainXml *
read_with_password (virDomain *domain, AvbLibvirtCall *call, GError **error)
{
  AvbDomainXml *xml = avb_libvirt_call_read_definition (domain, VIR_DOMAIN_XML_SECURE, call, NULL);

  return xml != NULL ? xml : avb_libvirt_call_read_definition (domain, 0, call, error);
}

/* A socket cannot be handed over from another computer. */
static void
become_remote (AvbConsoleEndpoint *endpoint, const char *uri)
{
  g_autofree char *host = find_host (endpoint->host, uri);

  endpoint->kind
      = endpoint->kind == AVB_CONSOLE_SPICE_FD ? AVB_CONSOLE_SPICE_HOST : AVB_CONSOLE_VNC_HOST;
  g_set_str (&endpoint->host, host);
  if (endpoint->tls_port != 0)
    endpoint->ca_file = find_authorities (uri);
  if ((endpoint->port == 0 && endpoint->tls_port == 0) || is_loopback (endpoint->host))
    {
      endpoint->kind = AVB_CONSOLE_NONE;
      endpoint->reason = g_strdup (_ ("The display of this machine listens on its own host only."));
    }
}

static DexFuture *
find_console_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = read_with_password (domain, call, &error);
  AvbConsoleEndpoint *endpoint;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  endpoint = avb_domain_xml_find_console (xml);
  if (endpoint->kind != AVB_CONSOLE_NONE && virDomainIsActive (domain) != 1)
    {
      endpoint->kind = AVB_CONSOLE_NONE;
      endpoint->reason = g_strdup (_ ("The machine is not running."));
    }
  else if (endpoint->kind != AVB_CONSOLE_NONE && call->driver == AVB_LIBVIRT_DRIVER_QEMU_REMOTE)
    become_remote (endpoint, call->text);
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

DexFuture *
avb_libvirt_machine_find_console (AvbMachine *machine)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  AvbLibvirtCall *call = avb_libvirt_call_new (
      machine, find_console_thread, _ ("The display could not be looked up."));

  if (call != NULL)
    call->text = g_strdup (avb_connection_get_uri (connection));
  return avb_libvirt_call_run (call);
}

static DexFuture *
open_console_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (domain, 0, call, &error);
  int index, fd;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  index = avb_domain_xml_find_display (xml);
  if (index < 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                       NULL,
                       _ ("The display of this machine speaks neither SPICE nor VNC.")));
  fd = virDomainOpenGraphicsFD (domain, index, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH);
  return fd < 0 ? avb_libvirt_future_error (call->what) : dex_future_new_for_int (fd);
}

DexFuture *
avb_libvirt_machine_open_console_fd (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, open_console_thread, _ ("The display could not be connected to.")));
}

static int
screenshot_cb (virStream *stream, const char *data, size_t size, void *user_data)
{
  GByteArray *bytes = user_data;

  if (bytes->len + size > MAX_SCREENSHOT)
    return -1;
  g_byte_array_append (bytes, (const guint8 *) data, size);
  return size;
}

static DexFuture *
screenshot_thread (virDomain *domain, AvbLibvirtCall *call)
{
  g_autoptr (virStream) stream = virStreamNew (virDomainGetConnect (domain), 0);
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *mime_type = NULL;
  char            *type;

  if (stream == NULL || (type = virDomainScreenshot (domain, stream, 0, 0)) == NULL)
    return avb_libvirt_future_error (call->what);
  mime_type = g_strdup (type);
  free (type);
  if (virStreamRecvAll (stream, screenshot_cb, array) < 0)
    {
      GError *error = avb_libvirt_error_new (call->what);

      /* virStreamRecvAll() has aborted the stream. */
      return dex_future_new_for_error (error);
    }
  if (virStreamFinish (stream) < 0)
    return avb_libvirt_future_error (call->what);
  if (g_str_equal (mime_type, "image/x-portable-pixmap") || g_str_equal (mime_type, "image/png"))
    {
      bytes = g_byte_array_free_to_bytes (g_steal_pointer (&array));
      return dex_future_new_take_boxed (AVB_TYPE_SCREENSHOT, avb_screenshot_new (mime_type, bytes));
    }
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_NOT_SUPPORTED, mime_type, _ ("The picture of the display is of an unknown kind.")));
}

DexFuture *
avb_libvirt_machine_take_screenshot (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, screenshot_thread, _ ("No picture of the display could be taken.")));
}
