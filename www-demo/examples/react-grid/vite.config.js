import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The module is emitted as a file of its own: nothing needs to be said about it.
export default defineConfig({ base: "./", plugins: [react()] });
