/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* WS-Eventing (DSP0226 section 10) by pulling (section 10.2.9.5), of the intrinsic events of WMI (MS-WMI
 * section 2.2.1.3: WITHIN, ISA). WITHIN is how often WMI looks; here an event comes at once, so that nothing
 * depends on a time. */

#define DELIVERY_PULL "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"
#define DIALECT_WQL   "http://schemas.microsoft.com/wbem/wsman/1/WQL"
#define MAX_EVENTS    10000

void
hv_subscription_free (HvSubscription *self)
{
  g_queue_clear_full (&self->events, g_free);
  g_clear_pointer (&self->query, hv_wql_free);
  g_free (self->id);
  g_free (self->context);
  g_free (self->space);
  g_free (self);
}

static void
stop_waiting (HypervSimulator *self, HvSubscription *subscription)
{
  if (subscription->timeout != NULL)
    hv_timer_stop (self, subscription->timeout);
  subscription->timeout = NULL;
  subscription->waiting = NULL;
}

static void
remove_subscription (HypervSimulator *self, HvSubscription *subscription)
{
  HvCall *waiting = subscription->waiting;

  stop_waiting (self, subscription);
  g_hash_table_remove (self->subscriptions, subscription->id);
  hv_store_set_heard (self->store, g_hash_table_size (self->subscriptions) > 0);
  if (waiting != NULL)
    hv_call_fault (waiting, hv_fault_new (HV_NS_WSEN, "InvalidEnumerationContext", NULL, 0, "The subscription has ended."));
}

void
hv_events_forget (HypervSimulator *self)
{
  g_autoptr (GPtrArray) all = g_hash_table_get_values_as_ptr_array (self->subscriptions);

  for (guint i = 0; i < all->len; i++)
    {
      HvSubscription *subscription = g_ptr_array_index (all, i);
      HvCall *waiting = subscription->waiting;

      stop_waiting (self, subscription);
      if (waiting != NULL)
        hv_call_free (waiting);
    }
  g_hash_table_remove_all (self->subscriptions);
  hv_store_set_heard (self->store, FALSE);
}

/* By its own id, or by that of its context; those that have expired are gone. */
static HvSubscription *
find (HypervSimulator *self, const char *id, gboolean by_context)
{
  g_autoptr (GPtrArray) all = g_hash_table_get_values_as_ptr_array (self->subscriptions);
  HvSubscription *found = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      HvSubscription *subscription = g_ptr_array_index (all, i);

      if (subscription->expires != 0 && hv_monotonic () >= subscription->expires)
        remove_subscription (self, subscription);
      else if (g_strcmp0 (by_context ? subscription->context : subscription->id, id) == 0)
        found = subscription;
    }
  return found;
}

/* --- subscribing --------------------------------------------------------------------------------- */

static HvFault *
eventing_fault (const char *subcode, const char *reason)
{
  return hv_fault_new (HV_NS_WSE, subcode, NULL, 0, reason);
}

/* DSP0226 section 10.2.4: a duration; what is no duration is invalid here. FALSE with *fault */
static gboolean
read_expires (xmlNode *body, gint64 *milliseconds, HvFault **fault)
{
  g_autofree char *text = hv_dup_child (body, HV_NS_WSE, "Expires");

  *milliseconds = text != NULL ? hv_parse_duration (text) : 0;
  if (text == NULL || *milliseconds > 0)
    return TRUE;
  *fault = eventing_fault ("InvalidExpirationTime", "Expires is no duration to come.");
  return FALSE;
}

static HvWql *
read_filter (HvCall *call, HvFault **fault)
{
  xmlNode *filter = hv_find_child (call->request->body, HV_NS_WSMAN, "Filter");
  g_autofree char *dialect = NULL;
  g_autofree char *text = NULL;
  g_autoptr (HvWql) query = NULL;

  if (filter == NULL)
    filter = hv_find_child (call->request->body, HV_NS_WSE, "Filter");
  dialect = filter != NULL ? hv_dup_attribute (filter, NULL, "Dialect") : NULL;
  /* DSP0226 section 14.6 (wse:FilteringRequestedUnavailable) */
  if (g_strcmp0 (dialect, DIALECT_WQL) != 0)
    {
      *fault = eventing_fault ("FilteringRequestedUnavailable", "Events are filtered by WQL.");
      return NULL;
    }
  text = hv_dup_text (filter);
  query = hv_wql_parse (text);
  if (query == NULL || query->kind != HV_WQL_SELECT || query->within <= 0 || hv_wql_get_isa (query) == NULL
      || !g_str_has_prefix (query->class_name, "__Instance") || !hv_class_exists (call->request->space, hv_wql_get_isa (query)))
    {
      *fault = hv_fault_new (HV_NS_WSMAN, "CannotProcessFilter", NULL, 2147749911u, "The query is no query for events.");
      return NULL;
    }
  return g_steal_pointer (&query);
}

