/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Seconds until a test that does not come to its end is one that failed: far more than it needs,
 * for slow computers and sanitizers. */
#define AVB_TEST_TIMEOUT 300

/* Instead of g_test_init(): also starts libdex. */
void avb_test_init (int *argc, char ***argv);

/* A SoupServer whose client goes away while it answers says a critical about itself (libsoup 3.6: the connection of a message
 * that is finished may be gone). A server of ours that does that on purpose calls this, once or more. */
void avb_test_forgive_soup_server (void);

/* Adds a test whose body is a fiber on the main scheduler. It returns NULL or a future; the test
 * fails if that is rejected. */
void avb_test_add_fiber (const char *path, DexFiberFunc func);

/* Runs one fiber to its end, spinning the main loop. For tests with a fixture. */
void avb_test_run_fiber (DexFiberFunc func, gpointer data);

/* Spins the main loop until @future is completed; takes it. Not inside a fiber. Returns whether it
 * was resolved. */
gboolean avb_test_spin (DexFuture *future, GError **error);

typedef gboolean (*AvbTestPredicate) (gpointer data);

/* Waits until @predicate holds, inside a fiber or outside; the test fails after the time limit. */
#define avb_test_until(predicate, data) \
  avb_test_until_full ((AvbTestPredicate) (predicate), (data), G_STRLOC, #predicate)
void avb_test_until_full (AvbTestPredicate  predicate,
                          gpointer          data,
                          const char       *location,
                          const char       *what);

/* Waits until an expression holds. */
#define avb_test_until_true(expression)                                             \
  G_STMT_START                                                                      \
  {                                                                                 \
    gint64 avb_test_end = g_get_monotonic_time () + AVB_TEST_TIMEOUT * G_USEC_PER_SEC; \
    while (!(expression))                                                           \
      {                                                                             \
        if (g_get_monotonic_time () > avb_test_end)                                 \
          g_error ("%s: this never came true: %s", G_STRLOC, #expression);          \
        avb_test_pass_time ();                                                      \
      }                                                                             \
  }                                                                                 \
  G_STMT_END

/* Lets the main loop run for some milliseconds, inside a fiber or outside. */
void avb_test_pass_time (void);

/* Awaits @future, which it takes, inside a fiber; fails the test, with the error, if it rejects. */
#define avb_test_await(future) avb_test_await_full ((future), G_STRLOC)
void avb_test_await_full (DexFuture *future, const char *location);

/* The same for a future that must reject with @code of @domain. */
#define avb_test_await_error(future, domain, code) \
  avb_test_await_error_full ((future), (domain), (code), G_STRLOC)
void avb_test_await_error_full (DexFuture *future, GQuark domain, int code, const char *location);

/* The same for one that resolves to an object, string or boxed value: (transfer full). */
#define avb_test_await_object(future) avb_test_await_object_full ((future), G_STRLOC)
gpointer avb_test_await_object_full (DexFuture *future, const char *location);
#define avb_test_await_string(future) avb_test_await_string_full ((future), G_STRLOC)
char    *avb_test_await_string_full (DexFuture *future, const char *location);
#define avb_test_await_boxed(future) avb_test_await_boxed_full ((future), G_STRLOC)
gpointer avb_test_await_boxed_full (DexFuture *future, const char *location);

/* An empty folder of this test's own below the temporary one; (transfer full). */
char *avb_test_make_folder (void);
/* Removes a folder and what is in it. */
void  avb_test_remove_folder (const char *path);

G_END_DECLS
