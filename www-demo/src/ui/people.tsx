// Finding a person, or everybody of a unit or tag at once.
import { Combobox } from "@base-ui/react/combobox";
import type { WorkspaceConfig } from "evenhand";
import { useMemo } from "react";
import { unitName } from "../app/format";

interface Item {
  value: string;
  label: string;
  note: string;
  users: string[];
}

export function useDirectory(config: WorkspaceConfig, only?: (user: string) => boolean): Item[] {
  return useMemo(() => {
    const people = config.users.filter(({ id, active, kind }) => active !== false && kind !== "service" && (only?.(id) ?? true));
    const units = (config.org ?? []).map(({ id, name }) => ({ value: `unit:${id}`, label: `Everybody of ${name ?? id}`, users: people.filter(({ unit }) => unit === id).map(({ id }) => id) }));
    const tags = [...new Set(people.flatMap(({ tags }) => tags ?? []))].map((tag) => ({ value: `tag:${tag}`, label: `Everybody tagged ${tag}`, users: people.filter(({ tags }) => tags?.includes(tag)).map(({ id }) => id) }));
    const many = [...units, ...tags].filter(({ users }) => users.length > 1).map((item) => ({ ...item, note: `${item.users.length} people` }));
    return [...people.map(({ id, name, unit }) => ({ value: id, label: name ?? id, note: unit ? unitName(unit, config) : "", users: [id] })), ...many];
  }, [config, only]);
}

export function AddPeople({ config, label, taken, onAdd }: { config: WorkspaceConfig; label: string; taken: string[]; onAdd: (users: string[]) => void }) {
  const all = useDirectory(config);
  const items = useMemo(() => all.filter(({ users }) => users.some((user) => !taken.includes(user))), [all, taken]);
  return (
    <Combobox.Root items={items} value={null} onValueChange={(item: Item | null) => item && onAdd(item.users.filter((user) => !taken.includes(user)))} itemToStringLabel={(item: Item) => item.label} autoHighlight>
      <Combobox.Input className="field wide" placeholder={label} aria-label={label} />
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="floating">
          <Combobox.Popup className="popup">
            <Combobox.Empty className="popup-empty">Nobody of that name</Combobox.Empty>
            <Combobox.List className="popup-list">
              {(item: Item) => (
                <Combobox.Item key={item.value} value={item} className="popup-item">
                  <span className="popup-main">
                    {item.label}
                    {item.note && <small>{item.note}</small>}
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
