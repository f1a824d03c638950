"""Every limit, in one place; the screens show the ones that bite."""

from typing import Final

MB: Final = 1024 * 1024

UPLOAD_BYTES: Final = 200 * MB
"""Largest file a browser may send."""
EXPECTATIONS: Final = 50
"""Most expectations of one project."""
INLINE_BYTES: Final = 8 * MB
"""A file up to this size is read at once; a larger one in a process of its own."""
INLINE_PACKED_BYTES: Final = MB
"""A packed file, a workbook or a Parquet file up to this size is read at once; it may unpack to many times its size."""
INLINE_CELLS: Final = 500_000
"""Tables with together up to this many cells are joined and compared at once; larger ones in a process of its own."""
JOIN_CELLS: Final = 10_000_000
"""A second table with up to this many cells is joined whole; a larger one is refused."""
SHELF_BYTES: Final = 32 * MB
"""Tables that the server keeps in memory between two screens, over all sessions."""
UNPACKED_BYTES: Final = 1024 * MB
"""Largest size a workbook, archive or compressed table may unpack to."""
PACKED_LARGE_BYTES: Final = 4096 * MB
"""Largest size a packed table may unpack to that is brought to a project: text and Parquet are then read by column."""
TABLE_ROWS: Final = 2_000_000
"""Most rows a table held in memory may have."""
TABLE_COLUMNS: Final = 10_000
"""Most columns a table may have."""
TABLE_CELLS: Final = 100_000_000
"""Most cells a table held in memory may have."""
LARGE_BYTES: Final = 16 * 1024 * MB
"""Largest text or Parquet file that is brought from the server's disk or a source."""
LARGE_ROWS: Final = 200_000_000
"""Most rows of a table that is not held in memory."""
LARGE_CELLS: Final = 4_000_000_000
"""Most cells of a table that is not held in memory."""
LARGE_MEMORY_BYTES: Final = 1024 * MB
"""Memory the database engine may use while it reads a large table."""
WHOLE_BYTES: Final = 150 * MB
"""A text or Parquet file above this size is read a column at a time."""
WORKING_ROWS: Final = 250_000
"""Most rows that screens and models work on; of a larger table they see a random sample, and say so."""
WORKING_CELLS: Final = 5_000_000
"""Most cells that screens and models work on; of a larger table they see a random sample, and say so."""
COMPRESSION_RATIO: Final = 200
"""A compressed text or workbook part above 64 MB that unpacks to more than this many times its size is refused."""
FORESEEN_BYTES: Final = 32 * MB
"""Unpacked bytes after which the size of the whole is foreseen: some files take half a minute to reach the limit."""
WORKBOOK_CELLS: Final = 10_000_000
"""Most cells, empty ones included, between the first and the last used cell of a sheet."""
RECORD_BYTES: Final = 200 * MB
"""Largest JSON file, unpacked: its text is held in memory while it is read."""
RECORD_CELLS: Final = 20_000_000
"""Most values of JSON records, missing ones included."""
PREVIEW_BYTES: Final = MB
"""Beginning of a text file that a preview looks at."""
PREVIEW_WHOLE_BYTES: Final = 4 * MB
"""Largest workbook, JSON or packed file that a preview reads whole, and most that it fetches of a file elsewhere; of a
larger one it shows what it can."""
CELL_CHARACTERS: Final = 131_072
"""Longest value of one cell of a text file."""
LONG_ROW_SHARE: Final = 0.01
"""Rows with too many values are left out and counted up to this share; above it the file is refused."""
MIN_ROWS: Final = 20
"""Fewest usable rows a model can be trained and judged on."""
MIN_CLASS_ROWS: Final = 2
"""Fewest rows an outcome must have."""
MAX_CLASSES: Final = 50
"""Most outcomes a classification may tell apart."""
PROFILE_ROWS: Final = 200_000
"""Rows a profile looks at; above it works on a seeded sample and says so."""
PROFILE_CELLS: Final = 25_000_000
"""Cells a profile looks at; on a wide table the sample holds fewer rows."""
KNOWING_ROWS: Final = 20_000
"""Rows that associations, near repeats and other comparisons of rows or columns look at, drawn at random above it."""
KNOWING_COLUMNS: Final = 100
"""Columns that are held against each other, the target first."""
INFORMATION_ROWS: Final = 5_000
"""Rows that mutual information with the outcome is judged on."""
NEIGHBOUR_ROWS: Final = 2_000
"""Rows whose nearest neighbours are looked at for outcomes that do not fit."""
SLICE_ROWS: Final = 30
"""Fewest rows of a part of the table on which the model is said to fail, and of what is left outside it."""
SLICE_COLUMNS: Final = 40
"""Columns that are looked at two by two for parts on which the model fails; further ones one by one."""
BEHIND_ROWS: Final = 1_000
"""Rows shown behind a number; the count is of all."""
PREVIEW_ROWS: Final = 100
"""Rows shown in a preview."""
CONNECTIONS: Final = 200
"""Most connections one user may keep."""
DATABASE_ROWS: Final = 10_000_000
"""Most rows one reading of a database may bring."""
DATABASE_SECONDS: Final = (5, 3600)
"""Shortest and longest time one reading of a database may take."""
DATABASE_PREVIEW_SECONDS: Final = 20
"""Longest time a preview from a database may take."""
DATABASE_BYTES: Final = 4096 * MB
"""Largest size one reading of a database may reach."""
CATEGORY_LEVELS: Final = 50
"""More different values than this in a category column is 'too many'."""
GROUP_ROWS: Final = 100
"""Below this many rows with the outcome, rates of a group stay wide."""
LABEL_LENGTH: Final = 200
"""Longest label given by hand."""
LABEL_POOL_ROWS: Final = 20_000
"""Rows without a label that proposals are chosen from; more are sampled."""
LABEL_QUEUE: Final = 50
"""Rows of one batch that are worth labelling next, and of the labels that look wrong shown at a time."""
LABEL_GRID_ROWS: Final = 50
"""Rows of the grid for labels at a time."""
NAME_LENGTH: Final = 120
"""Longest project name."""
REASON_LENGTH: Final = 2_000
"""Longest reason for accepting a finding."""
QUICK_ROWS: Final = 5_000
"""Most training rows that a quick trial of a recipe is scored on."""
SUGGESTIONS: Final = 40
"""Most suggestions for a recipe that are tried at a time, the most promising first."""
SUGGEST_ROWS: Final = 60
"""Fewest training rows on which suggestions are tried: with fewer, chance explains any difference."""
SUGGEST_SAMPLE: Final = 20_000
"""Most training rows that suggestions are tried on, where there is time for more than a quick trial's."""
SUGGEST_SECONDS: Final = (10, 3600)
"""Shortest and longest time in which suggestions are tried."""
PARAM_LENGTH: Final = 2_000
"""Most characters of a text that a step of the recipe is set to."""
FOLDS: Final = (2, 10)
"""Fewest and most folds."""
PREPARED_BYTES: Final = 768 * MB
"""Folds after the recipe that each process of a training keeps in memory."""
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
ARCHIVE_ENTRIES: Final = 10_000
"""Most files in an imported project archive."""
REVISIONS_KEPT: Final = 200
"""Past revisions of a project that its history holds."""
UNDO_DAYS: Final = 7
"""Days a deleted project can be brought back."""
SENSOR_MESSAGES: Final = 1_000_000
"""Most messages of one recording."""
SENSOR_SECONDS: Final = 24 * 3600
"""Longest recording."""
SENSOR_MESSAGE_LENGTH: Final = 131_072
"""Largest message that becomes a row."""
SENSOR_BYTES: Final = 200 * MB
"""A recording ends when its messages add up to this."""
SENSOR_COLUMNS: Final = 1_000
"""Most fields of messages that become columns."""
SENSOR_CONNECT_SECONDS: Final = 8
"""A broker has this long to answer."""
WEB_BYTES: Final = 2048 * MB
"""Largest file taken from the web or from object storage, unpacked from its transfer."""
WEB_ANSWER_BYTES: Final = 64 * MB
"""Largest single answer of a JSON API, and largest web page that is looked through for tables."""
WEB_LOOK_BYTES: Final = 16 * MB
"""Largest answer of a JSON API, and largest web page, that is looked at before it is read."""
WEB_LOOK_SECONDS: Final = 10
"""Longest time such a look may take, that at the beginning of a file included."""
WEB_SECONDS: Final = 3_600
"""Longest time one source on the web may take."""
WEB_IDLE_SECONDS: Final = 20
"""A server that sends nothing for so long has gone away."""
WEB_CONNECT_SECONDS: Final = 8
"""A web server has this long to be found and to answer the call."""
WEB_REDIRECTS: Final = 3
"""Most times an address may lead on to another."""
WEB_TABLES: Final = 200
"""Most tables of a web page that are offered."""
API_PAGES: Final = 1_000
"""Most pages of a JSON API."""
API_ROWS: Final = 1_000_000
"""Most records of a JSON API."""
API_COLUMNS: Final = 1_000
"""Most fields of records that become columns."""
FOLDER_FILES: Final = 500
"""Most files shown of the folder of this server."""
STORAGE_ENTRIES: Final = 1_000
"""Most objects and folders shown of a place in object storage."""
ORDERED_VALUES: Final = 100
"""Most values of a column that are put in an order by hand."""
COMBINED_COLUMNS: Final = 200
"""Most columns one step may make by combining numbers."""
FORMULA_LENGTH: Final = 1_000
"""Most characters of a formula; it also has at most 200 parts, nested at most 25 deep."""
RECIPE_FILE_BYTES: Final = MB
"""Largest file of a recipe."""
RECIPE_STEPS: Final = 200
"""Most steps a file of a recipe may hold."""
RECIPE_VERSIONS: Final = 30
"""Most recipes a project keeps under a name."""
UNDO_HELD: Final = 40
"""Changes on Prepare that stand in the project's document; all before them lie beside it, and undo finds them."""
TEXT_COLUMNS: Final = 300
"""Most columns one step may make from free text."""
