"""Every transformer a pipeline may hold, in one visible place."""

from core.runtime.cast import Cast, DateParts, DropColumns, MarkMissing
from core.runtime.categories import Encode, FillCategories, GroupRare
from core.runtime.figures import CapOutliers, FillNumbers, Finish, Scale

TRANSFORMERS = (
    Cast,
    DropColumns,
    MarkMissing,
    DateParts,
    CapOutliers,
    FillNumbers,
    FillCategories,
    GroupRare,
    Encode,
    Scale,
    Finish,
)

__all__ = [
    "TRANSFORMERS",
    "CapOutliers",
    "Cast",
    "DateParts",
    "DropColumns",
    "Encode",
    "FillCategories",
    "FillNumbers",
    "Finish",
    "GroupRare",
    "MarkMissing",
    "Scale",
]
