/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-layout.h"

#include <spice/vd_agent.h>

#include "ui/console/avb-spice-session.h"

/* A window that is being resized asks once, when it rests. */
#define DEBOUNCE_MS 150

typedef enum {
  WISH_NONE,
  WISH_OFF,
  WISH_SIZE,
} WishKind;

typedef struct {
  WishKind kind;
  int      width;
  int      height;
} Wish;

/* As it is told to the agent; unused monitors are all zero. */
typedef struct {
  int x;
  int width;
  int height;
} Place;

struct _AvbGuestLayout {
  GObject parent_instance;

  AvbConsoleSession *session; /* not owned: it owns our place */
  SpiceMainChannel *main;
  Wish              wishes[AVB_MAX_MONITORS];
  Place             told[AVB_MAX_MONITORS]; /* to this agent */
  gboolean          can_arrange;
  guint             source;
};

G_DEFINE_FINAL_TYPE (AvbGuestLayout, avb_guest_layout, G_TYPE_OBJECT)

enum { PROP_0, PROP_CAN_ARRANGE, N_PROPS };
static GParamSpec *properties[N_PROPS];

/* Where a session keeps its layout. */
#define LAYOUT_KEY "avb-guest-layout"

static gboolean
avb_guest_layout_has_wish (AvbGuestLayout *self)
{
  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    if (self->wishes[i].kind != WISH_NONE)
      return TRUE;
  return FALSE;
}

/* Fills @places; returns how many are used. */
static guint
avb_guest_layout_arrange (AvbGuestLayout *self, Place *places)
{
  AvbGuestMonitors *monitors = avb_console_session_get_monitors (self->session);
  int               x = 0;
  guint             used = 0;

  memset (places, 0, AVB_MAX_MONITORS * sizeof *places);
  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    {
      const Wish            *wish = &self->wishes[i];
      AvbGuestMonitor       *monitor = avb_guest_monitors_find (monitors, i);
      cairo_rectangle_int_t  area = { 0 };

      if (wish->kind == WISH_SIZE)
        places[i] = (Place) { x, wish->width, wish->height };
      else if (wish->kind == WISH_NONE && monitor != NULL)
        {
          avb_guest_monitor_get_area (monitor, &area);
          places[i] = (Place) { x, area.width, area.height };
        }
      used += places[i].width != 0;
      x += places[i].width;
    }
  return used;
}

static void
avb_guest_layout_tell (AvbGuestLayout *self)
{
  Place places[AVB_MAX_MONITORS];

  if (!self->can_arrange || !avb_guest_layout_has_wish (self))
    return;
  /* A guest without a monitor could not be asked for one again. */
  if (avb_guest_layout_arrange (self, places) == 0
      || memcmp (places, self->told, sizeof places) == 0)
    return;
  memcpy (self->told, places, sizeof places);
  for (int i = 0; i < AVB_MAX_MONITORS; i++)
    {
      spice_main_channel_update_display_enabled (self->main, i, places[i].width != 0, FALSE);
      spice_main_channel_update_display (
          self->main, i, places[i].x, 0, places[i].width, places[i].height, FALSE);
    }
  spice_main_channel_send_monitor_config (self->main);
}

static gboolean
tell_cb (gpointer data)
{
  AvbGuestLayout *self = data;

  self->source = 0;
  avb_guest_layout_tell (self);
  return G_SOURCE_REMOVE;
}

static void
avb_guest_layout_schedule (AvbGuestLayout *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->can_arrange)
    self->source = g_timeout_add (DEBOUNCE_MS, tell_cb, self);
}

/* The agent came, told what it can do, or went. */
static void
avb_guest_layout_update (AvbGuestLayout *self)
{
  gboolean can_arrange = FALSE;

  if (self->main != NULL)
    g_object_get (self->main, "agent-connected", &can_arrange, NULL);
  can_arrange = can_arrange
                && spice_main_channel_agent_test_capability (self->main,
                                                             VD_AGENT_CAP_MONITORS_CONFIG);
  if (can_arrange == self->can_arrange)
    return;
  self->can_arrange = can_arrange;
  memset (self->told, 0, sizeof self->told);
  avb_guest_layout_schedule (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_ARRANGE]);
}

/* A monitor that the guest turned off as it was asked to may come back by the guest's own wish. */
static void
monitors_cb (
    AvbGuestMonitors *monitors, guint position, guint removed, guint added, AvbGuestLayout *self)
{
  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    if (self->wishes[i].kind == WISH_OFF && avb_guest_monitors_find (monitors, i) == NULL)
      self->wishes[i].kind = WISH_NONE;
}

static void
agent_cb (SpiceMainChannel *main, AvbGuestLayout *self)
{
  avb_guest_layout_update (self);
}

