/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbJobsButton:
 *
 * Shown while there is long work: opens a list of it, with progress, time left and Cancel. When
 * work ends while the window has no focus, the desktop is told. Property `library` (#AvbLibrary).
 */
#define AVB_TYPE_JOBS_BUTTON (avb_jobs_button_get_type ())
G_DECLARE_FINAL_TYPE (AvbJobsButton, avb_jobs_button, AVB, JOBS_BUTTON, AdwBin)

/* The row of one operation: property `operation`; also the body of the closing dialog. */
GtkWidget *avb_job_row_new (AvbLibrary *library, AvbOperation *operation);

G_END_DECLS
