"""Why an export as a whole is refused, or a thing in it: each reason with a stable code and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Invalid


class ExportRefused(Invalid):
    """An export that cannot be taken; nothing of its contents stands in the message."""

    code = "export_refused"
    title = "The export cannot be taken"
    advice: ClassVar[str] = "Export it again."

    def __init__(self, advice: str | None = None) -> None:
        super().__init__(advice or self.advice)


class ExportTooLarge(ExportRefused):
    """More bytes, once unpacked, than years of recording have."""

    code = "export_too_large"
    title = "The export is too large"
    advice = "Unpacked it is larger than 4 GB. Export less at a time."


class ExportTooManyFiles(ExportRefused):
    """More files than somebody has recorded."""

    code = "export_too_many_files"
    title = "The export has too many files"
    advice = "It has more than 20 000 files. Send the runs in several archives."


class ExportNotReadable(ExportRefused):
    """It begins like a ZIP, and its directory cannot be read."""

    code = "export_not_readable"
    title = "The export cannot be read"
    advice = "The archive is damaged, or its end is missing. Export or copy it again."


class ExportHostile(ExportRefused):
    """Packed as no app packs: files over each other, or blown up out of nothing."""

    code = "export_hostile"
    title = "The export is packed in a way that is not accepted"
    advice = "It is packed as no app does it. Pack the files anew, or send them one by one."


class ExportLocalised(ExportRefused):
    """Strava's table in another language: its columns cannot be told apart with certainty."""

    code = "export_localised"
    title = "The export's table is not in English"
    advice = "Set Strava's language to English, order the export again and send that one."


class ExportHostileXml(ExportRefused):
    """XML with entities, or with a document type that Apple does not write."""

    code = "export_hostile_xml"
    title = "The export holds XML that is not accepted"
    advice = "It holds constructs that Apple Health does not write. Export it again from the Health app."


class ExportXmlBroken(ExportRefused):
    """XML that ends early or is not well formed."""

    code = "export_xml_broken"
    title = "The export's XML is broken"
    advice = "Its XML is damaged or ends too early. Export it again from the Health app, and wait until that has ended."


class ExportInterrupted(ExportRefused):
    """The work on it ended again and again before it was through."""

    code = "export_interrupted"
    title = "The work on the export was given up"
    advice = "The server was stopped over it several times. Send it again, or send less at a time."
