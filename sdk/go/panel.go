// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

// Node is one part of a panel; make them by the functions of this file and set what else they have. At most 200 in a panel,
// rows of tables included.
type Node struct {
	Kind        string   `json:"kind"`
	ID          string   `json:"id,omitempty"`
	Label       string   `json:"label,omitempty"`
	Description string   `json:"description,omitempty"`
	Sensitive   *bool    `json:"sensitive,omitempty"`
	Value       any      `json:"value,omitempty"`
	Text        string   `json:"text,omitempty"`
	Secret      bool     `json:"secret,omitempty"`
	Style       string   `json:"style,omitempty"`
	Options     []Option `json:"options,omitempty"`
	Columns     []Column `json:"columns,omitempty"`
	Rows        any      `json:"rows,omitempty"`
	Values      any      `json:"values,omitempty"`
	Min         *float64 `json:"min,omitempty"`
	Max         *float64 `json:"max,omitempty"`
	Children    any      `json:"children,omitempty"`
}

// Option of a combo.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Column of a table. Align: "start", "end".
type Column struct {
	Label string `json:"label"`
	Align string `json:"align,omitempty"`
}

// Group holds rows that belong together.
func Group(label string, children ...*Node) *Node {
	if children == nil {
		children = []*Node{}
	}
	return &Node{Kind: "group", Label: label, Children: children}
}

// Row is a line with a text at its end.
func Row(label, value string, children ...*Node) *Node {
	node := &Node{Kind: "row", Label: label}
	if value != "" {
		node.Value = value
	}
	if children != nil {
		node.Children = children
	}
	return node
}

// Switch is yes or no; its action has a bool.
func Switch(id, label string, value bool) *Node {
	return &Node{Kind: "switch", ID: id, Label: label, Value: value}
}

// Entry is a text; its action has a string.
func Entry(id, label, value string) *Node {
	return &Node{Kind: "entry", ID: id, Label: label, Value: value}
}

// Combo is one of several; its action has the id of one.
func Combo(id, label, value string, options ...Option) *Node {
	node := &Node{Kind: "combo", ID: id, Label: label, Options: options}
	if value != "" {
		node.Value = value
	}
	return node
}

// Progress is a bar from 0 to 1; below 0: nobody knows how long.
func Progress(label string, fraction float64, text string) *Node {
	node := &Node{Kind: "progress", Label: label, Text: text}
	if fraction >= 0 {
		node.Value = min(fraction, 1)
	}
	return node
}

// Table has cells that are strings or numbers.
func Table(columns []Column, rows [][]any) *Node {
	if rows == nil {
		rows = [][]any{}
	}
	return &Node{Kind: "table", Columns: columns, Rows: rows}
}

// Sparkline is a small line of values, oldest first.
func Sparkline(label string, values []float64, text string) *Node {
	if values == nil {
		values = []float64{}
	}
	return &Node{Kind: "sparkline", Label: label, Values: values, Text: text}
}

// Button is something to do. Style: "", "suggested", "destructive".
func Button(id, label, style string) *Node {
	return &Node{Kind: "button", ID: id, Label: label, Style: style}
}
