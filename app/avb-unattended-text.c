/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The last hand on an install script: values that mean nothing but themselves, and what this program adds. */

#include "config.h"

#include "app/avb-unattended-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-first-boot-check.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-channel.h"
#include "backends/avb-secret.h"

#define PORT "/dev/virtio-ports/" AVB_SETUP_CHANNEL

/* A line of shell that tells the host @message. Nobody may listen, and then the kernel lets a writer wait: so it
 * does in the background. */
static char *
tell_host (const char *message)
{
  g_autofree char *quoted = g_shell_quote (message);

  return g_strdup_printf ("if [ -e " PORT " ]; then ( echo %s > " PORT " ) < /dev/null > /dev/null 2>&1 & sleep 1; fi",
                          quoted);
}

/* Translators: what an installation does right now; it is shown beside the machine. */
#define PROGRESS_PARTITIONING _("Dividing the disk")
#define PROGRESS_INSTALLING _("Installing the system")

static char *
tell_progress (const char *text)
{
  g_autofree char *message = g_strconcat ("progress ", text, NULL);

  return tell_host (message);
}

/* "d-i passwd/username string joe" → "passwd/username"; the templates leave out the type sometimes. */
static char *
get_question (const char *line)
{
  g_auto (GStrv) words = NULL;

  if (!g_str_has_prefix (line, "d-i "))
    return NULL;
  line += strlen ("d-i");
  words = g_strsplit_set (line + strspn (line, " \t"), " \t", 2);
  return g_strdup (words[0] != NULL ? words[0] : "");
}

/* What the templates say about these is said better below: they give root the user's password and leave the user
 * without the right to become root, and end with a reboot, which would start the installer again. */
static gboolean
is_replaced (const char *question)
{
  static const char *const questions[] = {
    "passwd/root-login",    "passwd/root-password",       "passwd/root-password-again", "passwd/make-user",
    "passwd/user-fullname", "passwd/username",            "passwd/user-password",       "passwd/user-password-again",
    "preseed/late_command", "cdrom-detect/eject",         "debian-installer/exit/poweroff",
    "partman/early_command", "preseed/early_command", NULL,
  };

  return question != NULL && g_strv_contains (questions, question);
}

/* Debian's installer itself has no driver for the channel: the system that it installed does. */
static char *
finish_preseed (const char *text, const AvbInstallWishes *wishes, const char *hash, const char *const *marks)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) script = g_string_new (NULL);
  g_autofree char *partitioning = tell_progress (PROGRESS_PARTITIONING);
  g_autofree char *installing = tell_progress (PROGRESS_INSTALLING);
  g_autofree char *ready = tell_host ("ready");
  gboolean skipping = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *question = skipping ? NULL : get_question (lines[i]);

      skipping = (skipping || is_replaced (question));
      if (!skipping && strstr (lines[i], marks[0]) == NULL && strstr (lines[i], marks[1]) == NULL)
        g_string_append_printf (script, "%s\n", lines[i]);
      /* An answer may go on in the next line. */
      skipping = skipping && g_str_has_suffix (lines[i], "\\");
    }
  g_string_append_printf (script,
                          "d-i passwd/root-login boolean false\n"
                          "d-i passwd/make-user boolean true\n"
                          "d-i passwd/user-fullname string %s\n"
                          "d-i passwd/username string %s\n"
                          "d-i passwd/user-password-crypted password %s\n",
                          wishes->full_name, wishes->user, hash);
  g_string_append (script,
                   "d-i partman-partitioning/confirm_write_new_label boolean true\n"
                   "d-i partman-efi/non_efi_system boolean true\n"
                   "d-i cdrom-detect/eject boolean false\n"
                   "d-i debian-installer/exit/poweroff boolean true\n"
                   "popularity-contest popularity-contest/participate boolean false\n");
  g_string_append_printf (script, "d-i partman/early_command string %s\n", partitioning);
  g_string_append_printf (script, "d-i preseed/early_command string %s\n", installing);
  g_string_append_printf (script,
                          "d-i preseed/late_command string in-target sed -i /cdrom/d /etc/apt/sources.list; "
                          "in-target touch /root/osinfo-install-successful; "
                          "in-target modprobe virtio_console || true; %s\n",
                          ready);
  return g_string_free_and_steal (g_steal_pointer (&script));
}

