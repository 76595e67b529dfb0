"""What is told of a failure, in the words of the pages.

An error says what helps at the command line and in a document. On a page nobody types a
command, and a field has the name of its control.
"""

import re

from studio.web.components.words import ALLOW_INDISTINCT

__all__ = ["on_a_page", "sentence"]

# Commands first, each with the words around it; what a command is given may be anything.
COMMANDS = {
    r"with `lookalike datasets map [^`]*`": "on its dataset's page",
    r"run `lookalike datasets map [^`]*`": "give its columns roles on its page",
    r"run `lookalike datasets profile[^`]*`( on it)?": "read it anew on its page",
    r"take them with `lookalike datasets add [^`]*`": "add the file by another name",
    r"add the file again with --replace": "add the file by another name",
    r"see `lookalike datasets list`, or register it with `lookalike datasets add`": (
        "see Datasets, or add it there"
    ),
    r"see `lookalike audience list`, or My Audiences in the studio": "see My Audiences",
    r"that `lookalike audience history` shows": "that stands on the audience's page",
    r"run `lookalike audience history` and look at the run": "look at the run",
    r"build it first: `lookalike audience build [^`]*`": "build it on its page first",
    r"run `lookalike doctor`, or look": "look",
    r" \(`lookalike (up|dev)`\)": "",
    r"set with `datasets map`": "set by a person",
    r"run it again with LOOKALIKE_TRACEBACK=1 and report what it prints": (
        "try it again, and tell who runs this studio if it stays so"
    ),
    r"then run the same command again": "then try it again",
    r"raise LOOKALIKE_MEMORY_LIMIT or lower LOOKALIKE_THREADS": (
        "tell who runs this studio, who can give it more memory"
    ),
    r"pip install 'lookalike-studio\[(\w+)\]'": (
        r"ask who runs this studio to install the extra \1"
    ),
    r"build the audience with --force, which makes a new version": (
        "change a choice and build it again, which makes a new version"
    ),
    r"build it again with --force": "change a choice and build it again",
}
# Fields of a specification; the longer name first. None may stand in a quoted name.
CONTROLS = {
    "limits.allow_indistinct: true": f"“{ALLOW_INDISTINCT}”",
    "(seed.unlike)": "(“Not like”)",
    "seed.unlike.where": "the filter below “Not like”",
    "seed.unlike": "the negative seed",
    "seed.where": "the seed's filter",
    "seed.weight": "the weight (“People count by”)",
    "population.where": "the population's filter",
    "leave out join_key": "choose every identifier below “Joined by”",
    "output.quotas": "the quotas",
    "output.keep_margin": "“Keep members near the cut”",
    "the limit under output": "the size",
    "refresh.schedule": "“Build again”",
    "fairness.protected": "what is protected",
}
# No page has a control for the others: they are changed where the audience is a document.
IN_DOCUMENT = re.compile(
    r"(?<![\w.'\"“(])((?:limits|scoring|economics)\.[a-z_]+(?:: \w+)?)(?![\w.])"
)
AS_COMMANDS = [(re.compile(sign), words) for sign, words in COMMANDS.items()]
AS_CONTROLS = [
    (re.compile(rf"(?<![\w.'\"“]){re.escape(name)}(?![\w.])"), words)
    for name, words in CONTROLS.items()
]


def on_a_page(told: str) -> str:
    """The sentence with what can be done on a page; names in quotes stay as they are.

    >>> on_a_page("widen population.where, or lower limits.minimum_population")
    "widen the population's filter, or lower limits.minimum_population in the document"
    >>> on_a_page("restore them, or take them with `lookalike datasets add x --replace`")
    'restore them, or add the file by another name'
    >>> on_a_page("leave out 'seed.where'")
    "leave out 'seed.where'"
    """
    for sign, words in AS_COMMANDS:
        told = sign.sub(words, told)
    for sign, words in AS_CONTROLS:
        told = sign.sub(words, told)
    return IN_DOCUMENT.sub(r"\1 in the document", told)


def sentence(told: str) -> str:
    """The same as a sentence of its own; nothing where nothing is told.

    >>> sentence("did you mean 'customers'?")
    "Did you mean 'customers'?"
    >>> sentence("restore it")
    'Restore it.'
    """
    words = on_a_page(told)
    return f"{words[:1].upper()}{words[1:]}{_stop(words)}"


def _stop(words: str) -> str:
    return "" if not words or words.endswith("?") else "."
