/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-machine.h"

#define KEEP_ALIVE_SECONDS 5
#define KEEP_ALIVE_COUNT 4

/* How it stays true: libvirt's events arrive on the main loop. Each names a domain; what it says is
 * believed at once where it is clear, and the domain is looked at again in a worker, together with
 * all others that had an event meanwhile. An event that arrives while a worker looks makes it look
 * again, so that an old answer never wins. */
struct _AvbLibvirtConnection {
  AvbConnection parent_instance;

  AvbLibvirtDriver driver;
  virConnect      *vir;
  GHashTable      *machines; /* uuid → AvbLibvirtMachine, as in the list */
  GHashTable      *pending;  /* uuids to look at */
  GHashTable      *orphans;  /* uuids of machines whose creation failed with the link */
  gboolean         refreshing;
  gboolean         opening;
  guint            attempt;
  guint            retry_source;

  AvbAcceleration acceleration;
  char           *acceleration_reason;
  char           *acceleration_remedy;
};

G_DEFINE_FINAL_TYPE (AvbLibvirtConnection, avb_libvirt_connection, AVB_TYPE_CONNECTION)

static void avb_libvirt_connection_open (AvbLibvirtConnection *self);
static void avb_libvirt_connection_lose (AvbLibvirtConnection *self, const char *error);
static void avb_libvirt_connection_kick (AvbLibvirtConnection *self);

/* --- Closing: the last reference talks to the daemon, so a worker drops it. --- */

static DexFuture *
close_thread (gpointer data)
{
  virConnectClose (data);
  return dex_future_new_true ();
}

static DexFuture *
close_vir (virConnect *vir)
{
  return avb_blocking_run (close_thread, vir, NULL);
}

/* --- Events, on the main loop --- */

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
  changed_cb (vir, domain, data);
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
static void
register_events (virConnect *vir, AvbLibvirtConnection *self)
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

/* --- Opening --- */

typedef struct {
  AvbLibvirtConnection *self;
  AvbLibvirtDriver      driver;
  char                 *uri;
  virConnect           *vir;
  char                 *hostname;
  GPtrArray            *domains;
  AvbCapabilities      *capabilities;
} OpenCall;

static void
open_call_free (gpointer data)
{
  OpenCall *call = data;

  if (call->vir != NULL)
    avb_future_finish (close_vir (call->vir), "Closing a connection");
  g_object_unref (call->self);
  g_free (call->uri);
  g_free (call->hostname);
  g_clear_pointer (&call->domains, g_ptr_array_unref);
  g_clear_object (&call->capabilities);
  g_free (call);
}

static DexFuture *
open_thread (gpointer data)
{
  const char *what = _ ("The hypervisor could not be connected to.");
  OpenCall   *call = data;

  virResetLastError ();
  call->vir = virConnectOpenAuth (call->uri, NULL, 0);
  if (call->vir == NULL)
    return avb_libvirt_future_error (what);
  virConnectSetKeepAlive (call->vir, KEEP_ALIVE_SECONDS, KEEP_ALIVE_COUNT);
  /* In this process there is nobody to go away; and libvirt would take the callback without ever
   * freeing what it was given. */
  if (call->driver != AVB_LIBVIRT_DRIVER_TEST)
    {
      GWeakRef *weak = weak_new (call->self);

      if (virConnectRegisterCloseCallback (call->vir, closed_cb, weak, weak_free) < 0)
        weak_free (weak);
    }
  /* Before the list, so that nothing falls between. */
  register_events (call->vir, call->self);

  call->domains = avb_libvirt_domains_list (call->vir);
  if (call->domains == NULL)
    return avb_libvirt_future_error (what);
  /* Asks the name service, which may take its time. */
  if (call->driver == AVB_LIBVIRT_DRIVER_QEMU_REMOTE)
    {
      char *hostname = virConnectGetHostname (call->vir);

      call->hostname = g_strdup (hostname);
      free (hostname);
    }
  call->capabilities = avb_libvirt_capabilities_guess (call->vir, call->driver);
  return dex_future_new_true ();
}

