/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"

#include <glib/gi18n-lib.h>

/* What libvirt tells of itself, on the main loop. */

static GWeakRef *
weak_new (AvbLibvirtConnection *self)
{
  GWeakRef *weak = g_atomic_rc_box_new0 (GWeakRef);

  g_weak_ref_init (weak, self);
  return weak;
}

static void
weak_free (gpointer data)
{
  g_atomic_rc_box_release_full (data, (GDestroyNotify) g_weak_ref_clear);
}

/* (nullable) (transfer full): NULL for events of a link that was lost meanwhile */
static AvbLibvirtConnection *
get_owner (gpointer weak, virConnect *vir)
{
  AvbLibvirtConnection *self = g_weak_ref_get (weak);

  if (self != NULL && self->vir != vir && self->vir != NULL)
    g_clear_object (&self);
  return self;
}

static void
touch (AvbLibvirtConnection *self, virDomain *domain)
{
  char uuid[VIR_UUID_STRING_BUFLEN];

  if (virDomainGetUUIDString (domain, uuid) == 0)
    avb_libvirt_connection_refresh (self, uuid);
}

/* What the event itself says for sure; the rest is read. */
static AvbMachineState
state_of_event (int event, int detail)
{
  switch (event)
    {
    case VIR_DOMAIN_EVENT_STARTED:
    case VIR_DOMAIN_EVENT_RESUMED:
      return AVB_MACHINE_RUNNING;
    case VIR_DOMAIN_EVENT_SUSPENDED:
      return AVB_MACHINE_PAUSED;
    case VIR_DOMAIN_EVENT_SHUTDOWN:
      return AVB_MACHINE_STOPPING;
    case VIR_DOMAIN_EVENT_STOPPED:
      return detail == VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN
                     || detail == VIR_DOMAIN_EVENT_STOPPED_DESTROYED
                 ? AVB_MACHINE_OFF
                 : AVB_MACHINE_UNKNOWN;
    default:
      return AVB_MACHINE_UNKNOWN;
    }
}

static int
lifecycle_cb (virConnect *vir, virDomain *domain, int event, int detail, void *data)
{
  g_autoptr (AvbLibvirtConnection) self = get_owner (data, vir);
  AvbMachineState state = state_of_event (event, detail);
  char            uuid[VIR_UUID_STRING_BUFLEN];
  AvbMachine     *machine;

  if (self == NULL || virDomainGetUUIDString (domain, uuid) < 0)
    return 0;
  machine = g_hash_table_lookup (self->machines, uuid);
  /* One that is paused does not shut itself down: it is saved, and its process ends. */
  if (machine != NULL && state == AVB_MACHINE_STOPPING
      && avb_machine_get_state (machine) == AVB_MACHINE_PAUSED)
    state = AVB_MACHINE_UNKNOWN;
  if (machine != NULL && state != AVB_MACHINE_UNKNOWN && state != avb_machine_get_state (machine))
    {
      if (event == VIR_DOMAIN_EVENT_STARTED)
        avb_machine_set_last_error (machine, NULL);
      avb_machine_set_state (machine, state, g_get_real_time () / G_USEC_PER_SEC);
    }
  avb_libvirt_connection_refresh (self, uuid);
  return 0;
}

static void
changed_cb (virConnect *vir, virDomain *domain, void *data)
{
  g_autoptr (AvbLibvirtConnection) self = get_owner (data, vir);

  if (self != NULL)
    touch (self, domain);
}

static void
metadata_cb (virConnect *vir, virDomain *domain, int type, const char *uri, void *data)
{
  changed_cb (vir, domain, data);
}

static void
device_cb (virConnect *vir, virDomain *domain, const char *alias, void *data)
{
  changed_cb (vir, domain, data);
}

static void
block_job_cb (
    virConnect *vir, virDomain *domain, const char *disk, int type, int status, void *data)
{
  changed_cb (vir, domain, data);
}

static void
agent_cb (virConnect *vir, virDomain *domain, int state, int reason, void *data)
{
  g_autoptr (AvbLibvirtConnection) self = get_owner (data, vir);
  char        uuid[VIR_UUID_STRING_BUFLEN];
  AvbMachine *machine;

  if (self == NULL || virDomainGetUUIDString (domain, uuid) < 0)
    return;
  machine = g_hash_table_lookup (self->machines, uuid);
  if (machine != NULL)
    avb_machine_set_agent_connected (
        machine, state == VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED);
}

typedef struct {
  GWeakRef   *owner;
  virConnect *vir;
} Closed;

static void
closed_free (gpointer data)
{
  Closed *closed = data;

  weak_free (closed->owner);
  g_free (closed);
}

static gboolean
closed_idle_cb (gpointer data)
{
  Closed *closed = data;
  g_autoptr (AvbLibvirtConnection) self = g_weak_ref_get (closed->owner);

  /* Compared only, never used. */
  if (self != NULL && self->vir == closed->vir)
    avb_libvirt_connection_lose (self, _ ("The hypervisor went away."));
  return G_SOURCE_REMOVE;
}

/* On whatever thread found the link dead: a worker, or the main loop. Only the main thread may hold
 * a strong reference, or the object might be disposed of here. */
static void
closed_cb (virConnect *vir, int reason, void *data)
{
  Closed *closed = g_new0 (Closed, 1);

  closed->owner = g_atomic_rc_box_acquire (data);
  closed->vir = vir;
  g_idle_add_full (G_PRIORITY_DEFAULT, closed_idle_cb, closed, closed_free);
}

/* Not every driver has every event. */
void
avb_libvirt_connection_register_events (virConnect *vir, AvbLibvirtConnection *self)
{
  static const struct {
    int                                  id;
    virConnectDomainEventGenericCallback func;
  } events[] = {
    { VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK (lifecycle_cb) },
    { VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK (changed_cb) },
    { VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK (metadata_cb) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK (device_cb) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK (device_cb) },
    { VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, VIR_DOMAIN_EVENT_CALLBACK (block_job_cb) },
    { VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK (agent_cb) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      GWeakRef *weak = weak_new (self);

      if (virConnectDomainEventRegisterAny (
              vir, NULL, events[i].id, events[i].func, weak, weak_free)
          < 0)
        weak_free (weak);
    }
}

void
avb_libvirt_connection_watch_link (virConnect *vir, AvbLibvirtConnection *self)
{
  GWeakRef *weak = weak_new (self);

  if (virConnectRegisterCloseCallback (vir, closed_cb, weak, weak_free) < 0)
    weak_free (weak);
}
