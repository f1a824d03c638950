"""Every transformer a pipeline may hold, in one visible place."""

from core.runtime.blending import BlendClassifier, BlendRegressor
from core.runtime.cast import Cast, DateParts, DropColumns, MarkMissing
from core.runtime.categories import Encode, FillCategories, GroupRare
from core.runtime.combos import CombineNumbers, PolynomialNumbers, SplineNumbers
from core.runtime.figures import CapOutliers, FillNumbers, Finish, Scale
from core.runtime.formula import AddFormula
from core.runtime.gaps import FillDates
from core.runtime.moments import DateCircles, DateElapsed, DaysOff
from core.runtime.monotone import Monotone
from core.runtime.network import NetworkClassifier, NetworkRegressor
from core.runtime.selecting import DropAlike, SelectBest
from core.runtime.shapes import BinNumbers, ClipNumbers, LogNumbers, PowerNumbers, QuantileNumbers
from core.runtime.spellings import MergeSpellings
from core.runtime.target import TargetScale
from core.runtime.words import TextLooks, TextTerms, TextTopics

TRANSFORMERS = (
    Cast,
    DropColumns,
    MarkMissing,
    AddFormula,
    FillDates,
    DateElapsed,
    DateCircles,
    DaysOff,
    DateParts,
    TextTerms,
    TextTopics,
    TextLooks,
    ClipNumbers,
    CapOutliers,
    LogNumbers,
    PowerNumbers,
    QuantileNumbers,
    BinNumbers,
    FillNumbers,
    CombineNumbers,
    PolynomialNumbers,
    SplineNumbers,
    FillCategories,
    MergeSpellings,
    GroupRare,
    Encode,
    DropAlike,
    SelectBest,
    Scale,
    Finish,
)

MODELS = (BlendClassifier, BlendRegressor, Monotone, NetworkClassifier, NetworkRegressor, TargetScale)
"""What the model itself may be made of, beside the libraries' own."""

__all__ = [
    "MODELS",
    "TRANSFORMERS",
    "AddFormula",
    "BinNumbers",
    "BlendClassifier",
    "BlendRegressor",
    "CapOutliers",
    "Cast",
    "ClipNumbers",
    "CombineNumbers",
    "DateCircles",
    "DateElapsed",
    "DateParts",
    "DaysOff",
    "DropAlike",
    "DropColumns",
    "Encode",
    "FillCategories",
    "FillDates",
    "FillNumbers",
    "Finish",
    "GroupRare",
    "LogNumbers",
    "MarkMissing",
    "MergeSpellings",
    "Monotone",
    "NetworkClassifier",
    "NetworkRegressor",
    "PolynomialNumbers",
    "PowerNumbers",
    "QuantileNumbers",
    "Scale",
    "SelectBest",
    "SplineNumbers",
    "TargetScale",
    "TextLooks",
    "TextTerms",
    "TextTopics",
]
