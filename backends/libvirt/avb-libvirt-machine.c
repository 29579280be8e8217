/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine.h"

#include <glib/gi18n-lib.h>

#define MAX_SCREENSHOT (64 * 1024 * 1024)
#define PROGRESS_INTERVAL 200
#define LINK_WAIT_MS (60 * 1000)
#define MAX_DELETE_TRIES 5

struct _AvbLibvirtMachine {
  AvbMachine parent_instance;

  DexFuture *details;
};

G_DEFINE_FINAL_TYPE (AvbLibvirtMachine, avb_libvirt_machine, AVB_TYPE_MACHINE)

/* One call about one domain, for a worker. The connection to libvirt is closed there too: closing
 * the last reference talks to the daemon. */
typedef struct _DomainCall DomainCall;
typedef DexFuture *(*DomainFunc) (virDomain *domain, DomainCall *call);

struct _DomainCall {
  virConnect      *vir;
  char            *uuid;
  DomainFunc       func;
  const char      *what;
  char            *text;
  AvbMachineSpec  *spec;
  AvbDeleteFlags   flags;
  GPtrArray       *disks;
  AvbLibvirtDriver driver;
};

static void
domain_call_free (gpointer data)
{
  DomainCall *call = data;

  g_free (call->uuid);
  g_free (call->text);
  g_clear_object (&call->spec);
  g_clear_pointer (&call->disks, g_ptr_array_unref);
  g_free (call);
}

static DexFuture *
domain_call_thread (gpointer data)
{
  DomainCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (virDomain) domain = NULL;

  virResetLastError ();
  domain = virDomainLookupByUUIDString (vir, call->uuid);
  if (domain == NULL)
    return avb_libvirt_future_error (call->what);
  return call->func (domain, call);
}

/* (nullable): NULL without a link */
static DomainCall *
domain_call_new (AvbMachine *machine, DomainFunc func, const char *what)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  DomainCall *call;
  virConnect *vir;

  if (connection == NULL)
    return NULL;
  vir = avb_libvirt_connection_ref_vir (AVB_LIBVIRT_CONNECTION (connection));
  if (vir == NULL)
    return NULL;
  call = g_new0 (DomainCall, 1);
  call->vir = vir;
  call->uuid = g_strdup (avb_machine_get_uuid (machine));
  call->func = func;
  call->what = what;
  call->driver = avb_libvirt_connection_get_driver (AVB_LIBVIRT_CONNECTION (connection));
  return call;
}

static DexFuture *
reject_without_link (void)
{
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_UNAVAILABLE, NULL, _ ("There is no connection to the hypervisor at the moment.")));
}

static DexFuture *
run (DomainCall *call)
{
  return call != NULL ? avb_blocking_run (domain_call_thread, call, domain_call_free)
                      : reject_without_link ();
}

static DexFuture *
run_long (DomainCall *call)
{
  return call != NULL ? avb_blocking_run_long (domain_call_thread, call, domain_call_free)
                      : reject_without_link ();
}

/* libvirt has no event for some changes; and a verb that fails tells that what is shown may be out
 * of date. */
static DexFuture *
refresh_cb (DexFuture *future, gpointer data)
{
  AvbMachine *machine = data;
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  if (connection != NULL)
    avb_libvirt_connection_refresh (AVB_LIBVIRT_CONNECTION (connection),
                                    avb_machine_get_uuid (machine));
  return dex_ref (future);
}

static DexFuture *
refresh_after (AvbMachine *machine, DexFuture *future)
{
  return dex_future_finally (future, refresh_cb, g_object_ref (machine), g_object_unref);
}

static DexFuture *
resolve (int result, DomainCall *call)
{
  return result < 0 ? avb_libvirt_future_error (call->what) : dex_future_new_true ();
}

