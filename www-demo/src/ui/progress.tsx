const MB = 1_000_000;

/** How far something is that takes a while. */
export function Progress({ label, done, total, bytes }: { label: string; done: number; total: number; bytes?: boolean }) {
  const words = bytes ? `${(done / MB).toFixed(1)} of ${(total / MB).toFixed(1)} MB` : `${Math.round((done / total) * 100)} %`;
  return (
    <div className="progress">
      <progress aria-label={label} aria-valuetext={words} value={done} max={total} />
      <span className="num muted">{words}</span>
    </div>
  );
}
