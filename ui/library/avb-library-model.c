/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-library-model.h"

struct _AvbLibraryModel {
  GObject            parent_instance;

  AvbLibrary        *library;
  GPtrArray         *watched;    /* the machines, in the order of the library's list */
  GtkFilter         *filter;
  GtkSorter         *sorter;
  GtkFilterListModel *filtered;
  GtkMultiSelection *selection;
  char              *search;
  char              *folded;     /* search, folded; NULL: everything */
  AvbConnection     *connection;
  gboolean           running_only;
  AvbSort            sort;
  guint              n_running;
  guint              n_selected;
  guint              refresh_id;
};

G_DEFINE_FINAL_TYPE (AvbLibraryModel, avb_library_model, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_LIBRARY,
  PROP_SEARCH,
  PROP_RUNNING_ONLY,
  PROP_CONNECTION,
  PROP_SORT,
  PROP_SELECTION,
  PROP_N_ALL,
  PROP_N_RUNNING,
  PROP_N_SHOWN,
  PROP_N_SELECTED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What searching and sorting needs of a machine; kept on it, thrown away when the name changes. */
typedef struct {
  char *folded;
  char *collated;
} Keys;

static GQuark keys_quark;

static void
keys_free (gpointer data)
{
  Keys *keys = data;

  g_free (keys->folded);
  g_free (keys->collated);
  g_free (keys);
}

char *
avb_fold (const char *text)
{
  g_autofree char *normal = NULL;
  g_autofree char *cased = NULL;
  GString *folded;

  if (text == NULL)
    return g_strdup ("");
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  if (normal == NULL)
    return g_ascii_strdown (text, -1);
  cased = g_utf8_casefold (normal, -1);
  folded = g_string_sized_new (strlen (cased));
  for (const char *p = cased; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_ismark (c))
        g_string_append_unichar (folded, c);
    }
  return g_string_free_and_steal (folded);
}

static Keys *
get_keys (AvbMachine *machine)
{
  Keys *keys = g_object_get_qdata (G_OBJECT (machine), keys_quark);

  if (keys == NULL)
    {
      const char *name = avb_machine_get_name (machine);

      keys = g_new0 (Keys, 1);
      keys->folded = avb_fold (name);
      keys->collated = g_utf8_collate_key_for_filename (keys->folded, -1);
      g_object_set_qdata_full (G_OBJECT (machine), keys_quark, keys, keys_free);
    }
  return keys;
}

static gboolean
is_running (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED ||
         state == AVB_MACHINE_STOPPING;
}

static gboolean
match_cb (gpointer item, gpointer user_data)
{
  AvbLibraryModel *self = user_data;

  if (self->running_only && !is_running (item))
    return FALSE;
  if (self->connection != NULL)
    {
      g_autoptr (AvbConnection) connection = avb_machine_dup_connection (item);

      if (connection != self->connection)
        return FALSE;
    }
  return self->folded == NULL || strstr (get_keys (item)->folded, self->folded) != NULL;
}

static int
state_rank (AvbMachineState state)
{
  switch (state)
    {
    case AVB_MACHINE_RUNNING:
      return 0;
    case AVB_MACHINE_STOPPING:
      return 1;
    case AVB_MACHINE_PAUSED:
      return 2;
    case AVB_MACHINE_CRASHED:
      return 3;
    case AVB_MACHINE_SAVED:
      return 4;
    case AVB_MACHINE_OFF:
      return 5;
    case AVB_MACHINE_UNKNOWN:
    default:
      return 6;
    }
}