static DexFuture *
start_thread (virDomain *domain, DomainCall *call)
{
  gboolean saved = virDomainHasManagedSaveImage (domain, 0) == 1;
  g_autoptr (GError) error = NULL;

  if (virDomainCreate (domain) == 0)
    return dex_future_new_true ();
  error = avb_libvirt_error_new (call->what);
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
  return refresh_after (machine, run_long (
      domain_call_new (machine, start_thread, _ ("The machine could not be started."))));
}

static DexFuture *
pause_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainSuspend (domain), call);
}

static DexFuture *
avb_libvirt_machine_pause (AvbMachine *machine)
{
  return refresh_after (machine, run (domain_call_new (machine, pause_thread, _ ("The machine could not be paused."))));
}

static DexFuture *
resume_thread (virDomain *domain, DomainCall *call)
{
  int state = 0;

  /* A guest that went to sleep by itself is woken, not resumed. */
  if (virDomainGetState (domain, &state, NULL, 0) == 0 && state == VIR_DOMAIN_PMSUSPENDED)
    return resolve (virDomainPMWakeup (domain, 0), call);
  return resolve (virDomainResume (domain), call);
}

static DexFuture *
avb_libvirt_machine_resume (AvbMachine *machine)
{
  return refresh_after (machine, run (domain_call_new (machine, resume_thread, _ ("The machine could not be resumed."))));
}

static DexFuture *
save_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainManagedSave (domain, 0), call);
}

static DexFuture *
abort_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainAbortJob (domain), call);
}

/* Resolves to "DONE TOTAL". */
static DexFuture *
job_thread (virDomain *domain, DomainCall *call)
{
  virDomainJobInfo info = { 0 };

  if (virDomainGetJobInfo (domain, &info) < 0)
    return avb_libvirt_future_error (call->what);
  return dex_future_new_take_string (
      g_strdup_printf ("%llu %llu", info.dataProcessed, info.dataTotal));
}

typedef struct {
  AvbMachine   *machine;
  AvbOperation *operation;
} SaveCall;

static void
save_call_free (gpointer data)
{
  SaveCall *call = data;

  g_object_unref (call->machine);
  g_object_unref (call->operation);
  g_free (call);
}

static void
report_job (SaveCall *call)
{
  g_autofree char *text
      = dex_await_string (run (domain_call_new (call->machine, job_thread, "job")), NULL);
  guint64 done, total;

  if (text != NULL && sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &done, &total) == 2
      && total > 0)
    avb_operation_set_bytes (call->operation, done, total);
}

/* Waits for the save, reports its progress meanwhile, and stops it when that is asked for. */
static DexFuture *
save_fiber (gpointer data)
{
  SaveCall     *call = data;
  GCancellable *cancellable = avb_operation_get_cancellable (call->operation);
  g_autoptr (GError) error = NULL;
  DexFuture *save;
  gboolean   aborted = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  save = run_long (
      domain_call_new (call->machine, save_thread, _ ("The machine could not be saved.")));
  while (dex_future_is_pending (save))
    {
      dex_await (dex_future_first (dex_ref (save), dex_timeout_new_msec (PROGRESS_INTERVAL), NULL),
                 NULL);
      if (!dex_future_is_pending (save))
        break;
      /* Asked again until it is heard: the job may not have begun yet. */
      if (g_cancellable_is_cancelled (cancellable))
        aborted |= dex_await (run (domain_call_new (call->machine, abort_thread, "abort")), NULL);
      else
        report_job (call);
    }
  if (!dex_await (save, &error))
    {
      if (aborted)
        return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _ ("Cancelled"));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return dex_future_new_true ();
}

static DexFuture *
avb_libvirt_machine_save (AvbMachine *machine, AvbOperation *operation)
{
  SaveCall *call = g_new0 (SaveCall, 1);

  call->machine = g_object_ref (machine);
  call->operation = g_object_ref (operation);
  return dex_scheduler_spawn (NULL, 0, save_fiber, call, save_call_free);
}

