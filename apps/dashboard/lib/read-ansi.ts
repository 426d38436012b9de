export interface AnsiStyle {
  colour?: "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "grey" | undefined;
  isBold?: boolean;
  isItalic?: boolean;
  isUnderlined?: boolean;
}

export interface AnsiPiece {
  text: string;
  style: AnsiStyle;
}

const COLOURS: (AnsiStyle["colour"] | undefined)[] = [
  "grey",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  undefined,
];

/** Control sequences of ECMA-48: CSI, OSC and other strings, two-byte escapes; and what else no text holds. */
const CONTROL =
  // biome-ignore lint/complexity/useRegexLiterals: escapes are easier to read than control characters
  new RegExp(
    "\\x1b\\[([0-9;:]*)[ -/]*([@-~])|\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\|$)|\\x1b[ -/]*[0-~]?|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]",
    "g",
  );

/** Cuts a terminal's text into pieces by their look (SGR). Whatever else a sequence would do to a terminal is dropped. */
export function readAnsi(text: string): AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  let style: AnsiStyle = {};
  let at = 0;
  const push = (piece: string) => {
    if (piece !== "") pieces.push({ text: piece, style });
  };
  for (const match of text.matchAll(CONTROL)) {
    push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") style = applyCodes(style, match[1] ?? "");
  }
  push(text.slice(at));
  return pieces;
}

function applyCodes(before: AnsiStyle, codes: string): AnsiStyle {
  let style = before;
  const numbers = codes.split(/[;:]/).map(Number);
  for (let index = 0; index < numbers.length; index++) {
    const code = numbers[index] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, isBold: true };
    else if (code === 3) style = { ...style, isItalic: true };
    else if (code === 4) style = { ...style, isUnderlined: true };
    else if (code === 22) style = { ...style, isBold: false };
    else if (code === 23) style = { ...style, isItalic: false };
    else if (code === 24) style = { ...style, isUnderlined: false };
    else if (code >= 30 && code <= 37) style = { ...style, colour: COLOURS[code - 30] };
    else if (code >= 90 && code <= 97) style = { ...style, colour: COLOURS[code - 90] };
    else if (code === 39) style = { ...style, colour: undefined };
    // A colour of 256 or of 16 million is left out, with its numbers.
    else if (code === 38 || code === 48) index += numbers[index + 1] === 2 ? 4 : 2;
  }
  return style;
}
