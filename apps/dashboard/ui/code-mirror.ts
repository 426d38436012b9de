import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { Annotation, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { type CodeLanguage, loadLanguage } from "./code-language.ts";
import { codeLook } from "./code-look.ts";

export interface CodeMirrorOptions {
  parent: HTMLElement;
  text: string;
  language: CodeLanguage;
  /** What it is called. */
  label: string;
  /** Absent where the text is only looked at. */
  onChange?: (text: string) => void;
}

export interface CodeMirror {
  /** Its owner's word, of which `onChange` hears nothing. */
  setText(text: string): void;
  setInvalid(isInvalid: boolean): void;
  /** Goes on where somebody was writing. */
  focus(selection: { start: number; end: number }): void;
  destroy(): void;
}

/** Of a change that the owner of the text has made, and so knows of. */
const byOwner = Annotation.define<true>();

/** A text that is only looked at is reached by Tab and scrolled by the arrows, as any part of a page. */
export function readOnlyCode(label: string): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
  ];
}

/** The editor itself; all of CodeMirror is behind this file and comes when the first code is shown. */
export async function createCodeMirror(options: CodeMirrorOptions): Promise<CodeMirror> {
  const { parent, text, language, label, onChange } = options;
  const grammar = await loadLanguage(language);
  const view = new EditorView({
    parent,
    doc: text,
    extensions: [
      codeLook(),
      grammar,
      lineNumbers(),
      language === "text" ? [] : foldGutter(),
      EditorView.lineWrapping,
      onChange === undefined ? readOnlyCode(label) : editable(label, onChange),
    ],
  });
  return {
    setText: (next) => {
      if (view.state.doc.toString() === next) return;
      const changes = { from: 0, to: view.state.doc.length, insert: next };
      view.dispatch({ changes, annotations: byOwner.of(true) });
    },
    setInvalid: (isInvalid) => view.contentDOM.setAttribute("aria-invalid", String(isInvalid)),
    focus: ({ start, end }) => {
      view.dispatch({ selection: { anchor: start, head: end } });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function editable(label: string, onChange: (text: string) => void): Extension {
  return [
    history(),
    bracketMatching(),
    indentOnInput(),
    // Tab leaves the editor, as it leaves any field (WCAG 2.1.2).
    keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label }),
    EditorView.updateListener.of((update) => {
      const isWritten = update.transactions.some((one) => one.docChanged && !one.annotation(byOwner));
      if (isWritten) onChange(update.state.doc.toString());
    }),
  ];
}
