import { useEffect, useState } from "react";
import type { ColumnGuess, Failure, FileGuess } from "../engine/types";
import { Modal } from "../ui/modal";
import { Progress } from "../ui/progress";
import { desk, proxy } from "./client";
import { useDesk } from "./desk";
import { pickFile } from "./FileDrop";
import { number, sentence } from "./format";

const TYPES: ColumnGuess["type"][] = ["text", "choice", "user", "number", "boolean", "date", "datetime"];
const WORDS: Record<ColumnGuess["type"], string> = { text: "Text", choice: "Choice", user: "Person", number: "Number", boolean: "Yes or no", date: "Day", datetime: "Day and time" };

/** What the columns of a visitor's file are, shown for correction before they are loaded. */
export default function FileDialog({ file, onClose }: { file: File; onClose: () => void }) {
  const { openWorld } = useDesk();
  const [guess, setGuess] = useState<FileGuess | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  /** How many bytes have been read, while it loads. */
  const [loading, setLoading] = useState<number | null>(null);
  useEffect(() => {
    void desk.guess(file).then((made) => ("failure" in made ? setFailure(made.failure) : setGuess(made)));
  }, [file]);
  const change = (header: string, part: Partial<ColumnGuess>) => guess && setGuess({ ...guess, columns: guess.columns.map((column) => (column.header === header ? { ...column, ...part } : column)) });
  const load = async () => {
    if (!guess) return;
    setFailure(null);
    setLoading(0);
    const { name, format, columns, id, owner, status, created } = guess;
    // What comes after the answer is of no use any more.
    let answered = false;
    const progress = proxy((done: number) => answered || setLoading(done));
    const failed = await desk.loadFile(file, { name, format, columns, id, owner, status, created, now: Date.now() }, progress);
    answered = true;
    setLoading(null);
    if (failed) return failed.failure.code === "stopped" || setFailure(failed.failure);
    onClose();
    await openWorld("file");
  };
  const close = () => {
    void desk.stopLoading();
    onClose();
  };
  const role = (what: "id" | "owner" | "status" | "created", label: string, none: string, types: ColumnGuess["type"][]) =>
    guess && (
      <label className="line">
        <span>{label}</span>
        <select className="select" value={guess[what] ?? ""} onChange={({ target }) => setGuess({ ...guess, [what]: target.value || null })}>
          <option value="">{none}</option>
          {guess.columns
            .filter(({ type, header }) => types.includes(type) || header === guess[what])
            .map(({ header }) => (
              <option key={header}>{header}</option>
            ))}
        </select>
      </label>
    );
  return (
    <Modal title={file.name} wide note={guess ? `${number(guess.rows)} rows, ${number(guess.columns.length)} columns. Correct what is wrong, then load. Nothing leaves this browser.` : failure ? undefined : "Looking at the columns"} onClose={close}>
      {failure && (
        <p className="callout red" role="alert">
          {sentence(failure.message)} {failure.hint && sentence(failure.hint)}
        </p>
      )}
      {!guess && failure && (
        <div className="form-end">
          <span className="gap" />
          <button type="button" className="button" onClick={() => pickFile()}>
            Choose another file
          </button>
        </div>
      )}
      {!guess && !failure && <span className="spin" />}
      {guess && (
        <>
          {guess.warnings.map((warning) => (
            <p key={warning} className="callout amber">
              {sentence(warning)}
            </p>
          ))}
          <div className="file-roles" inert={loading !== null}>
            {role("id", "Told apart by", "The number of the row", ["text", "number", "choice"])}
            {role("owner", "Owner", "Nobody owns them yet", ["choice", "user", "text"])}
            {role("status", "Status", "None", ["choice", "text"])}
            {role("created", "Created", "None", ["date", "datetime"])}
          </div>
          <div className="file-columns" tabIndex={0} role="region" aria-label="Columns" inert={loading !== null}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Column</th>
                  <th scope="col">Is</th>
                  <th scope="col">For example</th>
                  <th scope="col">Filled</th>
                </tr>
              </thead>
              <tbody>
                {guess.columns.map((column) => (
                  <tr key={column.header}>
                    <th scope="row">{column.header}</th>
                    <td>
                      <select className="select" aria-label={`Type of ${column.header}`} value={column.type} onChange={({ target }) => change(column.header, { type: target.value as ColumnGuess["type"] })}>
                        {TYPES.map((type) => (
                          <option key={type} value={type}>
                            {WORDS[type]}
                          </option>
                        ))}
                      </select>
                      {(column.type === "date" || column.type === "datetime") && (
                        <input className="field" aria-label={`Written in ${column.header} as`} placeholder="2026-03-31" value={column.format ?? ""} onChange={({ target }) => change(column.header, { format: target.value || undefined })} />
                      )}
                    </td>
                    <td className="muted">{column.examples.join(" · ")}</td>
                    <td className="num muted">{number(column.filled)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="form-end">
            {loading === null ? (
              <>
                <span className="gap" />
                <button type="button" className="button" onClick={close}>
                  Cancel
                </button>
                <button type="button" className="button primary" onClick={() => void load()}>
                  Load {number(guess.rows)} rows
                </button>
              </>
            ) : (
              <>
                <Progress label={`Loading ${file.name}`} done={loading} total={file.size} bytes />
                <button type="button" className="button" autoFocus onClick={() => void desk.stopLoading()}>
                  Stop
                </button>
              </>
            )}
          </div>
        </>
      )}
    </Modal>
  );
}