static int
compare_cb (gconstpointer a, gconstpointer b, gpointer user_data)
{
  AvbLibraryModel *self = user_data;
  AvbMachine *left = (AvbMachine *) a;
  AvbMachine *right = (AvbMachine *) b;
  int result = 0;

  if (self->sort == AVB_SORT_STATE)
    result = state_rank (avb_machine_get_state (left)) - state_rank (avb_machine_get_state (right));
  else if (self->sort == AVB_SORT_CHANGED)
    {
      gint64 x = avb_machine_get_state_since (left);
      gint64 y = avb_machine_get_state_since (right);

      result = x > y ? -1 : x < y ? 1 : 0;
    }
  if (result == 0)
    result = strcmp (get_keys (left)->collated, get_keys (right)->collated);
  if (result == 0)
    result = g_strcmp0 (avb_machine_get_uuid (left), avb_machine_get_uuid (right));
  return result;
}

static void
count_running (AvbLibraryModel *self)
{
  guint n = 0;

  for (guint i = 0; i < self->watched->len; i++)
    n += is_running (g_ptr_array_index (self->watched, i)) ? 1 : 0;
  if (n == self->n_running)
    return;
  self->n_running = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_RUNNING]);
}

/* Events come in bursts (a thousand machines at the start, ten states when a group is started):
 * one refresh serves them all. */
static gboolean
refresh_cb (gpointer user_data)
{
  AvbLibraryModel *self = user_data;

  self->refresh_id = 0;
  count_running (self);
  if (self->running_only)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (self->sort != AVB_SORT_NAME)
    gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  return G_SOURCE_REMOVE;
}

static void
queue_refresh (AvbLibraryModel *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_idle_add_full (GDK_PRIORITY_REDRAW - 1, refresh_cb, self, NULL);
}

static void
machine_state_cb (AvbLibraryModel *self)
{
  queue_refresh (self);
}

