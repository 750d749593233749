import { useState } from "react";
import type { PersonLine } from "../engine/types";
import { Icon } from "../ui/icons";
import { number, signed } from "./format";

/** Weights and caps, editable in place. */
export interface Terms {
  users: string[];
  weight: Record<string, number>;
  cap: Record<string, number>;
  onWeight: (user: string, weight: number | undefined) => void;
  onCap: (user: string, cap: number | undefined) => void;
  onRemove: (user: string) => void;
}

/** One person of a plan: before and after as bars, with what is dealt. */
export function PersonRow({ line, most, terms }: { line: PersonLine; most: number; terms?: Terms }) {
  const { user, name, unit, before, after, dealt, released } = line;
  // Where leads go both ways there is no room for the unit.
  const both = dealt > 0 && released > 0 && terms !== undefined;
  const change = both ? `+${number(dealt)} −${number(released)}` : signed(dealt - released);
  const known = before !== null && after !== null;
  const width = (value: number) => `${Math.max(value > 0 ? 0.8 : 0, (value / most) * 100)}%`;
  return (
    <li className="load">
      <div className="load-name">
        <span className="clip strong" title={unit ? `${name}, ${unit}` : name}>
          {name}
        </span>
        {!both && <span className="muted clip">{unit}</span>}
        <span className="gap" />
        {known && (
          <span className="num muted">
            {number(before)} → <b>{number(after)}</b>
          </span>
        )}
        <span className={`num dealt ${dealt > released ? "up" : dealt < released ? "less" : ""}`}>{dealt + released > 0 || terms ? change : ""}</span>
        {terms && (
          <button type="button" className="icon-button small" aria-label={`Leave ${name} out`} title="Leave out" onClick={() => terms.onRemove(user)}>
            <Icon name="close" size={12} />
          </button>
        )}
      </div>
      <div className="track double" aria-hidden="true">
        <i className="bar before" style={{ width: width(known ? before : 0) }} />
        <i className="bar after" style={{ width: width(known ? after : dealt) }} />
      </div>
      {terms && (
        <div className="terms">
          <label>
            <span className="muted">weight</span>
            <input type="range" min={0.25} max={4} step={0.25} value={terms.weight[user] ?? 1} aria-label={`Weight of ${name}`} onChange={({ target }) => terms.onWeight(user, Number(target.value) === 1 ? undefined : Number(target.value))} />
            <span className="num weight">×{terms.weight[user] ?? 1}</span>
          </label>
          <label>
            <span className="muted">at most</span>
            <CapField value={terms.cap[user]} label={`Most for ${name}`} onValue={(cap) => terms.onCap(user, cap)} />
          </label>
        </div>
      )}
    </li>
  );
}

function CapField({ value, label, onValue }: { value: number | undefined; label: string; onValue: (value: number | undefined) => void }) {
  const [text, setText] = useState(value === undefined ? "" : String(value));
  return (
    <input
      className="field cap num"
      inputMode="numeric"
      placeholder="any"
      aria-label={label}
      value={text}
      onChange={({ target }) => {
        const next = target.value.replace(/\D/g, "").slice(0, 7);
        setText(next);
        onValue(next === "" ? undefined : Number(next));
      }}
    />
  );
}
