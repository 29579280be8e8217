/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-usb.h"

#include <glib/gi18n.h>

#include "backends/avb-error.h"
#include "ui/console/avb-usb-memory.h"

/* Class 3 are human interface devices; the rest is allowed. */
#define FILTER "0x03,-1,-1,-1,0|-1,-1,-1,-1,1"

struct _AvbConsoleUsb {
  GObject parent_instance;

  AvbSpiceSession       *session; /* weak: it owns this */
  AvbMachine            *machine;
  gboolean               holds; /* the session, while the guest has something */
  guint                  hold_source;
  GSettings             *settings;
  SpiceUsbDeviceManager *manager;
  GPtrArray             *ports; /* of SpiceChannel: the open ones */
  GListStore            *devices;
  GHashTable            *given; /* ids of what the guest has, to be given again after a reconnect */
  GHashTable            *kept;  /* ids of what is remembered, but was taken back by hand */
  guint                  n_connected;
  gboolean               ready;
  char                  *message;
};

G_DEFINE_FINAL_TYPE (AvbConsoleUsb, avb_console_usb, G_TYPE_OBJECT)

enum { PROP_0, PROP_N_CONNECTED, PROP_N_PORTS, PROP_READY, PROP_MESSAGE, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

#define USB_KEY "avb-console-usb"

static void give_what_is_due (AvbConsoleUsb *self);

static const char *
get_uuid (AvbConsoleUsb *self)
{
  const char *uuid = avb_machine_get_uuid (self->machine);

  return uuid != NULL ? uuid : "";
}

static AvbUsbDevice *
nth_device (AvbConsoleUsb *self, guint n)
{
  g_autoptr (AvbUsbDevice) device = g_list_model_get_item (G_LIST_MODEL (self->devices), n);

  return device; /* the list holds it */
}

static guint
n_devices (AvbConsoleUsb *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->devices));
}

/* The session stays while the guest has something, whoever else leaves it. Not at once, because this may be
 * asked for while the session comes or goes. */
static gboolean
hold_cb (gpointer data)
{
  AvbConsoleUsb   *self = data;
  AvbSpiceSession *session = self->session;
  gboolean         hold
      = avb_machine_has_console (self->machine) && g_hash_table_size (self->given) > 0;

  self->hold_source = 0;
  if (session == NULL || hold == self->holds)
    return G_SOURCE_REMOVE;
  self->holds = hold;
  if (hold)
    avb_console_session_hold (self->machine); /* the same session, because it owns this */
  else
    avb_console_session_release (AVB_CONSOLE_SESSION (session));
  return G_SOURCE_REMOVE;
}

static void
update_hold (AvbConsoleUsb *self)
{
  if (self->hold_source == 0)
    self->hold_source = g_idle_add (hold_cb, self);
}

static void
count (AvbConsoleUsb *self)
{
  guint n = 0;

  for (guint i = 0; i < n_devices (self); i++)
    n += avb_usb_device_get_connected (nth_device (self, i));
  if (n == self->n_connected)
    return;
  self->n_connected = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CONNECTED]);
}

GError *
avb_console_usb_explain (const GError *error, const char *name)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (error->domain == G_SPAWN_ERROR)
    return avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                          error->message,
                          _ ("USB devices can’t be connected because spice-gtk’s USB helper is not "
                             "installed. Install the package spice-client-glib-usb-acl-helper."));
  if (strstr (error->message, "Not authorized") != NULL
      || strstr (error->message, "LIBUSB_ERROR_ACCESS") != NULL
      || strstr (error->message, "Access denied") != NULL)
    return avb_error_new (AVB_ERROR_PERMISSION,
                          error->message,
                          _ ("You are not allowed to connect “%s”. The system’s administrator can "
                             "allow it by the policy org.spice-space.lowlevelusbaccess."),
                          name);
  if (strstr (error->message, "acl") != NULL || strstr (error->message, "ACL") != NULL)
    return avb_error_new (AVB_ERROR_PERMISSION,
                          error->message,
                          _ ("“%s” can’t be connected because spice-gtk’s USB helper failed."),
                          name);
  return avb_error_new (
      AVB_ERROR_FAILED, error->message, _ ("“%s” could not be connected to the machine."), name);
}

