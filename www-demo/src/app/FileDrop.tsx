import { lazy, Suspense, useEffect, useState } from "react";
import { useDesk } from "./desk";

const FileDialog = lazy(() => import("./FileDialog"));

/** Takes a file that is dropped anywhere, or picked through the palette. */
export function FileDrop() {
  const { view } = useDesk();
  const audited = view.kind === "audit";
  const [over, setOver] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  useEffect(() => {
    let depth = 0;
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const enter = (event: DragEvent) => {
      if (!files(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hold = (event: DragEvent) => files(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const dropped = event.dataTransfer?.files[0];
      if (dropped) dispatchEvent(new CustomEvent(audited ? "desk:log" : "desk:file", { detail: dropped }));
    };
    const picked = (event: Event) => setFile((event as CustomEvent<File>).detail);
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", hold);
    addEventListener("drop", drop);
    addEventListener("desk:file", picked);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", hold);
      removeEventListener("drop", drop);
      removeEventListener("desk:file", picked);
    };
  }, [audited]);
  return (
    <>
      {over && (
        <div className="drop">
          <p>Drop your {audited ? "log of assignments" : "leads"} here: CSV or JSON. It stays in this browser.</p>
        </div>
      )}
      {file && (
        <Suspense>
          <FileDialog key={file.name + file.lastModified} file={file} onClose={() => setFile(null)} />
        </Suspense>
      )}
    </>
  );
}

/** Asks for a file of leads, or for a log to be audited. */
export function pickFile(what: "desk:file" | "desk:log" = "desk:file"): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".csv,.tsv,.txt,.json,text/csv,application/json";
  input.onchange = () => {
    const [file] = input.files ?? [];
    if (file) dispatchEvent(new CustomEvent(what, { detail: file }));
  };
  input.click();
}
