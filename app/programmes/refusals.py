"""Why something is not prescribed."""

from __future__ import annotations

from app.kernel.errors import Conflict, Denied, Invalid


class TherapistPrescribes(Denied):
    """A patient in a therapist's care does not prescribe alone."""

    code = "therapist_prescribes"
    title = "Your therapist prescribes"


class SelfGuidedStart(Denied):
    """A patient alone starts an approved protocol at its first stage, and nothing else."""

    code = "self_guided_start"
    title = "Without a therapist only an approved protocol can be started, at its first stage"


class ProgrammeOpen(Conflict):
    """There is a programme that has not ended."""

    code = "programme_open"
    title = "Another programme is open; name it in replaces"


class ProgrammeEnded(Conflict):
    """The programme has ended."""

    code = "programme_ended"
    title = "This programme has ended"


class TooManyProgrammes(Conflict):
    """More programmes or revisions than can be meant."""

    code = "too_many_programmes"
    title = "There are too many programmes or revisions"


class ProgrammeIdInUse(Conflict):
    """The id belongs to a programme with other content."""

    code = "id_in_use"
    title = "There is a programme with this id and other content"


class UnknownProtocol(Invalid):
    """There is no such protocol, or it can no longer be started."""

    code = "unknown_protocol"
    title = "There is no such protocol"


class UnknownReplaced(Invalid):
    """What is to be replaced is no open programme of this patient."""

    code = "unknown_replaced"
    title = "The programme to be replaced is not open"