static AvbCapabilities *
with_acceleration (AvbLibvirtConnection *self, AvbCapabilities *caps)
{
  if (self->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION
      || self->driver == AVB_LIBVIRT_DRIVER_QEMU_SYSTEM)
    avb_capabilities_set_acceleration (
        caps, self->acceleration, self->acceleration_reason, self->acceleration_remedy);
  return caps;
}

typedef struct {
  AvbLibvirtConnection *self;
  virConnect           *vir;
  AvbLibvirtDriver      driver;
} CapabilitiesCall;

static void
capabilities_call_free (gpointer data)
{
  CapabilitiesCall *call = data;

  g_object_unref (call->self);
  g_free (call);
}

/* Slow the first time: libvirt asks each QEMU what it can do. */
static DexFuture *
capabilities_thread (gpointer data)
{
  CapabilitiesCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);

  return dex_future_new_take_object (avb_libvirt_capabilities_read (vir, call->driver));
}

static DexFuture *
capabilities_cb (DexFuture *future, gpointer data)
{
  AvbLibvirtConnection *self = data;
  const GValue         *value = dex_future_get_value (future, NULL);

  if (value != NULL && self->vir != NULL)
    avb_connection_set_capabilities (AVB_CONNECTION (self),
                                     with_acceleration (self, g_value_get_object (value)));
  return dex_ref (future);
}

static void
read_capabilities (AvbLibvirtConnection *self)
{
  CapabilitiesCall *call = g_new0 (CapabilitiesCall, 1);

  call->self = g_object_ref (self);
  call->driver = self->driver;
  call->vir = avb_libvirt_connection_ref_vir (self);
  avb_future_finish (
      dex_future_then (avb_blocking_run_long (capabilities_thread, call, capabilities_call_free),
                       capabilities_cb,
                       g_object_ref (self),
                       g_object_unref),
      "Reading capabilities");
}

static void
remove_machine (AvbLibvirtConnection *self, AvbMachine *machine)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autoptr (AvbMachine) hold = g_object_ref (machine);
  guint position;

  avb_machine_set_available (machine, FALSE);
  if (g_list_store_find (store, machine, &position))
    g_list_store_remove (store, position);
  g_hash_table_remove (self->machines, avb_machine_get_uuid (machine));
}

/* --- Orphans: defined perhaps, but the link was lost before the answer. Whoever created them was
 * told that it failed, and has removed the disks: they may not stay. --- */

typedef struct {
  AvbLibvirtConnection *self;
  virConnect           *vir;
  char                 *uuid;
} OrphanCall;

static void
orphan_call_free (gpointer data)
{
  OrphanCall *call = data;

  g_object_unref (call->self);
  g_free (call->uuid);
  g_free (call);
}

static DexFuture *
orphan_thread (gpointer data)
{
  OrphanCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (virDomain) domain = NULL;

  virResetLastError ();
  domain = virDomainLookupByUUIDString (vir, call->uuid);
  if (domain == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN ? dex_future_new_true ()
                                                       : avb_libvirt_future_error ("orphan");
  return avb_libvirt_delete_domain (domain, AVB_DELETE_KEEP_DISKS, NULL);
}

static DexFuture *
orphan_cb (DexFuture *future, gpointer data)
{
  OrphanCall *call = data;

  if (dex_future_get_value (future, NULL) != NULL)
    g_hash_table_remove (call->self->orphans, call->uuid);
  return dex_ref (future);
}

static void
discard_orphans (AvbLibvirtConnection *self)
{
  GHashTableIter iter;
  gpointer       uuid;

  g_hash_table_iter_init (&iter, self->orphans);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      OrphanCall *call = g_new0 (OrphanCall, 1);

      call->self = g_object_ref (self);
      call->vir = avb_libvirt_connection_ref_vir (self);
      call->uuid = g_strdup (uuid);
      avb_future_finish (
          dex_future_finally (
              avb_blocking_run (orphan_thread, call, NULL), orphan_cb, call, orphan_call_free),
          "Removing a machine that was created halfway");
    }
}

