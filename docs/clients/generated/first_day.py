"""The first day with a generated client: register, log in, first sync, log a run, read the advice."""

import json
import sys
from datetime import UTC, datetime
from uuid import uuid4

from trochlea_client import AuthenticatedClient, Client
from trochlea_client.api.accounts import log_in, register_account
from trochlea_client.api.guidance import get_advice
from trochlea_client.api.logbook import create_run
from trochlea_client.api.sync import pull_changes
from trochlea_client.models import Advice, Changes, Login, Registration, Run, StoredRun, Tokens

url, email, password = sys.argv[1:]
anybody = Client(base_url=url, timeout=60)
person = Registration(email=email, password=password, display_name="Ida", zone="Europe/Berlin")
register_account.sync(client=anybody, body=person)
tokens = log_in.sync(client=anybody, body=Login(email=email, password=password, device_name="phone"))
assert isinstance(tokens, Tokens), tokens

client = AuthenticatedClient(base_url=url, token=tokens.access_token, timeout=60)
first = pull_changes.sync(tokens.account_id, client=client)
assert isinstance(first, Changes), first
run = Run(id=uuid4(), performed_at=datetime.now(UTC), zone="Europe/Berlin", distance_m=5000, duration_s=1800)
stored = create_run.sync(tokens.account_id, client=client, body=run)
assert isinstance(stored, StoredRun), stored
advice = get_advice.sync(tokens.account_id, client=client)
assert isinstance(advice, Advice), advice
day = {"epoch": str(first.epoch), "distance_m": stored.distance_m, "decision": str(advice.decision)}
sys.stdout.write(json.dumps(day))
