/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/console/avb-console-usb.h"

G_BEGIN_DECLS

/* Gives this computer's USB devices to a machine and takes them back. */
#define AVB_TYPE_USB_DIALOG (avb_usb_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbUsbDialog, avb_usb_dialog, AVB, USB_DIALOG, AdwDialog)

AdwDialog *avb_usb_dialog_new (AvbMachine *machine, AvbConsoleUsb *usb);

G_END_DECLS
