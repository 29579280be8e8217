/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* An extension that does, well or badly, what its calls are named after. Without any library: it shall run in an empty
 * sandbox, and not be helped by anything. Its replies are {"text": …}. */

#include "misbehave.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *body;
static long  id;

void
send_raw (const char *data, size_t length)
{
  while (length > 0)
    {
      ssize_t n = write (1, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        _exit (0);
      data += n;
      length -= n;
    }
}

void
send_text (const char *text)
{
  char header[64];
  int n = snprintf (header, sizeof header, "Content-Length: %zu\r\n\r\n", strlen (text));

  send_raw (header, n);
  send_raw (text, strlen (text));
}

static void
reply (const char *format, ...)
{
  static char text[8192], message[8400];
  va_list list;

  va_start (list, format);
  vsnprintf (text, sizeof text, format, list);
  va_end (list);
  for (char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\' || (unsigned char) *c < 0x20 || (unsigned char) *c > 0x7e)
      *c = '?';
  snprintf (message, sizeof message, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":{\"text\":\"%s\"}}", id, text);
  send_text (message);
}

static void
reply_json (const char *json)
{
  static char message[65536];

  snprintf (message, sizeof message, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":%s}", id, json);
  send_text (message);
}

/* The text of the first member of that name; what the program sends has no escapes that matter here. */
static int
member (const char *name, char *out, size_t size)
{
  char key[64];
  const char *at;
  size_t n = 0;

  snprintf (key, sizeof key, "\"%s\":\"", name);
  at = strstr (body, key);
  *out = '\0';
  if (at == NULL)
    return 0;
  for (at += strlen (key); *at != '\0' && *at != '"' && n + 1 < size; at++)
    if (*at != '\\')
      out[n++] = *at;
  out[n] = '\0';
  return 1;
}

static long
number (const char *name)
{
  char key[64];
  const char *at;

  snprintf (key, sizeof key, "\"%s\":", name);
  at = strstr (body, key);
  return at != NULL ? strtol (at + strlen (key), NULL, 10) : -1;
}

static int
read_exactly (char *into, size_t length)
{
  while (length > 0)
    {
      ssize_t n = read (0, into, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return 0;
      into += n;
      length -= n;
    }
  return 1;
}

/* A message of the program, which is well-behaved. */
static int
receive (void)
{
  char header[256];
  size_t n = 0;
  long length;

  while (n < sizeof header - 1 && read_exactly (header + n, 1))
    {
      header[++n] = '\0';
      if (n >= 4 && memcmp (header + n - 4, "\r\n\r\n", 4) == 0)
        break;
    }
  if (n < 4 || strncmp (header, "Content-Length: ", 16) != 0)
    return 0;
  length = strtol (header + 16, NULL, 10);
  free (body);
  body = malloc (length + 1);
  body[length] = '\0';
  return read_exactly (body, length);
}

/* --- how it misbehaves --- */

static void
hang (void)
{
  for (;;)
    pause ();
}

static void
flood_without_newline (void)
{
  static char block[65536];

  memset (block, 'a', sizeof block);
  for (;;)
    send_raw (block, sizeof block);
}

static void
flood_messages (void)
{
  for (;;)
    send_text ("{\"jsonrpc\":\"2.0\",\"method\":\"monitor/sample\",\"params\":{}}");
}

static void
send_deep (void)
{
  size_t depth = 100000;
  char *text = malloc (2 * depth + 1);

  memset (text, '[', depth);
  memset (text + depth, ']', depth);
  text[2 * depth] = '\0';
  send_text (text);
  hang ();
}

static void
send_large (void)
{
  static char block[65536];
  size_t length = 4 * 1024 * 1024;
  char header[64];

  memset (block, ' ', sizeof block);
  send_raw (header, snprintf (header, sizeof header, "Content-Length: %zu\r\n\r\n", length));
  send_raw ("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[", 40);
  length -= 40 + 2;
  /* As many values as fit. */
  while (length >= 2)
    {
      size_t n = length < sizeof block ? length & ~(size_t) 1 : sizeof block;

      for (size_t i = 0; i < n; i += 2)
        memcpy (block + i, "1,", 2);
      if (n == length || n == length - 1)
        memcpy (block + n - 2, "1 ", 2);
      send_raw (block, n);
      length -= n;
    }
  send_raw ("   " + (3 - length), length);
  send_raw ("]}", 2);
  hang ();
}

static void
flood_stderr (void)
{
  static char block[65536];

  memset (block, 'e', sizeof block);
  for (size_t i = 100; i < sizeof block; i += 100)
    block[i] = '\n';
  memcpy (block, "\033[31mred\033[0m \xff", 14);
  for (int i = 0; i < 256; i++)
    if (write (2, block, sizeof block) < 0)
      break;
}

static void
misbehave (const char *method, const char *argument)
{
  char text[256];

  if (strcmp (method, "bad/hang") == 0)
    hang ();
  else if (strcmp (method, "bad/ignore-term") == 0)
    {
      signal (SIGTERM, SIG_IGN);
      for (;;)
        pause ();
    }
  else if (strcmp (method, "bad/crash") == 0)
    abort ();
  else if (strcmp (method, "bad/exit") == 0)
    exit (7);
  else if (strcmp (method, "bad/close") == 0)
    {
      close (1);
      hang ();
    }
  else if (strcmp (method, "bad/fork-bomb") == 0)
    for (;;)
      {
        if (fork () < 0)
          usleep (1000);
      }
  else if (strcmp (method, "bad/memory") == 0)
    reply ("%s", attack ("memory", argument));
  else if (strcmp (method, "bad/many-memory") == 0)
    {
      /* Each within its limit, together beyond it. */
      for (int i = 0; i < 16; i++)
        if (fork () == 0)
          {
            size_t size = 64 << 20;
            volatile char *memory = malloc (size);

            for (size_t at = 0; memory != NULL && at < size; at += 4096)
              memory[at] = 1;
            hang ();
          }
      hang ();
    }
  else if (strcmp (method, "bad/disk") == 0)
    {
      static char block[1 << 20];
      char name[32];

      for (int i = 0; i < 100000; i++)
        {
          int fd;

          snprintf (name, sizeof name, "/data/f%d", i);
          fd = open (name, O_WRONLY | O_CREAT, 0600);
          if (fd < 0 || write (fd, block, sizeof block) < 0)
            break;
          close (fd);
          usleep (1000);
        }
      hang ();
    }
  else if (strcmp (method, "bad/flood") == 0)
    flood_without_newline ();
  else if (strcmp (method, "bad/messages") == 0)
    flood_messages ();
  else if (strcmp (method, "bad/depth") == 0)
    send_deep ();
  else if (strcmp (method, "bad/values") == 0)
    send_large ();
  else if (strcmp (method, "bad/stderr") == 0)
    {
      flood_stderr ();
      reply ("done");
    }
  else if (strcmp (method, "bad/unknown-id") == 0)
    send_text ("{\"jsonrpc\":\"2.0\",\"id\":123456,\"result\":null}");
  else if (strcmp (method, "bad/nan") == 0)
    send_text ("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[NaN]}");
  else if (strcmp (method, "bad/surrogate") == 0)
    send_text ("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[\"\\ud800\"]}");
  else if (strcmp (method, "bad/length") == 0)
    send_raw ("Content-Length: 99999999999\r\n\r\n", 31);
  else if (strcmp (method, "bad/half") == 0)
    {
      send_raw ("Content-Length: 100\r\n\r\n{", 24);
      exit (0);
    }
  else if (strcmp (method, "good/term") == 0)
    {
      snprintf (text, sizeof text, "pid %d", getpid ());
      reply ("%s", text);
    }
}

/* Asks the program for something, and gives back what it says. */
static void
ask_host (long outer)
{
  static char answer[65536];
  char method[128], params[16384];
  const char *begin = strstr (body, "\"params\":"), *at;

  member ("method-to-call", method, sizeof method);
  at = begin != NULL ? strstr (begin, "\"with\":") : NULL;
  snprintf (params, sizeof params, "%s", at != NULL ? at + 7 : "{}");
  /* `with` comes last: what follows is the end of the two objects around it. */
  if (at != NULL && strlen (params) >= 2)
    params[strlen (params) - 2] = '\0';
  snprintf (answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"%s\",\"params\":%s}", method, params);
  send_text (answer);
  while (receive ())
    {
      if (strstr (body, "\"id\":\"q\"") == NULL)
        continue;
      id = outer;
      /* Its result as it is; its error as a code. */
      if (strstr (body, "\"error\":{") != NULL)
        {
          snprintf (answer, sizeof answer, "{\"code\":%ld}", number ("code"));
          reply_json (answer);
        }
      else
        {
          at = strstr (body, "\"result\":");
          snprintf (answer, sizeof answer, "{\"answer\":%s", at != NULL ? at + 9 : "null}");
          reply_json (answer);
        }
      return;
    }
}

static void
serve (const char *method)
{
  char argument[4096];

  member ("argument", argument, sizeof argument);
  if (strcmp (method, "shutdown") == 0 || strcmp (method, "ping") == 0)
    reply_json ("{}");
  else if (strncmp (method, "attack/", 7) == 0)
    reply ("%s", attack (method + 7, argument));
  else if (strcmp (method, "echo") == 0)
    reply ("%s", argument);
  else if (strcmp (method, "echo/json") == 0)
    reply_json (strstr (body, "\"json\":") != NULL ? strstr (body, "\"json\":") + 7 : "{}");
  else if (strcmp (method, "ask") == 0)
    ask_host (id);
  else
    misbehave (method, argument);
}

int
main (void)
{
  char method[128], line[256];
  int mode = open ("/app/mode", O_RDONLY);
  ssize_t n = mode >= 0 ? read (mode, line, sizeof line - 1) : 0;

  if (mode >= 0)
    close (mode);
  line[n > 0 ? n : 0] = '\0';
  if (strncmp (line, "hang", 4) == 0)
    hang ();
  if (strncmp (line, "crash", 5) == 0)
    abort ();
  while (receive ())
    {
      member ("method", method, sizeof method);
      id = number ("id");
      if (strcmp (method, "exit") == 0)
        return 0;
      if (id < 0)
        continue;
      if (strcmp (method, "initialize") != 0)
        serve (method);
      else if (strncmp (line, "version", 7) == 0)
        reply_json ("{\"protocol\":99}");
      else
        reply_json ("{\"protocol\":1}");
    }
  return 0;
}
