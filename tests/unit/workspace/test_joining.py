"""A join is kept with the project: made again on a newer table, and taken back."""

import pandas as pd
import pytest

from core.data.guess import guess_schema
from core.data.join import Join, JoinKey
from core.data.labels import Labelled, Reason
from core.data.schema import ColumnType, Role
from core.data.table import Table
from core.errors import DataError, InputError, LimitError
from core.framing.frame import Task
from core.project.changes import set_column
from core.project.document import DataRef, Whole
from core.workspace import importing, intake, joining
from core.workspace.archive import tables_of
from core.workspace.importing import Brought
from core.workspace.joining import Again
from core.workspace.labels import Target

FIRST = pd.DataFrame({"id": range(30), "x": [n * 1.5 for n in range(30)], "y": ["yes", "no", "no"] * 10})
SECOND = pd.DataFrame({"id": range(25), "extra": [n * 10 for n in range(25)]})
ON_ID = Join(keys=(JoinKey(left="id", right="id"),))


def text(frame):
    return frame.astype({name: "str" for name in frame if frame[name].dtype == object})


@pytest.fixture
def project(workspace, noon):
    made = workspace.create("Loans", now=noon)
    made = intake.with_table(workspace, made, Table(text(FIRST)), name="a.csv", size=10, source="upload", now=noon)
    table = workspace.read_table(made.data.content_hash)
    return set_column(made, "x", table, now=noon, role=Role.LEFT_OUT)


def brought(workspace, frame, noon, name="b.csv", whole=None):
    ref = DataRef(
        content_hash=workspace.write_table(frame),
        name=name,
        rows=len(frame),
        columns=frame.shape[1],
        size_bytes=10,
        imported=noon,
        whole=whole,
    )
    return Brought(ref=ref, table_schema=guess_schema(frame))


def second_of(workspace, frame, noon, join=ON_ID):
    return joining.second_of(brought(workspace, frame, noon)).model_copy(update={"join": join})


def test_a_join_keeps_what_was_said_and_remembers_both_tables(workspace, project, noon):
    second = second_of(workspace, SECOND, noon)
    joined = joining.join_second(workspace, project, second, now=noon)
    frame = workspace.read_table(joined.data.content_hash)
    assert list(frame.columns) == ["id", "x", "y", "extra"]
    assert (joined.data.rows, joined.data.columns) == (30, 4)
    assert joined.data.base == project.data
    assert joined.data.joined == (second,)
    assert joined.table_schema["x"].role is Role.LEFT_OUT
    assert joined.decisions[-1].what == "Joined b.csv by id"
    # The rows are the same, so labels given by hand still find theirs.
    assert joined.data.brought == project.data.content_hash
    assert tables_of(joined) == (joined.data.content_hash, project.data.content_hash, second.content_hash)
    assert workspace.get(workspace.save(joined, now=noon).id).data == joined.data


def test_a_join_is_taken_back_one_after_the_other(workspace, project, noon):
    one = joining.join_second(workspace, project, second_of(workspace, SECOND, noon), now=noon)
    two = joining.join_second(
        workspace, one, second_of(workspace, SECOND.rename(columns={"extra": "more"}), noon), now=noon
    )
    assert two.data.columns == 5
    assert len(two.data.joined) == 2
    back = joining.take_back(workspace, two, now=noon)
    assert back.data.content_hash == one.data.content_hash
    assert back.data.joined == one.data.joined
    first = joining.take_back(workspace, back, now=noon)
    assert first.data == project.data
    assert first.table_schema == project.table_schema
    with pytest.raises(InputError, match="No table was joined"):
        joining.take_back(workspace, first, now=noon)


def test_a_refused_join_leaves_the_project_as_it_was(workspace, project, noon):
    twice = pd.concat([SECOND, SECOND])
    with pytest.raises(DataError, match="share 25 keys"):
        joining.join_second(workspace, project, second_of(workspace, twice, noon), now=noon)


