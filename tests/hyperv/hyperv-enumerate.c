/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Get (DSP0226 section 7.3) and enumeration (section 8). */

/* Filter dialects: MS-WSMV section 3.1.4.1.9; DSP0227 section 8.2; DSP0226 annex F (selectors). */
#define DIALECT_WQL         "http://schemas.microsoft.com/wbem/wsman/1/WQL"
#define DIALECT_ASSOCIATION "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
#define DIALECT_SELECTOR    "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"

#define WBEM_E_NOT_FOUND      2147749890u
#define WBEM_E_INVALID_CLASS  2147749904u
#define WBEM_E_INVALID_QUERY  2147749911u

enum { MODE_OBJECT, MODE_EPR, MODE_BOTH };

void
hv_context_free (HvContext *self)
{
  g_ptr_array_unref (self->items);
  g_strfreev (self->properties);
  g_free (self->id);
  g_free (self);
}

static HvFault *
no_such_class (void)
{
  return hv_fault_new (HV_NS_WSA, "DestinationUnreachable", "InvalidResourceURI", WBEM_E_INVALID_CLASS,
                       "The class does not exist in the namespace.");
}

void
hv_get_instance (HvCall *call)
{
  HvRequest *request = call->request;
  const HvClass *klass = request->class_name != NULL ? hv_class_find (request->space, request->class_name) : NULL;
  g_autofree char *key = NULL;
  g_autoptr (GString) body = NULL;
  HvObject *object;

  if (klass == NULL)
    {
      hv_call_fault (call, no_such_class ());
      return;
    }
  key = hv_key_from_selectors (klass, request->selectors);
  /* DSP0226 section 5.4.2.2: too few, too many or wrong selectors */
  if (key == NULL)
    {
      GPtrArray *list = hv_store_list (call->sim->store, klass);

      /* A singleton needs none (DSP0227 section 5.4). */
      object = g_hash_table_size (request->selectors) == 0 && list != NULL && list->len == 1 ? list->pdata[0] : NULL;
      if (object == NULL)
        {
          hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "InvalidSelectors", "InsufficientSelectors", 2150858843u,
                                             "The selectors do not name one instance."));
          return;
        }
    }
  else
    object = hv_store_find (call->sim->store, key);
  if (object == NULL)
    {
      hv_call_fault (call, hv_fault_new (HV_NS_WSA, "DestinationUnreachable", "ResourceNotFound", WBEM_E_NOT_FOUND,
                                         "No instance has these selectors."));
      return;
    }
  hv_freshen (call->sim, object);
  body = g_string_new (NULL);
  hv_append_instance (body, object, NULL);
  hv_call_answer (call, HV_NS_WST "/GetResponse", body->str);
}

/* --- filters ------------------------------------------------------------------------------------- */

static HvFault *
cannot_process (guint32 number, const char *reason)
{
  return hv_fault_new (HV_NS_WSEN, "CannotProcessFilter", NULL, number, reason);
}

static GPtrArray *
run_wql (HvCall *call, xmlNode *filter, char ***properties, HvFault **fault)
{
  g_autofree char *text = hv_dup_text (filter);
  g_autoptr (HvWql) query = hv_wql_parse (text);
  GPtrArray *found;

  if (query == NULL || query->within >= 0)
    {
      *fault = cannot_process (WBEM_E_INVALID_QUERY, "The query is invalid.");
      return NULL;
    }
  found = hv_wql_run (query, call->sim->store, call->request->space);
  if (found == NULL && query->kind == HV_WQL_SELECT)
    *fault = hv_fault_provider (hv_class_exists (call->request->space, query->class_name) ? WBEM_E_INVALID_QUERY
                                                                                          : WBEM_E_INVALID_CLASS,
                                "The class or a property of the query does not exist.");
  else if (found == NULL)
    *fault = hv_fault_provider (WBEM_E_NOT_FOUND, "The object of the query does not exist.");
  else
    *properties = g_steal_pointer (&query->properties);
  return found;
}

