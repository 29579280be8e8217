/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-setup.h"

#include <errno.h>
#ifdef G_OS_UNIX
#include <glib-unix.h>
#endif
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-channel.h"
#include "backends/avb-snapshot.h"

/* What a guest may say in one line; the rest of it is not read. */
#define MAX_LINE 512
#define CHANNEL_TRIES 20

struct _AvbSetup
{
  GObject parent_instance;

  AvbMachine   *machine;
  char         *kind;
  AvbSetupState state;
  char         *message;
  gboolean      stopped;
  gboolean      cloud;
  gboolean      ready;    /* the guest says so */
  gboolean      ending;
  gboolean      ended;
  char         *address;
  DexFuture    *opening;
  int           channel;
  guint         source;
  GString      *line;
};

G_DEFINE_FINAL_TYPE (AvbSetup, avb_setup, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbSetupState, avb_setup_state,
                    G_DEFINE_ENUM_VALUE (AVB_SETUP_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (AVB_SETUP_WORKING, "working"),
                    G_DEFINE_ENUM_VALUE (AVB_SETUP_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (AVB_SETUP_FAILED, "failed"))

enum {
  PROP_0,
  PROP_MACHINE,
  PROP_KIND,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_ADDRESS,
  PROP_ENDED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
set_state (AvbSetup *self, AvbSetupState state, const char *message)
{
  if (g_set_str (&self->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
close_channel (AvbSetup *self)
{
  dex_clear (&self->opening);
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->channel >= 0)
    close (self->channel);
  self->channel = -1;
  g_string_truncate (self->line, 0);
}

/* What served the first boot only. The answers' disc is known by its name; the installer's disc is the user's, and
 * stays in its drive. (transfer full): its volumes */
static GPtrArray *
strip_spec (AvbMachineSpec *spec)
{
  GPtrArray *volumes = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  if (avb_machine_spec_get_kernel (spec) != NULL)
    g_ptr_array_add (volumes, g_strdup (avb_machine_spec_get_kernel (spec)));
  if (avb_machine_spec_get_initrd (spec) != NULL)
    g_ptr_array_add (volumes, g_strdup (avb_machine_spec_get_initrd (spec)));
  for (guint i = disks->len; i > 0; i--)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i - 1);

      if (disk->path == NULL || disk->source != AVB_DISK_SOURCE_FILE || !disk->read_only || strstr (disk->path, AVB_SETUP_VOLUME) == NULL)
        continue;
      g_ptr_array_add (volumes, g_strdup (disk->path));
      g_ptr_array_remove_index (disks, i - 1);
    }
  avb_machine_spec_set_kernel (spec, NULL);
  avb_machine_spec_set_initrd (spec, NULL);
  avb_machine_spec_set_kernel_arguments (spec, NULL);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_SETUP_CHANNEL, FALSE);
  return volumes;
}

/* A volume of this program's, and no other: the definition may have been changed by hand since. */
static gboolean
is_own (const char *path)
{
  return strstr (path, AVB_SETUP_VOLUME) != NULL && strstr (path, AVB_VOLUME_DISC_COPY) != NULL;
}

/* In a fiber. */
static gboolean
remove_means (AvbSetup *self, GError **error)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self->machine);
  g_autoptr (AvbMachineSpec) spec = dex_await_object (avb_machine_read_spec (self->machine), error);
  g_autoptr (GPtrArray) volumes = NULL;

  if (spec == NULL)
    return FALSE;
  volumes = strip_spec (spec);
  if (!dex_await (avb_machine_apply_spec (self->machine, spec), error))
    return FALSE;
  for (guint i = 0; connection != NULL && i < volumes->len; i++)
    if (is_own (g_ptr_array_index (volumes, i)))
      avb_future_finish (avb_connection_delete_volume (connection, g_ptr_array_index (volumes, i)),
                         "remove what was for the first boot");
  return TRUE;
}

/* In a fiber. A machine that cannot have one is none the worse for it. */
static void
take_snapshot (AvbSetup *self)
{
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (avb_machine_get_setting (self->machine, AVB_SETUP_SNAPSHOT_SETTING), "yes") != 0)
    return;
  operation = avb_operation_new (_("Taking a snapshot"));
  if (!dex_await (avb_machine_take_snapshot (self->machine, _("Freshly Installed"), NULL, operation), &error))
    g_message ("No snapshot of “%s”: %s", avb_machine_get_name (self->machine), error->message);
}

/* In a fiber. */
static gboolean
forget (AvbSetup *self, GError **error)
{
  static const char *const keys[] = { AVB_SETUP_SNAPSHOT_SETTING, AVB_SETUP_STARTED_SETTING, AVB_SETUP_SETTING };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (avb_machine_get_setting (self->machine, keys[i]) != NULL &&
        !dex_await (avb_machine_set_setting (self->machine, keys[i], NULL), error))
      return FALSE;
  return TRUE;
}

