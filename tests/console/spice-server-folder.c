/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/spice-server-folder.h"

#include <spice/protocol.h>
#include <string.h>

#include "tests/console/spice-server-agent.h"

/* Before each piece, either way: whose connection, and how many bytes. */
#define HEAD (sizeof (gint64) + sizeof (guint16))

static SpiceServer            *folder_server;
static SpiceCharDeviceInstance folder;
static GByteArray             *to_client;
static GByteArray             *from_client;
static gint64                  connection;

static int
folder_read (SpiceCharDeviceInstance *instance, uint8_t *buffer, int length)
{
  guint n = MIN ((guint) MAX (length, 0), to_client->len);

  /* An empty array has no data at all. */
  if (n == 0)
    return 0;
  memcpy (buffer, to_client->data, n);
  g_byte_array_remove_range (to_client, 0, n);
  return (int) n;
}

static int
folder_write (SpiceCharDeviceInstance *instance, const uint8_t *buffer, int length)
{
  g_byte_array_append (from_client, buffer, (guint) length);
  while (from_client->len >= HEAD)
    {
      guint16 size;
      int     status;
      g_autofree char *text = NULL;

      memcpy (&size, from_client->data + sizeof (gint64), sizeof size);
      if (from_client->len < HEAD + size)
        break;
      text = g_strndup ((const char *) from_client->data + HEAD, size);
      if (sscanf (text, "HTTP/1.%*d %d", &status) == 1)
        report ("folder %d", status);
      g_byte_array_remove_range (from_client, 0, (guint) (HEAD + size));
    }
  return length;
}

static void
folder_state (SpiceCharDeviceInstance *instance, int connected)
{
}

static void
folder_event (SpiceCharDeviceInstance *instance, uint8_t event)
{
}

static const SpiceCharDeviceInterface folder_interface = {
  .base = { SPICE_INTERFACE_CHAR_DEVICE,
            "folder",
            SPICE_INTERFACE_CHAR_DEVICE_MAJOR,
            SPICE_INTERFACE_CHAR_DEVICE_MINOR },
  .state = folder_state,
  .write = folder_write,
  .read = folder_read,
  .event = folder_event,
};

static void
ask (const char *method, const char *path)
{
  g_autofree char *request = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", method, path);
  guint16 size = (guint16) strlen (request);

  connection++;
  g_byte_array_append (to_client, (const guint8 *) &connection, sizeof connection);
  g_byte_array_append (to_client, (const guint8 *) &size, sizeof size);
  g_byte_array_append (to_client, (const guint8 *) request, size);
  spice_server_char_device_wakeup (&folder);
}

void
folder_init (SpiceServer *server)
{
  folder_server = server;
  to_client = g_byte_array_new ();
  from_client = g_byte_array_new ();
}

void
folder_execute (const char *line)
{
  if (g_str_equal (line, "on"))
    {
      folder.base.sif = &folder_interface.base;
      folder.subtype = "port";
      folder.portname = "org.spice-space.webdav.0";
      spice_server_add_interface (folder_server, &folder.base);
      spice_server_port_event (&folder, SPICE_PORT_EVENT_OPENED);
    }
  else if (g_str_has_prefix (line, "get "))
    ask ("GET", line + strlen ("get "));
  else if (g_str_has_prefix (line, "put "))
    ask ("PUT", line + strlen ("put "));
  else
    g_error ("spice-server: what is “folder %s”?", line);
}
