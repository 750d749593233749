import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/grid.css";
import "./styles/inspector.css";
import "./styles/overlays.css";
import "./styles/builder.css";
import "./styles/rules.css";

// The worker first: its module is fetched and compiled while the page's own parts are.
import "./app/client";

void import("./root");
