import { Menu } from "@base-ui/react/menu";
import type { WorkspaceConfig } from "evenhand";
import { memo, startTransition, useCallback, useEffect, useRef, useState } from "react";
import { worlds } from "../../worlds/index.js";
import { Avatar } from "../ui/avatar";
import { Icon, Mark } from "../ui/icons";
import { Pick } from "../ui/pick";
import { desk } from "./client";
import { useDesk, useNow } from "./desk";
import { allView, isPage } from "./view";
import { day, time, unitName, userName, zoneOf } from "./format";

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const { opened, actor, setActor, openWorld } = useDesk();
  const { config } = opened;
  const pickWorld = useSteady((world: string) => world !== opened.world && void openWorld(world));
  const pickActor = useSteady(setActor);
  return (
    <header className="top">
      <div className="mark">
        <Mark />
        <span>Evenhand</span>
      </div>
      <World id={opened.world} title={opened.title} onPick={pickWorld} />
      <Search />
      <Clock />
      <Edge />
      <Actor actor={actor} config={config} onPick={pickActor} />
      <button type="button" className="icon-button more" aria-label="Commands (Ctrl K)" title="Commands (Ctrl K)" onClick={onPalette}>
        <Icon name="dots" />
      </button>
    </header>
  );
}

/** The same function all along, which does what the latest one does. */
function useSteady<T>(does: (value: T) => void): (value: T) => void {
  const latest = useRef(does);
  latest.current = does;
  return useCallback((value) => latest.current(value), []);
}

const World = memo(function World({ id, title, onPick }: { id: string; title: string; onPick: (world: string) => void }) {
  const choices = worlds.map(({ id, title, line }) => ({ value: id, label: title, note: line }));
  if (id === "file") choices.push({ value: "file", label: title, note: "Your own file" });
  return (
    <Pick label="World" value={id} choices={choices} onPick={onPick}>
      <b>{title}</b>
    </Pick>
  );
});

const Actor = memo(function Actor({ actor, config, onPick }: { actor: string; config: WorkspaceConfig; onPick: (actor: string) => void }) {
  return (
    <Pick
      label="Acting as"
      value={actor}
      choices={config.users
        .filter(({ active, kind }) => active !== false && kind !== "service")
        .map(({ id, name, unit, profiles }) => ({
          value: id,
          label: name ?? id,
          note: (profiles ?? []).map((profile) => config.profiles?.find(({ id }) => id === profile)?.name ?? profile).join(", "),
          group: unit ? unitName(unit, config) : undefined,
        }))}
      onPick={onPick}
    >
      <span className="muted label">Acting as </span>
      <Avatar name={userName(actor, config)} />
      <span>{userName(actor, config)}</span>
    </Pick>
  );
});

/** Whether the edge worker keeps it, or else this browser; with what its last answer took. */
function Edge() {
  const { opened, setEdge } = useDesk();
  const { edge, world } = opened;
  const [took, setTook] = useState<number | null>();
  useEffect(() => {
    setTook(undefined);
    if (!edge) return;
    const look = () => void desk.look().then(setTook);
    look();
    const timer = setInterval(look, 2000);
    return () => clearInterval(timer);
  }, [edge, world]);
  return (
    <label className="edge" title={edge ? "Kept by the edge worker, which proves every plan before it writes it" : "Kept in this browser. At the edge, a worker proves every plan before it writes it."}>
      <input type="checkbox" role="switch" className="switch" aria-label="Edge worker" checked={edge} disabled={world === "file"} onChange={() => void setEdge(!edge)} />
      Edge
      {edge && <span className="num muted">{took === null ? "no answer" : took !== undefined && `${took.toFixed(0)} ms`}</span>}
    </label>
  );
}

function Search() {
  const { view, setView, opened } = useDesk();
  const [text, setText] = useState(view.search ?? "");
  // What was typed since the list last caught up; anything else it is searched for was not typed here.
  const sent = useRef([view.search ?? ""]);
  useEffect(() => {
    const searched = view.search ?? "";
    const at = sent.current.lastIndexOf(searched);
    if (at < 0) setText(searched);
    sent.current = at < 0 ? [searched] : sent.current.slice(at);
  }, [view.search]);
  const send = (next: string) => {
    setText(next);
    sent.current.push(next);
    // Rules and offers are not searched: whoever types looks for a lead. What is typed goes before what is found.
    startTransition(() => setView({ ...(isPage(view) ? allView(opened.config, opened.noun) : view), search: next }));
  };
  return (
    <div className="search" role="search">
      <Icon name="search" size={14} />
      <input
        id="search"
        type="search"
        value={text}
        aria-label={`Search ${opened.noun[1]}`}
        placeholder={`Search ${isPage(view) ? "all" : "these"} ${opened.noun[1]}`}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => send(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") send("");
          if (event.key === "ArrowDown" || event.key === "Enter") document.getElementById("grid")?.focus();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

const MINUTE = 60_000;

function Clock() {
  const { opened, setNow } = useDesk();
  const zone = zoneOf(opened.config);
  const now = useNow();
  /** Half past eight of the day after, where the organisation is. */
  const morning = (now: number) => {
    const local = time(now, zone).split(":").map(Number);
    const since = (local[0] ?? 0) * 60 + (local[1] ?? 0);
    return now + (24 * 60 - since + 510) * MINUTE;
  };
  const moves = [
    { label: "5 minutes later", to: (now: number) => now + 5 * MINUTE },
    { label: "1 hour later", to: (now: number) => now + 60 * MINUTE },
    { label: "Next morning", to: morning },
    { label: "A week later", to: (now: number) => now + 7 * 24 * 60 * MINUTE },
  ];
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="pick" aria-label={`Clock: ${day(now, zone)}, ${time(now, zone)}`}>
        <Icon name="clock" size={14} />
        <span className="num">
          <span className="label">{day(now, zone)}, </span>
          {time(now, zone)}
        </span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="floating">
          <Menu.Popup className="popup">
            <p className="popup-note">
              {day(now, zone)}, {time(now, zone)} · {zone.replace("_", " ")}
            </p>
            {moves.map(({ label, to }) => (
              <Menu.Item key={label} className="popup-item" onClick={() => void setNow(to)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
