import { MergeView, unifiedMergeView } from "@codemirror/merge";
import type { Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { type CodeLanguage, loadLanguage } from "./code-language.ts";
import { codeLook } from "./code-look.ts";
import { readOnlyCode } from "./code-mirror.ts";

export interface CodeFile {
  name: string;
  text: string;
}

export interface CodeMergeOptions {
  parent: HTMLElement;
  language: CodeLanguage;
  before: CodeFile;
  after: CodeFile;
  isSideBySide: boolean;
  /** Long stretches that are the same are left out. */
  isShort: boolean;
}

/** How precise the comparison tries to be, in characters and milliseconds, before it takes the rough way. */
const DIFF = { scanLimit: 2_000, timeout: 500 };

/** Two texts with what changed between them; resolves with what takes it away again. */
export async function createCodeMerge(options: CodeMergeOptions): Promise<() => void> {
  const { parent, before, after, isSideBySide, isShort } = options;
  const grammar = await loadLanguage(options.language);
  const common = {
    gutter: true,
    diffConfig: DIFF,
    ...(isShort ? { collapseUnchanged: { margin: 3, minSize: 4 } } : {}),
  };
  const shown = (file: CodeFile): Extension => [
    codeLook(),
    changes,
    grammar,
    lineNumbers(),
    EditorView.lineWrapping,
    readOnlyCode(file.name),
  ];
  if (isSideBySide) {
    const view = new MergeView({
      parent,
      a: { doc: before.text, extensions: shown(before) },
      b: { doc: after.text, extensions: shown(after) },
      ...common,
    });
    return () => view.destroy();
  }
  const unified = unifiedMergeView({ original: before.text, mergeControls: false, ...common });
  const view = new EditorView({ parent, doc: after.text, extensions: [shown(after), unified] });
  return () => view.destroy();
}

const TAKEN = "var(--danger-soft)";
const PUT = "var(--good-soft)";

const changes = EditorView.theme({
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: TAKEN },
  "&.cm-merge-b .cm-changedLine, .cm-changedLine, .cm-inlineChangedLine": { backgroundColor: PUT },
  // The lines say what changed by colour and by the mark in the gutter; the words in them by a line below.
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
    background: "none",
    textDecoration: "underline var(--danger) 2px",
  },
  "&.cm-merge-b .cm-changedText, & .cm-changedText": {
    background: "none",
    textDecoration: "underline var(--good) 2px",
  },
  "&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter": { backgroundColor: "var(--danger)" },
  "&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter": { backgroundColor: "var(--good)" },
  ".cm-deletedChunk": { padding: "0 0.75rem 0 0.5rem" },
  "& .cm-collapsedLines": {
    color: "var(--soft)",
    background: "var(--hover)",
    padding: "0.25rem 0.5rem",
  },
  // Their own mark is in few fonts.
  "& .cm-collapsedLines:before, & .cm-collapsedLines:after": { content: '"···"' },
});
