/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wql-private.h"

#include <string.h>

#define MAX_DEPTH 32

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

  expression->op = HV_OP_COMPARE;
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
      expression->op = HV_OP_NOT;
      expression->left = parse_term (self);
    }
  else
    expression = parse_comparison (self);
  self->depth--;
  return expression;
}

static HvExpression *
join (HvOp op, HvExpression *left, HvExpression *right)
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
    left = join (HV_OP_AND, left, parse_term (self));
  return left;
}

static HvExpression *
parse_or (Parser *self)
{
  HvExpression *left = parse_and (self);

  while (!self->failed && accept (self, "OR"))
    left = join (HV_OP_OR, left, parse_and (self));
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
