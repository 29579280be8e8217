#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-templates.py AVX WORK LANGUAGE…: what `avx new` makes builds without a network, can be published, and runs. WORK is where
# build-rust.sh has built the example: crates that both need are not built again, as long as the flags are the same.

import os
import pwd
import subprocess
import sys
import tempfile

import tap
from tap import Wrong

AVX, WORK = map(os.path.abspath, sys.argv[1:3])


def go_cache():
    """Where build-go.sh has kept what it compiled: the home is another one here."""
    cache = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache", "go-build")
    return cache if os.access(cache, os.W_OK) else os.path.join(WORK, "go")


def try_out(language):
    env = {**os.environ, "AVX_SDK": tap.path("sdk"), "LC_ALL": "C.UTF-8", "CARGO_TARGET_DIR": os.path.join(WORK, "target"),
           "CARGO_HOME": os.path.join(WORK, "home"), "CARGO_NET_OFFLINE": "true", "GOCACHE": go_cache(), "RUSTFLAGS": f"--remap-path-prefix={WORK}=. "}
    with tempfile.TemporaryDirectory() as folder:
        project = os.path.join(folder, "try-out")

        def run(*command):
            done = subprocess.run(command, cwd=folder, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=800, check=False)
            if done.returncode != 0:
                raise Wrong(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
            return done.stdout

        run(AVX, "new", language, project, "--id", "net.alphavbox-test.try-out", "--publisher", "Test")
        if os.path.exists(os.path.join(project, "build.sh")):
            run(os.path.join(project, "build.sh"))
        run(AVX, "check", project, "--strict")
        run(AVX, "pack", project)
        if language == "content":
            return
        printed = run(AVX, "run", project, 'command/run {"command":"hello"}', 'panel/open {"panel":"overview"}',
                      'monitor/start {"monitor":"overview"}', "wait 0.3", 'panel/action {"panel":"overview","node":"refresh"}')
        for text in ('"text":"2 machines run: debian, router"', '"rows":[["debian","running"]', '"panel/update"'):
            if text not in printed:
                raise Wrong(f"no {text} in\n{printed}")


tap.main({f"{language}": (lambda language=language: try_out(language)) for language in sys.argv[3:]})