static gboolean
check_delivery (HvCall *call, HvFault **fault)
{
  xmlNode *delivery = hv_find_child (call->request->body, HV_NS_WSE, "Delivery");
  g_autofree char *mode = delivery != NULL ? hv_dup_attribute (delivery, NULL, "Mode") : NULL;

  if (call->request->body == NULL || !hv_is_element (call->request->body, HV_NS_WSE, "Subscribe") || delivery == NULL)
    *fault = hv_fault_new (HV_NS_WSMAN, "SchemaValidationError", NULL, 0, "This is no Subscribe.");
  else if (!call->sim->events || g_strcmp0 (mode, DELIVERY_PULL) != 0)
    *fault = eventing_fault ("DeliveryModeRequestedUnavailable", "The delivery mode is not supported.");
  return *fault == NULL;
}

static char *
format_expires (gint64 milliseconds)
{
  return g_strdup_printf ("PT%" G_GINT64_FORMAT ".000S", milliseconds / 1000);
}

/* DSP0226 section 10.2.2: the manager, and the context to pull from (section 10.2.9.5) */
static void
answer_subscribe (HvCall *call, HvSubscription *subscription, gint64 expires)
{
  g_autoptr (GString) body = g_string_new ("<e:SubscribeResponse><e:SubscriptionManager>");
  g_autofree char *time = format_expires (expires);

  hv_append_element (body, "a:Address", call->sim->uri);
  g_string_append (body, "<a:ReferenceParameters>");
  hv_append_element (body, "w:ResourceURI", call->request->resource);
  g_string_append_printf (body, "<e:Identifier>uuid:%s</e:Identifier></a:ReferenceParameters></e:SubscriptionManager>",
                          subscription->id);
  g_string_append_printf (body, "<e:Expires>%s</e:Expires>", time);
  g_string_append_printf (body, "<n:EnumerationContext>uuid:%s</n:EnumerationContext></e:SubscribeResponse>",
                          subscription->context);
  hv_call_answer (call, HV_NS_WSE "/SubscribeResponse", body->str);
}

void
hv_subscribe (HvCall *call)
{
  HypervSimulator *self = call->sim;
  HvFault *fault = NULL;
  HvWql *query = NULL;
  HvSubscription *subscription;
  gint64 expires = 0;

  if (check_delivery (call, &fault) && read_expires (call->request->body, &expires, &fault))
    query = read_filter (call, &fault);
  if (fault != NULL)
    {
      hv_call_fault (call, fault);
      return;
    }
  expires = expires == 0 ? 600000 : MIN (expires, 86400000);
  subscription = g_new0 (HvSubscription, 1);
  subscription->id = hv_new_guid ();
  subscription->context = hv_new_guid ();
  subscription->query = query;
  subscription->space = g_strdup (call->request->space);
  subscription->expires = hv_monotonic () + expires;
  g_queue_init (&subscription->events);
  g_hash_table_insert (self->subscriptions, subscription->id, subscription);
  hv_store_set_heard (self->store, TRUE);
  answer_subscribe (call, subscription, expires);
}

/* DSP0226 sections 10.3 and 10.4: who is meant stands in the header */
static HvSubscription *
find_named (HvCall *call)
{
  const char *id = call->request->identifier;
  HvSubscription *subscription
      = id != NULL && g_str_has_prefix (id, "uuid:") ? find (call->sim, id + strlen ("uuid:"), FALSE) : NULL;

  if (subscription == NULL)
    hv_call_fault (call, eventing_fault ("InvalidMessage", "There is no such subscription."));
  return subscription;
}

void
hv_renew (HvCall *call)
{
  HvFault *fault = NULL;
  gint64 expires = 0;
  HvSubscription *subscription;
  g_autofree char *time = NULL;
  g_autofree char *body = NULL;

  if (!read_expires (call->request->body, &expires, &fault))
    {
      hv_call_fault (call, fault);
      return;
    }
  subscription = find_named (call);
  if (subscription == NULL)
    return;
  expires = expires == 0 ? 600000 : MIN (expires, 86400000);
  subscription->expires = hv_monotonic () + expires;
  time = format_expires (expires);
  body = g_strdup_printf ("<e:RenewResponse><e:Expires>%s</e:Expires></e:RenewResponse>", time);
  hv_call_answer (call, HV_NS_WSE "/RenewResponse", body);
}

void
hv_unsubscribe (HvCall *call)
{
  HvSubscription *subscription = find_named (call);

  if (subscription == NULL)
    return;
  remove_subscription (call->sim, subscription);
  hv_call_answer (call, HV_NS_WSE "/UnsubscribeResponse", "");
}

gboolean
hv_events_release (HypervSimulator *self, const char *id)
{
  HvSubscription *subscription = find (self, id, TRUE);

  if (subscription != NULL)
    remove_subscription (self, subscription);
  return subscription != NULL;
}

