/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/avb-boot-sector.h"

#include <string.h>

#define IMAGE_SIZE (1 << 20)

/* Loaded at 0x7c00, in real mode. */
static const guint8 code[] = {
  0x31, 0xc0,       /*       xor ax, ax */
  0x8e, 0xd8,       /*       mov ds, ax */
  0xbe, 0x16, 0x7c, /*       mov si, text */
  0xfc,             /*       cld */
  0xac,             /* next: lodsb */
  0x84, 0xc0,       /*       test al, al */
  0x74, 0x06,       /*       jz end */
  0xba, 0xf8, 0x03, /*       mov dx, 0x3f8: the first serial port */
  0xee,             /*       out dx, al */
  0xeb, 0xf5,       /*       jmp next */
  0xf4,             /* end:  hlt */
  0xeb, 0xfd,       /*       jmp end */
};

void
avb_test_write_boot_sector (const char *path, const char *text)
{
  g_autofree guint8 *image = g_malloc0 (IMAGE_SIZE);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (sizeof code, ==, 0x16);
  g_assert_cmpuint (strlen (text), <=, 400);
  memcpy (image, code, sizeof code);
  memcpy (image + sizeof code, text, strlen (text));
  image[510] = 0x55;
  image[511] = 0xaa;
  g_file_set_contents (path, (const char *) image, IMAGE_SIZE, &error);
  g_assert_no_error (error);
}
