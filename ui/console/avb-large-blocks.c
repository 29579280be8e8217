/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-large-blocks.h"

#ifdef __GLIBC__
#include <malloc.h>

/* The largest that glibc takes; a picture of 3840 × 2160 is a little smaller. */
#define LARGEST_KEPT (32 * 1024 * 1024)
/* So much free memory at most, until it is given back. */
#define MOST_KEPT (128 * 1024 * 1024)
#define REST_SECONDS 5

static gint64 touched;
static guint  source;

static gboolean
look_cb (gpointer data)
{
  if (g_get_monotonic_time () - touched < REST_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  source = 0;
  malloc_trim (0);
  return G_SOURCE_REMOVE;
}

void
avb_large_blocks_keep (void)
{
  /* Whoever set one of them in the environment knows better. */
  if (g_getenv ("GLIBC_TUNABLES") != NULL)
    return;
  mallopt (M_MMAP_THRESHOLD, LARGEST_KEPT);
  mallopt (M_TRIM_THRESHOLD, MOST_KEPT);
}

void
avb_large_blocks_touch (void)
{
  touched = g_get_monotonic_time ();
  if (source == 0)
    source = g_timeout_add_seconds (REST_SECONDS, look_cb, NULL);
}
#else
void
avb_large_blocks_keep (void)
{
}

void
avb_large_blocks_touch (void)
{
}
#endif
