/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-clone.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"
#include "backends/libvirt/avb-libvirt-template.h"

G_DEFINE_FINAL_TYPE (AvbLibvirtMachine, avb_libvirt_machine, AVB_TYPE_MACHINE)

static DexFuture *
start_thread (virDomain *domain, AvbLibvirtCall *call)
{
  gboolean saved = virDomainHasManagedSaveImage (domain, 0) == 1;
  g_autoptr (GError) error = NULL;

  /* Before the details are read, nobody else knows. */
  if (avb_libvirt_template_is (domain))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, "%s", avb_machine_template_refusal ()));

  if (virDomainCreate (domain) == 0)
    return dex_future_new_true ();
  error = avb_libvirt_error_new (call->what);
  if (avb_libvirt_name_is_refused (domain, error))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID,
                       avb_error_get_details (error),
                       _ ("The machine can’t be started under this name. Rename it first.")));
  if (!saved || error->code == AVB_ERROR_UNAVAILABLE || error->code == AVB_ERROR_BUSY
      || virDomainHasManagedSaveImage (domain, 0) != 1)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_INVALID,
      avb_error_get_details (error),
      _ ("The saved state cannot be restored. Discard it to start the machine afresh.")));
}

static DexFuture *
avb_libvirt_machine_start (AvbMachine *machine)
{
  return avb_libvirt_refresh_after (
      machine,
      avb_libvirt_call_run_long (
          avb_libvirt_call_new (machine, start_thread, _ ("The machine could not be started."))));
}

static DexFuture *
pause_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainSuspend (domain), call);
}

static DexFuture *
avb_libvirt_machine_pause (AvbMachine *machine)
{
  return avb_libvirt_refresh_after (
      machine,
      avb_libvirt_call_run (
          avb_libvirt_call_new (machine, pause_thread, _ ("The machine could not be paused."))));
}

static DexFuture *
resume_thread (virDomain *domain, AvbLibvirtCall *call)
{
  int state = 0;

  /* A guest that went to sleep by itself is woken, not resumed. */
  if (virDomainGetState (domain, &state, NULL, 0) == 0 && state == VIR_DOMAIN_PMSUSPENDED)
    return avb_libvirt_call_resolve (virDomainPMWakeup (domain, 0), call);
  return avb_libvirt_call_resolve (virDomainResume (domain), call);
}

static DexFuture *
avb_libvirt_machine_resume (AvbMachine *machine)
{
  return avb_libvirt_refresh_after (
      machine,
      avb_libvirt_call_run (
          avb_libvirt_call_new (machine, resume_thread, _ ("The machine could not be resumed."))));
}

static DexFuture *
discard_saved_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainManagedSaveRemove (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_discard_saved (AvbMachine *machine)
{
  return avb_libvirt_refresh_after (
      machine,
      avb_libvirt_call_run (avb_libvirt_call_new (
          machine, discard_saved_thread, _ ("The saved state could not be discarded."))));
}

static DexFuture *
shut_down_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainShutdown (domain), call);
}

static DexFuture *
avb_libvirt_machine_shut_down (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, shut_down_thread, _ ("The machine could not be asked to shut down.")));
}

static DexFuture *
reboot_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainReboot (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_reboot (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, reboot_thread, _ ("The machine could not be asked to restart.")));
}

