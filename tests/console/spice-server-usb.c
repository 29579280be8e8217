/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The guest's side of the usbredir protocol, as far as to see what is plugged in. */

#include "config.h"

#include "tests/console/spice-server-usb.h"

#include <stdio.h>
#include <string.h>

#include "tests/console/spice-server-agent.h"

#define HEADER 12 /* type, length, id: 32 bits each, little-endian */
#define HELLO 0
#define DEVICE_CONNECT 1
#define DEVICE_DISCONNECT 2

typedef struct {
  SpiceCharDeviceInstance instance;
  GByteArray             *in;  /* from the client */
  GByteArray             *out; /* to it */
} Port;

static void
append_u32 (GByteArray *array, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (array, (const guint8 *) &value, sizeof value);
}

static guint32
get_u32 (const guint8 *data)
{
  return (guint32) data[0] | (guint32) data[1] << 8 | (guint32) data[2] << 16
         | (guint32) data[3] << 24;
}

/* Without any capability: headers stay short. */
static void
say_hello (Port *port)
{
  guint8 version[64] = "test";

  append_u32 (port->out, HELLO);
  append_u32 (port->out, sizeof version + 4);
  append_u32 (port->out, 0);
  g_byte_array_append (port->out, version, sizeof version);
  append_u32 (port->out, 0);
  spice_server_char_device_wakeup (&port->instance);
}

static void
state (SpiceCharDeviceInstance *instance, int connected)
{
  Port *port = SPICE_CONTAINEROF (instance, Port, instance);

  g_byte_array_set_size (port->in, 0);
  g_byte_array_set_size (port->out, 0);
  if (connected)
    say_hello (port);
}

static int
write_cb (SpiceCharDeviceInstance *instance, const uint8_t *data, int length)
{
  Port *port = SPICE_CONTAINEROF (instance, Port, instance);

  g_byte_array_append (port->in, data, (guint) length);
  while (port->in->len >= HEADER)
    {
      const guint8 *packet = port->in->data;
      guint32       type = get_u32 (packet);
      guint32       size = get_u32 (packet + 4);

      if (port->in->len - HEADER < size)
        break;
      /* speed, class, subclass, protocol, vendor, product */
      if (type == DEVICE_CONNECT && size >= 8)
        report ("usb-connect %02x%02x:%02x%02x",
                packet[HEADER + 5],
                packet[HEADER + 4],
                packet[HEADER + 7],
                packet[HEADER + 6]);
      else if (type == DEVICE_DISCONNECT)
        report ("usb-disconnect");
      g_byte_array_remove_range (port->in, 0, HEADER + size);
    }
  return length;
}

static int
read_cb (SpiceCharDeviceInstance *instance, uint8_t *data, int length)
{
  Port *port = SPICE_CONTAINEROF (instance, Port, instance);
  guint n = MIN ((guint) length, port->out->len);

  if (n > 0)
    {
      memcpy (data, port->out->data, n);
      g_byte_array_remove_range (port->out, 0, n);
    }
  return (int) n;
}

static SpiceCharDeviceInterface interface = {
  .base.type = SPICE_INTERFACE_CHAR_DEVICE,
  .base.description = "test usbredir",
  .base.major_version = SPICE_INTERFACE_CHAR_DEVICE_MAJOR,
  .base.minor_version = SPICE_INTERFACE_CHAR_DEVICE_MINOR,
  .state = state,
  .write = write_cb,
  .read = read_cb,
};

gboolean
server_usb_execute (SpiceServer *server, const char *line)
{
  int n;

  if (sscanf (line, "usb-ports %d", &n) != 1)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      Port *port = g_new0 (Port, 1);

      port->in = g_byte_array_new ();
      port->out = g_byte_array_new ();
      port->instance.base.sif = &interface.base;
      port->instance.subtype = "usbredir";
      spice_server_add_interface (server, &port->instance.base);
    }
  return TRUE;
}
