"""The queries on accounts, device sessions and refresh tokens."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, bindparam, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.domain import Account, Device, EmailTaken, Known, ProfessionalRole
from app.accounts.models import AccountRow, DeviceRow, RefreshTokenRow
from app.db.asking import Question
from app.db.base import table_of
from app.db.meeting import inserting
from app.kernel.permissions import Role

_ACCOUNT = [
    AccountRow.id,
    AccountRow.role,
    AccountRow.email,
    AccountRow.display_name,
    AccountRow.zone,
    AccountRow.professional_role,
    AccountRow.created_at,
    AccountRow.token_epoch,
]
_DEVICE = [
    DeviceRow.id,
    DeviceRow.account_id,
    DeviceRow.device_name,
    DeviceRow.created_at,
    DeviceRow.last_seen_at,
    DeviceRow.expires_at,
    DeviceRow.generation,
    DeviceRow.siblings,
    DeviceRow.rotated_at,
    DeviceRow.revoked_at,
    DeviceRow.second_factor_at,
]


_ACCOUNTS, _DEVICES = table_of(AccountRow), table_of(DeviceRow)
_KNOWN = Question(
    select(
        _ACCOUNTS.c.id,
        _ACCOUNTS.c.role,
        _ACCOUNTS.c.zone,
        _ACCOUNTS.c.professional_role,
        _ACCOUNTS.c.token_epoch,
        _DEVICES.c.last_seen_at,
        _DEVICES.c.expires_at,
        _DEVICES.c.revoked_at,
        _DEVICES.c.second_factor_at,
        _DEVICES.c.created_at,
    )
    .join(_DEVICES, _DEVICES.c.account_id == _ACCOUNTS.c.id)
    .where(_DEVICES.c.id == bindparam("device"), _ACCOUNTS.c.disabled_at.is_(None))
)
_ENABLED = Question(
    select(*(_ACCOUNTS.c[name] for name in Account.__dataclass_fields__)).where(
        _ACCOUNTS.c.id == bindparam("account"), _ACCOUNTS.c.disabled_at.is_(None)
    )
)


def insert_account(db: Session, account: Account, password_hash: str) -> None:
    """Store an account; raise EmailTaken when the address is in use."""
    try:
        db.execute(insert(AccountRow), _row_of(account, password_hash))
    except IntegrityError:
        raise EmailTaken from None


def insert_account_unless_taken(db: Session, account: Account, password_hash: str) -> bool:
    """Store an account, or leave all as it is where the address is in use; was it stored?

    Where it is in use its row is written again as it was: a commit that has nothing to keep would be the quicker one.
    """
    statement = inserting(db, AccountRow)
    kept = statement.on_conflict_do_update(
        index_elements=[AccountRow.email], set_={"email": statement.excluded.email}
    ).returning(AccountRow.id)
    found: UUID = db.execute(kept, _row_of(account, password_hash)).scalar_one()
    return found == account.id


def _row_of(account: Account, password_hash: str) -> dict[str, Any]:
    row = {name: getattr(account, name) for name in Account.__dataclass_fields__}
    return {**row, "password_hash": password_hash, "disabled_at": None}


def find_addresses(db: Session, emails: Collection[str]) -> list[str]:
    """Return which of these addresses have an account."""
    return list(db.execute(select(AccountRow.email).where(AccountRow.email.in_(emails))).scalars())


def find_password_hash(db: Session, account_id: UUID) -> str | None:
    """Return the hash of an enabled account's password."""
    statement = select(AccountRow.password_hash).where(AccountRow.id == account_id, AccountRow.disabled_at.is_(None))
    return db.execute(statement).scalar_one_or_none()


def advance_token_epochs(db: Session) -> None:
    """Let no access token that was ever given out be good any more."""
    db.execute(update(AccountRow).values(token_epoch=AccountRow.token_epoch + 1))


def update_password(db: Session, account_id: UUID, password_hash: str) -> None:
    """Replace an account's password."""
    db.execute(update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash))


def empty_account(db: Session, account_id: UUID, name: str, email: str, at: datetime) -> None:
    """Leave of an account what others refer to, and nothing that says whose it was; nobody can log in."""
    told = {"email": email, "password_hash": "", "display_name": name, "zone": "UTC", "professional_role": None}
    ended = {"created_at": at, "disabled_at": at, "token_epoch": AccountRow.token_epoch + 1}
    db.execute(update(AccountRow).where(AccountRow.id == account_id).values(**told, **ended))


def find_known_device(db: Session, email: str, token_hash: bytes, reasons: Collection[str]) -> UUID | None:
    """Return the device session that a refresh token was given to, if it is of this address and was not cut off.

    A session that ended by itself, or for one of `reasons`, leaves the device known.
    """
    statement = (
        select(DeviceRow.id)
        .join(RefreshTokenRow, RefreshTokenRow.device_id == DeviceRow.id)
        .join(AccountRow, AccountRow.id == DeviceRow.account_id)
        .where(
            RefreshTokenRow.hash == token_hash,
            AccountRow.email == email,
            or_(DeviceRow.revoked_at.is_(None), DeviceRow.revoke_reason.in_(reasons)),
        )
    )
    return db.execute(statement).scalar_one_or_none()


