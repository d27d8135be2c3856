"""An answer that cannot be looked at, in words for the learner."""


class Complaint(Exception):
    """Raised by a probe (or by the kit) when what came back is not of the promised kind; its text is the feedback."""
