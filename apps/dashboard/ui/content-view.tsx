import type { RouteAnswer, Routes } from "@floww/contract/api";
import { Download } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { decodeBase64, hexLines } from "../lib/bytes.ts";
import { formatBytes } from "../lib/format.ts";
import { saveFile } from "../lib/save-file.ts";
import { Button, IconButton } from "./button.tsx";
import { CodeEditor } from "./code-editor.tsx";
import type { CodeLanguage } from "./code-language.ts";
import { CopyButton } from "./copy-button.tsx";
import { ScrollRegion } from "./scroll-region.tsx";
import { Select } from "./select.tsx";

/** Bytes as the contract gives them: JSON, text, or base64 of what is neither. */
export type Content = NonNullable<RouteAnswer<Routes["getDelivery"]>["body"]>;

/** What is longer is cut until somebody wants all of it, so that a page with big bodies opens at once. */
const CUT_CHARS = 20_000;
const CUT_BYTES = 1024;
/** Hexadecimal takes five times the room; past this, the file is the better way to look. */
const HEX_BYTES_MAX = 64 * 1024;

interface ContentViewProps {
  content: Content;
  /** What it is: "Input", "Body". */
  label: string;
  /** Of the download, without its ending. */
  fileName?: string;
}

/** A body as a person reads it, with ways to copy and to keep it. */
export function ContentView({ content, label, fileName = "content" }: ContentViewProps) {
  const views = VIEWS[content.kind];
  const [chosen, setChosen] = useState<View>(views[0]);
  const view = views.includes(chosen) ? chosen : views[0];
  const bytes = useMemo(() => bytesOf(content), [content]);
  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-soft">
          {KINDS[content.kind]}
          {/* The size of JSON is the sender's; what is here was read and written again. */}
          {content.kind === "json" ? "" : `, ${formatBytes(bytes.byteLength)}`}
        </p>
        <div className="flex items-center gap-1">
          {views.length === 1 ? undefined : (
            <Select
              label={`Show ${label.toLowerCase()} as`}
              value={view}
              options={views.map((one) => ({ value: one, label: VIEW_LABELS[one] }))}
              onChange={(next) => setChosen(next as View)}
            />
          )}
          {content.kind === "base64" ? undefined : (
            <CopyButton text={textOf(content)} label={`Copy ${label.toLowerCase()}`} />
          )}
          <IconButton
            label={`Download ${label.toLowerCase()}`}
            onClick={() => saveFile(`${fileName}.${ENDINGS[content.kind]}`, bytes)}
          >
            <Download size={15} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
      {view === "hex" ? (
        <Hex label={label} bytes={bytes} />
      ) : (
        <Text label={label} text={textOf(content)} language={view} />
      )}
    </div>
  );
}

type View = "json" | "text" | "hex";

const KINDS: Record<Content["kind"], string> = { json: "JSON", text: "Text", base64: "Binary" };
const ENDINGS: Record<Content["kind"], string> = { json: "json", text: "txt", base64: "bin" };
const VIEW_LABELS: Record<View, string> = { json: "JSON", text: "Text", hex: "Hex" };

/** The first is the one to begin with. */
const VIEWS: Record<Content["kind"], [View, ...View[]]> = {
  json: ["json"],
  text: ["text", "hex"],
  base64: ["hex", "text"],
};

function textOf(content: Content): string {
  if (content.kind === "json") return JSON.stringify(content.value, undefined, 2);
  return content.kind === "text" ? content.value : new TextDecoder().decode(decodeBase64(content.value));
}

function bytesOf(content: Content): Uint8Array<ArrayBuffer> {
  return content.kind === "base64" ? decodeBase64(content.value) : new TextEncoder().encode(textOf(content));
}

function Text({ label, text, language }: { label: string; text: string; language: CodeLanguage }) {
  const [isWhole, setWhole] = useState(false);
  if (text === "") return <p className="text-soft">Empty.</p>;
  const isCut = !isWhole && text.length > CUT_CHARS;
  return (
    <>
      <CodeEditor
        label={label}
        language={language}
        value={isCut ? text.slice(0, CUT_CHARS) : text}
        className="max-h-128"
      />
      {isCut ? (
        <Cut onMore={() => setWhole(true)}>
          The first {formatBytes(CUT_CHARS)} of {formatBytes(text.length)}.
        </Cut>
      ) : undefined}
    </>
  );
}

function Hex({ label, bytes }: { label: string; bytes: Uint8Array }) {
  const [isWhole, setWhole] = useState(false);
  if (bytes.byteLength === 0) return <p className="text-soft">Empty.</p>;
  const shown = Math.min(bytes.byteLength, isWhole ? HEX_BYTES_MAX : CUT_BYTES);
  return (
    <>
      <ScrollRegion label={`${label} in hexadecimal`} className="max-h-128 rounded-lg border bg-code p-3">
        <pre className="w-max font-mono text-xs leading-normal">
          {hexLines(bytes.subarray(0, shown)).join("\n")}
        </pre>
      </ScrollRegion>
      {shown === bytes.byteLength ? undefined : isWhole ? (
        <p className="text-xs text-soft">
          The first {formatBytes(shown)} of {formatBytes(bytes.byteLength)}; the download has all.
        </p>
      ) : (
        <Cut onMore={() => setWhole(true)}>
          The first {formatBytes(shown)} of {formatBytes(bytes.byteLength)}.
        </Cut>
      )}
    </>
  );
}

function Cut({ children, onMore }: { children: ReactNode; onMore: () => void }) {
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs text-soft">
      <span>{children}</span>
      <Button onClick={onMore}>Show all</Button>
    </p>
  );
}
