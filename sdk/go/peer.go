// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Limits of the line, the same on both sides.
const (
	MaxHeader   = 256
	MaxBody     = 4 << 20
	MaxInFlight = 32
)

// errBroken is what a stream that does not speak the protocol ends with.
var errBroken = errors.New("the stream does not speak the protocol")

type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *Error          `json:"error,omitempty"`
}

// readMessage returns io.EOF where the stream ends between two messages.
func readMessage(reader *bufio.Reader) (*message, error) {
	length, err := readHeader(reader)
	if err != nil {
		return nil, err
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(reader, body); err != nil {
		return nil, fmt.Errorf("%w: it ends within a message", errBroken)
	}
	msg := &message{}
	if err := json.Unmarshal(body, msg); err != nil {
		return nil, fmt.Errorf("%w: %v", errBroken, err)
	}
	return msg, nil
}

func readHeader(reader *bufio.Reader) (int, error) {
	length, total := -1, 0
	for {
		line, err := reader.ReadSlice('\n')
		total += len(line)
		if err == io.EOF && total == 0 {
			return 0, io.EOF
		}
		if err != nil || total > MaxHeader || !bytes.HasSuffix(line, []byte("\r\n")) {
			return 0, fmt.Errorf("%w: a header is not one", errBroken)
		}
		if len(line) == 2 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		if strings.EqualFold(strings.TrimSpace(name), "content-length") {
			number, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
			if err != nil || length >= 0 || number > MaxBody {
				return 0, fmt.Errorf("%w: a header has no length that can be", errBroken)
			}
			length = int(number)
		}
	}
	if length < 0 {
		return 0, fmt.Errorf("%w: a header has no length", errBroken)
	}
	return length, nil
}

// peer is one side of the line. All but loop may be called from any goroutine.
type peer struct {
	reader *bufio.Reader
	writer io.Writer

	writing sync.Mutex
	slots   chan struct{}

	mutex   sync.Mutex
	pending map[int64]chan *message
	lastID  int64
	closed  bool
}

func newPeer(reader io.Reader, writer io.Writer) *peer {
	return &peer{
		reader:  bufio.NewReaderSize(reader, 64<<10),
		writer:  writer,
		slots:   make(chan struct{}, MaxInFlight),
		pending: map[int64]chan *message{},
	}
}

func (p *peer) send(msg *message) error {
	msg.Version = "2.0"
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(msg); err != nil {
		return err
	}
	body := bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
	if len(body) > MaxBody {
		return fmt.Errorf("a message of %d bytes is too long", len(body))
	}
	data := append([]byte(fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))), body...)
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := p.writer.Write(data)
	return err
}

func (p *peer) notify(method string, params any) error {
	raw, err := encodeParams(params)
	if err != nil {
		return err
	}
	return p.send(&message{Method: method, Params: raw})
}

func encodeParams(params any) (json.RawMessage, error) {
	if params == nil {
		return json.RawMessage("{}"), nil
	}
	return json.Marshal(params)
}

// call calls the other side and waits; result, a pointer or nil, gets what it answers.
func (p *peer) call(ctx context.Context, method string, params, result any) error {
	raw, err := encodeParams(params)
	if err != nil {
		return err
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return Cancelled()
	}
	id, answer, err := p.begin()
	if err != nil {
		return err
	}
	if err := p.send(&message{ID: encodeID(id), Method: method, Params: raw}); err != nil {
		p.forget(id)
		return err
	}
	select {
	case msg := <-answer:
		return read(msg, result)
	case <-ctx.Done():
		if p.forget(id) {
			_ = p.notify("$/cancelRequest", map[string]int64{"id": id})
		}
		return Cancelled()
	}
}

func encodeID(id int64) json.RawMessage {
	return json.RawMessage(strconv.FormatInt(id, 10))
}

func (p *peer) begin() (int64, chan *message, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.closed {
		return 0, nil, errGone
	}
	p.lastID++
	answer := make(chan *message, 1)
	p.pending[p.lastID] = answer
	return p.lastID, answer, nil
}

func (p *peer) forget(id int64) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	_, there := p.pending[id]
	delete(p.pending, id)
	return there
}

var errGone = errors.New("the program is gone")

func read(msg *message, result any) error {
	if msg == nil {
		return errGone
	}
	if msg.Error != nil {
		return msg.Error
	}
	if result == nil || len(msg.Result) == 0 {
		return nil
	}
	return json.Unmarshal(msg.Result, result)
}

// loop reads until the end of the stream, or until dispatch, which gets requests and notifications, returns false.
func (p *peer) loop(dispatch func(*message) bool) error {
	defer p.close()
	for {
		msg, err := readMessage(p.reader)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if msg.Method == "" {
			p.answered(msg)
		} else if !dispatch(msg) {
			return nil
		}
	}
}

// answered: one that comes after its time was over is of no interest.
func (p *peer) answered(msg *message) {
	id, err := strconv.ParseInt(string(msg.ID), 10, 64)
	if err != nil {
		return
	}
	p.mutex.Lock()
	answer := p.pending[id]
	delete(p.pending, id)
	p.mutex.Unlock()
	if answer != nil {
		answer <- msg
	}
}

func (p *peer) close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closed = true
	for id, answer := range p.pending {
		answer <- nil
		delete(p.pending, id)
	}
}
