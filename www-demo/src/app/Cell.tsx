import type { WorkspaceConfig } from "evenhand";
import { memo } from "react";
import { Avatar } from "../ui/avatar";
import { cell } from "./format";

/** One cell. An empty one says so quietly; a person has never a colour of their own. */
export const Cell = memo(function Cell({ value, field, config }: { value: unknown; field: string; config: WorkspaceConfig }) {
  const def = config.fields[field];
  const text = cell(value, def, config);
  if (text === "") return <span className="nothing">{def?.type === "user" ? "Nobody" : "–"}</span>;
  if (def?.type === "user") {
    return (
      <span className="person" title={text}>
        <Avatar name={text} />
        <span className="clip">{text}</span>
      </span>
    );
  }
  if (def?.type === "tags" || def?.type === "units") {
    return (
      <span className="tags" title={text}>
        {(value as string[]).slice(0, 2).map((one) => (
          <span key={one} className="chip">
            {cell([one], def, config)}
          </span>
        ))}
        {(value as string[]).length > 2 && <span className="muted">+{(value as string[]).length - 2}</span>}
      </span>
    );
  }
  if (field === config.lead.status) return <span className="status clip">{text}</span>;
  return (
    <span className="clip" title={text}>
      {text}
    </span>
  );
});
