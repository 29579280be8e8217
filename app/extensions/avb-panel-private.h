/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/* What an update may change. */
typedef struct {
  char         *label;
  char         *description;
  char         *value;
  char         *text;
  gboolean      sensitive;
  gboolean      active;
  gboolean      secret;
  AvbPanelStyle style;
  double        fraction;
  char        **option_ids;
  char        **option_labels;
  char        **columns;
  guint         at_end; /* a bit for each column */
  GPtrArray    *cells;  /* row by row */
  GArray       *values; /* of double */
  double        min;
  double        max;
} AvbPanelFacts;

struct _AvbPanelNode {
  GObject       parent_instance;
  AvbPanelKind  kind;
  char         *id;
  AvbPanelFacts facts;
  GListStore   *children;
};

void avb_panel_facts_clear (AvbPanelFacts *facts);

G_END_DECLS
