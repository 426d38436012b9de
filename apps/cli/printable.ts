/**
 * Text that others wrote, made safe for a terminal: an escape sequence in a log line could rewrite what stands above
 * it, set the clipboard or fake a prompt. Control characters but tab and line feed show as `\x1b`, and so do the
 * characters that turn the direction of the text around.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, visible);
}

/** The same, on one line: for a cell of a table. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, " ").trim();
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, "0")}`;
}
