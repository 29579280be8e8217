/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-clone.h"
#include "backends/avb-snapshot.h"
#include "tests/contract/contract.h"

/* Every verb in every state: the table says what comes of it. It is written down here once more, so that it is no
 * mirror of what the program believes. */

#define REFUSED AVB_MACHINE_UNKNOWN
#define GONE ((AvbMachineState) 100)

typedef struct {
  const char *name;
  DexFuture *(*call) (AvbMachine *machine);
  gboolean  (*can) (AvbMachine *machine); /* (nullable) */
  AvbFeature  feature;                    /* AVB_N_FEATURES: none */
  /* Where it leads to from OFF, RUNNING, PAUSED, SAVED. */
  AvbMachineState from[4];
} Verb;

static const AvbMachineState states[]
    = { AVB_MACHINE_OFF, AVB_MACHINE_RUNNING, AVB_MACHINE_PAUSED, AVB_MACHINE_SAVED };

static DexFuture *
save (AvbMachine *machine)
{
  return avb_machine_save (machine, NULL);
}

static DexFuture *
delete (AvbMachine *machine)
{
  return avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS);
}

static DexFuture *
rename_it (AvbMachine *machine)
{
  return avb_machine_rename (machine, "contract-renamed");
}

static DexFuture *
edit (AvbMachine *machine)
{
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);

  avb_machine_spec_set_description (spec, "edited");
  return avb_machine_apply_spec (machine, spec);
}

static const Verb verbs[] = {
  { "start", avb_machine_start, avb_machine_can_start, AVB_N_FEATURES,
    { AVB_MACHINE_RUNNING, REFUSED, REFUSED, AVB_MACHINE_RUNNING } },
  { "pause", avb_machine_pause, avb_machine_can_pause, AVB_FEATURE_PAUSE,
    { REFUSED, AVB_MACHINE_PAUSED, REFUSED, REFUSED } },
  { "resume", avb_machine_resume, avb_machine_can_resume, AVB_FEATURE_PAUSE,
    { REFUSED, REFUSED, AVB_MACHINE_RUNNING, REFUSED } },
  { "save", save, avb_machine_can_save, AVB_FEATURE_SAVE,
    { REFUSED, AVB_MACHINE_SAVED, AVB_MACHINE_SAVED, REFUSED } },
  { "discard-saved", avb_machine_discard_saved, NULL, AVB_N_FEATURES,
    { REFUSED, REFUSED, REFUSED, AVB_MACHINE_OFF } },
  { "reset", avb_machine_reset, avb_machine_can_reset, AVB_FEATURE_RESET,
    { REFUSED, AVB_MACHINE_RUNNING, AVB_MACHINE_PAUSED, REFUSED } },
  { "force-off", avb_machine_force_off, avb_machine_can_force_off, AVB_N_FEATURES,
    { REFUSED, AVB_MACHINE_OFF, AVB_MACHINE_OFF, AVB_MACHINE_OFF } },
  { "rename", rename_it, avb_machine_can_rename, AVB_FEATURE_RENAME,
    { AVB_MACHINE_OFF, REFUSED, REFUSED, REFUSED } },
  { "edit", edit, avb_machine_can_edit, AVB_N_FEATURES,
    { AVB_MACHINE_OFF, AVB_MACHINE_RUNNING, AVB_MACHINE_PAUSED, REFUSED } },
  { "delete", delete, avb_machine_can_delete, AVB_N_FEATURES, { GONE, REFUSED, REFUSED, GONE } },
  { "shut-down", avb_machine_shut_down, avb_machine_can_shut_down, AVB_N_FEATURES,
    { REFUSED, AVB_MACHINE_RUNNING, REFUSED, REFUSED } },
  { "reboot", avb_machine_reboot, avb_machine_can_shut_down, AVB_N_FEATURES,
    { REFUSED, AVB_MACHINE_RUNNING, REFUSED, REFUSED } },
};

/* What the verbs of a guest that takes part lead to is the guest's to say: it was asked, no more. */
static gboolean
asks_the_guest (const Verb *verb)
{
  return verb->call == avb_machine_shut_down || verb->call == avb_machine_reboot;
}

static void
state_cb (AvbMachine *machine, GParamSpec *pspec, GArray *seen)
{
  AvbMachineState state = avb_machine_get_state (machine);

  g_array_append_val (seen, state);
}

