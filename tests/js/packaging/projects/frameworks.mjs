// Frameworks that bundle for several runtimes at once.

const PAGE = (body, head = "") => `${head}\nexport default async function Page() {\n  return <p>{await answer(evenhand)}</p>;\n}\n`;
const IMPORTS = 'import * as evenhand from "evenhand";\nimport { answer } from "../../check.mjs";\n';

const next = () => ({
  packages: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
  files: {
    "app/layout.jsx": "export default function Layout({ children }) {\n  return <html><body>{children}</body></html>;\n}\n",
    "app/page.jsx": "export default function Page() {\n  return <p>home</p>;\n}\n",
    "app/server/page.jsx": PAGE("", `${IMPORTS}export const dynamic = "force-dynamic";`),
    "app/static/page.jsx": PAGE("", IMPORTS),
    "app/route/route.js": `${IMPORTS}export const dynamic = "force-dynamic";\nexport const GET = async () => new Response(await answer(evenhand));\n`,
    "app/edge/route.js": `${IMPORTS}export const runtime = "edge";\nexport const GET = async () => new Response(await answer(evenhand));\n`,
    "app/client/page.jsx": `"use client";\n${IMPORTS}import { useEffect } from "react";\nexport default function Page() {\n  useEffect(() => void answer(evenhand).then((text) => (document.title = text)), []);\n  return <p>client</p>;\n}\n`,
  },
  steps: [
    { run: "next build", builds: true },
    ...["server", "static", "route", "edge"].map((place) => ({ serve: "next start -p {port}", get: `/${place}` })),
    { serve: "next start -p {port}", open: "/client" },
    { serve: "next dev -p {port}", get: "/server" },
    { serve: "next dev -p {port}", get: "/edge" },
  ],
});

export const frameworks = {
  "next 16": { ci: true, ...next(), node: 22 },
};