/* Takes over what was read; new ones enter the list all at once. Returns the UUIDs that came. */
static GHashTable *
apply_domains (AvbLibvirtConnection *self, GPtrArray *domains)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  GHashTable *seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < domains->len; i++)
    {
      const AvbLibvirtDomain *domain = domains->pdata[i];
      AvbLibvirtMachine      *machine = g_hash_table_lookup (self->machines, domain->uuid);

      if (domain->gone || g_hash_table_contains (self->orphans, domain->uuid))
        {
          if (machine != NULL)
            remove_machine (self, AVB_MACHINE (machine));
          continue;
        }
      g_hash_table_add (seen, domain->uuid);
      if (machine == NULL)
        {
          machine = avb_libvirt_machine_new (self, domain->uuid);
          g_hash_table_insert (self->machines, g_strdup (domain->uuid), machine);
          g_ptr_array_add (added, machine);
        }
      avb_libvirt_machine_update (machine, domain);
    }
  if (added->len > 0)
    g_list_store_splice (
        store, g_list_model_get_n_items (G_LIST_MODEL (store)), 0, added->pdata, added->len);
  return seen;
}

static gboolean
was_active (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED
         || state == AVB_MACHINE_STOPPING;
}

static void
apply_list (AvbLibvirtConnection *self, GPtrArray *domains)
{
  g_autoptr (GPtrArray) known = g_hash_table_get_values_as_ptr_array (self->machines);
  g_autoptr (GHashTable) seen = NULL;

  /* Removing one may drop its last reference. */
  for (guint i = 0; i < known->len; i++)
    g_object_ref (known->pdata[i]);
  g_ptr_array_set_free_func (known, g_object_unref);
  /* A list cannot say why a machine is off that ran before the link was lost: it is asked. Details
   * may have changed as well. */
  for (guint i = 0; i < known->len; i++)
    if (was_active (known->pdata[i]) || avb_machine_get_has_details (known->pdata[i]))
      g_hash_table_add (self->pending, g_strdup (avb_machine_get_uuid (known->pdata[i])));
  for (guint i = 0; i < domains->len; i++)
    {
      AvbLibvirtDomain *domain = domains->pdata[i];
      AvbMachine       *machine = g_hash_table_lookup (self->machines, domain->uuid);

      if (machine != NULL && was_active (machine) && domain->state == AVB_MACHINE_OFF)
        domain->state = avb_machine_get_state (machine);
    }
  seen = apply_domains (self, domains);
  for (guint i = 0; i < known->len; i++)
    if (!g_hash_table_contains (seen, avb_machine_get_uuid (known->pdata[i])))
      remove_machine (self, known->pdata[i]);
}

static gboolean
is_closed (AvbLibvirtConnection *self)
{
  return avb_connection_get_link (AVB_CONNECTION (self)) == AVB_LINK_CLOSED;
}

static char *
dup_display_name (AvbLibvirtConnection *self, const char *hostname)
{
  switch (self->driver)
    {
    case AVB_LIBVIRT_DRIVER_QEMU_SESSION:
      return g_strdup (_ ("This computer"));
    case AVB_LIBVIRT_DRIVER_QEMU_SYSTEM:
      return g_strdup (_ ("This computer (system)"));
    case AVB_LIBVIRT_DRIVER_TEST:
      return g_strdup (_ ("Test"));
    case AVB_LIBVIRT_DRIVER_QEMU_REMOTE:
    default:
      return g_utf8_make_valid (
          hostname != NULL ? hostname : avb_connection_get_uri (AVB_CONNECTION (self)), -1);
    }
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  OpenCall             *call = data;
  AvbLibvirtConnection *self = call->self;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  self->opening = FALSE;
  if (is_closed (self))
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL)
    {
      avb_libvirt_connection_lose (self, error->message);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  self->vir = g_steal_pointer (&call->vir);
  self->attempt = 0;
  name = dup_display_name (self, call->hostname);
  avb_connection_set_name (AVB_CONNECTION (self), name);
  avb_connection_set_capabilities (AVB_CONNECTION (self),
                                   with_acceleration (self, call->capabilities));
  apply_list (self, call->domains);
  discard_orphans (self);
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_UP, NULL);
  avb_libvirt_connection_kick (self);
  read_capabilities (self);
  /* It may have died before it was ours: then nobody was told. */
  if (virConnectIsAlive (self->vir) == 0)
    avb_libvirt_connection_lose (self, _ ("The hypervisor went away."));
  return dex_future_new_true ();
}

