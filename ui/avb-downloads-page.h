/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbDownloadsPage:
 *
 * A page of the preferences: how much is done at once, which downloaded files take up space, and to
 * empty their folder.
 *
 * Property: `library` (#AvbLibrary).
 */
#define AVB_TYPE_DOWNLOADS_PAGE (avb_downloads_page_get_type ())
G_DECLARE_FINAL_TYPE (AvbDownloadsPage, avb_downloads_page, AVB, DOWNLOADS_PAGE, AdwPreferencesPage)

void avb_downloads_page_set_library (AvbDownloadsPage *self, AvbLibrary *library);

G_END_DECLS
