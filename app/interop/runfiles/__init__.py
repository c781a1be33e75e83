"""Read what a watch or an app recorded: a FIT, TCX or GPX file in, one checked RunFile out; pure, no I/O."""

from app.interop.runfiles.read import MOST_BYTES, read_run_file
from app.interop.runfiles.refusals import (
    RunFileChecksumWrong,
    RunFileClimbImpossible,
    RunFileDistanceImpossible,
    RunFileDurationImpossible,
    RunFileEmpty,
    RunFileHeaderCorrupt,
    RunFileHostileXml,
    RunFileNotReadable,
    RunFilePositionImpossible,
    RunFileRefused,
    RunFileTimeImpossible,
    RunFileTooLarge,
    RunFileTooManyPoints,
    RunFileTruncated,
    RunFileUnknownFormat,
    RunFileWithoutActivity,
    RunFileWithoutTimes,
)
from app.interop.runfiles.values import RunFile, RunFileFormat, is_run

__all__ = [
    "MOST_BYTES",
    "RunFile",
    "RunFileChecksumWrong",
    "RunFileClimbImpossible",
    "RunFileDistanceImpossible",
    "RunFileDurationImpossible",
    "RunFileEmpty",
    "RunFileFormat",
    "RunFileHeaderCorrupt",
    "RunFileHostileXml",
    "RunFileNotReadable",
    "RunFilePositionImpossible",
    "RunFileRefused",
    "RunFileTimeImpossible",
    "RunFileTooLarge",
    "RunFileTooManyPoints",
    "RunFileTruncated",
    "RunFileUnknownFormat",
    "RunFileWithoutActivity",
    "RunFileWithoutTimes",
    "is_run",
    "read_run_file",
]
