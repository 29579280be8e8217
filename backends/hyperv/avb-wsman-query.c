/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Enumerate, Pull and Release: DSP0226 clause 8. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/hyperv/avb-wsman-private.h"

typedef struct {
  AvbWsmanClient *client;
  char           *resource;
  char           *context; /* (nullable): the host keeps something for us */
  GPtrArray      *objects;
  guint           limit;
  guint           n_empty;
} Query;

/* DSP0226 clause 8.5. If it does not work the host's own time-out ends it, later. */
static DexFuture *
release_fiber (gpointer data)
{
  AvbWsmanWork    *work = data;
  g_autofree char *resource = avb_wsman_resource_uri (avb_wsman_client_get_namespace (work->client), "*");
  g_autofree char *body = avb_wsman_release_body (work->text);
  AvbWsmanRequest  request = { .verb = AVB_WSMAN_RELEASE, .resource = resource, .body = body };
  GError          *error = NULL;
  g_autoptr (AvbWsmanAnswer) answer = avb_wsman_client_exchange (work->client, &request, NULL, &error);

  return answer != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

/* Nobody waits for it. */
static void
query_clear (Query *self)
{
  if (self->context != NULL && !avb_wsman_client_is_closed (self->client))
    avb_future_finish (avb_wsman_work_run (avb_wsman_work_new (self->client, self->context), release_fiber),
                       "Release an enumeration");
  g_clear_pointer (&self->context, g_free);
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->resource, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Query, query_clear)

/* FALSE once there are enough, or an error: somebody who set no limit is not told that a part is all. */
static gboolean
take_objects (Query *self, AvbWsmanAnswer *answer, GError **error)
{
  guint limit = self->limit > 0 ? MIN (self->limit, AVB_WSMAN_MAX_OBJECTS) : AVB_WSMAN_MAX_OBJECTS;
  guint i;

  self->n_empty = answer->items->len == 0 ? self->n_empty + 1 : 0;
  for (i = 0; i < answer->items->len && self->objects->len < limit; i++)
    g_ptr_array_add (self->objects, avb_wmi_object_ref (answer->items->pdata[i]));
  if (self->limit > 0 && self->objects->len >= limit)
    return FALSE;
  if (i == answer->items->len && self->n_empty <= AVB_WSMAN_MAX_EMPTY_PAGES)
    return TRUE;
  g_propagate_error (
      error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The host sent a list that does not come to its end.")));
  return FALSE;
}

/* FALSE: there is no more to ask for, or an error. A host may give each page a context of its own (MS-WSMV 4.1.2). */
static gboolean
take_page (Query *self, AvbWsmanAnswer *answer, GError **error)
{
  if (answer->context != NULL)
    {
      g_free (self->context);
      self->context = g_steal_pointer (&answer->context);
    }
  /* The host has forgotten it already. */
  if (answer->end)
    g_clear_pointer (&self->context, g_free);
  return take_objects (self, answer, error) && self->context != NULL;
}

static gboolean
pull (Query *self, GError **error)
{
  g_autofree char *body = avb_wsman_pull_body (self->context);
  AvbWsmanRequest  request = { .verb = AVB_WSMAN_PULL, .resource = self->resource, .body = body };
  g_autoptr (AvbWsmanAnswer) answer = avb_wsman_client_exchange (self->client, &request, NULL, error);

  return answer != NULL && take_page (self, answer, error);
}

static DexFuture *
query_fiber (gpointer data)
{
  AvbWsmanWork *work = data;
  g_auto (Query) query = { .client = work->client, .limit = work->limit };
  g_autofree char *body = avb_wsman_enumerate_body (work->text);
  AvbWsmanRequest  request = { .verb = AVB_WSMAN_ENUMERATE, .body = body };
  g_autoptr (AvbWsmanAnswer) answer = NULL;
  GError *error = NULL;

  query.resource = avb_wsman_resource_uri (avb_wsman_client_get_namespace (work->client), "*");
  query.objects = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_object_unref);
  request.resource = query.resource;
  answer = avb_wsman_client_exchange (work->client, &request, NULL, &error);
  if (answer != NULL && take_page (&query, answer, &error))
    while (pull (&query, &error))
      ;
  if (error != NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&query.objects));
}

DexFuture *
avb_wsman_client_query (AvbWsmanClient *self, const char *wql, guint limit)
{
  AvbWsmanWork *work;

  g_return_val_if_fail (AVB_IS_WSMAN_CLIENT (self) && wql != NULL, NULL);

  work = avb_wsman_work_new (self, wql);
  work->limit = limit;
  return avb_wsman_work_run (work, query_fiber);
}
