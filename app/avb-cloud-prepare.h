/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-creation.h"

G_BEGIN_DECLS

/**
 * avb_cloud_prepare:
 *
 * The part of a creation that gives cloud-init its data: a small disk with user-data, meta-data and vendor-data, and
 * the channel on which the guest tells that it is done; and notes for #AvbSetup that the machine sets itself up. In the
 * creation's fiber.
 */
gboolean avb_cloud_prepare (AvbCreation *creation, GError **error);

G_END_DECLS
