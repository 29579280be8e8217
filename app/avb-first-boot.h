/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbFirstBootMode:
 * @AVB_FIRST_BOOT_MANUAL: the guest is told nothing: the user installs it, or it is installed already.
 * @AVB_FIRST_BOOT_INSTALL: the installer on the medium is told what it would ask: "Install for me".
 * @AVB_FIRST_BOOT_CLOUD: cloud-init in the disk image is told who the user is.
 */
typedef enum {
  AVB_FIRST_BOOT_MANUAL,
  AVB_FIRST_BOOT_INSTALL,
  AVB_FIRST_BOOT_CLOUD,
} AvbFirstBootMode;

#define AVB_TYPE_FIRST_BOOT_MODE (avb_first_boot_mode_get_type ())
GType avb_first_boot_mode_get_type (void);

/**
 * AvbFirstBoot:
 *
 * What a new guest is told when it starts for the first time, as the user wishes it; a part of a draft, to
 * which the new-machine sheet binds. Holds wishes only: who uses them checks them. Main thread only.
 *
 * Properties, all readable, writable and notifying: `mode` (#AvbFirstBootMode), `user` (string: a login name,
 * prefilled with this user's), `full-name`, `password`, `host-name`, `language` (a locale: "de_DE"), `keyboard` (a
 * layout of XKB: "de"), `time-zone` ("Europe/Berlin"), `product-key`, `user-data` (own cloud-init user-data, instead of
 * all else) (strings, nullable), `ssh-keys`, `packages` (string lists, nullable), `auto-login`, `drivers` (boolean: virtio
 * drivers for guests that lack them), `desktop` (boolean: a graphical one, where an installer lets choose), `snapshot` (boolean: one when the guest is ready).
 *
 * The password is wiped from memory at the end and is never logged.
 */
#define AVB_TYPE_FIRST_BOOT (avb_first_boot_get_type ())
G_DECLARE_FINAL_TYPE (AvbFirstBoot, avb_first_boot, AVB, FIRST_BOOT, GObject)

/* Prefilled from this computer: user, full name, language, keyboard, time zone. */
AvbFirstBoot       *avb_first_boot_new             (void);

AvbFirstBootMode    avb_first_boot_get_mode        (AvbFirstBoot *self);
void                avb_first_boot_set_mode        (AvbFirstBoot *self, AvbFirstBootMode mode);
const char         *avb_first_boot_get_user        (AvbFirstBoot *self);
const char         *avb_first_boot_get_full_name   (AvbFirstBoot *self);
const char         *avb_first_boot_get_password    (AvbFirstBoot *self);
const char         *avb_first_boot_get_host_name   (AvbFirstBoot *self);
const char         *avb_first_boot_get_language    (AvbFirstBoot *self);
const char         *avb_first_boot_get_keyboard    (AvbFirstBoot *self);
const char         *avb_first_boot_get_time_zone   (AvbFirstBoot *self);
const char         *avb_first_boot_get_product_key (AvbFirstBoot *self);
const char         *avb_first_boot_get_user_data   (AvbFirstBoot *self);
const char *const  *avb_first_boot_get_ssh_keys    (AvbFirstBoot *self);
const char *const  *avb_first_boot_get_packages    (AvbFirstBoot *self);
gboolean            avb_first_boot_get_auto_login  (AvbFirstBoot *self);
gboolean            avb_first_boot_get_desktop     (AvbFirstBoot *self);
gboolean            avb_first_boot_get_drivers     (AvbFirstBoot *self);
gboolean            avb_first_boot_get_snapshot    (AvbFirstBoot *self);

G_END_DECLS
