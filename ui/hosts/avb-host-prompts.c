/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-host-prompts.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-certificate-request.h"
#include "backends/avb-known-certificates.h"
#include "backends/avb-password-request.h"
#include "backends/avb-secret.h"
#include "ui/hosts/avb-host-secrets.h"
#include "ui/machine/avb-certificate-form.h"
#include "ui/machine/avb-password-form.h"

struct _AvbHostPrompts {
  GObject parent_instance;

  GtkWidget  *parent; /* not owned: it owns us */
  AvbLibrary *library;
  GPtrArray  *logins;  /* of Login, one for each connection */
  GQueue      waiting; /* of AvbRequest: the user is to be asked */
  AdwDialog  *dialog;  /* weak */
  AvbRequest *shown;   /* in it */
};

G_DEFINE_FINAL_TYPE (AvbHostPrompts, avb_host_prompts, G_TYPE_OBJECT)

/* What a connection was told, until it is up. */
typedef struct {
  AvbConnection *connection;
  AvbRequest    *request;      /* (nullable): the present one */
  gboolean       from_keyring; /* what was given last */
  char          *host;         /* to be kept: these three, or none */
  char          *user;
  char          *password;
} Login;

static void show_next (AvbHostPrompts *self);

static void
login_clear_kept (Login *login)
{
  g_clear_pointer (&login->host, g_free);
  g_clear_pointer (&login->user, g_free);
  avb_secret_free (g_steal_pointer (&login->password));
}

static void
login_free (gpointer data)
{
  Login *login = data;

  login_clear_kept (login);
  g_clear_object (&login->request);
  g_object_unref (login->connection);
  g_free (login);
}

static Login *
find_login (AvbHostPrompts *self, AvbConnection *connection)
{
  for (guint i = 0; i < self->logins->len; i++)
    {
      Login *login = self->logins->pdata[i];

      if (login->connection == connection)
        return login;
    }
  return NULL;
}

/* (nullable): whose present request it is */
static Login *
find_asking (AvbHostPrompts *self, AvbRequest *request)
{
  for (guint i = 0; i < self->logins->len; i++)
    {
      Login *login = self->logins->pdata[i];

      if (login->request == request)
        return login;
    }
  return NULL;
}

/* --- the user --- */

/* Closed without an answer, by the user or by us: of one that is answered this does nothing. */
static void
closed_cb (AdwDialog *dialog, AvbHostPrompts *self)
{
  g_autoptr (AvbRequest) request = g_steal_pointer (&self->shown);

  g_clear_weak_pointer (&self->dialog);
  if (request != NULL)
    avb_request_cancel (request);
  show_next (self);
}

static void
answered_cb (AvbRequest *request, gboolean given, AvbHostPrompts *self)
{
  Login *login = find_asking (self, request);

  if (given && login != NULL && AVB_IS_PASSWORD_REQUEST (request) && !login->from_keyring)
    {
      AvbPasswordRequest *password = AVB_PASSWORD_REQUEST (request);

      login_clear_kept (login);
      if (avb_password_request_get_remember (password))
        {
          login->host = g_strdup (avb_request_get_host (request));
          login->user = g_strdup (avb_password_request_get_user (password));
          login->password = g_strdup (avb_password_request_get_password (password));
        }
    }
  if (given && AVB_IS_CERTIFICATE_REQUEST (request) && request == self->shown)
    avb_future_finish (
        avb_known_certificates_keep (
            avb_request_get_host (request),
            avb_certificate_request_get_port (AVB_CERTIFICATE_REQUEST (request)),
            avb_certificate_request_get_fingerprint (AVB_CERTIFICATE_REQUEST (request))),
        "keep a certificate");
  if (request != self->shown)
    return;
  g_clear_object (&self->shown);
  if (self->dialog != NULL)
    adw_dialog_force_close (self->dialog);
}

static AdwDialog *
build_dialog (AvbRequest *request)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *form = AVB_IS_CERTIFICATE_REQUEST (request)
                        ? avb_certificate_form_new (AVB_CERTIFICATE_REQUEST (request))
                        : avb_password_form_new (AVB_PASSWORD_REQUEST (request));

  adw_dialog_set_title (dialog, AVB_IS_CERTIFICATE_REQUEST (request) ? _("Certificate of a Host")
                                                                     : _("Password of a Host"));
  adw_dialog_set_content_width (dialog, 460);
  adw_header_bar_set_show_title (ADW_HEADER_BAR (bar), FALSE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), bar);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), form);
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_focus (dialog, form);
  return dialog;
}