static void
machine_name_cb (AvbLibraryModel *self, GParamSpec *pspec, AvbMachine *machine)
{
  g_object_set_qdata (G_OBJECT (machine), keys_quark, NULL);
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  if (self->folded != NULL)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
watch (AvbLibraryModel *self, AvbMachine *machine)
{
  g_signal_connect_object (machine, "notify::state", G_CALLBACK (machine_state_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (machine, "notify::name", G_CALLBACK (machine_name_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
unwatch (AvbLibraryModel *self, AvbMachine *machine)
{
  g_signal_handlers_disconnect_by_func (machine, machine_state_cb, self);
  g_signal_handlers_disconnect_by_func (machine, machine_name_cb, self);
}

static void
machines_changed_cb (AvbLibraryModel *self,
                     guint            position,
                     guint            removed,
                     guint            added,
                     GListModel      *machines)
{
  for (guint i = 0; i < removed; i++)
    unwatch (self, g_ptr_array_index (self->watched, position + i));
  if (removed > 0)
    g_ptr_array_remove_range (self->watched, position, removed);
  for (guint i = 0; i < added; i++)
    {
      AvbMachine *machine = g_list_model_get_item (machines, position + i);

      watch (self, machine);
      g_ptr_array_insert (self->watched, (int) (position + i), machine);
    }
  queue_refresh (self);
  if (added != removed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ALL]);
}

static void
shown_changed_cb (AvbLibraryModel *self, guint position, guint removed, guint added)
{
  if (added != removed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SHOWN]);
}

static void
selection_changed_cb (AvbLibraryModel *self)
{
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (
      GTK_SELECTION_MODEL (self->selection));
  guint n = (guint) gtk_bitset_get_size (set);

  /* Notified even when the number stays: which machines they are may have changed. */
  self->n_selected = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SELECTED]);
}

static void
avb_library_model_constructed (GObject *object)
{
  AvbLibraryModel *self = AVB_LIBRARY_MODEL (object);
  GListModel *machines = avb_library_get_machines (self->library);
  GtkSortListModel *sorted;

  G_OBJECT_CLASS (avb_library_model_parent_class)->constructed (object);

  self->filter = GTK_FILTER (gtk_custom_filter_new (match_cb, self, NULL));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, self, NULL));
  self->filtered = gtk_filter_list_model_new (g_object_ref (machines), g_object_ref (self->filter));
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->filtered)),
                                    g_object_ref (self->sorter));
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (sorted));

  g_signal_connect_object (machines, "items-changed", G_CALLBACK (machines_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (shown_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (selection_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "selection-changed",
                           G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  machines_changed_cb (self, 0, 0, g_list_model_get_n_items (machines), machines);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  count_running (self);
}

static void
avb_library_model_dispose (GObject *object)
{
  AvbLibraryModel *self = AVB_LIBRARY_MODEL (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->watched != NULL)
    for (guint i = 0; i < self->watched->len; i++)
      unwatch (self, g_ptr_array_index (self->watched, i));
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  /* The filter's and sorter's functions point here; a view may hold the models a little longer. */
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (GTK_CUSTOM_FILTER (self->filter), NULL, NULL, NULL);
  if (self->sorter != NULL)
    gtk_custom_sorter_set_sort_func (GTK_CUSTOM_SORTER (self->sorter), NULL, NULL, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);
  g_clear_object (&self->connection);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_library_model_parent_class)->dispose (object);
}

static void
avb_library_model_finalize (GObject *object)
{
  AvbLibraryModel *self = AVB_LIBRARY_MODEL (object);

  g_free (self->search);
  g_free (self->folded);
  G_OBJECT_CLASS (avb_library_model_parent_class)->finalize (object);
}

static void
avb_library_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbLibraryModel *self = AVB_LIBRARY_MODEL (object);

  switch (id)
    {
    case PROP_LIBRARY:
      g_value_set_object (value, self->library);
      break;
    case PROP_SEARCH:
      g_value_set_string (value, self->search);
      break;
    case PROP_RUNNING_ONLY:
      g_value_set_boolean (value, self->running_only);
      break;
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    case PROP_SORT:
      g_value_set_int (value, (int) self->sort);
      break;
    case PROP_SELECTION:
      g_value_set_object (value, self->selection);
      break;
    case PROP_N_ALL:
      g_value_set_uint (value, avb_library_model_get_n_all (self));
      break;
    case PROP_N_RUNNING:
      g_value_set_uint (value, self->n_running);
      break;
    case PROP_N_SHOWN:
      g_value_set_uint (value, avb_library_model_get_n_shown (self));
      break;
    case PROP_N_SELECTED:
      g_value_set_uint (value, self->n_selected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_library_model_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbLibraryModel *self = AVB_LIBRARY_MODEL (object);

  switch (id)
    {
    case PROP_LIBRARY:
      self->library = g_value_dup_object (value);
      break;
    case PROP_SEARCH:
      avb_library_model_set_search (self, g_value_get_string (value));
      break;
    case PROP_RUNNING_ONLY:
      avb_library_model_set_running_only (self, g_value_get_boolean (value));
      break;
    case PROP_CONNECTION:
      avb_library_model_set_connection (self, g_value_get_object (value));
      break;
    case PROP_SORT:
      avb_library_model_set_sort (self, (AvbSort) g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_library_model_class_init (AvbLibraryModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = avb_library_model_constructed;
  object_class->dispose = avb_library_model_dispose;
  object_class->finalize = avb_library_model_finalize;
  object_class->get_property = avb_library_model_get_property;
  object_class->set_property = avb_library_model_set_property;
  keys_quark = g_quark_from_static_string ("avb-library-model-keys");

  properties[PROP_LIBRARY] =
      g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SEARCH] =
      g_param_spec_string ("search", NULL, NULL, NULL, G_PARAM_READWRITE | flags);
  properties[PROP_RUNNING_ONLY] =
      g_param_spec_boolean ("running-only", NULL, NULL, FALSE, G_PARAM_READWRITE | flags);
  properties[PROP_CONNECTION] = g_param_spec_object ("connection", NULL, NULL, AVB_TYPE_CONNECTION,
                                                     G_PARAM_READWRITE | flags);
  properties[PROP_SORT] = g_param_spec_int ("sort", NULL, NULL, AVB_SORT_NAME, AVB_SORT_CHANGED,
                                            AVB_SORT_NAME, G_PARAM_READWRITE | flags);
  properties[PROP_SELECTION] = g_param_spec_object (
      "selection", NULL, NULL, GTK_TYPE_MULTI_SELECTION, G_PARAM_READABLE | flags);
  properties[PROP_N_ALL] =
      g_param_spec_uint ("n-all", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | flags);
  properties[PROP_N_RUNNING] =
      g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | flags);
  properties[PROP_N_SHOWN] =
      g_param_spec_uint ("n-shown", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | flags);
  properties[PROP_N_SELECTED] =
      g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_library_model_init (AvbLibraryModel *self)
{
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbLibraryModel *
avb_library_model_new (AvbLibrary *library)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  return g_object_new (AVB_TYPE_LIBRARY_MODEL, "library", library, NULL);
}

AvbLibrary *
avb_library_model_get_library (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), NULL);

  return self->library;
}

GtkSelectionModel *
avb_library_model_get_selection (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), NULL);

  return GTK_SELECTION_MODEL (self->selection);
}

void
avb_library_model_set_search (AvbLibraryModel *self, const char *search)
{
  g_autofree char *folded = NULL;
  GtkFilterChange change = GTK_FILTER_CHANGE_DIFFERENT;

  g_return_if_fail (AVB_IS_LIBRARY_MODEL (self));

  if (!g_set_str (&self->search, search))
    return;
  folded = avb_fold (search);
  g_strstrip (folded);
  if (*folded == '\0')
    g_clear_pointer (&folded, g_free);
  if (folded == NULL)
    change = GTK_FILTER_CHANGE_LESS_STRICT;
  else if (self->folded == NULL || g_str_has_prefix (folded, self->folded))
    change = GTK_FILTER_CHANGE_MORE_STRICT;
  g_free (self->folded);
  self->folded = g_steal_pointer (&folded);
  gtk_filter_changed (self->filter, change);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEARCH]);
}

