"""A macro of the dbt project as plain SQL text, rendered without dbt."""

import re
from pathlib import Path

import jinja2

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"


class Adapter:
    """What a dispatched macro asks for its form: the default one, which is DuckDB's."""

    @staticmethod
    @jinja2.pass_context
    def dispatch(context: jinja2.runtime.Context, name: str, _package: str):
        return context.resolve(f"default__{name}")


def rendered(call: str, *files: str) -> str:
    """Render a call such as `normal_quantile('p')` with the macros of the named files."""
    source = "".join((MACROS / file).read_text() for file in files)
    # Jinja alone has no `return`; printing the value comes to the same for text.
    source = re.sub(r"\{\{ return\((.*?)\) \}\}", r"{{ \1 }}", source, flags=re.DOTALL)
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701
    environment.globals["adapter"] = Adapter()
    return environment.from_string(source + "{{ " + call + " }}").render().strip()