static void
show_next (AvbHostPrompts *self)
{
  g_autoptr (AvbRequest) request = NULL;

  while (self->parent != NULL && self->dialog == NULL
         && (request = g_queue_pop_head (&self->waiting)) != NULL)
    {
      /* Taken back meanwhile. */
      if (find_asking (self, request) == NULL || avb_request_is_answered (request))
        {
          g_clear_object (&request);
          continue;
        }
      g_set_weak_pointer (&self->dialog, build_dialog (request));
      self->shown = g_steal_pointer (&request);
      g_signal_connect_object (self->dialog, "closed", G_CALLBACK (closed_cb), self,
                               G_CONNECT_DEFAULT);
      adw_dialog_present (self->dialog, self->parent);
    }
}

static void
ask_user (AvbHostPrompts *self, AvbRequest *request)
{
  g_queue_push_tail (&self->waiting, g_object_ref (request));
  show_next (self);
}

/* --- what is known --- */

typedef struct {
  GWeakRef    prompts;
  AvbRequest *request;
} Lookup;

static Lookup *
lookup_new (AvbHostPrompts *self, AvbRequest *request)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  g_weak_ref_init (&lookup->prompts, self);
  lookup->request = g_object_ref (request);
  return lookup;
}

static void
lookup_free (gpointer data)
{
  Lookup *lookup = data;

  g_weak_ref_clear (&lookup->prompts);
  g_object_unref (lookup->request);
  g_free (lookup);
}

static DexFuture *
secret_found_cb (DexFuture *future, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (AvbHostPrompts) self = g_weak_ref_get (&lookup->prompts);
  Login        *login = self != NULL ? find_asking (self, lookup->request) : NULL;
  const GValue *value = dex_future_get_value (future, NULL);
  const char   *password = value != NULL ? g_value_get_string (value) : NULL;

  if (login == NULL)
    return dex_future_new_true ();
  if (password != NULL
      && strlen (password) <= avb_password_request_get_max_bytes (AVB_PASSWORD_REQUEST (lookup->request)))
    {
      login->from_keyring = TRUE;
      avb_password_request_give (AVB_PASSWORD_REQUEST (lookup->request), password, FALSE);
    }
  else
    ask_user (self, lookup->request);
  return dex_future_new_true ();
}

static void
handle_password (AvbHostPrompts *self, Login *login, AvbPasswordRequest *request)
{
  const char *host = avb_request_get_host (AVB_REQUEST (request));
  const char *user = avb_password_request_get_user (request);

  login_clear_kept (login);
  if (avb_password_request_get_wrong (request) || host == NULL || user == NULL)
    {
      if (login->from_keyring && host != NULL && user != NULL)
        avb_future_finish (avb_host_secrets_forget (host, user), "forget a password");
      login->from_keyring = FALSE;
      ask_user (self, AVB_REQUEST (request));
      return;
    }
  login->from_keyring = FALSE;
  avb_future_finish (dex_future_finally (avb_host_secrets_find (host, user), secret_found_cb,
                                         lookup_new (self, AVB_REQUEST (request)), lookup_free),
                     "look a password up");
}

static DexFuture *
certificate_found_cb (DexFuture *future, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (AvbHostPrompts) self = g_weak_ref_get (&lookup->prompts);
  AvbCertificateRequest *request = AVB_CERTIFICATE_REQUEST (lookup->request);
  const GValue          *value = dex_future_get_value (future, NULL);
  const char            *known = value != NULL ? g_value_get_string (value) : NULL;

  if (self == NULL || find_asking (self, lookup->request) == NULL)
    return dex_future_new_true ();
  if (g_strcmp0 (known, avb_certificate_request_get_fingerprint (request)) == 0)
    {
      avb_certificate_request_trust (request);
      return dex_future_new_true ();
    }
  if (known != NULL)
    avb_certificate_request_set_changed (request);
  ask_user (self, lookup->request);
  return dex_future_new_true ();
}

