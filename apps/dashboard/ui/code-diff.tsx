import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "./button.tsx";
import { CodeEditor } from "./code-editor.tsx";
import type { CodeLanguage } from "./code-language.ts";
import type { CodeFile } from "./code-merge.ts";
import { Loading } from "./states.tsx";

interface CodeDiffProps {
  before: CodeFile;
  after: CodeFile;
  language: CodeLanguage;
}

/** What changed between two texts; in one column, or in two where there is room. Only to look at. */
export function CodeDiff({ before, after, language }: CodeDiffProps) {
  const isWide = useSyncExternalStore(followWidth, () => wide().matches);
  const [wantsTwo, setTwo] = useState(false);
  const [isShort, setShort] = useState(true);
  const isSideBySide = isWide && wantsTwo;
  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 text-xs text-soft [overflow-wrap:anywhere]">
          <del className="text-danger no-underline">− {before.name}</del>{" "}
          <ins className="text-good no-underline">+ {after.name}</ins>
        </p>
        <div className="flex gap-1">
          <Button look="quiet" aria-pressed={!isShort} onClick={() => setShort(!isShort)}>
            All lines
          </Button>
          {isWide ? (
            <Button look="quiet" aria-pressed={wantsTwo} onClick={() => setTwo(!wantsTwo)}>
              Side by side
            </Button>
          ) : undefined}
        </div>
      </div>
      {before.text === after.text ? (
        <p className="text-soft">Nothing changed.</p>
      ) : (
        <Merge
          // Another look at it is another editor.
          key={`${isSideBySide} ${isShort}`}
          {...{ before, after, language, isSideBySide, isShort }}
        />
      )}
    </div>
  );
}

interface MergeProps extends CodeDiffProps {
  isSideBySide: boolean;
  isShort: boolean;
}

function Merge({ before, after, language, isSideBySide, isShort }: MergeProps) {
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "here" | "failed">("loading");
  // The parts rather than the files, which may be made anew at each drawing of the page.
  const [nameA, textA, nameB, textB] = [before.name, before.text, after.name, after.text];
  useEffect(() => {
    let isGone = false;
    let destroy: (() => void) | undefined;
    const make = async (parent: HTMLElement) => {
      const { createCodeMerge } = await import("./code-merge.ts");
      const files = { before: { name: nameA, text: textA }, after: { name: nameB, text: textB } };
      const made = await createCodeMerge({ parent, language, isSideBySide, isShort, ...files });
      if (isGone) return made();
      destroy = made;
      setState("here");
    };
    if (host.current !== null) make(host.current).catch(() => setState("failed"));
    return () => {
      isGone = true;
      destroy?.();
    };
  }, [nameA, textA, nameB, textB, language, isSideBySide, isShort]);
  if (state === "failed")
    return [before, after].map((file) => (
      <CodeEditor key={file.name} label={file.name} language={language} value={file.text} />
    ));
  return (
    <div className="min-w-0 overflow-hidden rounded-lg border bg-code font-mono focus-within:outline-2 focus-within:outline-accent">
      {state === "loading" ? <Loading /> : undefined}
      <div ref={host} className="max-h-160 overflow-y-auto empty:hidden" />
    </div>
  );
}

function wide(): MediaQueryList {
  return matchMedia("(min-width: 48rem)");
}

function followWidth(onChange: () => void): () => void {
  const query = wide();
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}
