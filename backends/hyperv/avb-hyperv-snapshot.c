/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"
#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

/* Snapshots ("checkpoints") are settings of the same machine: page "Msvm_VirtualSystemSettingData", VirtualSystemType and
 * Parent; pages "CreateSnapshot", "ApplySnapshot" and "DestroySnapshot method of the Msvm_VirtualSystemSnapshotService class".
 *
 * Their names need not be unique at the host: those that come later have a number here. */

#define SERVICE "Msvm_VirtualSystemSnapshotService"
#define SNAPSHOT_PREFIX "Microsoft:Hyper-V:Snapshot:"
#define REALIZED "Microsoft:Hyper-V:System:Realized"
#define FULL_SNAPSHOT 2
#define MAX_SNAPSHOTS 1024
#define MAX_NAME 100
#define DESCRIPTION "snapshot" /* a word of the notes, escaped as in a URI */

typedef struct {
  AvbSnapshot  *snapshot;
  AvbWmiObject *settings;
  guint         depth; /* how many it stands on */
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  avb_snapshot_free (found->snapshot);
  avb_wmi_object_unref (found->settings);
  g_free (found);
}

/* DSP0004, datetime: "20260131235959.000000+060", the last three digits being minutes; as XML Schema has it, too. */
static gint64
read_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = NULL;
  int year, month, day, hour, minute, second;

  if (text == NULL)
    return 0;
  time = g_date_time_new_from_iso8601 (text, utc);
  if (time != NULL)
    return g_date_time_to_unix (time);
  if (strlen (text) < 25
      || sscanf (text, "%4d%2d%2d%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) != 6)
    return 0;
  time = g_date_time_new (utc, year, month, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) - 60 * (gint64) g_ascii_strtoll (text + 21, NULL, 10) : 0;
}

static Found *
found_new (AvbWmiObject *settings)
{
  Found           *found = g_new0 (Found, 1);
  g_autofree char *notes = avb_hyperv_settings_dup_notes (settings);
  g_autoptr (AvbHypervNotes) parsed = avb_hyperv_notes_parse (notes);
  const char *name = avb_wmi_object_get_string (settings, "ElementName");

  found->settings = avb_wmi_object_ref (settings);
  found->snapshot = g_new0 (AvbSnapshot, 1);
  found->snapshot->name = g_utf8_make_valid (name != NULL && *name != '\0' ? name : "?", -1);
  if (avb_hyperv_notes_get (parsed, DESCRIPTION) != NULL)
    found->snapshot->description = g_uri_unescape_string (avb_hyperv_notes_get (parsed, DESCRIPTION), NULL);
  found->snapshot->created = read_time (avb_wmi_object_get_string (settings, "CreationTime"));
  found->snapshot->running = avb_wmi_object_get_boolean (settings, "IsSaved");
  return found;
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
  const Found *first = *(Found *const *) a, *second = *(Found *const *) b;

  if (first->snapshot->created != second->snapshot->created)
    return first->snapshot->created < second->snapshot->created ? -1 : 1;
  /* Of the same second: the one that stands on the other comes after it. */
  if (first->depth != second->depth)
    return first->depth < second->depth ? -1 : 1;
  return strcmp (avb_hyperv_get_id (first->settings), avb_hyperv_get_id (second->settings));
}

static Found *
find_by_name (GPtrArray *list, const char *name, guint n)
{
  for (guint i = 0; i < MIN (n, list->len); i++)
    if (g_str_equal (((Found *) list->pdata[i])->snapshot->name, name))
      return list->pdata[i];
  return NULL;
}

static Found *
find_by_path (GPtrArray *list, const char *path)
{
  g_autofree char *id = avb_hyperv_dup_path_id (path);

  for (guint i = 0; id != NULL && i < list->len; i++)
    if (g_ascii_strcasecmp (avb_hyperv_get_id (((Found *) list->pdata[i])->settings), id) == 0)
      return list->pdata[i];
  return NULL;
}

static void
set_depths (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      Found *found = list->pdata[i];
      Found *parent = found;

      /* However it may go in a circle. */
      while (found->depth < list->len
             && (parent = find_by_path (list, avb_wmi_object_get_string (parent->settings, "Parent"))) != NULL)
        found->depth++;
    }
}

static void
make_unique (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      Found           *found = list->pdata[i];
      g_autofree char *name = g_strdup (found->snapshot->name);

      for (guint number = 2; find_by_name (list, found->snapshot->name, i) != NULL; number++)
        {
          g_free (found->snapshot->name);
          found->snapshot->name = g_strdup_printf ("%s (%u)", name, number);
        }
    }
}

