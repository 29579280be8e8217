/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-contributions.h"
#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/* (transfer full): of #AvbPanelNode: what the user of storage or of a network is asked, as its manifest says */
GListModel *avb_contribution_options_new        (AvbContribution *contribution);
/* (transfer full) (nullable): what the user chose; %NULL if nothing was asked. @options: of avb_contribution_options_new() */
JsonObject *avb_contribution_options_dup_values (GListModel *options);

G_END_DECLS
