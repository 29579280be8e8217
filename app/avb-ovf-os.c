/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the makers of appliances call operating systems, in libosinfo's words. */

#include "config.h"

#include <string.h>

#include "app/avb-ovf.h"

/* How an id is made of the number behind a name: "debian12_64Guest", "Debian12_64". */
typedef struct {
  const char *prefix; /* lower case */
  const char *format; /* of libosinfo's id, with the number; without one where there is no %s */
} OsName;

static const OsName names[] = {
  { "debian", "http://debian.org/debian/%s" },
  { "fedora", "http://fedoraproject.org/fedora/%s" },
  { "almalinux", "http://almalinux.org/almalinux/%s" },
  { "rockylinux", "http://rockylinux.org/rocky/%s" },
  { "rocky", "http://rockylinux.org/rocky/%s" },
  { "centos", "http://centos.org/centos/%s.0" },
  { "rhel", "http://redhat.com/rhel/%s.0" },
  { "redhat", "http://redhat.com/rhel/%s.0" },
  { "ubuntu", "http://ubuntu.com/ubuntu/%s.04" },
  { "windows2022srv", "http://microsoft.com/win/2k22" },
  { "windows2019srv", "http://microsoft.com/win/2k19" },
  { "windows2016srv", "http://microsoft.com/win/2k16" },
  { "windows2022", "http://microsoft.com/win/2k22" },
  { "windows2019", "http://microsoft.com/win/2k19" },
  { "windows2016", "http://microsoft.com/win/2k16" },
  { "windows2012", "http://microsoft.com/win/2k12" },
  { "windows2008", "http://microsoft.com/win/2k8" },
  { "windows11", "http://microsoft.com/win/11" },
  { "windows10", "http://microsoft.com/win/10" },
  /* VMware counts on: Windows 10 is its 9, of which the server is 2016. */
  { "windows9server", "http://microsoft.com/win/2k16" },
  { "windows9", "http://microsoft.com/win/10" },
  { "windows81", "http://microsoft.com/win/8.1" },
  { "windows8", "http://microsoft.com/win/8" },
  { "windows7", "http://microsoft.com/win/7" },
  { "winvista", "http://microsoft.com/win/vista" },
  { "windowsvista", "http://microsoft.com/win/vista" },
  { "winxp", "http://microsoft.com/win/xp" },
  { "windowsxp", "http://microsoft.com/win/xp" },
  { "freebsd", "http://freebsd.org/freebsd/%s.0" },
  { "opensuse_leap", "http://opensuse.org/opensuse/15.0" },
  { "archlinux", "http://archlinux.org/archlinux/rolling" },
};

static char *
match (const OsName *name, const char *type)
{
  const char *digits;
  gsize length;
  g_autofree char *number = NULL;
  g_autoptr (GString) id = NULL;

  if (!g_str_has_prefix (type, name->prefix))
    return NULL;
  if (strstr (name->format, "%s") == NULL)
    return g_strdup (name->format);
  digits = type + strlen (name->prefix);
  length = strspn (digits, "0123456789");
  if (length == 0 || length > 4)
    return NULL;
  number = g_strndup (digits, length);
  id = g_string_new (name->format);
  g_string_replace (id, "%s", number, 1);
  return g_string_free_and_steal (g_steal_pointer (&id));
}

/* "Ubuntu 24.04.1 (64 bit)" → "ubuntu24" is what VirtualBox and VMware would have said. */
static char *
dup_type (const char *text)
{
  g_autoptr (GString) type = g_string_new (NULL);

  for (const char *c = text; *c != '\0' && type->len < 64; c++)
    {
      if (g_ascii_isalnum (*c) || *c == '_')
        g_string_append_c (type, g_ascii_tolower (*c));
      else if (*c == '.' || *c == '(')
        break;
    }
  return g_string_free_and_steal (g_steal_pointer (&type));
}

char *
avb_ovf_find_os (const char  *vmware_type,
                 const char  *virtualbox_type,
                 const char  *description,
                 const char **architecture)
{
  const char *const texts[] = { virtualbox_type, vmware_type, description };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *type = NULL;

      if (texts[i] == NULL || !g_utf8_validate (texts[i], -1, NULL))
        continue;
      type = dup_type (texts[i]);
      if (strstr (type, "arm64") != NULL || strstr (type, "aarch64") != NULL)
        *architecture = "aarch64";
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        {
          char *id = match (&names[j], type);

          if (id != NULL)
            return id;
        }
    }
  return NULL;
}
