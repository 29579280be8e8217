/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-summary.h"

#include <string.h>

/* Msvm_Keyboard, Msvm_SyntheticMouse, and the picture that shows what came of it. */

/* Who types at what does not run gets 32775: invalid state for this operation. */
static HvMachine *
get_running (HvInvoke *in)
{
  HvMachine *machine = hv_machine_of (in->sim, in->target);

  return machine != NULL && hv_get_uint (machine->system, "EnabledState") == HYPERV_STATE_ENABLED ? machine : NULL;
}

G_GNUC_PRINTF (2, 3)
static void
note (HvMachine *machine, const char *format, ...)
{
  gsize start = machine->input->len;
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (machine->input, format, args);
  va_end (args);
  g_string_append_c (machine->input, '\n');
  for (gsize i = start; i < machine->input->len; i++)
    machine->seed = machine->seed * 31 + (guchar) machine->input->str[i];
}

static guint32
type_scancodes (HvInvoke *in)
{
  HvMachine *machine = get_running (in);
  GPtrArray *codes = hv_arg_list (in, "Scancodes");
  g_autoptr (GString) line = g_string_new ("scancodes");

  if (machine == NULL)
    return HV_INVALID_STATE;
  if (codes == NULL || codes->len == 0)
    return HV_INVALID_PARAMETER;
  for (guint i = 0; i < codes->len; i++)
    g_string_append_printf (line, " %02x", (guint) g_ascii_strtoull (g_ptr_array_index (codes, i), NULL, 10));
  note (machine, "%s", line->str);
  return HV_OK;
}

/* The page of TypeText: at most 512 characters of ASCII. */
static guint32
type_text (HvInvoke *in)
{
  HvMachine *machine = get_running (in);
  const char *text = hv_arg (in, "asciiText");

  if (machine == NULL)
    return HV_INVALID_STATE;
  if (text == NULL || g_utf8_strlen (text, -1) > 512)
    return HV_INVALID_PARAMETER;
  note (machine, "text %s", text);
  return HV_OK;
}

/* The page of PressKey: VK_SHIFT, VK_CONTROL and VK_MENU stand for the left ones. */
static guint
map_key (gint64 code)
{
  static const guint lefts[] = { 160, 162, 164 };

  return code >= 16 && code <= 18 ? lefts[code - 16] : (guint) code;
}

static guint32
get_key (HvInvoke *in, HvMachine **machine, guint *code)
{
  gint64 number = hv_arg_int (in, "keyCode", -1);

  *machine = get_running (in);
  if (*machine == NULL)
    return HV_INVALID_STATE;
  if (number < 1 || number > 254)
    return HV_INVALID_PARAMETER;
  *code = map_key (number);
  return HV_OK;
}

static guint32
type_key (HvInvoke *in)
{
  HvMachine *machine;
  guint code;
  guint32 result = get_key (in, &machine, &code);

  if (result == HV_OK)
    note (machine, "key %u", code);
  return result;
}

static guint32
press_key (HvInvoke *in)
{
  HvMachine *machine;
  guint code;
  guint32 result = get_key (in, &machine, &code);

  if (result != HV_OK)
    return result;
  g_hash_table_add (machine->pressed, GUINT_TO_POINTER (code));
  note (machine, "press %u", code);
  return HV_OK;
}

static guint32
release_key (HvInvoke *in)
{
  HvMachine *machine;
  guint code;
  guint32 result = get_key (in, &machine, &code);

  if (result != HV_OK)
    return result;
  g_hash_table_remove (machine->pressed, GUINT_TO_POINTER (code));
  note (machine, "release %u", code);
  return HV_OK;
}

static guint32
is_key_pressed (HvInvoke *in)
{
  HvMachine *machine;
  guint code;
  guint32 result = get_key (in, &machine, &code);

  if (result == HV_OK)
    hv_out (in, "keyState", "boolean",
            g_hash_table_contains (machine->pressed, GUINT_TO_POINTER (code)) ? "true" : "false");
  return result;
}

static guint32
type_ctrl_alt_del (HvInvoke *in)
{
  HvMachine *machine = get_running (in);

  if (machine == NULL)
    return HV_INVALID_STATE;
  note (machine, "ctrl-alt-del");
  return HV_OK;
}

static void
set_place (HvInvoke *in, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  hv_set (in->target, name, text);
}

