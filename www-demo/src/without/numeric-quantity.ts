// The filter's component reads fractions and Roman numerals where it is told to parse numbers (`parseNumbers`). It is not told to here:
// numbers are read by the editor of the value.
export const numericQuantity = Number;
export const numericRegex = /^[-+]?(\d+\.?\d*|\.\d+)$/;
