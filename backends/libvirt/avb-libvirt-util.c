/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-util.h"

#include <glib/gi18n-lib.h>
#include <libvirt-glib/libvirt-glib.h>
#include <signal.h>

static void
silent_error_cb (void *data, virErrorPtr error)
{
}

void
avb_libvirt_init (void)
{
  static gsize initialized;

  if (g_once_init_enter (&initialized))
    {
      virInitialize ();
      gvir_event_register ();
      /* libvirt writes to daemons that may be gone; GLib ignores this too, once a socket of its is used. */
      signal (SIGPIPE, SIG_IGN);
      /* Else libvirt prints each error to stderr. */
      virSetErrorFunc (NULL, silent_error_cb);
      g_once_init_leave (&initialized, 1);
    }
}

gboolean
avb_libvirt_error_is_link_lost (void)
{
  const virError *error = virGetLastError ();

  if (error == NULL)
    return FALSE;
  switch (error->code)
    {
    case VIR_ERR_RPC:
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_NO_CLIENT:
      return TRUE;
    case VIR_ERR_SYSTEM_ERROR:
    case VIR_ERR_INTERNAL_ERROR:
      return error->domain == VIR_FROM_RPC || error->domain == VIR_FROM_REMOTE;
    default:
      return FALSE;
    }
}

static gboolean
says (const virError *error, const char *words)
{
  return error->message != NULL && strstr (error->message, words) != NULL;
}

/* errno, in libvirt's words: of the C library, or of QEMU. */
static gboolean
is_no_space (const virError *error)
{
  return (error->code == VIR_ERR_SYSTEM_ERROR && error->int1 == ENOSPC)
         || says (error, "No space left on device") || says (error, "Disk quota exceeded")
         || says (error, "File too large");
}

static AvbError
map_code (const virError *error)
{
  if (is_no_space (error))
    return AVB_ERROR_NO_SPACE;
  switch (error->code)
    {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_NETWORK:
    case VIR_ERR_NO_STORAGE_POOL:
    case VIR_ERR_NO_STORAGE_VOL:
      return AVB_ERROR_NOT_FOUND;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
      return AVB_ERROR_NOT_SUPPORTED;
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_RESOURCE_BUSY:
    case VIR_ERR_AGENT_UNRESPONSIVE:
      return AVB_ERROR_BUSY;
    case VIR_ERR_DOM_EXIST:
    case VIR_ERR_STORAGE_VOL_EXIST:
      return AVB_ERROR_EXISTS;
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_OPERATION_DENIED:
      return AVB_ERROR_PERMISSION;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_INVALID_ARG:
      return AVB_ERROR_INVALID;
    case VIR_ERR_OPERATION_FAILED:
      return says (error, "already exists") ? AVB_ERROR_EXISTS : AVB_ERROR_FAILED;
    case VIR_ERR_SYSTEM_ERROR:
      if (error->int1 == EACCES || error->int1 == EPERM)
        return AVB_ERROR_PERMISSION;
      if (error->int1 == ENOENT && error->domain != VIR_FROM_RPC)
        return AVB_ERROR_NOT_FOUND;
      break;
    default:
      break;
    }
  if (avb_libvirt_error_is_link_lost ())
    return AVB_ERROR_UNAVAILABLE;
  return says (error, "Permission denied") ? AVB_ERROR_PERMISSION : AVB_ERROR_FAILED;
}

static const char *
explain (AvbError code)
{
  switch (code)
    {
    case AVB_ERROR_NOT_SUPPORTED:
      return _ ("The hypervisor cannot do this.");
    case AVB_ERROR_UNAVAILABLE:
      return _ ("The hypervisor does not answer.");
    case AVB_ERROR_PERMISSION:
      return _ ("You are not allowed to do this.");
    case AVB_ERROR_NOT_FOUND:
      return _ ("Something that is needed for this is no longer there.");
    case AVB_ERROR_BUSY:
      return _ ("The machine is busy, or not in a state in which this is possible.");
    case AVB_ERROR_EXISTS:
      return _ ("The name is already taken.");
    case AVB_ERROR_NO_SPACE:
      return _ ("There is no space left on the disk.");
    case AVB_ERROR_INVALID:
      return _ ("The hypervisor refused the definition.");
    case AVB_ERROR_FAILED:
    default:
      return NULL;
    }
}

GError *
avb_libvirt_error_new (const char *what)
{
  const virError *error = virGetLastError ();
  AvbError        code;
  const char     *why;

  if (error == NULL || error->code == VIR_ERR_OK)
    return avb_error_new (AVB_ERROR_FAILED, NULL, "%s", what);
  if (error->code == VIR_ERR_OPERATION_ABORTED)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  /* QEMU built without slirp says the first, libvirt without passt the second. */
  if (says (error, "network backend 'user'") || says (error, "passt"))
    return avb_error_new (
        AVB_ERROR_NOT_SUPPORTED,
        error->message,
        _ ("%1$s %2$s"),
        what,
        _ ("QEMU on this host has no network for ordinary users (passt or slirp)."));
  code = map_code (error);
  why = explain (code);
  if (why == NULL)
    return avb_error_new (code, error->message, "%s", what);
  /* Translators: two sentences: what failed, and why. */
  return avb_error_new (code, error->message, _ ("%1$s %2$s"), what, why);
}

DexFuture *
avb_libvirt_future_error (const char *what)
{
  return dex_future_new_for_error (avb_libvirt_error_new (what));
}
