/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-setup-banner.h"

#include <glib/gi18n-lib.h>

#include "app/avb-setup.h"

struct _AvbSetupBanner {
  AdwBin      parent_instance;

  GListModel *setups;
  AvbMachine *machine;
  AvbSetup   *setup; /* (nullable): of this machine */
  AdwBanner  *banner;
};

G_DEFINE_FINAL_TYPE (AvbSetupBanner, avb_setup_banner, ADW_TYPE_BIN)

static gboolean
is_cloud (AvbSetupBanner *self)
{
  return g_strcmp0 (avb_setup_get_kind (self->setup), "cloud") == 0;
}

/* (transfer full) (nullable): nothing to say. What the guest says is text of a stranger. */
static char *
dup_text (AvbSetupBanner *self)
{
  const char *message = avb_setup_get_message (self->setup);
  const char *address = avb_setup_get_address (self->setup);

  switch (avb_setup_get_state (self->setup))
    {
    case AVB_SETUP_WORKING:
      if (is_cloud (self))
        return g_strdup (_("The guest is setting itself up."));
      return message != NULL
                 /* Translators: %s is what an installer does right now, in its words. */
                 ? g_strdup_printf (_("The system is being installed: %s"), message)
                 : g_strdup (_("The system is being installed."));
    case AVB_SETUP_READY:
      if (!is_cloud (self) || avb_setup_get_ended (self->setup))
        return NULL;
      return address != NULL
                 /* Translators: %s is a network address. */
                 ? g_strdup_printf (_("The guest is ready. Its address is %s."), address)
                 : g_strdup (_("The guest is ready."));
    case AVB_SETUP_FAILED:
      return message != NULL
                 /* Translators: %s is a reason, in the guest's words. */
                 ? g_strdup_printf (_("The first start failed: %s"), message)
                 : g_strdup (_("The first start failed."));
    case AVB_SETUP_WAITING:
    default:
      return NULL;
    }
}

static const char *
get_label (AvbSetupBanner *self)
{
  if (!is_cloud (self))
    return NULL;
  return avb_setup_get_state (self->setup) == AVB_SETUP_READY     ? _("Open _SSH")
         : avb_setup_get_state (self->setup) == AVB_SETUP_WORKING ? _("Stop _Waiting")
                                                                  : NULL;
}

static void
update (AvbSetupBanner *self)
{
  g_autofree char *text = self->setup != NULL ? dup_text (self) : NULL;

  if (text != NULL)
    {
      adw_banner_set_title (self->banner, text);
      adw_banner_set_button_label (self->banner, get_label (self));
    }
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
button_cb (AvbSetupBanner *self)
{
  if (self->setup == NULL)
    return;
  if (avb_setup_get_state (self->setup) == AVB_SETUP_READY)
    gtk_widget_activate_action (GTK_WIDGET (self), "ssh.open", NULL);
  else
    avb_setup_give_up (self->setup);
}

static void
forget (AvbSetupBanner *self)
{
  if (self->setup != NULL)
    g_signal_handlers_disconnect_by_data (self->setup, self);
  g_clear_object (&self->setup);
}

static void
find (AvbSetupBanner *self)
{
  forget (self);
  for (guint i = 0; i < g_list_model_get_n_items (self->setups) && self->setup == NULL; i++)
    {
      g_autoptr (AvbSetup) setup = g_list_model_get_item (self->setups, i);

      if (avb_setup_get_machine (setup) == self->machine)
        self->setup = g_steal_pointer (&setup);
    }
  if (self->setup != NULL)
    g_signal_connect_object (self->setup, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
avb_setup_banner_dispose (GObject *object)
{
  AvbSetupBanner *self = AVB_SETUP_BANNER (object);

  forget (self);
  if (self->setups != NULL)
    g_signal_handlers_disconnect_by_data (self->setups, self);
  g_clear_object (&self->setups);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_setup_banner_parent_class)->dispose (object);
}

static void
avb_setup_banner_class_init (AvbSetupBannerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_setup_banner_dispose;
}

static void
avb_setup_banner_init (AvbSetupBanner *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_use_markup (self->banner, FALSE);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (button_cb), self, G_CONNECT_SWAPPED);
}

void
avb_setup_banner_watch (AvbSetupBanner *self, AvbLibrary *library, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_SETUP_BANNER (self));
  g_return_if_fail (AVB_IS_LIBRARY (library) && AVB_IS_MACHINE (machine));
  g_return_if_fail (self->machine == NULL);

  self->machine = g_object_ref (machine);
  self->setups = g_object_ref (avb_library_get_setups (library));
  g_signal_connect_object (self->setups, "items-changed", G_CALLBACK (find), self, G_CONNECT_SWAPPED);
  find (self);
}

const char *
avb_setup_banner_get_text (AvbSetupBanner *self)
{
  g_return_val_if_fail (AVB_IS_SETUP_BANNER (self), NULL);

  return adw_banner_get_revealed (self->banner) ? adw_banner_get_title (self->banner) : NULL;
}
