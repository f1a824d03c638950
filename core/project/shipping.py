"""Shipping: from a project to a bundle that was checked, and to the record of it."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.export.certificate import Certificate
from core.findings import Finding
from core.prepare.problem import Problem
from core.project import calibrating, expecting, judge, sealing, standing
from core.project.changes import logged
from core.project.document import DataRef, Export, Project
from core.project.export_checks import export_findings
from core.project.fingerprint import digest
from core.train.board import Leaderboard

if TYPE_CHECKING:
    from core.export.facts import OpeningFact

ZIP, FOLDER, CERTIFICATE = "bundle.zip", "bundle", "certificate.json"


@dataclass(frozen=True)
class Parcel:
    """A packed bundle and how it answered.

    Parameters
    ----------
    home : Path
        The folder of this model's export.
    certificate : Certificate
    size_bytes : int
        Of the zip; 0 where it is not offered.
    papers : str
        Mark of what its model card says of the project; see ``papers_mark``.
    """

    home: Path
    certificate: Certificate
    size_bytes: int
    papers: str = ""

    @property
    def zip_path(self) -> Path:
        """The zip; only there where the bundle is offered."""
        return self.home / ZIP

    @property
    def card_html(self) -> Path:
        """The model card to hand out."""
        return self.home / FOLDER / "model_card.html"

    @property
    def card_markdown(self) -> Path:
        """The model card to read here."""
        return self.home / FOLDER / "MODEL_CARD.md"

    @property
    def train_script(self) -> Path:
        """The script that makes the model again."""
        return self.home / FOLDER / "train.py"


def parcel(home: Path) -> Parcel | None:
    """Return what was packed in a folder, ``None`` where nothing was or packing did not end."""
    try:
        kept = json.loads((home / CERTIFICATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    kept["reasons"] = tuple(kept["reasons"])
    papers = kept.pop("papers", "")
    packed = home / ZIP
    return Parcel(home, Certificate(**kept), packed.stat().st_size if packed.exists() else 0, papers)


def papers_mark(project: Project) -> str:
    """Name what a bundle says beyond the model.

    That is the frame's words, the dictionary, the contract with new rows, the seal, what was expected and what was
    accepted.
    """
    said: list[Any] = [
        project.name,
        project.frame.model_dump(mode="json"),
        {name: entry.model_dump() for name, entry in project.dictionary.items()},
        [look.model_dump(mode="json", exclude={"expected"}) for look in project.seal],
        {key: given.model_dump(mode="json") for key, given in project.accepted.items()},
    ]
    if project.contract:
        said.append({name: given.model_dump() for name, given in project.contract.items()})
    if project.expectations:
        said.append([one.model_dump(mode="json") for one in project.expectations])
    return digest(said)


def says_what_is(packed: Parcel, project: Project) -> bool:
    """Whether a parcel tells the project as it is now."""
    return packed.papers in ("", papers_mark(project))


def forget(packed: Parcel) -> None:
    """Throw a parcel away, so that it can be packed anew."""
    (packed.home / CERTIFICATE).unlink(missing_ok=True)
    packed.zip_path.unlink(missing_ok=True)


def looks(project: Project, board: Leaderboard, intervals: Sequence[tuple[float, float]]) -> list["OpeningFact"]:
    """Return every look at the sealed test, each model by its title; one that the board no longer holds by its key."""
    from core.export.facts import OpeningFact

    titles = {run.key: run.title for run in board.runs}
    return [
        OpeningFact(look.at, titles.get(look.run, look.run), look.rows, look.metric, look.score, *ends)
        for look, ends in zip(project.seal, intervals, strict=True)
    ]


def pack(
    project: Project,
    built: Problem,
    board: Leaderboard,
    run_key: str,
    pipeline: Any,
    raw: judge.Judged,
    home: Path,
    *,
    fingerprint: str,
    findings: Mapping[str, Sequence[Finding]],
    now: datetime,
    report: Callable[[float, str], None] = lambda _share, _message: None,
) -> Parcel:
    """Write the bundle of the project's model, run its golden rows in a fresh process, and zip it where it agrees.

    Parameters
    ----------
    project : Project
    built : Problem
    board : Leaderboard
    run_key : str
    pipeline : Pipeline
        Of that run, as it was kept.
    raw : Judged
        Its out-of-fold predictions.
    home : Path
        The folder for this model's export.
    fingerprint : str
        Of the model.
    findings : mapping of str to sequence of Finding
        Of the stages before, as ``core.project.standing`` gives them; those of Evaluate, Fairness and Export are added
        here.
    now : datetime
    report : callable
        Takes the share done and what is being done.

    Returns
    -------
    Parcel
    """
    from core.export.assemble import DataSource, assemble
    from core.export.bundle import build_bundle, zip_bundle
    from core.export.certificate import certify
    from core.export.facts import AcceptedFact

    report(0.1, "Judging the model for its card")
    judged = judge.decided(project, built, raw)
    evaluation = judge.evaluation(project, judged, board, run_key)
    audits = {column: judge.audit(project, built, judged, column) for column in project.frame.sensitive}
    expected = expecting.checked(project, built, judged.outcomes, judged.rows)
    seal = sealing.statement(project, evaluation.main, fingerprint)
    looked = project.reviewed.get("fairness") == fingerprint
    findings = {
        **findings,
        "evaluate": (*evaluation.findings, *expecting.expectation_findings(expected)),
        "fairness": judge.fairness_findings(project, built, audits),
        "export": export_findings(project, fingerprint, looked_at_fairness=looked),
    }
    assert project.data is not None
    spec = assemble(
        built,
        project.split,
        board,
        run_key,
        calibrating.shipped(project, pipeline, raw),
        name=project.name,
        source=DataSource(project.data.name, project.data.content_hash, project.data.read_as, _sample(project.data)),
        fingerprint=fingerprint,
        created=now,
        threshold=project.threshold,
        calibration=calibrating.words(project, raw, evaluation),
        rule=project.remedy.rule if project.remedy else None,
        evaluation=evaluation,
        audits=list(audits.values()),
        openings=looks(project, board, seal.intervals),
        seal=seal,
        expectations=expecting.in_words(expected),
        accepted=[
            AcceptedFact(given.at, given.stage, given.title, given.reason) for given in project.accepted.values()
        ],
        still_open=standing.still_open(project, findings),
        examined=standing.examined(findings),
        dictionary=project.dictionary,
        contract=project.contract,
    )
    report(0.4, "Writing the bundle")
    for name in (FOLDER, ZIP, CERTIFICATE):
        _remove(home / name)
    bundle = build_bundle(spec, home / FOLDER)
    report(0.6, f"Asking the unpacked bundle {len(bundle.golden.rows)} golden rows")
    certificate = certify(home / FOLDER, bundle.golden, seal=seal.as_dict())
    if certificate.offered:
        report(0.9, "Zipping")
        zip_bundle(home / FOLDER, home / ZIP)
    temporary = home / f"{CERTIFICATE}.part"
    temporary.write_text(json.dumps({**asdict(certificate), "papers": papers_mark(project)}), encoding="utf-8")
    temporary.replace(home / CERTIFICATE)
    found = parcel(home)
    assert found is not None
    return found


def _sample(data: DataRef) -> str:
    """Return what sample of its file a table is; a joined one is as the first table was."""
    first = data.base or data
    return first.whole.words(first.rows) if first.whole else ""


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def record(project: Project, packed: Parcel, fingerprint: str, *, now: datetime) -> Project:
    """Note in the project that its model was packed and agreed."""
    certificate = packed.certificate
    export = Export(
        at=now,
        fingerprint=fingerprint,
        blob=ZIP,
        size_bytes=packed.size_bytes,
        rows_agreeing=certificate.rows_agreeing,
        rows_checked=certificate.rows_checked,
        largest_difference=certificate.largest_difference,
    )
    what = f"Packed the model: {certificate.rows_agreeing} of {certificate.rows_checked} golden rows agree"
    return logged(project.updated(exports=(*project.exports, export)), "export", what, now=now)
