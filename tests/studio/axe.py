"""What axe finds on a page: nothing that is serious or critical."""

from typing import Any

FADES = 700  # milliseconds in which what opens has not its colours yet
DIALOG = ".q-dialog"


def passed_by_axe(page: Any) -> set[str]:
    """The rules that what is shown keeps to; it breaks none that matters.

    Of a page with an open dialog that is the dialog: what stands behind it is dimmed.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(FADES)
    context = DIALOG if page.locator(DIALOG).count() else None
    found = Axe().run(page, context=context).response
    broken = [
        (rule["id"], node["html"])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not _is_judged_by_the_sheet(node)
    ]
    assert not broken, broken
    return {rule["id"] for rule in found["passes"]}


def _is_judged_by_the_sheet(node: dict[str, Any]) -> bool:
    """Axe takes the sheet that darkens the page for what stands behind a dialog's buttons."""
    behind = [each["html"] for one in node["any"] for each in one["relatedNodes"]]
    return any("q-dialog__backdrop" in html for html in behind)
