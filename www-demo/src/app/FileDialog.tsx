import { useEffect, useState } from "react";
import type { ColumnGuess, Failure, FileGuess } from "../engine/types";
import { Modal } from "../ui/modal";
import { desk } from "./client";
import { useDesk } from "./desk";
import { pickFile } from "./FileDrop";
import { number, sentence } from "./format";

const TYPES: ColumnGuess["type"][] = ["text", "choice", "user", "number", "boolean", "date", "datetime"];
const WORDS: Record<ColumnGuess["type"], string> = { text: "Text", choice: "Choice", user: "Person", number: "Number", boolean: "Yes or no", date: "Day", datetime: "Day and time" };

/** What the columns of a visitor's file are, shown for correction before they are loaded. */
export default function FileDialog({ file, onClose }: { file: File; onClose: () => void }) {
  const { openWorld } = useDesk();
  const [bytes, setBytes] = useState<Uint8Array | null>(null);
  const [guess, setGuess] = useState<FileGuess | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [loading, setLoading] = useState(false);
  useEffect(() => {
    void file.arrayBuffer().then(async (buffer) => {
      const read = new Uint8Array(buffer);
      const made = await desk.guess(file.name, read);
      if ("failure" in made) return setFailure(made.failure);
      setBytes(read);
      setGuess(made);
    });
  }, [file]);
  const change = (header: string, part: Partial<ColumnGuess>) => guess && setGuess({ ...guess, columns: guess.columns.map((column) => (column.header === header ? { ...column, ...part } : column)) });
  const load = async () => {
    if (!guess || !bytes) return;
    setLoading(true);
    const { name, format, columns, id, owner, status, created } = guess;
    const failed = await desk.keepFile(bytes, { name, format, columns, id, owner, status, created, now: Date.now() });
    setLoading(false);
    if (failed) return setFailure(failed.failure);
    onClose();
    await openWorld("file");
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
    <Modal title={file.name} wide note={guess ? `${number(guess.rows)} rows, ${number(guess.columns.length)} columns. Correct what is wrong, then load. Nothing leaves this browser.` : failure ? undefined : "Looking at the columns"} onClose={onClose}>
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
          <div className="file-roles">
            {role("id", "Told apart by", "The number of the row", ["text", "number", "choice"])}
            {role("owner", "Owner", "Nobody owns them yet", ["choice", "user", "text"])}
            {role("status", "Status", "None", ["choice", "text"])}
            {role("created", "Created", "None", ["date", "datetime"])}
          </div>
          <div className="file-columns" tabIndex={0} role="region" aria-label="Columns">
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
                      {column.format && <code>{column.format}</code>}
                    </td>
                    <td className="muted">{column.examples.join(" · ")}</td>
                    <td className="num muted">{number(column.filled)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="form-end">
            <span className="gap" />
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button type="button" className="button primary" disabled={loading} onClick={() => void load()}>
              Load {number(guess.rows)} rows
            </button>
          </div>
        </>
      )}
    </Modal>
  );
}
