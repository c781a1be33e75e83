"""The defects that the doors must not have, each planted by replacing a few lines in a copy of the tree."""

from __future__ import annotations

from tests.sync.planted import Defect

_GUESSING, _RESETS, _KEYS = "tests/api/test_guessing.py", "tests/api/test_resets.py", "tests/api/test_keys.py"
_LETTERS = "tests/api/test_letters.py"
_PROGNOSIS = (
    "tests/journeys/test_looks.py::test_the_prognosis_is_for_therapists_who_may_read_the_scores_and_never_a_date"
)
_LIMITS = "        passed = next((limit for limit in limits if _count(db, limit, at_s) > limit.most), None)\n"

DOORS = (
    Defect(
        "door: guessing from many networks goes on",
        "app/accounts/entering.py",
        "own = [account, in_a_row(email)]",
        "own = [account]",
        f"{_GUESSING}::test_guessing_from_many_networks_ends_and_only_a_reset_helps[sqlite]",
    ),
    Defect(
        "door: others' guesses keep the owner's phone out",
        "app/accounts/entering.py",
        "last_refresh_token) if last_refresh_token else None",
        "last_refresh_token) if not email else None",
        f"{_GUESSING}::test_a_phone_that_was_logged_in_gets_in_while_others_guess[sqlite]",
    ),
    Defect(
        "door: who cannot be counted gets in",
        "app/web/limits.py",
        f"    with database().writing.begin() as db:\n{_LIMITS}",
        "    import contextlib\n\n    passed = None\n"
        f"    with contextlib.suppress(Exception), database().writing.begin() as db:\n{_LIMITS}",
        f"{_GUESSING}::test_where_tries_cannot_be_counted_nobody_gets_in[sqlite]",
    ),
    Defect(
        "door: a claimed address is believed",
        "app/factory.py",
        "    if settings.trusted_proxy_hops:\n        hops = settings.trusted_proxy_hops\n",
        "    if not settings.trusted_proxy_hops:\n        hops = 1\n",
        "tests/api/test_accounts.py::test_a_forwarded_address_is_ignored_unless_a_proxy_is_trusted[sqlite]",
    ),
    Defect(
        "door: no hash for an address nobody has",
        "app/accounts/service/__init__.py",
        "if not is_password(password, found[1] if found else None) or found is None:",
        "if found is None or not is_password(password, found[1]):",
        f"{_RESETS}::test_log_in_says_and_costs_the_same_for_an_address_nobody_has[sqlite]",
    ),
    Defect(
        "door: a reset for nobody costs nothing",
        "app/accounts/service/resets.py",
        "    mailer.write(db, found[0].id if found else None, Letter.PASSWORD_RESET, at)\n",
        "    if found:\n        mailer.write(db, found[0].id, Letter.PASSWORD_RESET, at)\n",
        f"{_RESETS}::test_a_reset_says_and_costs_the_same_for_an_address_nobody_has[sqlite]",
    ),
    Defect(
        "letter: the token before stays good",
        "app/accounts/repository/resets.py",
        "    gone = or_(PasswordResetRow.expires_at <= at, PasswordResetRow.account_id == account_id)\n",
        "    gone = or_(PasswordResetRow.expires_at <= at)\n",
        f"{_LETTERS}::test_a_letter_that_is_sent_again_has_a_fresh_token_and_the_older_one_is_void[sqlite-True]",
    ),
    Defect(
        "letter: two tokens under one id",
        "app/outreach/service/sending.py",
        'Letter(f"{notice.id}.{notice.tries}", account.email',
        "Letter(str(notice.id), account.email",
        f"{_LETTERS}::test_a_letter_that_is_sent_again_has_a_fresh_token_and_the_older_one_is_void[sqlite-True]",
    ),
    Defect(
        "letter: quiet hours hold it back",
        "app/outreach/service/sending.py",
        "reminders is not None and notice.kind in REMINDERS and",
        "reminders is not None and",
        f"{_LETTERS}::test_a_letter_is_sent_by_night_to_whoever_wants_no_reminders_in_their_language"
        "[sqlite-en-password_reset]",
    ),
    Defect(
        "letter: nobody's notices pile up",
        "app/outreach/service/sending.py",
        "        outbox.forget(db, notice)\n",
        "",
        f"{_LETTERS}::test_nobody_is_written_to_and_nothing_of_it_stays[sqlite]",
    ),
    Defect(
        "door: a trail that was changed starts",
        "app/starting.py",
        "    if not check.holds:\n",
        "    if not database:\n",
        "tests/integration/test_refusals.py::test_10_a_trail_that_was_changed[sqlite]",
    ),
    Defect(
        "door: an address in use is said to be",
        "app/accounts/service/__init__.py",
        "if repository.insert_account_unless_taken(db, account, hash_password(password)):",
        "if repository.insert_account(db, account, hash_password(password)) is None:",
        f"{_RESETS}::test_registering_says_and_hashes_and_writes_the_same_for_an_address_in_use[sqlite]",
    ),
    Defect(
        "door: a token of a reset is good twice",
        "app/accounts/repository/resets.py",
        "        PasswordResetRow.used_at.is_(None),\n        PasswordResetRow.expires_at > at,\n",
        "        PasswordResetRow.expires_at > at,\n",
        f"{_RESETS}::test_a_token_is_good_once_and_for_half_an_hour_and_using_one_ends_the_others[sqlite]",
    ),
    Defect(
        "door: a reset leaves the thief logged in",
        "app/accounts/service/resets.py",
        '    repository.revoke_devices(db, account.id, "password_reset", at)\n',
        "",
        f"{_RESETS}::test_a_lost_password_is_replaced_every_device_is_out_and_the_owner_is_told[sqlite]",
    ),
    Defect(
        "door: usual passwords are taken",
        "app/accounts/password_policy.py",
        "LEAST_PARTS = 4\n",
        "LEAST_PARTS = 1\n",
        "tests/unit/accounts/test_password_policy.py::test_more_than_ten_thousand_are_refused_by_name",
    ),
    Defect(
        "door: each worker has turns of its own",
        "app/accounts/hash_slots.py",
        "held = self._take(deadline) if self._folder else None",
        "held = self._take(deadline) if not self._folder else None",
        "tests/unit/accounts/test_hash_slots.py::test_another_process_s_turn_counts_until_it_ends_or_is_killed[done]",
    ),
    Defect(
        "door: workers keep the keys they began with",
        "app/web/keyring.py",
        "        if stamp != self._seen:\n",
        "        if not stamp:\n",
        f"{_KEYS}::test_a_key_is_published_then_signs_then_checks_and_is_gone[sqlite]",
    ),
    Defect(
        "door: a key that does not sign yet is accepted",
        "app/web/keyring.py",
        "accepted = {**by_state[KeyState.VERIFY_ONLY],",
        "accepted = {**by_state[KeyState.NEXT], **by_state[KeyState.VERIFY_ONLY],",
        f"{_KEYS}::test_a_token_of_a_key_that_does_not_sign_yet_is_refused[sqlite]",
    ),
    Defect(
        "door: a token of an ended epoch is good",
        "app/web/auth.py",
        "    if named.token_epoch != actor().token_epoch:\n",
        "    if named.token_epoch > actor().token_epoch:\n",
        f"{_KEYS}::test_a_new_epoch_ends_tokens_whose_key_is_still_good[sqlite]",
    ),
    Defect(
        "door: production starts all the same",
        "app/cli/__init__.py",
        "    elif found:\n",
        "    elif not found:\n",
        "tests/integration/test_refusals.py::test_serve_and_check_end_with_a_sentence_and_start_nothing[sqlite]",
    ),
    Defect(
        "door: gunicorn opens its socket all the same",
        "app/serving.py",
        "        if code:\n",
        "        if not code:\n",
        "tests/integration/test_refusals.py::test_a_real_start_is_refused_before_any_socket[gunicorn]",
    ),
    Defect(
        "door: figures by path",
        "app/web/metrics.py",
        "route = req.url_rule.rule if req.url_rule else NO_ROUTE",
        "route = req.path",
        "tests/api/test_metrics.py::test_no_operation_lets_a_word_of_anybody_into_logs_figures_or_refusals[sqlite]",
    ),
    Defect(
        "door: paths in the log",
        "app/web/logs.py",
        'route=req.url_rule.rule if req.url_rule else ""',
        "route=req.path",
        "tests/api/test_metrics.py::test_no_operation_lets_a_word_of_anybody_into_logs_figures_or_refusals[sqlite]",
    ),
    Defect(
        "door: what broke, word for word",
        "app/web/problems.py",
        'structlog.get_logger().error("bug", error=type(error).__name__, where=_where(error))',
        'structlog.get_logger().error("bug", error=str(error), where=_where(error))',
        "tests/api/test_metrics.py::test_no_failure_lets_a_word_of_anybody_into_logs_figures_or_answers[sqlite-a bug]",
    ),
    Defect(
        "told to another: the prognosis is shown to the patient",
        "app/guidance/schemas/shown.py",
        "        scores=not who.is_patient(patient_id) and Scope.PAIN_READ in held,\n    )\n\n\n"
        "def notices_shown(found: Iterable[Notice]) -> list[dict[str, Any]]:\n"
        '    """Return notices with their words for whoever asks; what is for therapists is told to nobody else."""\n'
        "    said, told_as = book_of(language()).notices, register()\n"
        '    shown = (one for one in found if told_as == "clinician" or one.code not in FOR_THERAPISTS)\n'
        "    return [{**asdict(one), ",
        "        scores=who.is_patient(patient_id) or Scope.PAIN_READ in held,\n    )\n\n\n"
        "def notices_shown(found: Iterable[Notice]) -> list[dict[str, Any]]:\n"
        "    said, told_as = book_of(language()).notices, register()\n"
        "    return [{**asdict(one), ",
        f"{_PROGNOSIS}[sqlite]",
    ),
    Defect(
        "told to another: the prognosis is shown to a therapist who may not read the scores",
        "app/guidance/schemas/shown.py",
        "scores=not who.is_patient(patient_id) and Scope.PAIN_READ in held,",
        "scores=not who.is_patient(patient_id),",
        f"{_PROGNOSIS}[sqlite]",
    ),
    Defect(
        "told to another: the advice's tag is the same for patient and clinician",
        "app/guidance/routes/advice.py",
        'return f"{given.id}{beside}-{language()}-{register()}"',
        'return f"{given.id}{beside}-{language()}"',
        "tests/journeys/test_plan.py::test_the_words_are_those_of_whoever_asks[sqlite]",
    ),
    Defect(
        "told to another: the programme's tag is the same for patient and clinician",
        "app/programmes/routes.py",
        'tag = f"{programme.ver}-{language()}-{register}"',
        'tag = f"{programme.ver}-{language()}-{register[:0]}"',
        "tests/api/test_programmes.py"
        "::test_the_tag_of_a_programme_is_that_of_its_words_and_any_of_them_names_the_version[sqlite]",
    ),
    Defect(
        "told to another: a chart's tag is the same whatever the scopes open",
        "app/review/service/charts.py",
        "    open_to = None if scopes is None else sorted(scopes)\n",
        "    open_to = None if scopes is None else []\n",
        "tests/api/test_charts.py::test_a_chart_is_the_same_until_something_is_told_and_never_another_reader_s[sqlite]",
    ),
)
