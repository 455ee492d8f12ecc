"""Whether the process lives (`/healthz`) and whether it can work (`/readyz`)."""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.engine import Engine
from bot.errors import BotError
from bot.storage import schema

READY_SECONDS = 5.0


async def healthz(_request: Request) -> Response:
    """Answer 200 as long as the process answers at all."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """Answers 200 when the database answers, its schema fits, and Slack has said who the bot is;
    else 503 with the reason."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def readyz(self, _request: Request) -> Response:
        """Answer `/readyz`."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await schema.check(self._engine.db)
        except BotError as error:
            return JSONResponse({"status": "not ready", "reason": str(error)}, 503)
        except SQLAlchemyError as error:
            reason = f"The database does not answer ({type(error).__name__})."
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        except TimeoutError:
            reason = f"The database did not answer within {READY_SECONDS:.0f} s."
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        if awaited := self._engine.slack.awaited:
            return JSONResponse({"status": "not ready", "reason": awaited}, 503)
        return JSONResponse({"status": "ready", "schema": schema.HEAD})
