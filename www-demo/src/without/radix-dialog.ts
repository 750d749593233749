// The palette stands in the app's own dialog. cmdk brings another one for its `Command.Dialog`, which nothing here uses: this
// stands in its place, so that a visitor does not load two.
export const Root = null;
export const Portal = null;
export const Overlay = null;
export const Content = null;
