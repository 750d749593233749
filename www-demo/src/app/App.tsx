import { lazy, Suspense, useEffect, useState } from "react";
import { worlds } from "../../worlds/index.js";
import { Mark } from "../ui/icons";
import { Progress } from "../ui/progress";
import { desk } from "./client";
import { DeskReady, type Loading as Opening, useDesk, useLoading } from "./desk";
import { FileDrop } from "./FileDrop";
import { sentence } from "./format";
import { Inspector, inspected } from "./Inspector";
import { Main } from "./Main";
import { useShortcuts } from "./shortcuts";
import { Sidebar } from "./Sidebar";
import { Toasts } from "./toasts";
import { TopBar } from "./TopBar";
import { isPage, type Page } from "./view";

const TABS: Record<Page, string> = { rules: "Rules", offers: "Offers", groups: "Groups", audit: "Audit" };

const Palette = lazy(() => import("./Palette"));

export function App() {
  const loading = useLoading();
  return (
    <>
      {loading ? <Loading {...loading} /> : <DeskReady otherwise={null}>{<Window />}</DeskReady>}
      <Toasts />
    </>
  );
}

function Loading({ id, world, done, total, failure }: Opening) {
  const known = id === "file" || worlds.some((one) => one.id === id);
  const again = async () => {
    await desk.forget(id);
    location.reload();
  };
  return (
    <main className="loading">
      {failure ? (
        <>
          <Mark size={36} />
          <h1>{known ? `${world} could not be opened` : `There is no world “${id}”`}</h1>
          <p className="muted">{known ? `${sentence(failure.message)} What is stored of it may be damaged, or of another version.` : "The link may be of another version."}</p>
          <p className="view-bar">
            {known && (
              <button type="button" className="button primary" onClick={() => void again()}>
                Start it over
              </button>
            )}
            <a className="button" href={id === "lender" ? "#/partners" : "#/lender"} onClick={() => setTimeout(() => location.reload())}>
              Open another one
            </a>
          </p>
        </>
      ) : (
        <>
          <div className="bars" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
            <i />
          </div>
          <p role="status" className="muted">
            {world ? `Opening ${world}` : "Opening"}
          </p>
          {total > 0 && <Progress label={`Opening ${world}`} done={done} total={total} bytes={id === "file"} />}
        </>
      )}
    </main>
  );
}

function Window() {
  const { pane, setPane, draft, lead, view } = useDesk();
  const [palette, setPalette] = useState(false);
  useShortcuts(() => setPalette(true));
  // What the first screen could do without is there before anybody asks for it.
  useEffect(() => {
    const timer = setTimeout(() => void import("./ListBuilder"), 600);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="desk" data-pane={pane}>
      <TopBar onPalette={() => setPalette(true)} />
      <Sidebar />
      <Main />
      <Inspector />
      <nav className="tabs" aria-label="Panes">
        {(
          [
            ["nav", "Lists"],
            ["main", isPage(view) ? TABS[view.kind as Page] : "Leads"],
            ["inspect", inspected(draft, lead, view)],
          ] as const
        ).map(([name, label]) => (
          <button key={name} type="button" aria-pressed={pane === name} onClick={() => setPane(name)}>
            {label}
          </button>
        ))}
      </nav>
      <FileDrop />
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}