/* What may be seen on the way. */
static gboolean
is_on_the_way (const Verb *verb, AvbMachineState from, AvbMachineState seen)
{
  if (verb->call == save)
    return seen == AVB_MACHINE_PAUSED || seen == AVB_MACHINE_OFF;
  if (verb->call == avb_machine_start)
    return seen == AVB_MACHINE_PAUSED || (from == AVB_MACHINE_SAVED && seen == AVB_MACHINE_OFF);
  if (verb->call == avb_machine_force_off)
    return seen == AVB_MACHINE_STOPPING;
  if (verb->call == avb_machine_reset)
    return seen == AVB_MACHINE_RUNNING || seen == AVB_MACHINE_PAUSED || seen == AVB_MACHINE_STOPPING;
  return FALSE;
}

/* The last one is where it leads to, none is told twice, and all before lie on the way. */
static void
assert_order (const Verb *verb, AvbMachineState from, AvbMachineState to, GArray *seen)
{
  AvbMachineState before = from;

  for (guint i = 0; i < seen->len; i++)
    {
      AvbMachineState state = g_array_index (seen, AvbMachineState, i);

      if (state == before)
        g_error ("%s from %s: “%s” was told twice", verb->name, contract_state_name (from),
                 contract_state_name (state));
      if (i + 1 < seen->len && !is_on_the_way (verb, from, state) && state != to)
        g_error ("%s from %s: passed “%s”", verb->name, contract_state_name (from),
                 contract_state_name (state));
      before = state;
    }
  if (from != to)
    g_assert_cmpint (before, ==, to);
}

static gboolean
is_offered (Contract *c, const Verb *verb)
{
  return verb->feature == AVB_N_FEATURES || contract_reason (c, verb->feature) == NULL;
}

static void
assert_refused (Contract *c, AvbMachine *machine, const Verb *verb)
{
  if (is_offered (c, verb))
    avb_test_await_error (verb->call (machine), AVB_ERROR, AVB_ERROR_BUSY);
  else
    contract_await_refusal (verb->call (machine), contract_reason (c, verb->feature));
}

static gboolean
can_reach (Contract *c, AvbMachineState state)
{
  return (state != AVB_MACHINE_PAUSED || contract_reason (c, AVB_FEATURE_PAUSE) == NULL)
         && (state != AVB_MACHINE_SAVED || contract_reason (c, AVB_FEATURE_SAVE) == NULL);
}

/* What is not legal is refused, changes nothing, and the can-… properties say so before. */
static void
illegal_verbs (Contract *c)
{
  guint n = 0;

  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    {
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (AvbMachineSpec) spec = NULL;
      g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (AvbMachineState));

      if (!can_reach (c, states[s]))
        continue;
      machine = contract_create (c, "contract-illegal");
      spec = contract_read_spec (machine);
      contract_bring (machine, states[s]);
      g_signal_connect (machine, "notify::state", G_CALLBACK (state_cb), seen);
      for (guint v = 0; v < G_N_ELEMENTS (verbs); v++)
        {
          const Verb *verb = &verbs[v];
          gboolean    legal = verb->from[s] != REFUSED && is_offered (c, verb);

          if (verb->can != NULL && verb->can (machine) != legal)
            g_error ("%s while %s: can is %d", verb->name, contract_state_name (states[s]), !legal);
          if (legal)
            continue;
          g_test_message ("%s while %s", verb->name, contract_state_name (states[s]));
          assert_refused (c, machine, verb);
          n++;
        }
      g_assert_cmpint (avb_machine_get_state (machine), ==, states[s]);
      g_assert_cmpuint (seen->len, ==, 0);
      g_assert_null (avb_machine_get_operation (machine));
      contract_assert_spec (machine, spec);
      g_signal_handlers_disconnect_by_data (machine, seen);
      contract_remove (c, machine);
    }
  contract_remark (c, "%u refused", n);
}

static void
do_legal (Contract *c, const Verb *verb, guint s)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-legal");
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (AvbMachineState));
  AvbMachineState to = verb->from[s];

  g_test_message ("%s while %s", verb->name, contract_state_name (states[s]));
  contract_bring (machine, states[s]);
  g_signal_connect (machine, "notify::state", G_CALLBACK (state_cb), seen);
  if (asks_the_guest (verb))
    {
      g_autoptr (GError) error = NULL;

      /* There is no guest in it that could; some hosts know that. */
      if (!dex_await (verb->call (machine), &error))
        g_assert_true (error->domain == AVB_ERROR);
    }
  else
    avb_test_await (verb->call (machine));
  if (to == GONE)
    avb_test_until_true (!g_list_store_find (avb_connection_get_store (c->connection), machine, NULL));
  else if (!asks_the_guest (verb))
    {
      /* Some hosts let one go on that was paused. */
      if (verb->call == avb_machine_reset && avb_machine_get_state (machine) == AVB_MACHINE_RUNNING)
        to = AVB_MACHINE_RUNNING;
      contract_until_state (machine, to);
      assert_order (verb, states[s], to, seen);
    }
  g_signal_handlers_disconnect_by_data (machine, seen);
  if (to != GONE)
    contract_remove (c, machine);
}

