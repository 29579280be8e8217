/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-tar-guard.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

#define BLOCK 512
/* An extended header has a name, and perhaps times. */
#define MAX_PAX (16 * 1024)

/* Fields of a header: POSIX.1-2017, pax, "ustar Interchange Format". */
#define NAME 0
#define NAME_LENGTH 100
#define SIZE 124
#define SIZE_LENGTH 12
#define TYPE 156
#define MAGIC 257
#define PREFIX 345
#define PREFIX_LENGTH 155

typedef enum { AT_HEADER, IN_DATA, IN_PAX, AT_SECOND_ZERO, AT_END } State;

struct _AvbTarGuard {
  State       state;
  guint64     max;
  guint64     done;
  guint64     left; /* of the data, with its padding */
  guint       n_header;
  guint8      header[BLOCK];
  gboolean    after_pax;
  guint       pax_size;
  GByteArray *pax;
};

AvbTarGuard *
avb_tar_guard_new (guint64 max)
{
  AvbTarGuard *self = g_new0 (AvbTarGuard, 1);

  self->max = max;
  self->pax = g_byte_array_new ();
  return self;
}

void
avb_tar_guard_free (AvbTarGuard *self)
{
  g_byte_array_unref (self->pax);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, "%s", sentence));
  return FALSE;
}

static gboolean
refuse_format (GError **error, const char *details)
{
  return refuse (error, details, _("The package is damaged, or no package."));
}

static gboolean
is_zero (const guint8 *bytes, gsize length)
{
  return length == 0 || (bytes[0] == 0 && memcmp (bytes, bytes + 1, length - 1) == 0);
}

/* A text that fills its field, or ends with NUL and then has nothing but NUL. */
static gboolean
is_text (const guint8 *field, gsize length)
{
  const guint8 *end = memchr (field, '\0', length);

  return end == NULL || is_zero (end, length - (gsize) (end - field));
}

/* Octal digits, then a space or NUL. The binary form of large numbers is not for files of this size. */
static gboolean
read_size (const guint8 *field, guint64 *size)
{
  guint i = 0;

  *size = 0;
  for (; i < SIZE_LENGTH && field[i] >= '0' && field[i] <= '7'; i++)
    *size = *size << 3 | (guint64) (field[i] - '0');
  return i > 0 && (i == SIZE_LENGTH || field[i] == ' ' || field[i] == '\0');
}

/* One record: "LENGTH KEY=VALUE\n". What changes how the rest is read, or says what is not a name, is refused. */
static gboolean
check_record (const char *key, gsize key_length, const char *value, gsize length, GError **error)
{
  static const char *const known[] = { "path", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment" };

  if (memchr (value, '\0', length) != NULL)
    return refuse (error, NULL, _("The name of a file in the package is not text."));
  /* That would take back what another said. */
  if (length == 0)
    return refuse_format (error, "extended header");
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strlen (known[i]) == key_length && memcmp (known[i], key, key_length) == 0)
      return TRUE;
  if (key_length == strlen ("linkpath") && memcmp (key, "linkpath", key_length) == 0)
    return refuse (error, NULL, _("The package contains a link or a device, and is refused."));
  return refuse_format (error, "extended header");
}

static gboolean
check_pax (AvbTarGuard *self, GError **error)
{
  const char *at = (const char *) self->pax->data;
  const char *end = at + self->pax_size;

  while (at < end)
    {
      gsize digits = 0;
      gsize length = 0;
      const char *equals;

      for (; at + digits < end && g_ascii_isdigit (at[digits]) && digits < 6; digits++)
        length = length * 10 + (gsize) (at[digits] - '0');
      if (digits == 0 || length > (gsize) (end - at) || length < digits + 3 || at[digits] != ' ' || at[length - 1] != '\n')
        return refuse_format (error, "extended header");
      equals = memchr (at + digits + 1, '=', length - digits - 2);
      if (equals == NULL)
        return refuse_format (error, "extended header");
      if (!check_record (at + digits + 1, (gsize) (equals - at) - digits - 1, equals + 1, (gsize) (at + length - 1 - equals) - 1,
                         error))
        return FALSE;
      at += length;
    }
  g_byte_array_set_size (self->pax, 0);
  return TRUE;
}

