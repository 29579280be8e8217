/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-bridge.h"

#include <spice/protocol.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/console/avb-spice-wire.h"

#define CHANNEL_TYPE_AT (sizeof (SpiceLinkHeader) + G_STRUCT_OFFSET (SpiceLinkMess, channel_type))

typedef struct {
  int                 references; /* one for each direction */
  GIOStream          *server;
  GSocketConnection  *client;
  GCancellable       *cancellable;
  AvbSpiceWire        wire;
  GWeakRef            owner;
  AvbSpiceBridgeEnded ended;
  gsize               n_up; /* bytes that the client sent */
  gboolean            deaf; /* the server takes nothing any more */
  guint8              down[65536];
  guint8              up[16384];
} Bridge;

static void read_down (Bridge *bridge);
static void read_up   (Bridge *bridge);

static void
bridge_unref (Bridge *bridge)
{
  if (--bridge->references > 0)
    return;
  /* Without waiting: nobody is there who would hear of a problem. */
  g_io_stream_close_async (bridge->server, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (bridge->client), NULL, NULL);
  g_object_unref (bridge->server);
  g_object_unref (bridge->client);
  g_object_unref (bridge->cancellable);
  g_weak_ref_clear (&bridge->owner);
  g_free (bridge);
}

/* The client reads what is there, then sees the end, and closes. */
static void
end_down (Bridge *bridge, const GError *error)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&bridge->owner);

  if (owner != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    bridge->ended (owner, error);
  g_socket_shutdown (g_socket_connection_get_socket (bridge->client), FALSE, TRUE, NULL);
  bridge_unref (bridge);
}

static void
written_down_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bridge *bridge = data;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_down (bridge);
  else
    end_down (bridge, error);
}

static void
read_down_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bridge *bridge = data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n <= 0 || !avb_spice_wire_check (&bridge->wire, bridge->down, (gsize) n, &error))
    end_down (bridge, error);
  else
    g_output_stream_write_all_async (
        g_io_stream_get_output_stream (G_IO_STREAM (bridge->client)),
        bridge->down,
        (gsize) n,
        G_PRIORITY_DEFAULT,
        bridge->cancellable,
        written_down_cb,
        bridge);
}

static void
read_down (Bridge *bridge)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (bridge->server),
                             bridge->down,
                             sizeof bridge->down,
                             G_PRIORITY_DEFAULT,
                             bridge->cancellable,
                             read_down_cb,
                             bridge);
}

static void
written_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bridge *bridge = data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    bridge->deaf = TRUE;
  read_up (bridge);
}

static void
read_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bridge *bridge = data;
  gssize  n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  /* The client's first words say which channel it wants. */
  if (n > 0 && CHANNEL_TYPE_AT - bridge->n_up < (gsize) n)
    bridge->wire.channel_type = bridge->up[CHANNEL_TYPE_AT - bridge->n_up];
  if (n > 0 && bridge->n_up <= CHANNEL_TYPE_AT)
    bridge->n_up += (gsize) n;
  if (n <= 0)
    {
      /* The client is gone, and with it the reason for the rest. */
      g_cancellable_cancel (bridge->cancellable);
      bridge_unref (bridge);
    }
  else if (bridge->deaf)
    read_up (bridge);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (bridge->server),
                                     bridge->up,
                                     (gsize) n,
                                     G_PRIORITY_DEFAULT,
                                     bridge->cancellable,
                                     written_up_cb,
                                     bridge);
}

static void
read_up (Bridge *bridge)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (bridge->client)),
                             bridge->up,
                             sizeof bridge->up,
                             G_PRIORITY_DEFAULT,
                             bridge->cancellable,
                             read_up_cb,
                             bridge);
}

int
avb_spice_bridge_start (GIOStream          *server,
                        GObject            *owner,
                        AvbSpiceBridgeEnded ended,
                        GError            **error)
{
  g_autoptr (GSocket) socket = NULL;
  Bridge *bridge;
  int     ends[2];

  g_return_val_if_fail (G_IS_IO_STREAM (server), -1);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    {
      int number = errno;

      g_set_error_literal (
          error, G_IO_ERROR, g_io_error_from_errno (number), g_strerror (number));
      return -1;
    }
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    {
      close (ends[0]);
      close (ends[1]);
      return -1;
    }
  bridge = g_new0 (Bridge, 1);
  bridge->references = 2;
  bridge->server = g_object_ref (server);
  bridge->client = g_socket_connection_factory_create_connection (socket);
  bridge->cancellable = g_cancellable_new ();
  bridge->ended = ended;
  g_weak_ref_init (&bridge->owner, owner);
  read_down (bridge);
  read_up (bridge);
  return ends[1];
}
