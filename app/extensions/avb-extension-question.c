/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-question.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_TITLE 200
#define MAX_TEXT 4096
#define MAX_ACCEPT 40
#define MAX_CONTROLS 20

struct _AvbExtensionQuestion {
  GObject parent_instance;

  AvbExtension *extension;
  char         *title;
  char         *text;
  char         *accept;
  gboolean      destructive;
  GListStore   *controls;
  gboolean      answered;
  DexPromise   *promise;
};

G_DEFINE_FINAL_TYPE (AvbExtensionQuestion, avb_extension_question, G_TYPE_OBJECT)

enum { PROP_0, PROP_EXTENSION, PROP_TITLE, PROP_TEXT, PROP_ACCEPT, PROP_DESTRUCTIVE, PROP_CONTROLS, PROP_ANSWERED, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
avb_extension_question_finalize (GObject *object)
{
  AvbExtensionQuestion *self = AVB_EXTENSION_QUESTION (object);

  g_clear_object (&self->extension);
  g_object_unref (self->controls);
  dex_clear (&self->promise);
  g_free (self->title);
  g_free (self->text);
  g_free (self->accept);
  G_OBJECT_CLASS (avb_extension_question_parent_class)->finalize (object);
}

static void
avb_extension_question_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbExtensionQuestion *self = AVB_EXTENSION_QUESTION (object);

  switch (id)
    {
    case PROP_EXTENSION:
      g_value_set_object (value, self->extension);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_ACCEPT:
      g_value_set_string (value, self->accept);
      break;
    case PROP_DESTRUCTIVE:
      g_value_set_boolean (value, self->destructive);
      break;
    case PROP_CONTROLS:
      g_value_set_object (value, self->controls);
      break;
    case PROP_ANSWERED:
      g_value_set_boolean (value, self->answered);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_extension_question_class_init (AvbExtensionQuestionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_extension_question_finalize;
  object_class->get_property = avb_extension_question_get_property;
  properties[PROP_EXTENSION] = g_param_spec_object ("extension", NULL, NULL, AVB_TYPE_EXTENSION, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_ACCEPT] = g_param_spec_string ("accept", NULL, NULL, NULL, flags);
  properties[PROP_DESTRUCTIVE] = g_param_spec_boolean ("destructive", NULL, NULL, FALSE, flags);
  properties[PROP_CONTROLS] = g_param_spec_object ("controls", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_ANSWERED] = g_param_spec_boolean ("answered", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_extension_question_init (AvbExtensionQuestion *self)
{
  self->controls = g_list_store_new (AVB_TYPE_PANEL_NODE);
  self->promise = dex_promise_new ();
}

static gboolean
is_control (AvbPanelNode *node)
{
  AvbPanelKind kind = avb_panel_node_get_kind (node);

  return kind == AVB_PANEL_SWITCH || kind == AVB_PANEL_ENTRY || kind == AVB_PANEL_COMBO;
}

static gboolean
read_controls (AvbExtensionQuestion *self, JsonObject *params, GError **error)
{
  JsonArray *controls = NULL;
  guint nodes = 0;

  if (!avb_json_find_array (params, "controls", MAX_CONTROLS, &controls, error))
    return FALSE;
  for (guint i = 0; controls != NULL && i < json_array_get_length (controls); i++)
    {
      JsonObject *object = avb_json_get_element_object (controls, i, error);
      g_autoptr (AvbPanelNode) node = object != NULL ? avb_panel_node_new (object, &nodes, error) : NULL;

      if (node == NULL)
        return FALSE;
      if (!is_control (node))
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("A question has other elements than those with an answer.")));
          return FALSE;
        }
      g_list_store_append (self->controls, node);
    }
  return TRUE;
}

AvbExtensionQuestion *
avb_extension_question_new (AvbExtension *extension, JsonObject *params, GError **error)
{
  g_autoptr (AvbExtensionQuestion) self = NULL;
  const char *title, *text = NULL, *accept = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION (extension) && params != NULL, NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_QUESTION, NULL);
  title = avb_json_get_string (params, "title", MAX_TITLE, error);
  if (title == NULL || !avb_json_find_string (params, "text", MAX_TEXT, &text, error) ||
      !avb_json_find_string (params, "accept", MAX_ACCEPT, &accept, error) ||
      !avb_json_find_bool (params, "destructive", &self->destructive, error) || !read_controls (self, params, error))
    return NULL;
  self->extension = g_object_ref (extension);
  self->title = avb_text_make_line (title, MAX_TITLE);
  self->text = text != NULL ? avb_text_make_line (text, MAX_TEXT) : NULL;
  self->accept = accept != NULL ? avb_text_make_line (accept, MAX_ACCEPT) : NULL;
  return g_steal_pointer (&self);
}

AvbExtension *
avb_extension_question_get_extension (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return self->extension;
}

const char *
avb_extension_question_get_title (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return self->title;
}

const char *
avb_extension_question_get_text (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return self->text;
}

const char *
avb_extension_question_get_accept (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return self->accept;
}

gboolean
avb_extension_question_get_destructive (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), FALSE);
  return self->destructive;
}

GListModel *
avb_extension_question_get_controls (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return G_LIST_MODEL (self->controls);
}

gboolean
avb_extension_question_get_answered (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), TRUE);
  return self->answered;
}

static JsonObject *
list_values (AvbExtensionQuestion *self)
{
  JsonObject *values = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->controls)); i++)
    {
      g_autoptr (AvbPanelNode) node = g_list_model_get_item (G_LIST_MODEL (self->controls), i);

      json_object_set_member (values, avb_panel_node_get_id (node), avb_panel_node_dup_value (node));
    }
  return values;
}

void
avb_extension_question_answer (AvbExtensionQuestion *self, gboolean accepted)
{
  g_autoptr (AvbExtensionQuestion) hold = NULL;
  JsonNode *node;
  JsonObject *object;

  g_return_if_fail (AVB_IS_EXTENSION_QUESTION (self));

  if (self->answered)
    return;
  hold = g_object_ref (self);
  self->answered = TRUE;
  object = json_object_new ();
  json_object_set_boolean_member (object, "accepted", accepted);
  if (accepted)
    json_object_set_object_member (object, "values", list_values (self));
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  dex_promise_resolve_boxed (self->promise, JSON_TYPE_NODE, node);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERED]);
}

DexFuture *
avb_extension_question_await (AvbExtensionQuestion *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_QUESTION (self), NULL);
  return dex_ref (DEX_FUTURE (self->promise));
}