static DexFuture *
discard_saved_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainManagedSaveRemove (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_discard_saved (AvbMachine *machine)
{
  return refresh_after (machine,
                        run (domain_call_new (machine,
                                              discard_saved_thread,
                                              _ ("The saved state could not be discarded."))));
}

static DexFuture *
shut_down_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainShutdown (domain), call);
}

static DexFuture *
avb_libvirt_machine_shut_down (AvbMachine *machine)
{
  return run (domain_call_new (
      machine, shut_down_thread, _ ("The machine could not be asked to shut down.")));
}

static DexFuture *
reboot_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainReboot (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_reboot (AvbMachine *machine)
{
  return run (
      domain_call_new (machine, reboot_thread, _ ("The machine could not be asked to restart.")));
}

static DexFuture *
reset_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainReset (domain, 0), call);
}

static DexFuture *
avb_libvirt_machine_reset (AvbMachine *machine)
{
  return run (domain_call_new (machine, reset_thread, _ ("The machine could not be reset.")));
}

static DexFuture *
force_off_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainDestroy (domain), call);
}

static DexFuture *
avb_libvirt_machine_force_off (AvbMachine *machine)
{
  return refresh_after (machine, run_long (
      domain_call_new (machine, force_off_thread, _ ("The machine could not be forced off."))));
}

static DexFuture *
delete_thread (virDomain *domain, DomainCall *call)
{
  return avb_libvirt_delete_domain (domain, call->flags, call->disks);
}

static DexFuture *
leftover_thread (gpointer data)
{
  DomainCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);

  virResetLastError ();
  return avb_libvirt_delete_leftover (vir, call->disks);
}

typedef struct {
  AvbMachine    *machine;
  AvbDeleteFlags flags;
} DeleteCall;

static void
delete_call_free (gpointer data)
{
  DeleteCall *call = data;

  g_object_unref (call->machine);
  g_free (call);
}

/* (nullable): NULL without a link */
static DomainCall *
delete_call_new (DeleteCall *delete, GPtrArray *disks)
{
  DomainCall *call = domain_call_new (delete->machine, delete_thread,
                                      _ ("The machine could not be deleted."));

  if (call != NULL)
    {
      call->flags = delete->flags;
      call->disks = g_ptr_array_ref (disks);
    }
  return call;
}

/* Inside a fiber. FALSE if the link does not come back in a minute. */
static gboolean
wait_for_link (AvbMachine *machine)
{
  for (guint i = 0; i < LINK_WAIT_MS / PROGRESS_INTERVAL; i++)
    {
      g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

      if (connection == NULL || avb_connection_get_link (connection) == AVB_LINK_CLOSED)
        return FALSE;
      dex_await (dex_timeout_new_msec (PROGRESS_INTERVAL), NULL);
      if (avb_connection_get_link (connection) == AVB_LINK_UP)
        return TRUE;
    }
  return FALSE;
}

/* When the link is lost before the answer, the domain may be gone while its disks are still there:
 * the deletion goes on over the next link. */
