/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-node.h"

#define MAX_DEPTH 60

/* libatspi defines no cleanup functions: these names are ours, should it ever do so. */
typedef AtspiText AvbNodeText;
typedef AtspiAction AvbNodeAction;
typedef AtspiComponent AvbNodeComponent;
typedef AtspiStateSet AvbNodeStateSet;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNodeText, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNodeAction, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNodeComponent, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNodeStateSet, g_object_unref)

void
avb_node_init (void)
{
  if (atspi_init () > 1)
    g_error ("There is no accessibility bus");
  /* libatspi warns when an object that it asks about is gone already, as they go all the time. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  /* A program that is busy drawing answers late; the deadlines here are the caller's. */
  atspi_set_timeout (20000, 20000);
}

AvbNode *
avb_node_program (GPid pid)
{
  g_autoptr (AvbNode) desktop = atspi_get_desktop (0);
  int n_children;

  atspi_accessible_clear_cache_single (desktop);
  n_children = atspi_accessible_get_child_count (desktop, NULL);
  for (int i = 0; i < n_children; i++) {
    g_autoptr (AvbNode) child = atspi_accessible_get_child_at_index (desktop, i, NULL);

    if (child != NULL && atspi_accessible_get_process_id (child, NULL) == (guint) pid) {
      /* GTK's trees change faster than the cache learns of it. */
      atspi_accessible_set_cache_mask (child, ATSPI_CACHE_NONE);
      return g_steal_pointer (&child);
    }
  }
  return NULL;
}

gboolean
avb_node_has_state (AvbNode *node, AtspiStateType state)
{
  g_autoptr (AvbNodeStateSet) states = NULL;

  atspi_accessible_clear_cache_single (node);
  states = atspi_accessible_get_state_set (node);
  return states != NULL && atspi_state_set_contains (states, state);
}

static gboolean
matches (AvbNode *node, char **roles, char **names)
{
  if (roles != NULL) {
    g_autofree char *role = atspi_accessible_get_role_name (node, NULL);

    if (role == NULL || !g_strv_contains ((const char *const *) roles, role))
      return FALSE;
  }
  if (names != NULL) {
    g_autofree char *text = atspi_accessible_get_name (node, NULL);

    for (guint i = 0; names[i] != NULL; i++)
      if (text != NULL && g_pattern_match_simple (names[i], text))
        return TRUE;
    return FALSE;
  }
  return TRUE;
}

static AvbNode *
find (AvbNode *node, char **roles, char **names, int depth)
{
  int n_children;

  atspi_accessible_clear_cache_single (node);
  /* The program itself has no states. */
  if (depth > 0 && !avb_node_has_state (node, ATSPI_STATE_VISIBLE))
    return NULL;
  if (depth > 0 && matches (node, roles, names) && avb_node_has_state (node, ATSPI_STATE_SHOWING))
    return g_object_ref (node);
  if (depth == MAX_DEPTH)
    return NULL;
  n_children = atspi_accessible_get_child_count (node, NULL);
  for (int i = 0; i < n_children; i++) {
    g_autoptr (AvbNode) child = atspi_accessible_get_child_at_index (node, i, NULL);
    AvbNode *found = child != NULL ? find (child, roles, names, depth + 1) : NULL;

    if (found != NULL)
      return found;
  }
  return NULL;
}

AvbNode *
avb_node_find (AvbNode *root, const char *roles, const char *names)
{
  g_auto (GStrv) role_list = roles != NULL ? g_strsplit (roles, "|", -1) : NULL;
  g_auto (GStrv) name_list = names != NULL ? g_strsplit (names, "|", -1) : NULL;

  return find (root, role_list, name_list, 0);
}

static AvbNode *
find_in_program (GPid pid, const char *roles, const char *name)
{
  g_autoptr (AvbNode) program = avb_node_program (pid);

  return program != NULL ? avb_node_find (program, roles, name) : NULL;
}

static void
breathe (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_usleep (100000);
}

AvbNode *
avb_node_wait (GPid pid, const char *roles, const char *name, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  AvbNode *found;

  while ((found = find_in_program (pid, roles, name)) == NULL && g_get_monotonic_time () < deadline)
    breathe ();
  return found;
}

