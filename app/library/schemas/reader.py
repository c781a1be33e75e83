"""For whom an answer is written: the reader's language and register."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema

from app.library.domain.texts import Language, Register
from app.web.fields import Choice
from app.web.languages import language

REGISTER = "for whom texts are written: clinician or patient"


class RegisterSchema(Schema):
    """For whom; the language is chosen by Accept-Language."""

    register = Choice(Register, load_default=Register.CLINICIAN, metadata={"description": REGISTER})


@dataclass(frozen=True, slots=True)
class Reader:
    """The language and the register of one answer."""

    language: Language
    register: Register


def reader_of(query: dict[str, object]) -> Reader:
    """Return for whom this request is to be answered; takes the register out of the query."""
    return Reader(Language(language()), Register(str(query.pop("register"))))
