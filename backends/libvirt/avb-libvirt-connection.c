/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-claim.h"
#include "backends/libvirt/avb-libvirt-connection-private.h"

#define KEEP_ALIVE_SECONDS 5
#define KEEP_ALIVE_COUNT 4

G_DEFINE_FINAL_TYPE (AvbLibvirtConnection, avb_libvirt_connection, AVB_TYPE_CONNECTION)

static void avb_libvirt_connection_open (AvbLibvirtConnection *self);

static DexFuture *
close_thread (gpointer data)
{
  virConnectClose (data);
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_close (virConnect *vir)
{
  return avb_blocking_run (close_thread, vir, NULL);
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
    avb_future_finish (avb_libvirt_close (call->vir), "Closing a connection");
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
    avb_libvirt_connection_watch_link (call->vir, call->self);
  /* Before the list, so that nothing falls between. */
  avb_libvirt_connection_register_events (call->vir, call->self);

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
  const AvbLibvirtHost *host;
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

  return dex_future_new_take_object (avb_libvirt_capabilities_read (vir, call->host, call->driver));
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
  call->host = self->host;
  call->vir = avb_libvirt_connection_ref_vir (self);
  avb_future_finish (
      dex_future_then (avb_blocking_run_long (capabilities_thread, call, capabilities_call_free),
                       capabilities_cb,
                       g_object_ref (self),
                       g_object_unref),
      "Reading capabilities");
}

static DexFuture *
sweep_thread (gpointer data)
{
  g_autoptr (virConnect) vir = data;

  return avb_libvirt_claim_sweep (vir) ? dex_future_new_true () : dex_future_new_false ();
}

/* With the link that it began with; the next one begins again. */
static DexFuture *
sweep_fiber (gpointer data)
{
  static const guint delays_s[] = { 1, 3, 10 };
  virConnect *vir = data;

  for (guint i = 0;; i++)
    {
      virConnectRef (vir);
      if (dex_await_boolean (avb_blocking_run_long (sweep_thread, vir, NULL), NULL)
          || i == G_N_ELEMENTS (delays_s))
        break;
      dex_await (dex_timeout_new_seconds ((int) delays_s[i]), NULL);
    }
  return avb_libvirt_close (vir);
}

/* Volumes are claimed where they are this user's files. */
static void
sweep_claims (AvbLibvirtConnection *self)
{
  if (self->driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION)
    avb_future_finish (
        avb_fiber_spawn (sweep_fiber, avb_libvirt_connection_ref_vir (self), NULL),
        "Removing what was created halfway");
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
  avb_libvirt_connection_apply_list (self, call->domains);
  avb_libvirt_connection_discard_orphans (self);
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_UP, NULL);
  avb_libvirt_connection_kick (self);
  read_capabilities (self);
  sweep_claims (self);
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

void
avb_libvirt_connection_lose (AvbLibvirtConnection *self, const char *error)
{
  static const guint delays_ms[] = { 200, 500, 1000, 2000, 4000, 8000, 10000 };

  if (is_closed (self))
    return;
  if (self->vir != NULL)
    avb_future_finish (avb_libvirt_close (g_steal_pointer (&self->vir)),
                       "Closing a lost connection");
  if (self->retry_source == 0)
    self->retry_source = g_timeout_add (
        delays_ms[MIN (self->attempt, G_N_ELEMENTS (delays_ms) - 1)], retry_cb, self);
  self->attempt++;
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_LOST, error);
}

static DexFuture *
avb_libvirt_connection_export_volume (AvbConnection       *connection,
                                      const AvbExportSpec *spec,
                                      AvbOperation        *operation)
{
  return avb_libvirt_volume_export (spec, operation);
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
  if (self->probe != NULL)
    self->probe (self);
  if (self->opening)
    return;
  if (self->vir != NULL)
    read_capabilities (self);
  else
    avb_libvirt_connection_open (self);
}

static DexFuture *
avb_libvirt_connection_close (AvbConnection *connection)
{
  AvbLibvirtConnection *self = AVB_LIBVIRT_CONNECTION (connection);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  if (self->vir == NULL)
    return dex_future_new_true ();
  return avb_libvirt_close (g_steal_pointer (&self->vir));
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
    avb_future_finish (avb_libvirt_close (g_steal_pointer (&self->vir)), "Closing a connection");

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
  connection_class->read_definition = avb_libvirt_connection_read_definition;
  connection_class->create_from_definition = avb_libvirt_connection_create_from_definition;
  connection_class->create_volume = avb_libvirt_connection_create_volume;
  connection_class->export_volume = avb_libvirt_connection_export_volume;
  connection_class->delete_volume = avb_libvirt_connection_delete_volume;
  connection_class->read_free = avb_libvirt_connection_read_free;
  connection_class->retry = avb_libvirt_connection_retry;
  connection_class->close = avb_libvirt_connection_close;
  connection_class->ensure_network = avb_libvirt_connection_ensure_network;
  connection_class->has_network = avb_libvirt_connection_has_network;
  connection_class->remove_network = avb_libvirt_connection_remove_network;
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

const AvbLibvirtHost *
avb_libvirt_connection_get_host (AvbLibvirtConnection *self)
{
  return self->host;
}

void
avb_libvirt_connection_set_host (AvbLibvirtConnection *self, const AvbLibvirtHost *host)
{
  g_return_if_fail (AVB_IS_LIBVIRT_CONNECTION (self));

  self->host = host;
}

void
avb_libvirt_connection_set_probe (AvbLibvirtConnection *self, AvbLibvirtProbeFunc probe)
{
  g_return_if_fail (AVB_IS_LIBVIRT_CONNECTION (self));
  g_return_if_fail (probe != NULL);

  self->probe = probe;
  probe (self);
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
  caps = avb_capabilities_copy (avb_connection_get_capabilities (AVB_CONNECTION (self)));
  avb_connection_set_capabilities (AVB_CONNECTION (self), with_acceleration (self, caps));
}
