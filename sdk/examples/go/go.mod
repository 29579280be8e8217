// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

module alphavbox.org/example

go 1.22

require alphavbox.org/extension v0.0.0

replace alphavbox.org/extension => ../../go
