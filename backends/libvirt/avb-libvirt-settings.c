/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

/* Settings are kept one after the other, so that the last one wins. What was asked for and is not
 * kept (yet) stays in force whatever is read meanwhile. */

typedef struct {
  char *value; /* (nullable) */
  guint serial;
} Unkept;

typedef struct {
  AvbLibvirtMachine *machine;
  char              *key;
  char              *value;
  guint              serial;
} Keep;

void
avb_libvirt_unkept_free (gpointer data)
{
  Unkept *unkept = data;

  g_free (unkept->value);
  g_free (unkept);
}

static gpointer
keep_ref (gpointer keep)
{
  return g_rc_box_acquire (keep);
}

static void
keep_clear (gpointer data)
{
  Keep *keep = data;

  g_object_unref (keep->machine);
  g_free (keep->key);
  g_free (keep->value);
}

static void
keep_unref (gpointer keep)
{
  g_rc_box_release_full (keep, keep_clear);
}

/* The first element that has the namespace is what libvirt means, whatever it is called. */
static DexFuture *
edit_metadata (virDomain *domain, guint flags, Keep *keep, const char *what)
{
  GError          *error = NULL;
  char            *text;
  g_autofree char *edited = NULL;

  virResetLastError ();
  text = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, AVB_METADATA_NAMESPACE, flags);
  if (text == NULL && virGetLastErrorCode () != VIR_ERR_NO_DOMAIN_METADATA)
    return avb_libvirt_future_error (what);
  edited = avb_domain_settings_edit (text, keep->key, keep->value, &error);
  free (text);
  if (edited == NULL)
    return dex_future_new_for_error (error);
  return virDomainSetMetadata (domain,
                               VIR_DOMAIN_METADATA_ELEMENT,
                               edited,
                               AVB_METADATA_PREFIX,
                               AVB_METADATA_NAMESPACE,
                               flags)
                 < 0
             ? avb_libvirt_future_error (what)
             : dex_future_new_true ();
}

static DexFuture *
keep_thread (virDomain *domain, AvbLibvirtCall *call)
{
  static const guint flags[] = { VIR_DOMAIN_AFFECT_CONFIG, VIR_DOMAIN_AFFECT_LIVE };
  const gboolean     exists[]
      = { virDomainIsPersistent (domain) == 1, virDomainIsActive (domain) == 1 };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (DexFuture) result = NULL;

      if (!exists[i])
        continue;
      avb_libvirt_definition_lock ();
      result = edit_metadata (domain, flags[i], call->data, call->what);
      avb_libvirt_definition_unlock ();
      if (dex_future_is_rejected (result))
        return g_steal_pointer (&result);
    }
  return dex_future_new_true ();
}

static DexFuture *
kept_cb (DexFuture *future, gpointer data)
{
  Keep              *keep = data;
  AvbLibvirtMachine *self = keep->machine;
  Unkept            *unkept = g_hash_table_lookup (self->unkept, keep->key);

  if (dex_future_is_resolved (future) && unkept != NULL && unkept->serial == keep->serial)
    g_hash_table_remove (self->unkept, keep->key);
  if (self->settings_serial == keep->serial)
    dex_clear (&self->keeping);
  return dex_ref (future);
}

static DexFuture *
keep_cb (DexFuture *before, gpointer data)
{
  Keep           *keep = data;
  AvbMachine     *machine = AVB_MACHINE (keep->machine);
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, keep_thread, _ ("The setting could not be kept."));
  DexFuture *future;

  if (call != NULL)
    {
      call->data = keep_ref (keep);
      call->data_free = keep_unref;
    }
  future = avb_libvirt_refresh_after (machine, avb_libvirt_call_run (call));
  return dex_future_finally (future, kept_cb, keep_ref (keep), keep_unref);
}

DexFuture *
avb_libvirt_machine_set_setting (AvbMachine *machine, const char *key, const char *value)
{
  AvbLibvirtMachine *self = AVB_LIBVIRT_MACHINE (machine);
  Keep              *keep = g_rc_box_new0 (Keep);
  Unkept            *unkept = g_new0 (Unkept, 1);
  DexFuture         *before;

  unkept->value = g_strdup (value);
  unkept->serial = ++self->settings_serial;
  g_hash_table_insert (self->unkept, g_strdup (key), unkept);

  keep->machine = g_object_ref (self);
  keep->key = g_strdup (key);
  keep->value = g_strdup (value);
  keep->serial = unkept->serial;
  before = self->keeping != NULL ? g_steal_pointer (&self->keeping) : dex_future_new_true ();
  self->keeping = dex_future_finally (before, keep_cb, keep, keep_unref);
  return dex_ref (self->keeping);
}

void
avb_libvirt_machine_take_settings (AvbLibvirtMachine *self, GHashTable *settings)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, self->unkept);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Unkept *unkept = value;

      if (unkept->value != NULL)
        g_hash_table_insert (settings, g_strdup (key), g_strdup (unkept->value));
      else
        g_hash_table_remove (settings, key);
    }
  avb_machine_set_settings (AVB_MACHINE (self), settings);
}