static void
fail (AvbConsoleUsb *self, AvbUsbDevice *device, const GError *native)
{
  g_autoptr (GError) error = avb_console_usb_explain (native, avb_usb_device_get_name (device));

  if (!avb_error_is_cancelled (error))
    g_signal_emit (self, signals[FAILED], 0, device, error);
}

/* A device on its way. */
typedef struct {
  AvbConsoleUsb *usb;
  AvbUsbDevice  *device;
} Way;

static void
way_free (Way *way)
{
  g_object_unref (way->usb);
  g_object_unref (way->device);
  g_free (way);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Way, way_free)

static void
arrived_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Way) way = data;
  AvbConsoleUsb         *self = way->usb;
  SpiceUsbDeviceManager *manager = SPICE_USB_DEVICE_MANAGER (source);
  SpiceUsbDevice        *device = avb_usb_device_get_spice (way->device);
  const char            *id = avb_usb_device_get_id (way->device);
  g_autoptr (GError) error = NULL;
  gboolean connected = spice_usb_device_manager_connect_device_finish (manager, result, &error);

  avb_usb_device_set_busy (way->device, FALSE);
  if (manager != self->manager)
    return; /* of an attempt that has ended */
  /* Unplugged meanwhile? */
  connected = connected && spice_usb_device_manager_is_device_connected (manager, device);
  avb_usb_device_set_connected (way->device, connected);
  if (connected)
    g_hash_table_add (self->given, g_strdup (id));
  else
    {
      g_hash_table_remove (self->given, id);
      /* Not again and again. */
      g_hash_table_add (self->kept, g_strdup (id));
    }
  count (self);
  update_hold (self);
  if (error != NULL)
    fail (self, way->device, error);
  give_what_is_due (self);
}

static void
returned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Way) way = data;
  SpiceUsbDeviceManager *manager = SPICE_USB_DEVICE_MANAGER (source);
  g_autoptr (GError) error = NULL;

  avb_usb_device_set_busy (way->device, FALSE);
  if (!spice_usb_device_manager_disconnect_device_finish (manager, result, &error))
    g_debug ("USB: %s", error->message);
  if (manager != way->usb->manager)
    return;
  avb_usb_device_set_connected (
      way->device,
      spice_usb_device_manager_is_device_connected (manager,
                                                    avb_usb_device_get_spice (way->device)));
  count (way->usb);
}

static void
send_on_its_way (AvbConsoleUsb *self, AvbUsbDevice *device, gboolean connect)
{
  Way *way = g_new0 (Way, 1);

  way->usb = g_object_ref (self);
  way->device = g_object_ref (device);
  avb_usb_device_set_busy (device, TRUE);
  if (connect)
    spice_usb_device_manager_connect_device_async (
        self->manager, avb_usb_device_get_spice (device), NULL, arrived_cb, way);
  else
    spice_usb_device_manager_disconnect_device_async (
        self->manager, avb_usb_device_get_spice (device), NULL, returned_cb, way);
}

/* What is remembered, or was there before the connection was lost: one after the other, as long as there is
 * room. What is missing is not missed. */
static void
give_what_is_due (AvbConsoleUsb *self)
{
  guint taken = 0;

  if (self->manager == NULL)
    return;
  for (guint i = 0; i < n_devices (self); i++)
    {
      AvbUsbDevice *device = nth_device (self, i);

      taken += avb_usb_device_get_connected (device) || avb_usb_device_get_busy (device);
    }
  for (guint i = 0; i < n_devices (self) && taken < self->ports->len; i++)
    {
      AvbUsbDevice *device = nth_device (self, i);
      const char   *id = avb_usb_device_get_id (device);

      if (!avb_usb_device_get_present (device) || avb_usb_device_get_connected (device)
          || avb_usb_device_get_busy (device)
          || (!g_hash_table_contains (self->given, id)
              && (!avb_usb_device_get_remembered (device)
                  || g_hash_table_contains (self->kept, id))))
        continue;
      send_on_its_way (self, device, TRUE);
      return; /* the next one when it has arrived */
    }
}

/* The list: what is plugged in, then what is remembered and is not. */

