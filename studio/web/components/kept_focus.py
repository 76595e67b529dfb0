"""The keyboard's focus where controls are drawn anew: it goes to what stands for the old."""

from nicegui import ui

# What has the focus in a page, or in a dialog, in which nothing has it.
LOST = "document.activeElement.matches('body, .q-dialog__inner')"
CONTROL = "input, button, a, select, [tabindex]"


def focus_again(element: ui.element) -> None:
    """Give the focus to an element or the control in it, where it was lost."""
    found = f"document.getElementById('{element.html_id}')"
    element.client.run_javascript(
        f"const found = {found};"
        f"if (found && {LOST}) (found.matches('{CONTROL}') ? found"
        f" : found.querySelector('{CONTROL}') ?? found).focus();"
    )