static gboolean
begin_pax (AvbTarGuard *self, guint64 size, GError **error)
{
  if (self->after_pax || size == 0 || size > MAX_PAX)
    return refuse_format (error, "extended header");
  self->after_pax = TRUE;
  self->pax_size = (guint) size;
  self->state = IN_PAX;
  return TRUE;
}

static gboolean
check_type (AvbTarGuard *self, char type, guint64 size, GError **error)
{
  switch (type)
    {
    case '0':
    case '\0':
      self->after_pax = FALSE;
      self->state = size > 0 ? IN_DATA : AT_HEADER;
      return TRUE;
    case '5':
      self->after_pax = FALSE;
      return size == 0 || refuse_format (error, "folder with data");
    case 'x':
      return begin_pax (self, size, error);
    case '1':
    case '2':
    case '3':
    case '4':
    case '6':
      return refuse (error, NULL, _("The package contains a link or a device, and is refused."));
    default:
      return refuse_format (error, "type of entry");
    }
}

static gboolean
check_header (AvbTarGuard *self, GError **error)
{
  const guint8 *header = self->header;
  guint64 size;

  if (is_zero (header, BLOCK))
    {
      self->state = AT_SECOND_ZERO;
      return !self->after_pax || refuse_format (error, "extended header");
    }
  if (memcmp (header + MAGIC, "ustar", 5) != 0 || !read_size (header + SIZE, &size))
    return refuse_format (error, "header");
  if (!is_text (header + NAME, NAME_LENGTH) || !is_text (header + PREFIX, PREFIX_LENGTH))
    return refuse (error, NULL, _("The name of a file in the package is not text."));
  if (size > self->max)
    return refuse (error, NULL, _("The package unpacks to more than it may, and is refused."));
  self->left = (size + BLOCK - 1) / BLOCK * BLOCK;
  return check_type (self, (char) header[TYPE], size, error);
}

/* A whole block where a header may be. */
static gboolean
take_block (AvbTarGuard *self, GError **error)
{
  if (self->state == AT_HEADER)
    return check_header (self, error);
  /* One block of zeros alone is no end; padding of zeros may follow. */
  self->state = AT_END;
  return is_zero (self->header, BLOCK) || refuse_format (error, "something follows the end");
}

static gsize
feed_data (AvbTarGuard *self, const guint8 *bytes, gsize length)
{
  gsize n = (gsize) MIN (self->left, (guint64) length);

  if (self->state == IN_PAX)
    g_byte_array_append (self->pax, bytes, (guint) n);
  self->left -= n;
  return n;
}

static gsize
feed_header (AvbTarGuard *self, const guint8 *bytes, gsize length)
{
  gsize n = MIN (BLOCK - self->n_header, length);

  memcpy (self->header + self->n_header, bytes, n);
  self->n_header += (guint) n;
  return n;
}

gboolean
avb_tar_guard_feed (AvbTarGuard *self, const guint8 *bytes, gsize length, GError **error)
{
  if (length > self->max - self->done)
    return refuse (error, NULL, _("The package unpacks to more than it may, and is refused."));
  self->done += length;
  while (length > 0)
    {
      gboolean data = self->state == IN_DATA || self->state == IN_PAX;
      gsize n = data ? feed_data (self, bytes, length) : feed_header (self, bytes, length);

      bytes += n;
      length -= n;
      if (data && self->left == 0)
        {
          if (self->state == IN_PAX && !check_pax (self, error))
            return FALSE;
          self->state = AT_HEADER;
        }
      else if (!data && self->n_header == BLOCK)
        {
          self->n_header = 0;
          if (!take_block (self, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
avb_tar_guard_finish (AvbTarGuard *self, GError **error)
{
  return (self->state == AT_END && self->n_header == 0) || refuse_format (error, "its end is missing");
}
