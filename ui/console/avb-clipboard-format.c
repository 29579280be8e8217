/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-clipboard-format.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <spice/vd_agent.h>
#include <string.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* Real agents have six types. */
#define MAX_TYPES 32

/* So many bytes are given to a decoder before it is asked how large the picture is. */
#define PIECE 4096

static const char *const text_types[] = { "text/plain;charset=utf-8", "text/plain", NULL };
static const char *const png_types[]
    = { "image/png", "image/bmp", "image/x-bmp", "image/tiff", "image/jpeg", NULL };
static const char *const bmp_types[]
    = { "image/bmp", "image/x-bmp", "image/x-MS-bmp", "image/x-win-bitmap", NULL };
static const char *const tiff_types[] = { "image/tiff", NULL };
static const char *const jpeg_types[] = { "image/jpeg", NULL };
static const char *const no_types[] = { NULL };

#define PICTURES                                                                              \
  (AVB_CLIPBOARD_BIT (VD_AGENT_CLIPBOARD_IMAGE_PNG)                                           \
   | AVB_CLIPBOARD_BIT (VD_AGENT_CLIPBOARD_IMAGE_BMP)                                         \
   | AVB_CLIPBOARD_BIT (VD_AGENT_CLIPBOARD_IMAGE_TIFF)                                        \
   | AVB_CLIPBOARD_BIT (VD_AGENT_CLIPBOARD_IMAGE_JPG))

const char *const *
avb_clipboard_mime_types (guint type)
{
  switch (type)
    {
    case VD_AGENT_CLIPBOARD_UTF8_TEXT:
      return text_types;
    case VD_AGENT_CLIPBOARD_IMAGE_PNG:
      return png_types;
    case VD_AGENT_CLIPBOARD_IMAGE_BMP:
      return bmp_types;
    case VD_AGENT_CLIPBOARD_IMAGE_TIFF:
      return tiff_types;
    case VD_AGENT_CLIPBOARD_IMAGE_JPG:
      return jpeg_types;
    default:
      return no_types;
    }
}

guint
avb_clipboard_types_of_guest (const guint32 *types, guint n_types)
{
  guint set = 0;

  /* spice-client-glib computes the number from a size that the guest made up: it may be a huge one. */
  if (n_types > MAX_TYPES)
    return 0;
  for (guint i = 0; i < n_types; i++)
    if (types[i] > VD_AGENT_CLIPBOARD_NONE && types[i] <= VD_AGENT_CLIPBOARD_IMAGE_JPG)
      set |= AVB_CLIPBOARD_BIT (types[i]);
  return set;
}

guint
avb_clipboard_types_of_host (GdkClipboard *clipboard)
{
  GdkContentProvider *content = gdk_clipboard_get_content (clipboard);
  g_autoptr (GdkContentFormats) all = NULL;
  guint set = 0;

  /* Of our own content all that can be made of it; of another program's only what that has: GDK adds what we
   * could make of it. */
  if (content != NULL)
    all = gdk_content_formats_union_serialize_mime_types (gdk_content_provider_ref_formats (content));
  else
    all = gdk_content_formats_ref (gdk_clipboard_get_formats (clipboard));

  for (guint type = VD_AGENT_CLIPBOARD_UTF8_TEXT; type <= VD_AGENT_CLIPBOARD_IMAGE_JPG; type++)
    for (const char *const *mime = avb_clipboard_mime_types (type); *mime != NULL; mime++)
      if (gdk_content_formats_contain_mime_type (all, *mime))
        set |= AVB_CLIPBOARD_BIT (type);
  return set;
}

GdkContentFormats *
avb_clipboard_formats_of_guest (guint types)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  if (types & AVB_CLIPBOARD_BIT (VD_AGENT_CLIPBOARD_UTF8_TEXT))
    for (const char *const *mime = text_types; *mime != NULL; mime++)
      gdk_content_formats_builder_add_mime_type (builder, *mime);
  if (types & PICTURES)
    gdk_content_formats_builder_add_mime_type (builder, "image/png");
  for (guint type = VD_AGENT_CLIPBOARD_IMAGE_BMP; type <= VD_AGENT_CLIPBOARD_IMAGE_JPG; type++)
    if (types & AVB_CLIPBOARD_BIT (type))
      gdk_content_formats_builder_add_mime_type (builder, avb_clipboard_mime_types (type)[0]);
  return gdk_content_formats_builder_free_to_formats (builder);
}

