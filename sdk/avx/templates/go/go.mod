// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

module @NAME@

go 1.22

require alphavbox.org/extension v0.0.0

replace alphavbox.org/extension => ./sdk/go
