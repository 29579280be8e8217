/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes a disk image of one MiB that a PC with BIOS starts from: it says @text on the first serial port, and halts. The
 * smallest guest there is. @text: ASCII, at most 400 bytes. */
void avb_test_write_boot_sector (const char *path, const char *text);

G_END_DECLS
