/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-host-address.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

static void
test_good (void)
{
  static const struct {
    AvbHostKind kind;
    const char *host;
    const char *user;
    const char *uri;
  } cases[] = {
    { AVB_HOST_OWN, NULL, NULL, "qemu:///session" },
    { AVB_HOST_SYSTEM, NULL, NULL, "qemu:///system" },
    { AVB_HOST_SSH, "lab.example", "", "qemu+ssh://lab.example/system" },
    { AVB_HOST_SSH, "  lab.example ", "ada", "qemu+ssh://ada@lab.example/system" },
    { AVB_HOST_SSH, "lab_2.example.:2222", "a.d-a_1", "qemu+ssh://a.d-a_1@lab_2.example.:2222/system" },
    { AVB_HOST_SSH, "192.0.2.7", NULL, "qemu+ssh://192.0.2.7/system" },
    { AVB_HOST_SSH, "2001:DB8::0:1", NULL, "qemu+ssh://[2001:db8::1]/system" },
    { AVB_HOST_SSH, "[2001:db8::1]:22", "ada", "qemu+ssh://ada@[2001:db8::1]:22/system" },
    { AVB_HOST_HYPERV, "büro", "Ada", "hyperv://Ada@xn--bro-hoa" },
    { AVB_HOST_HYPERV, "win.example:15986", "LAB\\Ada Lovelace", "hyperv://LAB%5CAda%20Lovelace@win.example:15986" },
    { AVB_HOST_HYPERV, "win.example", "ada@lab.example", "hyperv://ada%40lab.example@win.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri
          = avb_host_address_build (cases[i].kind, cases[i].host, cases[i].user, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (uri, ==, cases[i].uri);
    }
}

static void
test_bad (void)
{
  static const struct {
    AvbHostKind kind;
    const char *host;
    const char *user;
  } cases[] = {
    { AVB_HOST_SSH, "", "ada" },
    { AVB_HOST_SSH, "   ", "ada" },
    { AVB_HOST_SSH, "-oProxyCommand=touch", "" },
    { AVB_HOST_SSH, "lab..example", "" },
    { AVB_HOST_SSH, ".", "" },
    { AVB_HOST_SSH, "lab example", "" },
    { AVB_HOST_SSH, "lab/../etc", "" },
    { AVB_HOST_SSH, "ada@lab", "" },
    { AVB_HOST_SSH, "lab?command=x", "" },
    { AVB_HOST_SSH, "lab#x", "" },
    { AVB_HOST_SSH, "lab\n", "ada\nx" },
    { AVB_HOST_SSH, "lab:0", "" },
    { AVB_HOST_SSH, "lab:65536", "" },
    { AVB_HOST_SSH, "lab:ssh", "" },
    { AVB_HOST_SSH, "lab:", "" },
    { AVB_HOST_SSH, "[::1", "" },
    { AVB_HOST_SSH, "[::1]x", "" },
    { AVB_HOST_SSH, "[lab]", "" },
    { AVB_HOST_SSH, "fe80::1%eth0:x", "" },
    { AVB_HOST_SSH, "lab\xe2\x80\xae" "elpmaxe", "" },
    { AVB_HOST_SSH, "lab\xff", "" },
    { AVB_HOST_SSH, "lab", "-l" },
    { AVB_HOST_SSH, "lab", "ada lovelace" },
    { AVB_HOST_SSH, "lab", "ada@x" },
    { AVB_HOST_SSH, "lab", "$(id)" },
    { AVB_HOST_HYPERV, "win", "" },
    { AVB_HOST_HYPERV, "win", "ada\xe2\x80\xaex" },
    { AVB_HOST_HYPERV, "win", "ada\tx" },
  };
  g_autofree char *label = g_strnfill (64, 'a');
  g_autofree char *user = g_strnfill (129, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri
          = avb_host_address_build (cases[i].kind, cases[i].host, cases[i].user, &error);

      g_test_message ("case %d", (int) i);
      g_assert_null (uri);
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_assert_cmpstr (error->message, !=, "");
    }
  g_assert_null (avb_host_address_build (AVB_HOST_SSH, label, NULL, NULL));
  g_assert_null (avb_host_address_build (AVB_HOST_HYPERV, "win", user, NULL));
}

static void
test_place (void)
{
  static const char *cases[][2] = {
    { "qemu+ssh://ada@lab.example:22/system", "ada@lab.example" },
    { "hyperv://win.example", "win.example" },
    { "qemu+ssh://ada:secret@lab/system", "lab" },
    { "qemu:///session", "qemu:///session" },
    { "not an address", "not an address" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *place = avb_host_address_dup_place (cases[i][0]);

      g_assert_cmpstr (place, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/HostAddress/good", test_good);
  g_test_add_func ("/Avb/HostAddress/bad", test_bad);
  g_test_add_func ("/Avb/HostAddress/place", test_place);
  return g_test_run ();
}
