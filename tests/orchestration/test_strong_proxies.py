"""Who is stopped by a strong proxy, and which one is named."""

import pytest

from catalog.errors import StudioError
from orchestration.proxies import SCORE, refuse_strong_proxies
from python_scoring.proxies import Proxy

WEAK = Proxy("coin", "sex", 0.01, 0.01, "weak")
MODERATE = Proxy("hobby", "sex", 0.4, 0.4, "moderate")
STRONG = Proxy("title", "sex", 0.8, 0.8, "strong")
STRONGER = Proxy("name", "sex", 0.9, 0.9, "strong")
STRONG_SCORE = Proxy(SCORE, "sex", 0.6, 0.6, "strong")


def refusal(*proxies):
    with pytest.raises(StudioError) as caught:
        refuse_strong_proxies(proxies, "regulated")
    assert caught.value.code == "strong_proxy"
    return str(caught.value)


def test_the_strongest_attribute_is_named_with_the_remedy():
    told = refusal(WEAK, STRONG, STRONG_SCORE, STRONGER)

    assert told.startswith("attribute 'name' is a strong proxy of the protected 'sex'")
    assert told.endswith("add name to exclude, or drop it from attributes")


def test_a_score_that_is_one_is_stopped_though_no_attribute_is():
    told = refusal(WEAK, MODERATE, STRONG_SCORE)

    assert told.startswith("the score as a whole is a strong proxy")
    assert "add hobby to exclude" in told


@pytest.mark.parametrize(
    ("proxies", "mode"),
    [
        ((WEAK, MODERATE), "regulated"),
        ((STRONG, STRONG_SCORE), "standard"),
        ((), "regulated"),
    ],
)
def test_others_are_built(proxies, mode):
    refuse_strong_proxies(proxies, mode)
