"""The template keeps its promises."""

import pytest

from permissions import PERMISSION_PROMISES
from promises import PROMISES
from translated import translated


@pytest.mark.parametrize("promise", PROMISES + PERMISSION_PROMISES, ids=lambda p: p.__name__)
def test_promise(promise):
    violations = promise(translated())
    assert not violations, "; ".join(violations)
