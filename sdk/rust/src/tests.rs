// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread::{spawn, JoinHandle};
use std::time::Duration;

use serde_json::{json, Value};

use crate::peer::read_message;
use crate::{code, panel, Error, Extension, Notice, PanelResult, Question, Result};

/// One direction of a line within the process.
struct Reader(Receiver<Vec<u8>>, Vec<u8>);
struct Writer(Sender<Vec<u8>>);

fn pipe() -> (BufReader<Reader>, Writer) {
    let (sender, receiver) = channel();
    (BufReader::new(Reader(receiver, Vec::new())), Writer(sender))
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let length = buffer.len().min(self.1.len());
        buffer[..length].copy_from_slice(&self.1[..length]);
        self.1.drain(..length);
        Ok(length)
    }
}

impl Write for Writer {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.send(data.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Plays the other side.
struct Program {
    reader: BufReader<Reader>,
    writer: Writer,
    ended: JoinHandle<Result<()>>,
}

impl Program {
    fn begin(extension: Extension) -> Self {
        let (theirs, writer) = pipe();
        let (reader, out) = pipe();
        Program { reader, writer, ended: spawn(move || extension.serve(theirs, Box::new(out))) }
    }

    fn write(&mut self, message: Value) {
        let text = message.to_string();
        write!(self.writer, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = read_message(&mut self.reader).unwrap().expect("it ended");
            if wanted(&message) {
                return message;
            }
        }
    }

    fn method(&mut self, name: &str) -> Value {
        self.until(|message| message["method"] == name)
    }

    fn answer(&mut self, id: i64) -> Value {
        self.until(|message| message["id"] == id && message.get("method").is_none())
    }

    fn call(&mut self, id: i64, method: &str, params: Value) -> Value {
        self.write(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.answer(id)
    }

    fn end(self) -> Result<()> {
        drop(self.writer);
        self.ended.join().unwrap()
    }
}

#[test]
fn framing() {
    let read = |text: &[u8]| read_message(&mut BufReader::new(text));
    let good = b"Content-Type: x\r\ncontent-length: 18\r\n\r\n{\"method\": \"ping\"}";
    assert_eq!(read(good).unwrap().unwrap()["method"], "ping");
    assert!(read(b"").unwrap().is_none());
    let deep = [b"Content-Length: 200000\r\n\r\n".to_vec(), vec![b'['; 200000]].concat();
    for broken in [
        b"Content-Length: 5\r\n\r\n{}".as_slice(),
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999\r\n\r\n",
        &[b'x'; 100000],
        b"\r\n",
        b"Content-Length: 2\n\n{}",
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length: 3\r\n\r\nNaN",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 2\r\n\r\n\xff\xff",
        &deep,
    ] {
        assert!(read(broken).is_err(), "{}", String::from_utf8_lossy(&broken[..broken.len().min(40)]));
    }
}

#[test]
fn calls_and_errors() {
    let mut extension = Extension::new();
    extension.command("ok", |call| {
        let name = call.machine().unwrap().name;
        let granted = call.info().is_granted("network.fetch", Some("a.org")) && !call.info().is_granted("secrets", None);
        Ok(Notice::text(format!("{}{name}{}{granted}", call.value("x"), call.info().locale)))
    });
    extension.command("busy", |_| Err(Error::new(code::BUSY, "later")));
    extension.command("panic", |_| panic!("oh"));
    extension.contributes(|info| json!({"x-locale": info.locale}));
    let mut program = Program::begin(extension);
    let about = json!({"protocol": {"min": 1, "max": 3}, "locale": "de", "granted": [{"id": "network.fetch", "args": ["a.org"]}]});
    let answer = program.call(1, "initialize", about);
    assert_eq!(answer["result"], json!({"protocol": 1, "contributes": {"x-locale": "de"}}));
    let answer = program.call(2, "command/run", json!({"command": "ok", "values": {"x": 7}, "machine": {"id": "1", "name": "m"}}));
    assert_eq!(answer["result"], json!({"text": "7mdetrue"}));
    for (id, method, params, code) in [
        (3, "command/run", json!({"command": "busy"}), code::BUSY),
        (4, "command/run", json!({"command": "panic"}), code::INTERNAL),
        (5, "command/run", json!({"command": "none"}), code::INVALID_PARAMS),
        (6, "nothing/here", json!({}), code::METHOD_NOT_FOUND),
        (7, "initialize", json!({"protocol": {"min": 2, "max": 3}}), code::INTERNAL),
        (8, "monitor/start", json!({"monitor": "none"}), code::INVALID_PARAMS),
    ] {
        assert_eq!(program.call(id, method, params)["error"]["code"], code, "{method}");
    }
    assert_eq!(program.call(9, "ping", json!({}))["result"], json!({}));
    assert_eq!(program.call(10, "shutdown", json!({}))["result"], Value::Null);
    program.write(json!({"jsonrpc": "2.0", "method": "exit"}));
    assert_eq!(program.end(), Ok(()));
}

#[test]
fn cancel_also_of_what_a_call_waits_for() {
    let mut extension = Extension::new();
    extension.command("wait", |call| {
        call.progress(Some(2.0), "begun")?;
        call.wait(Duration::from_secs(600))?;
        Ok(Notice::default())
    });
    extension.command("ask", |call| {
        let answer = call.host().ask(&Question { title: "Sure?".into(), ..Question::default() })?;
        Ok(Notice::text(answer.accepted.to_string()))
    });
    let mut program = Program::begin(extension);
    program.write(json!({"jsonrpc": "2.0", "id": 1, "method": "command/run", "params": {"command": "wait"}}));
    assert_eq!(program.method("$/progress")["params"], json!({"token": 1, "fraction": 1.0, "text": "begun"}));
    program.write(json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}));
    assert_eq!(program.answer(1)["error"]["code"], code::CANCELLED);

    program.write(json!({"jsonrpc": "2.0", "id": 2, "method": "command/run", "params": {"command": "ask"}}));
    let asked = program.method("host/ui.ask")["id"].clone();
    program.write(json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 2}}));
    assert_eq!(program.method("$/cancelRequest")["params"], json!({"id": asked}));
    program.write(json!({"jsonrpc": "2.0", "id": asked, "error": {"code": -32003, "message": "cancelled"}}));
    assert_eq!(program.answer(2)["error"]["code"], code::CANCELLED);

    for (id, member, value) in [(3, "result", json!({"accepted": true})), (4, "error", json!({"code": -32001, "message": "no"}))] {
        program.write(json!({"jsonrpc": "2.0", "id": id, "method": "command/run", "params": {"command": "ask"}}));
        let asked = program.method("host/ui.ask")["id"].clone();
        program.write(json!({"jsonrpc": "2.0", "id": asked, member: value}));
        let answer = program.answer(id);
        assert!(answer["result"]["text"] == "true" || answer["error"]["code"] == code::DENIED, "{answer}");
    }
    assert_eq!(program.end(), Ok(()));
}

