/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-picture.h"
#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where the display is (page "Msvm_TerminalServiceSettingData class"), and what there is without it: the display picture by
 * picture (page "GetVirtualSystemThumbnailImage method of the Msvm_VirtualSystemManagementService class"), the keyboard
 * ("TypeScancodes method of the Msvm_Keyboard class") and the pointer ("Msvm_SyntheticMouse"). */

/* Of VMConnect, unless the host says otherwise. */
#define CONSOLE_PORT 2179

#define MAX_HEADS 16
#define MAX_SIDE 7680

/* Buttons of Msvm_SyntheticMouse count from 1, in the order of HID. */
static const struct {
  AvbPointerButtons button;
  guint             index;
} buttons[] = { { AVB_POINTER_LEFT, 1 }, { AVB_POINTER_RIGHT, 2 }, { AVB_POINTER_MIDDLE, 3 } };

/* --- VMConnect --- */

/* A user may have rights to machines and none to this. Only in the fiber. */
static guint
read_port (AvbHypervVerb *verb)
{
  g_autoptr (GPtrArray) found = dex_await_boxed (
      avb_wsman_client_query (verb->client, "SELECT * FROM Msvm_TerminalServiceSettingData", 1), NULL);
  guint64 port = found != NULL && found->len > 0
                     ? avb_wmi_object_get_uint (found->pdata[0], "ListenerPort", CONSOLE_PORT)
                     : CONSOLE_PORT;

  return port > 0 && port <= G_MAXUINT16 ? (guint) port : CONSOLE_PORT;
}

static DexFuture *
console_fiber (gpointer data)
{
  AvbHypervVerb       *verb = data;
  AvbHypervConnection *connection = verb->connection;
  AvbConsoleEndpoint  *endpoint = avb_console_endpoint_new (AVB_CONSOLE_RDP_HOST);

  endpoint->port = read_port (verb);
  endpoint->host = g_strdup (connection->host);
  endpoint->user = g_strdup (connection->user);
  endpoint->password = g_strdup (connection->password);
  endpoint->id = g_strdup (verb->id);
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

/* VMConnect lets users in with their password, and with nothing else. */
static DexFuture *
find_without_user (void)
{
  AvbConsoleEndpoint *endpoint = avb_console_endpoint_new (AVB_CONSOLE_PICTURES);

  endpoint->reason = g_strdup (
      _ ("The host’s address names no user for VMConnect: the display is shown picture by picture."));
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

DexFuture *
avb_hyperv_machine_find_console (AvbMachine *machine)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  AvbConsoleEndpoint *endpoint;

  if (avb_machine_has_console (machine) && connection != NULL)
    return AVB_HYPERV_CONNECTION (connection)->user == NULL
               ? find_without_user ()
               : avb_hyperv_verb_run (
                     avb_hyperv_verb_new (NULL, machine, _ ("The display could not be looked up.")), console_fiber, FALSE);
  endpoint = avb_console_endpoint_new (AVB_CONSOLE_NONE);
  endpoint->reason = g_strdup (_ ("The machine is not running, or was made without a display."));
  return dex_future_new_take_boxed (AVB_TYPE_CONSOLE_ENDPOINT, endpoint);
}

/* --- Pictures --- */

/* Page "Msvm_VideoHead". A machine of generation 1 has two, of which the one that is on is the one that is seen; the largest,
 * should both be. */
static gboolean
read_size (AvbHypervVerb *verb, guint *width, guint *height, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (verb->id);
  g_autofree char *wql = g_strdup_printf ("SELECT * FROM Msvm_VideoHead WHERE SystemName = %s", quoted);
  g_autoptr (GPtrArray) heads = dex_await_boxed (avb_wsman_client_query (verb->client, wql, MAX_HEADS), error);

  *width = *height = 0;
  if (heads == NULL)
    return FALSE;
  for (guint i = 0; i < heads->len; i++)
    {
      guint64 x = avb_wmi_object_get_uint (heads->pdata[i], "CurrentHorizontalResolution", 0);
      guint64 y = avb_wmi_object_get_uint (heads->pdata[i], "CurrentVerticalResolution", 0);

      if (x > 0 && y > 0 && x <= MAX_SIDE && y <= MAX_SIDE
          && avb_wmi_object_get_uint (heads->pdata[i], "EnabledState", 2) == 2 && x * y > (guint64) *width * *height)
        {
          *width = (guint) x;
          *height = (guint) y;
        }
    }
  if (*width > 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL, _ ("The machine shows nothing yet.")));
  return FALSE;
}