static void
request_cb (AvbHostPrompts *self, GParamSpec *pspec, AvbConnection *connection)
{
  Login      *login = find_login (self, connection);
  AvbRequest *request = avb_connection_get_request (connection);

  if (login == NULL || login->request == request)
    return;
  /* One that is not answered and was taken back. */
  if (login->request != NULL && login->request == self->shown)
    {
      g_clear_object (&self->shown);
      if (self->dialog != NULL)
        adw_dialog_force_close (self->dialog);
    }
  if (login->request != NULL)
    g_signal_handlers_disconnect_by_data (login->request, self);
  g_set_object (&login->request, request);
  if (request == NULL)
    return;
  g_signal_connect_object (request, "answered", G_CALLBACK (answered_cb), self, G_CONNECT_DEFAULT);
  if (AVB_IS_PASSWORD_REQUEST (request))
    handle_password (self, login, AVB_PASSWORD_REQUEST (request));
  else if (AVB_IS_CERTIFICATE_REQUEST (request))
    avb_future_finish (
        dex_future_finally (avb_known_certificates_find (
                                avb_request_get_host (request),
                                avb_certificate_request_get_port (AVB_CERTIFICATE_REQUEST (request))),
                            certificate_found_cb, lookup_new (self, request), lookup_free),
        "look a certificate up");
}

static void
link_cb (AvbHostPrompts *self, GParamSpec *pspec, AvbConnection *connection)
{
  Login *login = find_login (self, connection);

  if (login == NULL || avb_connection_get_link (connection) != AVB_LINK_UP)
    return;
  /* It was right. */
  if (login->password != NULL)
    avb_future_finish (avb_host_secrets_keep (login->host, login->user, login->password),
                       "keep a password");
  login_clear_kept (login);
  login->from_keyring = FALSE;
}

/* --- which connections there are --- */

static void
drop_login (AvbHostPrompts *self, guint index)
{
  Login *login = self->logins->pdata[index];

  g_signal_handlers_disconnect_by_data (login->connection, self);
  if (login->request != NULL)
    g_signal_handlers_disconnect_by_data (login->request, self);
  if (login->request != NULL && login->request == self->shown)
    {
      g_clear_object (&self->shown);
      if (self->dialog != NULL)
        adw_dialog_force_close (self->dialog);
    }
  g_ptr_array_remove_index (self->logins, index);
}

static void
connections_cb (AvbHostPrompts *self)
{
  GListModel *connections = avb_library_get_connections (self->library);

  for (guint i = self->logins->len; i > 0; i--)
    {
      Login   *login = self->logins->pdata[i - 1];
      gboolean there = FALSE;

      for (guint j = 0; j < g_list_model_get_n_items (connections) && !there; j++)
        {
          g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, j);

          there = connection == login->connection;
        }
      if (!there)
        drop_login (self, i - 1);
    }
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);
      Login *login;

      if (find_login (self, connection) != NULL)
        continue;
      login = g_new0 (Login, 1);
      login->connection = g_object_ref (connection);
      g_ptr_array_add (self->logins, login);
      g_signal_connect_object (connection, "notify::request", G_CALLBACK (request_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (connection, "notify::link", G_CALLBACK (link_cb), self,
                               G_CONNECT_SWAPPED);
      request_cb (self, NULL, connection);
    }
}

static void
avb_host_prompts_dispose (GObject *object)
{
  AvbHostPrompts *self = AVB_HOST_PROMPTS (object);

  self->parent = NULL;
  while (self->logins->len > 0)
    drop_login (self, self->logins->len - 1);
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_clear_object (&self->shown);
  g_clear_weak_pointer (&self->dialog);
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (avb_library_get_connections (self->library), self);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_host_prompts_parent_class)->dispose (object);
}

static void
avb_host_prompts_finalize (GObject *object)
{
  g_ptr_array_unref (AVB_HOST_PROMPTS (object)->logins);
  G_OBJECT_CLASS (avb_host_prompts_parent_class)->finalize (object);
}

static void
avb_host_prompts_class_init (AvbHostPromptsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_host_prompts_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_host_prompts_finalize;
}

static void
avb_host_prompts_init (AvbHostPrompts *self)
{
  self->logins = g_ptr_array_new_with_free_func (login_free);
  g_queue_init (&self->waiting);
}

AvbHostPrompts *
avb_host_prompts_new (GtkWidget *parent, AvbLibrary *library)
{
  AvbHostPrompts *self;

  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_HOST_PROMPTS, NULL);
  self->parent = parent;
  self->library = g_object_ref (library);
  g_signal_connect_swapped (avb_library_get_connections (library), "items-changed",
                            G_CALLBACK (connections_cb), self);
  connections_cb (self);
  return self;
}