def test_a_newer_first_table_is_joined_again(workspace, project, noon):
    joined = joining.join_second(workspace, project, second_of(workspace, SECOND, noon), now=noon)
    newer = text(pd.concat([FIRST, FIRST.assign(id=FIRST["id"] + 30)], ignore_index=True))
    made = joining.joined_again(workspace, joined, Again(first=brought(workspace, newer, noon, "a2.csv")))
    ref, frame = made.ref, made.frame
    assert list(frame.columns) == ["id", "x", "y", "extra"]
    assert frame["extra"].notna().sum() == 25
    assert (ref.rows, ref.name, ref.base.rows, ref.base.columns) == (60, "a2.csv", 60, 3)
    assert ref.joined == joined.data.joined


def test_a_sample_of_a_second_table_is_not_joined_and_one_of_the_first_is_said(workspace, project, noon):
    whole = Whole(content_hash="f" * 64, rows=9_000_000, size_bytes=1, seed=7)
    with pytest.raises(LimitError, match="has 9,000,000 rows of 2 columns, too many to be joined"):
        joining.second_of(brought(workspace, SECOND, noon, whole=whole))
    sampled = project.updated(data=project.data.model_copy(update={"whole": whole}))
    joined = joining.join_second(workspace, sampled, second_of(workspace, SECOND, noon), now=noon)
    assert joined.data.whole is None
    assert joined.data.base.whole == whole
    assert "The join was made on a random sample of 30 of 9,000,000 rows (seed 7)." in joined.data.warnings


def test_the_same_first_table_is_known_again_joined_or_not(workspace, project, noon):
    again, other = (Again(first=brought(workspace, text(frame), noon)) for frame in (FIRST, FIRST.head(29)))
    joined = joining.join_second(workspace, project, second_of(workspace, SECOND, noon), now=noon)
    assert [joining.is_same(one, again) for one in (project, joined)] == [True, True]
    assert [joining.is_same(one, other) for one in (project, joined)] == [False, False]


def test_a_second_table_is_read_again_with_the_first_or_alone(workspace, project, noon):
    joined = joining.join_second(workspace, project, second_of(workspace, SECOND, noon), now=noon)
    newer = brought(workspace, SECOND.assign(extra=SECOND["extra"] + 1), noon, "b2.csv")
    made = joining.joined_again(workspace, joined, Again(seconds={0: newer}))
    assert made.frame["extra"].head(3).tolist() == [1, 11, 21]
    assert (made.ref.name, made.ref.base, made.ref.joined[0].name) == ("a.csv", project.data, "b2.csv")
    assert made.ref.joined[0].join == ON_ID
    assert not joining.is_same(joined, Again(seconds={0: newer}))
    assert joining.is_same(joined, Again(seconds={0: brought(workspace, SECOND, noon)}))
    lost = brought(workspace, SECOND.rename(columns={"id": "key"}), noon)
    with pytest.raises(DataError, match=r"b\.csv cannot be joined again\. The second table has no column 'id'"):
        joining.joined_again(workspace, joined, Again(seconds={0: lost}))


def test_a_join_that_was_made_meanwhile_is_not_given_to_another_table(workspace, project, noon):
    made = joining.join_made(workspace, project, second_of(workspace, SECOND, noon))
    taken = joining.made_taken(project, made.brought, made.frame, now=noon)
    assert joining.made_taken(taken, made.brought, made.frame, now=noon) == taken
    other = intake.with_table(
        workspace, project, Table(text(FIRST.head(20))), name="c.csv", size=10, source="upload", now=noon
    )
    with pytest.raises(InputError, match="The table was changed meanwhile"):
        joining.made_taken(other, made.brought, made.frame, now=noon)


