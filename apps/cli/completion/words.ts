import type { Command } from "../command.ts";
import { wordsOf } from "../program.ts";

/** A place on a command line (`""`, `executions`, `executions list`) and what may follow it. */
export interface CompletionPlace {
  after: string;
  words: { word: string; summary: string }[];
}

/** What can stand after what, out of the commands themselves. */
export function readWords(commands: readonly Command[]): CompletionPlace[] {
  const places = new Map<string, Map<string, string>>();
  const add = (after: string, word: string, summary: string) => {
    const words = places.get(after) ?? new Map<string, string>();
    if (!words.has(word)) words.set(word, summary);
    places.set(after, words);
  };
  for (const { usage, summary, options } of commands) {
    const words = wordsOf(usage).split(" ");
    const full = words.join(" ");
    for (const [index, word] of words.entries())
      add(words.slice(0, index).join(" "), word, index === words.length - 1 ? summary : "");
    for (const { flags, description } of options) {
      for (const [flag] of flags.matchAll(/--?[a-z][\w-]*/g)) add(full, flag, description);
    }
    add(full, "--help", "show help");
  }
  return [...places].map(([after, words]) => ({
    after,
    words: [...words].map(([word, about]) => ({ word, summary: about })),
  }));
}
