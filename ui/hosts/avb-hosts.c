/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-hosts.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-text-line.h"

#define OWN_KEY "use-default-connection"
#define OTHERS_KEY "connections"

typedef struct {
  AvbLibrary *library;
  char       *uri;
  guint       position; /* among the kept ones */
  gboolean    own;
  gboolean    kept;
} Removed;

static void
removed_free (gpointer data, GClosure *closure)
{
  Removed *removed = data;

  g_object_unref (removed->library);
  g_free (removed->uri);
  g_free (removed);
}

static gboolean
is_own (AvbLibrary *library, const char *uri)
{
  return g_strcmp0 (avb_library_get_default_uri (library), uri) == 0;
}

/* Without @uri, or with it at @position. Returns: where it was, or G_MAXUINT */
static guint
set_kept (GSettings *settings, const char *uri, gboolean keep, guint position)
{
  g_auto (GStrv) uris = g_settings_get_strv (settings, OTHERS_KEY);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) changed = NULL;
  guint          was = G_MAXUINT;
  guint          n = 0;

  for (guint i = 0; uris[i] != NULL; i++)
    {
      if (g_str_equal (uris[i], uri))
        {
          was = i;
          continue;
        }
      if (keep && n++ == position)
        g_strv_builder_add (builder, uri);
      g_strv_builder_add (builder, uris[i]);
    }
  if (keep && n <= position)
    g_strv_builder_add (builder, uri);
  changed = g_strv_builder_end (builder);
  g_settings_set_strv (settings, OTHERS_KEY, (const char *const *) changed);
  return was;
}

AvbConnection *
avb_hosts_add (AvbLibrary *library, const char *uri, GError **error)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  AvbConnection *connection;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  connection = avb_library_open (library, uri, error);
  if (connection == NULL)
    return NULL;
  if (is_own (library, uri))
    g_settings_set_boolean (settings, OWN_KEY, TRUE);
  else
    set_kept (settings, uri, TRUE, G_MAXUINT - 1);
  return connection;
}

gboolean
avb_hosts_is_kept (AvbLibrary *library, AvbConnection *connection)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  g_auto (GStrv) uris = g_settings_get_strv (settings, OTHERS_KEY);
  const char *uri = avb_connection_get_uri (connection);

  return g_strv_contains ((const char *const *) uris, uri)
         || (is_own (library, uri) && g_settings_get_boolean (settings, OWN_KEY));
}

static void
undo_cb (AdwToast *toast, Removed *removed)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);

  if (avb_library_open (removed->library, removed->uri, NULL) == NULL || !removed->kept)
    return;
  if (removed->own)
    g_settings_set_boolean (settings, OWN_KEY, TRUE);
  else
    set_kept (settings, removed->uri, TRUE, removed->position);
}

AdwToast *
avb_hosts_remove (AvbLibrary *library, AvbConnection *connection)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  g_autofree char *name = avb_text_make_line (avb_connection_get_name (connection), 60);
  g_autofree char *title = NULL;
  Removed         *removed = g_new0 (Removed, 1);
  AdwToast        *toast = adw_toast_new ("");

  removed->library = g_object_ref (library);
  removed->uri = g_strdup (avb_connection_get_uri (connection));
  removed->kept = avb_hosts_is_kept (library, connection);
  removed->own = is_own (library, removed->uri);
  if (removed->own)
    g_settings_set_boolean (settings, OWN_KEY, FALSE);
  else
    removed->position = set_kept (settings, removed->uri, FALSE, 0);
  avb_library_remove (library, connection);
  /* Translators: %s is the name of a host */
  title = g_strdup_printf (_("“%s” removed"), name);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), removed, removed_free,
                         G_CONNECT_DEFAULT);
  return toast;
}
