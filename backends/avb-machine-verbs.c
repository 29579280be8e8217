/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-clone.h"
#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

/* Each verb asks whether it can be called, checks what it was given, and hands over to the backend.
 */

DexFuture *
avb_machine_load_details (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->load_details, 0);
  return refusal != NULL ? refusal : klass->load_details (self);
}

static DexFuture *
start_guarded_cb (DexFuture *future, gpointer data)
{
  AvbMachine      *self = data;
  AvbMachineClass *klass = AVB_MACHINE_GET_CLASS (self);
  /* It may be another machine by now. */
  DexFuture *refusal = avb_machine_refuse (self, klass->start, AVB_MACHINE_CAN_START);

  return refusal != NULL ? refusal : klass->start (self);
}

DexFuture *
avb_machine_start (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal, *guard;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  if (avb_machine_get_is_template (self))
    return avb_machine_reject (AVB_ERROR_NOT_SUPPORTED, avb_machine_template_refusal ());
  refusal = avb_machine_refuse (self, klass->start, AVB_MACHINE_CAN_START);
  if (refusal != NULL)
    return refusal;
  guard = avb_machine_call_start_guard (self);
  return guard != NULL ? dex_future_then (guard, start_guarded_cb, g_object_ref (self), g_object_unref)
                       : klass->start (self);
}

DexFuture *
avb_machine_pause (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->pause, AVB_MACHINE_CAN_PAUSE);
  return refusal != NULL ? refusal : klass->pause (self);
}

DexFuture *
avb_machine_resume (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->resume, AVB_MACHINE_CAN_RESUME);
  return refusal != NULL ? refusal : klass->resume (self);
}

DexFuture *
avb_machine_shut_down (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->shut_down, AVB_MACHINE_CAN_SHUT_DOWN);
  return refusal != NULL ? refusal : klass->shut_down (self);
}

DexFuture *
avb_machine_reboot (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->reboot, AVB_MACHINE_CAN_SHUT_DOWN);
  return refusal != NULL ? refusal : klass->reboot (self);
}

DexFuture *
avb_machine_reset (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->reset, AVB_MACHINE_CAN_RESET);
  return refusal != NULL ? refusal : klass->reset (self);
}

DexFuture *
avb_machine_read_spec (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->read_spec, 0);
  return refusal != NULL ? refusal : klass->read_spec (self);
}

DexFuture *
avb_machine_find_console (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->find_console, 0);
  return refusal != NULL ? refusal : klass->find_console (self);
}

DexFuture *
avb_machine_open_console_fd (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->open_console_fd, AVB_MACHINE_HAS_CONSOLE);
  return refusal != NULL ? refusal : klass->open_console_fd (self);
}

DexFuture *
avb_machine_discard_saved (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->discard_saved, AVB_MACHINE_CAN_FORCE_OFF);
  if (refusal == NULL && avb_machine_get_state (self) != AVB_MACHINE_SAVED)
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The machine has no saved state."));
  return refusal != NULL ? refusal : klass->discard_saved (self);
}

DexFuture *
avb_machine_force_off (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  if (avb_machine_get_state (self) == AVB_MACHINE_SAVED)
    return avb_machine_discard_saved (self);
  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->force_off, AVB_MACHINE_CAN_FORCE_OFF);
  return refusal != NULL ? refusal : klass->force_off (self);
}

DexFuture *
avb_machine_save (AvbMachine *self, AvbOperation *operation)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;
  g_autoptr (AvbOperation) own = NULL;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (operation == NULL || AVB_IS_OPERATION (operation), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->save, AVB_MACHINE_CAN_SAVE);
  if (refusal != NULL)
    {
      g_autoptr (GError) error = NULL;

      dex_future_get_value (refusal, &error);
      if (operation != NULL)
        avb_operation_finish (operation, error);
      return refusal;
    }

  if (operation == NULL)
    {
      /* Translators: %s is the name of a machine. */
      g_autofree char *title = g_strdup_printf (_ ("Saving “%s”"), avb_machine_get_name (self));

      operation = own = avb_operation_new (title);
    }
  avb_machine_begin_work (self, operation);

  return avb_machine_end_work (self, operation, klass->save (self, operation));
}

DexFuture *
avb_machine_delete (AvbMachine *self, AvbDeleteFlags flags)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->delete, AVB_MACHINE_CAN_DELETE);
  return refusal != NULL ? refusal : klass->delete (self, flags);
}

DexFuture *
avb_machine_rename (AvbMachine *self, const char *name)
{
  AvbMachineClass *klass;
  g_autoptr (AvbMachineSpec) spec = NULL;
  GError    *error = NULL;
  DexFuture *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->rename, AVB_MACHINE_CAN_RENAME);
  if (refusal != NULL)
    return refusal;
  spec = avb_machine_spec_new ();
  avb_machine_spec_set_name (spec, name);
  if (!avb_machine_spec_validate (spec, &error))
    return dex_future_new_for_error (error);
  if (g_strcmp0 (name, avb_machine_get_name (self)) == 0)
    return dex_future_new_true ();
  return klass->rename (self, name);
}

DexFuture *
avb_machine_apply_spec (AvbMachine *self, AvbMachineSpec *spec)
{
  AvbMachineClass *klass;
  GError          *error = NULL;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->apply_spec, AVB_MACHINE_CAN_EDIT);
  if (refusal != NULL)
    return refusal;
  if (!avb_machine_spec_validate (spec, &error))
    return dex_future_new_for_error (error);
  /* Before anything is changed. */
  if (g_strcmp0 (avb_machine_spec_get_name (spec), avb_machine_get_name (self)) != 0
      && (refusal = avb_machine_refuse (self, klass->rename, AVB_MACHINE_CAN_RENAME)) != NULL)
    return refusal;
  return klass->apply_spec (self, spec);
}

DexFuture *
avb_machine_list_shares (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->list_shares, 0);
  return refusal != NULL ? refusal : klass->list_shares (self);
}

/* (nullable) */
static DexFuture *
refuse_share (const AvbShareSpec *share)
{
  if (share->path == NULL || !g_path_is_absolute (share->path)
      || !g_utf8_validate (share->path, -1, NULL))
    return avb_machine_reject (AVB_ERROR_INVALID,
                               _ ("The path of this folder can’t be given to a machine."));
  if (share->kind != AVB_SHARE_VIRTIOFS || !avb_share_tag_is_valid (share->tag))
    return avb_machine_reject (
        AVB_ERROR_INVALID,
        _ ("The name of a shared folder may have letters, digits, dots and dashes only."));
  return NULL;
}

DexFuture *
avb_machine_set_share (AvbMachine *self, const AvbShareSpec *share)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (share != NULL && share->tag != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (
      self, klass->set_share, AVB_FEATURE_SHARED_FOLDERS, AVB_MACHINE_CAN_EDIT);
  if (refusal == NULL)
    refusal = refuse_share (share);
  return refusal != NULL ? refusal : klass->set_share (self, share);
}

DexFuture *
avb_machine_remove_share (AvbMachine *self, const char *tag)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (tag != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->remove_share, AVB_MACHINE_CAN_EDIT);
  return refusal != NULL ? refusal : klass->remove_share (self, tag);
}

DexFuture *
avb_machine_take_screenshot (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse_feature (self, klass->take_screenshot, AVB_FEATURE_SCREENSHOT, 0);
  if (refusal == NULL
      && !(avb_machine_state_can (avb_machine_get_state (self)) & AVB_MACHINE_HAS_CONSOLE))
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The machine is not running."));
  return refusal != NULL ? refusal : klass->take_screenshot (self);
}