guint
avb_clipboard_type_for (const char *mime_type, guint types)
{
  for (guint type = VD_AGENT_CLIPBOARD_UTF8_TEXT; type <= VD_AGENT_CLIPBOARD_IMAGE_JPG; type++)
    if (types & AVB_CLIPBOARD_BIT (type) && type != VD_AGENT_CLIPBOARD_IMAGE_PNG
        && g_strv_contains (avb_clipboard_mime_types (type), mime_type))
      return type;
  if (!g_str_equal (mime_type, "image/png"))
    return 0;
  for (guint type = VD_AGENT_CLIPBOARD_IMAGE_PNG; type <= VD_AGENT_CLIPBOARD_IMAGE_JPG; type++)
    if (types & AVB_CLIPBOARD_BIT (type))
      return type;
  return 0;
}

/* (transfer full): valid UTF-8 without a NUL */
static char *
make_text (GBytes *bytes)
{
  gsize       size;
  const char *data = g_bytes_get_data (bytes, &size);

  /* The agent of Windows counts the end of the string too. */
  while (size > 0 && data[size - 1] == '\0')
    size--;
  return g_utf8_make_valid (size > 0 ? data : "", (gssize) size);
}

GBytes *
avb_clipboard_text_from_guest (GBytes *bytes, gboolean crlf)
{
  char *text = make_text (bytes);
  char *to = text;

  if (crlf)
    {
      for (const char *from = text; *from != '\0'; from++)
        if (from[0] != '\r' || from[1] != '\n')
          *to++ = *from;
      *to = '\0';
    }
  return g_bytes_new_take (text, strlen (text));
}

GBytes *
avb_clipboard_text_to_guest (GBytes *bytes, gboolean crlf)
{
  char    *text = make_text (bytes);
  GString *with_crlf;

  if (!crlf)
    return g_bytes_new_take (text, strlen (text));
  with_crlf = g_string_sized_new (strlen (text) + 64);
  for (const char *from = text; *from != '\0'; from++)
    {
      if (*from == '\n' && (from == text || from[-1] != '\r'))
        g_string_append_c (with_crlf, '\r');
      g_string_append_c (with_crlf, *from);
    }
  g_free (text);
  return g_string_free_to_bytes (with_crlf);
}

gboolean
avb_clipboard_is_plausible (GBytes *bytes, const char *mime_type)
{
  static const struct {
    const char *mime_type;
    const char *magic;
    gsize       size;
  } pictures[] = {
    { "image/png", "\x89PNG\r\n\x1a\n", 8 }, { "image/bmp", "BM", 2 },
    { "image/tiff", "II*\0", 4 },            { "image/tiff", "MM\0*", 4 },
    { "image/jpeg", "\xff\xd8\xff", 3 },
  };
  gsize       size;
  const char *data = g_bytes_get_data (bytes, &size);
  gboolean    known = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      if (!g_str_equal (pictures[i].mime_type, mime_type))
        continue;
      known = TRUE;
      if (size >= pictures[i].size && memcmp (data, pictures[i].magic, pictures[i].size) == 0)
        return TRUE;
    }
  return !known;
}

static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gboolean *refused)
{
  *refused = width <= 0 || height <= 0 || (gint64) width * height > AVB_CLIPBOARD_MAX_PIXELS;
}

static DexFuture *
to_png_thread (gpointer data)
{
  GBytes *bytes = data;
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) error = NULL;
  gsize         size, length;
  const guchar *picture = g_bytes_get_data (bytes, &size);
  gboolean      refused = FALSE, complete = TRUE;
  GdkPixbuf    *pixbuf;
  char         *png;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), &refused);
  for (gsize done = 0; done < size && complete && !refused; done += PIECE)
    complete = gdk_pixbuf_loader_write (loader, picture + done, MIN (size - done, PIECE), &error);
  complete = gdk_pixbuf_loader_close (loader, complete ? &error : NULL) && complete;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (refused || !complete || pixbuf == NULL
      || !gdk_pixbuf_save_to_buffer (pixbuf, &png, &length, "png", &error, NULL))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID,
        error != NULL ? error->message : NULL,
        refused ? _ ("The picture in the clipboard is too large to be converted.")
                : _ ("The picture in the clipboard is damaged.")));
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new_take (png, length));
}

DexFuture *
avb_clipboard_to_png (GBytes *bytes)
{
  return avb_blocking_run (to_png_thread, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
}
