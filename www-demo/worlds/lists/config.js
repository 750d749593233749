export { default as config } from "evenhand/presets/lists";
