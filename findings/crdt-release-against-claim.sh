#!/usr/bin/env bash
# Ann claims a lead while Bo, offline, claims and releases it: in Automerge it is Ann's, in Yjs and Loro it is nobody's.
#
# Surprising: one knows that of two claims at once some id decides, and expects that a release only undoes the claim it
# belongs to, or that setting wins against deleting. In Yjs setting does win against deleting, but not if the one who
# deletes had set before: his value had won the key, and the deletion empties it, Ann's value with it. In Loro a
# deletion is a write like any other, so the one who did more edits or has the higher peer id decides, even between a bare
# release and a claim. In Yjs and for the bare release in Loro Ann keeps the lead once the ids are exchanged, so a test
# passes or fails by the order of two random numbers.
# Why it matters here: ownership of a lead is the field that people share in local-first CRMs, and "take it, give it back"
# is an everyday move. The claim that nobody withdrew is lost on every replica alike. Who owns a lead has to be decided
# in one place, or by records that are only added.
# Versions: yjs 13.6.33, @automerge/automerge 3.5.0, loro-crdt 1.17.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts yjs@13.6.33 @automerge/automerge@3.5.0 loro-crdt@1.17.1
cat > probe.mjs <<'JS'
import * as Automerge from "@automerge/automerge";
import { LoroDoc } from "loro-crdt";
import * as Y from "yjs";

// Each function lets two peers, the first with the lower id, work apart on a lead with this owner, and merges both ways.
// What it gives back is the owner on the first and on the second peer, or "nobody".
const yjs = (owner, ...work) => {
  const start = new Y.Doc();
  start.clientID = 1;
  if (owner) start.getMap("lead").set("owner", owner);
  const docs = work.map((edit, index) => {
    const doc = new Y.Doc();
    doc.clientID = index + 2;
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(start));
    edit(doc.getMap("lead"));
    return doc;
  });
  const updates = docs.map((doc) => Y.encodeStateAsUpdate(doc));
  docs.forEach((doc, index) => Y.applyUpdate(doc, updates[1 - index]));
  return docs.map((doc) => doc.getMap("lead").get("owner") ?? "nobody");
};
const automerge = (owner, ...work) => {
  const start = Automerge.from(owner ? { owner } : {}, { actor: "01" });
  const docs = work.map((edit, index) => {
    let doc = Automerge.clone(start, { actor: `0${index + 2}` });
    const change = (step) => void (doc = Automerge.change(doc, step));
    edit({ set: (key, value) => change((draft) => void (draft[key] = value)), delete: (key) => change((draft) => void delete draft[key]) });
    return doc;
  });
  return docs.map((doc, index) => Automerge.merge(Automerge.clone(doc), docs[1 - index]).owner ?? "nobody");
};
const loro = (owner, ...work) => {
  const start = new LoroDoc();
  start.setPeerId(1n);
  if (owner) start.getMap("lead").set("owner", owner);
  start.commit();
  const docs = work.map((edit, index) => {
    const doc = new LoroDoc();
    doc.setPeerId(BigInt(index + 2));
    doc.import(start.export({ mode: "snapshot" }));
    edit(doc.getMap("lead"));
    doc.commit();
    return doc;
  });
  const updates = docs.map((doc) => doc.export({ mode: "update" }));
  docs.forEach((doc, index) => doc.import(updates[1 - index]));
  return docs.map((doc) => doc.toJSON().lead.owner ?? "nobody");
};

const claim = (owner) => (map) => map.set("owner", owner);
const release = (map) => map.delete("owner");
const claimAndRelease = (map) => (claim("bo")(map), release(map));
const cases = [
  ["free: ann claims | bo claims", null, claim("ann"), claim("bo"), "bo bo bo"],
  ["free: ann claims | bo claims and releases", null, claim("ann"), claimAndRelease, "nobody ann nobody"],
  ["free: bo claims and releases | ann claims", null, claimAndRelease, claim("ann"), "ann ann nobody"],
  ["cy's: ann claims | bo releases", "cy", claim("ann"), release, "ann ann nobody"],
  ["cy's: bo releases | ann claims", "cy", release, claim("ann"), "ann ann ann"],
];
let ok = true;
for (const [name, owner, low, high, want] of cases) {
  const seen = [yjs, automerge, loro].map((merge) => merge(owner, low, high));
  console.log(name.padEnd(44), `Yjs ${seen[0][0]}, Automerge ${seen[1][0]}, Loro ${seen[2][0]}`);
  ok &&= seen.every(([one, other]) => one === other) && seen.map(([one]) => one).join(" ") === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: claims and releases merge otherwise" >&2; exit 1; }
