// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

package extension

import (
	"context"
	"errors"
	"fmt"
)

// Error is an error of the protocol: a code, and a sentence for people.
type Error struct {
	Code    int64  `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// Codes of errors.
const (
	CodeMethodNotFound = -32601
	CodeInvalidParams  = -32602
	CodeInternal       = -32603
	CodeDenied         = -32001
	CodeBusy           = -32002
	CodeCancelled      = -32003
	CodeTimeout        = -32004
	CodeUnsupported    = -32005
)

// Errorf makes an error with a code.
func Errorf(code int64, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// Cancelled is what a call ends with that is not wanted any more.
func Cancelled() *Error { return Errorf(CodeCancelled, "cancelled") }

// IsDenied tells whether err is that something was not granted, or is not allowed to this user.
func IsDenied(err error) bool { return HasCode(err, CodeDenied) }

// HasCode tells whether err is an Error with this code.
func HasCode(err error, code int64) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

func toError(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled):
		return Cancelled()
	case errors.Is(err, context.DeadlineExceeded):
		return Errorf(CodeTimeout, "%v", err)
	default:
		return Errorf(CodeInternal, "%v", err)
	}
}
