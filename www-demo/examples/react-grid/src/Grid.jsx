import { useEffect, useMemo, useState } from "react";
import { AGENTS, config, leads } from "./sample.js";
import { useEvenhand } from "./useEvenhand.js";

const nameOf = (id) => AGENTS.find((agent) => agent.id === id)?.name ?? id ?? "—";

export function Grid() {
  const { rows, error, plan, apply } = useEvenhand(config, leads, "nina");
  const [picked, setPicked] = useState(new Set());
  const [receivers, setReceivers] = useState(["bob", "cyd"]);
  const [message, setMessage] = useState("");
  const toggle = (list, item) => (list.includes(item) ? list.filter((one) => one !== item) : [...list, item]);

  // What is shown is the plan itself; it is made anew when something that it rests on changes.
  const shown = useMemo(() => {
    if (rows === null || picked.size === 0 || receivers.length === 0) return null;
    try {
      return { plan: plan({ type: "split", leads: { ids: [...picked] }, split: { to: receivers, even: "total" } }) };
    } catch (problem) {
      return { problem };
    }
  }, [rows, picked, receivers, plan]);
  useEffect(() => () => shown?.plan?.free(), [shown]);

  if (error) return <p role="alert">{error.message}</p>;
  if (rows === null) return <p>Loading…</p>;

  const perform = () => {
    const { changed } = apply(shown.plan);
    setMessage(`${changed} leads were handed over`);
    setPicked(new Set());
  };
  const after = new Map(shown?.plan?.changes().map(({ lead, set }) => [lead, set.owner.to]));

  return (
    <main>
      <table>
        <thead>
          <tr>
            <th>
              <input type="checkbox" aria-label="all" checked={picked.size === rows.length} onChange={(event) => setPicked(new Set(event.target.checked ? rows.map(({ id }) => id) : []))} />
            </th>
            {["id", "name", "status", "owner"].map((field) => (
              <th key={field}>{config.fields[field].label}</th>
            ))}
            <th>Afterwards</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, status, owner }) => (
            <tr key={id}>
              <td>
                <input type="checkbox" aria-label={id} checked={picked.has(id)} onChange={() => setPicked(new Set(toggle([...picked], id)))} />
              </td>
              <td>{id}</td>
              <td>{name}</td>
              <td>{status}</td>
              <td data-owner={owner}>{nameOf(owner)}</td>
              <td>{after.has(id) ? nameOf(after.get(id)) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>

      <fieldset>
        <legend>Divide among</legend>
        {AGENTS.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" checked={receivers.includes(id)} onChange={() => setReceivers(toggle(receivers, id))} /> {name}
          </label>
        ))}
      </fieldset>

      {shown?.problem && <p role="alert">{shown.problem.message}</p>}
      {shown?.plan && (
        <section aria-label="preview">
          <ul>
            {shown.plan.assignees.map(({ user, before, dealt, released, after }) => (
              <li key={user}>
                {nameOf(user)}: {before} + {dealt} − {released} = {after}
              </li>
            ))}
          </ul>
          <button onClick={perform} disabled={shown.plan.count === 0}>
            Hand over {shown.plan.count}
          </button>
        </section>
      )}
      <output>{message}</output>
    </main>
  );
}
