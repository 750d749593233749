// Why not, and what would allow it: one click away from everything that is grey.
import { Popover } from "@base-ui/react/popover";
import type { Reason } from "evenhand";
import type { ReactNode } from "react";
import type { Explained, Remedy } from "../engine/types";
import { useDesk } from "../app/desk";
import { named } from "../app/format";

const SCOPES: Record<string, string> = { own: "their own", team: "their team’s", subtree: "their unit’s and those below", company: "the company’s", all: "everybody’s" };

export function Reasons({ reasons, remedies }: { reasons: Reason[]; remedies: Remedy[] }) {
  const { config } = useDesk().opened;
  return (
    <ul className="reasons">
      {reasons.map((reason, at) => {
        const remedy = remedies.find(({ question }) => question === reason.question);
        return (
          <li key={`${reason.code} ${reason.question ?? ""} ${at}`}>
            <span>
              {reason.question && <span className="chip red">{reason.question}</span>} {named(reason.message, config)}
            </span>
            {remedy && (
              <span className="muted">
                A grant of <code>{remedy.verb}</code> over {SCOPES[remedy.scope] ?? remedy.scope} would allow it
                {remedy.profiles.length > 0 ? `, as ${remedy.profiles.join(" and ")} ${remedy.profiles.length > 1 ? "have" : "has"} it.` : "; no profile here has it."}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function WhyNot({ decision, className, label, children }: { decision: Explained; className?: string; label: string; children: ReactNode }) {
  return (
    <Popover.Root>
      <Popover.Trigger className={`${className ?? ""} locked`} aria-label={`${label}: not allowed, why?`}>
        {children}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="floating">
          <Popover.Popup className="popup why">
            <Popover.Title className="why-title">{label} is not allowed</Popover.Title>
            <Reasons {...decision} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
