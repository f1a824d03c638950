"""Every limit, in one place; the screens show the ones that bite."""

from typing import Final

MB: Final = 1024 * 1024

UPLOAD_BYTES: Final = 200 * MB
"""Largest file a browser may send."""
UNPACKED_BYTES: Final = 1024 * MB
"""Largest size a workbook, archive or compressed table may unpack to."""
TABLE_ROWS: Final = 2_000_000
"""Most rows a table held in memory may have."""
TABLE_COLUMNS: Final = 10_000
"""Most columns a table may have."""
TABLE_CELLS: Final = 100_000_000
"""Most cells a table held in memory may have."""
MIN_ROWS: Final = 20
"""Fewest usable rows a model can be trained and judged on."""
MIN_CLASS_ROWS: Final = 2
"""Fewest rows an outcome must have."""
MAX_CLASSES: Final = 50
"""Most outcomes a classification may tell apart."""
PROFILE_ROWS: Final = 200_000
"""Rows a profile looks at; above it works on a seeded sample and says so."""
PREVIEW_ROWS: Final = 100
"""Rows shown in a preview."""
CATEGORY_LEVELS: Final = 50
"""More different values than this in a category column is 'too many'."""
GROUP_ROWS: Final = 100
"""Below this many rows with the outcome, rates of a group stay wide."""
NAME_LENGTH: Final = 120
"""Longest project name."""
REASON_LENGTH: Final = 2_000
"""Longest reason for accepting a finding."""
FOLDS: Final = (2, 10)
"""Fewest and most folds."""
BUDGET_SECONDS: Final = (10, 24 * 3600)
"""Shortest and longest time budget of a training."""
CHART_POINTS: Final = 5_000
"""Most points sent to one chart."""
EXPLAIN_ROWS: Final = 1_000
"""Rows the global explanation is computed on."""
EXPLAIN_BACKGROUND: Final = 100
"""Rows a model-agnostic explanation takes as background."""
GOLDEN_ROWS: Final = 214
"""Rows a bundle must answer like the model in the app."""
STOP_SECONDS: Final = 5
"""A stopped job has this long to wrap up before its processes are ended."""
JOBS_PER_MACHINE: Final = 2
"""Jobs that run at the same time."""
JOBS_PER_USER: Final = 2
"""Jobs of one user that run or wait at the same time."""
SERVICE_BODY_BYTES: Final = 10 * MB
"""Largest request a bundle's service reads."""
SERVICE_ROWS: Final = 99_999
"""Most rows in one request to a bundle's service."""
DRIFT_ROWS: Final = 50
"""Below this many rows no verdict on drift is given."""
ARCHIVE_BYTES: Final = 1024 * MB
"""Largest unpacked size of an imported project archive."""
