/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * AvbObstacleWeight:
 * @AVB_OBSTACLE_FATAL: the machine cannot be made like this.
 * @AVB_OBSTACLE_WARNING: it can be made, but may disappoint.
 * @AVB_OBSTACLE_NOTE: it can be made, and this is good to know.
 */
typedef enum {
  AVB_OBSTACLE_FATAL,
  AVB_OBSTACLE_WARNING,
  AVB_OBSTACLE_NOTE,
} AvbObstacleWeight;

/**
 * AvbMend:
 *
 * What mends an obstacle: see avb_draft_mend().
 */
typedef enum {
  AVB_MEND_NOTHING,
  AVB_MEND_FREE_NAME,
  AVB_MEND_RETRY,
  AVB_MEND_PLAIN_FIRMWARE, /* the best one that works here */
  AVB_MEND_NO_TPM,
  AVB_MEND_TPM,
  AVB_MEND_SECURE_BOOT,
  AVB_MEND_COPY,
  AVB_MEND_IN_PLACE,
  AVB_MEND_LESS_MEMORY,
  AVB_MEND_MORE_MEMORY,
  AVB_MEND_SMALLER_DISK,
  AVB_MEND_LARGER_DISK,
  AVB_MEND_NO_DISK,
  AVB_MEND_EMULATE,
} AvbMend;

/**
 * AvbObstacle:
 *
 * What stands in the way of a machine that is about to be made, in a translated sentence, and what mends it.
 * Immutable. The items of a draft's `obstacles`. Main thread only.
 */
#define AVB_TYPE_OBSTACLE (avb_obstacle_get_type ())
G_DECLARE_FINAL_TYPE (AvbObstacle, avb_obstacle, AVB, OBSTACLE, GObject)

AvbObstacle *avb_obstacle_new (AvbObstacleWeight weight, AvbMend mend, const char *text);

AvbObstacleWeight avb_obstacle_get_weight (AvbObstacle *self);
AvbMend           avb_obstacle_get_mend   (AvbObstacle *self);
const char       *avb_obstacle_get_text   (AvbObstacle *self);
/* What the button says; (nullable): nothing mends it */
const char       *avb_obstacle_get_label  (AvbObstacle *self);
gboolean          avb_obstacle_equal      (AvbObstacle *self, AvbObstacle *other);

G_END_DECLS
