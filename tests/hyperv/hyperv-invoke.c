/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Methods (DSP0227 section 9; DSP0230 section 8.4: NAME_INPUT and NAME_OUTPUT in the namespace of the class). */

static const HvMethod *const tables[] = {
  hv_machine_methods, hv_management_methods, hv_snapshot_methods,
  hv_input_methods,   hv_image_methods,      hv_job_methods,
};

static const HvMethod *
find_method (const HvClass *klass, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const HvMethod *method = tables[i]; method->name != NULL; method++)
      if (g_str_equal (method->name, name) && hv_class_is_a (klass, method->class_name))
        return method;
  return NULL;
}

static void
argument_free (gpointer data)
{
  HvArgument *self = data;

  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->objects);
  g_free (self);
}

/* "uint16" of "uint16 RequestedState", with "[]" or not; NULL: no such parameter */
static char *
find_parameter (const HvMethod *method, const char *name)
{
  g_auto (GStrv) parameters = g_strsplit (method->parameters, ",", -1);

  for (guint i = 0; parameters[i] != NULL; i++)
    {
      char *space = strchr (parameters[i], ' ');

      if (space != NULL && g_str_equal (space + 1, name))
        return g_strndup (parameters[i], space - parameters[i]);
    }
  return NULL;
}

static HvFault *
wrong_body (const char *reason)
{
  return hv_fault_new (HV_NS_WSMAN, "SchemaValidationError", NULL, 2150858817u, reason);
}

static gboolean
read_reference (HvCall *call, HvArgument *argument, xmlNode *node)
{
  g_autofree char *space = NULL;
  g_autofree char *class_name = NULL;
  g_autoptr (GHashTable) selectors = NULL;
  g_autofree char *key = NULL;
  const HvClass *klass;

  if (!hv_read_epr (node, &space, &class_name, &selectors))
    return FALSE;
  klass = hv_class_find (space, class_name);
  key = klass != NULL ? hv_key_from_selectors (klass, selectors) : NULL;
  g_ptr_array_add (argument->objects, hv_store_find (call->sim->store, key));
  return TRUE;
}

static gboolean
read_value (HvArgument *argument, const char *type, xmlNode *node)
{
  HvProperty property = { NULL, type, FALSE, FALSE, NULL };
  g_autofree char *text = NULL;

  if (g_str_equal (type, "datetime"))
    {
      for (xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && g_str_equal ((const char *) child->ns->href, HV_NS_CIM))
          text = hv_dup_text (child);
      if (text == NULL)
        return FALSE;
    }
  else
    text = hv_dup_text (node);
  if (!g_str_equal (type, "string"))
    g_strstrip (text);
  if (g_str_equal (type, "boolean") && (g_str_equal (text, "1") || g_str_equal (text, "0")))
    {
      char *word = g_strdup (*text == '1' ? "true" : "false");

      g_free (text);
      text = word;
    }
  if (!hv_property_accepts (&property, text))
    return FALSE;
  g_ptr_array_add (argument->values, g_steal_pointer (&text));
  return TRUE;
}

/* uint8[] is base64 in one element (cimBase64Binary in DSP0230), of which numbers again and again are told
 * apart by their length. */
static gboolean
read_bytes (HvArgument *argument, xmlNode *node)
{
  g_autofree char *text = g_strstrip (hv_dup_text (node));
  g_autofree guchar *bytes = NULL;
  gsize size;

  if (strlen (text) % 4 != 0 || strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != strlen (text))
    return FALSE;
  bytes = g_base64_decode (text, &size);
  for (gsize i = 0; i < size; i++)
    g_ptr_array_add (argument->values, g_strdup_printf ("%u", bytes[i]));
  return TRUE;
}

static HvFault *
read_argument (HvCall *call, const HvMethod *method, GHashTable *args, xmlNode *node)
{
  g_autofree char *type = find_parameter (method, (const char *) node->name);
  g_autofree char *nil = hv_dup_attribute (node, HV_NS_XSI, "nil");
  HvArgument *argument = g_hash_table_lookup (args, (const char *) node->name);
  gboolean array = type != NULL && g_str_has_suffix (type, "[]");

  /* Elements are in the namespace of the class, which is its resource URI (MS-WSMV section 2.2.1). */
  if (type == NULL || node->ns == NULL || !g_str_equal ((const char *) node->ns->href, call->request->resource))
    return wrong_body ("The method has no such parameter.");
  if (array)
    type[strlen (type) - 2] = '\0';
  else if (argument != NULL)
    return wrong_body ("A parameter that is no array is there twice.");
  if (nil != NULL && (g_str_equal (nil, "true") || g_str_equal (nil, "1")))
    return NULL;
  if (argument == NULL)
    {
      argument = g_new0 (HvArgument, 1);
      argument->values = g_ptr_array_new_with_free_func (g_free);
      argument->objects = g_ptr_array_new ();
      g_hash_table_insert (args, g_strdup ((const char *) node->name), argument);
    }
  if (array && g_str_equal (type, "uint8") && read_bytes (argument, node))
    return NULL;
  if (g_str_equal (type, "ref") ? !read_reference (call, argument, node)
                                : !read_value (argument, g_intern_string (type), node))
    return wrong_body ("A parameter is not of its type.");
  return NULL;
}