/* DSP0227 section 8.2.1: AssociatedInstances and AssociationInstances */
static GPtrArray *
run_association (HvCall *call, xmlNode *filter, HvFault **fault)
{
  xmlNode *instances = hv_find_child (filter, HV_NS_WSMB, "AssociatedInstances");
  xmlNode *node = instances != NULL ? instances : hv_find_child (filter, HV_NS_WSMB, "AssociationInstances");
  g_autofree char *space = NULL;
  g_autofree char *class_name = NULL;
  g_autoptr (GHashTable) selectors = NULL;
  g_autofree char *key = NULL;
  g_autofree char *association = hv_dup_child (node, HV_NS_WSMB, "AssociationClassName");
  g_autofree char *result = hv_dup_child (node, HV_NS_WSMB, "ResultClassName");
  g_autofree char *role = hv_dup_child (node, HV_NS_WSMB, "Role");
  g_autofree char *result_role = hv_dup_child (node, HV_NS_WSMB, "ResultRole");
  const HvClass *klass = NULL;
  HvObject *object;

  if (node != NULL && hv_read_epr (hv_find_child (node, HV_NS_WSMB, "Object"), &space, &class_name, &selectors))
    klass = hv_class_find (space, class_name);
  if (klass != NULL)
    key = hv_key_from_selectors (klass, selectors);
  object = hv_store_find (call->sim->store, key);
  if (object == NULL)
    {
      *fault = cannot_process (WBEM_E_NOT_FOUND, "The object of the filter does not exist.");
      return NULL;
    }
  return hv_associators (object, association, result, role, result_role, instances == NULL);
}

static gboolean
has_selectors (HvObject *object, xmlNode *set)
{
  for (xmlNode *child = set->children; child != NULL; child = child->next)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!hv_is_element (child, HV_NS_WSMAN, "Selector"))
        continue;
      name = hv_dup_attribute (child, NULL, "Name");
      value = hv_dup_text (child);
      if (name == NULL || hv_get (object, name) == NULL || g_ascii_strcasecmp (hv_get (object, name), value) != 0)
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
run_plain (HvCall *call, xmlNode *selectors, HvFault **fault)
{
  GPtrArray *found;

  if (call->request->class_name == NULL || !hv_class_exists (call->request->space, call->request->class_name))
    {
      *fault = no_such_class ();
      return NULL;
    }
  found = hv_store_collect (call->sim->store, call->request->space, call->request->class_name);
  for (guint i = 0; selectors != NULL && i < found->len;)
    if (has_selectors (g_ptr_array_index (found, i), selectors))
      i++;
    else
      g_ptr_array_remove_index (found, i);
  return found;
}

static GPtrArray *
run_filter (HvCall *call, char ***properties, HvFault **fault)
{
  /* DSP0226 section 8.3: the Filter of WS-Management goes before that of WS-Enumeration. */
  xmlNode *filter = hv_find_child (call->request->body, HV_NS_WSMAN, "Filter");
  g_autofree char *dialect = NULL;

  if (filter == NULL)
    filter = hv_find_child (call->request->body, HV_NS_WSEN, "Filter");
  if (filter == NULL)
    return run_plain (call, NULL, fault);
  dialect = hv_dup_attribute (filter, NULL, "Dialect");
  if (g_strcmp0 (dialect, DIALECT_WQL) == 0)
    return run_wql (call, filter, properties, fault);
  if (g_strcmp0 (dialect, DIALECT_ASSOCIATION) == 0)
    return run_association (call, filter, fault);
  if (g_strcmp0 (dialect, DIALECT_SELECTOR) == 0 && hv_find_child (filter, HV_NS_WSMAN, "SelectorSet") != NULL)
    return run_plain (call, hv_find_child (filter, HV_NS_WSMAN, "SelectorSet"), fault);
  *fault = hv_fault_new (HV_NS_WSEN, "FilterDialectRequestedUnavailable", NULL, 0, "The filter dialect is not supported.");
  return NULL;
}