static void
avb_libvirt_connection_open (AvbLibvirtConnection *self)
{
  OpenCall *call;

  if (self->opening || self->vir != NULL || is_closed (self))
    return;
  self->opening = TRUE;
  call = g_new0 (OpenCall, 1);
  call->self = g_object_ref (self);
  call->driver = self->driver;
  call->uri = g_strdup (avb_connection_get_uri (AVB_CONNECTION (self)));
  /* Long: a host that does not answer must not hold up the other connections. */
  avb_future_finish (
      dex_future_finally (
          avb_blocking_run_long (open_thread, call, NULL), opened_cb, call, open_call_free),
      "Connecting to libvirt");
}

static gboolean
retry_cb (gpointer data)
{
  AvbLibvirtConnection *self = data;

  self->retry_source = 0;
  avb_libvirt_connection_open (self);
  return G_SOURCE_REMOVE;
}

static void
avb_libvirt_connection_lose (AvbLibvirtConnection *self, const char *error)
{
  static const guint delays_ms[] = { 200, 500, 1000, 2000, 4000, 8000, 10000 };

  if (is_closed (self))
    return;
  if (self->vir != NULL)
    avb_future_finish (close_vir (g_steal_pointer (&self->vir)), "Closing a lost connection");
  if (self->retry_source == 0)
    self->retry_source = g_timeout_add (
        delays_ms[MIN (self->attempt, G_N_ELEMENTS (delays_ms) - 1)], retry_cb, self);
  self->attempt++;
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_LOST, error);
}

/* --- Looking at domains again --- */

typedef struct {
  virConnect *vir;
  virConnect *identity;
  GPtrArray  *uuids;
  GArray     *details;
  GPtrArray  *domains;
} RefreshCall;

static void
refresh_call_free (gpointer data)
{
  RefreshCall *call = data;

  g_ptr_array_unref (call->uuids);
  g_array_unref (call->details);
  g_ptr_array_unref (call->domains);
  g_free (call);
}

static DexFuture *
refresh_thread (gpointer data)
{
  RefreshCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);

  for (guint i = 0; i < call->uuids->len; i++)
    {
      AvbLibvirtDomain *domain = avb_libvirt_domain_read (
          vir, call->uuids->pdata[i], g_array_index (call->details, gboolean, i), NULL);

      if (domain != NULL)
        g_ptr_array_add (call->domains, domain);
    }
  return dex_future_new_true ();
}

typedef struct {
  AvbLibvirtConnection *self;
  RefreshCall          *call;
} Refreshed;

static void
refreshed_free (gpointer data)
{
  Refreshed *refreshed = data;

  g_object_unref (refreshed->self);
  refresh_call_free (refreshed->call);
  g_free (refreshed);
}

static DexFuture *
refreshed_cb (DexFuture *future, gpointer data)
{
  Refreshed            *refreshed = data;
  AvbLibvirtConnection *self = refreshed->self;
  GPtrArray            *domains = refreshed->call->domains;

  GPtrArray *uuids = refreshed->call->uuids;

  self->refreshing = FALSE;
  if (self->vir != refreshed->call->identity)
    {
      /* Asked over a link that is no more: ask over the next. */
      for (guint i = 0; i < uuids->len; i++)
        g_hash_table_add (self->pending, g_strdup (uuids->pdata[i]));
      avb_libvirt_connection_kick (self);
      return dex_future_new_true ();
    }
  /* What had an event meanwhile is looked at again: this answer may be from before it. */
  for (guint i = domains->len; i > 0; i--)
    if (g_hash_table_contains (self->pending, ((AvbLibvirtDomain *) domains->pdata[i - 1])->uuid))
      g_ptr_array_remove_index (domains, i - 1);
  g_hash_table_unref (apply_domains (self, domains));
  avb_libvirt_connection_kick (self);
  return dex_future_new_true ();
}

