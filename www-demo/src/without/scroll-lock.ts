// The page itself never scrolls, only parts of it do: there is nothing to hold still behind a dialog or a menu.
export const useScrollLock = () => undefined;
