/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-guest-serial.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-text-console.h"
#include "tests/avb-test.h"

#define TAIL 3000

struct _AvbGuestSerial {
  int      fd;
  guint    source;
  GString *text;
};

static gboolean
read_cb (int fd, GIOCondition condition, gpointer data)
{
  AvbGuestSerial *self = data;
  char buffer[4096];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  for (gssize i = 0; i < n; i++)
    if (buffer[i] != '\r' && buffer[i] != '\0')
      g_string_append_c (self->text, buffer[i]);
  if (n > 0)
    return G_SOURCE_CONTINUE;
  self->source = 0;
  return G_SOURCE_REMOVE;
}

AvbGuestSerial *
avb_guest_serial_open (AvbMachine *machine)
{
  AvbGuestSerial *self = g_new0 (AvbGuestSerial, 1);
  g_autoptr (GPtrArray) consoles = avb_test_await_boxed (avb_machine_list_text_consoles (machine));
  const AvbTextConsole *console = consoles->pdata[0];
  GError *error = NULL;

  self->text = g_string_new (NULL);
  self->fd = dex_await_int (avb_machine_open_text_console (machine, console->name, TRUE), &error);
  g_assert_no_error (error);
  g_assert_true (g_unix_set_fd_nonblocking (self->fd, TRUE, NULL));
  self->source = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP, read_cb, self);
  return self;
}

void
avb_guest_serial_close (AvbGuestSerial *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  close (self->fd);
  g_string_free (self->text, TRUE);
  g_free (self);
}

const char *
avb_guest_serial_get (AvbGuestSerial *self)
{
  return self->text->str;
}

char *
avb_guest_serial_tail (AvbGuestSerial *self)
{
  return g_utf8_make_valid (self->text->str + (self->text->len > TAIL ? self->text->len - TAIL : 0), -1);
}

void
avb_guest_serial_type (AvbGuestSerial *self, const char *text)
{
  g_string_truncate (self->text, 0);
  g_assert_cmpint (write (self->fd, text, strlen (text)), ==, strlen (text));
}

void
avb_guest_serial_log_in (AvbGuestSerial *self, const char *host, const char *user, const char *password)
{
  g_autofree char *asks = g_strdup_printf ("%s login: ", host);
  g_autofree char *name = g_strdup_printf ("%s\n", user);
  g_autofree char *secret = g_strdup_printf ("%s\n", password);
  g_autofree char *prompt = g_strdup_printf ("%s@%s:~$", user, host);

  avb_guest_serial_type (self, "\n");
  avb_test_until_true (strstr (self->text->str, asks) != NULL);
  avb_guest_serial_type (self, name);
  avb_test_until_true (strstr (self->text->str, "Password: ") != NULL);
  avb_guest_serial_type (self, secret);
  avb_test_until_true (strstr (self->text->str, prompt) != NULL);
}

/* Its end is written in another way than it is typed, as the terminal shows that, too; its begin stands behind what the
 * shell says to the terminal. */
const char *
avb_guest_serial_run (AvbGuestSerial *self, const char *command)
{
  g_autofree char *line = g_strdup_printf ("echo; %s; echo the-'end'\n", command);

  avb_guest_serial_type (self, line);
  avb_test_until_true (strstr (self->text->str, "\nthe-end\n") != NULL);
  return self->text->str;
}
