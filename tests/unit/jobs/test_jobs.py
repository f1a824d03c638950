import os
import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.errors import JobError, NotFoundError
from core.jobs import api, ledger, processes
from core.jobs.job import JobState
from core.workspace.files import read_json
from core.workspace.tables import JOBS


def test_a_job_runs_in_a_group_of_its_own_with_its_settings_in_the_environment(start, workspace):
    job = start("quick", answer=42)
    ended = job.ended()
    assert (ended.state, ended.progress, ended.message, ended.error) == (JobState.DONE, 1.0, "Done.", "")
    note = job.note()
    assert note["params"] == {"answer": 42}
    assert note["url"] == str(workspace.home)
    assert note["wait"] == "PASSIVE"
    assert note["group"] is True
    assert "sqlite" not in note["arguments"]
    assert note["pid"] == ended.pid != os.getpid()


def test_a_worker_is_told_of_the_cluster_that_fits(workspace, project, helpers):
    settings = replace(workspace.settings, dask_scheduler="tcp://10.0.0.5:8786")
    api.submit(replace(workspace, settings=settings), project.id, "quick", {}, key="k", now=helpers.now())
    place = workspace.artefact_dir(project.id, "sleep", "abc") / "note.json"
    assert helpers.until(lambda: read_json(place))["cluster"] == "tcp://10.0.0.5:8786"


def test_it_says_how_far_it_is(start, helpers):
    job = start("sleep")
    seen = helpers.until(lambda: (found := job.now()).message and found)
    assert (seen.state, seen.progress, seen.message) == (JobState.RUNNING, 0.25, "Sleeping")
    first = seen.heartbeat
    assert helpers.until(lambda: job.now().heartbeat > first)


def test_stop_keeps_what_there_is_and_leaves_no_process(start, helpers):
    job = start("sleep")
    note = job.note()
    began = time.monotonic()
    api.stop(job.workspace, job.job.id, now=helpers.now())
    ended = job.ended()
    assert time.monotonic() - began < 5
    assert (ended.state, ended.message) == (JobState.STOPPED, "Stopped. What was finished is kept.")
    assert (job.folder / "kept.json").exists()
    helpers.until(lambda: not helpers.alive(note["pid"]) and not helpers.alive(note["child"]), 2)


def test_a_part_is_skipped_and_the_work_goes_on(start, workspace):
    job = start("parts")
    asked = [api.skip(workspace, job.job.id, part).skips for part in ("tree", "tree", "<b>net</b>")]
    assert asked == [("tree",), ("tree",), ("tree", "<b>net</b>")]
    ended = job.ended()
    assert (ended.state, ended.skips) == (JobState.DONE, ("tree", "<b>net</b>"))
    note = job.note()
    assert (note["skips"], note["stop"]) == (["<b>net</b>", "tree"], False)
    assert api.skip(workspace, job.job.id, "forest").skips == ("tree", "<b>net</b>")


def test_what_is_skipped_while_a_job_waits_holds_from_its_first_moment(waiting, workspace):
    job = waiting("parts")
    for part in ("a", "b"):
        assert api.skip(workspace, job.job.id, part).state is JobState.QUEUED
    assert job.done_here().state is JobState.DONE
    assert job.note()["skips"] == ["a", "b"]


def test_work_that_does_not_heed_a_stop_is_ended_within_the_limit(start, helpers):
    job = start("deaf")
    note = job.note()
    began = time.monotonic()
    api.stop(job.workspace, job.job.id, now=helpers.now())
    # Nobody looks at the page meanwhile: the worker ends itself.
    helpers.until(lambda: not helpers.alive(note["pid"]) and not helpers.alive(note["child"]), 6)
    assert 4 < time.monotonic() - began < 5.3
    assert job.now().state is JobState.STOPPED
    assert (job.folder / "tidied").exists()


def test_a_worker_that_hangs_is_ended_by_the_page(start, helpers, monkeypatch):
    job = start("deaf")
    note = job.note()
    os.kill(note["pid"], signal.SIGSTOP)
    monkeypatch.setattr("core.limits.STOP_SECONDS", 0.2)
    api.stop(job.workspace, job.job.id, now=helpers.now())
    assert job.ended().state is JobState.STOPPED
    assert not helpers.alive(note["pid"])
    assert not helpers.alive(note["child"])


def test_discard_ends_everything_at_once_and_takes_back_what_was_added(start, helpers, workspace):
    job = start("sleep")
    note = job.note()
    api.discard(workspace, job.job.id, now=helpers.now())
    assert not helpers.alive(note["pid"])
    assert not helpers.alive(note["child"])
    assert not (job.folder / "note.json").exists()
    assert not (job.folder / "kept.json").exists()
    assert (job.folder / "discarded").read_text() == job.job.id
    with pytest.raises(NotFoundError, match="no such job"):
        job.now()
    assert not (workspace.home / "jobs" / job.job.id).exists()