/* --- pages --------------------------------------------------------------------------------------- */

static void
append_epr (GString *out, HvObject *object)
{
  g_string_append (out, "<a:EndpointReference>");
  hv_append_epr_contents (out, object);
  g_string_append (out, "</a:EndpointReference>");
}

/* DSP0226 section 8.7: what an item is */
static void
append_item (GString *out, HvContext *context, HvObject *object)
{
  if (context->mode == MODE_BOTH)
    g_string_append (out, "<w:Item>");
  if (context->mode != MODE_EPR)
    hv_append_instance (out, object, (const char *const *) context->properties);
  if (context->mode != MODE_OBJECT)
    append_epr (out, object);
  if (context->mode == MODE_BOTH)
    g_string_append (out, "</w:Item>");
}

/* So many as fit (DSP0226 section 8.4). FALSE: not even one. */
static gboolean
append_items (HvCall *call, GString *out, HvContext *context, guint max)
{
  gsize room = call->request->max_size > 2048 ? call->request->max_size - 2048 : 0;
  guint first = context->next;

  for (guint n = 0; n < max && context->next < context->items->len; n++)
    {
      HvObject *object = g_ptr_array_index (context->items, context->next);
      gsize before = out->len;

      hv_freshen (call->sim, object);
      append_item (out, context, object);
      if (out->len > room)
        {
          g_string_truncate (out, before);
          break;
        }
      context->next++;
    }
  if (call->sim->endless && context->items->len > 0)
    context->next = 0;
  return context->next > first || context->items->len == first || call->sim->endless;
}

guint
hv_read_max (HypervSimulator *self, xmlNode *node, const char *space)
{
  g_autofree char *text = hv_dup_child (node, space, "MaxElements");
  guint64 number = 1;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &number, NULL))
    return 0;
  return (guint) MIN (number, self->page_size);
}

static gboolean
read_mode (xmlNode *body, guint *mode)
{
  g_autofree char *text = hv_dup_child (body, HV_NS_WSMAN, "EnumerationMode");

  *mode = MODE_OBJECT;
  if (text != NULL && g_str_equal (text, "EnumerateEPR"))
    *mode = MODE_EPR;
  else if (text != NULL && g_str_equal (text, "EnumerateObjectAndEPR"))
    *mode = MODE_BOTH;
  return text == NULL || *mode != MODE_OBJECT || g_str_equal (text, "EnumerateObject");
}

static void
too_small (HvCall *call)
{
  hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "EncodingLimit", "MaxEnvelopeSizeExceeded", 0,
                                     "An item is larger than MaxEnvelopeSize."));
}

/* DSP0226 section 8.2.3: items in the answer to Enumerate */
static void
answer_enumerate (HvCall *call, HvContext *context, gboolean optimize, guint max)
{
  g_autoptr (GString) items = g_string_new (NULL);
  g_autoptr (GString) body = g_string_new ("<n:EnumerateResponse>");
  HypervSimulator *self = call->sim;

  if (optimize && !append_items (call, items, context, max))
    {
      hv_context_free (context);
      too_small (call);
      return;
    }
  if (optimize && context->next == context->items->len)
    {
      g_string_append (body, "<n:EnumerationContext/>");
      g_string_append_printf (body, "<w:Items>%s</w:Items><w:EndOfSequence/>", items->str);
      hv_context_free (context);
    }
  else
    {
      g_string_append_printf (body, "<n:EnumerationContext>uuid:%s</n:EnumerationContext>", context->id);
      if (optimize)
        g_string_append_printf (body, "<w:Items>%s</w:Items>", items->str);
      g_hash_table_insert (self->contexts, context->id, context);
    }
  g_string_append (body, "</n:EnumerateResponse>");
  hv_call_answer (call, HV_NS_WSEN "/EnumerateResponse", body->str);
}

