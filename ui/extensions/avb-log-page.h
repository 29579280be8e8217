/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is shown of an item. */
typedef struct {
  gint64      time;   /* microseconds since 1970 */
  char       *text;   /* (transfer full) */
  char       *detail; /* (transfer full) (nullable): a second, smaller line */
  const char *word;   /* (nullable): in a badge: "Error", "Refused" */
  const char *style;  /* (nullable): of the badge */
} AvbLogText;

typedef void (*AvbLogDescribe) (gpointer item, AvbLogText *text);

/**
 * AvbLogPage:
 *
 * Lines with their time, the newest at the end; what an extension wrote, or what extensions did. Only lines that can be seen
 * have a widget.
 */
#define AVB_TYPE_LOG_PAGE (avb_log_page_get_type ())
G_DECLARE_FINAL_TYPE (AvbLogPage, avb_log_page, AVB, LOG_PAGE, AdwNavigationPage)

/* @empty: what is said where there is nothing. @monospace: what programs write */
AdwNavigationPage *avb_log_page_new (const char *title, const char *empty, GListModel *lines, AvbLogDescribe describe,
                                     gboolean monospace);

G_END_DECLS
