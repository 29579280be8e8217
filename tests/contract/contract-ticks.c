/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contract/contract.h"

#define TICK_MS 5

/* A thread that only sleeps counts for how long this process could have worked. */
struct _ContractTicks {
  GThread *thread;
  gint     count;   /* of the thread's ticks; atomic */
  gint     stopped; /* atomic */
  guint    source;
  gint     last;
  gint     longest;
};

static gpointer
count_thread (gpointer data)
{
  ContractTicks *self = data;

  while (!g_atomic_int_get (&self->stopped))
    {
      g_usleep (TICK_MS * 1000);
      g_atomic_int_inc (&self->count);
    }
  return NULL;
}

static gboolean
tick_cb (gpointer data)
{
  ContractTicks *self = data;
  gint           now = g_atomic_int_get (&self->count);

  self->longest = MAX (self->longest, now - self->last);
  self->last = now;
  return G_SOURCE_CONTINUE;
}

ContractTicks *
contract_ticks_new (void)
{
  ContractTicks *self = g_new0 (ContractTicks, 1);

  self->thread = g_thread_new ("ticks", count_thread, self);
  self->source = g_timeout_add_full (G_PRIORITY_HIGH, TICK_MS, tick_cb, self, NULL);
  return self;
}

guint
contract_ticks_end (ContractTicks *self)
{
  guint longest;

  tick_cb (self);
  g_source_remove (self->source);
  g_atomic_int_set (&self->stopped, TRUE);
  g_thread_join (self->thread);
  longest = self->longest * TICK_MS;
  g_free (self);
  return longest;
}