static HvFault *
read_arguments (HvCall *call, const HvMethod *method, GHashTable *args)
{
  g_autofree char *input = g_strdup_printf ("%s_INPUT", method->name);
  xmlNode *body = call->request->body;

  if (body == NULL || !hv_is_element (body, call->request->resource, input))
    return wrong_body ("The body is not the input of the method.");
  for (xmlNode *child = body->children; child != NULL; child = child->next)
    {
      HvFault *fault = child->type == XML_ELEMENT_NODE ? read_argument (call, method, args, child) : NULL;

      if (fault != NULL)
        return fault;
    }
  return NULL;
}

static HvFault *
find_target (HvCall *call, HvObject **target, const HvMethod **method)
{
  HvRequest *request = call->request;
  const HvClass *klass = request->class_name != NULL ? hv_class_find (request->space, request->class_name) : NULL;
  g_autofree char *key = klass != NULL ? hv_key_from_selectors (klass, request->selectors) : NULL;
  GPtrArray *list = klass != NULL ? hv_store_list (call->sim->store, klass) : NULL;

  if (klass == NULL)
    return hv_fault_new (HV_NS_WSA, "DestinationUnreachable", "InvalidResourceURI", 2147749904u, "There is no such class.");
  *method = find_method (klass, request->action + strlen (request->resource) + 1);
  if (*method == NULL)
    return hv_fault_new (HV_NS_WSA, "ActionNotSupported", NULL, 2147749934u, "The class has no such method.");
  *target = hv_store_find (call->sim->store, key);
  /* A singleton, such as each of the services, needs no selectors (DSP0227 section 5.4). */
  if (*target == NULL && g_hash_table_size (request->selectors) == 0 && list != NULL && list->len == 1)
    *target = g_ptr_array_index (list, 0);
  if (*target == NULL)
    return hv_fault_new (HV_NS_WSA, "DestinationUnreachable", "ResourceNotFound", 2147749890u, "There is no such instance.");
  return NULL;
}

static void
answer (HvCall *call, const HvMethod *method, HvInvoke *in, guint32 value)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autofree char *action = g_strconcat (call->request->action, "Response", NULL);

  g_string_append_printf (body,
                          "<p:%s_OUTPUT xmlns:p=\"%s\" xmlns:xsi=\"" HV_NS_XSI "\" xmlns:cim=\"" HV_NS_CIM "\">%s"
                          "<p:ReturnValue>%u</p:ReturnValue></p:%s_OUTPUT>",
                          method->name, call->request->resource, in->out->str, value, method->name);
  hv_call_answer (call, action, body->str);
}

void
hv_invoke (HvCall *call)
{
  g_autoptr (GHashTable) args = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, argument_free);
  g_autoptr (GString) out = g_string_new (NULL);
  HvInvoke in = { call->sim, NULL, args, out };
  const HvMethod *method = NULL;
  HvFault *fault = NULL;
  guint forced;

  if (strlen (call->request->action) > strlen (call->request->resource) + 1)
    fault = find_target (call, &in.target, &method);
  else
    fault = hv_fault_new (HV_NS_WSA, "ActionNotSupported", NULL, 0, "The action names no method.");
  if (fault == NULL)
    fault = read_arguments (call, method, args);
  if (fault != NULL)
    {
      hv_call_fault (call, fault);
      return;
    }
  forced = hv_take_return (call->sim, method->name);
  answer (call, method, &in, forced != G_MAXUINT ? forced : method->func (&in));
}

/* --- for methods --------------------------------------------------------------------------------- */

const char *
hv_arg (HvInvoke *in, const char *name)
{
  HvArgument *argument = g_hash_table_lookup (in->args, name);

  return argument != NULL && argument->values->len > 0 ? g_ptr_array_index (argument->values, 0) : NULL;
}

GPtrArray *
hv_arg_list (HvInvoke *in, const char *name)
{
  HvArgument *argument = g_hash_table_lookup (in->args, name);

  return argument != NULL ? argument->values : NULL;
}

gint64
hv_arg_int (HvInvoke *in, const char *name, gint64 otherwise)
{
  const char *text = hv_arg (in, name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : otherwise;
}

GPtrArray *
hv_arg_objects (HvInvoke *in, const char *name)
{
  HvArgument *argument = g_hash_table_lookup (in->args, name);

  return argument != NULL ? argument->objects : NULL;
}

HvObject *
hv_arg_object (HvInvoke *in, const char *name, const char *class_name)
{
  GPtrArray *objects = hv_arg_objects (in, name);
  HvObject *object = objects != NULL && objects->len == 1 ? g_ptr_array_index (objects, 0) : NULL;

  return object != NULL && hv_class_is_a (object->klass, class_name) ? object : NULL;
}

void
hv_out (HvInvoke *in, const char *name, const char *type, const char *value)
{
  g_autofree char *element = g_strconcat ("p:", name, NULL);

  hv_append_value (in->out, element, type, value);
}

void
hv_out_object (HvInvoke *in, const char *name, HvObject *object)
{
  g_string_append_printf (in->out, "<p:%s>", name);
  hv_append_epr_contents (in->out, object);
  g_string_append_printf (in->out, "</p:%s>", name);
}