/* The templates hand the password to "passwd --stdin", which newer systems lack. */
static void
append_kickstart_line (GString *script, const char *line, const AvbInstallWishes *wishes, const char *hash, const char *mark)
{
  const char *stdin_of = strstr (line, "passwd --stdin ");
  g_autoptr (GString) copy = g_string_new (line);

  g_string_replace (copy, mark, hash, 0);
  if (g_str_has_prefix (line, "rootpw "))
    g_string_append_printf (script, "rootpw --iscrypted %s\n", hash);
  else if (stdin_of != NULL)
    {
      gboolean root = g_str_has_prefix (stdin_of, "passwd --stdin root");

      g_string_append_printf (script, "echo '%s:%s' | chpasswd -e\n", root ? "root" : wishes->user, hash);
    }
  else if (g_str_has_prefix (line, "user "))
    g_string_append_printf (script, "user --iscrypted %s\n", copy->str + strlen ("user "));
  else
    g_string_append_printf (script, "%s\n", copy->str);
}

static char *
finish_kickstart (const char *text, const AvbInstallWishes *wishes, const char *hash, const char *const *marks)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) script = g_string_new (NULL);
  g_autofree char *installing = tell_progress (PROGRESS_INSTALLING);
  g_autofree char *ready = tell_host ("ready");

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], marks[1]) != NULL)
      append_kickstart_line (script, lines[i], wishes, hash, marks[1]);
    else if (g_str_equal (g_strchomp (lines[i]), "reboot"))
      g_string_append (script, "poweroff\n");
    else if (g_str_has_prefix (lines[i], "rootpw "))
      g_string_append (script, "rootpw --lock\n");
    else if (strstr (lines[i], marks[0]) == NULL)
      g_string_append_printf (script, "%s\n", lines[i]);
  g_string_append_printf (script, "\n%%pre\n%s\n%%end\n", installing);
  g_string_append_printf (script, "\n%%post\n%s\n%%end\n", ready);
  return g_string_free_and_steal (g_steal_pointer (&script));
}

/* Its first stage has installed all; what a second one would set up is done when the machine starts again. */
static char *
finish_autoyast (const char *text, const AvbInstallWishes *wishes, const char *hash, const char *const *marks)
{
  static const char *const clear = "<encrypted config:type=\"boolean\">false</encrypted>";
  static const char *const encrypted = "<encrypted config:type=\"boolean\">true</encrypted>";
  static const char *const halt = "<halt config:type=\"boolean\">true</halt>";
  static const char *const last = "touch /root/osinfo-install-successful";
  g_autofree char *name = g_markup_escape_text (wishes->full_name, -1);
  g_autofree char *ready = tell_host ("ready");
  g_autofree char *end = g_markup_printf_escaped ("%s\n%s", last, ready);
  g_autoptr (GString) script = g_string_new (text);
  const char *mode;

  g_string_replace (script, marks[0], name, 0);
  g_string_replace (script, marks[1], hash, 0);
  g_string_replace (script, clear, encrypted, 0);
  g_string_replace (script, last, end, 1);
  mode = strstr (script->str, "<mode>");
  if (mode != NULL)
    g_string_insert (script, mode - script->str + strlen ("<mode>"), halt);
  else if ((mode = strstr (script->str, "<general>")) != NULL)
    {
      g_autofree char *whole = g_strdup_printf ("<mode>%s</mode>", halt);

      g_string_insert (script, mode - script->str + strlen ("<general>"), whole);
    }
  else if ((mode = strstr (script->str, "</profile>")) != NULL)
    {
      g_autofree char *whole = g_strdup_printf ("<general><mode>%s</mode></general>", halt);

      g_string_insert (script, mode - script->str, whole);
    }
  return g_string_free_and_steal (g_steal_pointer (&script));
}

static char *
finish_windows (const char *text, const AvbInstallWishes *wishes, const char *const *marks, GError **error)
{
  g_autofree char *name = g_markup_escape_text (wishes->full_name, -1);
  g_autofree char *password = g_markup_escape_text (wishes->password, -1);
  g_autoptr (GString) script = g_string_new (text);
  char *finished;

  g_string_replace (script, marks[0], name, 0);
  g_string_replace (script, marks[1], password, 0);
  finished = avb_install_windows_finish (script->str, wishes, error);
  avb_secret_wipe (script->str, script->len);
  avb_secret_wipe (password, strlen (password));
  return finished;
}

char *
avb_install_text_finish (AvbInstaller            installer,
                         const char             *text,
                         const AvbInstallWishes *wishes,
                         const char             *name_mark,
                         const char             *password_mark,
                         GError                **error)
{
  const char *marks[] = { name_mark, password_mark };
  g_autofree char *hash = NULL;

  if (installer == AVB_INSTALLER_WINDOWS)
    return finish_windows (text, wishes, marks, error);
  hash = avb_first_boot_hash_password (wishes->password, error);
  if (hash == NULL)
    return NULL;
  if (installer == AVB_INSTALLER_PRESEED)
    return finish_preseed (text, wishes, hash, marks);
  if (installer == AVB_INSTALLER_KICKSTART)
    return finish_kickstart (text, wishes, hash, marks);
  return finish_autoyast (text, wishes, hash, marks);
}
