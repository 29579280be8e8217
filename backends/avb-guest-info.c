/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-guest-info.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-machine-private.h"
#include "backends/avb-text-line.h"

#define MAX_CHARS 64

G_DEFINE_BOXED_TYPE (AvbGuestInfo, avb_guest_info, avb_guest_info_copy, avb_guest_info_free)

static AvbGuestInterface *
interface_new (const char *name, const char *mac, GStrv addresses)
{
  AvbGuestInterface *interface = g_new0 (AvbGuestInterface, 1);

  interface->name = g_strdup (name);
  interface->mac = g_strdup (mac);
  interface->addresses = addresses;
  return interface;
}

static void
interface_free (gpointer data)
{
  AvbGuestInterface *interface = data;

  g_free (interface->name);
  g_free (interface->mac);
  g_strfreev (interface->addresses);
  g_free (interface);
}

static AvbGuestUser *
user_new (const char *name, gint64 since)
{
  AvbGuestUser *user = g_new0 (AvbGuestUser, 1);

  user->name = g_strdup (name);
  user->since = since;
  return user;
}

static void
user_free (gpointer data)
{
  AvbGuestUser *user = data;

  g_free (user->name);
  g_free (user);
}

AvbGuestInfo *
avb_guest_info_new (void)
{
  AvbGuestInfo *info = g_new0 (AvbGuestInfo, 1);

  info->interfaces = g_ptr_array_new_with_free_func (interface_free);
  info->users = g_ptr_array_new_with_free_func (user_free);
  return info;
}

AvbGuestInfo *
avb_guest_info_copy (const AvbGuestInfo *info)
{
  AvbGuestInfo *copy;

  g_return_val_if_fail (info != NULL, NULL);

  copy = avb_guest_info_new ();
  copy->agent = info->agent;
  copy->reason = g_strdup (info->reason);
  copy->host_name = g_strdup (info->host_name);
  copy->os_name = g_strdup (info->os_name);
  copy->kernel = g_strdup (info->kernel);
  copy->time_zone = g_strdup (info->time_zone);
  copy->more_users = info->more_users;
  for (guint i = 0; i < info->interfaces->len; i++)
    {
      const AvbGuestInterface *interface = info->interfaces->pdata[i];

      g_ptr_array_add (
          copy->interfaces,
          interface_new (interface->name, interface->mac, g_strdupv (interface->addresses)));
    }
  for (guint i = 0; i < info->users->len; i++)
    {
      const AvbGuestUser *user = info->users->pdata[i];

      g_ptr_array_add (copy->users, user_new (user->name, user->since));
    }
  return copy;
}

void
avb_guest_info_free (AvbGuestInfo *info)
{
  g_return_if_fail (info != NULL);

  g_free (info->reason);
  g_free (info->host_name);
  g_free (info->os_name);
  g_free (info->kernel);
  g_free (info->time_zone);
  g_ptr_array_unref (info->interfaces);
  g_ptr_array_unref (info->users);
  g_free (info);
}

/* (nullable): in its usual text, if it is one that something can be reached by */
static char *
clean_address (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  if (address == NULL || g_inet_address_get_is_loopback (address)
      || g_inet_address_get_is_any (address))
    return NULL;
  return g_inet_address_to_string (address);
}

static GStrv
clean_addresses (const char *const *addresses)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  for (guint i = 0; addresses[i] != NULL && list->len < AVB_GUEST_MAX_ADDRESSES; i++)
    {
      g_autofree char *address = clean_address (addresses[i]);

      if (address != NULL
          && !g_ptr_array_find_with_equal_func (list, address, g_str_equal, NULL))
        g_ptr_array_add (list, g_steal_pointer (&address));
    }
  return (GStrv) g_ptr_array_steal (list, NULL);
}

void
avb_guest_info_add_interface (AvbGuestInfo      *info,
                              const char        *name,
                              const char        *mac,
                              const char *const *addresses)
{
  g_auto (GStrv) clean = NULL;
  g_autofree char *name_line = NULL, *mac_line = NULL;

  g_return_if_fail (info != NULL);
  g_return_if_fail (addresses != NULL);

  clean = clean_addresses (addresses);
  if (clean == NULL || clean[0] == NULL || info->interfaces->len >= AVB_GUEST_MAX_INTERFACES)
    return;
  name_line = avb_text_make_line (name, MAX_CHARS);
  mac_line = mac != NULL ? avb_text_make_line (mac, MAX_CHARS) : NULL;
  g_ptr_array_add (info->interfaces, interface_new (name_line, mac_line, g_steal_pointer (&clean)));
}

void
avb_guest_info_add_user (AvbGuestInfo *info, const char *domain, const char *name, gint64 since)
{
  g_autofree char *line = avb_text_make_line (name, MAX_CHARS);

  g_return_if_fail (info != NULL);

  if (*line == '\0')
    return;
  if (domain != NULL && *domain != '\0')
    {
      g_autofree char *user = g_steal_pointer (&line);
      g_autofree char *prefix = avb_text_make_line (domain, MAX_CHARS);

      line = g_strdup_printf ("%s\\%s", prefix, user);
    }
  since = MAX (since, 0);
  /* Somebody with five terminals is logged in once, since the first. */
  for (guint i = 0; i < info->users->len; i++)
    {
      AvbGuestUser *user = info->users->pdata[i];

      if (!g_str_equal (user->name, line))
        continue;
      if (since > 0 && (user->since == 0 || since < user->since))
        user->since = since;
      return;
    }
  if (info->users->len >= AVB_GUEST_MAX_USERS)
    info->more_users = TRUE;
  else
    g_ptr_array_add (info->users, user_new (line, since));
}

DexFuture *
avb_machine_read_guest_info (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->read_guest_info, 0);
  return refusal != NULL ? refusal : klass->read_guest_info (self);
}

static DexFuture *
refuse_unless_running (AvbMachine *self, gconstpointer verb)
{
  DexFuture *refusal = avb_machine_refuse_feature (self, verb, AVB_FEATURE_FREEZE, 0);

  if (refusal == NULL && avb_machine_get_state (self) != AVB_MACHINE_RUNNING)
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The machine is not running."));
  return refusal;
}

DexFuture *
avb_machine_freeze (AvbMachine *self, guint seconds)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (seconds > 0 && seconds <= AVB_FREEZE_MAX_SECONDS, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse_unless_running (self, klass->freeze);
  if (refusal == NULL && avb_machine_get_frozen_until (self) != 0)
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The guest’s file systems are frozen already."));
  return refusal != NULL ? refusal : klass->freeze (self, seconds);
}

DexFuture *
avb_machine_thaw (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse_unless_running (self, klass->thaw);
  return refusal != NULL ? refusal : klass->thaw (self);
}