def test_the_sample_of_a_joined_table_is_drawn_by_the_outcome_and_joined_again(workspace, project, noon, monkeypatch):
    monkeypatch.setattr("core.data.large.sample.WORKING_ROWS", 10)
    whole = Whole(content_hash=project.data.content_hash, rows=30, size_bytes=1, seed=7)
    first = importing.draw(workspace, project.data.model_copy(update={"whole": whole}), None)
    joined = joining.join_second(workspace, project.updated(data=first), second_of(workspace, SECOND, noon), now=noon)
    assert joined.data.rows == 10

    def asked(name):
        frame = joined.frame.model_copy(update={"target": name, "task": Task.BINARY})
        return joined.updated(frame=frame)

    assert not importing.needs_draw(workspace, joined)
    # No row of the full table has the column that was joined.
    assert not importing.needs_draw(workspace, asked("extra"))
    assert importing.needs_draw(workspace, asked("y"))
    ref = joining.drawn_again(workspace, asked("y"), importing.draw(workspace, joined.data.base, "y"))
    frame = workspace.read_table(ref.content_hash)
    assert list(frame.columns) == ["id", "x", "y", "extra"]
    assert sorted(frame["y"].value_counts().tolist()) == [3, 7]
    redrawn = importing.redrawn(asked("y"), ref, now=noon)
    assert redrawn.decisions[-1].what == "Drew a random sample of 10 of 30 rows (seed 7, the shares of `y` kept)"
    assert not importing.needs_draw(workspace, redrawn)
    entry = Labelled(0, "yes", None, "Ana", noon, Reason.UNLABELLED)
    workspace.labels(joined.id).add(Target(joined.data.brought, "y"), [entry])
    assert not importing.needs_draw(workspace, asked("y"))


def test_without_an_export_there_is_no_bundle_to_ask(workspace, project):
    assert joining.bundle_input(workspace, project) is None


DAYS = ["03/04/2023", "05/06/2023", "07/08/2023", "09/10/2023", "11/12/2023"]
DATES = pd.DataFrame({"id": range(25), "paid": DAYS * 5})


def test_columns_of_a_second_table_keep_the_order_of_dates_it_was_read_with(workspace, project, noon):
    read = brought(workspace, text(DATES), noon)
    ref = read.ref.model_copy(update={"read_as": {"date_order": "day first"}})
    second = joining.second_of(Brought(ref=ref, table_schema=read.table_schema)).model_copy(update={"join": ON_ID})
    joined = joining.join_second(workspace, project, second, now=noon)
    assert joined.table_schema["paid"].date_format == "%d/%m/%Y"
    again = joining.joined_again(workspace, joined, Again(first=brought(workspace, text(FIRST), noon, "a2.csv")))
    assert again.table_schema["paid"].date_format == "%d/%m/%Y"
    assert again.table_schema.names == ("id", "x", "y", "paid")


def test_a_table_that_is_given_keeps_the_order_of_dates_it_was_read_with(workspace, noon):
    table = Table(text(DATES), read_as={"decimal": ","})
    made = workspace.create("Loans", now=noon)
    made = intake.with_table(workspace, made, table, name="a.csv", size=10, source="upload", now=noon)
    assert made.table_schema["paid"].date_format == "%d/%m/%Y"
    plain = intake.with_table(workspace, made, Table(text(DATES)), name="a.csv", size=10, source="upload", now=noon)
    assert plain.table_schema["paid"].date_format == "%m/%d/%Y"


def test_a_column_made_a_date_by_hand_follows_the_file(workspace, noon):
    table = Table(text(DATES), read_as={"delimiter": ";"})
    made = workspace.create("Loans", now=noon)
    made = intake.with_table(workspace, made, table, name="a.csv", size=10, source="upload", now=noon)
    made = set_column(made, "paid", table.frame, now=noon, type=ColumnType.CATEGORY)
    made = set_column(made, "paid", table.frame, now=noon, type=ColumnType.DATE)
    assert made.table_schema["paid"].date_format == "%d/%m/%Y"