def test_discarding_right_after_the_start_leaves_no_process(start, helpers, workspace):
    job = start("sleep")
    pid = job.job.pid
    api.discard(workspace, job.job.id, now=helpers.now())
    assert not helpers.alive(pid)


def test_a_killed_worker_is_noticed_with_the_reason_and_its_children_go(start, helpers):
    job = start("sleep")
    note = job.note()
    os.kill(note["pid"], signal.SIGKILL)
    ended = job.ended()
    assert (ended.state, ended.error) == (JobState.INTERRUPTED, "The work was killed from outside (signal 9).")
    assert not helpers.alive(note["child"])
    assert (job.folder / "tidied").read_text() == job.job.id


def test_a_killed_worker_is_noticed_after_a_restart_of_the_server_too(start, helpers, restart):
    job = start("sleep")
    note = job.note()
    # The server that started it is gone, and with it what it knew.
    restart()
    os.kill(note["pid"], signal.SIGKILL)
    ended = job.ended()
    assert (ended.state, ended.error) == (
        JobState.INTERRUPTED,
        "The work ended without a word: it was killed, or the machine was restarted.",
    )
    assert not helpers.alive(note["child"])


def test_a_worker_that_still_lives_is_found_again_after_a_restart(start, helpers, workspace, restart):
    job = start("sleep")
    note = job.note()
    restart()
    api.reconcile(workspace)
    assert job.now().state is JobState.RUNNING
    api.stop(workspace, job.job.id, now=helpers.now())
    assert job.ended().state is JobState.STOPPED
    helpers.until(lambda: not helpers.alive(note["child"]), 2)


def test_a_number_given_to_another_process_is_not_taken_for_the_worker(waiting, helpers):
    job = waiting("quick")
    job.write(state="running", host=processes.host(), pid=os.getpid(), pid_started="an earlier boot:17")
    assert job.now().state is JobState.INTERRUPTED


def test_without_a_look_at_processes_silence_counts_as_death(waiting, helpers, monkeypatch):
    job = waiting("quick")
    monkeypatch.setattr(processes, "has_proc", lambda: False)
    heard = helpers.now() - timedelta(seconds=20)
    job.write(state="running", host=processes.host(), pid=2**22 - 1, pid_started="", heartbeat=heard)
    assert job.now().state is JobState.RUNNING
    job.write(heartbeat=helpers.now() - timedelta(seconds=40))
    assert job.now().state is JobState.INTERRUPTED


def test_memory_that_ran_out_is_named_where_the_system_counts_it(monkeypatch):
    monkeypatch.setattr(processes, "oom_kills", lambda: 3)
    assert processes.ending_in_words(-9, 2).startswith("The machine ran out of memory")
    assert processes.ending_in_words(None, 2).startswith("The machine ran out of memory")
    assert processes.ending_in_words(-9, 3) == "The work was killed from outside (signal 9)."
    assert processes.ending_in_words(-11, 2) == "The work was killed from outside (signal 11)."
    assert processes.ending_in_words(-9, None) == "The work was killed from outside (signal 9)."


def test_a_crash_is_a_failure_with_its_exit_status(start):
    ended = start("crashes").ended()
    assert (ended.state, ended.error) == (JobState.FAILED, "The work ended before it was done (exit status 3).")


def test_a_fault_of_the_input_is_told_in_its_own_words(waiting):
    ended = waiting("refuses").done_here()
    assert (ended.state, ended.error) == (JobState.FAILED, "The target has one value. Choose another one.")


def test_a_fault_of_ours_is_told_by_a_number_and_the_log_holds_the_rest(start):
    ended = start("breaks").ended()
    assert ended.state is JobState.FAILED
    assert ended.error.startswith("The fault is ours, and is logged as E-")
    assert "secret" not in ended.error
    assert "KeyError" in ended.log_tail
    assert ended.error.split()[-1].rstrip(".") in ended.log_tail


def test_too_little_memory_is_told_in_words(waiting):
    ended = waiting("hungry").done_here()
    assert ended.error.startswith("The work needed more memory than this machine has free.")


def test_two_starts_of_the_same_work_are_one_job(start, helpers, workspace, project):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        jobs = list(
            pool.map(lambda _: api.submit(workspace, project.id, "sleep", {}, key="same", now=helpers.now()), range(4))
        )
    assert len({job.id for job in jobs}) == 1
    with workspace.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(JOBS)).scalar() == 1


