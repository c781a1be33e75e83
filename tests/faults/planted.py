"""Defects in how faults are met, each planted by replacing a few lines in a copy of the tree.

Those that need a server or a database of their own are told of in docs/reliability.md: they were planted by hand.
"""

from __future__ import annotations

from tests.sync.planted import Defect

_DISK = "tests/faults/test_disk_full.py::test_where_the_disk_is_full_people_read_and_nothing_is_acknowledged"
_CALM_DAYS = "tests/unit/guidance/test_days.py::test_days_that_one_glance_calls_calm_pause_nothing"
_PASSWORD = "tests/api/test_password_change.py::test_a_changed_password_logs_out_every_other_device_and_the_owner"

FAULTS = (
    Defect(
        "fault: nothing is held where nothing was said yet",
        "app/outreach/service/wishes.py",
        "    accounts.hold_account(db, account_id)\n",
        "",
        "tests/faults/test_lost_updates.py::test_of_rivals_who_edit_the_same_one_wins_and_the_others_are_told"
        "[postgresql-few]",
    ),
    Defect(
        "fault: what cannot be written down is shown all the same",
        "app/web/transaction.py",
        "        raise NotLogged from None\n",
        "        writer().rollback()\n",
        f"{_DISK}_that_is_not_kept[sqlite]",
    ),
    Defect(
        "fault: the operator is not told that the disk is full",
        "app/web/problems.py",
        ' or getattr(cause, "sqlite_errorname", None)',
        "",
        f"{_DISK}_that_is_not_kept[sqlite]",
    ),
    Defect(
        "fault: a token outlives its time where a clock steps",
        "app/web/auth.py",
        "        JWT_DECODE_LEEWAY=LEEWAY_S,\n",
        "        JWT_DECODE_LEEWAY=7200,\n",
        "tests/faults/test_clocks.py::test_a_step_back_makes_no_ended_token_good_beyond_its_time[sqlite]",
    ),
    Defect(
        "fault: a changed password leaves the thief logged in",
        "app/accounts/service/resets.py",
        '    revoke_other_devices(db, account.id, device_id, at, "password_changed")\n',
        "",
        f"{_PASSWORD}_is_told[sqlite]",
    ),
    Defect(
        "fault: whoever pulls is let in while no more may wait to log",
        "app/web/admission.py",
        "            self._left -= 1\n            return self._left >= 0\n",
        "            return True\n",
        "tests/unit/web/test_admission.py::test_while_no_more_may_wait_to_log_some_pull_for_each_who_did",
    ),
    Defect(
        "fault: who pulls waits for ever once somebody has logged",
        "app/web/admission.py",
        "            self._left = self._each\n",
        "            pass\n",
        "tests/unit/web/test_admission.py::test_while_no_more_may_wait_to_log_some_pull_for_each_who_did",
    ),
    Defect(
        "fault: a connection is asked beyond its transaction",
        "app/db/asking.py",
        "    if known is None or known[0].closed or known[0].invalidated or not db.in_transaction():\n",
        "    if known is None:\n",
        "tests/integration/test_asking.py::test_a_writer_asks_in_each_of_its_transactions[sqlite]",
    ),
    Defect(
        "fault: one glance over many days looks at the days themselves alone",
        "app/guidance/judgement.py",
        "_counted_from(histories.last_run_on(first), first, in_force.policy).toordinal()",
        "first.toordinal()",
        f"{_CALM_DAYS}[0]",
    ),
    Defect(
        "fault: one glance over many days asks about the knees of the last alone",
        "app/guidance/judgement.py",
        "        for knee in histories.knees_over(days):\n",
        "        for knee in histories.knees_on(last):\n",
        "tests/unit/guidance/test_calm_days.py::test_a_knee_that_was_sore_is_seen_though_only_the_other_one_was_told_of"
        "_since",
    ),
    Defect(
        "fault: a push without an override before it never meets one that came since",
        "app/guidance/service/remembering.py",
        " or OVERRIDES.name in caught_up.collections",
        "",
        "tests/journeys/test_override_at_a_push.py::test_an_override_that_came_since_the_last_push_is_told_with_the_next"
        "[sqlite-4]",
    ),
)
