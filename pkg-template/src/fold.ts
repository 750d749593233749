/**
 * A text as fields that ignore case compare it: each character lower-cased by itself, never by its neighbours, so that İ becomes i and Σ always σ. It is what a
 * `folded` column must hold. Letters that came with a later version of Unicode than this runtime's stay as they are.
 */
export function fold(text: string): string {
  let folded = "";
  for (const char of text) folded += String.fromCodePoint(char.toLowerCase().codePointAt(0)!);
  return folded;
}
