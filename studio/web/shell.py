"""The bar of a page as plain HTML: what is painted before the page's scripts have run.

A page of NiceGUI's is drawn by scripts, which takes the browser a third of a second and
more. Until then the bar stands where it will stand, in the colours that were chosen.
Nothing that somebody typed is in it.
"""

from collections.abc import Iterable

SHELL = """<div class="shell"><header class="studio-header"><div class="studio-bar">
<a class="studio-brand" href="/">Look-alike Studio</a>
<nav class="studio-nav" aria-label="Main">{links}</nav></div></header></div>
<script>
if ({is_dark}) document.body.classList.add('body--dark');
new MutationObserver((_, seen) => {{
  if (!document.querySelector('#app > *')) return;
  document.querySelectorAll('.shell').forEach((each) => each.remove());
  seen.disconnect();
}}).observe(document.body, {{childList: true, subtree: true}});
</script>"""
IS_DARK = {
    "system": "matchMedia('(prefers-color-scheme: dark)').matches",
    "light": "false",
    "dark": "true",
}


def shell(place: str, places: Iterable[tuple[str, str, str]], theme: str) -> str:
    """The bar with the ways that the person has, which goes as the page itself is there.

    `places` are names, words and addresses of the studio's own, `place` the name of the
    one that the page belongs to.
    """
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if name == place else ""}>{words}</a>'
        for name, words, address in places
    )
    return SHELL.format(links=links, is_dark=IS_DARK[theme])
