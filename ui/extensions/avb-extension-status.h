/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/**
 * AvbExtensionStatus:
 *
 * How an extension is, as far as its user has to know: from what is installed, from the policy, and from the process that
 * runs or does not.
 */
typedef enum {
  AVB_EXTENSION_STATUS_NONE, /* not installed */
  AVB_EXTENSION_STATUS_GOOD,
  AVB_EXTENSION_STATUS_STARTING,
  AVB_EXTENSION_STATUS_DISABLED,
  AVB_EXTENSION_STATUS_CRASHED,
  AVB_EXTENSION_STATUS_UNSUPPORTED, /* not on this computer, or not with its sandbox */
  AVB_EXTENSION_STATUS_BLOCKED,     /* by policy */
  AVB_EXTENSION_STATUS_REVOKED,
} AvbExtensionStatus;

/* @reason: (out) (optional) (nullable): a sentence, translated */
AvbExtensionStatus avb_extension_status_get (AvbExtensionJobs *jobs, const char *id, char **reason);

/* One or two words; NULL for one that is as it should be */
const char *avb_extension_status_to_text  (AvbExtensionStatus status);
/* A class for the style: "error", "warning"; NULL */
const char *avb_extension_status_to_style (AvbExtensionStatus status);

G_END_DECLS
