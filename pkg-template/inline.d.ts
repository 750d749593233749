/** The package with its module as a text, for what knows JavaScript only: Jest, and bundlers that leave files behind. */
export * from "./evenhand.js";
