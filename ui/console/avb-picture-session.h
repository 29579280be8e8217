/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/* How often a picture is asked for, in milliseconds from one answer to the next question: after something was typed or has
 * changed, and after a while in which nothing did. */
#define AVB_PICTURE_FAST_MS 100
#define AVB_PICTURE_SLOW_MS 1000

/**
 * AvbPictureSession:
 *
 * A display that the hypervisor shows picture by picture: see backends/avb-machine-display.h. There is no event for a new
 * one, so they are asked for, never more than one at a time, and only while somebody looks. Only the parts that changed are
 * drawn anew.
 */
#define AVB_TYPE_PICTURE_SESSION (avb_picture_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbPictureSession, avb_picture_session, AVB, PICTURE_SESSION, AvbConsoleSession)

G_END_DECLS
