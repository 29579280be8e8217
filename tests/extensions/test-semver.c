/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-semver.h"
#include "tests/avb-test.h"

/* The examples that semver.org gives with its regular expression, of both kinds. */
static void
valid (void)
{
  static const char *const right[] = {
    "0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid", "1.0.0-alpha", "1.0.0-beta",
    "1.0.0-alpha.beta", "1.0.0-alpha.beta.1", "1.0.0-alpha.1", "1.0.0-alpha0.valid", "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-rc.1+build.1", "2.0.0-rc.1+build.123", "1.2.3-beta",
    "10.2.3-DEV-SNAPSHOT", "1.2.3-SNAPSHOT-123", "1.0.0", "2.0.0", "1.1.7", "2.0.0+build.1848", "2.0.1-alpha.1227",
    "1.0.0-alpha+beta", "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "1.0.0-0A.is.legal", "999999999.999999999.9",
  };
  static const char *const wrong[] = {
    "", "1", "1.2", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid", "-invalid+invalid",
    "-invalid.01", "alpha", "alpha.beta", "alpha.beta.1", "alpha.1", "alpha+beta", "alpha_beta", "alpha.", "alpha..",
    "beta", "1.0.0-alpha_beta", "-alpha.", "1.0.0-alpha..", "1.0.0-alpha..1", "1.0.0-alpha...1", "01.1.1", "1.01.1",
    "1.1.01", "1.2.3.DEV", "1.2-SNAPSHOT", "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788", "1.2-RC-SNAPSHOT",
    "-1.0.3-gamma+b7718", "+justmeta", "9.8.7+meta+meta", "9.8.7-whatever+meta+meta", "1.2.3 ", " 1.2.3", "v1.2.3",
    "1.2.3-", "1.2.3+", "1..3", "1.2.", "99999999999999999999.0.0", "1.2.3-ä", "1.2.3/..", "../../etc",
    "1.0.0-0123456789012345678901234567890123456789012345678901234567890123456789",
  };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_test_message ("%s", right[i]);
      g_assert_true (avb_semver_is_valid (right[i]));
      g_assert_cmpint (avb_semver_compare (right[i], right[i]), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_false (avb_semver_is_valid (wrong[i]));
    }
  g_assert_false (avb_semver_is_valid (NULL));
}

/* Each is less than all after it: the order of semver.org, section 11, and more. */
static void
order (void)
{
  static const char *const rising[] = {
    "0.0.1",       "0.1.0",       "1.0.0-0",       "1.0.0-1",      "1.0.0-2",     "1.0.0-10",   "1.0.0--1",
    "1.0.0-A",     "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-alpha0", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc.1.0", "1.0.0",        "1.0.1",       "1.0.10",     "1.2.0",
    "1.10.0",      "2.0.0-a",     "2.0.0",         "10.0.0",       "10.0.0+b",
  };
  const guint n = G_N_ELEMENTS (rising) - 1;

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        int expected = i < j ? -1 : i > j ? 1 : 0;
        int found = avb_semver_compare (rising[i], rising[j]);

        if ((found > 0) - (found < 0) != expected)
          g_error ("%s and %s: %d", rising[i], rising[j], found);
      }
  /* What was built how does not count. */
  g_assert_cmpint (avb_semver_compare ("10.0.0", "10.0.0+b"), ==, 0);
  g_assert_cmpint (avb_semver_compare ("1.0.0-a+x", "1.0.0-a+y.z"), ==, 0);
}

static void
ranges (void)
{
  static const struct {
    const char *version;
    const char *range;
    gboolean    holds;
  } rows[] = {
    { "1.2.3", "*", TRUE },
    { "1.2.3", ">=1.2 <2", TRUE },
    { "2.0.0", ">=1.2 <2", FALSE },
    { "1.1.9", ">=1.2 <2", FALSE },
    { "1.2.0", ">=1.2 <2", TRUE },
    { "2.0.0-rc.1", "<2", FALSE },
    { "2.0.0-rc.1", "<2.0.0", FALSE },
    { "2.0.0-rc.1", "<2.0.0-rc.2", TRUE },
    { "2.0.0-rc.1", ">=2", FALSE },
    { "1.9.9-rc.1", "<2", TRUE },
    { "1.0.0", "1.0.0", TRUE },
    { "1.0.0", "=1", TRUE },
    { "1.0.1", "=1", FALSE },
    { "1.0.0+build", "1.0.0", TRUE },
    { "1.0.0", ">1", FALSE },
    { "1.0.1", ">1", TRUE },
    { "1.0.0", "<=1.0.0", TRUE },
    { "3.0.0", "  >=1   <=3 ", TRUE },
    { "3.11.4", ">=3.11", TRUE },
    { "3.9.0", ">=3.11", FALSE },
    /* None of these is a range. */
    { "1.0.0", "", FALSE },
    { "1.0.0", " ", FALSE },
    { "1.0.0", "^1", FALSE },
    { "1.0.0", "==1", FALSE },
    { "1.0.0", "=>1", FALSE },
    { "1.0.0", "<>1", FALSE },
    { "1.0.0", ">=", FALSE },
    { "1.0.0", ">= 1", FALSE },
    { "1.0.0", ">=1 || <2", FALSE },
    { "1.0.0", ">=1.x", FALSE },
    { "1.0.0", "**", FALSE },
    { "1.0.0", "* * * * * * * * * *", FALSE },
    /* And this is no version. */
    { "1.0", "*", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s %s", rows[i].version, rows[i].range);
      g_assert_cmpint (avb_semver_satisfies (rows[i].version, rows[i].range), ==, rows[i].holds);
    }
  g_assert_true (avb_semver_range_is_valid (">=1 <0"));
  g_assert_false (avb_semver_range_is_valid ("latest"));
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Semver/valid", valid);
  g_test_add_func ("/Avb/Semver/order", order);
  g_test_add_func ("/Avb/Semver/ranges", ranges);
  return g_test_run ();
}
