"""The queries on second factors and recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.domain.second_factor import SecondFactor
from app.accounts.models import DeviceRow
from app.accounts.models.second_factor import RecoveryCodeRow, SecondFactorRow

_COLUMNS = [getattr(SecondFactorRow, name) for name in SecondFactor.__dataclass_fields__]


def find_factor(db: Session, account_id: UUID) -> SecondFactor | None:
    """Return an account's second factor, begun or confirmed."""
    row = db.execute(select(*_COLUMNS).where(SecondFactorRow.account_id == account_id)).mappings().one_or_none()
    return SecondFactor(**row) if row else None


def put_factor(db: Session, factor: SecondFactor) -> None:
    """Store a second factor in the place of one that was begun before."""
    remove_factor(db, factor.account_id)
    db.execute(insert(SecondFactorRow), {name: getattr(factor, name) for name in SecondFactor.__dataclass_fields__})


def remove_factor(db: Session, account_id: UUID) -> None:
    """Delete an account's second factor with its recovery codes."""
    for row in (RecoveryCodeRow, SecondFactorRow):
        db.execute(delete(row).where(row.account_id == account_id))


def use_step(db: Session, account_id: UUID, step: int) -> bool:
    """Note that the code of a step was used; False where this step or a later one was used before."""
    statement = (
        update(SecondFactorRow)
        .where(SecondFactorRow.account_id == account_id, SecondFactorRow.last_step < step)
        .values(last_step=step)
        .returning(SecondFactorRow.account_id)
    )
    return db.execute(statement).one_or_none() is not None


def confirm_factor(db: Session, account_id: UUID, at: datetime) -> None:
    """Let a second factor count from now on."""
    db.execute(update(SecondFactorRow).where(SecondFactorRow.account_id == account_id).values(confirmed_at=at))


def put_recovery_codes(db: Session, account_id: UUID, hashes: Iterable[bytes]) -> None:
    """Store recovery codes in the place of those before."""
    db.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    db.execute(insert(RecoveryCodeRow), [{"account_id": account_id, "hash": one, "used_at": None} for one in hashes])


def use_recovery_code(db: Session, account_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """Use a recovery code up; False where there is none, or it was used before."""
    statement = (
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.account_id == account_id,
            RecoveryCodeRow.hash == code_hash,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCodeRow.hash)
    )
    return db.execute(statement).one_or_none() is not None


def count_recovery_codes(db: Session, account_id: UUID) -> int:
    """Return how many recovery codes are left."""
    unused = RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used_at.is_(None)
    return db.execute(select(func.count()).select_from(RecoveryCodeRow).where(*unused)).scalar_one()


def mark_devices(db: Session, account_id: UUID, device_id: UUID | None, at: datetime | None) -> None:
    """Say of an account's device session (None: of all of them) when its second factor was proven; None: it is not."""
    wanted = [DeviceRow.account_id == account_id, *([DeviceRow.id == device_id] if device_id is not None else [])]
    db.execute(update(DeviceRow).where(*wanted).values(second_factor_at=at))


def revoke_other_devices(
    db: Session, account_id: UUID, device_id: UUID, at: datetime, reason: str = "second_factor"
) -> None:
    """End every device session of an account but one."""
    others = DeviceRow.account_id == account_id, DeviceRow.id != device_id, DeviceRow.revoked_at.is_(None)
    db.execute(update(DeviceRow).where(*others).values(revoked_at=at, revoke_reason=reason))
