/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-ending.h"

#define LOOK_MS 50
#define MAX_LOOKS 100

/* spice_session_disconnect() takes the session away from its channels at once, and 0.42 criticizes
 * itself if one of them is just about to handle a message. So the channels are ended first, and the
 * session when they have closed their sockets. */
typedef struct {
  SpiceSession *session;
  int           looks;
  int           quiet_looks;
} Ending;

static gboolean
look_cb (gpointer data)
{
  Ending *ending = data;
  g_autoptr (GList) channels = spice_session_get_channels (ending->session);
  gboolean quiet = TRUE;

  for (GList *l = channels; l != NULL; l = l->next)
    {
      g_autoptr (GSocket) socket = NULL;

      g_object_get (l->data, "socket", &socket, NULL);
      if (socket == NULL)
        continue;
      quiet = FALSE;
      spice_channel_disconnect (l->data, SPICE_CHANNEL_NONE);
    }
  /* Twice, because one may be between its descriptor and its socket. */
  ending->quiet_looks = quiet ? ending->quiet_looks + 1 : 0;
  if (ending->quiet_looks < 2 && ++ending->looks < MAX_LOOKS)
    return G_SOURCE_CONTINUE;
  spice_session_disconnect (ending->session);
  return G_SOURCE_REMOVE;
}

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_object_unref (ending->session);
  g_free (ending);
}

void
avb_spice_ending_start (SpiceSession *session)
{
  Ending *ending;

  g_return_if_fail (SPICE_IS_SESSION (session));

  ending = g_new0 (Ending, 1);
  ending->session = g_object_ref (session);
  if (look_cb (ending))
    g_timeout_add_full (G_PRIORITY_DEFAULT, LOOK_MS, look_cb, ending, ending_free);
  else
    ending_free (ending);
}
