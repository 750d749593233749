import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { DeskProvider } from "./app/desk";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <DeskProvider>
          <App />
        </DeskProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