static DexFuture *
delete_fiber (gpointer data)
{
  DeleteCall *call = data;
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func (g_free);
  gboolean lost = FALSE;

  for (guint i = 0; i < MAX_DELETE_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) leftover_error = NULL;

      if (dex_await (run (delete_call_new (call, disks)), &error))
        return dex_future_new_true ();
      if (lost && g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
        {
          DomainCall *leftover = delete_call_new (call, disks);

          if (leftover != NULL)
            {
              if (dex_await (avb_blocking_run (leftover_thread, leftover, domain_call_free),
                             &leftover_error))
                return dex_future_new_true ();
              g_clear_error (&error);
              error = g_steal_pointer (&leftover_error);
            }
        }
      if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        return dex_future_new_for_error (g_steal_pointer (&error));
      lost = TRUE;
      if (!wait_for_link (call->machine))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return reject_without_link ();
}

static DexFuture *
avb_libvirt_machine_delete (AvbMachine *machine, AvbDeleteFlags flags)
{
  DeleteCall *call = g_new0 (DeleteCall, 1);

  call->machine = g_object_ref (machine);
  call->flags = flags;
  return refresh_after (machine,
                        dex_scheduler_spawn (NULL, 0, delete_fiber, call, delete_call_free));
}

static DexFuture *
rename_thread (virDomain *domain, DomainCall *call)
{
  return resolve (virDomainRename (domain, call->text, 0), call);
}

static DexFuture *
avb_libvirt_machine_rename (AvbMachine *machine, const char *name)
{
  DomainCall *call
      = domain_call_new (machine, rename_thread, _ ("The machine could not be renamed."));

  if (call != NULL)
    call->text = g_strdup (name);
  return refresh_after (machine, run (call));
}

static AvbDomainXml *
read_definition (virDomain *domain, guint flags, DomainCall *call, GError **error)
{
  AvbDomainXml *xml;
  char         *text = virDomainGetXMLDesc (domain, flags);

  if (text == NULL)
    {
      g_propagate_error (error, avb_libvirt_error_new (call->what));
      return NULL;
    }
  xml = avb_domain_xml_parse (text, strlen (text), error);
  free (text);
  return xml;
}

static DexFuture *
read_spec_thread (virDomain *domain, DomainCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = read_definition (domain, VIR_DOMAIN_XML_INACTIVE, call, &error);

  return xml != NULL ? dex_future_new_take_object (avb_domain_xml_read_spec (xml))
                     : dex_future_new_for_error (error);
}

static DexFuture *
avb_libvirt_machine_read_spec (AvbMachine *machine)
{
  return run (domain_call_new (
      machine, read_spec_thread, _ ("The machine’s definition could not be read.")));
}

static DexFuture *
apply_spec_thread (virDomain *domain, DomainCall *call)
{
  /* With passwords, which would be lost otherwise. */
  const guint      flags = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;
  GError          *error = NULL;
  AvbDomainTraits *traits;
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (virDomain) defined = NULL;
  g_autofree char *text = NULL;
  const char      *name = avb_machine_spec_get_name (call->spec);
  gboolean         ok;

  if (virDomainIsPersistent (domain) != 1)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                       NULL,
                       _ ("This machine has no permanent definition that could be changed.")));
  xml = read_definition (domain, flags, call, &error);
  if (xml == NULL)
    return dex_future_new_for_error (error);
  traits = avb_libvirt_traits_read (virDomainGetConnect (domain),
                                    avb_machine_spec_get_architecture (call->spec),
                                    avb_machine_spec_get_accelerated (call->spec));
  ok = avb_domain_xml_apply_spec (xml, call->spec, traits, &error);
  avb_libvirt_traits_free (traits);
  if (!ok)
    return dex_future_new_for_error (error);

  text = avb_domain_xml_to_string (xml);
  defined = virDomainDefineXMLFlags (virDomainGetConnect (domain), text, 0);
  if (defined == NULL)
    return avb_libvirt_future_error (call->what);
  if (g_strcmp0 (virDomainGetName (domain), name) != 0 && virDomainRename (domain, name, 0) < 0)
    return avb_libvirt_future_error (_ ("The machine could not be renamed."));
  return dex_future_new_true ();
}

static DexFuture *
avb_libvirt_machine_apply_spec (AvbMachine *machine, AvbMachineSpec *spec)
{
  DomainCall *call
      = domain_call_new (machine, apply_spec_thread, _ ("The machine could not be changed."));

  if (call != NULL)
    call->spec = avb_machine_spec_copy (spec);
  return refresh_after (machine, run (call));
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  return host == NULL || g_str_equal (host, "localhost")
         || (address != NULL
             && (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address)));
}

