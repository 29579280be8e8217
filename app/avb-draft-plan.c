/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-draft-private.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* For a system that nobody knows. */
#define DEFAULT_CPUS 2
#define DEFAULT_MEMORY_MIB 2048
#define DEFAULT_STORAGE (20 * GIB)

/* Less helps nobody, and no kernel of today starts in it. */
#define LEAST_MEMORY_MIB 256
#define LEAST_STORAGE (1 * GIB)

static const AvbOsResources nothing;

static const AvbOsResources *
get_minimum (const AvbOsInfo *os)
{
  return os != NULL ? &os->minimum : &nothing;
}

guint
avb_draft_plan_max_cpus (const AvbDraftHost *host, const AvbOsInfo *os)
{
  if (host->cpus == 0)
    return 8;
  return MAX (MAX (host->cpus / 2, 1), MIN (get_minimum (os)->cpus, host->cpus));
}

guint64
avb_draft_plan_max_memory_mib (const AvbDraftHost *host, const AvbOsInfo *os)
{
  if (host->memory_mib == 0)
    return 8192;
  return MAX (MAX (host->memory_mib / 2, LEAST_MEMORY_MIB), MIN (get_minimum (os)->memory_mib, host->memory_mib));
}

/* What the database recommends; where it is silent, the default or what is needed at least. */
static void
plan_medium (const AvbOsInfo *os, AvbDraftPlan *plan)
{
  const AvbOsResources *recommended = os != NULL ? &os->recommended : &nothing;
  const AvbOsResources *minimum = get_minimum (os);

  plan->cpus = MAX (recommended->cpus > 0 ? recommended->cpus : DEFAULT_CPUS, minimum->cpus);
  plan->memory_mib = MAX (recommended->memory_mib > 0 ? recommended->memory_mib : DEFAULT_MEMORY_MIB,
                          minimum->memory_mib);
  plan->disk_size = MAX (recommended->storage > 0 ? recommended->storage : DEFAULT_STORAGE, minimum->storage);
}

void
avb_draft_plan_size (const AvbDraftHost *host, const AvbOsInfo *os, AvbDraftSize size, AvbDraftPlan *plan)
{
  const AvbOsResources *minimum = get_minimum (os);

  plan_medium (os, plan);
  if (size == AVB_DRAFT_SIZE_SMALL)
    {
      plan->cpus = MAX (plan->cpus / 2, MAX (minimum->cpus, 1));
      plan->memory_mib = MAX (plan->memory_mib / 2, MAX (minimum->memory_mib, LEAST_MEMORY_MIB));
      plan->disk_size = MAX (plan->disk_size / 2, MAX (minimum->storage, LEAST_STORAGE));
    }
  else if (size == AVB_DRAFT_SIZE_LARGE)
    {
      plan->cpus *= 2;
      plan->memory_mib *= 2;
      plan->disk_size *= 2;
    }
  plan->cpus = MIN (plan->cpus, avb_draft_plan_max_cpus (host, os));
  plan->memory_mib = MIN (plan->memory_mib, avb_draft_plan_max_memory_mib (host, os));
  /* A disk grows as it is written: more than there is would be a promise that cannot be kept. */
  if (plan->disk_size > host->free_disk)
    plan->disk_size = MAX (MAX (host->free_disk / GIB * GIB, minimum->storage), LEAST_STORAGE);
}

gboolean
avb_draft_plan_name_taken (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);
  guint length = g_list_model_get_n_items (machines);

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return TRUE;
    }
  return FALSE;
}

char *
avb_draft_plan_name (AvbConnection *connection, const char *wish)
{
  g_autofree char *name = g_strdup (wish);

  for (guint i = 2; avb_draft_plan_name_taken (connection, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s %u", wish, i);
    }
  return g_steal_pointer (&name);
}

const char *
avb_draft_plan_architecture (AvbCapabilities *capabilities, const char *architecture)
{
  static const char *const x86[] = { "i386", "i486", "i586", "i686", NULL };
  const char *const *offered = avb_capabilities_get_architectures (capabilities);

  if (architecture == NULL)
    return avb_capabilities_get_architecture (capabilities);
  if (g_strv_contains (x86, architecture))
    architecture = "x86_64";
  for (guint i = 0; offered != NULL && offered[i] != NULL; i++)
    if (g_str_equal (offered[i], architecture))
      return offered[i];
  return NULL;
}
