import { lazy, Suspense } from "react";
import { useNarrow } from "../ui/narrow";
import { Compose } from "./Compose";
import { useDesk } from "./desk";
import { LeadPanel } from "./LeadPanel";
import { Workload } from "./Workload";

const RulesSide = lazy(() => import("./RulesSide"));

/** The right-hand side: what is about to happen, one lead, or who holds what. */
export function Inspector() {
  const { draft, lead, view } = useDesk();
  const narrow = useNarrow();
  const what = draft ? "Plan" : lead ? "Lead" : view.kind === "rules" ? "Simulation" : "Workload";
  return (
    <aside className="inspect" role={narrow ? "main" : undefined} aria-label={what}>
      {narrow && <h1 className="sr">{what}</h1>}
      {draft ? <Compose key={JSON.stringify(draft)} draft={draft} /> : lead ? <LeadPanel key={lead} id={lead} /> : view.kind === "rules" ? <Suspense><RulesSide /></Suspense> : <Workload />}
    </aside>
  );
}
