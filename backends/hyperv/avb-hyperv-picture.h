/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-display.h"

G_BEGIN_DECLS

/* Pictures as GetVirtualSystemThumbnailImage gives them: RGB 565, little-endian, line after line. */

/* (transfer full) (nullable): %NULL where there are not enough bytes for that size */
AvbPicture    *avb_hyperv_picture_from_565 (const guint8 *data, gsize length, guint width, guint height);
/* (transfer full): a portable pixmap */
AvbScreenshot *avb_hyperv_picture_to_screenshot (const AvbPicture *picture);

G_END_DECLS
