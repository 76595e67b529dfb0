"""The studio itself in REST: who asks, whether it is well, what was done in it."""

from fastapi import APIRouter

from studio.api.dependencies import Asking
from studio.services.access import User

router = APIRouter(tags=["studio"])


@router.get("/me")
def get_me(asking: Asking) -> User:
    """Who asks, and the role they have."""
    return asking
