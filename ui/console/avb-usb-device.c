/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-usb-device.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* Characters of a name. */
#define MAX_NAME 80
#define ID_LENGTH 9
#define EMULATED_BUS 65535

struct _AvbUsbDevice {
  GObject parent_instance;

  SpiceUsbDevice *device; /* %NULL: not plugged in */
  char           *name;
  char           *id;
  char           *place;
  gboolean        connected;
  gboolean        busy;
  gboolean        remembered;
};

G_DEFINE_FINAL_TYPE (AvbUsbDevice, avb_usb_device, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_NAME,
  PROP_ID,
  PROP_PLACE,
  PROP_PRESENT,
  PROP_CONNECTED,
  PROP_BUSY,
  PROP_REMEMBERED,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

/* (transfer full): one line of printable text that is not too long */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString         *cleaned = g_string_new (NULL);
  glong            n = 0;

  for (const char *p = valid; *p != '\0' && n < MAX_NAME; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (cleaned, g_unichar_isprint (c) ? c : ' ');
    }
  g_strstrip (cleaned->str);
  return g_string_free (cleaned, FALSE);
}

static void
avb_usb_device_finalize (GObject *object)
{
  AvbUsbDevice *self = AVB_USB_DEVICE (object);

  if (self->device != NULL)
    g_boxed_free (SPICE_TYPE_USB_DEVICE, self->device);
  g_free (self->name);
  g_free (self->id);
  g_free (self->place);
  G_OBJECT_CLASS (avb_usb_device_parent_class)->finalize (object);
}

static void
avb_usb_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbUsbDevice *self = AVB_USB_DEVICE (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_PLACE:
      g_value_set_string (value, self->place);
      break;
    case PROP_PRESENT:
      g_value_set_boolean (value, self->device != NULL);
      break;
    case PROP_CONNECTED:
      g_value_set_boolean (value, self->connected);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    case PROP_REMEMBERED:
      g_value_set_boolean (value, self->remembered);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_usb_device_class_init (AvbUsbDeviceClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_usb_device_finalize;
  object_class->get_property = avb_usb_device_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_PLACE] = g_param_spec_string ("place", NULL, NULL, NULL, flags);
  properties[PROP_PRESENT] = g_param_spec_boolean ("present", NULL, NULL, FALSE, flags);
  properties[PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_REMEMBERED] = g_param_spec_boolean ("remembered", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_usb_device_init (AvbUsbDevice *self)
{
}

AvbUsbDevice *
avb_usb_device_new (SpiceUsbDevice *device)
{
  AvbUsbDevice *self = g_object_new (AVB_TYPE_USB_DEVICE, NULL);
  /* glibc wants every argument used. The numbers first, so that no name can pass for one. */
  g_autofree char *text = spice_usb_device_get_description (device, "%4$d %5$d %3$s\n%1$s %2$s");
  const char      *name = text != NULL ? strchr (text, '\n') : NULL;
  guint            vendor = 0, product = 0;
  int              bus = -1, address = -1;

  self->device = g_boxed_copy (SPICE_TYPE_USB_DEVICE, device);
  if (text != NULL)
    sscanf (text, "%d %d [%x:%x]", &bus, &address, &vendor, &product);
  self->id = g_strdup_printf ("%04x:%04x", vendor & 0xffff, product & 0xffff);
  self->name = name != NULL ? clean (name) : g_strdup ("");
  if (*self->name == '\0')
    {
      g_free (self->name);
      self->name = g_strdup_printf (_ ("USB device %s"), self->id);
    }
  /* Emulated devices are on no bus. */
  if (address >= 0 && bus >= 0 && bus < EMULATED_BUS)
    /* Translators: where a USB device is plugged in; numbers as the system has them. */
    self->place = g_strdup_printf (_ ("Bus %1$d, device %2$d"), bus, address);
  return self;
}

AvbUsbDevice *
avb_usb_device_new_remembered (const char *text)
{
  AvbUsbDevice *self;

  for (int i = 0; i < ID_LENGTH; i++)
    if (i == 4 ? text[i] != ':' : !g_ascii_isxdigit (text[i]))
      return NULL;
  if (text[ID_LENGTH] != ' ' && text[ID_LENGTH] != '\0')
    return NULL;
  self = g_object_new (AVB_TYPE_USB_DEVICE, NULL);
  self->id = g_ascii_strdown (text, ID_LENGTH);
  self->name = clean (text + ID_LENGTH);
  if (*self->name == '\0')
    {
      g_free (self->name);
      self->name = g_strdup_printf (_ ("USB device %s"), self->id);
    }
  self->remembered = TRUE;
  return self;
}

char *
avb_usb_device_to_text (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), NULL);
  return g_strdup_printf ("%s %s", self->id, self->name);
}

SpiceUsbDevice *
avb_usb_device_get_spice (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), NULL);
  return self->device;
}

const char *
avb_usb_device_get_name (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), NULL);
  return self->name;
}

const char *
avb_usb_device_get_id (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), NULL);
  return self->id;
}

const char *
avb_usb_device_get_place (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), NULL);
  return self->place;
}

gboolean
avb_usb_device_get_present (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), FALSE);
  return self->device != NULL;
}

gboolean
avb_usb_device_get_connected (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), FALSE);
  return self->connected;
}

static void
set_flag (AvbUsbDevice *self, gboolean *flag, gboolean value, guint property)
{
  if (*flag == value)
    return;
  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
avb_usb_device_set_connected (AvbUsbDevice *self, gboolean connected)
{
  g_return_if_fail (AVB_IS_USB_DEVICE (self));
  set_flag (self, &self->connected, connected, PROP_CONNECTED);
}

gboolean
avb_usb_device_get_busy (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), FALSE);
  return self->busy;
}

void
avb_usb_device_set_busy (AvbUsbDevice *self, gboolean busy)
{
  g_return_if_fail (AVB_IS_USB_DEVICE (self));
  set_flag (self, &self->busy, busy, PROP_BUSY);
}

gboolean
avb_usb_device_get_remembered (AvbUsbDevice *self)
{
  g_return_val_if_fail (AVB_IS_USB_DEVICE (self), FALSE);
  return self->remembered;
}

void
avb_usb_device_set_remembered (AvbUsbDevice *self, gboolean remembered)
{
  g_return_if_fail (AVB_IS_USB_DEVICE (self));
  set_flag (self, &self->remembered, remembered, PROP_REMEMBERED);
}
