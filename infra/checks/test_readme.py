"""infra/README.md documents every parameter."""

from translated import INFRA, parameters


def test_every_parameter_is_documented():
    readme = (INFRA / "README.md").read_text(encoding="utf-8")
    assert [name for name in parameters() if f"| `{name}`" not in readme] == []
