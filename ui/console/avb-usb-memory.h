/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Which USB devices this user gives to which machine: the setting `usb-devices`, a{sas}, by the machine's UUID.
 * A device is its id, a space and its name, as of avb_usb_device_to_text(). */

/* (transfer full): never %NULL, and never many */
char **avb_usb_memory_dup (GSettings *settings, const char *uuid);
/* Replaces what there is of the same id. */
void   avb_usb_memory_add (GSettings *settings, const char *uuid, const char *device);
/* @id: of the device */
void   avb_usb_memory_remove (GSettings *settings, const char *uuid, const char *id);

G_END_DECLS
