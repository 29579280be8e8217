/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-agent-guard.h"

#include "ui/console/avb-clipboard-format.h"

/* More than the largest piece of a clipboard with its heads. */
#define LIMIT (AVB_CLIPBOARD_LIMIT + 32 * 1024 * 1024)

struct _AvbAgentGuard {
  GObject parent_instance;

  SpiceMainChannel *channel;
  gulong            complete; /* bytes received when the last message was complete */
  guint             look_source;
};

G_DEFINE_FINAL_TYPE (AvbAgentGuard, avb_agent_guard, G_TYPE_OBJECT)

enum { EXCEEDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gulong
avb_agent_guard_get_received (AvbAgentGuard *self)
{
  gulong received = 0;

  g_object_get (self->channel, "total-read-bytes", &received, NULL);
  return received;
}

/* The channel tells nobody that it received something, so it is asked while an agent is there. */
static gboolean
look_cb (gpointer data)
{
  AvbAgentGuard *self = data;

  if (avb_agent_guard_get_received (self) - self->complete <= LIMIT)
    return G_SOURCE_CONTINUE;
  self->look_source = 0;
  g_signal_emit (self, signals[EXCEEDED], 0);
  return G_SOURCE_REMOVE;
}

static void
message_cb (AvbAgentGuard *self)
{
  self->complete = avb_agent_guard_get_received (self);
}

static void
agent_cb (AvbAgentGuard *self)
{
  gboolean connected;

  g_object_get (self->channel, "agent-connected", &connected, NULL);
  message_cb (self);
  if (!connected)
    g_clear_handle_id (&self->look_source, g_source_remove);
  else if (self->look_source == 0)
    self->look_source = g_timeout_add_seconds (1, look_cb, self);
}

static void
avb_agent_guard_dispose (GObject *object)
{
  avb_agent_guard_set_channel (AVB_AGENT_GUARD (object), NULL);
  G_OBJECT_CLASS (avb_agent_guard_parent_class)->dispose (object);
}

static void
avb_agent_guard_class_init (AvbAgentGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_agent_guard_dispose;
  signals[EXCEEDED] = g_signal_new ("exceeded",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0,
                                    NULL,
                                    NULL,
                                    NULL,
                                    G_TYPE_NONE,
                                    0);
}

static void
avb_agent_guard_init (AvbAgentGuard *self)
{
}

AvbAgentGuard *
avb_agent_guard_new (void)
{
  return g_object_new (AVB_TYPE_AGENT_GUARD, NULL);
}

void
avb_agent_guard_set_channel (AvbAgentGuard *self, SpiceMainChannel *channel)
{
  static const char *const messages[] = {
    "main-agent-update",
    "main-clipboard-selection",
    "main-clipboard-selection-grab",
    "main-clipboard-selection-request",
    "main-clipboard-selection-release",
  };

  g_return_if_fail (AVB_IS_AGENT_GUARD (self));

  if (self->channel == channel)
    return;
  g_clear_handle_id (&self->look_source, g_source_remove);
  if (self->channel != NULL)
    g_signal_handlers_disconnect_by_data (self->channel, self);
  g_set_object (&self->channel, channel);
  if (channel == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    g_signal_connect_object (channel, messages[i], G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      channel, "notify::agent-connected", G_CALLBACK (agent_cb), self, G_CONNECT_SWAPPED);
  agent_cb (self);
}