static DexFuture *
reset_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainReset (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_reset (AvbMachine *machine)
{
  return avb_libvirt_call_run (
      avb_libvirt_call_new (machine, reset_thread, _ ("The machine could not be reset.")));
}

static DexFuture *
force_off_thread (virDomain *domain, AvbLibvirtCall *call)
{
  g_autoptr (GError) error = NULL;

  if (virDomainDestroy (domain) == 0)
    return dex_future_new_true ();
  error = avb_libvirt_error_new (call->what);
  /* A daemon that has just started may find the process gone before the one who ended it does. */
  if (error->code == AVB_ERROR_BUSY && virDomainIsActive (domain) == 0)
    return dex_future_new_true ();
  return dex_future_new_for_error (g_steal_pointer (&error));
}

static DexFuture *
avb_libvirt_machine_force_off (AvbMachine *machine)
{
  return avb_libvirt_refresh_after (
      machine,
      avb_libvirt_call_run_long (avb_libvirt_call_new (
          machine, force_off_thread, _ ("The machine could not be forced off."))));
}

static DexFuture *
rename_thread (virDomain *domain, AvbLibvirtCall *call)
{
  /* libvirt calls a name that is taken an operation that is not valid. */
  if (avb_libvirt_name_is_taken (virDomainGetConnect (domain), call->text))
    return avb_libvirt_reject_name ();
  return avb_libvirt_rename (domain, call->text);
}

static DexFuture *
avb_libvirt_machine_rename (AvbMachine *machine, const char *name)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, rename_thread, _ ("The machine could not be renamed."));

  if (call != NULL)
    call->text = g_strdup (name);
  return avb_libvirt_refresh_after (machine, avb_libvirt_call_run (call));
}

static DexFuture *
details_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  AvbLibvirtDomain *details
      = avb_libvirt_domain_read (virDomainGetConnect (domain), call->uuid, TRUE, &error);

  if (details == NULL)
    return dex_future_new_for_error (error);
  if (!details->has_details)
    {
      avb_libvirt_domain_free (details);
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, NULL, "%s", call->what));
    }
  return dex_future_new_for_pointer (details);
}

static void
take_details (AvbMachine *machine, const AvbLibvirtDomain *domain)
{
  avb_machine_set_settings (machine, domain->settings);
  avb_machine_set_details (
      machine, domain->os_id, domain->cpus, domain->memory_mib, domain->emulated);
  avb_machine_set_has_graphics (machine, domain->has_graphics);
}

static DexFuture *
details_cb (DexFuture *future, gpointer data)
{
  AvbLibvirtMachine *self = data;
  const GValue      *value = dex_future_get_value (future, NULL);

  dex_clear (&self->details);
  if (value == NULL)
    return dex_ref (future);
  {
    g_autoptr (AvbLibvirtDomain) domain = g_value_get_pointer (value);

    take_details (AVB_MACHINE (self), domain);
  }
  return dex_future_new_true ();
}

static DexFuture *
avb_libvirt_machine_load_details (AvbMachine *machine)
{
  AvbLibvirtMachine *self = AVB_LIBVIRT_MACHINE (machine);
  DexFuture         *future;

  if (avb_machine_get_has_details (machine))
    return dex_future_new_true ();
  /* Several rows may ask at once. */
  if (self->details != NULL)
    return dex_ref (self->details);
  future = avb_libvirt_call_run (avb_libvirt_call_new (
      machine, details_thread, _ ("The machine’s definition could not be read.")));
  future = dex_future_finally (future, details_cb, g_object_ref (self), g_object_unref);
  if (dex_future_is_pending (future))
    self->details = dex_ref (future);
  return future;
}

static void
avb_libvirt_machine_dispose (GObject *object)
{
  AvbLibvirtMachine *self = AVB_LIBVIRT_MACHINE (object);

  dex_clear (&self->details);
  avb_libvirt_machine_end_freeze (self);

  G_OBJECT_CLASS (avb_libvirt_machine_parent_class)->dispose (object);
}

