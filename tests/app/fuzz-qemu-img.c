/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What qemu-img says of a hostile image, and the head of a hostile file: no input may do more than be
 * refused. The first byte chooses the reader. */

#include "config.h"

#include <string.h>

#include "app/avb-image-head.h"
#include "app/avb-qemu-img.h"
#include "backends/avb-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  const guint8 *bytes;
  gsize         size;
} Memory;

/* The input is spread: its first half is the head, the rest begins where an ISO's volume does. */
static gssize
read_memory (gpointer data, guint8 *buffer, gsize count, guint64 offset, GError **error)
{
  const Memory *memory = data;
  gsize half = memory->size / 2;
  gsize done;

  for (done = 0; done < count; done++)
    {
      guint64 at = offset + done;

      if (at >= 0x8000 + (memory->size - half))
        break;
      buffer[done] = at < half && at < 0x8000 ? memory->bytes[at]
                     : at >= 0x8000           ? memory->bytes[half + (at - 0x8000)]
                                              : 0;
    }
  return done;
}

static void
read_head (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  Memory memory = { data, size };
  AvbImageHead head;

  if (size == 0)
    return;
  if (avb_image_head_read (read_memory, &memory, 0x8000 + size - size / 2, "fuzz", TRUE, &head, &error))
    {
      g_assert_no_error (error);
      g_assert_true (g_utf8_validate (head.iso.volume_id, -1, NULL));
      g_assert_true (g_utf8_validate (head.iso.application_id, -1, NULL));
    }
  else
    g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

static void
read_info (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  guint64 capacity = 0;

  if (avb_qemu_img_parse_info ((const char *) data, size, "qcow2", "fuzz", &capacity, &error))
    {
      g_assert_cmpuint (capacity, >, 0);
      g_assert_cmpuint (capacity, <=, AVB_QEMU_IMG_MAX_CAPACITY);
    }
  else
    g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* JSON begins with a brace or a space. */
  if (size > 0 && data[0] > ' ' && data[0] != '{')
    read_head (data + 1, size - 1);
  else
    read_info (data, size);
  return 0;
}
