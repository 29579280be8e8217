/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbDisplayMode:
 * @AVB_DISPLAY_SCALE: the guest's picture is fitted into the widget.
 * @AVB_DISPLAY_RESIZE: the guest is asked to have as many pixels as the widget; without an agent as
 *   @AVB_DISPLAY_SCALE.
 * @AVB_DISPLAY_EXACT: one pixel of the guest is one of the screen.
 */
typedef enum {
  AVB_DISPLAY_SCALE,
  AVB_DISPLAY_RESIZE,
  AVB_DISPLAY_EXACT,
} AvbDisplayMode;

#define AVB_TYPE_DISPLAY_MODE (avb_display_mode_get_type ())
GType avb_display_mode_get_type (void);

/**
 * AvbConsoleSettings:
 *
 * What the user chose for the console of one machine: the machine's settings
 * (avb_machine_get_setting()) with types and defaults. Main thread.
 *
 * Each property is readable, writable and notifying, and writing it writes the machine's setting of the
 * same name; what is no valid value there reads as the default. The definition of a machine may come
 * from anywhere: what needs this user's consent (microphone, USB devices) is not kept in it.
 *
 * Properties: `clipboard` (boolean, %TRUE: shared both ways), `display-mode` (#AvbDisplayMode,
 * %AVB_DISPLAY_RESIZE), `lock-keys` (boolean, %TRUE: the guest's lock keys follow the keyboard's),
 * `muted` (boolean, %FALSE), `volume` (int, 0…100, 100: of the guest's sound).
 */
#define AVB_TYPE_CONSOLE_SETTINGS (avb_console_settings_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleSettings, avb_console_settings, AVB, CONSOLE_SETTINGS, GObject)

/* (transfer full): the same object for the same machine, as long as somebody holds it */
AvbConsoleSettings *avb_console_settings_for_machine (AvbMachine *machine);

G_END_DECLS
