// Nothing here opens by hovering: its listeners are never made.
export const useHoverReferenceInteraction = () => undefined;
export const useHoverFloatingInteraction = () => undefined;
