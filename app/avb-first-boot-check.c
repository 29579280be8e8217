/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-first-boot-check.h"

#if AVB_CRYPT
#include <crypt.h>
#endif
#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-secret.h"

#define MAX_FULL_NAME 128
#define MAX_PASSWORD 127
#define MAX_WINDOWS_NAME 15

gboolean
avb_first_boot_matches (const char *pattern, const char *text)
{
  return g_regex_match_simple (pattern, text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static gboolean
is_reserved (const char *user)
{
  static const char *const reserved[] = {
    "root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup",
    "list", "irc", "nobody", "adm", "wheel", "sudo", "users", "operator", "guest", "administrator", "defaultaccount",
    NULL,
  };

  return g_strv_contains (reserved, user);
}

static gboolean
has_control_characters (const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)) || g_unichar_type (g_utf8_get_char (c)) == G_UNICODE_LINE_SEPARATOR ||
        g_unichar_type (g_utf8_get_char (c)) == G_UNICODE_PARAGRAPH_SEPARATOR)
      return TRUE;
  return FALSE;
}

gboolean
avb_first_boot_is_host_name (const char *name, gboolean windows)
{
  return avb_first_boot_matches ("^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", name) &&
         (!windows || (strlen (name) <= MAX_WINDOWS_NAME && !avb_first_boot_matches ("^[0-9]+$", name)));
}

char *
avb_first_boot_find_user_problem (AvbFirstBoot *self, gboolean password_needed)
{
  const char *user = avb_first_boot_get_user (self);
  const char *name = avb_first_boot_get_full_name (self);
  const char *password = avb_first_boot_get_password (self);

  if (user == NULL)
    return g_strdup (_("Choose a user name."));
  if (!avb_first_boot_matches ("^[a-z_][a-z0-9_-]{0,31}$", user))
    return g_strdup (_("A user name has small letters, digits, “-” and “_”, and begins with a letter."));
  if (is_reserved (user))
    return g_strdup_printf (_("The system keeps the user name “%s” for itself."), user);
  if (name != NULL && (!g_utf8_validate (name, -1, NULL) || strlen (name) > MAX_FULL_NAME ||
                       has_control_characters (name) || strpbrk (name, ":\\\",=") != NULL))
    return g_strdup (_("The full name has characters that the system does not take."));
  if (password == NULL)
    return password_needed ? g_strdup (_("Choose a password.")) : NULL;
  if (!g_utf8_validate (password, -1, NULL) || strlen (password) > MAX_PASSWORD || has_control_characters (password))
    return g_strdup (_("The password is too long, or has characters that cannot be typed."));
  return NULL;
}

char *
avb_first_boot_make_host_name (const char *machine, gsize limit)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *c = machine; *c != '\0' && name->len < limit; c++)
    if (g_ascii_isalnum (*c))
      g_string_append_c (name, g_ascii_tolower (*c));
    else if (name->len > 0 && name->str[name->len - 1] != '-')
      g_string_append_c (name, '-');
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  /* Windows takes no number for a name. */
  if (name->len == 0 || g_ascii_isdigit (name->str[0]))
    g_string_assign (name, "machine");
  return g_string_free_and_steal (g_steal_pointer (&name));
}

#if AVB_CRYPT

char *
avb_first_boot_hash_password (const char *password, GError **error)
{
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  g_autofree struct crypt_data *data = g_new0 (struct crypt_data, 1);
  char *hash = NULL;
  const char *made = NULL;

  if (crypt_gensalt_rn ("$6$", 0, NULL, 0, salt, sizeof salt) != NULL)
    made = crypt_rn (password, salt, data, sizeof *data);
  if (made != NULL && made[0] == '$')
    hash = g_strdup (made);
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, NULL, _("The password could not be encrypted.")));
  avb_secret_wipe (data, sizeof *data);
  return hash;
}

#else

char *
avb_first_boot_hash_password (const char *password, GError **error)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                           _("This computer lacks the library that encrypts passwords for Linux (libxcrypt).")));
  return NULL;
}

#endif
