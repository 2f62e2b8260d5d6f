"""What is measured: every meter of a process, on a registry of its own, and what may stand in its labels.

Labels are few and known beforehand: a platform, a kind of transaction, a step of the rules; never a chat, a store or
a person. What is counted in the database is the whole network's, so every process of it says the same figure.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.process_collector import ProcessCollector

# Seconds. A timer is late after one second, overdue after sixty; a transaction is slow after a few milliseconds.
LATENESS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 150, 600, 3600)
SHORT = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
WAITS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)

# Why a message was held back: the platform refused it for now (429), or our own pace keeps within its limits.
LIMIT, PACE = "limit", "pace"


class Meters:
    """The meters of one process; each App has its own, so that many of them can live in one Python."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._measure_work()
        self._measure_saying()
        self._measure_process()
        self._count_database()

    def _measure_work(self) -> None:
        """Make what is measured as it happens: timers, inbounds, transactions."""
        self.timer_lateness = self._histogram(
            "timer_lateness_seconds", "From when a timer was due to when its work was committed.", LATENESS
        )
        self.timer_failures = self._counter("timer_failures", "Timers whose work failed and was put off or aside.")
        self.inbound_lateness = self._histogram(
            "inbound_lateness_seconds", "From hearing something to its work being committed.", LATENESS, "platform"
        )
        self.inbound_failures = self._counter("inbound_failures", "What was said and had to be put aside.")
        self.transaction_time = self._histogram(
            "transaction_seconds", "How long a transaction took, by what it is for.", SHORT, "kind"
        )
        self.transaction_wait = self._histogram(
            "transaction_wait_seconds", "How long work waited for a thread to run its transaction in.", SHORT
        )

    def _measure_saying(self) -> None:
        """Make what is measured of messages."""
        self.message_lateness = self._histogram(
            "message_lateness_seconds", "From writing a message to the platform's answer.", LATENESS, "platform"
        )
        self.messages_said = self._counter("messages_said", "Messages a platform took.", "platform")
        self.messages_repeated = self._counter(
            "messages_repeated", "Messages said twice: another process had said them meanwhile.", "platform"
        )
        self.messages_resaid = self._counter(
            "messages_resaid", "Messages said again because who had them in hand is gone: only these may stand twice."
        )
        self.messages_given_up = self._counter("messages_given_up", "Messages that can never be said.", "platform")
        self.rate_limit_wait = self._histogram(
            "rate_limit_wait_seconds",
            "How long messages were held back, by the platform's refusal (limit) or by our pace (pace).",
            WAITS,
            "platform",
            "by",
        )

    def _measure_process(self) -> None:
        """Make what is known of this process."""
        self.up = self._gauge("up", "1 while the process takes part in the work, 0 while it is stopping.")
        self.intake_up = self._gauge("intake_up", "1 while a platform's intake runs here.", "platform")
        self.polling_held = self._gauge("polling_held", "1 while this process is the one that polls.", "platform")
        self.heartbeat_age = self._gauge("heartbeat_age_seconds", "How long ago an audit found all well; -1: never.")
        self.findings = self._gauge("audit_findings", "What the last audit found amiss, by its kind.", "kind")
        self.rekicked = self._counter("audit_rekicked", "What an audit found stuck and kicked once more.", "kind")

    def _count_database(self) -> None:
        """Make what the audit counts in the database each minute."""
        self.inbound_open = self._gauge("inbound_open", "What was said to us and is not worked.")
        self.timers_due = self._gauge("timers_due", "Timers that are due and have not fired.")
        self.outbox_open = self._gauge("outbox_open", "Messages still to be said.", "platform")
        self.oldest = self._gauge("oldest_seconds", "The age of the oldest entry still open, by queue.", "queue")
        self.requests_open = self._gauge("requests_open", "Requests that are open, by their state.", "state")
        self.breaches = self._gauge("breaches_last_day", "Steps whose limit was broken in the last day.", "step")

    def follow_process(self) -> None:
        """Add the operating system's figures of this process: processor time, memory, open files."""
        ProcessCollector(namespace="xietong", registry=self.registry)

    def render(self) -> bytes:
        """Write every meter in Prometheus' text format."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, what, labels, namespace="xietong", buckets=buckets, registry=self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, namespace="xietong", registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(name, what, labels, namespace="xietong", registry=self.registry)
