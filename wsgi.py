"""What the server imports: `gunicorn --config python:app.serving wsgi:app`, `flask --app wsgi …`."""

import os
import sys

from app.cli import refuse_unsafe_start
from app.factory import RouteWithoutPermission, create_app
from app.settings import SettingsIncomplete

try:
    app = create_app()
except (SettingsIncomplete, RouteWithoutPermission) as refused:
    raise SystemExit(f"Trochlea does not start: {refused}") from None

IS_COMMAND = os.environ.get("FLASK_RUN_FROM_CLI") == "true" and "run" not in sys.argv[1:]
IS_CHECKED = os.environ.get("TROCHLEA_CHECKED_BY") in (str(os.getpid()), str(os.getppid()))
if not IS_COMMAND and not IS_CHECKED:
    # Another server than gunicorn, or gunicorn without `--config python:app.serving`.
    refuse_unsafe_start(app)
