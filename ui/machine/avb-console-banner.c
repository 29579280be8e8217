/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/machine/avb-console-banner.h"

#include <glib/gi18n-lib.h>

struct _AvbConsoleBanner {
  AdwBin parent_instance;

  AvbConsole        *console; /* not owned: a sibling */
  AvbConsoleSession *session; /* that is looked at */
  AdwBanner         *banner;
  char              *seen; /* nullable: what the user wants to read no more */
};

G_DEFINE_FINAL_TYPE (AvbConsoleBanner, avb_console_banner, ADW_TYPE_BIN)

static void
update (AvbConsoleBanner *self)
{
  const char *note = self->session != NULL ? avb_console_session_get_note (self->session) : NULL;
  gboolean    shown = note != NULL && g_strcmp0 (note, self->seen) != 0;

  if (shown)
    adw_banner_set_title (self->banner, note);
  adw_banner_set_revealed (self->banner, shown);
}

/* What this program was built without does not come by trying. */
static void
button_cb (AvbConsoleBanner *self)
{
#if AVB_RDP
  if (self->console != NULL)
    avb_console_reconnect (self->console);
#else
  g_set_str (&self->seen, adw_banner_get_title (self->banner));
  update (self);
#endif
}

static void
forget (AvbConsoleBanner *self)
{
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
}

static void
avb_console_banner_dispose (GObject *object)
{
  forget (AVB_CONSOLE_BANNER (object));
  G_OBJECT_CLASS (avb_console_banner_parent_class)->dispose (object);
}

static void
avb_console_banner_finalize (GObject *object)
{
  g_free (AVB_CONSOLE_BANNER (object)->seen);
  G_OBJECT_CLASS (avb_console_banner_parent_class)->finalize (object);
}

static void
avb_console_banner_class_init (AvbConsoleBannerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_console_banner_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_console_banner_finalize;
}

static void
avb_console_banner_init (AvbConsoleBanner *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_use_markup (self->banner, FALSE);
  adw_banner_set_button_label (self->banner, AVB_RDP ? _("_Try Again") : _("_Hide"));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
  g_signal_connect_object (
      self->banner, "button-clicked", G_CALLBACK (button_cb), self, G_CONNECT_SWAPPED);
}

void
avb_console_banner_set_console (AvbConsoleBanner *self, AvbConsole *console)
{
  g_return_if_fail (AVB_IS_CONSOLE_BANNER (self));
  g_return_if_fail (AVB_IS_CONSOLE (console));

  forget (self);
  self->console = console;
  g_set_object (&self->session, avb_console_get_session (console));
  if (self->session != NULL)
    g_signal_connect_object (
        self->session, "notify::note", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
