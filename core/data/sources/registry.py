"""The kinds of sources, in the order in which the screens offer them."""

from typing import Final

from core.data.sources.api import ApiOrigin
from core.data.sources.api import acquire as fetch_api
from core.data.sources.database import DatabaseOrigin
from core.data.sources.database import acquire as read_database
from core.data.sources.folder import FolderOrigin
from core.data.sources.folder import acquire as open_file
from core.data.sources.sensor import SensorOrigin
from core.data.sources.sensor import acquire as record_sensor
from core.data.sources.source import SourceKind
from core.data.sources.storage import ObjectOrigin
from core.data.sources.storage import acquire as bring_object
from core.data.sources.web_file import UrlOrigin
from core.data.sources.web_file import acquire as download_file
from core.data.sources.web_page import HtmlOrigin
from core.data.sources.web_page import acquire as bring_page_table

SOURCES: Final[dict[str, SourceKind]] = {
    "database": SourceKind(
        "database",
        "Database",
        "database",
        "Read a table, or the rows of one SELECT, from PostgreSQL, MySQL, MariaDB, SQLite or DuckDB.",
        DatabaseOrigin,
        read_database,
    ),
    "folder": SourceKind(
        "folder",
        "File on this server",
        "folder_open",
        "Read a file of the folder that whoever runs this server has opened, of any size.",
        FolderOrigin,
        open_file,
    ),
    "url": SourceKind(
        "url",
        "File at an address",
        "link",
        "Download a file from a web address and read it like one of your own.",
        UrlOrigin,
        download_file,
    ),
    "api": SourceKind(
        "api",
        "JSON API",
        "api",
        "Fetch the records of a web service, page by page.",
        ApiOrigin,
        fetch_api,
    ),
    "page": SourceKind(
        "page",
        "Table of a page",
        "table_chart",
        "Choose one of the tables of a web page.",
        HtmlOrigin,
        bring_page_table,
    ),
    "storage": SourceKind(
        "storage",
        "Object storage",
        "cloud",
        "Bring an object from S3, Google Cloud Storage or Azure, by its URL.",
        ObjectOrigin,
        bring_object,
    ),
    "sensor": SourceKind(
        "sensor",
        "Sensor",
        "sensors",
        "Record the messages of an MQTT topic for a while.",
        SensorOrigin,
        record_sensor,
    ),
}
"""Every kind of source; the key is the ``kind`` of its origin."""
