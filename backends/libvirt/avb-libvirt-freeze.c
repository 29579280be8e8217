/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-guest-info.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* Freezing is done by a process of its own (avb-freeze-guard.c) that thaws again whatever happens to
 * this one. Its standard input, which ends when this program does, is the rope between both. */
typedef struct {
  GWeakRef          machine;
  GSubprocess      *guard;
  GDataInputStream *lines;
  DexPromise       *frozen; /* (nullable): what avb_machine_freeze() gave out, until it is known */
  DexPromise       *ended;  /* what avb_machine_thaw() gives out */
  guint             seconds;
} Freeze;

static void read_line (Freeze *freeze);

static void
freeze_free (gpointer data)
{
  Freeze *freeze = data;

  g_weak_ref_clear (&freeze->machine);
  g_clear_object (&freeze->guard);
  g_clear_object (&freeze->lines);
  dex_clear (&freeze->frozen);
  dex_clear (&freeze->ended);
}

static Freeze *
freeze_ref (Freeze *freeze)
{
  return g_rc_box_acquire (freeze);
}

static void
freeze_unref (gpointer freeze)
{
  g_rc_box_release_full (freeze, freeze_free);
}

/* It thaws at once, and ends. */
static void
let_go (Freeze *freeze)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (freeze->guard), NULL, NULL);
}

void
avb_libvirt_machine_end_freeze (AvbLibvirtMachine *self)
{
  Freeze *freeze = g_steal_pointer (&self->freeze);

  if (freeze == NULL)
    return;
  let_go (freeze);
  freeze_unref (freeze);
}

static void
reject (DexPromise **promise, const GError *error)
{
  g_autoptr (DexPromise) taken = g_steal_pointer (promise);

  if (taken != NULL)
    dex_promise_reject (taken, g_error_copy (error));
}

/* Nothing is frozen any more; @error if that is not sure, or if nothing ever was. (nullable) */
static void
end (Freeze *freeze, const GError *error)
{
  g_autoptr (AvbLibvirtMachine) machine = g_weak_ref_get (&freeze->machine);

  if (error != NULL)
    reject (&freeze->frozen, error);
  if (error != NULL && freeze->ended != NULL)
    reject (&freeze->ended, error);
  else if (freeze->ended != NULL)
    {
      dex_promise_resolve_boolean (freeze->ended, TRUE);
      dex_clear (&freeze->ended);
    }
  if (machine == NULL || machine->freeze != freeze)
    return;
  machine->freeze = NULL;
  avb_machine_set_frozen_until (AVB_MACHINE (machine), 0);
  freeze_unref (freeze);
}

static void
take_line (Freeze *freeze, const char *line)
{
  g_autoptr (AvbLibvirtMachine) machine = g_weak_ref_get (&freeze->machine);
  g_autoptr (GError) error = NULL;

  if (line != NULL && g_str_has_prefix (line, "frozen "))
    {
      g_autoptr (DexPromise) frozen = g_steal_pointer (&freeze->frozen);

      if (machine != NULL && machine->freeze == freeze)
        avb_machine_set_frozen_until (AVB_MACHINE (machine),
                                      g_get_real_time () / G_USEC_PER_SEC + freeze->seconds);
      if (frozen != NULL)
        dex_promise_resolve_int (frozen, (int) g_ascii_strtoll (line + strlen ("frozen "), NULL, 10));
      read_line (freeze);
      return;
    }
  if (line != NULL && g_str_equal (line, "thawed"))
    {
      end (freeze, NULL);
      return;
    }
  error = avb_error_new (AVB_ERROR_FAILED,
                         line != NULL && g_str_has_prefix (line, "error ") ? line + strlen ("error ")
                                                                           : NULL,
                         "%s",
                         freeze->frozen != NULL
                             ? _ ("The guest’s file systems could not be frozen.")
                             : _ ("The guest’s file systems could not be thawed."));
  end (freeze, error);
}

static void
line_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Freeze *freeze = data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (object), result, NULL, NULL);

  take_line (freeze, line);
  freeze_unref (freeze);
}

static void
read_line (Freeze *freeze)
{
  g_data_input_stream_read_line_async (
      freeze->lines, G_PRIORITY_DEFAULT, NULL, line_cb, freeze_ref (freeze));
}

static GSubprocess *
start_guard (AvbMachine *machine, guint seconds, GError **error)
{
  const char *program = g_getenv ("ALPHA_VBOX_FREEZE_GUARD"); /* not installed yet */
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  g_autofree char *number = g_strdup_printf ("%u", seconds);
  g_autoptr (GError) native = NULL;
  GSubprocess *guard = NULL;

  if (connection != NULL)
    guard = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                              &native,
                              program != NULL ? program : AVB_LIBEXECDIR "/avb-freeze-guard",
                              avb_connection_get_uri (connection),
                              avb_machine_get_uuid (machine),
                              number,
                              NULL);
  if (guard == NULL)
    g_propagate_error (error,
                       avb_error_new (AVB_ERROR_FAILED,
                                      native != NULL ? native->message : NULL,
                                      _ ("The guest’s file systems could not be frozen.")));
  return guard;
}

DexFuture *
avb_libvirt_machine_freeze (AvbMachine *machine, guint seconds)
{
  AvbLibvirtMachine *self = AVB_LIBVIRT_MACHINE (machine);
  GError            *error = NULL;
  GSubprocess       *guard;
  Freeze            *freeze;

  if (self->freeze != NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_BUSY, NULL, _ ("The guest’s file systems are frozen already.")));
  guard = start_guard (machine, seconds, &error);
  if (guard == NULL)
    return dex_future_new_for_error (error);
  freeze = g_rc_box_new0 (Freeze);
  g_weak_ref_init (&freeze->machine, machine);
  freeze->guard = guard;
  freeze->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (guard));
  freeze->frozen = dex_promise_new ();
  freeze->ended = dex_promise_new ();
  freeze->seconds = seconds;
  self->freeze = freeze;
  read_line (freeze);
  return dex_ref (DEX_FUTURE (freeze->frozen));
}

static DexFuture *
thaw_thread (virDomain *domain, AvbLibvirtCall *call)
{
  return avb_libvirt_call_resolve (virDomainFSThaw (domain, NULL, 0, 0), call);
}

DexFuture *
avb_libvirt_machine_thaw (AvbMachine *machine)
{
  AvbLibvirtMachine *self = AVB_LIBVIRT_MACHINE (machine);
  Freeze            *freeze = self->freeze;
  DexFuture         *ended;

  if (freeze == NULL)
    return avb_libvirt_call_run_long (avb_libvirt_call_new (
        machine, thaw_thread, _ ("The guest’s file systems could not be thawed.")));
  ended = dex_ref (DEX_FUTURE (freeze->ended));
  let_go (freeze);
  return ended;
}