def test_the_same_work_can_be_started_again_once_it_has_ended(waiting):
    first = waiting("quick")
    first.write(state="done")
    second = waiting("quick")
    assert second.job.id != first.job.id
    assert api.latest(second.workspace, second.job.project_id, "quick").id == second.job.id


def test_a_user_with_enough_jobs_is_told_the_limit_and_another_user_is_not(waiting, helpers, workspace):
    waiting("quick", key="one")
    waiting("quick", key="two")
    with pytest.raises(JobError, match="You have 2 jobs that run or wait; at most 2 can"):
        waiting("quick", key="three")
    other = workspace.for_user("bob")
    theirs = other.create("His", now=helpers.now())
    assert api.submit(other, theirs.id, "quick", {}, key="k", now=helpers.now()).is_live


def test_a_job_beyond_the_machine_s_places_waits_and_starts_when_one_ends(start, helpers, monkeypatch):
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 1)
    first, second = start("sleep", key="one"), start("quick", key="two")
    first.note()
    assert second.now().state is JobState.QUEUED
    api.stop(first.workspace, first.job.id, now=helpers.now())
    assert first.ended().state is JobState.STOPPED
    assert second.ended().state is JobState.DONE


def test_a_waiting_job_starts_when_a_worker_ends_although_nobody_looks(waiting, helpers, monkeypatch):
    first, second = waiting("refuses", key="one"), waiting("quick", key="two")
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 1)
    first.done_here()
    assert second.row().state == "running"
    assert second.ended().state is JobState.DONE


def test_many_that_look_at_once_start_a_waiting_job_once(waiting, workspace, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    waiting("quick")
    monkeypatch.setattr("core.limits.JOBS_PER_MACHINE", 2)
    started: list[str] = []
    monkeypatch.setattr(processes, "spawn", lambda _settings, job_id: started.append(job_id) or os.getpid())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ledger.start_waiting(workspace), range(4)))
    assert len(started) == 1
    with workspace.database.write() as connection:
        connection.execute(update(JOBS).values(state="done"))


def test_a_waiting_job_can_be_stopped_and_discarded(waiting, helpers, workspace):
    job = waiting("quick")
    assert api.stop(workspace, job.job.id, now=helpers.now()).state is JobState.STOPPED
    again = waiting("quick")
    api.discard(workspace, again.job.id, now=helpers.now())
    assert api.latest(workspace, job.job.project_id, "quick").id == job.job.id


def test_a_job_that_cannot_be_started_says_so(start, monkeypatch):
    def refuse(_settings, _job_id):
        raise OSError("no more processes")

    monkeypatch.setattr(processes, "spawn", refuse)
    job = start("quick").now()
    assert (job.state, job.error) == (JobState.FAILED, "The work could not be started.")


def test_a_start_that_never_reported_is_given_up(waiting, helpers):
    job = waiting("quick")
    long_ago = helpers.now() - timedelta(minutes=2)
    job.write(state="running", started=long_ago, heartbeat=long_ago, host=processes.host())
    assert job.now().error == "The work could not be started."


def test_another_user_s_job_is_not_found(waiting, workspace, helpers):
    job = waiting("quick")
    other = workspace.for_user("bob")
    for door in (
        lambda: api.status(other, job.job.id),
        lambda: api.stop(other, job.job.id, now=helpers.now()),
        lambda: api.skip(other, job.job.id, "tree"),
        lambda: api.discard(other, job.job.id, now=helpers.now()),
        lambda: api.submit(other, job.job.project_id, "quick", {}, key="k", now=helpers.now()),
    ):
        with pytest.raises(NotFoundError):
            door()
    assert api.latest(other, job.job.project_id, "quick") is None


def test_an_unknown_kind_is_refused(workspace, project, helpers):
    with pytest.raises(JobError, match="no kind that Fairway knows"):
        api.submit(workspace, project.id, "mine-bitcoin", {}, key="k", now=helpers.now())


def test_the_time_worked_does_not_count_the_wait(helpers):
    from core.jobs.job import Job

    began = helpers.now()
    fields: dict = dict.fromkeys(Job.__dataclass_fields__)
    waiting = Job(**{**fields, "created": began})
    assert waiting.seconds(began + timedelta(seconds=9)) == 0
    running = Job(**{**fields, "created": began, "started": began + timedelta(seconds=4)})
    assert running.seconds(began + timedelta(seconds=9)) == 5
    ended = Job(**{**fields, "started": began, "ended": began + timedelta(seconds=3)})
    assert ended.seconds(began + timedelta(seconds=9)) == 3


def test_the_remains_of_a_process_are_no_process():
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        deadline = time.monotonic() + 2
        while processes.identity(child) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes.identity(child) is None
    finally:
        os.waitpid(child, 0)
    assert processes.identity(os.getpid()) not in (None, "")