static void
avb_libvirt_connection_kick (AvbLibvirtConnection *self)
{
  RefreshCall   *call;
  Refreshed     *refreshed;
  GHashTableIter iter;
  gpointer       uuid;

  if (self->refreshing || self->vir == NULL || g_hash_table_size (self->pending) == 0)
    return;
  self->refreshing = TRUE;
  call = g_new0 (RefreshCall, 1);
  call->vir = avb_libvirt_connection_ref_vir (self);
  call->identity = self->vir;
  call->uuids = g_ptr_array_new_with_free_func (g_free);
  call->details = g_array_new (FALSE, FALSE, sizeof (gboolean));
  call->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      AvbMachine *machine = g_hash_table_lookup (self->machines, uuid);
      gboolean    details = machine != NULL && avb_machine_get_has_details (machine);

      g_ptr_array_add (call->uuids, g_strdup (uuid));
      g_array_append_val (call->details, details);
    }
  g_hash_table_remove_all (self->pending);

  refreshed = g_new0 (Refreshed, 1);
  refreshed->self = g_object_ref (self);
  refreshed->call = call;
  avb_future_finish (
      dex_future_finally (
          avb_blocking_run (refresh_thread, call, NULL), refreshed_cb, refreshed, refreshed_free),
      "Reading domains");
}

void
avb_libvirt_connection_refresh (AvbLibvirtConnection *self, const char *uuid)
{
  g_return_if_fail (AVB_IS_LIBVIRT_CONNECTION (self));

  g_hash_table_add (self->pending, g_strdup (uuid));
  avb_libvirt_connection_kick (self);
}

/* --- Machines and volumes --- */

typedef struct {
  AvbLibvirtConnection *self;
  virConnect           *vir;
  AvbMachineSpec       *spec;
  char                 *uuid;
} CreateCall;

static void
create_call_free (gpointer data)
{
  CreateCall *call = data;

  g_object_unref (call->self);
  g_object_unref (call->spec);
  g_free (call->uuid);
  g_free (call);
}

/* Takes @error. Whatever the call itself said: without a link nobody knows what became of it. */
static DexFuture *
create_failed (virConnect *vir, GError *error)
{
  g_autoptr (GError) owned = error;

  if (owned->code != AVB_ERROR_UNAVAILABLE && virConnectIsAlive (vir) != 1)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE,
                                                    avb_error_get_details (owned), "%s",
                                                    owned->message));
  return dex_future_new_for_error (g_steal_pointer (&owned));
}

static DexFuture *
create_thread (gpointer data)
{
  CreateCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (virDomain) domain = NULL;
  g_autofree char  *text = NULL;
  GError           *error = NULL;
  AvbDomainTraits  *traits;
  AvbLibvirtDomain *read;

  virResetLastError ();
  domain = virDomainLookupByName (vir, avb_machine_spec_get_name (call->spec));
  if (domain != NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a machine of this name.")));
  traits = avb_libvirt_traits_read (vir,
                                    avb_machine_spec_get_architecture (call->spec),
                                    avb_machine_spec_get_accelerated (call->spec));
  xml = avb_domain_xml_new (call->spec, traits, &error);
  avb_libvirt_traits_free (traits);
  if (xml == NULL)
    return dex_future_new_for_error (error);

  /* Known from the start, so that it is known which one was made if the answer gets lost. */
  avb_domain_xml_set_uuid (xml, call->uuid);
  text = avb_domain_xml_to_string (xml);
  domain = virDomainDefineXMLFlags (vir, text, VIR_DOMAIN_DEFINE_VALIDATE);
  if (domain == NULL)
    return create_failed (vir, avb_libvirt_error_new (_ ("The machine could not be created.")));
  read = avb_libvirt_domain_read (vir, call->uuid, FALSE, &error);
  if (read == NULL)
    return create_failed (vir, error);
  return dex_future_new_for_pointer (read);
}

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  CreateCall           *call = data;
  AvbLibvirtConnection *self = call->self;
  g_autoptr (GPtrArray) domains
      = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  AvbMachine   *machine;

  if (value == NULL)
    {
      if (g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        {
          g_hash_table_add (self->orphans, g_strdup (call->uuid));
          /* The link may be back already. */
          if (self->vir != NULL)
            discard_orphans (self);
        }
      return dex_ref (future);
    }

  g_ptr_array_add (domains, g_value_get_pointer (value));
  if (!g_hash_table_contains (self->machines, call->uuid))
    g_hash_table_unref (apply_domains (self, domains));
  machine = g_hash_table_lookup (self->machines, call->uuid);
  if (machine == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_FOUND, NULL, _ ("The machine was deleted while it was being created.")));
  if (self->vir == NULL)
    avb_machine_set_available (machine, FALSE);
  return dex_future_new_for_object (machine);
}

