/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is agreed to, and what is not. */

#include "config.h"

#include <freerdp/settings.h>

#include "ui/console/avb-rdp-private.h"

/* A host that was taken over by its guest gets nothing but keys and the pointer. */
static gboolean
set_booleans (rdpSettings *settings)
{
  static const FreeRDP_Settings_Keys_Bool off[] = {
    /* VMConnect begins with TLS at once and then asks who it is: nothing weaker is agreed to. */
    FreeRDP_NegotiateSecurityLayer, FreeRDP_TlsSecurity, FreeRDP_RdpSecurity, FreeRDP_ExtSecurity,
    FreeRDP_IgnoreCertificate, FreeRDP_AutoAcceptCertificate, FreeRDP_GatewayEnabled,
    /* Coming back is the session's. */
    FreeRDP_AutoReconnectionEnabled,
    FreeRDP_DeviceRedirection, FreeRDP_RedirectDrives, FreeRDP_RedirectHomeDrive,
    FreeRDP_RedirectSmartCards, FreeRDP_RedirectWebAuthN, FreeRDP_RedirectPrinters,
    FreeRDP_RedirectSerialPorts, FreeRDP_RedirectParallelPorts, FreeRDP_RedirectClipboard,
    FreeRDP_AudioPlayback, FreeRDP_AudioCapture, FreeRDP_RemoteConsoleAudio,
    FreeRDP_SoundBeepsEnabled, FreeRDP_RemoteApplicationMode, FreeRDP_SupportDynamicChannels,
    FreeRDP_SupportGraphicsPipeline, FreeRDP_SupportMultitransport, FreeRDP_SupportHeartbeatPdu,
    FreeRDP_SupportMonitorLayoutPdu, FreeRDP_SupportEchoChannel, FreeRDP_SupportDisplayControl,
    FreeRDP_SupportGeometryTracking, FreeRDP_SupportSSHAgentChannel, FreeRDP_SupportVideoOptimized,
    FreeRDP_EncomspVirtualChannel, FreeRDP_RemdeskVirtualChannel, FreeRDP_NetworkAutoDetect,
    FreeRDP_BitmapCacheEnabled, FreeRDP_BitmapCachePersistEnabled, FreeRDP_BitmapCacheV3Enabled,
    FreeRDP_DrawNineGridEnabled, FreeRDP_DrawGdiPlusEnabled, FreeRDP_DrawGdiPlusCacheEnabled,
    /* These lose colours. */
    FreeRDP_RemoteFxCodec, FreeRDP_NSCodec, FreeRDP_JpegCodec, FreeRDP_GfxH264,
    FreeRDP_DrawAllowDynamicColorFidelity, FreeRDP_DrawAllowColorSubsampling,
  };
  static const FreeRDP_Settings_Keys_Bool on[] = {
    FreeRDP_VmConnectMode, FreeRDP_SendPreconnectionPdu, FreeRDP_NlaSecurity,
    FreeRDP_Authentication, FreeRDP_ExternalCertificateManagement, FreeRDP_SoftwareGdi,
    FreeRDP_DesktopResize, FreeRDP_FastPathInput, FreeRDP_FastPathOutput,
    FreeRDP_HasExtendedMouseEvent, FreeRDP_SupportErrorInfoPdu,
  };
  gboolean done = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (off); i++)
    done = freerdp_settings_set_bool (settings, off[i], FALSE) && done;
  for (gsize i = 0; i < G_N_ELEMENTS (on); i++)
    done = freerdp_settings_set_bool (settings, on[i], TRUE) && done;
  return done;
}

static gboolean
set_numbers (rdpSettings *settings, guint port)
{
  const struct {
    FreeRDP_Settings_Keys_UInt32 key;
    guint32                      value;
  } numbers[] = {
    { FreeRDP_ServerPort, port },
    { FreeRDP_TcpConnectTimeout, AVB_RDP_TIMEOUT_S * 1000 },
    { FreeRDP_ColorDepth, 32 },
    /* The host has its own. */
    { FreeRDP_DesktopWidth, 1024 },
    { FreeRDP_DesktopHeight, 768 },
    { FreeRDP_GlyphSupportLevel, 0 },
    { FreeRDP_BrushSupportLevel, 0 },
    { FreeRDP_OffscreenSupportLevel, 0 },
  };
  gboolean done = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    done = freerdp_settings_set_uint32 (settings, numbers[i].key, numbers[i].value) && done;
  return done;
}

static gboolean
set_texts (rdpSettings *settings, const AvbConsoleEndpoint *endpoint)
{
  const char      *slash = strchr (endpoint->user, '\\');
  g_autofree char *domain
      = slash != NULL ? g_strndup (endpoint->user, (gsize) (slash - endpoint->user)) : NULL;
  /* It keeps nothing there; but it would look for what others kept. */
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", "freerdp", NULL);
  const struct {
    FreeRDP_Settings_Keys_String key;
    const char                  *value;
  } texts[] = {
    { FreeRDP_ServerHostname, endpoint->host },
    { FreeRDP_PreconnectionBlob, endpoint->id },
    { FreeRDP_Username, slash != NULL ? slash + 1 : endpoint->user },
    { FreeRDP_Domain, domain },
    { FreeRDP_Password, endpoint->password },
    { FreeRDP_ConfigPath, folder },
  };
  gboolean done = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    done = freerdp_settings_set_string (settings, texts[i].key, texts[i].value) && done;
  return done;
}

gboolean
avb_rdp_set_up (rdpSettings *settings, const AvbConsoleEndpoint *endpoint)
{
  return set_booleans (settings) && set_numbers (settings, endpoint->port)
         && set_texts (settings, endpoint);
}
