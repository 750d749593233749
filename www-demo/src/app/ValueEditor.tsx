import type { SpecialValue, WorkspaceConfig } from "evenhand";
import type { ValueEditorProps } from "react-querybuilder";
import { isSpecial, RELATIVE, relativeKey } from "./relative";

interface Option {
  value: string;
  label: string;
}

function options(field: string, operator: string, config: WorkspaceConfig): Option[] | null {
  const def = config.fields[field];
  const units = () => (config.org ?? []).map(({ id, name }) => ({ value: id, label: name ?? id }));
  if (operator === "under" || operator === "notUnder") return units();
  switch (def?.type) {
    case "user":
      return config.users.map(({ id, name }) => ({ value: id, label: name ?? id }));
    case "unit":
    case "units":
      return units();
    case "boolean":
      return [
        { value: "true", label: "Yes" },
        { value: "false", label: "No" },
      ];
    case "choice":
      if (field === config.lead.pool) return (config.pools ?? []).map(({ id, name }) => ({ value: id, label: name ?? id }));
      return def.choices ? def.choices.map((value) => ({ value, label: value })) : null;
    default:
      return null;
  }
}

/** One value, some, a pair, or one that moves with the clock. */
export function ValueEditor({ field, operator, value, handleOnChange, context }: ValueEditorProps) {
  const { config } = context as { config: WorkspaceConfig };
  const type = config.fields[field]?.type ?? "text";
  if (operator === "null" || operator === "notNull") return null;
  const choices = options(field, operator, config);
  if (operator === "in" || operator === "notIn") {
    const list: string[] = Array.isArray(value) ? value.map(String) : value ? String(value).split(",") : [];
    if (!choices) return <input className="field" aria-label="Values, with commas between" placeholder="One, another" value={list.join(",")} onChange={({ target }) => handleOnChange(target.value.split(","))} />;
    const words = list.length === 0 ? "Choose…" : list.map((one) => choices.find(({ value }) => value === one)?.label ?? one).join(", ");
    return (
      <details className="multi">
        <summary className="select" aria-label={`Values: ${words}`}>
          {words}
        </summary>
        <div className="multi-list" role="group" aria-label="Values">
          {choices.map(({ value: one, label }) => (
            <label key={one} className="check">
              <input type="checkbox" checked={list.includes(one)} onChange={({ target }) => handleOnChange(target.checked ? [...list, one] : list.filter((other) => other !== one))} /> {label}
            </label>
          ))}
        </div>
      </details>
    );
  }
  if (operator === "between" || operator === "notBetween") {
    const pair: unknown[] = Array.isArray(value) ? value : ["", ""];
    const set = (at: number, next: unknown) => handleOnChange([0, 1].map((one) => (one === at ? next : (pair[one] ?? ""))));
    return (
      <span className="pair">
        <Single type={type} value={pair[0]} label="From" onValue={(next) => set(0, next)} />
        <span className="muted">and</span>
        <Single type={type} value={pair[1]} label="To" onValue={(next) => set(1, next)} />
      </span>
    );
  }
  if (choices) {
    const special = type === "user" && operator !== "under" && operator !== "notUnder";
    const now = isSpecial(value) ? "{actor}" : String(value ?? "");
    return (
      <select className="select" aria-label="Value" value={now} onChange={({ target }) => handleOnChange(target.value === "{actor}" ? { actor: true } : type === "boolean" ? target.value === "true" : target.value)}>
        <option value="" disabled>
          Choose…
        </option>
        {special && <option value="{actor}">Whoever looks</option>}
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  return <Single type={type} value={value} label="Value" onValue={handleOnChange} />;
}

function Single({ type, value, label, onValue }: { type: string; value: unknown; label: string; onValue: (value: unknown) => void }) {
  if (type !== "date" && type !== "datetime") {
    return <input className="field" type={type === "number" ? "number" : "text"} step="any" aria-label={label} value={String(value ?? "")} onChange={({ target }) => onValue(type === "number" && target.value !== "" ? Number(target.value) : target.value)} />;
  }
  const special = isSpecial(value) ? (value as SpecialValue) : null;
  const key = special ? relativeKey(special) : "day";
  const known = RELATIVE.some((one) => one.key === key);
  return (
    <span className="pair">
      <select
        className="select"
        aria-label={`${label}: kind`}
        value={key}
        onChange={({ target }) => {
          const next = RELATIVE.find((one) => one.key === target.value);
          onValue(next ? next.value : "");
        }}
      >
        <option value="day">A day</option>
        {!known && special && <option value={key}>{key}</option>}
        {RELATIVE.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
      {!special && <input className="field" type="date" aria-label={label} value={String(value ?? "").slice(0, 10)} onChange={({ target }) => onValue(target.value)} />}
    </span>
  );
}