/* An array of bytes is base64 where a host sends it as one text, and numbers where it sends each. */
static guint8 *
dup_bytes (AvbWmiObject *object, const char *name, gsize *length)
{
  guint   n = avb_wmi_object_count (object, name);
  guint8 *data;

  *length = 0;
  if (n == 0)
    return NULL;
  if (n == 1)
    return g_base64_decode (avb_wmi_object_get_string (object, name), length);
  data = g_malloc (n);
  for (guint i = 0; i < n; i++)
    {
      const char *text = avb_wmi_object_get_string_at (object, name, i);

      data[i] = text != NULL ? (guint8) g_ascii_strtoull (text, NULL, 10) : 0;
    }
  *length = n;
  return data;
}

static AvbPicture *
read_picture (AvbHypervVerb *verb, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("GetVirtualSystemThumbnailImage");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (AvbWmiPath) path = avb_hyperv_settings_path (verb->id);
  g_autofree guint8 *data = NULL;
  guint              width, height;
  gsize              length;
  AvbPicture        *picture;

  if (!read_size (verb, &width, &height, error))
    return NULL;
  avb_wmi_object_set_path (parameters, "TargetSystem", path);
  avb_wmi_object_set_uint (parameters, "WidthPixels", AVB_WMI_UINT16, width);
  avb_wmi_object_set_uint (parameters, "HeightPixels", AVB_WMI_UINT16, height);
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "GetVirtualSystemThumbnailImage", parameters, error);
  if (result == NULL)
    return NULL;
  data = dup_bytes (result, "ImageData", &length);
  picture = data != NULL ? avb_hyperv_picture_from_565 (data, length, width, height) : NULL;
  /* It comes without a picture while the display changes. */
  if (picture == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL, _ ("The machine shows nothing yet.")));
  if (picture != NULL)
    {
      verb->machine->width = width;
      verb->machine->height = height;
    }
  return picture;
}

static DexFuture *
picture_fiber (gpointer data)
{
  GError     *error = NULL;
  AvbPicture *picture = read_picture (data, &error);

  return picture != NULL ? dex_future_new_take_boxed (AVB_TYPE_PICTURE, picture) : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_read_picture (AvbMachine *machine)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The display of the machine could not be read.")), picture_fiber, FALSE);
}

static DexFuture *
screenshot_fiber (gpointer data)
{
  GError *error = NULL;
  g_autoptr (AvbPicture) picture = read_picture (data, &error);

  return picture != NULL
             ? dex_future_new_take_boxed (AVB_TYPE_SCREENSHOT, avb_hyperv_picture_to_screenshot (picture))
             : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_take_screenshot (AvbMachine *machine)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The display of the machine could not be read.")), screenshot_fiber, FALSE);
}

/* --- Input, in order --- */

/* (transfer full) (nullable): the path of a device of the machine, which stays the same as long as it runs */
static AvbWmiPath *
find_device (AvbHypervVerb *verb, const char *class_name, char **device, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (verb->id);
  g_autofree char *wql = g_strdup_printf ("SELECT * FROM %s WHERE SystemName = %s", class_name, quoted);
  g_autoptr (GPtrArray) found = NULL;

  if (*device == NULL)
    {
      found = dex_await_boxed (avb_wsman_client_query (verb->client, wql, 1), error);
      if (found == NULL)
        return NULL;
      if (found->len > 0)
        g_set_str (device, avb_wmi_object_get_string (found->pdata[0], "DeviceID"));
    }
  if (*device == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL, _ ("The machine takes no input at the moment.")));
      return NULL;
    }
  return avb_wmi_path_new (class_name, "CreationClassName", class_name, "DeviceID", *device, "SystemCreationClassName",
                           "Msvm_ComputerSystem", "SystemName", verb->id, NULL);
}

typedef struct {
  AvbHypervVerb *verb;
  DexFiberFunc   func;
} Input;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_clear_pointer (&input->verb, avb_hyperv_verb_free);
  g_free (input);
}

static DexFuture *
input_cb (DexFuture *before, gpointer data)
{
  Input *input = data;

  return avb_hyperv_verb_run (g_steal_pointer (&input->verb), input->func, FALSE);
}

/* Whatever became of what was sent before. */
static DexFuture *
queue (AvbHypervMachine *self, AvbHypervVerb *verb, DexFiberFunc func)
{
  Input     *input = g_new0 (Input, 1);
  DexFuture *before = self->typing != NULL ? g_steal_pointer (&self->typing) : dex_future_new_true ();

  input->verb = verb;
  input->func = func;
  self->typing = dex_future_finally (before, input_cb, input, input_free);
  return dex_ref (self->typing);
}