static void
set_parents (GPtrArray *list, AvbWmiObject *realized)
{
  Found *current = realized != NULL ? find_by_path (list, avb_wmi_object_get_string (realized, "Parent")) : NULL;

  if (current != NULL)
    current->snapshot->current = TRUE;
  for (guint i = 0; i < list->len; i++)
    {
      Found *found = list->pdata[i];
      Found *parent = find_by_path (list, avb_wmi_object_get_string (found->settings, "Parent"));

      if (parent != NULL && parent != found)
        found->snapshot->parent = g_strdup (parent->snapshot->name);
    }
}

/* (transfer full) (nullable): Found, the oldest first */
static GPtrArray *
read_list (AvbHypervVerb *verb, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (verb->id);
  g_autofree char *wql = g_strdup_printf (
      "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemIdentifier = %s", quoted);
  g_autoptr (GPtrArray) all = dex_await_boxed (avb_wsman_client_query (verb->client, wql, MAX_SNAPSHOTS), error);
  GPtrArray    *list;
  AvbWmiObject *realized = NULL;

  if (all == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func (found_free);
  for (guint i = 0; i < all->len; i++)
    {
      const char *type = avb_wmi_object_get_string (all->pdata[i], "VirtualSystemType");

      if (g_strcmp0 (type, REALIZED) == 0)
        realized = all->pdata[i];
      else if (type != NULL && g_str_has_prefix (type, SNAPSHOT_PREFIX))
        g_ptr_array_add (list, found_new (all->pdata[i]));
    }
  set_depths (list);
  g_ptr_array_sort (list, compare_found);
  make_unique (list);
  set_parents (list, realized);
  return list;
}

static DexFuture *
list_fiber (gpointer data)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) list = read_list (data, &error);
  GPtrArray *snapshots;

  if (list == NULL)
    return dex_future_new_for_error (error);
  snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_snapshot_free);
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (snapshots, avb_snapshot_copy (((Found *) list->pdata[i])->snapshot));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, snapshots);
}

DexFuture *
avb_hyperv_machine_list_snapshots (AvbMachine *machine)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The snapshots of the machine could not be read.")), list_fiber, FALSE);
}

/* --- Taking --- */

static gboolean
name_is_valid (const char *name)
{
  if (*name == '\0' || !g_utf8_validate (name, -1, NULL) || g_utf8_strlen (name, -1) > MAX_NAME)
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static AvbWmiPath *
settings_path (AvbWmiObject *settings)
{
  return avb_wmi_path_new ("Msvm_VirtualSystemSettingData", "InstanceID", avb_hyperv_get_id (settings), NULL);
}

/* The one that was not there before. */
static Found *
find_new (GPtrArray *before, GPtrArray *after)
{
  for (guint i = after->len; i > 0; i--)
    {
      Found           *found = after->pdata[i - 1];
      g_autoptr (AvbWmiPath) path = settings_path (found->settings);
      g_autofree char *text = avb_wmi_path_to_text (path);

      if (find_by_path (before, text) == NULL)
        return found;
    }
  return NULL;
}

/* The host gives it a name of its own at first. */
static gboolean
set_name (AvbHypervVerb *verb, Found *found, GError **error)
{
  g_autoptr (AvbWmiObject) settings = avb_wmi_object_copy (found->settings);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifySystemSettings");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autofree char *before = avb_hyperv_settings_dup_notes (settings);
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse (before);
  g_autofree char *description = NULL;
  g_autofree char *after = NULL;

  avb_wmi_object_set_string (settings, "ElementName", verb->text);
  /* All else is what the machine was then, and is again after a revert: also its description. */
  if (verb->more != NULL)
    description = g_uri_escape_string (verb->more, NULL, TRUE);
  avb_hyperv_notes_set (notes, DESCRIPTION, description);
  after = avb_hyperv_notes_merge (before, notes);
  avb_hyperv_settings_set_notes (settings, after);
  avb_wmi_object_set_object (parameters, "SystemSettings", settings);
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "ModifySystemSettings", parameters, error);
  return result != NULL;
}

