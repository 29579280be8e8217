/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-host-address.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_HOST 253
#define MAX_LABEL 63
#define MAX_USER 128

static void
refuse (GError **error, const char *message)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", message));
}

/* Letters, digits and dashes, as names are looked up by. One that begins with a dash would be an option of ssh. */
static gboolean
is_name (const char *host)
{
  g_auto (GStrv) labels = g_strsplit (host, ".", -1);

  if (*host == '\0' || strlen (host) > MAX_HOST)
    return FALSE;
  for (guint i = 0; labels[i] != NULL; i++)
    {
      const char *label = labels[i];
      gsize       length = strlen (label);

      /* The dot at the very end is the root. */
      if (length == 0 && i > 0 && labels[i + 1] == NULL)
        continue;
      if (length == 0 || length > MAX_LABEL || *label == '-' || label[length - 1] == '-')
        return FALSE;
      for (gsize j = 0; j < length; j++)
        if (!g_ascii_isalnum (label[j]) && label[j] != '-' && label[j] != '_')
          return FALSE;
    }
  return TRUE;
}

/* Cuts ":port" off @host, which has no colon but that. */
static gboolean
cut_port (char *host, guint *port)
{
  char   *colon = strrchr (host, ':');
  guint64 number;

  *port = 0;
  if (colon == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &number, NULL))
    return FALSE;
  *port = (guint) number;
  *colon = '\0';
  return TRUE;
}

/* (transfer full) (nullable): as it stands in a URI */
static char *
parse_host (const char *typed, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  g_autofree char *ascii = NULL;
  g_autoptr (GInetAddress) address = NULL;
  char            *bracket = *text == '[' ? strchr (text, ']') : NULL;
  guint            port = 0;

  if (*text == '\0')
    {
      refuse (error, _ ("Say which host: its name or its address."));
      return NULL;
    }
  /* An address of IPv6: in brackets, if it has a port. */
  if (bracket != NULL && (bracket[1] == '\0' || bracket[1] == ':') && cut_port (bracket + 1, &port))
    {
      *bracket = '\0';
      memmove (text, text + 1, strlen (text));
      address = g_inet_address_new_from_string (text);
    }
  else if (bracket == NULL && strchr (text, ':') != strrchr (text, ':'))
    address = g_inet_address_new_from_string (text);
  if (address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      ascii = g_inet_address_to_string (address);
      return port != 0 ? g_strdup_printf ("[%s]:%u", ascii, port) : g_strdup_printf ("[%s]", ascii);
    }
  if (bracket == NULL && cut_port (text, &port) && g_utf8_validate (text, -1, NULL))
    ascii = g_hostname_to_ascii (text);
  if (ascii == NULL || !is_name (ascii))
    {
      refuse (error, _ ("This can’t be the name or the address of a host."));
      return NULL;
    }
  return port != 0 ? g_strdup_printf ("%s:%u", ascii, port) : g_steal_pointer (&ascii);
}

/* Names of accounts on Windows have nearly everything, on others it is for ssh's command line. */
static gboolean
is_user (AvbHostKind kind, const char *user)
{
  if (strlen (user) > MAX_USER || !g_utf8_validate (user, -1, NULL) || *user == '-')
    return FALSE;
  for (const char *at = user; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      if (kind == AVB_HOST_SSH && !g_ascii_isalnum (*at) && strchr ("._-", *at) == NULL)
        return FALSE;
      if (!g_unichar_isgraph (letter) && letter != ' ')
        return FALSE;
      if (g_unichar_type (letter) == G_UNICODE_FORMAT)
        return FALSE;
    }
  return TRUE;
}

/* (transfer full) (nullable): "user@" or "" */
static char *
parse_user (AvbHostKind kind, const char *typed, GError **error)
{
  g_autofree char *user = g_strstrip (g_strdup (typed != NULL ? typed : ""));
  g_autofree char *escaped = NULL;

  if (*user == '\0' && kind == AVB_HOST_HYPERV)
    {
      refuse (error, _ ("Say who you are on that host: Hyper-V answers only users it knows."));
      return NULL;
    }
  if (*user == '\0')
    return g_strdup ("");
  if (!is_user (kind, user))
    {
      refuse (error, _ ("This can’t be the name of a user there."));
      return NULL;
    }
  escaped = g_uri_escape_string (user, NULL, FALSE);
  return g_strconcat (escaped, "@", NULL);
}

char *
avb_host_address_build (AvbHostKind kind, const char *host, const char *user, GError **error)
{
  g_autofree char *place = NULL;
  g_autofree char *account = NULL;

  g_return_val_if_fail (kind < AVB_N_HOST_KINDS, NULL);

  if (kind == AVB_HOST_OWN)
    return g_strdup ("qemu:///session");
  if (kind == AVB_HOST_SYSTEM)
    return g_strdup ("qemu:///system");
  place = parse_host (host, error);
  account = place != NULL ? parse_user (kind, user, error) : NULL;
  if (account == NULL)
    return NULL;
  return kind == AVB_HOST_SSH ? g_strdup_printf ("qemu+ssh://%s%s/system", account, place)
                              : g_strdup_printf ("hyperv://%s%s", account, place);
}

char *
avb_host_address_dup_place (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NON_DNS, NULL);
  const char      *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;
  const char      *user = parsed != NULL ? g_uri_get_userinfo (parsed) : NULL;
  g_autofree char *place = NULL;

  if (host == NULL || *host == '\0')
    return avb_text_make_line (uri, MAX_HOST);
  /* What else an address may have, a password too, is nobody's business. */
  place = user != NULL && *user != '\0' && strchr (user, ':') == NULL
              ? g_strdup_printf ("%s@%s", user, host)
              : g_strdup (host);
  return avb_text_make_line (place, MAX_HOST);
}
