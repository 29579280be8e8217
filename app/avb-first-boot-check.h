/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-first-boot.h"

G_BEGIN_DECLS

/* For those who use the wishes of an #AvbFirstBoot: what guests take. */

/* Whether the whole of @text is what @pattern, a Perl regular expression with ^ and $, says. */
gboolean avb_first_boot_matches           (const char *pattern, const char *text);
gboolean avb_first_boot_is_host_name      (const char *name, gboolean windows);
/* (transfer full) (nullable): a translated sentence about the first of user, full name and password that does not do */
char    *avb_first_boot_find_user_problem (AvbFirstBoot *self, gboolean password_needed);

/**
 * avb_first_boot_make_host_name:
 * @name: a machine's, which may be anything
 * @limit: letters at most
 *
 * Returns: (transfer full): a name that every guest takes for itself
 */
char    *avb_first_boot_make_host_name    (const char *name, gsize limit);

/**
 * avb_first_boot_hash_password:
 *
 * Returns: (transfer full) (nullable): the password as systems of this century keep it: SHA-512 with salt, of letters,
 *   digits, '.', '/' and '$' only; %NULL with %AVB_ERROR_FAILED. Any thread.
 */
char    *avb_first_boot_hash_password     (const char *password, GError **error);

G_END_DECLS
