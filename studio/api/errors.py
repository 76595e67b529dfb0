"""Refusals in REST: one shape, and the status that fits each code."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.errors import StudioError
from catalog.file_failures import of_system, subject_of
from studio.console import BUSY

LOG = logging.getLogger("lookalike.studio")

STATUSES = {
    401: {"not_signed_in"},
    403: {"foreign_host", "foreign_origin", "not_allowed"},
    404: {
        "file_not_found",
        "no_build",
        "no_comparison",
        "no_such_address",
        "no_version",
        "not_a_member",
        "unknown_audience",
        "unknown_build",
        "unknown_comparison",
        "unknown_dataset",
        "unknown_draft",
        "unknown_file",
        "unknown_picture",
        "unknown_run",
        "unknown_specification",
        "unknown_version",
        "version_gone",
    },
    405: {"method_not_allowed"},
    409: {
        *BUSY,
        "audience_changed",
        "dataset_elsewhere",
        "dataset_in_use",
        "draft_changed",
        "draft_closed",
        "draft_in_use",
        "file_exists",
        "home_in_use",
        "name_taken",
        "run_ended",
        "run_not_failed",
        "version_served",
    },
    413: {"document_too_large", "too_large", "upload_too_large"},
    422: {
        "attribute_repeated",
        "condition_invalid",
        "draft_incomplete",
        "document_invalid",
        "empty_name",
        "identifier_type_invalid",
        "identifier_type_missing",
        "model_repeated",
        "name_invalid",
        "not_a_document",
        "not_a_file",
        "owner_invalid",
        "quotas_need_groups",
        "request_invalid",
        "schema_invalid",
        "specification_invalid",
        "spreadsheet",
        "stages_edited",
        "unknown_attribute",
        "unknown_column",
        "unknown_file_type",
        "unknown_group",
        "unknown_model",
        "unknown_tier",
        "wrong_audience",
    },
    429: {"too_many_requests"},
    500: {"unexpected"},
    503: {"catalog_unreachable", "dagster_down"},
    507: {"disk_full"},
}
OTHERS = 400
_STATUS_OF = {code: status for status, codes in STATUSES.items() for code in codes}


class Refusal(BaseModel):
    """Why a request was refused: the four parts of every error of the studio."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "unknown_audience",
                "object": "audience 'spring'",
                "cause": "is not there",
                "remedy": "see `lookalike audience list`, or My Audiences in the studio",
            }
        }
    )

    code: str
    object: str
    cause: str
    remedy: str


RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"model": Refusal, "description": words}
    for status, words in {
        400: "Refused; what to do is in the remedy.",
        401: "Not signed in.",
        403: "Not allowed: a foreign address, or a role that is too low.",
        404: "Not there.",
        409: "Taken or busy.",
        413: "Larger than what is taken.",
        422: "Wrong use.",
        429: "Too many requests at once.",
        500: "A fault of the studio.",
        503: "Dagster or the catalog is down.",
        507: "The disk is full.",
    }.items()
}


def status_of(error: StudioError) -> int:
    """The status that tells a program what kind of error this is."""
    return _STATUS_OF.get(error.code, OTHERS)


def refused(error: StudioError) -> JSONResponse:
    """The answer that tells of an error."""
    headers = {"WWW-Authenticate": "Bearer"} if status_of(error) == 401 else None
    return JSONResponse(error.as_dict(), status_of(error), headers)


def unexpected(error: Exception) -> StudioError:
    """The error for a fault of ours; its text may hold people's data, so it stays."""
    LOG.error("a request met an unexpected %s", type(error).__name__)
    return StudioError(
        "unexpected",
        "the request",
        f"met an unexpected {type(error).__name__}",
        "look at the health of the studio, and report what was asked",
    )


def add_handlers(api: FastAPI) -> None:
    """Give every refusal the one shape."""

    @api.exception_handler(StudioError)
    def _refuse(_: Request, error: StudioError) -> JSONResponse:
        return refused(error)

    @api.exception_handler(RequestValidationError)
    def _refuse_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return refused(
            StudioError(
                "request_invalid",
                f"the request at {place}",
                f"is wrong: {first['msg']}",
                "see openapi.json for what is taken",
            )
        )

    @api.exception_handler(HTTPException)
    def _refuse_address(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "no_such_address", 405: "method_not_allowed"}.get(
            error.status_code, "request_invalid"
        )
        answer = refused(
            StudioError(
                code,
                f"{request.method} {request.url.path}",
                f"is refused ({error.detail})",
                "see openapi.json for what there is",
            )
        )
        answer.headers.update(error.headers or {})
        return answer

    api.add_middleware(NoTraceback)


class NoTraceback:
    """Answer a fault of ours in the one shape; its text and traceback go nowhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer where nothing was answered yet."""
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except ClientDisconnect:
            return  # nobody hears an answer
        except OSError as error:
            told = of_system(error, subject_of(error, "the request"))
            if not has_begun:
                await refused(told)(scope, receive, send)
        except Exception as error:
            told = unexpected(error)
            if not has_begun:
                await refused(told)(scope, receive, send)
