/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* --- What there is --- */

/* (nullable) (transfer full) */
static GPtrArray *
read_shares (virDomain *domain, guint flags, AvbLibvirtCall *call, GError **error)
{
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (domain, flags, call, error);
  g_autoptr (AvbMachineSpec) spec = xml != NULL ? avb_domain_xml_read_spec (xml) : NULL;

  return spec != NULL ? g_ptr_array_ref (avb_machine_spec_get_shares (spec)) : NULL;
}

/* Says of each of @shares, which the next start has, whether @live has it, and adds what only that
 * has. */
static void
merge_live (GPtrArray *shares, GPtrArray *live)
{
  for (guint i = 0; i < shares->len; i++)
    {
      AvbShareSpec       *share = shares->pdata[i];
      const AvbShareSpec *other = avb_shares_find (live, share->tag);

      if (other == NULL || !avb_share_spec_equal (share, other))
        share->presence = AVB_SHARE_AT_NEXT_START;
    }
  for (guint i = 0; i < live->len; i++)
    {
      AvbShareSpec *share = live->pdata[i];

      if (avb_shares_find (shares, share->tag) != NULL)
        continue;
      share = avb_share_spec_copy (share);
      share->presence = AVB_SHARE_UNTIL_OFF;
      g_ptr_array_add (shares, share);
    }
}

static DexFuture *
list_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) shares = read_shares (domain, VIR_DOMAIN_XML_INACTIVE, call, &error);
  g_autoptr (GPtrArray) live = NULL;

  if (shares == NULL)
    return dex_future_new_for_error (error);
  if (virDomainIsActive (domain) == 1)
    live = read_shares (domain, 0, call, NULL);
  if (live != NULL)
    merge_live (shares, live);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&shares));
}

DexFuture *
avb_libvirt_machine_list_shares (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, list_thread, _ ("The shared folders could not be looked up.")));
}

/* --- Changing them --- */

/* Whether the guest has, of the share with this tag, what the definition says of it. */
static AvbApplied
find_applied (virDomain *domain, AvbLibvirtCall *call, const char *tag)
{
  g_autoptr (GPtrArray) live = NULL;
  const AvbShareSpec *now, *wanted;

  if (virDomainIsActive (domain) != 1)
    return AVB_APPLIED_NOW;
  live = read_shares (domain, 0, call, NULL);
  if (live == NULL)
    return AVB_APPLIED_AT_NEXT_START;
  now = avb_shares_find (live, tag);
  wanted = avb_shares_find (avb_machine_spec_get_shares (call->spec), tag);
  if (now == NULL || wanted == NULL)
    return now == NULL && wanted == NULL ? AVB_APPLIED_NOW : AVB_APPLIED_AT_NEXT_START;
  return avb_share_spec_equal (now, wanted) ? AVB_APPLIED_NOW : AVB_APPLIED_AT_NEXT_START;
}

static gboolean
set_share (AvbLibvirtCall *call, GError **error)
{
  const AvbShareSpec *share = call->data;
  GPtrArray          *shares = avb_machine_spec_get_shares (call->spec);
  AvbShareSpec       *before = avb_shares_find (shares, share->tag);

  if (before == NULL)
    {
      avb_machine_spec_add_share (call->spec, avb_share_spec_copy (share));
      return TRUE;
    }
  g_set_str (&before->path, share->path);
  before->read_only = share->read_only;
  return TRUE;
}

static DexFuture *
set_thread (virDomain *domain, AvbLibvirtCall *call)
{
  const AvbShareSpec *share = call->data;
  g_autoptr (DexFuture) result = NULL;

  if (call->driver != AVB_LIBVIRT_DRIVER_QEMU_REMOTE
      && !g_file_test (share->path, G_FILE_TEST_IS_DIR))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, share->path, _ ("There is no such folder.")));
  result = avb_libvirt_definition_change (domain, call, set_share);
  return dex_future_is_rejected (result)
             ? g_steal_pointer (&result)
             : dex_future_new_for_int (find_applied (domain, call, share->tag));
}

DexFuture *
avb_libvirt_machine_set_share (AvbMachine *machine, const AvbShareSpec *share)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, set_thread, _ ("The folder could not be shared."));

  if (call != NULL)
    {
      call->data = avb_share_spec_copy (share);
      call->data_free = (GDestroyNotify) avb_share_spec_free;
    }
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run_long (call));
}

static gboolean
remove_share (AvbLibvirtCall *call, GError **error)
{
  GPtrArray    *shares = avb_machine_spec_get_shares (call->spec);
  AvbShareSpec *share = avb_shares_find (shares, call->text);

  if (share != NULL)
    {
      g_ptr_array_remove (shares, share);
      return TRUE;
    }
  g_propagate_error (
      error, avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _ ("This folder is not shared any more.")));
  return FALSE;
}

static DexFuture *
remove_thread (virDomain *domain, AvbLibvirtCall *call)
{
  g_autoptr (DexFuture) result = avb_libvirt_definition_change (domain, call, remove_share);

  return dex_future_is_rejected (result)
             ? g_steal_pointer (&result)
             : dex_future_new_for_int (find_applied (domain, call, call->text));
}

DexFuture *
avb_libvirt_machine_remove_share (AvbMachine *machine, const char *tag)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (
      machine, remove_thread, _ ("The folder could not be taken back from the machine."));

  if (call != NULL)
    call->text = g_strdup (tag);
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run_long (call));
}
