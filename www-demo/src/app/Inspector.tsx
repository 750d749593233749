import { Compose } from "./Compose";
import { useDesk } from "./desk";
import { LeadPanel } from "./LeadPanel";
import { Workload } from "./Workload";

/** The right-hand side: what is about to happen, one lead, or who holds what. */
export function Inspector() {
  const { draft, lead } = useDesk();
  return (
    <aside className="inspect" aria-label={draft ? "Plan" : lead ? "Lead" : "Workload"}>
      {draft ? <Compose key={JSON.stringify(draft)} draft={draft} /> : lead ? <LeadPanel key={lead} id={lead} /> : <Workload />}
    </aside>
  );
}
