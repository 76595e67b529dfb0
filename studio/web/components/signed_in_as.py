"""Who uses the page, in which role, and the way out."""

from nicegui import context, ui

from studio.web.access import HAS_SESSION, USER
from studio.web.components.buttons import quiet_button
from studio.web.components.elements import block, text
from studio.web.signed_in import SIGN_OUT


def signed_in_as() -> None:
    """Name and role, and a button that ends the session where there is one to end.

    Who is named anew with each request, as by a proxy, would be inside again at once.
    """
    scope = context.client.request.scope
    user = scope.get(USER)
    if user is None:
        return
    with block("studio-who"):
        with block() as person:
            person.props["title"] = f"{user.name}, {user.role}"
            text("span", "Signed in as ", "sr-only")
            text("span", user.name, "name")
            text("span", user.role, "quiet")
        if scope.get(HAS_SESSION):
            with ui.element("form").props(f"method=post action={SIGN_OUT}"):
                quiet_button("Sign out").props("type=submit dense")
