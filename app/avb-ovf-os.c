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
  { "debiangnulinux", "http://debian.org/debian/%s" },
  { "debian", "http://debian.org/debian/%s" },
  { "fedora", "http://fedoraproject.org/fedora/%s" },
  { "almalinux", "http://almalinux.org/almalinux/%s" },
  { "rockylinux", "http://rockylinux.org/rocky/%s" },
  { "rocky", "http://rockylinux.org/rocky/%s" },
  { "centos6", "http://centos.org/centos/6.0" },
  { "centos7", "http://centos.org/centos/7.0" },
  { "centos8", "http://centos.org/centos/8" },
  { "centos", "http://centos.org/centos-stream/%s" },
  { "oraclelinux", "http://oracle.com/ol/%s.0" },
  { "redhatenterpriselinux", "http://redhat.com/rhel/%s.0" },
  { "rhel", "http://redhat.com/rhel/%s.0" },
  { "redhat", "http://redhat.com/rhel/%s.0" },
  { "suselinuxenterprise15", "http://suse.com/sle/15" },
  { "sles15", "http://suse.com/sle/15" },
  { "sles", "http://suse.com/sles/%s" },
  { "ubuntu", "http://ubuntu.com/ubuntu/%s" },
  { "windowsserver2025", "http://microsoft.com/win/2k25" },
  { "windowsserver2022", "http://microsoft.com/win/2k22" },
  { "windowsserver2019", "http://microsoft.com/win/2k19" },
  { "windowsserver2016", "http://microsoft.com/win/2k16" },
  { "windows2025", "http://microsoft.com/win/2k25" },
  { "windows2022srvnext", "http://microsoft.com/win/2k25" },
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
  { "windows7server", "http://microsoft.com/win/2k8r2" },
  { "windows8server", "http://microsoft.com/win/2k12" },
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

/* "24_lts_64" and "24.04" are what was released in April; VirtualBox calls that of October "22_64". */
static char *
dup_ubuntu_version (const char *number, const char *rest)
{
  gboolean even = (number[strlen (number) - 1] - '0') % 2 == 0;

  if (g_str_has_prefix (rest, ".10") || (even && g_str_equal (rest, "_64")))
    return g_strconcat (number, ".10", NULL);
  return g_strconcat (number, ".04", NULL);
}

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
  /* oVirt: "rhel_9x64" */
  digits += *digits == '_';
  length = strspn (digits, "0123456789");
  if (length == 0 || length > 4)
    return NULL;
  number = g_strndup (digits, length);
  /* "ubuntu64Guest" and "Debian_64" are of no version in particular. */
  if (g_str_equal (number, "64"))
    return NULL;
  if (g_str_equal (name->prefix, "ubuntu"))
    {
      char *version = dup_ubuntu_version (number, digits + length);

      g_free (number);
      number = version;
    }
  id = g_string_new (name->format);
  g_string_replace (id, "%s", number, 1);
  return g_string_free_and_steal (g_steal_pointer (&id));
}

/* "Ubuntu 24.04.1 (64 bit)" → "ubuntu24.04.1", "arm-debian12-64Guest" → "arm_debian12_64guest" */
static char *
dup_type (const char *text)
{
  g_autoptr (GString) type = g_string_new (NULL);

  for (const char *c = text; *c != '\0' && *c != '(' && type->len < 64; c++)
    {
      if (g_ascii_isalnum (*c) || *c == '_' || *c == '.')
        g_string_append_c (type, g_ascii_tolower (*c));
      else if (*c == '-')
        g_string_append_c (type, '_');
    }
  return g_string_free_and_steal (g_steal_pointer (&type));
}

/* Without what stands before the name: "arm_", "Microsoft"; and "windows_10x64" is oVirt's. */
static const char *
skip_maker (GString *type, const char **architecture)
{
  static const char arm[] = "arm_", microsoft[] = "microsoft";

  g_string_replace (type, "windows_", "windows", 1);
  if (strstr (type->str, "arm64") != NULL || strstr (type->str, "aarch64") != NULL || g_str_has_prefix (type->str, arm))
    *architecture = "aarch64";
  if (g_str_has_prefix (type->str, arm))
    return type->str + strlen (arm);
  return g_str_has_prefix (type->str, microsoft) ? type->str + strlen (microsoft) : type->str;
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
      g_autofree char *lower = NULL;
      g_autoptr (GString) whole = NULL;
      const char *type;

      if (texts[i] == NULL || !g_utf8_validate (texts[i], -1, NULL))
        continue;
      lower = dup_type (texts[i]);
      whole = g_string_new (lower);
      type = skip_maker (whole, architecture);
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        {
          char *id = match (&names[j], type);

          if (id != NULL)
            return id;
        }
    }
  return NULL;
}
