// A few line icons, and the mark: five upright bars of equal height.

const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round", strokeLinejoin: "round" } as const;

const paths = {
  search: <path {...line} d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14" />,
  down: <path {...line} d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  rise: <path {...line} d="m4.5 9.5 3.5-3.5 3.5 3.5" />,
  hand: <path {...line} d="M8 13.5a4.5 4.5 0 0 0 4.5-4.5V5.2M3.5 9V6.4m0 2.6A4.5 4.5 0 0 0 8 13.5M5.7 8V3.4m2.3 4V2.5m2.2 5V3.4" />,
  rules: <path {...line} d="M3 4h2m3 0h5M3 8h2m3 0h5M3 12h2m3 0h5" />,
  right: <path {...line} d="M6.5 4.5 10 8l-3.5 3.5" />,
  back: <path {...line} d="M9.5 4.5 6 8l3.5 3.5" />,
  over: <path {...line} d="M2.5 8h9m0 0L8 4.5M11.5 8 8 11.5M13.5 3v10" />,
  bell: <path {...line} d="M8 2.5a3.7 3.7 0 0 0-3.7 3.7c0 3-1.3 4.3-1.3 4.3h10s-1.3-1.3-1.3-4.3A3.7 3.7 0 0 0 8 2.5ZM6.7 12.8a1.5 1.5 0 0 0 2.6 0" />,
  off: <path {...line} d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4" />,
  check: <path {...line} d="m3.5 8.5 3 3 6-7" />,
  plus: <path {...line} d="M8 3.5v9M3.5 8h9" />,
  close: <path {...line} d="m4.5 4.5 7 7m0-7-7 7" />,
  filter: <path {...line} d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
  columns: <path {...line} d="M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9" />,
  file: <path {...line} d="M8 2.5v7m0 0L5.5 7M8 9.5 10.5 7M3 12.5h10" />,
  up: <path {...line} d="M8 10.5v-7m0 0L5.5 6M8 3.5 10.5 6M3 12.5h10" />,
  undo: <path {...line} d="M6 3 3 6l3 3M3.5 6H9a4 4 0 0 1 0 8H7" />,
  clock: <path {...line} d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9.2V8l2 1.6" />,
  lock: <path {...line} d="M4 7.5h8v5.5H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2" />,
  split: <path {...line} d="M3 8h3.5c2 0 2-4 4-4H13M6.5 8c2 0 2 4 4 4H13" />,
  pen: <path {...line} d="m3 13 .6-2.8L11 2.8l2.2 2.2-7.4 7.4zM9.5 4.3l2.2 2.2" />,
  dots: <path fill="currentColor" d="M3.5 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Zm4.5 0a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Zm4.5 0a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Z" />,
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {paths[name]}
    </svg>
  );
}

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" fill="currentColor">
      {[0.5, 4.6, 8.7, 12.8, 16.9].map((x) => (
        <rect key={x} x={x} y="2" width="2.6" height="16" rx="1.3" />
      ))}
    </svg>
  );
}
