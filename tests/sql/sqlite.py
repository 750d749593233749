"""Runs cases.json on the SQLite that Python brings along: python3 tests/sql/sqlite.py"""
import json
import pathlib
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

CASES = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text())
TYPES = {"number": "REAL", "boolean": "INTEGER", "datetime": "INTEGER"}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def stored(value, kind):
    if value is None or value == "NaN" and kind == "number":
        return None
    if kind == "datetime":
        return (datetime.fromisoformat(value.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)
    return json.dumps(value) if isinstance(value, list) else value


db = sqlite3.connect(":memory:")
columns = [f'"{name}" {TYPES.get(kind, "TEXT")}' for name, kind in CASES["fields"]]
db.execute(f"CREATE TABLE leads (n INTEGER, {', '.join(columns)}, text1_folded TEXT, text2_folded TEXT)")
for n, (row, folded) in enumerate(zip(CASES["rows"], CASES["folded"])):
    values = [n, *(stored(value, kind) for value, (_, kind) in zip(row, CASES["fields"])), *folded]
    db.execute(f"INSERT INTO leads VALUES ({', '.join('?' * len(values))})", values)
wrong = 0
for case in CASES["cases"]:
    found = [n for (n,) in db.execute(f"SELECT n FROM leads WHERE {case['sqlite']['sql']} ORDER BY n", case["sqlite"]["params"])]
    if found != case["rows"]:
        wrong += 1
        print(json.dumps(case), "found", found)
print(f"SQLite {sqlite3.sqlite_version}: {len(CASES['cases'])} conditions, {wrong} wrong")
sys.exit(wrong > 0)