static gboolean
find_device (AvbConsoleUsb *self, SpiceUsbDevice *device, guint *position)
{
  for (guint i = 0; i < n_devices (self); i++)
    if (avb_usb_device_get_spice (nth_device (self, i)) == device)
      {
        *position = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
is_listed (AvbConsoleUsb *self, const char *id)
{
  for (guint i = 0; i < n_devices (self); i++)
    if (g_str_equal (avb_usb_device_get_id (nth_device (self, i)), id))
      return TRUE;
  return FALSE;
}

static void
list_absent (AvbConsoleUsb *self)
{
  g_auto (GStrv) remembered = avb_usb_memory_dup (self->settings, get_uuid (self));

  for (guint i = n_devices (self); i > 0; i--)
    if (!avb_usb_device_get_present (nth_device (self, i - 1)))
      g_list_store_remove (self->devices, i - 1);
  for (guint i = 0; remembered[i] != NULL; i++)
    {
      g_autoptr (AvbUsbDevice) device = avb_usb_device_new_remembered (remembered[i]);

      if (device == NULL)
        continue;
      if (!is_listed (self, avb_usb_device_get_id (device)))
        g_list_store_append (self->devices, device);
    }
}

static gboolean
is_remembered (AvbConsoleUsb *self, AvbUsbDevice *device)
{
  g_auto (GStrv) remembered = avb_usb_memory_dup (self->settings, get_uuid (self));

  for (guint i = 0; remembered[i] != NULL; i++)
    if (g_str_has_prefix (remembered[i], avb_usb_device_get_id (device)))
      return TRUE;
  return FALSE;
}

static gboolean
is_offered (AvbConsoleUsb *self, SpiceUsbDevice *device)
{
  g_autoptr (GPtrArray) offered
      = spice_usb_device_manager_get_devices_with_filter (self->manager, FILTER);

  return offered != NULL && g_ptr_array_find (offered, device, NULL);
}

static void
added_cb (SpiceUsbDeviceManager *manager, SpiceUsbDevice *spice, AvbConsoleUsb *self)
{
  g_autoptr (AvbUsbDevice) device = NULL;
  guint position;

  if (!is_offered (self, spice) || find_device (self, spice, &position))
    return;
  device = avb_usb_device_new (spice);
  avb_usb_device_set_remembered (device, is_remembered (self, device));
  g_list_store_insert (self->devices, 0, device);
  list_absent (self);
  give_what_is_due (self);
}

static void
removed_cb (SpiceUsbDeviceManager *manager, SpiceUsbDevice *spice, AvbConsoleUsb *self)
{
  guint         position;
  AvbUsbDevice *device;

  if (!find_device (self, spice, &position))
    return;
  device = nth_device (self, position);
  g_hash_table_remove (self->given, avb_usb_device_get_id (device));
  g_hash_table_remove (self->kept, avb_usb_device_get_id (device));
  g_list_store_remove (self->devices, position);
  list_absent (self);
  count (self);
  update_hold (self);
}

static void
error_cb (SpiceUsbDeviceManager *manager,
          SpiceUsbDevice        *spice,
          GError                *error,
          AvbConsoleUsb         *self)
{
  guint position;

  if (!find_device (self, spice, &position))
    return;
  avb_usb_device_set_connected (nth_device (self, position), FALSE);
  g_hash_table_remove (self->given, avb_usb_device_get_id (nth_device (self, position)));
  count (self);
  update_hold (self);
  fail (self, nth_device (self, position), error);
}

/* The connection. */

static void
prepare_cb (AvbSpiceSession *session, SpiceSession *spice, AvbConsoleUsb *self)
{
  g_autoptr (GPtrArray) present = NULL;
  g_autoptr (GError) error = NULL;
  SpiceUsbDeviceManager *manager = spice_usb_device_manager_get (spice, &error);

  g_clear_pointer (&self->message, g_free);
  if (manager == NULL)
    {
      self->message = g_strdup (_ ("This computer’s USB devices can’t be reached."));
      g_debug ("USB: %s", error->message);
    }
  else
    {
      self->manager = g_object_ref (manager);
      g_object_set (manager, "auto-connect", FALSE, NULL);
      g_signal_connect (manager, "device-added", G_CALLBACK (added_cb), self);
      g_signal_connect (manager, "device-removed", G_CALLBACK (removed_cb), self);
      g_signal_connect (manager, "device-error", G_CALLBACK (error_cb), self);
      g_object_set (spice, "enable-usbredir", TRUE, NULL);
      present = spice_usb_device_manager_get_devices (manager);
      for (guint i = 0; i < present->len; i++)
        added_cb (manager, present->pdata[i], self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
set_ready (AvbConsoleUsb *self, gboolean ready)
{
  if (self->ready == ready)
    return;
  self->ready = ready;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

static void
port_event_cb (SpiceChannel *channel, SpiceChannelEvent event, AvbConsoleUsb *self)
{
  if (event == SPICE_CHANNEL_OPENED)
    {
      if (!g_ptr_array_find (self->ports, channel, NULL))
        g_ptr_array_add (self->ports, g_object_ref (channel));
      give_what_is_due (self);
    }
  else if (event != SPICE_CHANNEL_NONE && event != SPICE_CHANNEL_SWITCHING)
    g_ptr_array_remove (self->ports, channel);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_PORTS]);
}

static void
channel_cb (AvbSpiceSession *session, SpiceChannel *channel, AvbConsoleUsb *self)
{
  if (!SPICE_IS_USBREDIR_CHANNEL (channel))
    return;
  /* Also one that never opens may outlive us. */
  g_signal_connect_object (channel, "channel-event", G_CALLBACK (port_event_cb), self, G_CONNECT_DEFAULT);
  avb_spice_session_take_channel (session, channel);
}

static void
main_cb (AvbConsoleUsb *self)
{
  if (self->session == NULL || avb_spice_session_get_main (self->session) == NULL)
    set_ready (self, FALSE);
}

static void
status_cb (AvbConsoleUsb *self)
{
  /* With the first picture all channels have been offered. */
  if (avb_console_session_get_status (AVB_CONSOLE_SESSION (self->session)) == AVB_CONSOLE_CONNECTED)
    set_ready (self, TRUE);
}

static void
forget_attempt (AvbConsoleUsb *self)
{
  for (guint i = 0; i < self->ports->len; i++)
    g_signal_handlers_disconnect_by_data (self->ports->pdata[i], self);
  g_ptr_array_set_size (self->ports, 0);
  if (self->manager != NULL)
    g_signal_handlers_disconnect_by_data (self->manager, self);
  g_clear_object (&self->manager);
  g_list_store_remove_all (self->devices);
}

static void
ended_cb (AvbSpiceSession *session, AvbConsoleUsb *self)
{
  forget_attempt (self);
  if (!avb_machine_has_console (self->machine) && avb_machine_get_available (self->machine))
    {
      /* Another run begins with what is remembered. */
      g_hash_table_remove_all (self->given);
      g_hash_table_remove_all (self->kept);
    }
  list_absent (self);
  count (self);
  update_hold (self);
  set_ready (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_PORTS]);
}

static void
avb_console_usb_dispose (GObject *object)
{
  AvbConsoleUsb *self = AVB_CONSOLE_USB (object);

  g_clear_handle_id (&self->hold_source, g_source_remove);
  forget_attempt (self);
  g_clear_weak_pointer (&self->session);
  g_clear_object (&self->machine);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (avb_console_usb_parent_class)->dispose (object);
}

static void
avb_console_usb_finalize (GObject *object)
{
  AvbConsoleUsb *self = AVB_CONSOLE_USB (object);

  g_ptr_array_unref (self->ports);
  g_object_unref (self->devices);
  g_hash_table_unref (self->given);
  g_hash_table_unref (self->kept);
  g_free (self->message);
  G_OBJECT_CLASS (avb_console_usb_parent_class)->finalize (object);
}

static void
avb_console_usb_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleUsb *self = AVB_CONSOLE_USB (object);

  switch (id)
    {
    case PROP_N_CONNECTED:
      g_value_set_uint (value, self->n_connected);
      break;
    case PROP_N_PORTS:
      g_value_set_uint (value, self->ports->len);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_usb_class_init (AvbConsoleUsbClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_usb_dispose;
  object_class->finalize = avb_console_usb_finalize;
  object_class->get_property = avb_console_usb_get_property;

  properties[PROP_N_CONNECTED]
      = g_param_spec_uint ("n-connected", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_PORTS] = g_param_spec_uint ("n-ports", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[FAILED] = g_signal_new ("failed",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  2,
                                  AVB_TYPE_USB_DEVICE,
                                  G_TYPE_ERROR);
}

static void
avb_console_usb_init (AvbConsoleUsb *self)
{
  self->ports = g_ptr_array_new_with_free_func (g_object_unref);
  self->devices = g_list_store_new (AVB_TYPE_USB_DEVICE);
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->settings = g_settings_new (AVB_APPLICATION_ID);
}

AvbConsoleUsb *
avb_console_usb_for_session (AvbSpiceSession *session)
{
  AvbConsoleUsb *self;

  g_return_val_if_fail (AVB_IS_SPICE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), USB_KEY);
  if (self != NULL)
    return self;
  self = g_object_new (AVB_TYPE_CONSOLE_USB, NULL);
  g_set_weak_pointer (&self->session, session);
  self->machine = g_object_ref (avb_console_session_get_machine (AVB_CONSOLE_SESSION (session)));
  g_signal_connect_object (session, "prepare", G_CALLBACK (prepare_cb), self, 0);
  g_signal_connect_object (session, "channel", G_CALLBACK (channel_cb), self, 0);
  g_signal_connect_object (session, "ended", G_CALLBACK (ended_cb), self, 0);
  g_signal_connect_object (
      session, "notify::main", G_CALLBACK (main_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      session, "notify::status", G_CALLBACK (status_cb), self, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (session), USB_KEY, self, g_object_unref);
  list_absent (self);
  /* Begun, but nothing has been offered yet. */
  if (avb_spice_session_get_spice (session) != NULL)
    prepare_cb (session, avb_spice_session_get_spice (session), self);
  return self;
}

GListModel *
avb_console_usb_get_devices (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), NULL);
  return G_LIST_MODEL (self->devices);
}

guint
avb_console_usb_get_n_connected (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), 0);
  return self->n_connected;
}

guint
avb_console_usb_get_n_ports (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), 0);
  return self->ports->len;
}

