import type { Scalar } from "evenhand";
import { useDesk } from "./desk";

type Value = Scalar | { add?: string[]; remove?: string[] };

const list = (text: string) =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

/** The new value of a field, by its type. Empty means: emptied. */
export function FieldInput({ field, value, onValue }: { field: string; value: Value | undefined; onValue: (value: Value) => void }) {
  const { opened } = useDesk();
  const { config } = opened;
  const def = config.fields[field];
  const label = def?.label ?? field;
  const scalar = typeof value === "object" && value !== null ? "" : value;
  const options = def?.type === "choice" ? def.choices?.map((choice) => ({ value: choice, label: choice })) : def?.type === "user" ? config.users.map(({ id, name }) => ({ value: id, label: name ?? id })) : def?.type === "unit" ? config.org?.map(({ id, name }) => ({ value: id, label: name ?? id })) : undefined;
  if (def?.type === "boolean") {
    return (
      <select className="select" aria-label={label} value={scalar === null || scalar === undefined ? "" : String(scalar)} onChange={({ target }) => onValue(target.value === "" ? null : target.value === "true")}>
        <option value="">Empty</option>
        <option value="true">Yes</option>
        <option value="false">No</option>
      </select>
    );
  }
  if (options) {
    return (
      <select className="select" aria-label={label} value={String(scalar ?? "")} onChange={({ target }) => onValue(target.value || null)}>
        <option value="">Empty</option>
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (def?.type === "tags" || def?.type === "units") {
    const change = typeof value === "object" && value !== null ? value : {};
    return (
      <div className="pair">
        <input className="field" aria-label={`${label}: add`} placeholder="Add, with commas" defaultValue={change.add?.join(", ")} onChange={({ target }) => onValue({ ...change, add: list(target.value) })} />
        <input className="field" aria-label={`${label}: remove`} placeholder="Remove" defaultValue={change.remove?.join(", ")} onChange={({ target }) => onValue({ ...change, remove: list(target.value) })} />
      </div>
    );
  }
  const type = def?.type === "number" ? "number" : def?.type === "date" ? "date" : def?.type === "datetime" ? "datetime-local" : "text";
  return <input className="field" type={type} step="any" aria-label={label} placeholder="Empty" value={String(scalar ?? "")} onChange={({ target }) => onValue(target.value === "" ? null : type === "number" ? Number(target.value) : target.value)} />;
}
