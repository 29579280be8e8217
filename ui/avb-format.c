/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-format.h"

#include <glib/gi18n-lib.h>

#include "app/avb-host-address.h"
#include "app/avb-text.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define LEFT_TO_RIGHT_MARK "\xe2\x80\x8e"
#define RIGHT_TO_LEFT_MARK "\xe2\x80\x8f"

const char *
avb_format_state (AvbMachineState state)
{
  switch (state)
    {
    case AVB_MACHINE_OFF:
      return _("Off");
    case AVB_MACHINE_SAVED:
      return _("Saved");
    case AVB_MACHINE_RUNNING:
      return _("Running");
    case AVB_MACHINE_PAUSED:
      return _("Paused");
    case AVB_MACHINE_STOPPING:
      return _("Shutting down");
    case AVB_MACHINE_CRASHED:
      return _("Crashed");
    case AVB_MACHINE_UNKNOWN:
    default:
      return _("Unknown");
    }
}

const char *
avb_format_reachable_state (AvbMachineState state, gboolean available)
{
  return available ? avb_format_state (state) : _("Not connected");
}

char *
avb_format_emulation (AvbMachine *machine)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  AvbCapabilities *capabilities =
      connection != NULL ? avb_connection_get_capabilities (connection) : NULL;
  const char *reason = NULL;
  const char *remedy = NULL;

  if (!avb_machine_get_emulated (machine))
    return NULL;
  if (capabilities != NULL)
    {
      reason = avb_capabilities_get_acceleration_reason (capabilities);
      remedy = avb_capabilities_get_acceleration_remedy (capabilities);
    }
  if (reason == NULL)
    reason = _("This machine’s processor is emulated, which is slow.");
  return remedy != NULL ? g_strdup_printf ("%s\n%s", reason, remedy) : g_strdup (reason);
}

const char *
avb_format_state_class (AvbMachineState state)
{
  switch (state)
    {
    case AVB_MACHINE_RUNNING:
      return "running";
    case AVB_MACHINE_PAUSED:
    case AVB_MACHINE_STOPPING:
      return "paused";
    case AVB_MACHINE_SAVED:
      return "saved";
    case AVB_MACHINE_CRASHED:
      return "failed";
    case AVB_MACHINE_OFF:
    case AVB_MACHINE_UNKNOWN:
    default:
      return "off";
    }
}

char *
avb_format_cpus (guint cpus)
{
  return g_strdup_printf (ngettext ("%u CPU", "%u CPUs", cpus), cpus);
}

char *
avb_format_remaining (guint64 seconds)
{
  guint minutes;

  if (seconds == 0)
    return g_strdup ("");
  if (seconds < 60)
    return g_strdup_printf (ngettext ("%u second left", "%u seconds left", (guint) seconds),
                            (guint) seconds);
  minutes = (guint) MIN ((seconds + 30) / 60, G_MAXUINT);
  return g_strdup_printf (ngettext ("%u minute left", "%u minutes left", minutes), minutes);
}

const char *
avb_format_link (AvbLink link)
{
  switch (link)
    {
    case AVB_LINK_CONNECTING:
      return _("Connecting…");
    case AVB_LINK_UP:
      return _("Connected");
    case AVB_LINK_LOST:
      return _("Not connected");
    case AVB_LINK_CLOSED:
    default:
      return _("Closed");
    }
}