void
hv_enumerate (HvCall *call)
{
  HvRequest *request = call->request;
  HvFault *fault = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_auto (GStrv) properties = NULL;
  guint mode = 0;
  guint max = hv_read_max (call->sim, request->body, HV_NS_WSMAN);
  HvContext *context;

  if (request->body == NULL || !hv_is_element (request->body, HV_NS_WSEN, "Enumerate") || !read_mode (request->body, &mode)
      || max == 0)
    {
      hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "SchemaValidationError", NULL, 0, "This is no Enumerate."));
      return;
    }
  found = run_filter (call, &properties, &fault);
  if (fault != NULL)
    {
      hv_call_fault (call, fault);
      return;
    }
  context = g_new0 (HvContext, 1);
  context->id = hv_new_guid ();
  context->items = g_steal_pointer (&found);
  context->properties = g_steal_pointer (&properties);
  context->mode = mode;
  context->last_use = hv_monotonic ();
  answer_enumerate (call, context, hv_find_child (request->body, HV_NS_WSMAN, "OptimizeEnumeration") != NULL, max);
}

static char *
dup_context_id (HvCall *call)
{
  g_autofree char *text = hv_dup_child (call->request->body, HV_NS_WSEN, "EnumerationContext");

  return text != NULL && g_str_has_prefix (text, "uuid:") ? g_strdup (text + strlen ("uuid:")) : NULL;
}

/* (nullable): what has not ended by itself */
static HvContext *
find_context (HypervSimulator *self, const char *id)
{
  HvContext *context = id != NULL ? g_hash_table_lookup (self->contexts, id) : NULL;

  if (context != NULL && hv_monotonic () - context->last_use >= self->context_timeout)
    {
      g_hash_table_remove (self->contexts, id);
      return NULL;
    }
  return context;
}

static void
invalid_context (HvCall *call)
{
  hv_call_fault (call, hv_fault_new (HV_NS_WSEN, "InvalidEnumerationContext", NULL, 0,
                                     "The enumeration context is unknown or has ended."));
}

void
hv_pull (HvCall *call)
{
  HypervSimulator *self = call->sim;
  g_autofree char *id = dup_context_id (call);
  guint max = hv_read_max (self, call->request->body, HV_NS_WSEN);
  HvContext *context;
  g_autoptr (GString) body = NULL;
  gboolean end;

  if (call->request->body == NULL || !hv_is_element (call->request->body, HV_NS_WSEN, "Pull") || max == 0)
    {
      hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "SchemaValidationError", NULL, 0, "This is no Pull."));
      return;
    }
  if (id != NULL && hv_events_pull (call, id, max))
    return;
  context = find_context (self, id);
  if (context == NULL)
    {
      invalid_context (call);
      return;
    }
  context->last_use = hv_monotonic ();
  body = g_string_new (NULL);
  if (!append_items (call, body, context, max))
    {
      too_small (call);
      return;
    }
  end = context->next == context->items->len;
  g_string_prepend (body, "<n:Items>");
  if (!end)
    {
      g_autofree char *head
          = g_strdup_printf ("<n:EnumerationContext>uuid:%s</n:EnumerationContext>", context->id);

      g_string_prepend (body, head);
    }
  g_string_prepend (body, "<n:PullResponse>");
  g_string_append_printf (body, "</n:Items>%s</n:PullResponse>", end ? "<n:EndOfSequence/>" : "");
  if (end)
    g_hash_table_remove (self->contexts, id);
  hv_call_answer (call, HV_NS_WSEN "/PullResponse", body->str);
}

/* DSP0226 section 8.5 */
void
hv_release (HvCall *call)
{
  g_autofree char *id = dup_context_id (call);

  if (id != NULL && !hv_events_release (call->sim, id) && find_context (call->sim, id) == NULL)
    {
      invalid_context (call);
      return;
    }
  if (id != NULL)
    g_hash_table_remove (call->sim->contexts, id);
  hv_call_answer (call, HV_NS_WSEN "/ReleaseResponse", "");
}
