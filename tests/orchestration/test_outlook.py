"""Outlooks in the home: the newest few stay, and those that are being read."""

import os

from filelock import FileLock

from orchestration.outlook import KEPT_OUTLOOKS, sweep_outlooks


def test_the_newest_outlooks_stay_and_those_in_use(tmp_path):
    for age in range(KEPT_OUTLOOKS + 3):
        folder = tmp_path / f"outlook{age}"
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    oldest = tmp_path / f"outlook{KEPT_OUTLOOKS + 2}"

    with FileLock(oldest.with_suffix(".lock")):
        sweep_outlooks(tmp_path)

    kept = {each.name for each in tmp_path.iterdir() if each.is_dir()}
    assert kept == {f"outlook{age}" for age in range(KEPT_OUTLOOKS)} | {oldest.name}