static void
legal_verbs (Contract *c)
{
  guint n = 0;

  for (guint v = 0; v < G_N_ELEMENTS (verbs); v++)
    for (guint s = 0; s < G_N_ELEMENTS (states); s++)
      if (verbs[v].from[s] != REFUSED && is_offered (c, &verbs[v]) && can_reach (c, states[s]))
        {
          do_legal (c, &verbs[v], s);
          n++;
        }
  contract_remark (c, "%u verbs and states", n);
}

/* Each can-… is notified when it changes, so that who listens knows as much as who asks. */
static void
can_cb (AvbMachine *machine, GParamSpec *pspec, GHashTable *known)
{
  gboolean value;

  if (pspec->value_type != G_TYPE_BOOLEAN)
    return;
  g_object_get (machine, pspec->name, &value, NULL);
  g_hash_table_insert (known, (gpointer) pspec->name, GINT_TO_POINTER (value));
}

static void
can_is_notified (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-can");
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree GParamSpec **properties = NULL;
  guint n;

  properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (machine), &n);
  for (guint i = 0; i < n; i++)
    can_cb (machine, properties[i], known);
  g_signal_connect (machine, "notify", G_CALLBACK (can_cb), known);
  for (guint s = 0; s < G_N_ELEMENTS (states); s++)
    {
      if (!can_reach (c, states[s]))
        continue;
      contract_bring (machine, states[s]);
      for (guint i = 0; i < n; i++)
        if (properties[i]->value_type == G_TYPE_BOOLEAN)
          {
            gboolean value;

            g_object_get (machine, properties[i]->name, &value, NULL);
            if (value != GPOINTER_TO_INT (g_hash_table_lookup (known, properties[i]->name)))
              g_error ("%s changed and nobody was told", properties[i]->name);
          }
    }
  g_signal_handlers_disconnect_by_data (machine, known);
}

static void
crashed (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-crash");

  contract_bring (machine, AVB_MACHINE_RUNNING);
  c->host->crash (machine);
  contract_until_state (machine, AVB_MACHINE_CRASHED);
  g_assert_nonnull (avb_machine_get_last_error (machine));
  avb_test_await_error (avb_machine_pause (machine), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await_error (avb_machine_force_off (machine), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await (edit (machine));
  avb_test_await (avb_machine_start (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_until_true (avb_machine_get_last_error (machine) == NULL);
}

/* No verb holds up the window: the main loop turns while it works. A computer that is busy with other things may
 * seem to; one that blocks does it each time. */
static void
main_loop (Contract *c)
{
#ifdef __SANITIZE_ADDRESS__
  const guint limit = 500;
#else
  const guint limit = 100;
#endif
  guint longest = G_MAXUINT;

  for (guint i = 0; i < 3 && longest > limit; i++)
    {
      ContractTicks *ticks = contract_ticks_new ();
      g_autoptr (AvbMachine) machine = contract_create_with_disk (c, "contract-loop");

      avb_test_await (avb_machine_load_details (machine));
      avb_test_await (edit (machine));
      contract_bring (machine, AVB_MACHINE_RUNNING);
      if (can_reach (c, AVB_MACHINE_PAUSED))
        contract_bring (machine, AVB_MACHINE_PAUSED);
      if (can_reach (c, AVB_MACHINE_SAVED))
        contract_bring (machine, AVB_MACHINE_SAVED);
      avb_test_await (avb_machine_set_setting (machine, "display", "x"));
      dex_await (avb_machine_list_snapshots (machine), NULL);
      dex_await (avb_connection_read_free (c->connection), NULL);
      contract_remove (c, machine);
      longest = contract_ticks_end (ticks);
    }
  g_test_message ("The main loop stood still for %u ms at most", longest);
  g_assert_cmpuint (longest, <=, limit);
}

const ContractBehaviour contract_verb_behaviours[] = {
  { "illegal-verbs", illegal_verbs },
  { "legal-verbs", legal_verbs },
  { "can-is-notified", can_is_notified },
  { "crashed", crashed },
  { "main-loop-turns", main_loop },
  { NULL, NULL },
};
