/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-first-boot.h"

G_BEGIN_DECLS

/* More user-data than clouds take. */
#define AVB_CLOUD_INIT_MAX_USER_DATA (256 * 1024)

/**
 * avb_cloud_init_find_problem:
 *
 * Checks what the user wishes before a guest reads it at its first boot.
 *
 * Returns: (transfer full) (nullable): a translated sentence about the first that does not do
 */
char *avb_cloud_init_find_problem (AvbFirstBoot *wishes);

/**
 * avb_cloud_init_check_user_data:
 * @text: (array length=length): user-data, not trusted
 *
 * Whether cloud-init will know what it is by its first line, and, for a "#cloud-config", whether it is YAML with a
 * mapping at its top.
 *
 * Thread: any.
 *
 * Returns: %FALSE with %AVB_ERROR_INVALID and a sentence that names the line
 */
gboolean avb_cloud_init_check_user_data (const char *text, gsize length, GError **error);

/* Reads and checks a file with user-data. Resolves to a string. */
DexFuture *avb_cloud_init_load_user_data (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_cloud_init_make_user_data:
 * @password_hash: (nullable): of the user's password
 *
 * Returns: (transfer full): a "#cloud-config" of the wishes, or the user's own user-data
 */
char *avb_cloud_init_make_user_data   (AvbFirstBoot *wishes, const char *password_hash);

/* (transfer full): @instance_id: what has another one is a new guest for cloud-init */
char *avb_cloud_init_make_meta_data   (const char *instance_id, const char *host_name);

/* (transfer full): a script that tells the host how the first boot gets on, see avb-guest-channel.h; it runs beside
 * whatever user-data there is. */
char *avb_cloud_init_make_vendor_data (void);

G_END_DECLS
