import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { classNames } from "../lib/class-names.ts";
import type { CodeLanguage } from "./code-language.ts";
import type { CodeMirror } from "./code-mirror.ts";

interface CodeEditorProps {
  /** What it is called, for those who do not see it. */
  label: string;
  value: string;
  language: CodeLanguage;
  /** Absent where the text is only looked at. */
  onChange?: (value: string) => void;
  isInvalid?: boolean;
  /** How high it may grow (`max-h-96`), and how high it is at least. */
  className?: string;
}

/**
 * Code to look at or to write. While the editor is on its way, and where it cannot come, the text stands in a plain field
 * that does the same.
 */
export function CodeEditor({
  label,
  value,
  language,
  onChange,
  isInvalid = false,
  className,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const isReadOnly = onChange === undefined;
  const editor = useCodeMirror(host, plain, { label, value, language, isInvalid, onChange });
  return (
    <div
      className={classNames(
        "relative flex min-w-0 flex-col overflow-hidden rounded-lg border bg-code font-mono focus-within:outline-2 focus-within:outline-accent",
        isInvalid ? "border-danger" : isReadOnly ? "" : "border-strong-line",
      )}
    >
      <div
        ref={host}
        className={classNames(
          // Seen as soon as the editor is in it: it measures its lines then.
          "grid min-w-0 empty:hidden [&>.cm-editor]:max-h-[inherit] [&>.cm-editor]:min-h-0",
          className,
        )}
      />
      {editor !== undefined ? undefined : (
        <textarea
          ref={plain}
          aria-label={label}
          aria-invalid={isInvalid}
          readOnly={isReadOnly}
          spellCheck={false}
          rows={1}
          value={value}
          onChange={(event) => onChange?.(event.target.value)}
          className={classNames(
            // Where the editor's lines will stand, so that nothing jumps: its line numbers' width on the left.
            "field-sizing-content resize-none py-2 pr-3 pl-14 text-xs leading-normal outline-none",
            className,
          )}
        />
      )}
    </div>
  );
}

interface Wanted extends Pick<CodeEditorProps, "label" | "value" | "language"> {
  isInvalid: boolean;
  onChange: ((value: string) => void) | undefined;
}

function useCodeMirror(
  host: RefObject<HTMLDivElement | null>,
  plain: RefObject<HTMLTextAreaElement | null>,
  { label, value, language, isInvalid, onChange }: Wanted,
): CodeMirror | undefined {
  const [editor, setEditor] = useState<CodeMirror>();
  const isReadOnly = onChange === undefined;
  /** At once: a value that came back later would write over what was typed since. */
  const changed = useEffectEvent((text: string) => flushSync(() => onChange?.(text)));
  /** What was written while the editor was on its way is in the plain field, and who was writing goes on, with what they had selected. */
  const takeOver = useEffectEvent((made: CodeMirror) => {
    const field = plain.current;
    made.setText(field?.value ?? value);
    if (field !== null && document.activeElement === field)
      made.focus({ start: field.selectionStart, end: field.selectionEnd });
  });
  const current = useEffectEvent(() => value);
  useEffect(() => {
    let isGone = false;
    let made: CodeMirror | undefined;
    const make = async (parent: HTMLElement) => {
      const { createCodeMirror } = await import("./code-mirror.ts");
      const options = { parent, text: current(), language, label };
      const next = await createCodeMirror(isReadOnly ? options : { ...options, onChange: changed });
      if (isGone) return next.destroy();
      made = next;
      takeOver(made);
      // At once: never both of them, and never none.
      flushSync(() => setEditor(next));
    };
    // Without it, the plain field stays.
    if (host.current !== null) make(host.current).catch(() => undefined);
    return () => {
      isGone = true;
      made?.destroy();
      setEditor(undefined);
    };
  }, [host, language, label, isReadOnly]);
  useEffect(() => editor?.setText(value), [editor, value]);
  useEffect(() => editor?.setInvalid(isInvalid), [editor, isInvalid]);
  return editor;
}
