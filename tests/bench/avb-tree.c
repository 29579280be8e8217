/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-tree.h"

#define ACCESSIBLE "org.a11y.atspi.Accessible"
#define LIMIT_MS 5000
#define MAX_DEPTH 60
#define LOOK_MICROSECONDS 10000

/* Bits of AtspiStateType */
#define SENSITIVE (1u << 24)
#define SHOWING (1u << 25)
#define VISIBLE (1u << 30)

struct _AvbTree {
  GDBusConnection *bus;
};

AvbTree *
avb_tree_new (GError **error)
{
  g_autoptr (GDBusConnection) session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GVariant) reply = NULL;
  GDBusConnection *bus;
  const char *address;
  AvbTree *self;

  if (session != NULL)
    reply = g_dbus_connection_call_sync (session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
                                         NULL, G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, LIMIT_MS, NULL,
                                         error);
  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(&s)", &address);
  bus = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, error);
  if (bus == NULL)
    return NULL;
  self = g_new0 (AvbTree, 1);
  self->bus = bus;
  return self;
}

void
avb_tree_free (AvbTree *self)
{
  g_object_unref (self->bus);
  g_free (self);
}

/* Widgets and programs go at any time: that is no error. (transfer full) (nullable) */
static GVariant *
call (AvbTree    *self,
      GVariant   *node,
      const char *interface,
      const char *method,
      GVariant   *arguments,
      const char *type)
{
  const char *name, *path;

  g_variant_get (node, "(&s&o)", &name, &path);
  return g_dbus_connection_call_sync (self->bus, name, path, interface, method, arguments,
                                      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, LIMIT_MS, NULL, NULL);
}

static gboolean
belongs_to (AvbTree *self, GVariant *node, GPid pid)
{
  g_autoptr (GVariant) bus = g_variant_ref_sink (
      g_variant_new ("(so)", "org.freedesktop.DBus", "/org/freedesktop/DBus"));
  g_autoptr (GVariant) reply = NULL;
  const char *name;
  guint32 number = 0;

  g_variant_get (node, "(&s&o)", &name, NULL);
  reply = call (self, bus, "org.freedesktop.DBus", "GetConnectionUnixProcessID", g_variant_new ("(s)", name),
                "(u)");
  if (reply != NULL)
    g_variant_get (reply, "(u)", &number);
  return number == (guint32) pid;
}

char *
avb_tree_dup_name (AvbTree *self, GVariant *node)
{
  g_autoptr (GVariant) reply = call (self, node, "org.freedesktop.DBus.Properties", "Get",
                                     g_variant_new ("(ss)", ACCESSIBLE, "Name"), "(v)");
  g_autoptr (GVariant) value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return NULL;
  return g_variant_dup_string (value, NULL);
}

static gboolean
matches (AvbTree *self, GVariant *node, char **roles, const char *name)
{
  g_autofree char *text = avb_tree_dup_name (self, node);
  g_autoptr (GVariant) reply = NULL;
  const char *role;

  if (text == NULL || !g_pattern_match_simple (name, text))
    return FALSE;
  reply = roles != NULL ? call (self, node, ACCESSIBLE, "GetRoleName", NULL, "(s)") : NULL;
  if (reply != NULL)
    g_variant_get (reply, "(&s)", &role);
  return roles == NULL || (reply != NULL && g_strv_contains ((const char *const *) roles, role));
}

static guint32
read_states (AvbTree *self, GVariant *node)
{
  g_autoptr (GVariant) reply = call (self, node, ACCESSIBLE, "GetState", NULL, "(au)");
  g_autoptr (GVariant) words = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  guint32 first = 0;

  if (words != NULL && g_variant_n_children (words) > 0)
    g_variant_get_child (words, 0, "u", &first);
  return first;
}

static GVariant *
find (AvbTree *self, GVariant *node, char **roles, const char *name, guint depth)
{
  const guint32 wanted = SENSITIVE | SHOWING;
  /* The program itself has no states. */
  const guint32 states = depth > 0 ? read_states (self, node) : VISIBLE;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) children = NULL;
  GVariant *found = NULL;

  if ((states & VISIBLE) == 0 || depth == MAX_DEPTH)
    return NULL;
  if ((states & wanted) == wanted && matches (self, node, roles, name))
    return g_variant_ref (node);
  reply = call (self, node, ACCESSIBLE, "GetChildren", NULL, "(a(so))");
  children = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  for (gsize i = 0; found == NULL && children != NULL && i < g_variant_n_children (children); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (children, i);

      found = find (self, child, roles, name, depth + 1);
    }
  return found;
}

GVariant *
avb_tree_find (AvbTree *self, GPid pid, const char *roles, const char *name)
{
  g_autoptr (GVariant) desktop = g_variant_ref_sink (
      g_variant_new ("(so)", "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"));
  g_autoptr (GVariant) reply = call (self, desktop, ACCESSIBLE, "GetChildren", NULL, "(a(so))");
  g_autoptr (GVariant) programs = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_auto (GStrv) role_list = roles != NULL ? g_strsplit (roles, "|", -1) : NULL;

  for (gsize i = 0; programs != NULL && i < g_variant_n_children (programs); i++)
    {
      g_autoptr (GVariant) program = g_variant_get_child_value (programs, i);

      if (belongs_to (self, program, pid))
        return find (self, program, role_list, name, 0);
    }
  return NULL;
}

GVariant *
avb_tree_wait (AvbTree *self, GPid pid, const char *roles, const char *name, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  GVariant *found;

  while ((found = avb_tree_find (self, pid, roles, name)) == NULL && g_get_monotonic_time () < deadline)
    g_usleep (LOOK_MICROSECONDS);
  return found;
}

gboolean
avb_tree_click (AvbTree *self, GVariant *node)
{
  g_autoptr (GVariant) reply
      = call (self, node, "org.a11y.atspi.Action", "DoAction", g_variant_new ("(i)", 0), "(b)");
  gboolean done = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &done);
  return done;
}
