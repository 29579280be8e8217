/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wql.h"

#include <string.h>

#define MAX_DEPTH 32

typedef enum { OR, AND, NOT, COMPARE } Op;

struct _HvExpression {
  Op            op;
  HvExpression *left;
  HvExpression *right;
  char         *name;
  char         *comparison; /* "=", "<>", "LIKE", "ISA", "IS NULL", "IS NOT NULL"… */
  char         *literal;
};

typedef struct {
  const char *at;
  char       *token; /* (nullable): NULL at the end */
  gboolean    quoted;
  gboolean    failed;
  guint       depth;
} Parser;

static void
expression_free (HvExpression *self)
{
  if (self == NULL)
    return;
  expression_free (self->left);
  expression_free (self->right);
  g_free (self->name);
  g_free (self->comparison);
  g_free (self->literal);
  g_free (self);
}

static void
read_quoted (Parser *self, char quote)
{
  GString *text = g_string_new (NULL);

  for (self->at++; *self->at != '\0' && *self->at != quote; self->at++)
    {
      if (*self->at == '\\' && self->at[1] != '\0')
        self->at++;
      g_string_append_c (text, *self->at);
    }
  if (*self->at == quote)
    self->at++;
  else
    self->failed = TRUE;
  self->quoted = TRUE;
  self->token = g_string_free (text, FALSE);
}

static void
next (Parser *self)
{
  const char *start;

  g_clear_pointer (&self->token, g_free);
  self->quoted = FALSE;
  while (g_ascii_isspace (*self->at))
    self->at++;
  start = self->at;
  if (*start == '\0')
    return;
  if (*start == '\'' || *start == '"')
    {
      read_quoted (self, *start);
      return;
    }
  if (g_ascii_isalnum (*start) || strchr ("_.-+", *start) != NULL)
    while (g_ascii_isalnum (*self->at) || (*self->at != '\0' && strchr ("_.-+", *self->at) != NULL))
      self->at++;
  else if (strchr ("<>!", *start) != NULL && start[1] != '\0' && strchr ("=>", start[1]) != NULL)
    self->at += 2;
  else
    self->at++;
  self->token = g_strndup (start, self->at - start);
}

static gboolean
is (Parser *self, const char *word)
{
  return self->token != NULL && !self->quoted && g_ascii_strcasecmp (self->token, word) == 0;
}

static gboolean
accept (Parser *self, const char *word)
{
  if (!is (self, word))
    return FALSE;
  next (self);
  return TRUE;
}

static char *
take (Parser *self)
{
  char *token = g_steal_pointer (&self->token);

  if (token == NULL)
    self->failed = TRUE;
  next (self);
  return token;
}

static HvExpression *parse_or (Parser *self);

static HvExpression *
parse_comparison (Parser *self)
{
  static const char *const comparisons[] = { "=", "<>", "!=", "<", ">", "<=", ">=", "LIKE", "ISA", NULL };
  HvExpression *expression = g_new0 (HvExpression, 1);

  expression->op = COMPARE;
  expression->name = take (self);
  if (accept (self, "IS"))
    {
      expression->comparison = g_strdup (accept (self, "NOT") ? "IS NOT NULL" : "IS NULL");
      if (!accept (self, "NULL"))
        self->failed = TRUE;
      return expression;
    }
  for (guint i = 0; comparisons[i] != NULL; i++)
    if (is (self, comparisons[i]))
      {
        expression->comparison = g_strdup (comparisons[i]);
        next (self);
        /* A word without quotes is a number or TRUE and FALSE. */
        if (self->token != NULL && !self->quoted && !g_ascii_isdigit (*self->token) && *self->token != '-'
            && !is (self, "TRUE") && !is (self, "FALSE"))
          self->failed = TRUE;
        expression->literal = take (self);
        return expression;
      }
  self->failed = TRUE;
  return expression;
}

static HvExpression *
parse_term (Parser *self)
{
  HvExpression *expression;

  if (++self->depth > MAX_DEPTH)
    self->failed = TRUE;
  if (self->failed)
    return NULL;
  if (accept (self, "("))
    {
      expression = parse_or (self);
      if (!accept (self, ")"))
        self->failed = TRUE;
    }
  else if (accept (self, "NOT"))
    {
      expression = g_new0 (HvExpression, 1);
      expression->op = NOT;
      expression->left = parse_term (self);
    }
  else
    expression = parse_comparison (self);
  self->depth--;
  return expression;
}

static HvExpression *
join (Op op, HvExpression *left, HvExpression *right)
{
  HvExpression *expression = g_new0 (HvExpression, 1);

  expression->op = op;
  expression->left = left;
  expression->right = right;
  return expression;
}

static HvExpression *
parse_and (Parser *self)
{
  HvExpression *left = parse_term (self);

  while (!self->failed && accept (self, "AND"))
    left = join (AND, left, parse_term (self));
  return left;
}

static HvExpression *
parse_or (Parser *self)
{
  HvExpression *left = parse_and (self);

  while (!self->failed && accept (self, "OR"))
    left = join (OR, left, parse_and (self));
  return left;
}

