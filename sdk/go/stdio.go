// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package extension

import (
	"os"
	"syscall"
)

// takeStdio returns the streams of the protocol. What somebody prints goes to the log instead of between two messages.
func takeStdio() (*os.File, *os.File, error) {
	out, err := syscall.Dup(1)
	if err != nil {
		return nil, nil, err
	}
	syscall.CloseOnExec(out)
	writer := os.NewFile(uintptr(out), "protocol")
	os.Stdout = os.Stderr
	return os.Stdin, writer, nil
}
