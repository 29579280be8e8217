/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

#define AVB_PANEL_MAX_NODES 200
#define AVB_PANEL_MAX_TEXT 4096  /* bytes */
#define AVB_PANEL_MAX_DEPTH 8
#define AVB_PANEL_MAX_ROWS 150   /* of a table */
#define AVB_PANEL_MAX_COLUMNS 8
#define AVB_PANEL_MAX_VALUES 300 /* of a sparkline */
#define AVB_PANEL_MAX_OPTIONS 100

typedef enum {
  AVB_PANEL_GROUP,
  AVB_PANEL_ROW,
  AVB_PANEL_SWITCH,
  AVB_PANEL_ENTRY,
  AVB_PANEL_COMBO,
  AVB_PANEL_PROGRESS,
  AVB_PANEL_TABLE,
  AVB_PANEL_SPARKLINE,
  AVB_PANEL_BUTTON,
} AvbPanelKind;

#define AVB_TYPE_PANEL_KIND (avb_panel_kind_get_type ())
GType avb_panel_kind_get_type (void);

typedef enum {
  AVB_PANEL_STYLE_PLAIN,
  AVB_PANEL_STYLE_SUGGESTED,
  AVB_PANEL_STYLE_DESTRUCTIVE,
} AvbPanelStyle;

/**
 * AvbPanelNode:
 *
 * One element of a panel, checked. Texts are an extension's: text, never markup; lines without control characters.
 *
 * Signal `changed`: anything but its kind, its id and its children, whose list tells by itself.
 */
#define AVB_TYPE_PANEL_NODE (avb_panel_node_get_type ())
G_DECLARE_FINAL_TYPE (AvbPanelNode, avb_panel_node, AVB, PANEL_NODE, GObject)

/**
 * avb_panel_node_new:
 * @json: not trusted
 * @nodes: (inout): how many nodes there are; more than %AVB_PANEL_MAX_NODES are refused
 *
 * Returns: (transfer full) (nullable): %AVB_ERROR_INVALID with a sentence that names the place
 */
AvbPanelNode *avb_panel_node_new (JsonObject *json, guint *nodes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

AvbPanelKind  avb_panel_node_get_kind        (AvbPanelNode *self);
const char   *avb_panel_node_get_id          (AvbPanelNode *self); /* (nullable) but for switch, entry, combo, button */
const char   *avb_panel_node_get_label       (AvbPanelNode *self); /* perhaps "" */
const char   *avb_panel_node_get_description (AvbPanelNode *self); /* (nullable) */
gboolean      avb_panel_node_get_sensitive   (AvbPanelNode *self);
/* Row: text at its end; entry: what is in it; combo: id of the chosen option. (nullable) */
const char   *avb_panel_node_get_value       (AvbPanelNode *self);
/* Progress, sparkline: beside it. (nullable) */
const char   *avb_panel_node_get_text        (AvbPanelNode *self);
/* Switch */
gboolean      avb_panel_node_get_active      (AvbPanelNode *self);
/* Progress: 0…1, or -1 if not known */
double        avb_panel_node_get_fraction    (AvbPanelNode *self);
/* Entry: it is a password */
gboolean      avb_panel_node_get_secret      (AvbPanelNode *self);
/* Button */
AvbPanelStyle avb_panel_node_get_style       (AvbPanelNode *self);
/* Group, row: list of #AvbPanelNode; empty for others */
GListModel   *avb_panel_node_get_children    (AvbPanelNode *self);
/* Combo: same length, NULL-terminated */
const char *const *avb_panel_node_get_option_ids    (AvbPanelNode *self);
const char *const *avb_panel_node_get_option_labels (AvbPanelNode *self);
/* Sparkline: @min and @max: what the line is drawn between */
const double *avb_panel_node_get_values      (AvbPanelNode *self, guint *n_values, double *min, double *max);
/* Table */
guint         avb_panel_node_get_n_columns   (AvbPanelNode *self);
guint         avb_panel_node_get_n_rows      (AvbPanelNode *self);
const char   *avb_panel_node_get_column      (AvbPanelNode *self, guint column, gboolean *at_end);
const char   *avb_panel_node_get_cell        (AvbPanelNode *self, guint row, guint column);

/* What the user chose, before it is told: of switch, entry, combo. */
void          avb_panel_node_set_active      (AvbPanelNode *self, gboolean active);
void          avb_panel_node_set_value       (AvbPanelNode *self, const char *value);

/* (transfer full) (nullable): the value of switch, entry and combo as the protocol has it */
JsonNode     *avb_panel_node_dup_value       (AvbPanelNode *self);
/* (transfer none) (nullable): @self or below */
AvbPanelNode *avb_panel_node_find            (AvbPanelNode *self, const char *id);

/* Takes over what @other says, so that what has not changed stays the same object. %FALSE, and nothing done, if they differ
 * in kind or id. */
gboolean      avb_panel_node_sync            (AvbPanelNode *self, AvbPanelNode *other);

/**
 * AvbPanel:
 *
 * A panel that is open. Made by avb_extension_host_open_panel(). Main thread.
 *
 * Properties, read-only and notifying: `root` (#AvbPanelNode: another one only if it is of another kind), `closed` (boolean:
 * by us or because its extension ended), `error` (string, nullable, translated: why the last update was refused).
 */
#define AVB_TYPE_PANEL (avb_panel_get_type ())
G_DECLARE_FINAL_TYPE (AvbPanel, avb_panel, AVB, PANEL, GObject)

/* Resolves to a string, nullable: what the extension says about it. */
typedef DexFuture *(*AvbPanelActionFunc) (AvbPanel *panel, const char *node, JsonNode *value, gpointer data);
typedef void       (*AvbPanelCloseFunc)  (AvbPanel *panel, gpointer data);

/* For the host, and tests. @root: (transfer none) */
AvbPanel     *avb_panel_new    (const char        *id,
                                AvbPanelNode      *root,
                                AvbPanelActionFunc action,
                                AvbPanelCloseFunc  close,
                                gpointer           data,
                                GDestroyNotify     destroy);
/* Not trusted. More than four a second are gathered: the last one counts. */
void          avb_panel_update (AvbPanel *self, JsonNode *root);
/* It is closed; the extension need not be told. */
void          avb_panel_end    (AvbPanel *self);

const char   *avb_panel_get_id     (AvbPanel *self);
AvbPanelNode *avb_panel_get_root   (AvbPanel *self);
gboolean      avb_panel_get_closed (AvbPanel *self);
const char   *avb_panel_get_error  (AvbPanel *self); /* (nullable) */

/* The user used @node: a button was clicked, a switch, entry or combo got another value (see avb_panel_node_set_active()).
 * Resolves to a string, nullable: what to tell the user; rejects as avb_extension_call() does. */
DexFuture    *avb_panel_action (AvbPanel *self, AvbPanelNode *node) G_GNUC_WARN_UNUSED_RESULT;
/* Nobody looks any more. */
void          avb_panel_close  (AvbPanel *self);

G_END_DECLS
