/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-text-pages.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "ui/avb-file-saver.h"
#include "ui/console/avb-terminal.h"

#define DISPLAY "display"

struct _AvbTextPages {
  GObject parent_instance;

  GtkWidget          *owner; /* not owned, and its parts */
  GtkMenuButton      *button;
  GMenu              *section;
  GtkButton          *offer;
  AvbMachine         *machine;
  GSimpleActionGroup *actions;
  GSimpleAction      *show;
  GMenu              *menu;
  GtkStack           *stack;
  GPtrArray          *consoles; /* of AvbTextConsole */
  char               *chosen;   /* by the user, in this page: a name, or DISPLAY */
  char               *shown;
  char               *first;
  guint               listing; /* counts; an answer to another one than the last comes too late */
};

G_DEFINE_FINAL_TYPE (AvbTextPages, avb_text_pages, G_TYPE_OBJECT)

enum { PROP_0, PROP_SHOWN, PROP_FIRST, N_PROPS };
static GParamSpec *properties[N_PROPS];

/* (nullable): the one that is called @name (nullable: the first that can be opened) */
static const AvbTextConsole *
find (AvbTextPages *self, const char *name)
{
  for (guint i = 0; i < self->consoles->len; i++)
    {
      const AvbTextConsole *console = self->consoles->pdata[i];

      if (name != NULL ? g_str_equal (console->name, name) : console->reason == NULL)
        return console;
    }
  return NULL;
}

static void
show_terminal (AvbTextPages *self, const AvbTextConsole *console)
{
  if (gtk_stack_get_child_by_name (self->stack, console->name) == NULL)
    gtk_stack_add_named (self->stack, avb_terminal_new (self->machine, console), console->name);
  gtk_stack_set_visible_child_name (self->stack, console->name);
}

static gboolean
is_on (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED ||
         state == AVB_MACHINE_STOPPING;
}

/* What the user chose; where there is no display, the first text console. While the host is away,
 * nothing has a display: what is shown stays. */
static void
update_shown (AvbTextPages *self)
{
  const AvbTextConsole *console = NULL;

  if (self->chosen != NULL)
    console = find (self, self->chosen);
  else if (!is_on (self->machine))
    console = NULL;
  else if (!avb_machine_get_available (self->machine))
    console = self->shown != NULL ? find (self, self->shown) : NULL;
  else if (!avb_machine_has_console (self->machine) &&
           avb_machine_get_has_details (self->machine))
    console = find (self, NULL);
  if (console != NULL)
    show_terminal (self, console);
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "save-output")),
      console != NULL);
  g_simple_action_set_state (self->show,
                             g_variant_new_string (console != NULL ? console->name : DISPLAY));
  if (g_set_str (&self->shown, console != NULL ? console->name : NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
}

static void
append (GMenu *menu, const char *label, const char *name)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "screen.show", "s", name);
  g_menu_append_item (menu, item);
}

/* What can't be opened says why, and is no choice. */
static void
append_console (GMenu *menu, const AvbTextConsole *console)
{
  g_autofree char *label = NULL;

  if (console->reason == NULL)
    {
      append (menu, console->label, console->name);
      return;
    }
  /* Translators: a port of a machine, and why it can't be opened. */
  label = g_strdup_printf (_("%1$s: %2$s"), console->label, console->reason);
  g_menu_append (menu, label, "screen.none");
}

static void
append_save (GMenu *menu)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (_("Save _Output…"), "screen.save-output");

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (menu, item);
}

static void
update_menu (AvbTextPages *self)
{
  gboolean display = avb_machine_has_console (self->machine);
  guint n = display ? 1 : 0;

  for (guint i = 0; i < self->consoles->len; i++)
    if (((AvbTextConsole *) self->consoles->pdata[i])->reason == NULL)
      n++;
  g_menu_remove_all (self->menu);
  if (n > 1)
    {
      if (display)
        append (self->menu, _("_Display"), DISPLAY);
      for (guint i = 0; i < self->consoles->len; i++)
        append_console (self->menu, self->consoles->pdata[i]);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->button), n > 1);
  g_menu_remove_all (self->section);
  append_save (self->section);
  if (n > 1)
    /* Translators: a submenu: the display, or one of the text consoles. */
    g_menu_prepend_submenu (self->section, _("Sho_w"), G_MENU_MODEL (self->menu));
}

static void
update (AvbTextPages *self)
{
  const AvbTextConsole *first = find (self, NULL);

  if (first != NULL)
    {
      /* Translators: a button. %s is a text console: “Show Serial 1” */
      g_autofree char *label = g_strdup_printf (_("_Show %s"), first->label);

      gtk_button_set_label (self->offer, label);
    }
  if (g_set_str (&self->first, first != NULL ? first->label : NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIRST]);
  update_menu (self);
  update_shown (self);
}

typedef struct {
  AvbTextPages *self;
  guint         listing;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_object_unref (listing->self);
  g_free (listing);
}

static DexFuture *
listed_cb (DexFuture *future, gpointer user_data)
{
  Listing *listing = user_data;
  AvbTextPages *self = listing->self;

  if (self->machine == NULL || self->listing != listing->listing)
    return dex_future_new_true ();
  g_ptr_array_unref (self->consoles);
  self->consoles = g_value_dup_boxed (dex_future_get_value (future, NULL));
  update (self);
  return dex_future_new_true ();
}

