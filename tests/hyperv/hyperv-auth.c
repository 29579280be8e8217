/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Basic (RFC 7617) and NTLM as HTTP carries it (MS-NTHT), with NTLMv2 verified by MS-NLMP section 3.3.2. NTLM
 * is of a connection: whoever passed on a socket needs no more. */

#define CONNECTION_KEY "hyperv-simulator-ntlm"

typedef struct {
  guint8   challenge[8];
  gboolean challenged;
  gboolean passed;
} Ntlm;

static Ntlm *
get_ntlm (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  Ntlm *ntlm;

  if (socket == NULL)
    return NULL;
  ntlm = g_object_get_data (G_OBJECT (socket), CONNECTION_KEY);
  if (ntlm == NULL)
    {
      ntlm = g_new0 (Ntlm, 1);
      g_object_set_data_full (G_OBJECT (socket), CONNECTION_KEY, ntlm, g_free);
    }
  return ntlm;
}

static gboolean
check_basic (HypervSimulator *self, const char *token)
{
  gsize size;
  g_autofree guchar *data = g_base64_decode (token, &size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  char *colon = strchr (text, ':');

  if (colon == NULL)
    return FALSE;
  *colon = '\0';
  return g_ascii_strcasecmp (text, self->user) == 0 && g_str_equal (colon + 1, self->password);
}

/* --- NTLM ---------------------------------------------------------------------------------------- */

static void
put16 (GByteArray *out, guint value)
{
  guint8 bytes[] = { value & 0xff, value >> 8 & 0xff };

  g_byte_array_append (out, bytes, 2);
}

static void
put32 (GByteArray *out, guint32 value)
{
  put16 (out, value & 0xffff);
  put16 (out, value >> 16);
}

static void
put_text (GByteArray *out, const char *text)
{
  for (; *text != '\0'; text++)
    put16 (out, (guchar) *text);
}

/* MS-NLMP section 2.2.2.1: AV_PAIRs */
static void
put_pair (GByteArray *out, guint id, const char *text)
{
  put16 (out, id);
  put16 (out, (guint) strlen (text) * 2);
  put_text (out, text);
}

/* MS-NLMP section 2.2.1.2: CHALLENGE_MESSAGE */
static char *
make_challenge (Ntlm *ntlm)
{
  static const char target[] = "HV-SIM";
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) info = g_byte_array_new ();
  /* NTLMSSP_NEGOTIATE_UNICODE, REQUEST_TARGET, NTLM, TARGET_TYPE_SERVER, EXTENDED_SESSIONSECURITY, TARGET_INFO,
   * VERSION, 128 (section 2.2.2.5) */
  guint32 flags = 0x1 | 0x4 | 0x200 | 0x20000 | 0x80000 | 0x800000 | 0x2000000 | 0x20000000;
  const guint size = sizeof target - 1;
  guint64 time = (guint64) g_get_real_time () * 10 + G_GUINT64_CONSTANT (116444736000000000);

  for (guint i = 0; i < sizeof ntlm->challenge; i++)
    ntlm->challenge[i] = (guint8) g_random_int ();
  ntlm->challenged = TRUE;
  put_pair (info, 2, target); /* MsvAvNbDomainName */
  put_pair (info, 1, target); /* MsvAvNbComputerName */
  put_pair (info, 4, "hv-sim.example"); /* MsvAvDnsDomainName */
  put_pair (info, 3, "hv-sim.example"); /* MsvAvDnsComputerName */
  put16 (info, 7); /* MsvAvTimestamp */
  put16 (info, 8);
  put32 (info, time & 0xffffffff);
  put32 (info, time >> 32);
  put32 (info, 0); /* MsvAvEOL */
  g_byte_array_append (out, (const guint8 *) "NTLMSSP", 8);
  put32 (out, 2);
  put16 (out, size * 2);
  put16 (out, size * 2);
  put32 (out, 56);
  put32 (out, flags);
  g_byte_array_append (out, ntlm->challenge, 8);
  put32 (out, 0);
  put32 (out, 0);
  put16 (out, info->len);
  put16 (out, info->len);
  put32 (out, 56 + size * 2);
  put32 (out, 0x4f7c000a); /* Version 10.0, build 20348 */
  put32 (out, 0x0f000000);
  put_text (out, target);
  g_byte_array_append (out, info->data, info->len);
  return g_base64_encode (out->data, out->len);
}

static guint32
get32 (const guint8 *at)
{
  return at[0] | at[1] << 8 | at[2] << 16 | (guint32) at[3] << 24;
}

/* A field of three numbers at @offset: its bytes. NULL: it is not inside. */
static const guint8 *
get_field (const guint8 *data, gsize size, gsize offset, guint *length)
{
  guint32 start;

  if (offset + 8 > size)
    return NULL;
  *length = data[offset] | data[offset + 1] << 8;
  start = get32 (data + offset + 4);
  return start <= size && *length <= size - start ? data + start : NULL;
}

static void
hmac_md5 (const guint8 key[16], const guint8 *first, gsize first_size, const guint8 *second, gsize second_size,
          guint8 digest[16])
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_MD5, key, 16);
  gsize size = 16;

  g_hmac_update (hmac, first, first_size);
  if (second_size > 0)
    g_hmac_update (hmac, second, second_size);
  g_hmac_get_digest (hmac, digest, &size);
}

