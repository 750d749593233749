import { Menu } from "@base-ui/react/menu";
import { useState } from "react";
import { Icon, type IconName } from "../ui/icons";
import { WhyNot } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { download } from "./download";
import { plural } from "./format";
import { SaveList } from "./SaveList";
import { useLeads } from "./scope";
import { shownFields } from "./view";

/** What can be done with the whole list, or with the rows that are picked. */
export function ActionBar({ count, building, onBuild }: { count: number; building: boolean; onBuild: () => void }) {
  const { selected, setSelected, setDraft, overview, opened, view, actor } = useDesk();
  const [saving, setSaving] = useState(false);
  const { config, noun } = opened;
  const may = overview?.may;
  const leads = useLeads();
  const picked = selected.size > 0;
  const many = picked ? selected.size > 1 : true;
  const export_ = async () => download(view.title, await desk.csv({ query: view.query, list: view.list, search: view.search, sort: view.sort }, actor, view.columns));
  const action = (icon: IconName, label: string, does: () => void, why = many ? may?.mass : may?.edit, className = "button") =>
    why && !why.allowed ? (
      <WhyNot decision={why} className={className} label={label}>
        <Icon name="lock" size={14} /> {label}
      </WhyNot>
    ) : (
      <button type="button" className={className} onClick={does} disabled={count === 0}>
        <Icon name={icon} size={14} /> {label}
      </button>
    );
  return (
    <div className="view-bar" role="toolbar" aria-label="What to do">
      {picked ? (
        <>
          <span className="chip green num">{plural(selected.size, noun)} picked</span>
          <button type="button" className="button quiet small" onClick={() => setSelected(new Set())}>
            Clear
          </button>
        </>
      ) : (
        <button type="button" className="button" aria-expanded={building} onClick={onBuild}>
          <Icon name="filter" size={14} /> Filter
        </button>
      )}
      {action("split", picked ? "Reassign" : "Reassign all", () => setDraft({ kind: "mass", split: true }), many && may && !may.mass.allowed ? may.mass : may?.give)}
      {action("pen", "Mass edit", () => setDraft({ kind: "mass", split: false }))}
      {config.lead.run && picked && action("hand", "To a group…", () => setDraft({ kind: "group" }))}
      {config.rules && may?.route.allowed && action("rules", picked ? "Route" : "Route all", () => setDraft({ kind: "fixed", title: "Route by the rules", verb: "Route", command: { type: "route", leads } }), many && !may.mass.allowed ? may.mass : may.route)}
      {config.lead.pool && action("back", "Return to pool", () => setDraft({ kind: "return" }))}
      <span className="gap" />
      {view.kind !== "list" && !picked && (
        <button type="button" className="button quiet" onClick={() => setSaving(true)}>
          <Icon name="plus" size={14} /> Save list
        </button>
      )}
      {view.kind === "list" && !picked && (
        <button type="button" className="button quiet" onClick={() => setSaving(true)}>
          Share list
        </button>
      )}
      <Columns />
      {action("file", "CSV", () => void export_(), may?.export, "button quiet")}
      {saving && <SaveList onClose={() => setSaving(false)} />}
    </div>
  );
}

/** Which columns the table has; at least one. */
function Columns() {
  const { view, setView, opened } = useDesk();
  const { config } = opened;
  const fields = shownFields(config);
  const toggle = (field: string, on: boolean) => setView({ ...view, columns: on ? fields.filter((one) => one === field || view.columns.includes(one)) : view.columns.filter((one) => one !== field) });
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button quiet">
        <Icon name="columns" size={14} /> Columns
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="floating">
          <Menu.Popup className="popup">
            {fields.map((field) => (
              <Menu.CheckboxItem key={field} className="popup-item" checked={view.columns.includes(field)} onCheckedChange={(on) => toggle(field, on)} closeOnClick={false} disabled={view.columns.length === 1 && view.columns[0] === field}>
                <span className="popup-main">{config.fields[field]?.label ?? field}</span>
                <Menu.CheckboxItemIndicator>
                  <Icon name="check" size={14} />
                </Menu.CheckboxItemIndicator>
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
