// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package metrics

import (
	"regexp"
	"strings"
	"testing"
)

func write(t *testing.T, machines []Machine, errors int) string {
	t.Helper()
	var text strings.Builder
	if err := Write(&text, machines, errors); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

var sample = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? (NaN|[+-]?[0-9.eE+-]+)$`)

func check(t *testing.T, text string) {
	t.Helper()
	if !strings.HasSuffix(text, "\n") {
		t.Error("the last line does not end")
	}
	typed := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "# TYPE ") {
			name := strings.Fields(line)[2]
			if typed[name] {
				t.Errorf("%s comes twice", name)
			}
			typed[name] = true
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		if !sample.MatchString(line) {
			t.Errorf("not understood: %q", line)
		}
		name := strings.FieldsFunc(line, func(r rune) bool { return r == '{' || r == ' ' })[0]
		if !typed[name] {
			t.Errorf("%s has no type before it", name)
		}
		if strings.HasSuffix(name, "_total") != strings.Contains(text, "# TYPE "+name+" counter") {
			t.Errorf("%s: only counters are called so", name)
		}
	}
}

func TestNothing(t *testing.T) {
	text := write(t, nil, 3)
	check(t, text)
	if !strings.Contains(text, "\nalpha_vbox_machines 0\n") || !strings.Contains(text, "\nalpha_vbox_scrape_errors 3\n") {
		t.Error(text)
	}
}

func TestHostileNames(t *testing.T) {
	names := []string{`a"b`, `a\b`, "a\nb", "a\xffb", `"} evil 1` + "\n" + `x{y="`, "ünï", ""}
	machines := []Machine{}
	for i, name := range names {
		machines = append(machines, Machine{ID: string(rune('a' + i)), Name: name, Host: name, State: "running",
			Values: map[string]float64{"cpu_seconds": 1.5}})
	}
	text := write(t, machines, 0)
	check(t, text)
	if strings.Count(text, "alpha_vbox_machine_cpu_seconds_total{") != len(names) {
		t.Error(text)
	}
}

func TestUnknownIsLeftOut(t *testing.T) {
	text := write(t, []Machine{{ID: "b", Name: "b", State: "off"},
		{ID: "a", Name: "a", State: "running", Values: map[string]float64{"memory_bytes": 2147483648}}}, 0)
	check(t, text)
	if strings.Contains(text, "cpu_seconds") || strings.Contains(text, `memory_bytes{machine="b"`) {
		t.Error(text)
	}
	if !strings.Contains(text, `alpha_vbox_machine_memory_bytes{machine="a",name="a"} 2.147483648e+09`) {
		t.Error(text)
	}
	if !strings.Contains(text, `alpha_vbox_machine_state{machine="b",name="b",state="off"} 1`) ||
		!strings.Contains(text, `alpha_vbox_machine_state{machine="a",name="a",state="off"} 0`) {
		t.Error(text)
	}
	if strings.Index(text, `state{machine="a"`) > strings.Index(text, `state{machine="b"`) {
		t.Error("not sorted")
	}
}
