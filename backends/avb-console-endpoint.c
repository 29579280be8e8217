/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine.h"
#include "backends/avb-secret.h"

G_DEFINE_BOXED_TYPE (AvbConsoleEndpoint,
                     avb_console_endpoint,
                     avb_console_endpoint_copy,
                     avb_console_endpoint_free)
G_DEFINE_BOXED_TYPE (AvbScreenshot, avb_screenshot, avb_screenshot_copy, avb_screenshot_free)

AvbConsoleEndpoint *
avb_console_endpoint_new (AvbConsoleKind kind)
{
  AvbConsoleEndpoint *endpoint = g_new0 (AvbConsoleEndpoint, 1);

  endpoint->kind = kind;
  return endpoint;
}

AvbConsoleEndpoint *
avb_console_endpoint_copy (const AvbConsoleEndpoint *endpoint)
{
  AvbConsoleEndpoint *copy;

  g_return_val_if_fail (endpoint != NULL, NULL);

  copy = g_memdup2 (endpoint, sizeof *endpoint);
  copy->host = g_strdup (endpoint->host);
  copy->reason = g_strdup (endpoint->reason);
  copy->user = g_strdup (endpoint->user);
  copy->id = g_strdup (endpoint->id);
  copy->password = g_strdup (endpoint->password);
  copy->ca_file = g_strdup (endpoint->ca_file);
  return copy;
}

void
avb_console_endpoint_free (AvbConsoleEndpoint *endpoint)
{
  g_return_if_fail (endpoint != NULL);

  g_free (endpoint->host);
  g_free (endpoint->reason);
  g_free (endpoint->user);
  g_free (endpoint->id);
  avb_secret_free (endpoint->password);
  g_free (endpoint->ca_file);
  g_free (endpoint);
}

AvbScreenshot *
avb_screenshot_new (const char *mime_type, GBytes *bytes)
{
  AvbScreenshot *screenshot;

  g_return_val_if_fail (mime_type != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  screenshot = g_new0 (AvbScreenshot, 1);
  screenshot->mime_type = g_strdup (mime_type);
  screenshot->bytes = g_bytes_ref (bytes);
  return screenshot;
}

AvbScreenshot *
avb_screenshot_copy (const AvbScreenshot *screenshot)
{
  g_return_val_if_fail (screenshot != NULL, NULL);

  return avb_screenshot_new (screenshot->mime_type, screenshot->bytes);
}

void
avb_screenshot_free (AvbScreenshot *screenshot)
{
  g_return_if_fail (screenshot != NULL);

  g_free (screenshot->mime_type);
  g_bytes_unref (screenshot->bytes);
  g_free (screenshot);
}
