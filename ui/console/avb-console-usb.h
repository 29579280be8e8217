/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-spice-session.h"
#include "ui/console/avb-usb-device.h"

G_BEGIN_DECLS

/**
 * AvbConsoleUsb:
 *
 * Which of this computer's USB devices the guest has. Lives as long as the session, and holds it while the
 * guest has a device, also when nobody looks at the machine any more. Main thread.
 *
 * Keyboards and pointers are not offered: whoever gave away the only one could not take it back. Which
 * devices a machine remembers is kept for this user (GSettings `usb-devices`), not in its definition.
 *
 * Properties, read-only and notifying: `n-connected` (uint), `n-ports` (uint: how many devices the machine
 * has room for), `ready` (boolean: `n-ports` is known), `message` (string, nullable, translated: why no
 * device of this computer can be given away).
 *
 * Signal `failed` (#AvbUsbDevice, #GError with a translated message): a device could not be connected, or the
 * guest lost it.
 */
#define AVB_TYPE_CONSOLE_USB (avb_console_usb_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleUsb, avb_console_usb, AVB, CONSOLE_USB, GObject)

/* (transfer none): the session's, which is made when first asked for and lives as long as it */
AvbConsoleUsb *avb_console_usb_for_session (AvbSpiceSession *session);

/* (transfer none): of #AvbUsbDevice, those that are plugged in first */
GListModel *avb_console_usb_get_devices     (AvbConsoleUsb *self);
guint       avb_console_usb_get_n_connected (AvbConsoleUsb *self);
guint       avb_console_usb_get_n_ports     (AvbConsoleUsb *self);
gboolean    avb_console_usb_get_ready       (AvbConsoleUsb *self);
const char *avb_console_usb_get_message     (AvbConsoleUsb *self); /* (nullable) */
/* (nullable) (transfer none): this computer's devices, while connected */
SpiceUsbDeviceManager *avb_console_usb_get_manager (AvbConsoleUsb *self);

/* Gives @device to the guest, or takes it back; see its `busy` and `connected`, and `failed`. */
void avb_console_usb_set_connected  (AvbConsoleUsb *self, AvbUsbDevice *device, gboolean connected);
/* Whether this machine gets @device by itself whenever both are there. */
void avb_console_usb_set_remembered (AvbConsoleUsb *self, AvbUsbDevice *device, gboolean remembered);
void avb_console_usb_disconnect_all (AvbConsoleUsb *self);

/* (transfer full): what @error of spice-client-glib means, in a sentence for users */
GError *avb_console_usb_explain (const GError *error, const char *name);

G_END_DECLS
