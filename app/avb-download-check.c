/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the maker of a system publishes beside its files: checksums, and who signed them. */

#include "config.h"

#include "app/avb-download-check.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/avb-download-private.h"
#include "backends/avb-error.h"

#define MAX_CHECKSUMS (4 * 1024 * 1024) /* bytes */

static const char *
get_algorithm (gsize n_digits)
{
  return n_digits == 64 ? "sha256" : n_digits == 128 ? "sha512" : NULL;
}

/* (nullable) (transfer full): @digest with the algorithm that its length tells */
static char *
name_digest (const char *digest, gsize length)
{
  const char *algorithm = get_algorithm (length);
  g_autofree char *lower = NULL;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (digest[i]))
      return NULL;
  if (algorithm == NULL)
    return NULL;
  lower = g_ascii_strdown (digest, length);
  return g_strconcat (algorithm, ":", lower, NULL);
}

/* "DIGEST  NAME", "DIGEST *NAME", or DIGEST alone where the whole text is about one file. */
static char *
parse_gnu_line (const char *line, const char *name)
{
  gsize length = strcspn (line, " \t");
  const char *of = line + length;

  of += strspn (of, " \t");
  if (*of == '*')
    of++;
  if (g_str_has_prefix (of, "./"))
    of += 2;
  if (*of != '\0' && !g_str_equal (of, name))
    return NULL;
  return name_digest (line, length);
}

/* "SHA256 (NAME) = DIGEST" */
static char *
parse_bsd_line (const char *line, const char *name)
{
  const char *open = strstr (line, " (");
  const char *close = g_strrstr (line, ") = ");
  gsize length = strlen (name);

  if (open == NULL || close == NULL || close < open + 2 || (gsize) (close - open - 2) != length ||
      strncmp (open + 2, name, length) != 0)
    return NULL;
  return name_digest (close + 4, strlen (close + 4));
}

char *
avb_download_parse_checksums (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *found = NULL;

  for (guint i = 0; lines[i] != NULL && found == NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (*line == '\0' || *line == '#')
        continue;
      found = parse_bsd_line (line, name);
      if (found == NULL)
        found = parse_gnu_line (line, name);
    }
  return found;
}

/* (transfer full) (nullable): the text of a small file */
static GBytes *
fetch (SoupSession *session, const char *url, GCancellable *cancellable, GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) stream = avb_download_send (session, "GET", url, NULL, NULL, &message, cancellable, error);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[16 * 1024];
  GError *native = NULL;
  gssize n;

  if (stream == NULL)
    return NULL;
  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, cancellable, &native)) > 0)
    {
      g_byte_array_append (bytes, buffer, n);
      if (bytes->len > MAX_CHECKSUMS)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, url, _("The list of checksums is too long.")));
          return NULL;
        }
    }
  if (n < 0)
    {
      g_propagate_error (error, avb_download_translate (native, url));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* What gpgv says of a signature counts only by its exit status. */
static gboolean
verify (const char *keyring, GBytes *checksums, GBytes *signature, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("alpha-vbox-XXXXXX", error);
  g_autofree char *text_path = folder != NULL ? g_build_filename (folder, "text", NULL) : NULL;
  g_autofree char *signature_path = folder != NULL ? g_build_filename (folder, "signature", NULL) : NULL;
  g_autoptr (GSubprocess) gpgv = NULL;
  g_autofree char *output = NULL;
  gboolean good = FALSE;

  if (folder == NULL)
    return FALSE;
  if (g_file_set_contents (text_path, g_bytes_get_data (checksums, NULL), g_bytes_get_size (checksums), error) &&
      g_file_set_contents (signature_path, g_bytes_get_data (signature, NULL), g_bytes_get_size (signature), error))
    gpgv = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, error, "gpgv",
                             "--keyring", keyring, signature_path, text_path, NULL);
  if (gpgv != NULL && g_subprocess_communicate_utf8 (gpgv, NULL, cancellable, &output, NULL, error))
    {
      good = g_subprocess_get_successful (gpgv);
      if (!good)
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, output,
                                                 _("The signature of the checksums is wrong. Somebody may have "
                                                   "changed the files.")));
    }
  else if (gpgv != NULL)
    g_subprocess_force_exit (gpgv);
  g_unlink (text_path);
  g_unlink (signature_path);
  g_rmdir (folder);
  return good;
}

static gboolean
can_verify (const AvbPublisher *publisher)
{
  g_autofree char *gpgv = NULL;

  if (publisher->signature == NULL || publisher->keyring == NULL || !g_file_test (publisher->keyring, G_FILE_TEST_EXISTS))
    return FALSE;
  gpgv = g_find_program_in_path ("gpgv");
  return gpgv != NULL;
}

/* (transfer full): the address of @file in the folder of @url; "%" of @file is @name */
static char *
make_url (const char *url, const char *file, const char *name)
{
  g_autofree char *plain = g_strndup (url, strcspn (url, "?#"));
  g_auto (GStrv) parts = g_strsplit (file, "%", -1);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *joined = g_strjoinv (escaped, parts);

  return g_strdup_printf ("%.*s/%s", (int) (strrchr (plain, '/') - plain), plain, joined);
}

static char *
dup_published_name (const char *url)
{
  g_autofree char *plain = g_strndup (url, strcspn (url, "?#"));

  return g_uri_unescape_string (strrchr (plain, '/') + 1, NULL);
}

char *
avb_download_find_checksum (SoupSession *session, AvbDownloadJob *job, GError **error)
{
  const AvbPublisher *publisher = &job->publisher;
  g_autofree char *name = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GBytes) checksums = NULL;
  g_autoptr (GError) native = NULL;
  g_autofree char *text = NULL;
  char *found;

  if (publisher->pattern == NULL || (name = dup_published_name (job->url)) == NULL || *name == '\0')
    return NULL;
  url = make_url (job->url, publisher->checksums, name);
  checksums = fetch (session, url, job->cancellable, &native);
  /* A mirror that has no list of checksums still has the file. */
  if (g_error_matches (native, AVB_ERROR, AVB_ERROR_NOT_FOUND) && !can_verify (publisher))
    return NULL;
  if (checksums == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&native));
      return NULL;
    }
  if (can_verify (publisher))
    {
      g_autofree char *signature_url = make_url (job->url, publisher->signature, name);
      g_autoptr (GBytes) signature = fetch (session, signature_url, job->cancellable, error);

      if (signature == NULL || !verify (publisher->keyring, checksums, signature, job->cancellable, error))
        return NULL;
    }
  text = g_strndup (g_bytes_get_data (checksums, NULL), g_bytes_get_size (checksums));
  found = avb_download_parse_checksums (text, name);
  if (found == NULL && can_verify (publisher))
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                             _("The maker’s list of checksums does not name this file.")));
  return found;
}
