import { Fragment } from "react";
import { type AnsiStyle, readAnsi } from "../lib/read-ansi.ts";

const COLOURS: Record<NonNullable<AnsiStyle["colour"]>, string> = {
  red: "text-danger",
  green: "text-good",
  yellow: "text-warn",
  blue: "text-accent",
  magenta: "text-accent",
  cyan: "text-busy",
  grey: "text-soft",
};

/** What a program wrote for a terminal: its colours as ours, everything else that steers a terminal left out. */
export function AnsiText({ text }: { text: string }) {
  return readAnsi(text).map(({ text: piece, style }, index) => {
    const names = [
      style.colour === undefined ? undefined : COLOURS[style.colour],
      style.isBold ? "font-semibold" : undefined,
      style.isItalic ? "italic" : undefined,
      style.isUnderlined ? "underline" : undefined,
    ].filter((name) => name !== undefined);
    const key = `${index}`;
    return names.length === 0 ? (
      <Fragment key={key}>{piece}</Fragment>
    ) : (
      <span key={key} className={names.join(" ")}>
        {piece}
      </span>
    );
  });
}
