"""Worker processes: starting one in a group of its own, knowing it again, ending the group, and saying how it ended."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
"""Where ``core`` lies."""
LOG = "worker.log"
"""Name of a job's log in its folder."""
LOG_TAIL = 2_000
"""Characters of the log that are kept with the job."""
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

_children: dict[str, subprocess.Popen[bytes]] = {}
_secrets: dict[str, str] = {}
"""Passwords of jobs that wait, in memory only: a job that another process starts has to be asked for again."""
_lock = threading.Lock()


def host() -> str:
    """Name the machine, or the container: a process id means something there only."""
    return socket.gethostname()


def job_folder(settings: Settings, job_id: str) -> Path:
    """Return the folder of a job's log and temporary files."""
    return settings.home / "jobs" / job_id


def hold_secret(job_id: str, secret: str) -> None:
    """Keep a password for a job's worker until it is started; it reaches it through a pipe."""
    with _lock:
        _secrets[job_id] = secret


def spawn(settings: Settings, job_id: str) -> int:
    """Start a job's worker as the head of a new session and process group.

    Secrets such as the database's password are handed over in the environment, never in the arguments, which every user
    of the machine can see.

    Parameters
    ----------
    settings : Settings
    job_id : str

    Returns
    -------
    int
        Its process id.

    Raises
    ------
    OSError
        It could not be started.
    """
    folder = job_folder(settings, job_id)
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    threads = dict.fromkeys(THREAD_SETTINGS, str(settings.worker_threads))
    # What a killed worker leaves behind in its temporary folder is removed with it.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER"), str(temporary))
    environment = {
        **os.environ,
        **threads,
        **places,
        "FAIRWAY_HOME": str(settings.home),
        "FAIRWAY_DATABASE_URL": settings.database_url,
        "FAIRWAY_WORKER_THREADS": str(settings.worker_threads),
        "FAIRWAY_DASK_SCHEDULER": settings.dask_scheduler,
        # Spinning threads slow each other down many times over where cores are shared.
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    forget_ended()
    with _lock:
        secret = _secrets.pop(job_id, None)
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.jobs.worker", "--job", job_id],
            stdin=subprocess.DEVNULL if secret is None else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    if process.stdin is not None and secret is not None:
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(secret.encode())
    with _lock:
        _children[job_id] = process
    return process.pid


def exit_status(job_id: str, *, wait: float = 0.0) -> int | None:
    """Return how a worker that this process started has ended.

    Parameters
    ----------
    job_id : str
    wait : float
        Seconds to wait for it. The status of a process comes a moment after its death: its last threads go first.

    Returns
    -------
    int or None
        ``None`` while it lives, or where another process started it.
    """
    with _lock:
        process = _children.get(job_id)
        if process is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            return process.wait(wait) if wait else process.poll()
        return None


def forget_ended() -> None:
    """Let go of workers that have ended."""
    with _lock:
        for job_id in [job_id for job_id, process in _children.items() if process.poll() is not None]:
            del _children[job_id]


def has_proc() -> bool:
    """Whether this system tells when a process began."""
    return Path("/proc/self/stat").exists()


def identity(pid: int) -> str | None:
    """Name a living process so that another one with the same number, after a restart too, is not taken for it.

    Parameters
    ----------
    pid : int

    Returns
    -------
    str or None
        The boot of the machine and the tick at which the process began; empty where the system does not tell; ``None``
        where there is no such process, or only its remains.
    """
    if not has_proc():
        return ""
    try:
        # The second field is the program's name in brackets, which may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def oom_kills() -> int | None:
    """Return how many processes the system has ended here for want of memory; ``None`` where it does not tell."""
    for path in ("/sys/fs/cgroup/memory.events", "/proc/vmstat"):
        with suppress(OSError, ValueError):
            for line in Path(path).read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return None


def kill_group(job_id: str, pid: int | None, *, wait: float = 2.0) -> None:
    """End a worker and every process of its group at once, and wait until they are gone.

    Parameters
    ----------
    job_id : str
    pid : int or None
        The worker's; ``None`` where only the process that started it knows.
    wait : float
        Longest wait in seconds.
    """
    with _lock:
        process = _children.get(job_id)
    head = pid if pid is not None else (process.pid if process else None)
    if head is None:
        return
    _kill(head)
    until = time.monotonic() + wait
    while time.monotonic() < until and ((exit_status(job_id) is None and process is not None) or _group_lives(head)):
        time.sleep(0.02)
    forget_ended()


def _kill(head: int) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(head)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(head, signal.SIGKILL)


def _group_lives(head: int) -> bool:
    if os.name == "nt":
        return False
    if has_proc():
        # Remains that nobody has collected yet are members of the group, but do nothing any more.
        return any(_is_member(path, head) for path in Path("/proc").glob("[0-9]*/stat"))
    try:
        os.killpg(head, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_member(stat: Path, head: int) -> bool:
    try:
        state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return int(group) == head and state not in "ZX"


def log_tail(folder: Path) -> str:
    """Return the last lines of a job's log."""
    with suppress(OSError), (folder / LOG).open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - LOG_TAIL))
        return file.read().decode("utf-8", "replace").replace("\0", " ")
    return ""


def ending_in_words(status: int | None, oom_before: int | None) -> str:
    """Say how a worker ended that did not say so itself.

    Parameters
    ----------
    status : int or None
        Its exit status, negative for a signal; ``None`` where nobody was there to see.
    oom_before : int or None
        ``oom_kills()`` when it began.

    Returns
    -------
    str
    """
    now = oom_kills()
    if (status is None or status == -9) and oom_before is not None and now is not None and now > oom_before:
        return "The machine ran out of memory, and the system ended the work."
    if status is None:
        return "The work ended without a word: it was killed, or the machine was restarted."
    if status < 0:
        return f"The work was killed from outside (signal {-status})."
    return f"The work ended before it was done (exit status {status})."
