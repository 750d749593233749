import type { Command } from "evenhand";
import { useState } from "react";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import type { Draft } from "./draft";
import { useDesk } from "./desk";
import { number, plural, sentence } from "./format";
import { GroupForm } from "./GroupForm";
import { MassForm } from "./MassForm";
import { ReclaimForm, ReturnForm, TransferForm } from "./MoveForms";
import { PlanSummary } from "./PlanView";
import type { Terms } from "./PersonRow";
import { RebalanceForm } from "./RebalanceForm";
import { useToasts } from "./toasts";
import { usePlan } from "./use-plan";

/** What a form makes of its fields. */
export interface Composed {
  command: Command | null;
  terms?: Terms;
  /** What is missing, while there is no command. */
  missing?: string;
}
export interface FormProps {
  onCompose: (composed: Composed) => void;
}

const TITLES: Record<Draft["kind"], string> = { mass: "Mass edit", return: "Return to pool", reclaim: "Reclaim", rebalance: "Rebalance", transfer: "Transfer", group: "To a group", fixed: "" };
const VERBS: Record<Draft["kind"], string> = { mass: "Change", return: "Return", reclaim: "Reclaim", rebalance: "Move", transfer: "Transfer", group: "Start for", fixed: "Do" };

/** The form, its plan, and one button that does what the plan says. */
export function Compose({ draft }: { draft: Draft }) {
  const { setDraft, setPane, opened, changed, undo, setSelected } = useDesk();
  const toasts = useToasts();
  const [composed, setComposed] = useState<Composed>({ command: draft.kind === "fixed" ? draft.command : null });
  const [writing, setWriting] = useState(false);
  const [conflict, setConflict] = useState<string | null>(null);
  const { summary, failure, pending } = usePlan(composed.command);
  const title = draft.kind === "fixed" ? draft.title : draft.kind === "mass" ? (draft.lead ? "Edit fields" : draft.split ? "Reassign" : "Mass edit") : TITLES[draft.kind];
  const verb = draft.kind === "fixed" ? draft.verb : draft.kind === "mass" && draft.split ? "Reassign" : VERBS[draft.kind];
  const close = () => {
    setDraft(null);
    setPane("main");
  };
  const write = async () => {
    if (!summary) return;
    setWriting(true);
    const written = await desk.write(summary.token);
    setWriting(false);
    if (written.ok) {
      toasts.done(written.title, written.count, () => void undo(written.id));
      setSelected(new Set());
      changed();
      close();
    } else if ("failure" in written) toasts.failed("Nothing was changed", written.failure);
    else {
      const { count, by } = written.conflict;
      const who = by.length > 0 ? ` by ${by.join(" and ")}` : "";
      setConflict(count > 0 ? `${plural(count, opened.noun)} of these had been changed${who} meanwhile, so nothing was written. This is the plan as it would be now.` : `Somebody else was faster${who}, so nothing was written. This is the plan as it would be now.`);
      changed();
    }
  };
  const nothing = summary !== null && summary.count === 0;
  const fresh = summary !== null && !pending && !nothing && summary.refused.length === 0;
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">
        {draft.kind === "mass" && <MassForm draft={draft} onCompose={setComposed} />}
        {draft.kind === "return" && <ReturnForm onCompose={setComposed} />}
        {draft.kind === "reclaim" && <ReclaimForm from={draft.from} onCompose={setComposed} />}
        {draft.kind === "rebalance" && <RebalanceForm users={draft.users} onCompose={setComposed} />}
        {draft.kind === "group" && <GroupForm lead={draft.lead} onCompose={setComposed} />}
        {draft.kind === "transfer" && <TransferForm lead={draft.lead} seen={draft.seen} onCompose={setComposed} />}
        {conflict && (
          <p className="callout amber" role="alert">
            {conflict}
          </p>
        )}
        <section className={`plan-area ${pending ? "pending" : ""}`} aria-label="What will happen" aria-live="polite" aria-busy={pending}>
          {failure && (
            <p className="callout red" role="alert">
              {sentence(failure.message)} {failure.hint && sentence(failure.hint)}
            </p>
          )}
          {summary && <PlanSummary summary={summary} terms={composed.terms} />}
          {!summary && !failure && composed.missing && <p className="muted">{composed.missing}</p>}
        </section>
      </div>
      <footer className="panel-foot">
        <button type="button" className="button primary wide" disabled={!fresh || writing} onClick={() => void write()}>
          {writing ? <span className="spin" /> : null}
          {summary && !nothing && summary.refused.length === 0 ? `${verb} ${plural(summary.count, opened.noun)}` : nothing ? "Nothing would change" : verb}
        </button>
        {summary && summary.dropped.length > 0 && !nothing && <p className="muted num">{number(summary.dropped.reduce((sum, { count }) => sum + count, 0))} are left out</p>}
      </footer>
    </div>
  );
}
