/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * AvbInputButton:
 *
 * What a mouse has. A mask of buttons has the bit of each: 1 << button.
 */
typedef enum {
  AVB_INPUT_LEFT,
  AVB_INPUT_MIDDLE,
  AVB_INPUT_RIGHT,
  AVB_INPUT_UP,   /* the wheel, away from the user */
  AVB_INPUT_DOWN,
  AVB_INPUT_SIDE,
  AVB_INPUT_EXTRA,
} AvbInputButton;

typedef enum {
  AVB_INPUT_SCROLL_LOCK = 1 << 0,
  AVB_INPUT_NUM_LOCK = 1 << 1,
  AVB_INPUT_CAPS_LOCK = 1 << 2,
} AvbInputLocks;

/**
 * AvbInputSink:
 *
 * Where keys and the pointer go while a display is connected: another connection has another one. Abstract; main
 * thread. What a display does not know is left out in silence.
 *
 * Signal `locks`: the guest told the state of its lock keys.
 */
#define AVB_TYPE_INPUT_SINK (avb_input_sink_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbInputSink, avb_input_sink, AVB, INPUT_SINK, GObject)

struct _AvbInputSinkClass {
  GObjectClass parent_class;

  gboolean (*can_send)  (AvbInputSink *self);
  void     (*key)       (AvbInputSink *self, guint scancode, gboolean press);
  void     (*position)  (AvbInputSink *self, int x, int y, int monitor, guint buttons);
  void     (*motion)    (AvbInputSink *self, int dx, int dy, guint buttons);
  void     (*button)    (AvbInputSink *self, AvbInputButton button, gboolean press, guint buttons);
  guint    (*get_locks) (AvbInputSink *self);
  void     (*set_locks) (AvbInputSink *self, guint locks);
};

/* The connection takes messages; it may have gone without telling yet. */
gboolean avb_input_sink_can_send  (AvbInputSink *self);
/* @scancode: as avb-keymap has them; %AVB_SCANCODE_PAUSE is the whole key */
void     avb_input_sink_key       (AvbInputSink *self, guint scancode, gboolean press);
/* Guest pixels. @monitor: that they belong to. @buttons: those that are down */
void     avb_input_sink_position  (AvbInputSink *self, int x, int y, int monitor, guint buttons);
/* For guests without an absolute pointer. */
void     avb_input_sink_motion    (AvbInputSink *self, int dx, int dy, guint buttons);
/* @buttons: those that are down afterwards, without the wheel's */
void     avb_input_sink_button    (AvbInputSink  *self,
                                   AvbInputButton button,
                                   gboolean       press,
                                   guint          buttons);
/* #AvbInputLocks as far as the guest told them. */
guint    avb_input_sink_get_locks (AvbInputSink *self);
/* Lock keys are pressed where they differ. */
void     avb_input_sink_set_locks (AvbInputSink *self, guint locks);

/* For sinks. */
void     avb_input_sink_emit_locks (AvbInputSink *self);

G_END_DECLS
