"""A Dask cluster on loopback, of processes started by their own commands."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.endurance.processes import ROOT, until


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """`dask scheduler` and `dask worker` processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen] = []
        self.scheduler = self._start("scheduler", "--port", str(self.port), "--no-dashboard")
        self.workers = [self.worker(), self.worker()]

    def _start(self, *arguments: str, path: Path = ROOT) -> subprocess.Popen:
        name = f"{arguments[0]}-{len(self.processes)}"
        environment = {**os.environ, "PYTHONPATH": str(path), "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False"}
        command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1"]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        until(lambda: self._ready(name), process)
        return process

    def _ready(self, name: str) -> bool:
        text = (self.folder / f"{name}.log").read_text()
        return bool(re.search(r"Scheduler at: +tcp|Registered to: +tcp", text))

    def worker(self, path: Path = ROOT) -> subprocess.Popen:
        """One more worker, of one thread, with the code that lies in `path`."""
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", path=path
        )

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            process.kill()
