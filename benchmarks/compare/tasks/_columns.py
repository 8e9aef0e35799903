"""Preparation of tables with categories and gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def numbers(frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers."""
    return list(frame.select_dtypes("number").columns)


def categories(frame: pd.DataFrame) -> list[str]:
    """Return the columns of categories."""
    return list(frame.select_dtypes("category").columns)


def encoded(imputer: Any, min_frequency: float | None = None) -> Any:
    """Return numbers imputed and scaled beside categories as indicators."""
    indicators = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=min_frequency,
        sparse_output=False,
    )
    return make_column_transformer(
        (make_pipeline(imputer, StandardScaler()), numbers),
        (indicators, categories),
    )