static DexFuture *
scancodes_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbWmiPath) path = find_device (verb, "Msvm_Keyboard", &verb->machine->keyboard, &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("TypeScancodes");
  g_autoptr (AvbWmiObject) result = NULL;
  gsize         n;
  const guint8 *codes = g_bytes_get_data (verb->data, &n);
  g_autofree guint64 *values = g_new (guint64, n);

  for (gsize i = 0; i < n; i++)
    values[i] = codes[i];
  avb_wmi_object_set_uints (parameters, "Scancodes", AVB_WMI_UINT8, values, n);
  if (path != NULL)
    result = avb_hyperv_call (&verb->call, path, "TypeScancodes", parameters, &error);
  if (result != NULL)
    return dex_future_new_true ();
  /* Another device after the next start. */
  g_clear_pointer (&verb->machine->keyboard, g_free);
  return dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_send_scancodes (AvbMachine *machine, const guint8 *scancodes, gsize n_scancodes)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The machine did not take the keys."));

  if (verb != NULL)
    {
      verb->data = g_bytes_new (scancodes, n_scancodes);
      verb->data_free = (GDestroyNotify) g_bytes_unref;
    }
  return queue (AVB_HYPERV_MACHINE (machine), verb, scancodes_fiber);
}

static gboolean
call_mouse (AvbHypervVerb *verb, AvbWmiPath *path, const char *method, AvbWmiObject *parameters, GError **error)
{
  g_autoptr (AvbWmiObject) result = avb_hyperv_call (&verb->call, path, method, parameters, error);

  return result != NULL;
}

/* What is signed goes over the wire as text. */
static void
set_int (AvbWmiObject *parameters, const char *name, int value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  avb_wmi_object_set_string (parameters, name, text);
}

static gboolean
move (AvbHypervVerb *verb, AvbWmiPath *path, const AvbPointer *pointer, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("SetAbsolutePosition");
  guint width = verb->machine->width > 0 ? verb->machine->width : pointer->width;
  guint height = verb->machine->height > 0 ? verb->machine->height : pointer->height;

  set_int (parameters, "horizontalPosition", (int) MIN ((guint64) pointer->x * width / pointer->width, width - 1));
  set_int (parameters, "verticalPosition", (int) MIN ((guint64) pointer->y * height / pointer->height, height - 1));
  return call_mouse (verb, path, "SetAbsolutePosition", parameters, error);
}

static gboolean
press (AvbHypervVerb *verb, AvbWmiPath *path, const AvbPointer *pointer, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("SetButtonState");
      gboolean down = (pointer->buttons & buttons[i].button) != 0;

      if (down == ((verb->machine->buttons & buttons[i].button) != 0))
        continue;
      avb_wmi_object_set_uint (parameters, "buttonIndex", AVB_WMI_UINT32, buttons[i].index);
      avb_wmi_object_set_boolean (parameters, "isDown", down);
      if (!call_mouse (verb, path, "SetButtonState", parameters, error))
        return FALSE;
      verb->machine->buttons ^= buttons[i].button;
    }
  return TRUE;
}

static gboolean
scroll (AvbHypervVerb *verb, AvbWmiPath *path, const AvbPointer *pointer, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("SetScrollPosition");

  if (pointer->wheel == 0)
    return TRUE;
  set_int (parameters, "scrollPositionDelta", pointer->wheel);
  return call_mouse (verb, path, "SetScrollPosition", parameters, error);
}

static DexFuture *
pointer_fiber (gpointer data)
{
  AvbHypervVerb    *verb = data;
  GError           *error = NULL;
  const AvbPointer *pointer = verb->data;
  g_autoptr (AvbWmiPath) path = find_device (verb, "Msvm_SyntheticMouse", &verb->machine->mouse, &error);

  if (path != NULL && move (verb, path, pointer, &error) && press (verb, path, pointer, &error)
      && scroll (verb, path, pointer, &error))
    return dex_future_new_true ();
  g_clear_pointer (&verb->machine->mouse, g_free);
  return dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_send_pointer (AvbMachine *machine, const AvbPointer *pointer)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The machine did not take the pointer."));

  if (verb != NULL)
    {
      verb->data = g_memdup2 (pointer, sizeof *pointer);
      verb->data_free = g_free;
    }
  return queue (AVB_HYPERV_MACHINE (machine), verb, pointer_fiber);
}