def find_credentials(db: Session, email: str) -> tuple[Account, str] | None:
    """Return the enabled account with this address and its password hash."""
    statement = select(*_ACCOUNT, AccountRow.password_hash).where(
        AccountRow.email == email, AccountRow.disabled_at.is_(None)
    )
    row = db.execute(statement).mappings().one_or_none()
    return (_account(row), row["password_hash"]) if row else None


def find_account(db: Session, account_id: UUID) -> Account | None:
    """Return the enabled account with this id."""
    row = _ENABLED.first(db, {"account": account_id})
    return _account(dict(zip(_ENABLED.names, row, strict=True))) if row else None


def hold_account(db: Session, account_id: UUID) -> None:
    """Hold somebody's account until the transaction ends: of those who change what is theirs one is there at a time."""
    db.execute(select(AccountRow.id).where(AccountRow.id == account_id).with_for_update(key_share=True))


def find_people(db: Session, account_ids: Collection[UUID]) -> dict[UUID, Account]:
    """Return these accounts by id, disabled ones as well."""
    rows = db.execute(select(*_ACCOUNT).where(AccountRow.id.in_(account_ids))).mappings()
    return {row["id"]: _account(row) for row in rows}


def is_enabled(account_id: Any) -> ColumnElement[bool]:
    """Return the condition that the account a column names is enabled, for another feature's query."""
    return exists().where(AccountRow.id == account_id, AccountRow.disabled_at.is_(None))


def find_known(db: Session, device_id: UUID) -> Known | None:
    """Return what a request asks of a device session with an enabled account, in one statement."""
    row = _KNOWN.first(db, {"device": device_id})
    if row is None:
        return None
    account_id, role, zone, profession, *rest = row
    return Known(account_id, Role(role), zone, ProfessionalRole(profession) if profession else None, *rest)


def insert_device(db: Session, device: Device) -> None:
    """Store a new device session."""
    row = {name: getattr(device, name) for name in Device.__dataclass_fields__}
    db.execute(insert(DeviceRow), {**row, "revoke_reason": None})


def lock_device(db: Session, device_id: UUID) -> Device:
    """Lock a device session until the transaction ends and return it."""
    statement = select(*_DEVICE).where(DeviceRow.id == device_id).with_for_update()
    return _device(db.execute(statement).mappings().one())


def list_devices(db: Session, account_id: UUID) -> list[Device]:
    """Return the device sessions of an account that were not revoked, newest first."""
    statement = (
        select(*_DEVICE)
        .where(DeviceRow.account_id == account_id, DeviceRow.revoked_at.is_(None))
        .order_by(DeviceRow.created_at.desc(), DeviceRow.id)
    )
    return [_device(row) for row in db.execute(statement).mappings()]


def update_device(db: Session, device_id: UUID, **changes: Any) -> None:
    """Change columns of a device session."""
    db.execute(update(DeviceRow).where(DeviceRow.id == device_id).values(**changes))


def revoke_device(db: Session, account_id: UUID, device_id: UUID, reason: str, at: datetime) -> bool:
    """End a device session of this account; False when there is none that lives."""
    statement = (
        update(DeviceRow)
        .where(DeviceRow.account_id == account_id, DeviceRow.id == device_id, DeviceRow.revoked_at.is_(None))
        .values(revoked_at=at, revoke_reason=reason)
        .returning(DeviceRow.id)
    )
    return db.execute(statement).one_or_none() is not None


def revoke_devices(db: Session, account_id: UUID, reason: str, at: datetime) -> None:
    """End every device session of this account."""
    living = DeviceRow.account_id == account_id, DeviceRow.revoked_at.is_(None)
    db.execute(update(DeviceRow).where(*living).values(revoked_at=at, revoke_reason=reason))


def revoke_all_devices(db: Session, reason: str, at: datetime) -> None:
    """End every device session of everybody."""
    db.execute(update(DeviceRow).where(DeviceRow.revoked_at.is_(None)).values(revoked_at=at, revoke_reason=reason))


def insert_refresh_token(db: Session, token_hash: bytes, device_id: UUID, generation: int, at: datetime) -> None:
    """Store the hash of a token that is given out."""
    row = {"hash": token_hash, "device_id": device_id, "generation": generation, "created_at": at}
    db.execute(insert(RefreshTokenRow), row)


def find_refresh_token(db: Session, token_hash: bytes) -> tuple[UUID, int] | None:
    """Return the device session and the generation of a token ever given out."""
    statement = select(RefreshTokenRow.device_id, RefreshTokenRow.generation).where(RefreshTokenRow.hash == token_hash)
    row = db.execute(statement).one_or_none()
    return (row.device_id, row.generation) if row else None


def _account(row: RowMapping | Mapping[str, Any]) -> Account:
    values = {name: row[name] for name in Account.__dataclass_fields__}
    profession = values["professional_role"]
    values["role"] = Role(values["role"])
    values["professional_role"] = ProfessionalRole(profession) if profession else None
    return Account(**values)


def _device(row: Any) -> Device:
    return Device(**{name: row[name] for name in Device.__dataclass_fields__})