#[test]
fn monitors_and_panels() {
    let mut extension = Extension::new();
    extension.monitor("m", Duration::from_millis(1), |_| Ok(BTreeMap::from([("n".to_string(), 1.0)])));
    extension.panel("m", |_| Ok(panel::group("", vec![panel::switch("s", "S", false)])));
    extension.panel_action("m", "s", |call, value| {
        for number in 0..200 {
            call.update_panel("m", panel::row(&number.to_string(), "x"));
        }
        Ok(PanelResult { text: Some(value.to_string()), root: None })
    });
    let mut program = Program::begin(extension);
    let root = json!({"kind": "group", "children": [{"kind": "switch", "id": "s", "label": "S", "value": false}]});
    assert_eq!(program.call(1, "panel/open", json!({"panel": "m"}))["result"], json!({"root": root}));
    program.write(json!({"jsonrpc": "2.0", "id": 2, "method": "panel/action", "params": {"panel": "m", "node": "s", "value": true}}));
    assert_eq!(program.method("panel/update")["params"]["root"]["label"], "0");
    assert_eq!(program.answer(2)["result"], json!({"text": "true"}));
    assert_eq!(program.method("panel/update")["params"]["root"]["label"], "199");
    assert_eq!(program.call(3, "panel/close", json!({"panel": "m"}))["result"], json!({}));
    program.write(json!({"jsonrpc": "2.0", "id": 4, "method": "monitor/start", "params": {"monitor": "m"}}));
    for _ in 0..3 {
        assert_eq!(program.method("monitor/sample")["params"]["values"], json!({"n": 1.0}));
    }
    program.write(json!({"jsonrpc": "2.0", "id": 5, "method": "monitor/stop", "params": {"monitor": "m"}}));
    program.answer(5);
    assert_eq!(program.end(), Ok(()));
}

#[test]
fn it_ends_with_its_program() {
    let (sender, receiver) = channel();
    let mut extension = Extension::new();
    extension.command("ask", move |call| {
        let result = call.host().machines();
        sender.send(result.is_err()).unwrap();
        Ok(Notice::default())
    });
    let mut program = Program::begin(extension);
    program.write(json!({"jsonrpc": "2.0", "id": 1, "method": "command/run", "params": {"command": "ask"}}));
    program.method("host/machine.list");
    assert_eq!(program.end(), Ok(()));
    assert!(receiver.recv().unwrap());

    let mut program = Program::begin(Extension::new());
    program.writer.write_all(b"nonsense\r\n\r\n").unwrap();
    assert!(program.end().is_err());
}
