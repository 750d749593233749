export { zones } from "./zones-table.js";
