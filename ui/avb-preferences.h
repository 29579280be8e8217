/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* Preferences: what becomes of running machines, the display, and which hypervisors are used. */
#define AVB_TYPE_PREFERENCES (avb_preferences_get_type ())
G_DECLARE_FINAL_TYPE (AvbPreferences, avb_preferences, AVB, PREFERENCES, AdwPreferencesDialog)

AdwDialog *avb_preferences_new (AvbLibrary *library);

G_END_DECLS
