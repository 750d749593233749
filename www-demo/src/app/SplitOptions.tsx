export interface SplitWays {
  even: "dealt" | "total";
  keep: boolean;
  order: "deal" | "block";
}

/** What is to come out even, and what may stay where it is. */
export function SplitOptions({ ways, onWays }: { ways: SplitWays; onWays: (ways: SplitWays) => void }) {
  return (
    <div className="ways">
      <fieldset>
        <legend className="sr">Even over</legend>
        <label className="check">
          <input type="radio" name="even" checked={ways.even === "dealt"} onChange={() => onWays({ ...ways, even: "dealt" })} /> Everybody gets the same now
        </label>
        <label className="check">
          <input type="radio" name="even" checked={ways.even === "total"} onChange={() => onWays({ ...ways, even: "total" })} /> Everybody ends level, with what they hold
        </label>
      </fieldset>
      <label className="check">
        <input type="checkbox" checked={ways.keep} onChange={({ target }) => onWays({ ...ways, keep: target.checked })} /> Leave what they already hold where it is
      </label>
    </div>
  );
}
