/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-draft.h"

G_BEGIN_DECLS

/**
 * AvbObstacleList:
 *
 * What stands in the way of a new machine, each with the button that mends it. Hidden while nothing does.
 */
#define AVB_TYPE_OBSTACLE_LIST (avb_obstacle_list_get_type ())
G_DECLARE_FINAL_TYPE (AvbObstacleList, avb_obstacle_list, AVB, OBSTACLE_LIST, AdwBin)

/* Once, before it is of any use. @notes: only what is good to know; else only what is more than that */
void avb_obstacle_list_set_draft (AvbObstacleList *self, AvbDraft *draft, gboolean notes);

G_END_DECLS
