/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

/**
 * AvbSourcesDialog:
 *
 * The marketplaces: how each is, asking it again, removing those that the user added, and adding one.
 */
#define AVB_TYPE_SOURCES_DIALOG (avb_sources_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbSourcesDialog, avb_sources_dialog, AVB, SOURCES_DIALOG, AdwPreferencesDialog)

AdwDialog *avb_sources_dialog_new (AvbMarketplace *marketplace);

/* What a state is called. */
const char *avb_market_source_format_state (AvbMarketSourceState state);

G_END_DECLS