static DexFuture *
find_console_thread (virDomain *domain, DomainCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = read_definition (domain, 0, call, &error);
  AvbConsoleEndpoint *endpoint;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  endpoint = avb_domain_xml_find_console (xml);
  if (endpoint->kind == AVB_CONSOLE_SPICE_FD && virDomainIsActive (domain) != 1)
    {
      endpoint->kind = AVB_CONSOLE_NONE;
      endpoint->reason = g_strdup (_ ("The machine is not running."));
    }
  else if (endpoint->kind == AVB_CONSOLE_SPICE_FD && call->driver == AVB_LIBVIRT_DRIVER_QEMU_REMOTE)
    {
      /* A socket cannot be handed over from another computer. */
      endpoint->kind = AVB_CONSOLE_SPICE_HOST;
      if ((endpoint->port == 0 && endpoint->tls_port == 0) || is_loopback (endpoint->host))
        {
          endpoint->kind = AVB_CONSOLE_NONE;
          endpoint->reason
              = g_strdup (_ ("The display of this machine listens on its own host only."));
        }
    }
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

static DexFuture *
avb_libvirt_machine_find_console (AvbMachine *machine)
{
  return run (
      domain_call_new (machine, find_console_thread, _ ("The display could not be looked up.")));
}

static DexFuture *
open_console_thread (virDomain *domain, DomainCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = read_definition (domain, 0, call, &error);
  int index, fd;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  index = avb_domain_xml_find_spice (xml);
  if (index < 0)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _ ("The display of this machine does not speak SPICE.")));
  fd = virDomainOpenGraphicsFD (domain, index, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH);
  return fd < 0 ? avb_libvirt_future_error (call->what) : dex_future_new_for_int (fd);
}

static DexFuture *
avb_libvirt_machine_open_console_fd (AvbMachine *machine)
{
  return run (
      domain_call_new (machine, open_console_thread, _ ("The display could not be connected to.")));
}

static int
screenshot_cb (virStream *stream, const char *data, size_t size, void *user_data)
{
  GByteArray *bytes = user_data;

  if (bytes->len + size > MAX_SCREENSHOT)
    return -1;
  g_byte_array_append (bytes, (const guint8 *) data, size);
  return size;
}

static DexFuture *
screenshot_thread (virDomain *domain, DomainCall *call)
{
  g_autoptr (virStream) stream = virStreamNew (virDomainGetConnect (domain), 0);
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *mime_type = NULL;
  char            *type;

  if (stream == NULL || (type = virDomainScreenshot (domain, stream, 0, 0)) == NULL)
    return avb_libvirt_future_error (call->what);
  mime_type = g_strdup (type);
  free (type);
  if (virStreamRecvAll (stream, screenshot_cb, array) < 0)
    {
      GError *error = avb_libvirt_error_new (call->what);

      /* virStreamRecvAll() has aborted the stream. */
      return dex_future_new_for_error (error);
    }
  if (virStreamFinish (stream) < 0)
    return avb_libvirt_future_error (call->what);
  if (g_str_equal (mime_type, "image/x-portable-pixmap") || g_str_equal (mime_type, "image/png"))
    {
      bytes = g_byte_array_free_to_bytes (g_steal_pointer (&array));
      return dex_future_new_take_boxed (AVB_TYPE_SCREENSHOT, avb_screenshot_new (mime_type, bytes));
    }
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_NOT_SUPPORTED, mime_type, _ ("The picture of the display is of an unknown kind.")));
}

static DexFuture *
avb_libvirt_machine_take_screenshot (AvbMachine *machine)
{
  return run (domain_call_new (
      machine, screenshot_thread, _ ("No picture of the display could be taken.")));
}

static DexFuture *
details_thread (virDomain *domain, DomainCall *call)
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
  future = run (
      domain_call_new (machine, details_thread, _ ("The machine’s definition could not be read.")));
  future = dex_future_finally (future, details_cb, g_object_ref (self), g_object_unref);
  if (dex_future_is_pending (future))
    self->details = dex_ref (future);
  return future;
}

static void
avb_libvirt_machine_dispose (GObject *object)
{
  dex_clear (&AVB_LIBVIRT_MACHINE (object)->details);

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
