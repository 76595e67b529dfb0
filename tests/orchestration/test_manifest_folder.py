"""The parsed project in an installation's folder, whoever parsed it and whenever it died."""

import pytest

from orchestration import project


def test_what_is_ready_may_be_read_by_every_user(tmp_path, monkeypatch):
    """Also where whoever parsed it was killed just before it was marked as ready."""

    def parse(folder):
        folder.chmod(0o700)
        (folder / "manifest.json").write_text("{}")
        (folder / "manifest.json").chmod(0o600)

    def killed(path, *_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "_dbt_files", list)
    monkeypatch.setattr(project, "_parse", parse)
    monkeypatch.setattr(project, "keep_stage_manifests", lambda _: None)
    monkeypatch.setattr(project.Path, "touch", killed)

    with pytest.raises(KeyboardInterrupt):
        project.manifest_folder.__wrapped__()

    (folder,) = (tmp_path / "target").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "manifest.json").stat().st_mode & 0o777 == 0o644
    assert not (folder / "ready").exists()
