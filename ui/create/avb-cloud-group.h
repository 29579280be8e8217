/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-first-boot.h"

G_BEGIN_DECLS

/**
 * AvbCloudGroup:
 *
 * What cloud-init in a disk image is told: rows of the new-machine sheet. Whatever is typed goes to the #AvbFirstBoot at
 * once. Takes public SSH keys and user-data that are dropped on it.
 *
 * Properties: `first-boot` (#AvbFirstBoot, construct-only), `shows-wishes` (boolean, read-only, notifying: the rows for
 * user, keys and packages, which own user-data replaces), `problem` (string, nullable, read-only, notifying,
 * translated: why the guest cannot be set up with this).
 */
#define AVB_TYPE_CLOUD_GROUP (avb_cloud_group_get_type ())
G_DECLARE_FINAL_TYPE (AvbCloudGroup, avb_cloud_group, AVB, CLOUD_GROUP, AdwPreferencesGroup)

GtkWidget  *avb_cloud_group_new           (AvbFirstBoot *first_boot);
const char *avb_cloud_group_get_problem   (AvbCloudGroup *self); /* (nullable) */
/* Where what is missing is typed. */
void        avb_cloud_group_focus_problem (AvbCloudGroup *self);
/* Takes a file for what it is: a public SSH key, or user-data. What it is not is said in the window. */
void        avb_cloud_group_take_file     (AvbCloudGroup *self, GFile *file);

G_END_DECLS
