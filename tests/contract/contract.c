/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contract/contract.h"

typedef struct {
  const ContractHost      *host;
  const ContractBehaviour *behaviour;
} Case;

static DexFuture *
set_up_fiber (gpointer data)
{
  const ContractHost *host = data;

  if (host->set_up != NULL)
    host->set_up ();
  return NULL;
}

static DexFuture *
tear_down_fiber (gpointer data)
{
  const ContractHost *host = data;

  if (host->tear_down != NULL)
    host->tear_down ();
  return NULL;
}

static const char *
find_note (const ContractNote *notes, const char *name)
{
  for (; notes != NULL && notes->name != NULL; notes++)
    if (g_str_equal (notes->name, name))
      return notes->reason;
  return NULL;
}

static gboolean
is_active (AvbMachineState state)
{
  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED
         || state == AVB_MACHINE_STOPPING;
}

static void
turn_off (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);
  g_autoptr (GError) error = NULL;

  if (state == AVB_MACHINE_OFF || state == AVB_MACHINE_CRASHED)
    return;
  /* One that was asked to shut down may be faster. */
  if (!dex_await (avb_machine_force_off (machine), &error))
    g_assert_true (error->domain == AVB_ERROR);
  contract_until_state (machine, AVB_MACHINE_OFF);
}

static gboolean
is_listed (AvbConnection *connection, AvbMachine *machine)
{
  return g_list_store_find (avb_connection_get_store (connection), machine, NULL);
}

static void
remove_with (Contract *c, AvbMachine *machine, AvbDeleteFlags flags)
{
  g_autoptr (GError) error = NULL;

  turn_off (machine);
  /* Another one may have been faster, of which the list learns later. */
  if (is_listed (c->connection, machine) && !dex_await (avb_machine_delete (machine, flags), &error))
    g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_until_true (!is_listed (c->connection, machine));
}

void
contract_close (AvbConnection *connection)
{
  gpointer weak = connection;

  avb_test_await (avb_connection_close (connection));
  g_object_add_weak_pointer (G_OBJECT (connection), &weak);
  g_object_unref (connection);
  avb_test_until_true (weak == NULL);
}

/* Nothing of a case is there in the next one. */
static void
end (Contract *c)
{
  GListModel *machines;

  if (avb_connection_get_link (c->connection) == AVB_LINK_CLOSED)
    {
      g_object_unref (c->connection);
      c->connection = c->host->connect ();
    }
  machines = avb_connection_get_machines (c->connection);
  for (guint i = 0; i < g_list_model_get_n_items (machines);)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      /* The host's own. */
      if (g_str_has_prefix (avb_machine_get_name (machine), "contract"))
        remove_with (c, machine, AVB_DELETE_DISKS);
      else
        i++;
    }
  for (guint i = 0; i < c->volumes->len; i++)
    avb_test_await (avb_connection_delete_volume (c->connection, c->volumes->pdata[i]));
  avb_test_until_true (c->host->count_volumes () == 0);
  contract_close (g_steal_pointer (&c->connection));
}

static DexFuture *
case_fiber (gpointer data)
{
  const Case *one = data;
  Contract    c = { .host = one->host };

  c.volumes = g_ptr_array_new_with_free_func (g_free);
  c.connection = one->host->connect ();
  one->behaviour->run (&c);
  end (&c);
  if (c.refusal != NULL)
    contract_report (one->host, one->behaviour->name, "refused", c.refusal);
  else
    contract_report (one->host, one->behaviour->name, "works", c.remark);
  g_free (c.refusal);
  g_free (c.remark);
  g_ptr_array_unref (c.volumes);
  return NULL;
}

static void
run_case (gconstpointer data)
{
  const Case *one = data;

  /* Stays so if it does not come to its end. */
  contract_report (one->host, one->behaviour->name, "FAILED", NULL);
  avb_test_run_fiber (case_fiber, (gpointer) one);
}

int
contract_main (int argc, char **argv, const ContractHost *host)
{
  static const ContractBehaviour *const all[] = {
    contract_machine_behaviours, contract_spec_behaviours,     contract_capability_behaviours,
    contract_verb_behaviours,    contract_event_behaviours,    contract_link_behaviours,
    contract_job_behaviours,     contract_snapshot_behaviours, contract_volume_behaviours,
    contract_display_behaviours,
  };
  int result;

  avb_test_init (&argc, &argv);
  contract_report_begin (host);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (const ContractBehaviour *b = all[i]; b->name != NULL; b++)
      {
        g_autofree char *path = g_strdup_printf ("/Avb/Contract/%s/%s", host->name, b->name);
        const char      *reason = find_note (host->lacks, b->name);
        Case            *one;

        if (reason != NULL)
          {
            contract_report (host, b->name, "not shown", reason);
            continue;
          }
        one = g_new (Case, 1);
        one->host = host;
        one->behaviour = b;
        g_test_add_data_func_full (path, one, run_case, g_free);
      }
  avb_test_run_fiber (set_up_fiber, (gpointer) host);
  result = g_test_run ();
  avb_test_run_fiber (tear_down_fiber, (gpointer) host);
  return result;
}

void
contract_refused (Contract *c, const char *reason)
{
  g_set_str (&c->refusal, reason);
}

