/** Text of evidence as it may stand in a line that people read. */

/** `text` with control and format characters written out, so that it stays in its line and place. */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