const char *
avb_library_model_get_search (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), NULL);

  return self->search;
}

void
avb_library_model_set_running_only (AvbLibraryModel *self, gboolean running)
{
  g_return_if_fail (AVB_IS_LIBRARY_MODEL (self));

  running = !!running;
  if (self->running_only == running)
    return;
  self->running_only = running;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING_ONLY]);
}

gboolean
avb_library_model_get_running_only (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), FALSE);

  return self->running_only;
}

void
avb_library_model_set_connection (AvbLibraryModel *self, AvbConnection *connection)
{
  g_return_if_fail (AVB_IS_LIBRARY_MODEL (self));

  if (!g_set_object (&self->connection, connection))
    return;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTION]);
}

AvbConnection *
avb_library_model_get_connection (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), NULL);

  return self->connection;
}

void
avb_library_model_set_sort (AvbLibraryModel *self, AvbSort sort)
{
  g_return_if_fail (AVB_IS_LIBRARY_MODEL (self));

  if (self->sort == sort)
    return;
  self->sort = sort;
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SORT]);
}

guint
avb_library_model_get_n_all (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), 0);

  return self->watched != NULL ? self->watched->len : 0;
}

guint
avb_library_model_get_n_shown (AvbLibraryModel *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), 0);

  return self->selection != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->selection)) : 0;
}

GPtrArray *
avb_library_model_dup_selected (AvbLibraryModel *self)
{
  g_autoptr (GtkBitset) set = NULL;
  GPtrArray *machines;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (self), NULL);

  machines = g_ptr_array_new_with_free_func (g_object_unref);
  set = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean more = gtk_bitset_iter_init_first (&iter, set, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (machines, g_list_model_get_item (G_LIST_MODEL (self->selection), position));
  return machines;
}
