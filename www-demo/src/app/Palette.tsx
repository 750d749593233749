import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { worlds } from "../../worlds/index.js";
import { useDesk } from "./desk";
import { pickFile } from "./FileDrop";
import { userName } from "./format";
import { usePages } from "./Sidebar";
import { allView, listView, pageView, poolView, unownedView } from "./view";

/** Everything by its name. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { opened, overview, setView, setPane, openWorld, setEdge, setActor, actor, setDraft, log, undo } = useDesk();
  const { config } = opened;
  const pages = usePages();
  const item = (key: string, label: string, does: () => void, hint?: string) => (
    <Command.Item
      key={key}
      value={`${label} ${hint ?? ""} ${key}`}
      className="command"
      onSelect={() => {
        onClose();
        does();
      }}
    >
      <span>{label}</span>
      {hint && <small>{hint}</small>}
    </Command.Item>
  );
  const show = (view: Parameters<typeof setView>[0]) => {
    setView(view);
    setPane("main");
  };
  const last = log.find(({ undone }) => !undone);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="modal palette" aria-label="Commands">
          <Command label="Commands" loop>
            <Command.Input className="palette-input" placeholder="Go to a list, act as somebody, do something" autoFocus />
            <Command.List className="palette-list">
              <Command.Empty className="popup-empty">Nothing of that name</Command.Empty>
              <Command.Group heading="Do">
                {item("mass", "Mass edit what is shown", () => setDraft({ kind: "mass", split: false }))}
                {item("split", "Reassign what is shown", () => setDraft({ kind: "mass", split: true }))}
                {item("rebalance", "Rebalance people", () => setDraft({ kind: "rebalance", users: [] }))}
                {last && item("undo", `Undo: ${last.title}`, () => void undo(last.id))}
                {opened.world !== "file" && item("edge", opened.edge ? "Keep it in this browser" : "Keep it at the edge", () => void setEdge(!opened.edge))}
                {item("file", "Open your own CSV or JSON", () => pickFile())}
              </Command.Group>
              <Command.Group heading="Show">
                {item("all", `All ${opened.noun[1]}`, () => show(allView(config, opened.noun)))}
                {item("unowned", "Without an owner", () => show(unownedView(config)))}
                {pages.map((page) => item(`page ${page}`, pageView(page, config).title, () => show(pageView(page, config))))}
                {overview?.lists.map(({ list }) => item(`list ${list.id}`, list.name, () => show(listView(list, config)), "list"))}
                {overview?.pools.map(({ id, name }) => item(`pool ${id}`, name, () => show(poolView({ id, name }, config)), "pool"))}
              </Command.Group>
              <Command.Group heading="Act as">
                {config.users.filter(({ id, active }) => id !== actor && active !== false).map(({ id }) => item(`as ${id}`, userName(id, config), () => setActor(id), "act as"))}
              </Command.Group>
              <Command.Group heading="Reclaim from">
                {config.users.map(({ id }) => item(`reclaim ${id}`, `Reclaim from ${userName(id, config)}`, () => setDraft({ kind: "reclaim", from: [id] })))}
              </Command.Group>
              <Command.Group heading="Worlds">{worlds.map(({ id, title }) => item(`world ${id}`, title, () => void openWorld(id), "world"))}</Command.Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
