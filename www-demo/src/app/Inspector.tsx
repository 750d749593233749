import { lazy, Suspense } from "react";
import { useNarrow } from "../ui/narrow";
import { Compose } from "./Compose";
import { useDesk } from "./desk";
import { LeadPanel } from "./LeadPanel";
import type { ShownView } from "./view";
import { Workload } from "./Workload";

const RulesSide = lazy(() => import("./RulesSide"));
const GroupsSide = lazy(() => import("./RulesSide").then(({ GroupsSide }) => ({ default: GroupsSide })));

/** What it is about. */
export const inspected = (draft: unknown, lead: unknown, { kind }: ShownView) => (draft ? "Plan" : lead ? "Lead" : kind === "rules" ? "Simulation" : kind === "groups" ? "Forecast" : "Workload");

/** The right-hand side: what is about to happen, one lead, or who holds what. */
export function Inspector() {
  const { draft, lead, view } = useDesk();
  const narrow = useNarrow();
  const what = inspected(draft, lead, view);
  return (
    <aside className="inspect" role={narrow ? "main" : undefined} aria-label={what}>
      {narrow && <h1 className="sr">{what}</h1>}
      {draft ? <Compose key={JSON.stringify(draft)} draft={draft} /> : lead ? <LeadPanel key={lead} id={lead} /> : view.kind === "rules" ? <Suspense><RulesSide /></Suspense> : view.kind === "groups" ? <Suspense><GroupsSide /></Suspense> : <Workload />}
    </aside>
  );
}