gboolean
avb_node_wait_gone (GPid pid, const char *roles, const char *name, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  do {
    g_autoptr (AvbNode) found = find_in_program (pid, roles, name);

    if (found == NULL)
      return TRUE;
    breathe ();
  } while (g_get_monotonic_time () < deadline);
  return FALSE;
}

char *
avb_node_get_text (AvbNode *node)
{
  g_autoptr (AvbNodeText) text = atspi_accessible_get_text_iface (node);

  if (text == NULL)
    return g_strdup ("");
  return atspi_text_get_text (text, 0, atspi_text_get_character_count (text, NULL), NULL);
}

/* GTK counts from somewhere within the frame that it draws around itself: what it says of the window itself tells
 * from where. */
static AtspiRect
get_origin (AvbNode *node)
{
  g_autoptr (AvbNode) at = g_object_ref (node);
  AtspiRect origin = { 0 };

  for (int i = 0; i < MAX_DEPTH; i++) {
    g_autoptr (AvbNode) parent = atspi_accessible_get_parent (at, NULL);

    if (parent == NULL || atspi_accessible_get_role (parent, NULL) == ATSPI_ROLE_APPLICATION)
      break;
    g_set_object (&at, parent);
  }
  if (at != node) {
    g_autoptr (AvbNodeComponent) component = atspi_accessible_get_component_iface (at);
    g_autofree AtspiRect *rect = component != NULL
                                     ? atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, NULL)
                                     : NULL;

    if (rect != NULL)
      origin = *rect;
  }
  return origin;
}

gboolean
avb_node_get_area (AvbNode *node, AvbScreen *screen, gulong window, AvbArea *area)
{
  g_autoptr (AvbNodeComponent) component = atspi_accessible_get_component_iface (node);
  g_autofree AtspiRect *rect = NULL;
  AtspiRect origin;
  AvbArea frame;

  if (component == NULL || !avb_screen_get_area (screen, window, &frame))
    return FALSE;
  rect = atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, NULL);
  if (rect == NULL || rect->width <= 0 || rect->height <= 0)
    return FALSE;
  origin = get_origin (node);
  *area = (AvbArea) { frame.x + rect->x - origin.x, frame.y + rect->y - origin.y, rect->width, rect->height };
  return TRUE;
}

gboolean
avb_node_activate (AvbNode *node)
{
  g_autoptr (AvbNodeAction) action = atspi_accessible_get_action_iface (node);

  if (action == NULL || atspi_action_get_n_actions (action, NULL) < 1)
    return FALSE;
  return atspi_action_do_action (action, 0, NULL);
}

gboolean
avb_node_click (AvbNode *node, AvbScreen *screen, gulong window)
{
  AvbArea area;

  if (!avb_node_get_area (node, screen, window, &area))
    return FALSE;
  avb_screen_click (screen, area.x + area.width / 2, area.y + area.height / 2, 1);
  return TRUE;
}

static void
describe (AvbNode *node, int depth, GString *text)
{
  g_autofree char *role = NULL;
  g_autofree char *name = NULL;
  int n_children;

  atspi_accessible_clear_cache_single (node);
  if (depth > 0 && !avb_node_has_state (node, ATSPI_STATE_VISIBLE))
    return;
  role = atspi_accessible_get_role_name (node, NULL);
  name = atspi_accessible_get_name (node, NULL);
  g_string_append_printf (text, "%*s%s \"%s\"%s%s\n", depth * 2, "", role, name,
                          avb_node_has_state (node, ATSPI_STATE_SHOWING) ? "" : " (not showing)",
                          avb_node_has_state (node, ATSPI_STATE_SENSITIVE) ? "" : " (insensitive)");
  n_children = depth < MAX_DEPTH ? atspi_accessible_get_child_count (node, NULL) : 0;
  for (int i = 0; i < n_children; i++) {
    g_autoptr (AvbNode) child = atspi_accessible_get_child_at_index (node, i, NULL);

    if (child != NULL)
      describe (child, depth + 1, text);
  }
}

char *
avb_node_describe (AvbNode *root)
{
  GString *text = g_string_new (NULL);

  if (root != NULL)
    describe (root, 0, text);
  return g_string_free (text, FALSE);
}
