"""`lookalike dev` as a person starts it: Dagster's own server builds an audience."""

import socket

import pytest

from tests.orchestration.conftest import SLUG, open_studio
from tests.orchestration.serving import serving

pytestmark = pytest.mark.servers


@pytest.fixture
def studio_and_server(tmp_path):
    workshop, audience = open_studio(tmp_path)
    with serving(workshop.home.root, tmp_path / "log") as server:
        yield workshop, audience, server


def test_the_server_builds_an_audience_that_is_asked_for_on_its_screen(
    studio_and_server,
):
    workshop, audience, server = studio_and_server

    final = server.end_of(server.launch(SLUG))

    assert final == "SUCCESS"
    version = workshop.catalog.served_version(audience.id)
    assert version.figures["delivered_people"] == 100
    server.process.terminate()
    assert server.process.wait(timeout=20) is not None
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