static void
main_cb (AvbSpiceSession *session, GParamSpec *pspec, AvbGuestLayout *self)
{
  SpiceMainChannel *main = avb_spice_session_get_main (session);

  if (self->main != NULL)
    g_signal_handlers_disconnect_by_data (self->main, self);
  g_set_object (&self->main, main);
  if (self->main != NULL)
    {
      /* Left to itself, spice-gtk would move the monitors, or not say where they are. */
      g_object_set (self->main,
                    "disable-display-align",
                    TRUE,
                    "disable-display-position",
                    FALSE,
                    NULL);
      g_signal_connect (self->main, "main-agent-update", G_CALLBACK (agent_cb), self);
    }
  avb_guest_layout_update (self);
}

static void
avb_guest_layout_dispose (GObject *object)
{
  AvbGuestLayout *self = AVB_GUEST_LAYOUT (object);

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->main != NULL)
    g_signal_handlers_disconnect_by_data (self->main, self);
  g_clear_object (&self->main);
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (avb_console_session_get_monitors (self->session), self);
      g_object_set_data (G_OBJECT (self->session), LAYOUT_KEY, NULL);
    }
  g_clear_weak_pointer (&self->session);
  G_OBJECT_CLASS (avb_guest_layout_parent_class)->dispose (object);
}

static void
avb_guest_layout_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CAN_ARRANGE)
    g_value_set_boolean (value, AVB_GUEST_LAYOUT (object)->can_arrange);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_guest_layout_class_init (AvbGuestLayoutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_guest_layout_dispose;
  object_class->get_property = avb_guest_layout_get_property;

  properties[PROP_CAN_ARRANGE]
      = g_param_spec_boolean ("can-arrange",
                              NULL,
                              NULL,
                              FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_guest_layout_init (AvbGuestLayout *self)
{
}

AvbGuestLayout *
avb_guest_layout_for_session (AvbConsoleSession *session)
{
  AvbGuestLayout *self;

  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), LAYOUT_KEY);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (AVB_TYPE_GUEST_LAYOUT, NULL);
  g_set_weak_pointer (&self->session, session);
  g_object_set_data (G_OBJECT (session), LAYOUT_KEY, self);
  g_signal_connect (avb_console_session_get_monitors (session),
                    "items-changed",
                    G_CALLBACK (monitors_cb),
                    self);
  if (AVB_IS_SPICE_SESSION (session))
    {
      g_signal_connect (session, "notify::main", G_CALLBACK (main_cb), self);
      main_cb (AVB_SPICE_SESSION (session), NULL, self);
    }
  return self;
}

static void
avb_guest_layout_set (AvbGuestLayout *self, guint number, Wish wish)
{
  Wish *old = &self->wishes[number];

  if (old->kind == wish.kind && old->width == wish.width && old->height == wish.height)
    return;
  *old = wish;
  avb_guest_layout_schedule (self);
}

void
avb_guest_layout_want (AvbGuestLayout *self, guint number, int width, int height)
{
  g_return_if_fail (AVB_IS_GUEST_LAYOUT (self));
  g_return_if_fail (number < AVB_MAX_MONITORS);

  /* No known mode has an odd width: a guest would round it in its own way. */
  width = CLAMP (width, AVB_GUEST_LAYOUT_MIN_WIDTH, AVB_FRAMEBUFFER_MAX_EDGE) & ~1;
  height = CLAMP (height,
                  AVB_GUEST_LAYOUT_MIN_HEIGHT,
                  MIN (AVB_FRAMEBUFFER_MAX_EDGE, AVB_FRAMEBUFFER_MAX_BYTES / 4 / width));
  avb_guest_layout_set (self, number, (Wish) { WISH_SIZE, width, height });
}

void
avb_guest_layout_turn_off (AvbGuestLayout *self, guint number)
{
  g_return_if_fail (AVB_IS_GUEST_LAYOUT (self));
  g_return_if_fail (number < AVB_MAX_MONITORS);

  avb_guest_layout_set (self, number, (Wish) { WISH_OFF, 0, 0 });
  /* Perhaps nobody holds us any more when it would be time. */
  g_clear_handle_id (&self->source, g_source_remove);
  avb_guest_layout_tell (self);
}

void
avb_guest_layout_forget (AvbGuestLayout *self, guint number)
{
  g_return_if_fail (AVB_IS_GUEST_LAYOUT (self));
  g_return_if_fail (number < AVB_MAX_MONITORS);

  avb_guest_layout_set (self, number, (Wish) { WISH_NONE, 0, 0 });
}

gboolean
avb_guest_layout_wants (AvbGuestLayout *self, guint number)
{
  g_return_val_if_fail (AVB_IS_GUEST_LAYOUT (self), FALSE);
  g_return_val_if_fail (number < AVB_MAX_MONITORS, FALSE);

  return self->wishes[number].kind == WISH_SIZE;
}

gboolean
avb_guest_layout_get_can_arrange (AvbGuestLayout *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_LAYOUT (self), FALSE);
  return self->can_arrange;
}
