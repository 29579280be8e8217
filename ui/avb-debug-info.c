/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-debug-info.h"

#include <adwaita.h>

static const char *
describe_link (AvbLink link)
{
  switch (link)
    {
    case AVB_LINK_CONNECTING:
      return "connecting";
    case AVB_LINK_UP:
      return "up";
    case AVB_LINK_LOST:
      return "lost";
    case AVB_LINK_CLOSED:
      return "closed";
    default:
      return "?";
    }
}

static const char *
describe_acceleration (AvbCapabilities *capabilities)
{
  if (capabilities == NULL)
    return "not known";
  switch (avb_capabilities_get_acceleration (capabilities))
    {
    case AVB_ACCELERATION_HARDWARE:
      return "hardware";
    case AVB_ACCELERATION_NONE:
      return "none";
    case AVB_ACCELERATION_UNKNOWN:
    default:
      return "not known";
    }
}

static void
append_connection (GString *text, AvbConnection *connection)
{
  g_autofree char *uri = avb_debug_info_describe_uri (avb_connection_get_uri (connection));

  g_string_append_printf (text, "- %s: %s, acceleration %s, %u machines\n", uri,
                          describe_link (avb_connection_get_link (connection)),
                          describe_acceleration (avb_connection_get_capabilities (connection)),
                          g_list_model_get_n_items (avb_connection_get_machines (connection)));
}

static void
append_display (GString *text)
{
  GdkDisplay *display = gdk_display_get_default ();
  GListModel *monitors;

  if (display == NULL)
    return;
  g_string_append_printf (text, "Display: %s\n", G_OBJECT_TYPE_NAME (display));
  monitors = gdk_display_get_monitors (display);
  for (guint i = 0; i < g_list_model_get_n_items (monitors); i++)
    {
      g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, i);
      GdkRectangle area;

      gdk_monitor_get_geometry (monitor, &area);
      g_string_append_printf (text, "Monitor: %d × %d at scale %.2f\n", area.width, area.height,
                              gdk_monitor_get_scale (monitor));
    }
}

char *
avb_debug_info_describe_uri (const char *uri)
{
  g_autoptr (GUri) parsed = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = g_uri_parse (uri, G_URI_FLAGS_NON_DNS, NULL);
  if (parsed == NULL)
    return g_strdup ("an unusual address");
  if (g_uri_get_host (parsed) != NULL && *g_uri_get_host (parsed) != '\0')
    return g_strdup_printf ("%s on another host", g_uri_get_scheme (parsed));
  /* The test driver takes a file; its path is nobody's business. */
  if (g_str_equal (g_uri_get_scheme (parsed), "test"))
    return g_strdup ("test");
  return g_strdup_printf ("%s://%s", g_uri_get_scheme (parsed), g_uri_get_path (parsed));
}

char *
avb_debug_info (AvbLibrary *library)
{
  g_autofree char *system = NULL;
  GListModel *connections;
  GString *text;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  text = g_string_new (NULL);
  system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  g_string_append_printf (text, "Alpha VBox %s%s\n", AVB_VERSION,
                          g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? " (Flatpak)" : "");
  g_string_append_printf (text, "System: %s\n", system != NULL ? system : "unknown");
  g_string_append_printf (text, "Desktop: %s\n",
                          g_getenv ("XDG_CURRENT_DESKTOP") != NULL
                              ? g_getenv ("XDG_CURRENT_DESKTOP")
                              : "unknown");
  g_string_append_printf (text, "GTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\n",
                          gtk_get_major_version (), gtk_get_minor_version (),
                          gtk_get_micro_version (), adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
                          glib_minor_version, glib_micro_version);
  append_display (text);
  connections = avb_library_get_connections (library);
  g_string_append_printf (text, "Connections: %u\n", g_list_model_get_n_items (connections));
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      append_connection (text, connection);
    }
  return g_string_free (text, FALSE);
}
