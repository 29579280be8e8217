/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbApplication:
 *
 * The program: one instance, its library and its window. Opens files as new machines; `--connect`
 * URIs replace the connections of the preferences.
 */
#define AVB_TYPE_APPLICATION (avb_application_get_type ())
G_DECLARE_FINAL_TYPE (AvbApplication, avb_application, AVB, APPLICATION, AdwApplication)

AvbApplication *avb_application_new         (void);

G_END_DECLS
