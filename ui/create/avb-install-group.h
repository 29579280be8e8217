/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-first-boot.h"
#include "app/avb-unattended.h"

G_BEGIN_DECLS

/**
 * AvbInstallGroup:
 *
 * What the installer on a disc is told: the rows of "Install for me" on the new-machine sheet. Whatever is typed goes to
 * the #AvbFirstBoot at once.
 *
 * Properties: `first-boot` (#AvbFirstBoot, construct-only), `unattended` (#AvbUnattended, nullable, writable: what the
 * installer takes; rows that it does not take are hidden), `problem` (string, nullable, read-only, notifying,
 * translated: why it cannot be installed with this).
 */
#define AVB_TYPE_INSTALL_GROUP (avb_install_group_get_type ())
G_DECLARE_FINAL_TYPE (AvbInstallGroup, avb_install_group, AVB, INSTALL_GROUP, AdwPreferencesGroup)

GtkWidget  *avb_install_group_new            (AvbFirstBoot *first_boot, const AvbUnattended *unattended);
void        avb_install_group_set_unattended (AvbInstallGroup *self, const AvbUnattended *unattended);
const char *avb_install_group_get_problem    (AvbInstallGroup *self); /* (nullable) */

G_END_DECLS