char *
avb_format_since (gint64 since, gint64 now)
{
  g_autoptr (GDateTime) then = NULL;
  g_autoptr (GDateTime) today = NULL;
  gint64 minutes;

  if (since <= 0)
    return g_strdup ("");
  minutes = (now - since) / 60;
  if (minutes < 1)
    return g_strdup (_("Just now"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("%u minute ago", "%u minutes ago", (guint) minutes),
                            (guint) minutes);
  then = g_date_time_new_from_unix_local (since);
  today = g_date_time_new_from_unix_local (now);
  if (then == NULL || today == NULL)
    return g_strdup ("");
  if (g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (today) &&
      g_date_time_get_year (then) == g_date_time_get_year (today))
    return g_date_time_format (then, "%R");
  return g_date_time_format (then, "%x");
}

/* The ids are URIs such as http://debian.org/debian/12 or http://microsoft.com/win/11. */
char *
avb_format_os_id (const char *os_id)
{
  static const struct {
    const char *family;
    const char *name;
  } families[] = {
    { "archlinux", "Arch Linux" },   { "alpinelinux", "Alpine Linux" },
    { "almalinux", "AlmaLinux" },    { "centos", "CentOS" },
    { "centos-stream", "CentOS Stream" }, { "freebsd", "FreeBSD" },
    { "netbsd", "NetBSD" },          { "openbsd", "OpenBSD" },
    { "opensuse", "openSUSE" },      { "rhel", "Red Hat Enterprise Linux" },
    { "win", "Windows" },            { "nixos", "NixOS" },
    { "macosx", "macOS" },           { "rocky", "Rocky Linux" },
  };
  g_auto (GStrv) parts = NULL;
  g_autofree char *family = NULL;
  const char *name = NULL;
  guint length;

  if (os_id == NULL || *os_id == '\0')
    return g_strdup (_("Unknown system"));
  parts = g_strsplit (os_id, "/", -1);
  length = g_strv_length (parts);
  if (length < 4 || *parts[3] == '\0')
    return g_strdup (os_id);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_str_equal (families[i].family, parts[3]))
      name = families[i].name;
  if (name == NULL)
    {
      family = g_strdup (parts[3]);
      family[0] = g_ascii_toupper (family[0]);
      name = family;
    }
  if (length < 5 || g_str_equal (parts[4], "unknown"))
    return g_strdup (name);
  return g_strdup_printf ("%s %s", name, parts[4]);
}

char *
avb_format_operation (AvbOperation *operation)
{
  const GError *error = avb_operation_get_error (operation);
  const char *status = avb_operation_get_status (operation);
  g_autofree char *left = avb_format_remaining (avb_operation_get_remaining (operation));
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  if (avb_operation_get_state (operation) == AVB_OPERATION_FAILED && error != NULL)
    return g_strdup (error->message);
  if (avb_operation_get_state (operation) != AVB_OPERATION_RUNNING)
    return g_strdup ("");
  if (status != NULL && *status != '\0')
    g_ptr_array_add (parts, g_strdup (status));
  if (avb_operation_get_rate (operation) > 0)
    {
      g_autofree char *rate = avb_format_size (avb_operation_get_rate (operation));

      /* Translators: %s is an amount of data: so much in a second. */
      g_ptr_array_add (parts, g_strdup_printf (_("%s/s"), rate));
    }
  if (*left != '\0')
    g_ptr_array_add (parts, g_strdup (left));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

static void
append_line (GString *text, const char *line)
{
  const gboolean rtl = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;
  const PangoDirection other = rtl ? PANGO_DIRECTION_LTR : PANGO_DIRECTION_RTL;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (pango_find_base_dir (line, -1) == other)
    g_string_append (text, rtl ? RIGHT_TO_LEFT_MARK : LEFT_TO_RIGHT_MARK);
  g_string_append (text, line);
}

char *
avb_format_lines (const char *first, ...)
{
  GString *text = g_string_new (NULL);
  va_list  parts;

  va_start (parts, first);
  for (const char *part = first; part != NULL; part = va_arg (parts, const char *))
    {
      g_auto (GStrv) lines = g_strsplit (part, "\n", -1);

      for (guint i = 0; *part != '\0' && lines[i] != NULL; i++)
        append_line (text, lines[i]);
    }
  va_end (parts);
  return g_string_free (text, FALSE);
}

gboolean
avb_format_name_binding (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *name = g_value_get_string (from);

  /* Until a host has said its name it is called by its address, of which people know the host. */
  g_value_take_string (to, name != NULL && strstr (name, "://") != NULL
                               ? avb_host_address_dup_place (name)
                               : avb_text_make_line (name, 100));
  return TRUE;
}