/* The setting goes last: whoever dies before begins here again, and nothing of it can be done twice wrongly. */
static DexFuture *
end_fiber (gpointer data)
{
  AvbSetup *self = data;
  g_autoptr (GError) error = NULL;

  if (!remove_means (self, &error))
    {
      self->ending = FALSE;
      set_state (self, AVB_SETUP_FAILED, error->message);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  take_snapshot (self);
  if (!forget (self, &error))
    {
      set_state (self, AVB_SETUP_FAILED, error->message);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  self->ended = TRUE;
  set_state (self, AVB_SETUP_READY, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDED]);
  /* Only the guest's own word starts it again: a machine that the user switched off stays off. */
  if (self->ready && !self->cloud && avb_machine_get_state (self->machine) == AVB_MACHINE_OFF)
    avb_future_finish (avb_machine_start (self->machine), "start a machine that was installed");
  return dex_future_new_true ();
}

static void
end (AvbSetup *self)
{
  if (self->ending)
    return;
  self->ending = TRUE;
  avb_future_finish (avb_fiber_spawn (end_fiber, g_object_ref (self), g_object_unref),
                     "end a first boot");
}

static void
remember (AvbSetup *self, const char *started)
{
  if (g_strcmp0 (avb_machine_get_setting (self->machine, AVB_SETUP_STARTED_SETTING), started) != 0)
    avb_future_finish (avb_machine_set_setting (self->machine, AVB_SETUP_STARTED_SETTING, started),
                       "remember how far a first boot is");
}

static void
take_ready (AvbSetup *self)
{
  self->ready = TRUE;
  if (self->cloud)
    {
      remember (self, "ready");
      set_state (self, AVB_SETUP_READY, NULL);
    }
  else
    /* An installer switches the machine off after that. */
    set_state (self, AVB_SETUP_WORKING, _("The system is installed"));
}

/* The first that others may use; one of the older kind is better known to people. */
static void
take_address (AvbSetup *self, const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autofree char *plain = NULL;

  if (address == NULL || g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address) ||
      (self->address != NULL && (strchr (self->address, ':') == NULL ||
                                 g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)))
    return;
  plain = g_inet_address_to_string (address);
  if (g_set_str (&self->address, plain))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ADDRESS]);
}

/* Guests say anything. */
static void
take_line (AvbSetup *self)
{
  g_autofree char *text = g_utf8_make_valid (self->line->str, (gssize) self->line->len);

  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_strstrip (text);
  if (g_str_has_prefix (text, "address "))
    take_address (self, text + strlen ("address "));
  else if (self->ready)
    return;
  else if (g_str_has_prefix (text, "progress "))
    set_state (self, AVB_SETUP_WORKING, text + strlen ("progress "));
  else if (g_str_has_prefix (text, "failed "))
    set_state (self, AVB_SETUP_FAILED, text + strlen ("failed "));
  else if (g_str_equal (text, "ready"))
    take_ready (self);
}

static gboolean G_GNUC_UNUSED
channel_cb (int fd, GIOCondition condition, gpointer data)
{
  AvbSetup *self = data;
  char buffer[1024];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      self->source = 0;
      return G_SOURCE_REMOVE;
    }
  for (gssize i = 0; i < n; i++)
    if (buffer[i] == '\n')
      {
        take_line (self);
        g_string_truncate (self->line, 0);
      }
    else if (self->line->len < MAX_LINE)
      g_string_append_c (self->line, buffer[i]);
  return G_SOURCE_CONTINUE;
}

#ifdef G_OS_UNIX

static void
watch (AvbSetup *self, int fd)
{
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  self->channel = fd;
  self->source = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP, channel_cb, self);
}

#else

/* No hypervisor hands a socket over there. */
static void
watch (AvbSetup *self, int fd)
{
  close (fd);
}

#endif

/* In a fiber. Whether there is no need to try again. */
static gboolean
try_open (AvbSetup *self)
{
  g_autoptr (GError) error = NULL;
  int fd = dex_await_int (avb_machine_open_guest_channel (self->machine, AVB_SETUP_CHANNEL), &error);

  if (error != NULL)
    return avb_machine_get_state (self->machine) != AVB_MACHINE_RUNNING;
  if (self->stopped || avb_machine_get_state (self->machine) != AVB_MACHINE_RUNNING)
    {
      close (fd);
      return TRUE;
    }
  watch (self, fd);
  return TRUE;
}

/* The daemon knows of a machine's channels a moment after it knows that the machine runs. */
static DexFuture *
open_fiber (gpointer data)
{
  AvbSetup *self = data;

  /* Whoever stops this while it waits leaves nothing of it: errors must be gone by then. */
  for (guint i = 0; i < CHANNEL_TRIES && !self->stopped && !try_open (self); i++)
    dex_await (dex_timeout_new_msec (500), NULL);
  return dex_future_new_true ();
}

