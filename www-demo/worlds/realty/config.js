export { default as config } from "evenhand/presets/realty";
