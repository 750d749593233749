#!/usr/bin/env bash
# DuckDB reads a CSV whose leads all come from Norway and makes the country column a boolean: NO is false.
#
# Surprising: the sniffer is careful elsewhere (02134 and +15551234567 stay text, so no leading zero or plus is lost),
# and one expects booleans to be true and false only. Since `yes`, `no`, `t` and `f` count as well, in any case, a
# column is boolean when each of its values happens to be one of them: the country code NO, a grade T, a surname No.
# One SE among the rows and the column is text again, so the same import has another schema from day to day; Y and N,
# the usual pair, stay text.
# Why it matters here: CSV exports of leads are cut by territory, so a column with one value is the rule, not the
# exception. The page that shows the leads prints `false` for the country, and the join to the routing table, fine on
# all other days, raises a conversion error. Types of a lead's fields must come from the configuration, never from the
# data.
# Versions: DuckDB 2.0.1 (PyPI). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action ignore --target lib duckdb==2.0.1
cat > probe.py <<'PY'
import sys
import duckdb

ok = True
cases = [
    (["NO", "NO"], "BOOLEAN", [False, False]),
    (["NO", "SE"], "VARCHAR", ["NO", "SE"]),
    (["T", "T"], "BOOLEAN", [True, True]),
    (["Y", "N"], "VARCHAR", ["Y", "N"]),
    (["02134", "10001"], "VARCHAR", ["02134", "10001"]),
]
for values, kind, loaded in cases:
    with open("leads.csv", "w") as file:
        file.write("id,value\n" + "".join(f"{row},{value}\n" for row, value in enumerate(values)))
    relation = duckdb.sql("select value from read_csv('leads.csv') order by id")
    seen = (str(relation.types[0]), [row[0] for row in relation.fetchall()])
    print(values, "->", *seen)
    ok = ok and seen == (kind, loaded)
with open("leads.csv", "w") as file:
    file.write("id,country\n1,NO\n2,NO\n")
with open("routing.csv", "w") as file:
    file.write("country,team\nNO,north\nSE,east\n")
try:
    duckdb.sql("select team from read_csv('leads.csv') join read_csv('routing.csv') using (country)").fetchall()
    joined = "joins"
except duckdb.ConversionException as error:
    joined = "raises: " + str(error).splitlines()[0]
print("join of leads from NO with the routing of NO and SE", joined)
ok = ok and joined.startswith("raises: Conversion Error")
sys.exit(0 if ok else 1)
PY
PYTHONPATH=lib python3 probe.py || { echo "changed: DuckDB's sniffer types these columns otherwise" >&2; exit 1; }