static void
avb_libvirt_machine_class_init (AvbLibvirtMachineClass *klass)
{
  AvbMachineClass *machine_class = AVB_MACHINE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_libvirt_machine_dispose;

  machine_class->load_details = avb_libvirt_machine_load_details;
  machine_class->start = avb_libvirt_machine_start;
  machine_class->pause = avb_libvirt_machine_pause;
  machine_class->resume = avb_libvirt_machine_resume;
  machine_class->save = avb_libvirt_machine_save;
  machine_class->discard_saved = avb_libvirt_machine_discard_saved;
  machine_class->shut_down = avb_libvirt_machine_shut_down;
  machine_class->reboot = avb_libvirt_machine_reboot;
  machine_class->reset = avb_libvirt_machine_reset;
  machine_class->force_off = avb_libvirt_machine_force_off;
  machine_class->delete = avb_libvirt_machine_delete;
  machine_class->rename = avb_libvirt_machine_rename;
  machine_class->read_spec = avb_libvirt_machine_read_spec;
  machine_class->apply_spec = avb_libvirt_machine_apply_spec;
  machine_class->find_console = avb_libvirt_machine_find_console;
  machine_class->open_console_fd = avb_libvirt_machine_open_console_fd;
  machine_class->take_screenshot = avb_libvirt_machine_take_screenshot;
  machine_class->read_guest_info = avb_libvirt_machine_read_guest_info;
  machine_class->run_command = avb_libvirt_machine_run_command;
  machine_class->freeze = avb_libvirt_machine_freeze;
  machine_class->thaw = avb_libvirt_machine_thaw;
  machine_class->list_text_consoles = avb_libvirt_machine_list_text_consoles;
  machine_class->open_text_console = avb_libvirt_machine_open_text_console;
  machine_class->open_guest_channel = avb_libvirt_machine_open_guest_channel;
  machine_class->forward_port = avb_libvirt_machine_forward_port;
  machine_class->keep_setting = avb_libvirt_machine_keep_setting;
  machine_class->list_shares = avb_libvirt_machine_list_shares;
  machine_class->set_share = avb_libvirt_machine_set_share;
  machine_class->remove_share = avb_libvirt_machine_remove_share;
  machine_class->read_network_link = avb_libvirt_machine_read_network_link;
  machine_class->read_stats = avb_libvirt_machine_read_stats;
  machine_class->set_network_link = avb_libvirt_machine_set_network_link;
  machine_class->clone = avb_libvirt_machine_clone;
  machine_class->set_template = avb_libvirt_machine_set_template;
  machine_class->count_clones = avb_libvirt_machine_count_clones;
  machine_class->list_snapshots = avb_libvirt_machine_list_snapshots;
  machine_class->take_snapshot = avb_libvirt_machine_take_snapshot;
  machine_class->revert_snapshot = avb_libvirt_machine_revert_snapshot;
  machine_class->delete_snapshot = avb_libvirt_machine_delete_snapshot;
}

static void
avb_libvirt_machine_init (AvbLibvirtMachine *self)
{
}

AvbLibvirtMachine *
avb_libvirt_machine_new (AvbLibvirtConnection *connection, const char *uuid)
{
  AvbLibvirtMachine *self = g_object_new (AVB_TYPE_LIBVIRT_MACHINE, "uuid", uuid, NULL);

  avb_machine_set_connection (AVB_MACHINE (self), AVB_CONNECTION (connection));
  return self;
}

static gboolean
is_active (AvbMachineState state)
{
  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED
         || state == AVB_MACHINE_STOPPING;
}

void
avb_libvirt_machine_update (AvbLibvirtMachine *self, const AvbLibvirtDomain *domain)
{
  AvbMachine     *machine;
  AvbMachineState before;

  g_return_if_fail (AVB_IS_LIBVIRT_MACHINE (self));

  machine = AVB_MACHINE (self);
  before = avb_machine_get_state (machine);
  g_object_freeze_notify (G_OBJECT (self));
  avb_machine_set_name (machine, domain->name);
  if (domain->crashed && is_active (before))
    avb_machine_set_last_error (machine, _ ("The machine’s process ended unexpectedly."));
  else if (is_active (domain->state))
    avb_machine_set_last_error (machine, NULL);
  if (before != domain->state)
    avb_machine_set_state (machine,
                           domain->state,
                           before == AVB_MACHINE_UNKNOWN ? 0 : g_get_real_time () / G_USEC_PER_SEC);
  if (domain->has_details)
    take_details (machine, domain);
  avb_machine_set_available (machine, TRUE);
  g_object_thaw_notify (G_OBJECT (self));
}
