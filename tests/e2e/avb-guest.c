/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-guest.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <termios.h>
#include <unistd.h>

struct _AvbGuest {
  virConnectPtr connection;
  int serial;
  GString *written;
};

static void
ignore_error_cb (void *user_data, virErrorPtr error)
{
}

/* The session's daemon starts by itself, but not always at once after another one ended. */
static virConnectPtr
connect_to_session (void)
{
  virConnectPtr connection = NULL;

  for (int i = 0; connection == NULL && i < 60; i++) {
    if (i > 0)
      g_usleep (500000);
    connection = virConnectOpen ("qemu:///session");
  }
  if (connection == NULL)
    g_error ("libvirt can't be reached: %s", virGetLastErrorMessage ());
  return connection;
}

AvbGuest *
avb_guest_new (void)
{
  AvbGuest *self = g_new0 (AvbGuest, 1);

  virSetErrorFunc (NULL, ignore_error_cb);
  self->connection = connect_to_session ();
  self->serial = -1;
  self->written = g_string_new (NULL);
  return self;
}

void
avb_guest_free (AvbGuest *self)
{
  if (self->serial >= 0)
    close (self->serial);
  g_string_free (self->written, TRUE);
  virConnectClose (self->connection);
  g_free (self);
}

static guint
list_domains (AvbGuest *self, virDomainPtr *first)
{
  virDomainPtr *domains = NULL;
  int n_domains;

  /* Tests kill the daemon: the old connection is of no use after that. */
  if (virConnectIsAlive (self->connection) != 1) {
    virConnectClose (self->connection);
    self->connection = connect_to_session ();
  }
  n_domains = virConnectListAllDomains (self->connection, &domains, 0);
  for (int i = 0; i < n_domains; i++) {
    if (i == 0 && first != NULL)
      *first = domains[i];
    else
      virDomainFree (domains[i]);
  }
  free (domains);
  return n_domains > 0 ? n_domains : 0;
}

guint
avb_guest_count (AvbGuest *self)
{
  return list_domains (self, NULL);
}

AvbGuestState
avb_guest_get_state (AvbGuest *self)
{
  AvbGuestState result = AVB_GUEST_OFF;
  virDomainPtr domain = NULL;
  int state = VIR_DOMAIN_NOSTATE;

  if (list_domains (self, &domain) == 0)
    return AVB_GUEST_NONE;
  virDomainGetState (domain, &state, NULL, 0);
  if (state == VIR_DOMAIN_RUNNING)
    result = AVB_GUEST_RUNNING;
  else if (state == VIR_DOMAIN_PAUSED)
    result = AVB_GUEST_PAUSED;
  else if (virDomainHasManagedSaveImage (domain, 0) == 1)
    result = AVB_GUEST_SAVED;
  virDomainFree (domain);
  return result;
}

gboolean
avb_guest_wait (AvbGuest *self, AvbGuestState state, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (avb_guest_get_state (self) != state) {
    if (g_get_monotonic_time () > deadline)
      return FALSE;
    g_usleep (200000);
  }
  return TRUE;
}

/* What @path selects in the machine's definition as it is now. */
static GStrv
evaluate (AvbGuest *self, const char *path)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  virDomainPtr domain = NULL;
  char *xml = NULL;
  xmlDocPtr document;
  xmlXPathContextPtr context;
  xmlXPathObjectPtr object;

  if (list_domains (self, &domain) > 0) {
    xml = virDomainGetXMLDesc (domain, 0);
    virDomainFree (domain);
  }
  if (xml == NULL)
    return g_strv_builder_end (builder);
  document = xmlReadMemory (xml, strlen (xml), NULL, NULL, XML_PARSE_NONET);
  free (xml);
  context = xmlXPathNewContext (document);
  object = xmlXPathEval ((const xmlChar *) path, context);
  for (int i = 0; object != NULL && object->nodesetval != NULL && i < object->nodesetval->nodeNr; i++) {
    xmlChar *text = xmlNodeGetContent (object->nodesetval->nodeTab[i]);

    g_strv_builder_add (builder, (const char *) text);
    xmlFree (text);
  }
  xmlXPathFreeObject (object);
  xmlXPathFreeContext (context);
  xmlFreeDoc (document);
  return g_strv_builder_end (builder);
}

GStrv
avb_guest_dup_disks (AvbGuest *self)
{
  return evaluate (self, "/domain/devices/disk[@device='disk']/source/@file");
}

gboolean
avb_guest_open_serial (AvbGuest *self, GError **error)
{
  g_auto (GStrv) paths = evaluate (self, "/domain/devices/serial[@type='pty']/source/@path");
  struct termios settings;

  if (self->serial >= 0)
    close (self->serial);
  self->serial = -1;
  g_string_truncate (self->written, 0);
  if (paths[0] == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The machine has no serial port");
    return FALSE;
  }
  self->serial = open (paths[0], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (self->serial < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", paths[0], g_strerror (errno));
    return FALSE;
  }
  /* An echo would be the guest's input. */
  tcgetattr (self->serial, &settings);
  cfmakeraw (&settings);
  tcsetattr (self->serial, TCSANOW, &settings);
  return TRUE;
}

gboolean
avb_guest_wait_serial (AvbGuest *self, const char *text, guint seconds, GError **error)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (strstr (self->written->str, text) == NULL) {
    char buffer[512];
    const gssize n_read = read (self->serial, buffer, sizeof buffer);

    if (n_read > 0) {
      for (gssize i = 0; i < n_read; i++)
        if (buffer[i] != '\0')
          g_string_append_c (self->written, buffer[i]);
      continue;
    }
    if (g_get_monotonic_time () > deadline) {
      g_autofree char *escaped = g_strescape (self->written->str, NULL);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The guest has not written \"%s\" but \"%s\"", text, escaped);
      return FALSE;
    }
    g_usleep (100000);
  }
  return TRUE;
}

void
avb_guest_write_serial (AvbGuest *self, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gsize length = strlen (text), done = 0;

  while (done < length) {
    const gssize n_written = write (self->serial, text + done, length - done);

    if (n_written > 0)
      done += n_written;
    else if (errno != EAGAIN && errno != EINTR)
      return;
    else
      g_usleep (20000);
  }
}

void
avb_guest_close_serial (AvbGuest *self)
{
  if (self->serial >= 0)
    close (self->serial);
  self->serial = -1;
}
