/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-keymap.h"

/* The key codes of macOS and Windows as those of Linux, by which avb-keymap.c knows the scancodes.
 * The facts are those of the key code database that QEMU, libvirt and SPICE share (keycodemapdb,
 * keymaps.csv); what it leaves open is as the keyboards have it. */

/* By the virtual key codes of Carbon (kVK_…), which name places, not letters. Help is where PCs
 * have Insert, and is what one of a PC says on a Mac. */
static const guint8 macos_keys[0x80] = {
  /* clang-format off */
  /* 00 */  30,  31,  32,  33,  35,  34,  44,  45,  46,  47,  86,  48,  16,  17,  18,  19,
  /* 10 */  21,  20,   2,   3,   4,   5,   7,   6,  13,  10,   8,  12,   9,  11,  27,  24,
  /* 20 */  22,  26,  23,  25,  28,  38,  36,  40,  37,  39,  43,  51,  53,  49,  50,  52,
  /* 30 */  15,  57,  41,  14,   0,   1, 126, 125,  42,  58,  56,  29,  54, 100,  97,   0,
  /* 40 */ 187,  83,   0,  55,   0,  78,   0,  69, 115, 114, 113,  98,  96,   0,  74, 188,
  /* 50 */ 189, 117,  82,  79,  80,  81,  75,  76,  77,  71, 190,  72,  73, 124,  89,  95,
  /* 60 */  63,  64,  65,  61,  66,  67, 123,  87, 122, 183, 186, 184,   0,  68, 127,  88,
  /* 70 */   0, 185, 110, 102, 104, 111,  62, 107,  60, 109,  59, 105, 106, 108, 103,   0,
  /* clang-format on */
};

/* By the virtual key codes of Windows (VK_…), for an American keyboard: on others, letters and
 * signs are elsewhere. */
static const guint8 windows_keys[0x100] = {
  /* clang-format off */
  /* 00 */   0,   0,   0,   0,   0,   0,   0,   0,  14,  15,   0,   0,  76,  28,   0,   0,
  /* 10 */  42,  29,  56, 119,  58,  90, 122,   0,   0, 123, 123,   1,  92,  94,   0,   0,
  /* 20 */  57, 104, 109, 107, 102, 105, 103, 106, 108,   0,   0,   0,  99, 110, 111,   0,
  /* 30 */  11,   2,   3,   4,   5,   6,   7,   8,   9,  10,   0,   0,   0,   0,   0,   0,
  /* 40 */   0,  30,  48,  46,  32,  18,  33,  34,  35,  23,  36,  37,  38,  50,  49,  24,
  /* 50 */  25,  16,  19,  31,  20,  22,  47,  17,  45,  21,  44, 125, 126, 127,   0, 142,
  /* 60 */  82,  79,  80,  81,  75,  76,  77,  71,  72,  73,  55,  78, 121,  74,  83,  98,
  /* 70 */  59,  60,  61,  62,  63,  64,  65,  66,  67,  68,  87,  88, 183, 184, 185, 186,
  /* 80 */ 187, 188, 189, 190, 191, 192, 193, 194,   0,   0,   0,   0,   0,   0,   0,   0,
  /* 90 */  69,  70,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
  /* a0 */  42,  54,  29,  97,  56, 100, 158, 159, 173, 128, 217, 156, 172, 113, 114, 115,
  /* b0 */ 163, 165, 166, 164, 155, 226, 157, 140,   0,   0,  39,  13,  51,  12,  52,  53,
  /* c0 */  41,  89, 121,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
  /* d0 */   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  26,  43,  27,  40,  41,
  /* e0 */   0,   0,  86,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
  /* f0 */   0,   0,  93,  85,  85,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
  /* clang-format on */
};

#define VK_CANCEL_CODE 0x03
#define SCANCODE_BREAK 0x146

guint
avb_keymap_from_macos (guint code)
{
  return code < G_N_ELEMENTS (macos_keys) ? avb_keymap_from_linux (macos_keys[code]) : 0;
}

/* Digits, letters, and the signs whose place depends on the layout. */
static gboolean
is_typed (guint code)
{
  return (code >= 0x30 && code <= 0x5a) || (code >= 0xba && code <= 0xe2);
}

guint
avb_keymap_from_windows (guint code, guint scancode)
{
  /* Pause together with Ctrl. */
  if (code == VK_CANCEL_CODE)
    return SCANCODE_BREAK;
  if (code >= G_N_ELEMENTS (windows_keys))
    return 0;
  if (is_typed (code) && scancode > 0 && scancode < 0x80)
    return scancode;
  return avb_keymap_from_linux (windows_keys[code]);
}