static DexFuture *
take_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (GPtrArray) before = read_list (verb, &error);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (AvbWmiPath) system = avb_hyperv_system_path (verb->id);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("CreateSnapshot");
  g_autoptr (AvbWmiObject) result = NULL;
  Found *found;

  if (before == NULL)
    return dex_future_new_for_error (error);
  if (find_by_name (before, verb->text, before->len) != NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a snapshot of this name.")));
  avb_wmi_object_set_path (parameters, "AffectedSystem", system);
  avb_wmi_object_set_string (parameters, "SnapshotSettings", "");
  avb_wmi_object_set_uint (parameters, "SnapshotType", AVB_WMI_UINT16, FULL_SNAPSHOT);
  result = avb_hyperv_call_service (&verb->call, SERVICE, "CreateSnapshot", parameters, &error);
  if (result == NULL || (after = read_list (verb, &error)) == NULL)
    return dex_future_new_for_error (error);
  found = find_new (before, after);
  if (found == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_FAILED, "No new snapshot", "%s", verb->call.what));
  return set_name (verb, found, &error) ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_take_snapshot (AvbMachine   *machine,
                                  const char   *name,
                                  const char   *description,
                                  AvbOperation *operation)
{
  AvbHypervVerb *verb;

  if (!name_is_valid (name))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, NULL, _ ("This name cannot be used for a snapshot.")));
  verb = avb_hyperv_verb_new (NULL, machine, _ ("The snapshot could not be taken."));
  if (verb != NULL)
    {
      verb->text = g_strdup (name);
      verb->more = g_strdup (description);
    }
  avb_hyperv_verb_set_operation (verb, operation);
  return avb_hyperv_verb_run (verb, take_fiber, TRUE);
}

/* --- Going back, and deleting --- */

static Found *
find_wanted (AvbHypervVerb *verb, GPtrArray *list, GError **error)
{
  Found *found = list != NULL ? find_by_name (list, verb->text, list->len) : NULL;

  if (list != NULL && found == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _ ("There is no snapshot of this name.")));
  return found;
}

static DexFuture *
revert_fiber (gpointer data)
{
  AvbHypervVerb  *verb = data;
  AvbMachineState state = avb_machine_get_state (AVB_MACHINE (verb->machine));
  GError         *error = NULL;
  g_autoptr (GPtrArray) list = read_list (verb, &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ApplySnapshot");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (AvbWmiPath) path = NULL;
  Found *found = find_wanted (verb, list, &error);

  if (found == NULL)
    return dex_future_new_for_error (error);
  /* Only to a machine that does not run; what was since then is lost in any case. */
  if (state != AVB_MACHINE_OFF && state != AVB_MACHINE_SAVED && state != AVB_MACHINE_CRASHED
      && !avb_hyperv_request_state (&verb->call, verb->id, AVB_HYPERV_STATE_DISABLED, &error))
    return dex_future_new_for_error (error);
  path = settings_path (found->settings);
  avb_wmi_object_set_path (parameters, "Snapshot", path);
  result = avb_hyperv_call_service (&verb->call, SERVICE, "ApplySnapshot", parameters, &error);
  if (result == NULL)
    return dex_future_new_for_error (error);
  /* With its memory it is a saved machine now, and goes on. */
  if (found->snapshot->running
      && !avb_hyperv_request_state (&verb->call, verb->id, AVB_HYPERV_STATE_ENABLED, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
delete_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (GPtrArray) list = read_list (verb, &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("DestroySnapshot");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (AvbWmiPath) path = NULL;
  Found *found = list != NULL ? find_by_name (list, verb->text, list->len) : NULL;

  if (list == NULL)
    return dex_future_new_for_error (error);
  /* Gone already is what was asked for. */
  if (found == NULL)
    return dex_future_new_true ();
  path = settings_path (found->settings);
  avb_wmi_object_set_path (parameters, "AffectedSnapshot", path);
  result = avb_hyperv_call_service (&verb->call, SERVICE, "DestroySnapshot", parameters, &error);
  return result != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

static DexFuture *
run_named (AvbMachine *machine, const char *name, AvbOperation *operation, DexFiberFunc func, const char *what)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, what);

  if (verb != NULL)
    verb->text = g_strdup (name);
  avb_hyperv_verb_set_operation (verb, operation);
  return avb_hyperv_verb_run (verb, func, TRUE);
}

DexFuture *
avb_hyperv_machine_revert_snapshot (AvbMachine *machine, const char *name, AvbOperation *operation)
{
  return run_named (machine, name, operation, revert_fiber, _ ("The machine could not go back to the snapshot."));
}

DexFuture *
avb_hyperv_machine_delete_snapshot (AvbMachine *machine, const char *name, AvbOperation *operation)
{
  return run_named (machine, name, operation, delete_fiber, _ ("The snapshot could not be deleted."));
}
