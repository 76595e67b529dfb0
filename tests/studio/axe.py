"""What axe finds on a page: nothing that is serious or critical."""

from typing import Any

DIALOG = ".q-dialog"
# Of what fades and slides in, not of what turns for as long as something is awaited.
MOVES = """document.getAnimations().some(each => each.playState === 'running'
    && each.effect.getComputedTiming().endTime !== Infinity)"""
NEXT_FRAMES = """new Promise(done => {
    let left = 6
    const frame = () => left-- ? requestAnimationFrame(frame) : done()
    frame()
})"""


def wait_until_still(page: Any) -> None:
    """Wait until what opens or changes its colours has them."""
    page.evaluate(NEXT_FRAMES)
    page.wait_for_function(f"!({MOVES})")


def passed_by_axe(page: Any) -> set[str]:
    """The rules that what is shown keeps to; it breaks none that matters."""
    broken, passed = judged_by_axe(page)
    assert not broken, broken
    return passed


def judged_by_axe(page: Any) -> tuple[list[tuple[str, str]], set[str]]:
    """What is serious, by rule and element, and the rules that what is shown keeps to.

    Of a page with an open dialog that is the dialog: what stands behind it is dimmed.
    """
    from axe_playwright_python.sync_playwright import Axe

    wait_until_still(page)
    context = DIALOG if page.locator(DIALOG).count() else None
    found = Axe().run(page, context=context).response
    broken = [
        (rule["id"], node["html"])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not _is_judged_by_the_sheet(node)
    ]
    return broken, {rule["id"] for rule in found["passes"]}


def _is_judged_by_the_sheet(node: dict[str, Any]) -> bool:
    """Axe takes the sheet that darkens the page for what stands behind a dialog's buttons."""
    behind = [each["html"] for one in node["any"] for each in one["relatedNodes"]]
    return any("q-dialog__backdrop" in html for html in behind)
