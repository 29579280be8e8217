/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-status.h"

#include <glib/gi18n-lib.h>

static AvbExtensionStatus
because (AvbExtensionStatus status, char **reason, const char *text)
{
  if (reason != NULL)
    *reason = g_strdup (text);
  return status;
}

/* What the process and the policy say. */
static AvbExtensionStatus
get_running (AvbExtension *extension, char **reason)
{
  const char *text = avb_extension_get_state_reason (extension);

  switch (avb_extension_get_state (extension))
    {
    case AVB_EXTENSION_STARTING:
      return because (AVB_EXTENSION_STATUS_STARTING, reason, text);
    case AVB_EXTENSION_CRASHED:
      return because (AVB_EXTENSION_STATUS_CRASHED, reason, text);
    case AVB_EXTENSION_DISABLED:
      /* By itself: the user's own wish was looked at before. */
      return because (avb_extension_get_can_try_again (extension) ? AVB_EXTENSION_STATUS_CRASHED
                                                                   : AVB_EXTENSION_STATUS_DISABLED, reason, text);
    case AVB_EXTENSION_REVOKED:
      return because (AVB_EXTENSION_STATUS_REVOKED, reason, text);
    case AVB_EXTENSION_BLOCKED:
      return because (AVB_EXTENSION_STATUS_BLOCKED, reason, text);
    case AVB_EXTENSION_UNSUPPORTED:
      return because (AVB_EXTENSION_STATUS_UNSUPPORTED, reason, text);
    case AVB_EXTENSION_STOPPED:
    case AVB_EXTENSION_RUNNING:
    default:
      return because (AVB_EXTENSION_STATUS_GOOD, reason, NULL);
    }
}

AvbExtensionStatus
avb_extension_status_get (AvbExtensionJobs *jobs, const char *id, char **reason)
{
  AvbInstalled *installed = avb_extension_jobs_find_installed (jobs, id);
  g_autoptr (AvbExtension) extension = NULL;

  if (reason != NULL)
    *reason = NULL;
  if (installed == NULL)
    return AVB_EXTENSION_STATUS_NONE;
  if (avb_installed_get_revoked_reason (installed) != NULL)
    return because (AVB_EXTENSION_STATUS_REVOKED, reason, avb_installed_get_revoked_reason (installed));
  if (!avb_installed_get_enabled (installed))
    return AVB_EXTENSION_STATUS_DISABLED;
  extension = avb_extension_host_find (avb_extension_set_get_host (avb_extension_jobs_get_set (jobs)), id);
  return extension != NULL ? get_running (extension, reason) : AVB_EXTENSION_STATUS_GOOD;
}

const char *
avb_extension_status_to_text (AvbExtensionStatus status)
{
  switch (status)
    {
    case AVB_EXTENSION_STATUS_STARTING:
      return C_("extension", "Starting");
    case AVB_EXTENSION_STATUS_DISABLED:
      return C_("extension", "Off");
    case AVB_EXTENSION_STATUS_CRASHED:
      return C_("extension", "Stopped working");
    case AVB_EXTENSION_STATUS_UNSUPPORTED:
      return C_("extension", "Cannot run here");
    case AVB_EXTENSION_STATUS_BLOCKED:
      return C_("extension", "Blocked");
    case AVB_EXTENSION_STATUS_REVOKED:
      return C_("extension", "Taken back");
    case AVB_EXTENSION_STATUS_NONE:
    case AVB_EXTENSION_STATUS_GOOD:
    default:
      return NULL;
    }
}

const char *
avb_extension_status_to_style (AvbExtensionStatus status)
{
  switch (status)
    {
    case AVB_EXTENSION_STATUS_CRASHED:
    case AVB_EXTENSION_STATUS_REVOKED:
      return "error";
    case AVB_EXTENSION_STATUS_UNSUPPORTED:
    case AVB_EXTENSION_STATUS_BLOCKED:
      return "warning";
    case AVB_EXTENSION_STATUS_NONE:
    case AVB_EXTENSION_STATUS_GOOD:
    case AVB_EXTENSION_STATUS_STARTING:
    case AVB_EXTENSION_STATUS_DISABLED:
    default:
      return NULL;
    }
}
