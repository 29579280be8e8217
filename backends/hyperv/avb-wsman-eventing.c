/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* WS-Eventing in pull mode: DSP0226 clause 10. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backends/hyperv/avb-wsman-private.h"

/* Long enough that it is seldom said again, short enough that a host forgets us soon once we are gone. */
#define LEASE 600

typedef struct {
  char             *context; /* for the next Pull; the key of the table is the first */
  AvbWsmanReference manager;
  gint64            renew_at;   /* monotonic µs: the clocks of the two computers need not agree */
  gboolean          renewable;
  gboolean          is_pulled;
  gboolean          is_over;
} Subscription;

static void
subscription_clear (gpointer data)
{
  Subscription *self = data;

  g_free (self->context);
  avb_wsman_reference_clear (&self->manager);
}

static void
subscription_unref (gpointer data)
{
  g_rc_box_release_full (data, subscription_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Subscription, subscription_unref)

GHashTable *
avb_wsman_subscriptions_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, subscription_unref);
}

/* (transfer full) (nullable) */
static Subscription *
find_subscription (AvbWsmanClient *client, const char *context)
{
  Subscription *self = g_hash_table_lookup (avb_wsman_client_get_subscriptions (client), context);

  return self != NULL ? g_rc_box_acquire (self) : NULL;
}

static GError *
new_gone_error (void)
{
  return avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("The host does not report changes any more."));
}

static void
set_lease (Subscription *self, guint expires)
{
  guint lease = expires > 0 ? MIN (expires, LEASE) : LEASE;

  self->renew_at = g_get_monotonic_time () + (gint64) lease * G_USEC_PER_SEC / 2;
}

/* Renew and Unsubscribe go to the reference that the host gave: its parameters become headers (DSP0226 clause 5.1.1,
 * 10.4, 10.5). Its address is not followed. */
static char *
dup_headers (Subscription *self)
{
  GString *out = g_string_new (NULL);

  if (self->manager.identifier != NULL)
    avb_wsman_xml_write (out, "e:Identifier", self->manager.identifier);
  if (self->manager.keys != NULL)
    avb_wsman_write_selectors (out, self->manager.keys);
  return g_string_free (out, FALSE);
}

static AvbWsmanAnswer *
ask_manager (AvbWsmanClient *client, Subscription *self, AvbWsmanVerb verb, const char *body, GError **error)
{
  g_autofree char *all = avb_wsman_resource_uri (avb_wsman_client_get_namespace (client), "*");
  g_autofree char *headers = dup_headers (self);
  AvbWsmanRequest  request = { .verb = verb, .headers = headers, .body = body };

  request.resource = self->manager.resource != NULL ? self->manager.resource : all;
  return avb_wsman_client_exchange (client, &request, NULL, error);
}

/* --- Subscribe --- */

static DexFuture *
subscribe_fiber (gpointer data)
{
  AvbWsmanWork    *work = data;
  g_autofree char *resource = avb_wsman_resource_uri (avb_wsman_client_get_namespace (work->client), "*");
  g_autofree char *body = avb_wsman_subscribe_body (work->text, LEASE);
  AvbWsmanRequest  request = { .verb = AVB_WSMAN_SUBSCRIBE, .resource = resource, .body = body };
  GError          *error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = avb_wsman_client_exchange (work->client, &request, NULL, &error);
  Subscription *self;

  if (answer == NULL)
    return dex_future_new_for_error (error);
  /* The host took it for another mode, in which it would send to us. */
  if (answer->context == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("The host does not report changes.")));
  self = g_rc_box_new0 (Subscription);
  self->context = g_strdup (answer->context);
  self->manager = answer->manager;
  answer->manager = (AvbWsmanReference) { 0 };
  self->renewable = TRUE;
  set_lease (self, answer->expires);
  g_hash_table_replace (
      avb_wsman_client_get_subscriptions (work->client), g_strdup (answer->context), self);
  return dex_future_new_take_string (g_steal_pointer (&answer->context));
}

