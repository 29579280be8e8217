/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-leftovers.h"

#include "app/avb-export.h"
#include "app/avb-scratch.h"
#include "app/avb-unpack.h"
#include "backends/avb-blocking.h"

static DexFuture *
clean_up_thread (gpointer data)
{
  avb_unpack_clean_up ();
  avb_scratch_clean_up ();
  return dex_future_new_true ();
}

DexFuture *
avb_leftovers_clean_up (void)
{
  return dex_future_all (avb_export_clean_up (), avb_blocking_run (clean_up_thread, NULL, NULL), NULL);
}
