/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/bench/extensions-pane.h"

#include <string.h>

#include "tests/bench/extensions-catalog.h"
#include "tests/ui/avb-ui-test.h"

/* More than a grid has tiles for at once. */
#define SMALL 250
#define N_SCROLLED 200 /* frames */
#define STEP 120       /* pixels a frame: a wheel that is turned fast */

typedef enum { FIRST_FRAME, KEY, SCROLLED, N_WHAT } What;

static const char *const names[N_WHAT] = { "first-frame", "key", "scrolled" };

/* A window that knows a marketplace, and has not shown it yet. */
typedef struct {
  AvbUiTest        ui;
  char            *folder;
  AvbExtensionSet *set;
  GtkWidget       *root;
  guint            n_frames;
} Place;

static void
painted_cb (Place *self)
{
  self->n_frames++;
}

static void
set_up (Place *self, MarketRig *rig)
{
  g_autofree char *tree = NULL, *root = NULL, *kept = NULL, *cache = NULL, *uri = NULL;
  AvbMarketplaceSetup setup = { .now = MARKET_NOW };
  g_autoptr (GError) error = NULL;
  GListModel *entries;

  self->folder = avb_test_make_folder ();
  tree = g_build_filename (self->folder, "tree", NULL);
  root = g_build_filename (self->folder, "extensions", NULL);
  kept = g_build_filename (self->folder, "kept", NULL);
  cache = g_build_filename (self->folder, "cache", NULL);
  uri = market_rig_write (rig, tree);
  setup.builtin_uri = uri;
  setup.builtin_root = rig->first_root;
  setup.folder = kept;
  setup.cache = cache;
  avb_ui_test_set_up (&self->ui, NULL);
  self->root = GTK_WIDGET (self->ui.window);
  self->set = avb_extension_set_new (self->ui.library, root, &setup);
  avb_window_set_extensions (self->ui.window, self->set);
  g_assert_true (avb_test_spin (avb_extension_set_start (self->set), &error));
  g_assert_no_error (error);
  g_assert_true (avb_test_spin (avb_extension_set_look (self->set), &error));
  g_assert_no_error (error);
  entries = avb_marketplace_get_entries (avb_extension_set_get_marketplace (self->set));
  avb_test_until_true (g_list_model_get_n_items (entries) == json_array_get_length (rig->entries));
  g_signal_connect_swapped (gtk_widget_get_frame_clock (self->root), "after-paint", G_CALLBACK (painted_cb), self);
}

static void
tear_down (Place *self)
{
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (self->root), self);
  g_assert_true (avb_test_spin (avb_extension_set_stop (self->set), &error));
  g_clear_object (&self->set);
  avb_ui_test_tear_down (&self->ui);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
}

static void
add_since (GArray *values, gint64 from)
{
  double value = (g_get_monotonic_time () - from) / 1000.0;

  g_array_append_val (values, value);
}

/* Until the next frame is drawn: what came before it is part of what the user waits for. */
static void
await_frame (Place *self)
{
  guint before = self->n_frames;

  gtk_widget_queue_draw (self->root);
  while (self->n_frames == before)
    g_main_context_iteration (NULL, TRUE);
}

static void
type_keys (Place *self, GArray *values)
{
  static const char *const typed[] = { "kubernetes", "laufer disk", "e", "xyz" };
  GtkWidget *entry = avb_ui_find_type (self->root, GTK_TYPE_SEARCH_ENTRY);

  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    for (gsize n = 1; n <= strlen (typed[i]); n++)
      {
        g_autofree char *query = g_strndup (typed[i], n);
        gint64 from = g_get_monotonic_time ();

        gtk_editable_set_text (GTK_EDITABLE (entry), query);
        /* The entry waits for the next key before it says so: that is not what is measured. */
        g_signal_emit_by_name (entry, "search-changed");
        await_frame (self);
        add_since (values, from);
      }
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  g_signal_emit_by_name (entry, "search-changed");
  await_frame (self);
}

static void
scroll (Place *self, GArray *values)
{
  GtkWidget *grid = avb_ui_find_type (self->root, GTK_TYPE_GRID_VIEW);
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (grid));

  for (guint i = 0; i < N_SCROLLED; i++)
    {
      gint64 from = g_get_monotonic_time ();
      double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
      double value = gtk_adjustment_get_value (adjustment) + STEP;

      gtk_adjustment_set_value (adjustment, value <= end ? value : 0);
      await_frame (self);
      add_since (values, from);
    }
}

static void
run (MarketRig *rig, GArray **values)
{
  Place place = { 0 };
  gint64 from;

  set_up (&place, rig);
  from = g_get_monotonic_time ();
  gtk_widget_activate_action (place.root, "win.extensions", NULL);
  do
    await_frame (&place);
  while (avb_ui_find_text (place.root, "What a ") == NULL);
  add_since (values[FIRST_FRAME], from);
  type_keys (&place, values[KEY]);
  scroll (&place, values[SCROLLED]);
  tear_down (&place);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static void
report (JsonObject *result, guint n_entries, const char *name, GArray *values)
{
  double median, late, worst;
  g_autofree char *member = g_strdup_printf ("%s-%u", name, n_entries);
  JsonObject *object = json_object_new ();

  g_array_sort (values, compare);
  median = g_array_index (values, double, values->len / 2);
  late = g_array_index (values, double, values->len * 95 / 100);
  worst = g_array_index (values, double, values->len - 1);
  json_object_set_double_member (object, "median", median);
  json_object_set_double_member (object, "p95", late);
  json_object_set_double_member (object, "worst", worst);
  json_object_set_object_member (result, member, object);
  g_print ("pane, %4u entries  %-12s %8.2f ms  (95 of 100 below %.2f, worst of %u: %.2f)\n", n_entries, name, median, late,
           values->len, worst);
}

JsonObject *
extensions_pane_measure (guint n_runs)
{
  static const guint sizes[] = { SMALL, EXTENSIONS_CATALOG_LARGE };
  JsonObject *result = json_object_new ();
  GArray *values[G_N_ELEMENTS (sizes)][N_WHAT];
  MarketRig *rigs[G_N_ELEMENTS (sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      rigs[i] = extensions_catalog_make (sizes[i]);
      for (guint what = 0; what < N_WHAT; what++)
        values[i][what] = g_array_new (FALSE, FALSE, sizeof (double));
    }
  /* In turn. The first of all warms up. */
  for (guint n = 0; n <= n_runs; n++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        run (rigs[i], values[i]);
        for (guint what = 0; n == 0 && what < N_WHAT; what++)
          g_array_set_size (values[i][what], 0);
      }
  for (guint what = 0; what < N_WHAT; what++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        report (result, sizes[i], names[what], values[i][what]);
        g_array_unref (values[i][what]);
      }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    market_rig_free (rigs[i]);
  return result;
}
