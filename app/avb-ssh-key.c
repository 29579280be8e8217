/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ssh-key.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

/* RSA keys of 16384 bits, the largest that ssh-keygen makes, take less than 3 KiB. */
#define MAX_FILE 16384
#define MAX_COMMENT 120
#define MAX_KEYS 64

/* In the order in which they are offered; how many fields follow the type. */
static const struct {
  const char *name;
  guint       fields;
} types[] = {
  { "ssh-ed25519", 1 },
  { "sk-ssh-ed25519@openssh.com", 2 },
  { "ecdsa-sha2-nistp256", 2 },
  { "ecdsa-sha2-nistp384", 2 },
  { "ecdsa-sha2-nistp521", 2 },
  { "sk-ecdsa-sha2-nistp256@openssh.com", 3 },
  { "ssh-rsa", 2 },
};

G_DEFINE_BOXED_TYPE (AvbSshKey, avb_ssh_key, avb_ssh_key_copy, avb_ssh_key_free)

AvbSshKey *
avb_ssh_key_copy (const AvbSshKey *self)
{
  AvbSshKey *copy = g_new0 (AvbSshKey, 1);

  copy->line = g_strdup (self->line);
  copy->type = g_strdup (self->type);
  copy->fingerprint = g_strdup (self->fingerprint);
  copy->comment = g_strdup (self->comment);
  return copy;
}

void
avb_ssh_key_free (AvbSshKey *self)
{
  g_free (self->line);
  g_free (self->type);
  g_free (self->fingerprint);
  g_free (self->comment);
  g_free (self);
}

static int
find_type (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].name, name))
      return (int) i;
  return -1;
}

/* A field is four bytes of length, the highest first, and so many bytes. */
static gboolean
take_field (const guint8 **at, gsize *left, const guint8 **field, gsize *length)
{
  gsize n;

  if (*left < 4)
    return FALSE;
  n = (gsize) (*at)[0] << 24 | (gsize) (*at)[1] << 16 | (gsize) (*at)[2] << 8 | (*at)[3];
  if (n == 0 || n > *left - 4)
    return FALSE;
  *field = *at + 4;
  *length = n;
  *at += 4 + n;
  *left -= 4 + n;
  return TRUE;
}

static gboolean
is_key (const guint8 *blob, gsize length, int type)
{
  const guint8 *field;
  gsize n;

  if (!take_field (&blob, &length, &field, &n) || n != strlen (types[type].name) ||
      memcmp (field, types[type].name, n) != 0)
    return FALSE;
  for (guint i = 0; i < types[type].fields; i++)
    if (!take_field (&blob, &length, &field, &n))
      return FALSE;
  return length == 0;
}

/* g_base64_decode() skips what it does not know. */
static gboolean
is_base64 (const char *text)
{
  gsize n = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

  return n > 0 && (n + strspn (text + n, "=")) % 4 == 0 && strlen (text + n) <= 2 && strspn (text + n, "=") == strlen (text + n);
}

static char *
make_fingerprint (const guint8 *blob, gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize n = sizeof digest;
  g_autofree char *text = NULL;

  g_checksum_update (checksum, blob, (gssize) length);
  g_checksum_get_digest (checksum, digest, &n);
  text = g_base64_encode (digest, n);
  text[strcspn (text, "=")] = '\0';
  return g_strconcat ("SHA256:", text, NULL);
}

static AvbSshKey *
refuse (GError **error, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, "%s", sentence));
  return NULL;
}

/* (transfer full) (nullable): the one line of @text that is not a comment */
static char *
find_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *found = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] == '\0' || *lines[i] == '#')
        continue;
      if (found != NULL)
        return NULL;
      found = g_strdup (lines[i]);
    }
  return g_steal_pointer (&found);
}

AvbSshKey *
avb_ssh_key_parse (const char *text, GError **error)
{
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree guint8 *blob = NULL;
  g_autofree char *comment = NULL;
  gsize length = 0;
  AvbSshKey *key;
  int type;

  g_return_val_if_fail (text != NULL, NULL);

  if (strstr (text, "PRIVATE KEY-----") != NULL)
    return refuse (error, NULL,
                   _("This is a private key, which must stay where it is. Choose the public one: its name ends in “.pub”."));
  if (!g_utf8_validate (text, -1, NULL) || (line = find_line (text)) == NULL)
    return refuse (error, NULL, _("This is not one public SSH key."));
  words = g_strsplit_set (line, " \t", 3);
  type = find_type (words[0]);
  if (type < 0)
    return refuse (error, words[0],
                   g_str_equal (words[0], "ssh-dss")
                       ? _("This is a DSA key, which systems of today do not accept. Make a new one with ssh-keygen.")
                       : _("This does not begin like a public SSH key."));
  if (words[1] != NULL && is_base64 (words[1]))
    blob = g_base64_decode (words[1], &length);
  if (blob == NULL || !is_key (blob, length, type))
    return refuse (error, words[0], _("This SSH key is damaged: perhaps a part of it is missing."));
  comment = avb_text_make_line (words[2], MAX_COMMENT);
  key = g_new0 (AvbSshKey, 1);
  key->line = *comment != '\0' ? g_strjoin (" ", words[0], words[1], comment, NULL)
                               : g_strjoin (" ", words[0], words[1], NULL);
  key->type = g_strdup (words[0]);
  key->fingerprint = make_fingerprint (blob, length);
  key->comment = g_steal_pointer (&comment);
  return key;
}

static AvbSshKey *
load (const char *path, GError **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  g_autofree char *name = g_path_get_basename (path);
  char text[MAX_FILE + 1];
  struct stat info;
  gssize n = -1;

  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    n = read (fd, text, sizeof text);
  if (n < 0)
    {
      g_autofree char *line = avb_text_make_line (name, MAX_COMMENT);

      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_FOUND, g_strerror (errno), _("“%s” cannot be read."), line));
      return NULL;
    }
  if (n > MAX_FILE || memchr (text, '\0', (gsize) n) != NULL)
    return refuse (error, NULL, _("This is not one public SSH key."));
  text[n] = '\0';
  return avb_ssh_key_parse (text, error);
}

static DexFuture *
load_thread (gpointer data)
{
  GError *error = NULL;
  AvbSshKey *key = load (data, &error);

  return key != NULL ? dex_future_new_take_boxed (AVB_TYPE_SSH_KEY, key) : dex_future_new_for_error (error);
}

DexFuture *
avb_ssh_key_load (const char *path)
{
  dex_return_error_if_fail (path != NULL);

  return avb_blocking_run (load_thread, g_strdup (path), g_free);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const AvbSshKey *one = *(AvbSshKey *const *) a;
  const AvbSshKey *other = *(AvbSshKey *const *) b;
  int order = find_type (one->type) - find_type (other->type);

  return order != 0 ? order : strcmp (one->line, other->line);
}

static DexFuture *
find_own_thread (gpointer data)
{
  const char *folder = data;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_ssh_key_free);
  const char *name;

  while (dir != NULL && keys->len < MAX_KEYS && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      AvbSshKey *key = g_str_has_suffix (name, ".pub") ? load (path, NULL) : NULL;

      if (key != NULL)
        g_ptr_array_add (keys, key);
    }
  g_ptr_array_sort (keys, compare);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, keys);
}

DexFuture *
avb_ssh_key_find_own (void)
{
  return avb_blocking_run (find_own_thread, g_build_filename (g_get_home_dir (), ".ssh", NULL), g_free);
}