static void
parse_select (Parser *parser, HvWql *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (!accept (parser, "*"))
    {
      do
        g_strv_builder_take (names, take (parser));
      while (!parser->failed && accept (parser, ","));
      if (!parser->failed)
        self->properties = g_strv_builder_end (names);
    }
  if (!accept (parser, "FROM"))
    parser->failed = TRUE;
  self->class_name = take (parser);
  if (accept (parser, "WITHIN"))
    {
      g_autofree char *seconds = take (parser);

      self->within = seconds != NULL ? g_ascii_strtod (seconds, NULL) : 0;
    }
  if (accept (parser, "WHERE"))
    self->where = parse_or (parser);
}

static void
parse_associators (Parser *parser, HvWql *self)
{
  const char *end;

  /* The path between braces is no WQL. */
  if (!accept (parser, "OF") || !is (parser, "{") || (end = strchr (parser->at, '}')) == NULL)
    {
      parser->failed = TRUE;
      return;
    }
  while ((end[1] != '\0' && !g_ascii_isspace (end[1])) && strchr (end + 1, '}') != NULL)
    end = strchr (end + 1, '}');
  self->path = g_strstrip (g_strndup (parser->at, end - parser->at));
  parser->at = end + 1;
  next (parser);
  if (parser->token != NULL && !accept (parser, "WHERE"))
    parser->failed = TRUE;
  while (parser->token != NULL && !parser->failed)
    {
      g_autofree char *name = take (parser);
      char **target = NULL;

      if (g_ascii_strcasecmp (name, "AssocClass") == 0 && self->kind == HV_WQL_ASSOCIATORS)
        target = &self->assoc_class;
      else if (g_ascii_strcasecmp (name, "ResultClass") == 0)
        target = &self->result_class;
      else if (g_ascii_strcasecmp (name, "ResultRole") == 0 && self->kind == HV_WQL_ASSOCIATORS)
        target = &self->result_role;
      else if (g_ascii_strcasecmp (name, "Role") == 0)
        target = &self->role;
      if (target == NULL || *target != NULL || !accept (parser, "="))
        parser->failed = TRUE;
      else
        *target = take (parser);
    }
}

HvWql *
hv_wql_parse (const char *text)
{
  g_autoptr (HvWql) self = g_new0 (HvWql, 1);
  Parser parser = { text, NULL, FALSE, FALSE, 0 };
  gboolean whole;

  self->within = -1;
  next (&parser);
  if (accept (&parser, "SELECT"))
    parse_select (&parser, self);
  else if (is (&parser, "ASSOCIATORS") || is (&parser, "REFERENCES"))
    {
      self->kind = is (&parser, "ASSOCIATORS") ? HV_WQL_ASSOCIATORS : HV_WQL_REFERENCES;
      next (&parser);
      parse_associators (&parser, self);
    }
  else
    parser.failed = TRUE;
  whole = !parser.failed && parser.token == NULL;
  g_free (parser.token);
  return whole ? g_steal_pointer (&self) : NULL;
}

void
hv_wql_free (HvWql *self)
{
  expression_free (self->where);
  g_strfreev (self->properties);
  g_free (self->class_name);
  g_free (self->path);
  g_free (self->assoc_class);
  g_free (self->result_class);
  g_free (self->result_role);
  g_free (self->role);
  g_free (self);
}

/* --- meaning ------------------------------------------------------------------------------------- */

static gboolean
matches_like (const char *pattern, const char *text)
{
  if (*pattern == '\0')
    return *text == '\0';
  if (*pattern == '%')
    {
      for (;; text++)
        {
          if (matches_like (pattern + 1, text))
            return TRUE;
          if (*text == '\0')
            return FALSE;
        }
    }
  if (*text == '\0' || (*pattern != '_' && g_ascii_tolower (*pattern) != g_ascii_tolower (*text)))
    return FALSE;
  return matches_like (pattern + 1, text + 1);
}

static int
compare_values (const HvProperty *property, const char *value, const char *literal)
{
  if (g_str_has_prefix (property->type, "uint") || g_str_has_prefix (property->type, "sint"))
    {
      double left = g_ascii_strtod (value, NULL), right = g_ascii_strtod (literal, NULL);

      return left < right ? -1 : left > right;
    }
  if (g_str_equal (property->type, "boolean") && (g_str_equal (literal, "1") || g_str_equal (literal, "0")))
    return g_ascii_strcasecmp (value, *literal == '1' ? "true" : "false");
  return g_ascii_strcasecmp (value, literal);
}

