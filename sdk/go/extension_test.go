// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

func TestFraming(t *testing.T) {
	good := "Content-Type: x\r\ncontent-length: 18\r\n\r\n{\"method\": \"ping\"}"
	broken := map[string]string{
		"cut off":     "Content-Length: 5\r\n\r\n{}",
		"negative":    "Content-Length: -1\r\n\r\n",
		"too long":    "Content-Length: 99999999\r\n\r\n",
		"no newline":  strings.Repeat("x", 100000),
		"no length":   "\r\n",
		"bare":        "Content-Length: 2\n\n{}",
		"twice":       "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		"not a value": "Content-Length: 3\r\n\r\nNaN",
		"an array":    "Content-Length: 2\r\n\r\n[]",
		"depth":       "Content-Length: 200000\r\n\r\n" + strings.Repeat("[", 200000),
	}
	msg, err := readMessage(bufio.NewReader(strings.NewReader(good)))
	if err != nil || msg.Method != "ping" {
		t.Errorf("%v, %v", msg, err)
	}
	if _, err := readMessage(bufio.NewReader(strings.NewReader(""))); err != io.EOF {
		t.Errorf("the end of the stream is %v", err)
	}
	for name, text := range broken {
		if _, err := readMessage(bufio.NewReaderSize(strings.NewReader(text), 64<<10)); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// program plays the other side.
type program struct {
	*testing.T
	reader *bufio.Reader
	writer io.WriteCloser
	ended  chan error
}

func begin(t *testing.T, e *Extension) *program {
	ours, theirs := io.Pipe()
	back, out := io.Pipe()
	p := &program{t, bufio.NewReader(back), theirs, make(chan error, 1)}
	go func() { p.ended <- e.Serve(ours, out) }()
	return p
}

func (p *program) write(text string) {
	p.Helper()
	data := []byte(text)
	if _, err := p.writer.Write(append([]byte("Content-Length: "+jsonNumber(len(data))+"\r\n\r\n"), data...)); err != nil {
		p.Fatal(err)
	}
}

func jsonNumber(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func (p *program) until(wanted func(*message) bool) *message {
	p.Helper()
	for {
		msg, err := readMessage(p.reader)
		if err != nil {
			p.Fatal(err)
		}
		if wanted(msg) {
			return msg
		}
	}
}

func (p *program) answer(id string) *message {
	p.Helper()
	return p.until(func(msg *message) bool { return string(msg.ID) == id && msg.Method == "" })
}

func (p *program) end() {
	p.Helper()
	p.writer.Close()
	if err := <-p.ended; err != nil {
		p.Error(err)
	}
}

func method(name string) func(*message) bool {
	return func(msg *message) bool { return msg.Method == name }
}

func TestCalls(t *testing.T) {
	e := New()
	e.Command("ok", func(_ context.Context, call *Call) (*Notice, error) {
		return &Notice{Text: call.Values()["x"].(string) + call.Machine().Name + e.Info().Locale}, nil
	})
	e.Command("busy", func(context.Context, *Call) (*Notice, error) { return nil, Errorf(CodeBusy, "later") })
	e.Command("panic", func(context.Context, *Call) (*Notice, error) { panic("oh") })
	e.Method("nan", func(context.Context, *Call) (any, error) { return math.NaN(), nil })
	p := begin(t, e)
	p.write(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol":{"min":1,"max":3},"locale":"de-DE","granted":[{"id":"network.fetch","args":["a.org"]}]}}`)
	if got := string(p.answer("1").Result); got != `{"protocol":1}` {
		t.Error(got)
	}
	if !e.Granted("network.fetch", "a.org") || e.Granted("network.fetch", "b.org") || e.Granted("secrets", "") {
		t.Error("grants are not what they are")
	}
	p.write(`{"jsonrpc":"2.0","id":2,"method":"command/run","params":{"command":"ok","values":{"x":"y"},"machine":{"id":"1","name":"m"}}}`)
	if got := string(p.answer("2").Result); got != `{"text":"ymde-DE"}` {
		t.Error(got)
	}
	for id, want := range map[string]struct {
		request string
		code    int64
	}{
		"3": {`"method":"command/run","params":{"command":"busy"}`, CodeBusy},
		"4": {`"method":"command/run","params":{"command":"panic"}`, CodeInternal},
		"5": {`"method":"command/run","params":{"command":"none"}`, CodeInvalidParams},
		"6": {`"method":"nothing/here"`, CodeMethodNotFound},
		"7": {`"method":"nan"`, CodeInternal},
		"8": {`"method":"initialize","params":{"protocol":{"min":2,"max":3}}`, CodeInternal},
	} {
		p.write(`{"jsonrpc":"2.0","id":` + id + `,` + want.request + `}`)
		if got := p.answer(id); got.Error == nil || got.Error.Code != want.code {
			t.Errorf("%s: %+v", want.request, got)
		}
	}
	p.write(`{"jsonrpc":"2.0","id":"p","method":"ping"}`)
	if got := string(p.answer(`"p"`).Result); got != "{}" {
		t.Error(got)
	}
	p.end()
}

func TestCancel(t *testing.T) {
	e := New()
	e.Command("wait", func(ctx context.Context, call *Call) (*Notice, error) {
		call.Progress(2, "begun")
		<-ctx.Done()
		return nil, ctx.Err()
	})
	e.Command("ask", func(ctx context.Context, call *Call) (*Notice, error) {
		answer, err := e.Host().Ask(ctx, Question{Title: "Sure?"})
		if err != nil {
			return nil, err
		}
		return &Notice{Text: jsonNumber(len(answer.Values))}, nil
	})
	p := begin(t, e)
	p.write(`{"jsonrpc":"2.0","id":1,"method":"command/run","params":{"command":"wait"}}`)
	if got := string(p.until(method("$/progress")).Params); got != `{"fraction":1,"text":"begun","token":1}` {
		t.Error(got)
	}
	p.write(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	if got := p.answer("1"); got.Error == nil || got.Error.Code != CodeCancelled {
		t.Errorf("%+v", got)
	}
	// A call that waits for the program cancels what it waits for.
	p.write(`{"jsonrpc":"2.0","id":2,"method":"command/run","params":{"command":"ask"}}`)
	asked := p.until(method("host/ui.ask"))
	p.write(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}`)
	if got := string(p.until(method("$/cancelRequest")).Params); got != `{"id":`+string(asked.ID)+`}` {
		t.Error(got)
	}
	if got := p.answer("2"); got.Error == nil || got.Error.Code != CodeCancelled {
		t.Errorf("%+v", got)
	}
	for id, reply := range map[string]string{"3": `"result":{"accepted":true,"values":{"a":1}}`, "4": `"error":{"code":-32001,"message":"no"}`} {
		p.write(`{"jsonrpc":"2.0","id":` + id + `,"method":"command/run","params":{"command":"ask"}}`)
		asked = p.until(method("host/ui.ask"))
		p.write(`{"jsonrpc":"2.0","id":` + string(asked.ID) + `,` + reply + `}`)
		got := p.answer(id)
		if (id == "3" && string(got.Result) != `{"text":"1"}`) || (id == "4" && (got.Error == nil || !IsDenied(got.Error))) {
			t.Errorf("%s: %+v", reply, got)
		}
	}
	p.end()
}

func TestMonitorsAndPanels(t *testing.T) {
	e := New()
	e.Monitor("m", time.Millisecond, func(context.Context) (map[string]float64, error) { return map[string]float64{"n": 1}, nil })
	e.Panel("m", func(context.Context, *Call) (*Node, error) { return Group("", Switch("s", "S", false)), nil })
	e.PanelAction("m", "s", func(_ context.Context, _ *Call, value any) (*PanelResult, error) {
		for range 200 {
			e.UpdatePanel("m", Row("a", "1"))
		}
		e.UpdatePanel("m", Row("b", "2"))
		return &PanelResult{Root: Group("", Switch("s", "S", value.(bool)))}, nil
	})
	p := begin(t, e)
	p.write(`{"jsonrpc":"2.0","id":1,"method":"panel/open","params":{"panel":"m"}}`)
	if got := string(p.answer("1").Result); got != `{"root":{"kind":"group","children":[{"kind":"switch","id":"s","label":"S","value":false}]}}` {
		t.Error(got)
	}
	p.write(`{"jsonrpc":"2.0","id":2,"method":"panel/action","params":{"panel":"m","node":"s","value":true}}`)
	for _, want := range []string{"a", "b"} {
		var params struct{ Root Node }
		_ = json.Unmarshal(p.until(method("panel/update")).Params, &params)
		if params.Root.Label != want {
			t.Errorf("%+v", params)
		}
		if want == "a" {
			p.answer("2")
		}
	}
	p.write(`{"jsonrpc":"2.0","id":3,"method":"monitor/start","params":{"monitor":"m"}}`)
	for range 3 {
		p.until(method("monitor/sample"))
	}
	p.write(`{"jsonrpc":"2.0","id":4,"method":"monitor/stop","params":{"monitor":"m"}}`)
	p.answer("4")
	p.end()
}

func TestEndsWithItsProgram(t *testing.T) {
	e := New()
	gone := make(chan error, 1)
	e.Command("ask", func(ctx context.Context, _ *Call) (*Notice, error) {
		_, err := e.Host().Machines(ctx)
		gone <- err
		return nil, err
	})
	p := begin(t, e)
	p.write(`{"jsonrpc":"2.0","id":1,"method":"command/run","params":{"command":"ask"}}`)
	p.until(method("host/machine.list"))
	go func() { _, _ = io.Copy(io.Discard, p.reader) }()
	p.end()
	if err := <-gone; err == nil {
		t.Error("it goes on without a program")
	}
	p = begin(t, New())
	p.write("nonsense")
	if err := <-p.ended; !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