/* --- delivery ------------------------------------------------------------------------------------ */

static void
deliver (HypervSimulator *self, HvSubscription *subscription)
{
  HvCall *call = subscription->waiting;
  guint max = subscription->waiting_max;
  g_autoptr (GString) body = NULL;
  char *event;

  if (call == NULL || g_queue_is_empty (&subscription->events))
    return;
  stop_waiting (self, subscription);
  /* Who asked has gone: the events stay for the next. */
  if (call->gone)
    {
      hv_call_free (call);
      return;
    }
  body = g_string_new (NULL);
  g_string_append_printf (body, "<n:PullResponse><n:EnumerationContext>uuid:%s</n:EnumerationContext><n:Items>",
                          subscription->context);
  for (guint n = 0; n < max && (event = g_queue_peek_head (&subscription->events)) != NULL; n++)
    {
      if (n > 0 && body->len + strlen (event) + 2048 > call->request->max_size)
        break;
      g_string_append (body, event);
      g_free (g_queue_pop_head (&subscription->events));
    }
  g_string_append (body, "</n:Items></n:PullResponse>");
  hv_call_answer (call, HV_NS_WSEN "/PullResponse", body->str);
}

/* DSP0226 section 10.2.9.5: nothing happened until OperationTimeout */
static void
pull_timeout (HypervSimulator *self, gpointer data)
{
  HvSubscription *subscription = data;
  HvCall *call = subscription->waiting;

  subscription->timeout = NULL;
  subscription->waiting = NULL;
  if (call != NULL)
    hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "TimedOut", NULL, 2150858793u, "No event came in time."));
}

gboolean
hv_events_pull (HvCall *call, const char *id, guint max)
{
  HypervSimulator *self = call->sim;
  HvSubscription *subscription = find (self, id, TRUE);
  HvCall *other;

  if (subscription == NULL)
    return FALSE;
  other = subscription->waiting;
  stop_waiting (self, subscription);
  /* One Pull at a time: DSP0226 section 8.4 lets the earlier one fail. */
  if (other != NULL)
    hv_call_fault (other, hv_fault_new (HV_NS_WSMAN, "Concurrency", NULL, 0, "Another Pull came."));
  subscription->waiting = call;
  subscription->waiting_max = max;
  hv_call_pause (call);
  if (g_queue_is_empty (&subscription->events))
    subscription->timeout = hv_timer_add (self, (guint) MIN (call->request->timeout, G_MAXINT), pull_timeout, subscription, NULL);
  else
    deliver (self, subscription);
  return TRUE;
}

static const char *
get_event_class (HvChange change)
{
  if (change == HV_CREATED)
    return "__InstanceCreationEvent";
  return change == HV_REMOVED ? "__InstanceDeletionEvent" : "__InstanceModificationEvent";
}

static gboolean
wants (HvSubscription *subscription, HvChange change, HvObject *object, HvObject *before)
{
  const char *name = subscription->query->class_name;

  return g_ascii_strcasecmp (subscription->space, object->klass->space) == 0
         && (g_ascii_strcasecmp (name, get_event_class (change)) == 0
             || g_ascii_strcasecmp (name, "__InstanceOperationEvent") == 0)
         && hv_wql_matches (subscription->query, object, before, TRUE);
}

static char *
format_event (HvChange change, HvObject *object, HvObject *before)
{
  g_autoptr (HvObject) event = hv_object_new (object->klass->space, get_event_class (change));
  GString *out = g_string_new (NULL);

  hv_embed (event, "TargetInstance", object);
  if (change == HV_CHANGED && before != NULL)
    hv_embed (event, "PreviousInstance", before);
  /* 100 ns since 1601 */
  hv_set_uint (event, "TIME_CREATED", (guint64) g_get_real_time () * 10 + G_GUINT64_CONSTANT (116444736000000000));
  hv_append_instance (out, event, NULL);
  return g_string_free (out, FALSE);
}

static void
deliver_soon (HypervSimulator *self, gpointer data)
{
  HvSubscription *subscription = g_hash_table_lookup (self->subscriptions, data);

  if (subscription != NULL)
    deliver (self, subscription);
}

/* Changes may come on any thread; answers are sent on the server's. */
void
hv_events_watch (HvChange change, HvObject *object, HvObject *before, gpointer data)
{
  HypervSimulator *self = data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvSubscription *subscription = value;

      if (!wants (subscription, change, object, before))
        continue;
      if (subscription->events.length >= MAX_EVENTS)
        g_free (g_queue_pop_head (&subscription->events));
      g_queue_push_tail (&subscription->events, format_event (change, object, before));
      if (subscription->waiting != NULL)
        hv_timer_add (self, 0, deliver_soon, g_strdup (subscription->id), g_free);
    }
}
