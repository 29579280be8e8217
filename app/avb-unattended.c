/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-unattended.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-first-boot-check.h"
#include "app/avb-unattended-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* NetBIOS has no room for more. */

AvbUnattended *
avb_unattended_copy (const AvbUnattended *self)
{
  AvbUnattended *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->product_key_format = g_strdup (self->product_key_format);
  return copy;
}

void
avb_unattended_free (AvbUnattended *self)
{
  if (self == NULL)
    return;
  g_free (self->product_key_format);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbUnattended, avb_unattended, avb_unattended_copy, avb_unattended_free)

static DexFuture *
read_thread (gpointer data)
{
  GError *error = NULL;
  AvbUnattended *info = avb_unattended_read (data, &error);

  return info != NULL ? dex_future_new_take_boxed (AVB_TYPE_UNATTENDED, info) : dex_future_new_for_error (error);
}

DexFuture *
avb_unattended_can (AvbMedium *medium)
{
  dex_return_error_if_fail (AVB_IS_MEDIUM (medium));

  if (avb_medium_get_kind (medium) != AVB_MEDIUM_ISO)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("Only a disc can be installed from.")));
  return avb_blocking_run (read_thread, g_strdup (avb_medium_get_path (medium)), g_free);
}

static gboolean
matches_key_format (const char *key, const char *format)
{
  if (format == NULL)
    return avb_first_boot_matches ("^[A-Za-z0-9-]{1,64}$", key);
  for (; *key != '\0' && *format != '\0'; key++, format++)
    if (*format == '$' ? !g_ascii_isalnum (*key) : *key != *format)
      return FALSE;
  return *key == *format;
}

char *
avb_unattended_find_problem (const AvbUnattended *self, AvbFirstBoot *wishes)
{
  const char *host_name, *key;
  char *problem;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (AVB_IS_FIRST_BOOT (wishes), NULL);

  problem = avb_first_boot_find_user_problem (wishes, TRUE);
  if (problem != NULL)
    return problem;
  host_name = avb_first_boot_get_host_name (wishes);
  key = avb_first_boot_get_product_key (wishes);
  if (host_name != NULL && !avb_first_boot_is_host_name (host_name, self->installer == AVB_INSTALLER_WINDOWS))
    return g_strdup (self->installer == AVB_INSTALLER_WINDOWS
                         ? _("A computer name has up to 15 letters, digits and “-”.")
                         : _("A computer name has up to 63 letters, digits and “-”."));
  if (avb_first_boot_get_language (wishes) == NULL ||
      !avb_first_boot_matches ("^[a-z]{2,3}_[A-Z]{2}$", avb_first_boot_get_language (wishes)))
    return g_strdup (_("Choose a language."));
  if (self->keyboard && (avb_first_boot_get_keyboard (wishes) == NULL ||
                         !avb_first_boot_matches ("^[a-z][a-z0-9_-]{1,19}$", avb_first_boot_get_keyboard (wishes))))
    return g_strdup (_("Choose a keyboard."));
  if (self->time_zone && (avb_first_boot_get_time_zone (wishes) == NULL ||
                          !avb_first_boot_matches ("^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$",
                                    avb_first_boot_get_time_zone (wishes))))
    return g_strdup (_("Choose a time zone."));
  if (self->product_key && key != NULL && !matches_key_format (key, self->product_key_format))
    return g_strdup (_("This is not a product key: compare it with the one that came with the system."));
  return NULL;
}

char *
avb_unattended_find_drivers (void)
{
  static const char *const places[] = {
    "/usr/share/virtio-win/virtio-win.iso",
    "/usr/share/virtio/virtio-win.iso",
    "/var/lib/libvirt/images/virtio-win.iso",
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_REGULAR))
      return g_strdup (places[i]);
  return NULL;
}