static guint32
set_absolute_position (HvInvoke *in)
{
  HvMachine *machine = get_running (in);
  gint64 x = hv_arg_int (in, "horizontalPosition", -1);
  gint64 y = hv_arg_int (in, "verticalPosition", -1);

  if (machine == NULL)
    return HV_INVALID_STATE;
  if (x < 0 || y < 0)
    return HV_INVALID_PARAMETER;
  set_place (in, "HorizontalPosition", x);
  set_place (in, "VerticalPosition", y);
  hv_store_changed (in->sim->store, in->target);
  note (machine, "move %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, x, y);
  return HV_OK;
}

static guint32
get_button (HvInvoke *in, HvMachine **machine, guint *button)
{
  gint64 number = hv_arg_int (in, "buttonIndex", -1);

  *machine = get_running (in);
  if (*machine == NULL)
    return HV_INVALID_STATE;
  /* The 1-based index of the button; NumberOfButtons says 5. */
  if (number < 1 || number > 5)
    return HV_INVALID_PARAMETER;
  *button = (guint) number;
  return HV_OK;
}

static guint32
click_button (HvInvoke *in)
{
  HvMachine *machine;
  guint button;
  guint32 result = get_button (in, &machine, &button);

  if (result == HV_OK)
    note (machine, "click %u", button);
  return result;
}

static guint32
set_button_state (HvInvoke *in)
{
  HvMachine *machine;
  guint button;
  guint32 result = get_button (in, &machine, &button);
  const char *down = hv_arg (in, "isDown");

  if (result != HV_OK || down == NULL)
    return result != HV_OK ? result : HV_INVALID_PARAMETER;
  if (g_ascii_strcasecmp (down, "true") == 0)
    machine->buttons |= 1u << button;
  else
    machine->buttons &= ~(1u << button);
  note (machine, "button %u %s", button, (machine->buttons & 1u << button) != 0 ? "down" : "up");
  return HV_OK;
}

static guint32
get_button_state (HvInvoke *in)
{
  HvMachine *machine;
  guint button;
  guint32 result = get_button (in, &machine, &button);

  if (result == HV_OK)
    hv_out (in, "isDown", "boolean", (machine->buttons & 1u << button) != 0 ? "true" : "false");
  return result;
}

static guint32
set_scroll_position (HvInvoke *in)
{
  HvMachine *machine = get_running (in);

  if (machine == NULL)
    return HV_INVALID_STATE;
  if (hv_arg (in, "scrollPositionDelta") == NULL)
    return HV_INVALID_PARAMETER;
  note (machine, "scroll %s", hv_arg (in, "scrollPositionDelta"));
  return HV_OK;
}

/* --- the picture --------------------------------------------------------------------------------- */

static guint16
to_rgb565 (guint red, guint green, guint blue)
{
  return (guint16) ((red >> 3) << 11 | (green >> 2) << 5 | blue >> 3);
}

static guint16
get_pixel (HvMachine *machine, guint x, guint y, guint width, guint height)
{
  HvObject *mouse = g_ptr_array_index (machine->devices, 1);
  guint px = (guint) hv_get_uint (mouse, "HorizontalPosition"), py = (guint) hv_get_uint (mouse, "VerticalPosition");
  guint n = x * 16 / width, shade = 40 + y * 120 / height;

  if (x + 8 > px && x < px + 8 && y + 8 > py && y < py + 8)
    return to_rgb565 (255, 220, 40);
  /* A bar whose cells are the bits of all that came in */
  if (y >= height / 3 && y < height / 2)
    return (machine->seed >> n & 1) != 0 ? to_rgb565 (240, 240, 240) : to_rgb565 (20, 20, 20);
  return to_rgb565 (20, shade / 2, shade);
}

guint8 *
hv_draw_picture (HvMachine *machine, guint width, guint height, gsize *size)
{
  guint8 *data;
  gboolean on = machine->started != 0;

  *size = (gsize) width * height * 2;
  data = g_malloc0 (*size);
  for (guint y = 0; on && y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint16 pixel = get_pixel (machine, x, y, width, height);

        data[(y * width + x) * 2] = pixel & 0xff;
        data[(y * width + x) * 2 + 1] = pixel >> 8;
      }
  return data;
}

guint32
hv_get_thumbnail_image (HvInvoke *in)
{
  HvObject *settings = hv_arg_object (in, "TargetSystem", "Msvm_VirtualSystemSettingData");
  gint64 width = hv_arg_int (in, "WidthPixels", 0), height = hv_arg_int (in, "HeightPixels", 0);
  HvMachine *machine = NULL;
  g_autofree guint8 *data = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (settings == NULL || hv_config_of (in->sim, settings, &machine) == NULL)
    return HV_INVALID_PARAMETER;
  if (width < 1 || height < 1 || width > 4096 || height > 4096)
    return HV_INVALID_PARAMETER;
  if (machine->started == 0)
    return HV_INVALID_STATE;
  data = hv_draw_picture (machine, (guint) width, (guint) height, &size);
  text = g_base64_encode (data, size);
  hv_out (in, "ImageData", "uint8", text);
  return HV_OK;
}

const HvMethod hv_input_methods[] = {
  { "Msvm_Keyboard", "TypeScancodes", "uint8[] Scancodes", type_scancodes },
  { "Msvm_Keyboard", "TypeText", "string asciiText", type_text },
  { "Msvm_Keyboard", "TypeKey", "uint32 keyCode", type_key },
  { "Msvm_Keyboard", "PressKey", "uint32 keyCode", press_key },
  { "Msvm_Keyboard", "ReleaseKey", "uint32 keyCode", release_key },
  { "Msvm_Keyboard", "IsKeyPressed", "uint32 keyCode", is_key_pressed },
  { "Msvm_Keyboard", "TypeCtrlAltDel", "", type_ctrl_alt_del },
  { "Msvm_SyntheticMouse", "SetAbsolutePosition", "sint32 horizontalPosition,sint32 verticalPosition", set_absolute_position },
  { "Msvm_SyntheticMouse", "ClickButton", "uint32 buttonIndex", click_button },
  { "Msvm_SyntheticMouse", "SetButtonState", "uint32 buttonIndex,boolean isDown", set_button_state },
  { "Msvm_SyntheticMouse", "GetButtonState", "uint32 buttonIndex", get_button_state },
  { "Msvm_SyntheticMouse", "SetScrollPosition", "sint32 scrollPositionDelta", set_scroll_position },
  { NULL, NULL, NULL, NULL },
};
