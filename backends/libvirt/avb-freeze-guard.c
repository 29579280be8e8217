/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/*
 * avb-freeze-guard URI UUID SECONDS: freezes the file systems of a guest, and thaws them when the time is over, when
 * its standard input ends, or when it is asked to end: so also when the program that started it crashed. A guest that
 * nobody thaws hangs for good.
 *
 * Lines on its standard output: "frozen N", "thawed", "error TEXT"; each comes once, in this order or the last one
 * alone.
 */

#include "config.h"

#include <glib-unix.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Until a guest has written all it had in memory. */
#define FREEZE_SECONDS 60
#define THAW_SECONDS 10
/* A daemon that restarts is back by then, or never. */
#define THAW_TRIES 30

static volatile sig_atomic_t end_asked;
static int end_pipe[2];

static void
signal_cb (int number)
{
  end_asked = 1;
  (void) !write (end_pipe[1], "", 1);
}

static void
silence_cb (void *data, virErrorPtr error)
{
}

static void
say (const char *word, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s%s%s", word, *text != '\0' ? " " : "", text);

  g_strdelimit (line, "\r\n", ' ');
  puts (line);
  fflush (stdout);
}

static void
say_error (void)
{
  const char *text = virGetLastErrorMessage ();

  say ("error", text != NULL ? text : "");
}

static virDomainPtr
open_domain (const char *uri, const char *uuid)
{
  virConnectPtr vir = virConnectOpenAuth (uri, NULL, 0);
  virDomainPtr  domain = vir != NULL ? virDomainLookupByUUIDString (vir, uuid) : NULL;

  /* The domain keeps the connection. */
  if (vir != NULL)
    virConnectClose (vir);
  return domain;
}

static void
wait_for_end (int seconds)
{
  const gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { end_pipe[0], POLLIN, 0 } };

  while (!end_asked)
    {
      const gint64 left = end - g_get_monotonic_time ();

      if (left <= 0 || poll (fds, 2, (int) (left / 1000) + 1) > 0)
        return;
    }
}

/* TRUE too if there is nothing to thaw any more. */
static gboolean
thaw (const char *uri, const char *uuid)
{
  for (int i = 0; i < THAW_TRIES; i++)
    {
      virDomainPtr domain;
      gboolean     done;

      if (i > 0)
        g_usleep (G_USEC_PER_SEC);
      virResetLastError ();
      domain = open_domain (uri, uuid);
      if (domain == NULL)
        {
          if (virGetLastErrorCode () == VIR_ERR_NO_DOMAIN)
            return TRUE;
          continue;
        }
      virDomainAgentSetResponseTimeout (domain, THAW_SECONDS, 0);
      done = virDomainIsActive (domain) == 0 || virDomainFSThaw (domain, NULL, 0, 0) >= 0;
      virDomainFree (domain);
      if (done)
        return TRUE;
    }
  return FALSE;
}

int
main (int argc, char **argv)
{
  const int seconds = argc == 4 ? atoi (argv[3]) : 0;
  virDomainPtr domain;
  int n_frozen;
  g_autofree char *number = NULL;
  g_autofree char *message = NULL;

  if (seconds <= 0 || !g_unix_open_pipe (end_pipe, FD_CLOEXEC, NULL))
    return 2;
  signal (SIGTERM, signal_cb);
  signal (SIGINT, signal_cb);
  signal (SIGHUP, signal_cb);
  signal (SIGPIPE, SIG_IGN);
  virSetErrorFunc (NULL, silence_cb);

  domain = open_domain (argv[1], argv[2]);
  if (domain == NULL)
    {
      say_error ();
      return 1;
    }
  virDomainAgentSetResponseTimeout (domain, FREEZE_SECONDS, 0);
  n_frozen = virDomainFSFreeze (domain, NULL, 0, 0);
  if (n_frozen < 0)
    {
      const int code = virGetLastErrorCode ();

      message = g_strdup (virGetLastErrorMessage ());
      /* It may have frozen some, or do so later: the answer is what was lost. */
      if (code == VIR_ERR_AGENT_UNRESPONSIVE || code == VIR_ERR_AGENT_COMMAND_TIMEOUT)
        thaw (argv[1], argv[2]);
      say ("error", message);
      virDomainFree (domain);
      return 1;
    }
  virDomainFree (domain);
  number = g_strdup_printf ("%d", n_frozen);
  say ("frozen", number);
  wait_for_end (seconds);
  if (!thaw (argv[1], argv[2]))
    {
      say_error ();
      return 1;
    }
  say ("thawed", "");
  return 0;
}
