/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

G_BEGIN_DECLS

/**
 * AvbUsbDevice:
 *
 * A USB device of this computer that a guest may have, or one that a machine remembers and that is not
 * plugged in. What it says about itself is not trusted: it is shortened, and never markup.
 *
 * Properties: `name` (string, "Vendor Product"), `id` (string, "1d6b:0002": what kind it is), `place` (string,
 * nullable, translated, where it is plugged in), `present`, `connected` (booleans: the guest has it), `busy`
 * (boolean: on its way there or back), `remembered` (boolean: it is connected by itself).
 */
#define AVB_TYPE_USB_DEVICE (avb_usb_device_get_type ())
G_DECLARE_FINAL_TYPE (AvbUsbDevice, avb_usb_device, AVB, USB_DEVICE, GObject)

AvbUsbDevice   *avb_usb_device_new            (SpiceUsbDevice *device);
/* For one that is not plugged in: @text as from avb_usb_device_to_text(). (nullable) */
AvbUsbDevice   *avb_usb_device_new_remembered (const char *text);
/* (transfer full): what is kept of a remembered device: its id, a space, its name */
char           *avb_usb_device_to_text        (AvbUsbDevice *self);

SpiceUsbDevice *avb_usb_device_get_spice      (AvbUsbDevice *self); /* (nullable) */
const char     *avb_usb_device_get_name       (AvbUsbDevice *self);
const char     *avb_usb_device_get_id         (AvbUsbDevice *self);
const char     *avb_usb_device_get_place      (AvbUsbDevice *self); /* (nullable) */
gboolean        avb_usb_device_get_present    (AvbUsbDevice *self);
gboolean        avb_usb_device_get_connected  (AvbUsbDevice *self);
void            avb_usb_device_set_connected  (AvbUsbDevice *self, gboolean connected);
gboolean        avb_usb_device_get_busy       (AvbUsbDevice *self);
void            avb_usb_device_set_busy       (AvbUsbDevice *self, gboolean busy);
gboolean        avb_usb_device_get_remembered (AvbUsbDevice *self);
void            avb_usb_device_set_remembered (AvbUsbDevice *self, gboolean remembered);

G_END_DECLS