static gboolean
compare (HvExpression *self, HvObject *object, const char *name)
{
  const HvProperty *property = hv_class_find_property (object->klass, name);
  const char *value = property != NULL ? hv_get (object, name) : NULL;
  g_autofree char *path = NULL;
  int order;

  if (property != NULL && g_str_equal (property->type, "ref") && hv_object_get_end (object, property) != NULL)
    value = path = hv_object_dup_path (hv_object_get_end (object, property));
  if (g_str_equal (self->comparison, "IS NULL"))
    return value == NULL;
  if (g_str_equal (self->comparison, "IS NOT NULL"))
    return value != NULL;
  if (value == NULL)
    return FALSE;
  if (g_str_equal (self->comparison, "LIKE"))
    return matches_like (self->literal, value);
  order = compare_values (property, value, self->literal);
  if (g_str_equal (self->comparison, "="))
    return order == 0;
  if (g_str_equal (self->comparison, "<>") || g_str_equal (self->comparison, "!="))
    return order != 0;
  if (g_str_equal (self->comparison, "<"))
    return order < 0;
  if (g_str_equal (self->comparison, ">"))
    return order > 0;
  return g_str_equal (self->comparison, "<=") ? order <= 0 : order >= 0;
}

static gboolean
holds (HvExpression *self, HvObject *object, HvObject *before, gboolean event)
{
  const char *name = self->name;

  if (self->op == OR)
    return holds (self->left, object, before, event) || holds (self->right, object, before, event);
  if (self->op == AND)
    return holds (self->left, object, before, event) && holds (self->right, object, before, event);
  if (self->op == NOT)
    return !holds (self->left, object, before, event);
  if (!event)
    return compare (self, object, name);
  if (g_ascii_strncasecmp (name, "PreviousInstance", strlen ("PreviousInstance")) == 0)
    {
      object = before;
      name += strlen ("PreviousInstance");
    }
  else if (g_ascii_strncasecmp (name, "TargetInstance", strlen ("TargetInstance")) == 0)
    name += strlen ("TargetInstance");
  else
    return FALSE;
  if (object == NULL)
    return FALSE;
  if (g_str_equal (self->comparison, "ISA"))
    return *name == '\0' && hv_class_is_a (object->klass, self->literal);
  return *name == '.' && compare (self, object, name + 1);
}

gboolean
hv_wql_matches (HvWql *self, HvObject *object, HvObject *before, gboolean event)
{
  return self->where == NULL || holds (self->where, object, before, event);
}

static const char *
find_isa (HvExpression *self)
{
  const char *found = NULL;

  if (self == NULL)
    return NULL;
  if (self->op == COMPARE)
    return g_str_equal (self->comparison, "ISA") ? self->literal : NULL;
  found = find_isa (self->left);
  return found != NULL ? found : find_isa (self->right);
}

const char *
hv_wql_get_isa (HvWql *self)
{
  return find_isa (self->where);
}

static gboolean
check_names (HvExpression *self, const HvClass *klass)
{
  if (self == NULL)
    return TRUE;
  if (self->op == COMPARE)
    return hv_class_find_property (klass, self->name) != NULL;
  return check_names (self->left, klass) && check_names (self->right, klass);
}

gboolean
hv_wql_check (HvWql *self, const HvClass *klass)
{
  for (guint i = 0; self->properties != NULL && self->properties[i] != NULL; i++)
    if (hv_class_find_property (klass, self->properties[i]) == NULL && !g_str_has_prefix (self->properties[i], "__"))
      return FALSE;
  return check_names (self->where, klass);
}

static gboolean
is_of (HvObject *object, const char *class_name)
{
  return class_name == NULL || hv_class_is_a (object->klass, class_name);
}

static gboolean
has_role (HvObject *link, HvObject *end, const char *role)
{
  const HvProperty *property = role != NULL ? hv_class_find_property (link->klass, role) : NULL;

  return role == NULL || (property != NULL && hv_object_get_end (link, property) == end);
}

GPtrArray *
hv_associators (HvObject *object, const char *assoc_class, const char *result_class, const char *role,
                const char *result_role, gboolean references)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);

  for (guint i = 0; object->links != NULL && i < object->links->len; i++)
    {
      HvObject *link = g_ptr_array_index (object->links, i);
      HvObject *other = link->ends[0] == object ? link->ends[1] : link->ends[0];
      HvObject *result = references ? link : other;

      if (is_of (link, assoc_class) && is_of (result, result_class) && has_role (link, object, role)
          && has_role (link, other, result_role) && !g_ptr_array_find (found, result, NULL))
        g_ptr_array_add (found, hv_object_ref (result));
    }
  return found;
}

GPtrArray *
hv_wql_run (HvWql *self, HvStore *store, const char *space)
{
  g_autoptr (GPtrArray) all = NULL;
  const HvClass *klass;
  HvObject *object;

  if (self->kind != HV_WQL_SELECT)
    {
      object = hv_store_find_path (store, self->path);
      if (object == NULL)
        return NULL;
      return hv_associators (object, self->assoc_class, self->result_class, self->role, self->result_role,
                             self->kind == HV_WQL_REFERENCES);
    }
  if (!hv_class_exists (space, self->class_name))
    return NULL;
  klass = hv_class_find (space, self->class_name);
  if (klass != NULL && !hv_wql_check (self, klass))
    return NULL;
  all = hv_store_collect (store, space, self->class_name);
  for (guint i = 0; i < all->len;)
    if (hv_wql_matches (self, g_ptr_array_index (all, i), NULL, FALSE))
      i++;
    else
      g_ptr_array_remove_index (all, i);
  return g_steal_pointer (&all);
}
