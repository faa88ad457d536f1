"""A lab for tests that run each of the tools, and a case with what they are given: a database, a slot, rules, scripts."""

from own_lab import TOP, DatabaseCase, Lab

LAB = Lab("every-tool")
RECORDING = TOP / "scripts/flights/data/switzerland-2018-08-01.ndjson.zst"
SNOW = ("-c", "lab", "--database", "CDC", "--schema", "RAW")
RULES = "version: 1\nrules: [{name: known, kind: not_null, severity: quarantine, column: id}]\n"


def start_lab() -> None:
    LAB.up("postgres", "kafka", "snow-local")
    LAB.make_snow_schema()


class EveryTool(DatabaseCase):
    lab = LAB

    def setUp(self):
        super().setUp()
        self.brokers = ("-b", LAB.variables["CDC_BROKERS"])
        self.slot = self.database[:60]
        self.rules = self.folder / "rules.yaml"
        self.rules.write_text(RULES, encoding="utf-8")
        self.scripts = self.folder / "scripts"
        self.scripts.mkdir()

    def publish(self) -> None:
        self.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES")
