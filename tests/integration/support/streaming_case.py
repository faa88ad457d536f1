"""walcat with and without --streaming over one slot: what it prints, comparable between runs."""

import re

from walcat_lab import Case

PEEK = ("--slot", "s", "--no-ack", "--until-now", "--control", "--transactions")
OUR_CLOCK = re.compile(r',"ts_ms":\d+,"ts_us":\d+,"ts_ns":\d+(?=[,}])|(?<="op":"m"),"ts_ms":\d+')


class StreamingCase(Case):
    """The server streams what is larger than 64 kB; make_streaming_slot() comes after the publication."""

    def setUp(self):
        super().setUp()
        self.sql(f"ALTER DATABASE \"{self.database}\" SET logical_decoding_work_mem = '64kB'")

    def make_streaming_slot(self) -> None:
        self.make_slot("s")
        self.spool = self.folder / "spool"
        self.spool.mkdir()

    def streamed(self) -> int:
        """Transactions that the server sent while they ran."""
        return int(self.sql("SELECT stream_txns FROM pg_stat_replication_slots WHERE slot_name = 's'") or 0)

    def lines(self, *options: str) -> list[str]:
        """Without what names the run and its clock."""
        done = self.walcat(*PEEK, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [
            re.sub(OUR_CLOCK, "", line)
            for line in done.stdout.splitlines()
            if not line.startswith(('{"__cdc":"hello"', '{"__cdc":"ckpt"', '{"__cdc":"eof"'))
        ]

    def assert_streaming_shows_in_nothing(self, at_once: list[str], *options: str) -> None:
        as_they_run = self.lines(*options, "--streaming", "--spool-dir", str(self.spool))
        for left, right in zip(as_they_run, at_once, strict=True):
            self.assertEqual(left, right)
        self.assertEqual(list(self.spool.iterdir()), [])
