// Frameworks that bundle for several runtimes at once.

const PAGE = (body, head = "") => `${head}\nexport default async function Page() {\n  return <p>{await answer(evenhand)}</p>;\n}\n`;
const IMPORTS = 'import * as evenhand from "evenhand";\nimport { answer } from "../../check.mjs";\n';

const EDGE = 'export const runtime = "edge";\n';
/** What Next.js has on the edge: with webpack a page, because there its own handlers do not run (see below). */
const ROUTE = { "app/edge/route.js": `${IMPORTS}${EDGE}export const GET = async () => new Response(await answer(evenhand));\n` };
const EDGE_PAGE = { "app/edge/page.jsx": PAGE("", `${IMPORTS}${EDGE}`) };

/** Next.js by its own bundler or, with `--webpack`, by the older one. */
const next = (edge, flag = "") => ({
  packages: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
  files: {
    "app/layout.jsx": "export default function Layout({ children }) {\n  return <html><body>{children}</body></html>;\n}\n",
    "app/page.jsx": "export default function Page() {\n  return <p>home</p>;\n}\n",
    "app/server/page.jsx": PAGE("", `${IMPORTS}export const dynamic = "force-dynamic";`),
    "app/static/page.jsx": PAGE("", IMPORTS),
    "app/route/route.js": `${IMPORTS}export const dynamic = "force-dynamic";\nexport const GET = async () => new Response(await answer(evenhand));\n`,
    ...edge,
    "app/client/page.jsx": `"use client";\n${IMPORTS}import { useEffect } from "react";\nexport default function Page() {\n  useEffect(() => void answer(evenhand).then((text) => (document.title = text)), []);\n  return <p>client</p>;\n}\n`,
  },
  steps: [
    { run: `next build${flag}`, builds: true },
    ...["server", "static", "route", "edge"].map((place) => ({ serve: "next start -p {port}", get: `/${place}` })),
    { serve: "next start -p {port}", open: "/client" },
    { serve: `next dev${flag} -p {port}`, get: "/server" },
    { serve: `next dev${flag} -p {port}`, get: "/edge" },
  ],
});

const older = next(EDGE_PAGE, " --webpack");
// A route handler on the edge that webpack builds ends in an error of Next.js itself, also where it is one line and imports nothing. When this step fails,
// Next.js has mended it: then `ROUTE` serves both, and docs/runtimes.md and docs/measured.md have a line less.
const BROKEN = { run: `rm -r app && mkdir -p app/edge && echo 'export const runtime = "edge"; export const GET = async () => new Response("plain");' > app/edge/route.js && next build --webpack`, fails: true, says: "app/edge/route_client-reference-manifest.js" };

export const frameworks = {
  "next 16": { ci: true, ...next(ROUTE), node: 22 },
  "next 16, webpack": { ...older, steps: [...older.steps, BROKEN], node: 22 },
};
