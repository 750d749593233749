#!/usr/bin/env bash
# react-querybuilder's LDAP export turns "is null" into "is present", and the other way round.
#
# Surprising: `formatQuery(query, "ldap")` writes the operator `null` as `(field=*)`. In LDAP filters (RFC 4515)
# `(field=*)` is the presence test, true for entries that HAVE the attribute. `notNull` gets the negated one. So both
# operators select exactly the rows that they should leave out, while the SQL, MongoDB, JsonLogic and Elasticsearch
# exports of the same query are right.
# Why it matters here: a lead assignment engine takes react-querybuilder JSON as its filter language, and "has no
# owner" is the most frequent filter of all. Hosts that look users up in a directory push the same JSON there and
# would get everybody who already has one. Null tests deserve a case of their own per export, not per operator class.
# Versions: @react-querybuilder/core 8.24.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @react-querybuilder/core@8.24.1
cat > probe.mjs <<'JS'
import { formatQuery } from "@react-querybuilder/core/formatQuery";

const write = (operator, format) => {
  const query = { combinator: "and", rules: [{ field: "owner", operator, value: null }] };
  const text = formatQuery(query, { format });
  return typeof text === "string" ? text : JSON.stringify(text);
};
const seen = ["null", "notNull"].map((operator) => write(operator, "ldap"));
for (const operator of ["null", "notNull"]) {
  for (const format of ["sql", "mongodb_query", "elasticsearch", "ldap"]) console.log(operator.padEnd(8), format.padEnd(14), write(operator, format));
}
const right = write("null", "sql") === "(owner is null)" && write("notNull", "sql") === "(owner is not null)";
process.exit(right && seen[0] === "(owner=*)" && seen[1] === "(!(owner=*))" ? 0 : 1);
JS
node probe.mjs || { echo "changed: the LDAP export no longer inverts null tests" >&2; exit 1; }