static DexFuture *
avb_libvirt_connection_create_machine (AvbConnection *connection, AvbMachineSpec *spec)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);
  CreateCall           *call = g_new0 (CreateCall, 1);

  call->self = g_object_ref (self);
  call->vir = avb_libvirt_connection_ref_vir (self);
  call->spec = avb_machine_spec_copy (spec);
  call->uuid = g_uuid_string_random ();
  return dex_future_finally (
      avb_blocking_run (create_thread, call, NULL), created_cb, call, create_call_free);
}

static DexFuture *
avb_libvirt_connection_create_volume (AvbConnection       *connection,
                                      const AvbVolumeSpec *volume,
                                      AvbOperation        *operation)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  if (self->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION)
    return avb_libvirt_volume_create (volume, operation);
  return avb_libvirt_pool_create (avb_libvirt_connection_ref_vir (self), volume, operation);
}

static DexFuture *
avb_libvirt_connection_delete_volume (AvbConnection *connection, const char *path)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  if (self->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION)
    return avb_libvirt_volume_delete (path);
  if (self->vir == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_UNAVAILABLE,
                       NULL,
                       _ ("There is no connection to the hypervisor at the moment.")));
  return avb_libvirt_pool_delete (avb_libvirt_connection_ref_vir (self), path);
}

static DexFuture *
avb_libvirt_connection_read_free (AvbConnection *connection)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  return avb_libvirt_free_read (avb_libvirt_connection_ref_vir (self), self->driver);
}

static void
avb_libvirt_connection_retry (AvbConnection *connection)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->attempt = 0;
  if (self->opening)
    return;
  avb_libvirt_connection_open (self);
}

static DexFuture *
avb_libvirt_connection_close (AvbConnection *connection)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->vir == NULL)
    return dex_future_new_true ();
  return close_vir (g_steal_pointer (&self->vir));
}

static AvbLibvirtDriver
find_driver (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;
  const char *path = parsed != NULL ? g_uri_get_path (parsed) : "";

  if (g_str_has_prefix (uri, "test"))
    return AVB_LIBVIRT_DRIVER_TEST;
  if (host != NULL && *host != '\0')
    return AVB_LIBVIRT_DRIVER_QEMU_REMOTE;
  return g_str_has_prefix (path, "/session") ? AVB_LIBVIRT_DRIVER_QEMU_SESSION
                                             : AVB_LIBVIRT_DRIVER_QEMU_SYSTEM;
}

static void
avb_libvirt_connection_constructed (GObject *object)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (object);
  g_autofree char      *name = NULL;

  G_OBJECT_CLASS (avb_libvirt_connection_parent_class)->constructed (object);

  avb_libvirt_init ();
  self->driver = find_driver (avb_connection_get_uri (AVB_CONNECTION (self)));
  avb_connection_set_is_local (AVB_CONNECTION (self),
                               self->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION
                                   || self->driver == AVB_LIBVIRT_DRIVER_QEMU_SYSTEM);
  name = dup_display_name (self, NULL);
  avb_connection_set_name (AVB_CONNECTION (self), name);
  avb_libvirt_connection_open (self);
}