gboolean
avb_console_usb_get_ready (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), FALSE);
  return self->ready;
}

const char *
avb_console_usb_get_message (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), NULL);
  return self->message;
}

SpiceUsbDeviceManager *
avb_console_usb_get_manager (AvbConsoleUsb *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_USB (self), NULL);
  return self->manager;
}

void
avb_console_usb_set_connected (AvbConsoleUsb *self, AvbUsbDevice *device, gboolean connected)
{
  const char *id;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (AVB_IS_CONSOLE_USB (self));
  g_return_if_fail (AVB_IS_USB_DEVICE (device));

  if (self->manager == NULL || !avb_usb_device_get_present (device)
      || avb_usb_device_get_busy (device) || avb_usb_device_get_connected (device) == connected)
    return;
  id = avb_usb_device_get_id (device);
  if (connected)
    {
      g_hash_table_remove (self->kept, id);
      if (!spice_usb_device_manager_can_redirect_device (
              self->manager, avb_usb_device_get_spice (device), &error))
        {
          fail (self, device, error);
          return;
        }
    }
  else
    {
      g_hash_table_remove (self->given, id);
      g_hash_table_add (self->kept, g_strdup (id));
      update_hold (self);
    }
  send_on_its_way (self, device, connected);
}

void
avb_console_usb_set_remembered (AvbConsoleUsb *self, AvbUsbDevice *device, gboolean remembered)
{
  g_return_if_fail (AVB_IS_CONSOLE_USB (self));
  g_return_if_fail (AVB_IS_USB_DEVICE (device));

  if (avb_usb_device_get_remembered (device) == remembered)
    return;
  if (remembered)
    {
      g_autofree char *text = avb_usb_device_to_text (device);

      avb_usb_memory_add (self->settings, get_uuid (self), text);
    }
  else
    avb_usb_memory_remove (self->settings, get_uuid (self), avb_usb_device_get_id (device));
  /* Two of the same kind are remembered together. */
  for (guint i = 0; i < n_devices (self); i++)
    if (g_str_equal (avb_usb_device_get_id (nth_device (self, i)), avb_usb_device_get_id (device)))
      avb_usb_device_set_remembered (nth_device (self, i), remembered);
  list_absent (self);
}

void
avb_console_usb_disconnect_all (AvbConsoleUsb *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_USB (self));

  for (guint i = 0; i < n_devices (self); i++)
    avb_console_usb_set_connected (self, nth_device (self, i), FALSE);
}