static void
listen_to (AvbSetup *self)
{
  set_state (self, AVB_SETUP_WORKING, NULL);
  if (avb_machine_get_setting (self->machine, AVB_SETUP_STARTED_SETTING) == NULL)
    remember (self, "yes");
  if (self->opening == NULL)
    self->opening = avb_fiber_spawn (open_fiber, g_object_ref (self), g_object_unref);
}

/* What failed stays as it is: the next start tries again. So does a guest that was switched off before it was done
 * with itself; of an installation nobody knows how far it is, and its own disk is what is started from then. */
static void
switched_off (AvbSetup *self)
{
  gboolean started = self->state == AVB_SETUP_WORKING ||
                     avb_machine_get_setting (self->machine, AVB_SETUP_STARTED_SETTING) != NULL;

  close_channel (self);
  if (self->state == AVB_SETUP_FAILED || !started)
    return;
  if (self->cloud && !self->ready)
    set_state (self, AVB_SETUP_WAITING, NULL);
  else
    end (self);
}

static void
state_cb (AvbSetup *self)
{
  if (self->stopped || self->ended || !avb_machine_get_available (self->machine))
    return;
  if (avb_machine_get_state (self->machine) == AVB_MACHINE_OFF)
    switched_off (self);
  else if (avb_machine_get_state (self->machine) == AVB_MACHINE_RUNNING && self->state != AVB_SETUP_READY)
    listen_to (self);
}

void
avb_setup_give_up (AvbSetup *self)
{
  g_return_if_fail (AVB_IS_SETUP (self));

  if (!self->ready)
    take_ready (self);
  if (!self->ended && avb_machine_get_state (self->machine) == AVB_MACHINE_OFF)
    switched_off (self);
}

void
avb_setup_stop (AvbSetup *self)
{
  g_return_if_fail (AVB_IS_SETUP (self));

  self->stopped = TRUE;
  close_channel (self);
  g_signal_handlers_disconnect_by_data (self->machine, self);
}

static void
avb_setup_constructed (GObject *object)
{
  AvbSetup *self = AVB_SETUP (object);

  G_OBJECT_CLASS (avb_setup_parent_class)->constructed (object);
  self->kind = g_strdup (avb_machine_get_setting (self->machine, AVB_SETUP_SETTING));
  self->cloud = g_strcmp0 (self->kind, "cloud") == 0;
  if (self->cloud && g_strcmp0 (avb_machine_get_setting (self->machine, AVB_SETUP_STARTED_SETTING), "ready") == 0)
    take_ready (self);
  g_signal_connect_object (self->machine, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->machine, "notify::available", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  state_cb (self);
}

static void
avb_setup_finalize (GObject *object)
{
  AvbSetup *self = AVB_SETUP (object);

  close_channel (self);
  g_object_unref (self->machine);
  g_free (self->kind);
  g_free (self->message);
  g_free (self->address);
  g_string_free (self->line, TRUE);
  G_OBJECT_CLASS (avb_setup_parent_class)->finalize (object);
}

static void
avb_setup_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbSetup *self = AVB_SETUP (object);

  switch (id)
    {
    case PROP_MACHINE:
      g_value_set_object (value, self->machine);
      break;
    case PROP_KIND:
      g_value_set_string (value, self->kind);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_ENDED:
      g_value_set_boolean (value, self->ended);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_setup_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbSetup *self = AVB_SETUP (object);

  if (id == PROP_MACHINE)
    self->machine = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_setup_class_init (AvbSetupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = avb_setup_constructed;
  object_class->finalize = avb_setup_finalize;
  object_class->get_property = avb_setup_get_property;
  object_class->set_property = avb_setup_set_property;

  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE,
                                                  G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | flags);
  properties[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, AVB_TYPE_SETUP_STATE, AVB_SETUP_WAITING,
                                              G_PARAM_READABLE | flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  properties[PROP_ENDED] = g_param_spec_boolean ("ended", NULL, NULL, FALSE, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_setup_init (AvbSetup *self)
{
  self->channel = -1;
  self->line = g_string_new (NULL);
}

AvbSetup *
avb_setup_new (AvbMachine *machine)
{
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  return g_object_new (AVB_TYPE_SETUP, "machine", machine, NULL);
}

AvbMachine *
avb_setup_get_machine (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), NULL);

  return self->machine;
}

const char *
avb_setup_get_kind (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), NULL);

  return self->kind;
}

AvbSetupState
avb_setup_get_state (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), AVB_SETUP_FAILED);

  return self->state;
}

const char *
avb_setup_get_message (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), NULL);

  return self->message;
}

const char *
avb_setup_get_address (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), NULL);

  return self->address;
}

gboolean
avb_setup_get_ended (AvbSetup *self)
{
  g_return_val_if_fail (AVB_IS_SETUP (self), FALSE);

  return self->ended;
}
