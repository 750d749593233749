import { Dialog } from "@base-ui/react/dialog";
import type { SavedList } from "evenhand";
import { useState } from "react";
import { AddPeople } from "../ui/people";
import { Modal } from "../ui/modal";
import { desk } from "./client";
import { useDesk } from "./desk";
import { userName } from "./format";
import { useToasts } from "./toasts";
import { listView } from "./view";

/** Name, sharing: the definition is shared, never the rows. */
export function SaveList({ onClose }: { onClose: () => void }) {
  const { view, setView, actor, opened, overview, changed } = useDesk();
  const toasts = useToasts();
  const { config } = opened;
  const line = overview?.lists.find(({ list }) => list.id === view.from);
  const was = line?.list;
  const [name, setName] = useState(view.kind === "list" ? (was?.name ?? view.title) : (was?.name ?? ""));
  const [users, setUsers] = useState<string[]>(was?.sharedWith?.users ?? []);
  const [everyone, setEveryone] = useState(was?.sharedWith?.everyone ?? false);
  const replace = was !== undefined && line?.canEdit === true;
  const save = async (id: string) => {
    const sharedWith = { ...was?.sharedWith, users, everyone };
    const list: SavedList = { id, name: name.trim(), owner: id === was?.id ? was.owner : actor, query: view.query as SavedList["query"], sort: view.sort, columns: view.columns, sharedWith };
    const failed = await desk.saveList(list);
    if (failed) return toasts.failed("The list was not saved", failed.failure);
    setView(listView(list, config));
    changed();
    onClose();
  };
  const remove = async () => {
    if (!was) return;
    const failed = await desk.deleteList(was.id);
    if (failed) return toasts.failed("The list was not deleted", failed.failure);
    setView({ ...view, kind: "built", title: "New list", list: undefined, from: undefined });
    changed();
    onClose();
  };
  return (
    <Modal title={view.kind === "list" ? "This list" : "Save this list"} note="Sharing gives away the definition: everybody sees only the rows that they may see." onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) void save(replace ? (was?.id ?? "") : `list-${Date.now().toString(36)}`);
        }}
      >
        <label className="line">
          <span>Name</span>
          <input className="field" value={name} maxLength={80} onChange={({ target }) => setName(target.value)} placeholder="What it is about" autoFocus />
        </label>
        <label className="check">
          <input type="checkbox" checked={everyone} onChange={({ target }) => setEveryone(target.checked)} /> Share with everybody
        </label>
        {!everyone && (
          <div className="line">
            <span>Share with</span>
            <AddPeople config={config} label="Add people" taken={[actor, ...users]} onAdd={(more) => setUsers([...users, ...more])} />
            {users.length > 0 && (
              <ul className="chips">
                {users.map((user) => (
                  <li key={user} className="chip">
                    {userName(user, config)}
                    <button type="button" aria-label={`Do not share with ${userName(user, config)}`} onClick={() => setUsers(users.filter((one) => one !== user))}>
                      ×
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <div className="form-end">
          {replace && (
            <button type="button" className="button quiet danger" onClick={() => void remove()}>
              Delete list
            </button>
          )}
          <span className="gap" />
          <Dialog.Close className="button">Cancel</Dialog.Close>
          {replace && (
            <button type="button" className="button" disabled={!name.trim()} onClick={() => void save(`list-${Date.now().toString(36)}`)}>
              Save as new
            </button>
          )}
          <button type="submit" className="button primary" disabled={!name.trim()}>
            Save
          </button>
        </div>
      </form>
    </Modal>
  );
}
