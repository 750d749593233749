// A draft of the rules or of the groups: it begins with what is in force, is changed on screen, and is discarded or put in force as a whole.
import type { Diagnostic } from "evenhand";
import type { ReactNode } from "react";
import { settingsOf } from "../engine/settings";
import type { Settings } from "../engine/types";
import { desk } from "./client";
import { useDesk } from "./desk";
import { named, sentence } from "./format";
import { useToasts } from "./toasts";

/** A part of the settings as the draft has it, or as it is in force where there is none; `began` is what the draft may replace. */
export function useDraft<P extends keyof Settings>(part: P) {
  const { opened, drafts, setDrafts } = useDesk();
  const draft = drafts[part];
  const inForce = settingsOf(opened.config)[part];
  const { value, began } = draft ?? { value: inForce, began: inForce };
  const set = (next: Settings[P] | null) => setDrafts((all) => ({ ...all, [part]: next === null ? undefined : { value: next, began } }));
  return { draft, value, began, set };
}

interface Shown {
  part: keyof Settings;
  /** What `check` says about the draft; null as long as that is not known. */
  checked: { found: Diagnostic[]; elsewhere: Diagnostic[] } | null;
  /** What is told once it is in force. */
  told: string;
  onSaved: () => void;
  children?: ReactNode;
}

/** What can be done with a part of the settings, and with its draft. */
export function DraftBar({ part, checked, told, onSaved, children }: Shown) {
  const { actor, changed } = useDesk();
  const { draft, set } = useDraft(part);
  const toasts = useToasts();
  const sound = checked !== null && ![...checked.found, ...checked.elsewhere].some(({ severity }) => severity === "error");
  const save = async () => {
    if (!draft) return;
    const failed = await desk.saveSettings(part, draft.value, draft.began, actor);
    if (failed) toasts.failed("The draft was not put in force", failed.failure);
    else {
      toasts.say(`The ${part} are in force`, told);
      onSaved();
    }
    // Where somebody else was faster theirs are shown from now on, and a draft of what is gone is of no use.
    if (!failed || failed.failure.code === "stale") {
      set(null);
      changed();
    }
  };
  if (!draft && !children) return null;
  return (
    <div className="view-bar rules-bar" role="toolbar" aria-label={`What to do with the ${part}`}>
      {children}
      <span className="gap" />
      {draft && (
        <>
          <span className="chip amber">draft, not in force</span>
          <button type="button" className="button quiet" onClick={() => set(null)}>
            Discard
          </button>
          <button type="button" className="button primary" disabled={!sound} onClick={() => void save()}>
            Put in force
          </button>
        </>
      )}
    </div>
  );
}

/** What there is to say about one rule or group. */
export function Diagnostics({ found }: { found: Diagnostic[] }) {
  const { config } = useDesk().opened;
  return found.map(({ severity, message, hint, path, code }) => (
    <p key={path + code} className={`callout ${severity === "error" ? "red" : "amber"}`} role="status">
      <span>{named(message, config)}</span>
      {hint && <span>{sentence(hint)}</span>}
    </p>
  ));
}