DexFuture *
avb_wsman_client_subscribe (AvbWsmanClient *self, const char *wql)
{
  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && wql != NULL, NULL);

  return avb_wsman_work_run (avb_wsman_work_new (self, wql), subscribe_fiber);
}

/* --- Pull --- */

/* Windows does not know Renew (MS-WSMV 3.1.4.1.30.4): there the subscription ends at some time, and its owner makes another. */
static void
renew (AvbWsmanClient *client, Subscription *self)
{
  g_autofree char *body = avb_wsman_renew_body (LEASE);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = ask_manager (client, self, AVB_WSMAN_RENEW, body, &error);

  if (answer != NULL)
    set_lease (self, answer->expires);
  else if (error->domain == AVB_ERROR && error->code != AVB_ERROR_UNAVAILABLE)
    self->renewable = FALSE;
}

static DexFuture *
take_events (AvbWsmanClient *client, Subscription *self, AvbWsmanAnswer *answer)
{
  if (answer->context != NULL)
    {
      g_free (self->context);
      self->context = g_steal_pointer (&answer->context);
    }
  self->is_over = answer->end;
  if (answer->end && answer->items->len == 0)
    return dex_future_new_for_error (new_gone_error ());
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_ref (answer->items));
}

static DexFuture *
pull_events (AvbWsmanClient *client, Subscription *self)
{
  g_autofree char *resource = avb_wsman_resource_uri (avb_wsman_client_get_namespace (client), "*");
  g_autofree char *body = NULL;
  AvbWsmanRequest  request = { .verb = AVB_WSMAN_PULL, .resource = resource };
  g_autoptr (AvbWsmanFault) fault = NULL;
  g_autoptr (AvbWsmanAnswer) answer = NULL;
  GError *error = NULL;

  if (self->is_over)
    return dex_future_new_for_error (new_gone_error ());
  if (self->renewable && g_get_monotonic_time () >= self->renew_at)
    renew (client, self);
  body = avb_wsman_pull_body (self->context);
  request.body = body;
  answer = avb_wsman_client_exchange (client, &request, &fault, &error);
  if (answer != NULL)
    return take_events (client, self, answer);
  if (fault == NULL)
    return dex_future_new_for_error (error);
  /* DSP0226 clause 10.2.9.5: nothing happened in the time that the operation had. */
  if (avb_wsman_fault_is_timed_out (fault))
    return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY,
                                      g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_object_unref));
  return dex_future_new_for_error (avb_wsman_fault_to_error (fault));
}

static DexFuture *
pull_fiber (gpointer data)
{
  AvbWsmanWork *work = data;
  g_autoptr (Subscription) self = find_subscription (work->client, work->text);
  DexFuture *result;

  if (self == NULL)
    return dex_future_new_for_error (new_gone_error ());
  if (self->is_pulled)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_BUSY, NULL, _("The changes of the host are being waited for already.")));
  self->is_pulled = TRUE;
  result = pull_events (work->client, self);
  self->is_pulled = FALSE;
  return result;
}

DexFuture *
avb_wsman_client_pull_events (AvbWsmanClient *self, const char *context)
{
  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && context != NULL, NULL);

  return avb_wsman_work_run (avb_wsman_work_new (self, context), pull_fiber);
}

/* --- Unsubscribe --- */

static DexFuture *
unsubscribe_fiber (gpointer data)
{
  AvbWsmanWork *work = data;
  g_autoptr (Subscription) self = find_subscription (work->client, work->text);
  g_autoptr (AvbWsmanAnswer) answer = NULL;
  GError *error = NULL;

  if (self == NULL)
    return dex_future_new_for_error (new_gone_error ());
  self->is_over = TRUE;
  g_hash_table_remove (avb_wsman_client_get_subscriptions (work->client), work->text);
  answer = ask_manager (work->client, self, AVB_WSMAN_UNSUBSCRIBE, "<e:Unsubscribe/>", &error);
  return answer != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
avb_wsman_client_unsubscribe (AvbWsmanClient *self, const char *context)
{
  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && context != NULL, NULL);

  return avb_wsman_work_run (avb_wsman_work_new (self, context), unsubscribe_fiber);
}