void
contract_remark (Contract *c, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_free (c->remark);
  c->remark = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

const char *
contract_reason (Contract *c, AvbFeature feature)
{
  /* The host may be asked again, and then has others, which say the same. */
  return g_intern_string (
      avb_capabilities_get_reason (avb_connection_get_capabilities (c->connection), feature));
}

void
contract_await_refusal_full (DexFuture *future, const char *reason, const char *location)
{
  g_autoptr (GError) error = NULL;

  if (dex_await (future, &error))
    g_error ("%s: this should have been refused: %s", location, reason);
  if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED))
    g_error ("%s: refused as %s %d: %s",
             location,
             g_quark_to_string (error->domain),
             error->code,
             error->message);
  if (reason != NULL && !g_str_equal (error->message, reason))
    g_error ("%s: refused because “%s”, not “%s”", location, error->message, reason);
  g_assert_true (*error->message != '\0');
}

AvbMachineSpec *
contract_make_spec (Contract *c, const char *name)
{
  return c->host->make_spec (name);
}

char *
contract_make_volume (Contract *c, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  AvbVolumeSpec volume
      = { .name = name, .format = c->host->volume_format, .capacity = 64 << 20 };
  char *path = avb_test_await_string (
      avb_connection_create_volume (c->connection, &volume, operation));

  g_ptr_array_add (c->volumes, g_strdup (path));
  return path;
}

void
contract_add_disk (Contract *c, AvbMachineSpec *spec)
{
  g_autofree char *path = contract_make_volume (c, "contract");

  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, c->host->disk_bus, path, c->host->volume_format));
}

AvbMachine *
contract_create_spec (Contract *c, AvbMachineSpec *spec)
{
  return avb_test_await_object (avb_connection_create_machine (c->connection, spec));
}

AvbMachine *
contract_create (Contract *c, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, name);

  return contract_create_spec (c, spec);
}

AvbMachine *
contract_create_with_disk (Contract *c, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = contract_make_spec (c, name);

  contract_add_disk (c, spec);
  return contract_create_spec (c, spec);
}

AvbMachineSpec *
contract_read_spec (AvbMachine *machine)
{
  return avb_test_await_object (avb_machine_read_spec (machine));
}

static void
describe_disks (GString *text, GPtrArray *disks)
{
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];

      g_string_append_printf (text, " disk %d/%d/%d/%s/%s/%s/%d/%u", disk->device, disk->bus, disk->source,
                              disk->path, disk->export_name, disk->format, disk->read_only, disk->boot_order);
    }
}

/* For messages. (transfer full) */
static char *
describe (AvbMachineSpec *spec)
{
  GString          *text = g_string_new (NULL);
  GPtrArray        *nics = avb_machine_spec_get_interfaces (spec);
  g_autofree GParamSpec **properties = NULL;
  guint n;

  properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (spec), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *shown = NULL;

      g_value_init (&value, properties[i]->value_type);
      g_object_get_property (G_OBJECT (spec), properties[i]->name, &value);
      shown = g_strdup_value_contents (&value);
      g_string_append_printf (text, " %s=%s", properties[i]->name, shown);
    }
  describe_disks (text, avb_machine_spec_get_disks (spec));
  for (guint i = 0; i < nics->len; i++)
    {
      const AvbInterfaceSpec *nic = nics->pdata[i];

      g_string_append_printf (text, " nic %d/%s/%s/%s", nic->kind, nic->source, nic->model, nic->mac);
    }
  return g_string_free_and_steal (text);
}

void
contract_assert_spec (AvbMachine *machine, AvbMachineSpec *expected)
{
  g_autoptr (AvbMachineSpec) read = contract_read_spec (machine);

  if (!avb_machine_spec_equal (expected, read))
    {
      g_autofree char *wanted = describe (expected);
      g_autofree char *found = describe (read);

      g_error ("The spec was not kept:\n%s\n%s", wanted, found);
    }
}

void
contract_bring (AvbMachine *machine, AvbMachineState state)
{
  if (avb_machine_get_state (machine) == state)
    return;
  if (state == AVB_MACHINE_OFF)
    {
      turn_off (machine);
      return;
    }
  if (!is_active (avb_machine_get_state (machine)))
    avb_test_await (avb_machine_start (machine));
  else if (avb_machine_get_state (machine) == AVB_MACHINE_PAUSED)
    avb_test_await (avb_machine_resume (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  if (state == AVB_MACHINE_PAUSED)
    avb_test_await (avb_machine_pause (machine));
  else if (state == AVB_MACHINE_SAVED)
    avb_test_await (avb_machine_save (machine, NULL));
  contract_until_state (machine, state);
}

void
contract_remove (Contract *c, AvbMachine *machine)
{
  remove_with (c, machine, AVB_DELETE_KEEP_DISKS);
}

AvbMachine *
contract_find (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

gboolean
contract_has (AvbConnection *connection, const char *name)
{
  g_autoptr (AvbMachine) machine = contract_find (connection, name);

  return machine != NULL;
}

guint
contract_count (AvbConnection *connection)
{
  return g_list_model_get_n_items (avb_connection_get_machines (connection));
}

const char *
contract_state_name (AvbMachineState state)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (AVB_TYPE_MACHINE_STATE);

  return g_enum_get_value (klass, (int) state)->value_nick;
}