/* Once it runs, ports that could not be opened can be. */
static void
list (AvbTextPages *self)
{
  Listing *listing;

  update (self);
  if (!avb_machine_get_available (self->machine))
    return;
  listing = g_new0 (Listing, 1);
  listing->self = g_object_ref (self);
  listing->listing = ++self->listing;
  avb_future_finish (dex_future_then (avb_machine_list_text_consoles (self->machine), listed_cb,
                                      listing, listing_free),
                     "Listing text consoles");
}

static void
show_cb (GSimpleAction *action, GVariant *name, gpointer user_data)
{
  AvbTextPages *self = user_data;
  const char *chosen = g_variant_get_string (name, NULL);
  const AvbTextConsole *console = find (self, chosen);

  if (!g_str_equal (chosen, DISPLAY) && (console == NULL || console->reason != NULL))
    return;
  g_set_str (&self->chosen, chosen);
  update_shown (self);
}

static void
show_text_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbTextPages *self = user_data;
  const AvbTextConsole *first = find (self, NULL);

  if (first == NULL)
    return;
  g_set_str (&self->chosen, first->name);
  update_shown (self);
}

static void
save_output_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbTextPages *self = user_data;
  const AvbTextConsole *console = self->shown != NULL ? find (self, self->shown) : NULL;
  GtkWidget *terminal = gtk_stack_get_visible_child (self->stack);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) text = NULL;

  if (console == NULL || terminal == NULL)
    return;
  name = g_strdup_printf ("%s %s.txt", avb_machine_get_name (self->machine), console->label);
  text = avb_terminal_dup_text (AVB_TERMINAL (terminal));
  avb_file_save (self->owner, _("Save Output"), name, text, _("Output saved"));
}

static void
avb_text_pages_dispose (GObject *object)
{
  AvbTextPages *self = AVB_TEXT_PAGES (object);

  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "screen", NULL);
  self->owner = NULL;
  g_clear_object (&self->machine);
  g_clear_object (&self->stack);
  G_OBJECT_CLASS (avb_text_pages_parent_class)->dispose (object);
}

static void
avb_text_pages_finalize (GObject *object)
{
  AvbTextPages *self = AVB_TEXT_PAGES (object);

  g_object_unref (self->actions);
  g_object_unref (self->show);
  g_object_unref (self->menu);
  g_ptr_array_unref (self->consoles);
  g_free (self->chosen);
  g_free (self->shown);
  g_free (self->first);
  G_OBJECT_CLASS (avb_text_pages_parent_class)->finalize (object);
}

static void
avb_text_pages_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbTextPages *self = AVB_TEXT_PAGES (object);

  if (id == PROP_SHOWN)
    g_value_set_string (value, self->shown);
  else if (id == PROP_FIRST)
    g_value_set_string (value, self->first);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_text_pages_class_init (AvbTextPagesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_text_pages_dispose;
  object_class->finalize = avb_text_pages_finalize;
  object_class->get_property = avb_text_pages_get_property;

  properties[PROP_SHOWN] = g_param_spec_string ("shown", NULL, NULL, NULL, flags);
  properties[PROP_FIRST] = g_param_spec_string ("first", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_text_pages_init (AvbTextPages *self)
{
  static const GActionEntry entries[] = {
    { .name = "show-text", .activate = show_text_cb },
    { .name = "save-output", .activate = save_output_cb },
  };

  self->consoles = g_ptr_array_new ();
  self->menu = g_menu_new ();
  self->stack = g_object_ref_sink (GTK_STACK (gtk_stack_new ()));
  self->actions = g_simple_action_group_new ();
  self->show = g_simple_action_new_stateful ("show", G_VARIANT_TYPE_STRING,
                                             g_variant_new_string (DISPLAY));
  g_signal_connect (self->show, "activate", G_CALLBACK (show_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (self->show));
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
}

AvbTextPages *
avb_text_pages_new (GtkWidget *owner, AvbMachine *machine, GtkMenuButton *button, GMenu *section,
                    GtkButton *offer)
{
  AvbTextPages *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_TEXT_PAGES, NULL);
  self->owner = owner;
  self->button = button;
  self->section = section;
  self->offer = offer;
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (self->menu));
  self->machine = g_object_ref (machine);
  gtk_widget_insert_action_group (owner, "screen", G_ACTION_GROUP (self->actions));
  g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (list), self);
  g_signal_connect_swapped (machine, "notify::available", G_CALLBACK (list), self);
  g_signal_connect_swapped (machine, "notify::has-details", G_CALLBACK (update), self);
  g_signal_connect_swapped (machine, "notify::has-console", G_CALLBACK (update), self);
  list (self);
  return self;
}

GtkWidget *
avb_text_pages_get_widget (AvbTextPages *self)
{
  g_return_val_if_fail (AVB_IS_TEXT_PAGES (self), NULL);
  return GTK_WIDGET (self->stack);
}

void
avb_text_pages_grab_focus (AvbTextPages *self)
{
  GtkWidget *shown;

  g_return_if_fail (AVB_IS_TEXT_PAGES (self));
  shown = gtk_stack_get_visible_child (self->stack);
  if (shown != NULL)
    gtk_widget_grab_focus (shown);
}

const char *
avb_text_pages_get_shown (AvbTextPages *self)
{
  g_return_val_if_fail (AVB_IS_TEXT_PAGES (self), NULL);
  return self->shown;
}

const char *
avb_text_pages_get_first (AvbTextPages *self)
{
  g_return_val_if_fail (AVB_IS_TEXT_PAGES (self), NULL);
  return self->first;
}