static guint8 *
to_utf16 (const char *text, gsize *size)
{
  glong units = 0;
  gunichar2 *utf16 = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);

  *size = utf16 != NULL ? (gsize) units * 2 : 0;
  for (glong i = 0; i < units; i++)
    utf16[i] = GUINT16_TO_LE (utf16[i]);
  return (guint8 *) utf16;
}

/* NTOWFv2 (section 3.3.2): HMAC_MD5 (MD4 (password), upper case user and domain) */
static void
make_key (HypervSimulator *self, const char *user, const guint8 *domain, guint domain_size, guint8 key[16])
{
  g_autofree char *upper = g_utf8_strup (user, -1);
  gsize password_size, user_size;
  g_autofree guint8 *password = to_utf16 (self->password, &password_size);
  g_autofree guint8 *user16 = to_utf16 (upper, &user_size);
  guint8 hash[16];

  hv_md4 (password, password_size, hash);
  hmac_md5 (hash, user16, user_size, domain, domain_size, key);
}

/* AUTHENTICATE_MESSAGE (section 2.2.1.3) with an NTLMv2_RESPONSE (section 2.2.2.8) */
static gboolean
check_authenticate (HypervSimulator *self, Ntlm *ntlm, const guint8 *data, gsize size)
{
  guint response_size, domain_size, user_size;
  const guint8 *response = get_field (data, size, 20, &response_size);
  const guint8 *domain = get_field (data, size, 28, &domain_size);
  const guint8 *user = get_field (data, size, 36, &user_size);
  g_autofree gunichar2 *user16 = NULL;
  g_autofree char *name = NULL;
  guint8 key[16], proof[16];

  /* 24 bytes would be NTLMv1, which is not taken. */
  if (response == NULL || domain == NULL || user == NULL || response_size < 16 + 28 || user_size % 2 != 0)
    return FALSE;
  user16 = g_memdup2 (user, user_size);
  for (guint i = 0; i < user_size / 2; i++)
    user16[i] = GUINT16_FROM_LE (user16[i]);
  name = g_utf16_to_utf8 (user16, user_size / 2, NULL, NULL, NULL);
  if (name == NULL || g_ascii_strcasecmp (name, self->user) != 0)
    return FALSE;
  make_key (self, name, domain, domain_size, key);
  hmac_md5 (key, ntlm->challenge, 8, response + 16, response_size - 16, proof);
  return memcmp (proof, response, 16) == 0;
}

/* What is to be answered: NULL, it is done, or the next token; *passed tells. */
static char *
step_ntlm (HypervSimulator *self, SoupServerMessage *message, const char *token, gboolean *passed)
{
  Ntlm *ntlm = get_ntlm (message);
  gsize size;
  g_autofree guchar *data = g_base64_decode (token, &size);

  if (ntlm == NULL || size < 12 || memcmp (data, "NTLMSSP", 8) != 0)
    return NULL;
  if (get32 (data + 8) == 1)
    return make_challenge (ntlm);
  if (get32 (data + 8) == 3 && ntlm->challenged)
    ntlm->passed = *passed = size >= 64 && check_authenticate (self, ntlm, data, size);
  ntlm->challenged = FALSE;
  return NULL;
}

/* --- */

static void
refuse (HypervSimulator *self, SoupServerMessage *message, const char *scheme, const char *token)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *value = token != NULL ? g_strdup_printf ("%s %s", scheme, token) : NULL;

  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  if (value != NULL)
    {
      soup_message_headers_append (headers, "WWW-Authenticate", value);
      return;
    }
  if ((self->auth & HYPERV_SIMULATOR_AUTH_NEGOTIATE) != 0)
    soup_message_headers_append (headers, "WWW-Authenticate", "Negotiate");
  if ((self->auth & HYPERV_SIMULATOR_AUTH_NTLM) != 0)
    soup_message_headers_append (headers, "WWW-Authenticate", "NTLM");
  if ((self->auth & HYPERV_SIMULATOR_AUTH_BASIC) != 0)
    soup_message_headers_append (headers, "WWW-Authenticate", "Basic realm=\"WSMAN\"");
}

gboolean
hv_auth_check (HypervSimulator *self, SoupServerMessage *message)
{
  const char *header
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");
  Ntlm *ntlm = get_ntlm (message);
  g_autofree char *token = NULL;
  gboolean passed = FALSE;
  const char *scheme = "NTLM";

  if (self->auth == HYPERV_SIMULATOR_AUTH_NONE || (header == NULL && ntlm != NULL && ntlm->passed))
    return TRUE;
  if (header != NULL && (self->auth & HYPERV_SIMULATOR_AUTH_BASIC) != 0 && g_str_has_prefix (header, "Basic "))
    passed = check_basic (self, header + strlen ("Basic "));
  else if (header != NULL && (self->auth & HYPERV_SIMULATOR_AUTH_NTLM) != 0 && g_str_has_prefix (header, "NTLM "))
    token = step_ntlm (self, message, header + strlen ("NTLM "), &passed);
  /* Negotiate may carry a bare NTLM message (RFC 4559; MS-SPNG section 3.3.5.1). */
  else if (header != NULL && (self->auth & HYPERV_SIMULATOR_AUTH_NTLM) != 0
           && (self->auth & HYPERV_SIMULATOR_AUTH_NEGOTIATE) != 0 && g_str_has_prefix (header, "Negotiate "))
    {
      scheme = "Negotiate";
      token = step_ntlm (self, message, header + strlen ("Negotiate "), &passed);
    }
  if (!passed)
    refuse (self, message, scheme, token);
  return passed;
}
