/** How much of a window is left, as a ring that empties. The words beside it say the same. */
export function Ring({ left, size = 26 }: { left: number; size?: number }) {
  const around = 2 * Math.PI * 10;
  const part = Math.max(0, Math.min(1, left));
  return (
    <svg className="ring" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" />
      <circle cx="12" cy="12" r="10" strokeDasharray={`${part * around} ${around}`} transform="rotate(-90 12 12)" />
    </svg>
  );
}
