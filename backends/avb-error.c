/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-error.h"

typedef struct {
  char *details;
} AvbErrorPrivate;

static void
avb_error_private_init (AvbErrorPrivate *priv)
{
}

static void
avb_error_private_copy (const AvbErrorPrivate *from, AvbErrorPrivate *to)
{
  to->details = g_strdup (from->details);
}

static void
avb_error_private_clear (AvbErrorPrivate *priv)
{
  g_clear_pointer (&priv->details, g_free);
}

G_DEFINE_EXTENDED_ERROR (AvbError, avb_error)

GError *
avb_error_new (AvbError code, const char *details, const char *format, ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (AVB_ERROR, code, format, args);
  va_end (args);

  /* Native text comes from elsewhere: what is shown must be text. */
  if (details != NULL)
    avb_error_get_private (error)->details = g_utf8_make_valid (details, -1);

  return error;
}

const char *
avb_error_get_details (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == AVB_ERROR ? avb_error_get_private (error)->details : NULL;
}

gboolean
avb_error_is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}
