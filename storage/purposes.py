"""What shared figures may be asked for: stock, technicians and capacity feed matching and nothing else."""

MATCHING = "matching"


class PolicyError(Exception):
    """A shared figure was asked for a purpose the data agreement does not name."""


def check_purpose(purpose: str) -> None:
    """Raise PolicyError unless shared figures may be read for this."""
    if purpose != MATCHING:
        raise PolicyError(f"shared figures may be read for {MATCHING} only, not for {purpose!r}")