static void
avb_libvirt_connection_dispose (GObject *object)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (object);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->vir != NULL)
    avb_future_finish (close_vir (g_steal_pointer (&self->vir)), "Closing a connection");

  G_OBJECT_CLASS (avb_libvirt_connection_parent_class)->dispose (object);
}

static void
avb_libvirt_connection_finalize (GObject *object)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (object);

  g_hash_table_unref (self->machines);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->orphans);
  g_free (self->acceleration_reason);
  g_free (self->acceleration_remedy);

  G_OBJECT_CLASS (avb_libvirt_connection_parent_class)->finalize (object);
}

static void
avb_libvirt_connection_class_init (AvbLibvirtConnectionClass *klass)
{
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);
  AvbConnectionClass *connection_class = AVB_CONNECTION_CLASS (klass);

  object_class->constructed = avb_libvirt_connection_constructed;
  object_class->dispose = avb_libvirt_connection_dispose;
  object_class->finalize = avb_libvirt_connection_finalize;

  connection_class->create_machine = avb_libvirt_connection_create_machine;
  connection_class->create_volume = avb_libvirt_connection_create_volume;
  connection_class->delete_volume = avb_libvirt_connection_delete_volume;
  connection_class->read_free = avb_libvirt_connection_read_free;
  connection_class->retry = avb_libvirt_connection_retry;
  connection_class->close = avb_libvirt_connection_close;
}

static void
avb_libvirt_connection_init (AvbLibvirtConnection *self)
{
  self->machines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->orphans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

AvbConnection *
avb_libvirt_connection_new (const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (AVB_TYPE_LIBVIRT_CONNECTION, "uri", uri, NULL);
}

gboolean
avb_libvirt_handles_uri (const char *uri)
{
  g_return_val_if_fail (uri != NULL, FALSE);

  return g_regex_match_simple ("^(qemu|test)(\\+[a-z0-9]+)?://", uri, 0, 0);
}

AvbLibvirtDriver
avb_libvirt_connection_get_driver (AvbLibvirtConnection *self)
{
  return self->driver;
}

virConnect *
avb_libvirt_connection_ref_vir (AvbLibvirtConnection *self)
{
  if (self->vir == NULL || virConnectRef (self->vir) < 0)
    return NULL;
  return self->vir;
}

/* Capabilities are immutable once shared: a copy with another acceleration takes their place. */
static AvbCapabilities *
copy_capabilities (AvbCapabilities *caps)
{
  AvbCapabilities   *copy = avb_capabilities_new ();
  const char *const *architectures = avb_capabilities_get_architectures (caps);

  for (guint i = 0; i < AVB_N_FEATURES; i++)
    {
      const char *reason = avb_capabilities_get_reason (caps, i);

      if (reason == NULL)
        avb_capabilities_set_supported (copy, i);
      else
        avb_capabilities_set_unsupported (copy, i, reason);
    }
  avb_capabilities_set_host (copy,
                             avb_capabilities_get_architecture (caps),
                             avb_capabilities_get_cpus (caps),
                             avb_capabilities_get_memory_mib (caps));
  for (guint i = 0; architectures[i] != NULL; i++)
    avb_capabilities_add_architecture (copy, architectures[i]);
  return copy;
}

void
avb_libvirt_connection_set_acceleration (AvbLibvirtConnection *self,
                                         AvbAcceleration       acceleration,
                                         const char           *reason,
                                         const char           *remedy)
{
  g_autoptr (AvbCapabilities) caps = NULL;

  g_return_if_fail (AVB_IS_LIBVIRT_CONNECTION (self));

  self->acceleration = acceleration;
  g_set_str (&self->acceleration_reason, reason);
  g_set_str (&self->acceleration_remedy, remedy);
  caps = copy_capabilities (avb_connection_get_capabilities (AVB_CONNECTION (self)));
  avb_connection_set_capabilities (AVB_CONNECTION (self), with_acceleration (self, caps));
}
