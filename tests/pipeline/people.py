"""A small population with every oddity, and a seed that resembles nobody by chance."""

import numpy as np
import pandas as pd

CATEGORICAL = ("country", "plan")
CONTINUOUS = ("age", "income", "visits")
COUNTRIES = ("FR", "DE", "IT", "LU")


def population(count: int = 3_000, seed: int = 1) -> pd.DataFrame:
    """People with missing, infinite, rare and tied values; `income` is not discrete."""
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10, 1, count)
    income[rng.random(count) < 0.2] = 0.0
    income[rng.random(count) < 0.1] = np.nan
    income[:2] = [np.inf, 1e300]
    return pd.DataFrame(
        {
            "user_id": [f"user {number}" for number in range(count)],
            "country": rng.choice(COUNTRIES, count, p=[0.5, 0.3, 0.19, 0.01]),
            "plan": pd.array(rng.choice(["basic", "plus", "none"], count), "object"),
            "age": rng.integers(18, 90, count).astype(float),
            "income": income,
            "visits": rng.poisson(2, count).astype(float),
        }
    ).assign(plan=lambda frame: frame["plan"].where(frame["plan"] != "none", None))


def seed_of(people: pd.DataFrame, count: int = 300, seed: int = 2) -> pd.DataFrame:
    """People of middle age, richer, more of them German."""
    rng = np.random.default_rng(seed)
    odds = np.where(people["age"].between(40, 55), 6.0, 1.0)
    odds *= np.where(people["country"] == "DE", 3.0, 1.0)
    odds *= np.where(people["income"].fillna(0) > 30_000, 2.0, 1.0)
    odds *= np.where(people["plan"] == "plus", 1.5, 1.0)
    chosen = rng.choice(len(people), count, replace=False, p=odds / odds.sum())
    return people.iloc[np.sort(chosen)].reset_index(drop=True)
