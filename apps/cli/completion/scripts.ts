// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shells write their variables like that
import type { CompletionPlace } from "./words.ts";

/** One script a shell. They hold all words, so completing starts no process. */
export const completionScripts = { bash, zsh, fish };

function bash(places: readonly CompletionPlace[]): string {
  return [
    '# floww completions for bash; add to ~/.bashrc:  eval "$(floww completion bash)"',
    "_floww() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" place="" word words=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    [[ $word == -* ]] || place="${place:+$place }$word"',
    "  done",
    ...chooseWords(places, '  case "$place" in', "  esac", (words) => `words=${quote(words)}`),
    '  if [[ -z $words ]]; then COMPREPLY=($(compgen -f -- "$current")); else COMPREPLY=($(compgen -W "$words" -- "$current")); fi',
    "}",
    "complete -o filenames -F _floww floww",
  ].join("\n");
}

function zsh(places: readonly CompletionPlace[]): string {
  return [
    "#compdef floww",
    '# floww completions for zsh; add to ~/.zshrc after compinit:  eval "$(floww completion zsh)"',
    "_floww() {",
    '  local place="" word words_here=""',
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    [[ $word == -* ]] || place="${place:+$place }$word"',
    "  done",
    ...chooseWords(places, '  case "$place" in', "  esac", (words) => `words_here=${quote(words)}`),
    "  if [[ -z $words_here ]]; then _files; else compadd -- ${=words_here}; fi",
    "}",
    "compdef _floww floww",
  ].join("\n");
}

function fish(places: readonly CompletionPlace[]): string {
  const lines = places.flatMap(({ after, words }) =>
    words.map(({ word, summary }) => {
      const kind = word.startsWith("--")
        ? `-l ${word.slice(2)}`
        : word.startsWith("-")
          ? `-s ${word.slice(1)}`
          : `-a ${word}`;
      const about = summary === "" ? "" : ` -d ${fishQuote(summary)}`;
      return `complete -c floww -f -n ${fishQuote(`__floww_at ${fishQuote(after)}`)} ${kind}${about}`;
    }),
  );
  return [
    "# floww completions for fish:  floww completion fish > ~/.config/fish/completions/floww.fish",
    "function __floww_at",
    "  set -l place (string match -v -- '-*' (commandline -opc)[2..])",
    '  test "$place" = "$argv[1]"',
    "end",
    ...lines,
  ].join("\n");
}

/** The longest place that fits, so that arguments may stand after a command. */
function chooseWords(
  places: readonly CompletionPlace[],
  open: string,
  close: string,
  assign: (words: string) => string,
): string[] {
  const cases = places
    .toSorted((a, b) => b.after.split(" ").length - a.after.split(" ").length)
    .flatMap(({ after, words }) => {
      const pattern = after === "" ? '""' : `${quote(after)}|${quote(`${after} `)}*`;
      return [`    ${pattern}) ${assign(words.map(({ word }) => word).join(" "))} ;;`];
    });
  return [open, ...cases, close];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
