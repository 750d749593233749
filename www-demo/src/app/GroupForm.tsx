import type { Command } from "evenhand";
import { useEffect, useMemo, useState } from "react";
import type { GroupView } from "../engine/types";
import { Reasons } from "../ui/why";
import { desk } from "./client";
import type { FormProps } from "./Compose";
import { useDesk } from "./desk";
import { plural, userName } from "./format";
import { METHODS } from "./methods";
import { useLeads, useScopeWords } from "./scope";

/** Which group; what follows is shown before it is started, and started with one button. */
export function GroupForm({ lead, onCompose }: FormProps & { lead?: string }) {
  const { opened, actor, revision } = useDesk();
  const { config } = opened;
  const leads = useLeads(lead);
  const words = useScopeWords(lead);
  const [groups, setGroups] = useState<GroupView[]>([]);
  const [group, setGroup] = useState("");
  useEffect(() => {
    let current = true;
    // What is not for the actor's unit is no choice.
    void desk.groups(actor).then((next) => current && setGroups(next.filter(({ trigger }) => !trigger.reasons.some(({ code }) => code === "not_available"))));
    return () => {
      current = false;
    };
  }, [actor, revision]);
  const chosen = groups.find(({ id }) => id === group);
  const composed = useMemo(() => {
    const command: Command | null = chosen?.trigger.allowed ? { type: "start_group", leads, group } : null;
    return { command, missing: chosen ? "" : "Choose a group; whom it would ask is shown before anything happens." };
  }, [chosen, leads, group]);
  useEffect(() => onCompose(composed), [composed, onCompose]);
  return (
    <div className="form">
      <p className="scope">{words}</p>
      <ul className="parts" aria-label="Groups">
        {groups.map(({ id, name, method, members, defaultAssignee, trigger }) => (
          <li key={id} className={`part ${id === group ? "on" : ""}`}>
            <label className="check">
              <input type="radio" name="group" value={id} checked={id === group} onChange={() => setGroup(id)} />
              <span className="popup-main">
                {name}
                <small className="muted">
                  {METHODS[method] ?? method} · {plural(members.length, ["person", "people"])}
                  {defaultAssignee && `, else ${userName(defaultAssignee, config)}`}
                </small>
              </span>
            </label>
            {id === group && !trigger.allowed && (
              <div className="part-body">
                <Reasons {...trigger} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
