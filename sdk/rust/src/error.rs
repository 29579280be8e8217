// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

use serde::{Deserialize, Serialize};
use std::fmt;

/// Codes of errors.
pub mod code {
    pub const METHOD_NOT_FOUND: i64 = -32601;
    pub const INVALID_PARAMS: i64 = -32602;
    pub const INTERNAL: i64 = -32603;
    pub const DENIED: i64 = -32001;
    pub const BUSY: i64 = -32002;
    pub const CANCELLED: i64 = -32003;
    pub const TIMEOUT: i64 = -32004;
    pub const UNSUPPORTED: i64 = -32005;
}

/// An error of the protocol: a code, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    pub code: i64,
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Error { code, message: message.into() }
    }

    /// Something that has no code of its own.
    pub fn failed(message: impl Into<String>) -> Self {
        Error::new(code::INTERNAL, message)
    }

    /// What a call ends with that is not wanted any more.
    pub fn cancelled() -> Self {
        Error::new(code::CANCELLED, "cancelled")
    }

    /// Not granted, or not allowed to this user.
    pub fn is_denied(&self) -> bool {
        self.code == code::DENIED
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::failed(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::failed(error.to_string())
    }
}
