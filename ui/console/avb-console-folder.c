/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-folder.h"

struct _AvbConsoleFolder {
  GObject parent_instance;

  AvbSpiceSession *session;
  SpiceChannel    *channel; /* that the server offers, nullable */
  gboolean         taken;
  char            *path;
  gboolean         read_only;
};

G_DEFINE_FINAL_TYPE (AvbConsoleFolder, avb_console_folder, G_TYPE_OBJECT)

enum { PROP_0, PROP_PATH, PROP_READ_ONLY, PROP_AVAILABLE, N_PROPS };
static GParamSpec *properties[N_PROPS];

#define SESSION_KEY "avb-console-folder"

/* spice-client-glib's own choice would be the user's public folder: without a folder there is none. */
static void
avb_console_folder_prepare (AvbConsoleFolder *self, SpiceSession *spice)
{
  g_object_set (spice, "shared-dir", self->path, "share-dir-ro", self->read_only, NULL);
}

static void
avb_console_folder_take (AvbConsoleFolder *self)
{
  SpiceSession *spice = avb_spice_session_get_spice (self->session);

  if (self->path == NULL || self->channel == NULL || spice == NULL)
    return;
  avb_console_folder_prepare (self, spice);
  if (self->taken)
    return;
  self->taken = TRUE;
  avb_spice_session_take_channel (self->session, self->channel);
}

static void
prepare_cb (AvbSpiceSession *session, SpiceSession *spice, AvbConsoleFolder *self)
{
  avb_console_folder_prepare (self, spice);
}

static void
avb_console_folder_set_channel (AvbConsoleFolder *self, SpiceChannel *channel)
{
  self->taken = FALSE;
  if (g_set_object (&self->channel, channel))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
}

static void
channel_cb (AvbSpiceSession *session, SpiceChannel *channel, AvbConsoleFolder *self)
{
  if (!SPICE_IS_WEBDAV_CHANNEL (channel))
    return;
  avb_console_folder_set_channel (self, channel);
  avb_console_folder_take (self);
}

static void
ended_cb (AvbSpiceSession *session, AvbConsoleFolder *self)
{
  avb_console_folder_set_channel (self, NULL);
}

static void
avb_console_folder_dispose (GObject *object)
{
  AvbConsoleFolder *self = AVB_CONSOLE_FOLDER (object);

  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_object_set_data (G_OBJECT (self->session), SESSION_KEY, NULL);
      avb_console_folder_share (self, NULL, TRUE);
    }
  g_clear_object (&self->channel);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (avb_console_folder_parent_class)->dispose (object);
}

static void
avb_console_folder_finalize (GObject *object)
{
  g_free (AVB_CONSOLE_FOLDER (object)->path);
  G_OBJECT_CLASS (avb_console_folder_parent_class)->finalize (object);
}

static void
avb_console_folder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleFolder *self = AVB_CONSOLE_FOLDER (object);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_READ_ONLY:
      g_value_set_boolean (value, self->read_only);
      break;
    case PROP_AVAILABLE:
      g_value_set_boolean (value, self->channel != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_folder_class_init (AvbConsoleFolderClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_folder_dispose;
  object_class->finalize = avb_console_folder_finalize;
  object_class->get_property = avb_console_folder_get_property;
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_READ_ONLY] = g_param_spec_boolean ("read-only", NULL, NULL, TRUE, flags);
  properties[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_console_folder_init (AvbConsoleFolder *self)
{
  self->read_only = TRUE;
}

AvbConsoleFolder *
avb_console_folder_for_session (AvbSpiceSession *session)
{
  AvbConsoleFolder *self;

  g_return_val_if_fail (AVB_IS_SPICE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), SESSION_KEY);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (AVB_TYPE_CONSOLE_FOLDER, NULL);
  self->session = g_object_ref (session);
  g_object_set_data (G_OBJECT (session), SESSION_KEY, self);
  g_signal_connect (session, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (session, "channel", G_CALLBACK (channel_cb), self);
  g_signal_connect (session, "ended", G_CALLBACK (ended_cb), self);
  /* Of a session that was there before. */
  if (avb_spice_session_get_spice (session) != NULL)
    {
      g_autoptr (GList) channels
          = spice_session_get_channels (avb_spice_session_get_spice (session));

      avb_console_folder_prepare (self, avb_spice_session_get_spice (session));
      for (GList *l = channels; l != NULL; l = l->next)
        channel_cb (session, l->data, self);
    }
  return self;
}

gboolean
avb_console_folder_get_available (AvbConsoleFolder *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_FOLDER (self), FALSE);
  return self->channel != NULL;
}

const char *
avb_console_folder_get_path (AvbConsoleFolder *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_FOLDER (self), NULL);
  return self->path;
}

gboolean
avb_console_folder_get_read_only (AvbConsoleFolder *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_FOLDER (self), TRUE);
  return self->read_only;
}

void
avb_console_folder_share (AvbConsoleFolder *self, const char *path, gboolean read_only)
{
  SpiceSession *spice;

  g_return_if_fail (AVB_IS_CONSOLE_FOLDER (self));
  g_return_if_fail (path == NULL || g_path_is_absolute (path));

  self->read_only = path == NULL || read_only;
  g_set_str (&self->path, path);
  spice = avb_spice_session_get_spice (self->session);
  if (path != NULL)
    avb_console_folder_take (self);
  else if (spice != NULL && self->taken)
    {
      self->taken = FALSE;
      spice_channel_disconnect (self->channel, SPICE_CHANNEL_NONE);
      avb_console_folder_prepare (self, spice);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READ_ONLY]);
}
