"""Random transactions over several tables whose keys change, as SQL that never fails: what bench and tests replicate."""

import random

# doc is long and not compressed: an update that leaves it alone does not send it
TABLES = """
CREATE TABLE person (id int PRIMARY KEY, name text, doc text, boss int);
CREATE TABLE account (code text, branch int, amount numeric, owner int, doc text, PRIMARY KEY (code, branch));
CREATE TABLE price (k numeric PRIMARY KEY, v int, doc text);
CREATE TABLE visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text, doc text);
ALTER TABLE person ALTER doc SET STORAGE EXTERNAL; ALTER TABLE account ALTER doc SET STORAGE EXTERNAL;
ALTER TABLE price ALTER doc SET STORAGE EXTERNAL; ALTER TABLE visit ALTER doc SET STORAGE EXTERNAL;
"""
REFERENCES = """
ALTER TABLE person ADD FOREIGN KEY (boss) REFERENCES person ON UPDATE CASCADE ON DELETE SET NULL
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE account ADD FOREIGN KEY (owner) REFERENCES person ON UPDATE CASCADE ON DELETE CASCADE;
"""
NAMES = ("person", "account", "price", "visit")
DIGEST = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")) FROM {} t"


def fill(keys: int) -> str:
    """Half of the keys are taken."""
    doc = "repeat(md5(i::text), 120)"
    taken = f"FROM generate_series(2, {keys}, 2) i"
    return f"""INSERT INTO person SELECT i, 'n', {doc} {taken}; INSERT INTO price SELECT i, 0, {doc} {taken};
INSERT INTO account SELECT code, i, 1, i, {doc} {taken}, unnest('{{A,B}}'::text[]) code;
INSERT INTO visit (what, doc) SELECT 'w', {doc} {taken};
"""


class History:
    """`keys` is about how many rows each table has: few make many changes of one row."""

    def __init__(self, seed: int, keys: int = 12, largest: int = 60, otherwise: float = 0.02):
        self.otherwise = otherwise
        self.pick = random.Random(seed)
        self.keys = keys
        self.largest = largest

    def number(self) -> int:
        return self.pick.randrange(1, self.keys + 1)

    def decimal(self) -> str:
        """Now and then the same number is written otherwise."""
        form = "{}" if self.pick.random() > self.otherwise else self.pick.choice(["{}.0", "{}.00", "{}.5"])
        return form.format(self.number())

    def doc(self) -> str:
        return f"repeat('{self.pick.randrange(10**6)}', 500)" if self.pick.random() < 0.7 else "'short'"

    def person(self) -> str:
        key, other = self.number(), self.number()
        boss = f"(SELECT id FROM person WHERE id = {other})"
        return self.pick.choice(
            [
                f"INSERT INTO person VALUES ({key}, 'n{other}', {self.doc()}, {boss}) ON CONFLICT DO NOTHING",
                f"UPDATE person SET name = 'u{other}' WHERE id = {key}",
                f"UPDATE person SET boss = {boss} WHERE id = {key}",
                f"UPDATE person SET doc = {self.doc()} WHERE id = {key}",
                f"DELETE FROM person WHERE id = {key}",
                f"UPDATE person SET id = {key} WHERE id = {other} AND NOT EXISTS (SELECT FROM person WHERE id = {key})",
            ]
        )

    def account(self) -> str:
        branch, other = self.number(), self.number()
        code = self.pick.choice("AB")
        row = f"code = '{code}' AND branch = {branch}"
        owner = f"(SELECT id FROM person WHERE id = {other})"
        free = f"NOT EXISTS (SELECT FROM account WHERE code = 'B' AND branch = {other})"
        return self.pick.choice(
            [
                f"INSERT INTO account VALUES ('{code}', {branch}, 1, {owner}, {self.doc()}) ON CONFLICT DO NOTHING",
                f"UPDATE account SET amount = amount + {other} WHERE {row}",
                f"UPDATE account SET owner = {owner} WHERE {row}",
                f"DELETE FROM account WHERE {row}",
                f"UPDATE account SET code = 'B', branch = {other} WHERE {row} AND {free}",
            ]
        )

    def price(self) -> str:
        """Most updates change the key, some only its notation, some let two rows change places."""
        key, other = self.decimal(), self.decimal()
        move = f"UPDATE price SET k = {key} WHERE k = {other}"
        free = f"NOT EXISTS (SELECT FROM price WHERE k = {key} AND k <> {other})"
        swap = (
            f"UPDATE price SET k = -1 WHERE k = {key}; UPDATE price SET k = {key} WHERE k = {other};"
            f"UPDATE price SET k = {other} WHERE k = -1"
        )
        return self.pick.choice(
            [
                f"INSERT INTO price VALUES ({key}, {self.number()}, {self.doc()}) ON CONFLICT DO NOTHING",
                f"UPDATE price SET v = v + 1 WHERE k = {key}",
                f"DELETE FROM price WHERE k = {key}",
                f"DELETE FROM price WHERE k = {key}; INSERT INTO price VALUES ({key}, 0, {self.doc()})",
                f"{move} AND {free}",
                f"{move} AND {free}",
                f"UPDATE price SET k = {key}, v = 7, doc = {self.doc()} WHERE k = {other} AND {free}",
                swap,
            ]
        )

    def visit(self) -> str:
        key = self.number()
        return self.pick.choice(
            [
                f"INSERT INTO visit (what, doc) VALUES ('w{key}', {self.doc()})",
                f"UPDATE visit SET what = 'u{key}' WHERE id % {self.keys} = {key % self.keys}",
                f"UPDATE visit SET id = DEFAULT WHERE id = (SELECT max(id) FROM visit WHERE id % 3 = {key % 3})",
                f"DELETE FROM visit WHERE id = (SELECT min(id) FROM visit WHERE id % 5 = {key % 5})",
            ]
        )

    def transaction(self) -> str:
        changes = [
            self.pick.choice([self.person, self.account, self.price, self.price, self.visit])()
            for _ in range(self.pick.randrange(1, self.largest + 1))
        ]
        return "BEGIN; " + "; ".join(changes) + "; COMMIT;\n"
