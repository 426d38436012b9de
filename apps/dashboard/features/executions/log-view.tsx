import { useState } from "react";
import { formatInstant } from "../../lib/format.ts";
import { AnsiText } from "../../ui/ansi-text.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { Select } from "../../ui/select.tsx";
import { Empty } from "../../ui/states.tsx";
import { type LogLine, useLogs } from "./use-logs.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

const COLOURS: Record<Level, string> = {
  debug: "text-soft",
  info: "text-busy",
  warn: "text-warn",
  error: "text-danger",
};

interface LogViewProps {
  params: { namespaceId: string; executionId: string };
  /** How many attempts there were; the newest is shown first. */
  attempts: number;
}

/** What the handler and the server said, as it is said. */
export function LogView({ params, attempts }: LogViewProps) {
  const [chosen, setChosen] = useState<number>();
  const attempt = chosen ?? Math.max(attempts, 1);
  const [level, setLevel] = useState<Level>("debug");
  const [text, setText] = useState("");
  const logs = useLogs({ params, attempt });
  const shown = (logs.data ?? []).filter((line) => isShown(line, level, text));
  return (
    <Card
      title="Log"
      isFlush
      actions={
        <>
          <SearchInput label="Search in the log" placeholder="Search" value={text} onChange={setText} />
          {attempts < 2 ? undefined : (
            <Select
              label="Attempt"
              value={String(attempt)}
              options={Array.from({ length: attempts }, (_, index) => ({
                value: String(attempts - index),
                label: `Attempt ${attempts - index}`,
              }))}
              onChange={(value) => setChosen(Number(value))}
            />
          )}
          <Select
            label="Level"
            value={level}
            options={LEVELS.map((value) => ({
              value,
              label: value === "debug" ? "All levels" : `${value} and up`,
            }))}
            onChange={(value) => setLevel(value as Level)}
          />
          <CopyButton
            label="Copy the log"
            text={shown.map(({ at, level, text }) => `${at} ${level} ${text}`).join("\n")}
          />
        </>
      }
    >
      <QueryView query={logs}>
        {(lines) =>
          shown.length === 0 ? (
            <Empty title={lines.length === 0 ? "Nothing was logged" : "No line fits"}>
              {lines.length === 0
                ? "What the handler writes with ctx.logger or console stands here."
                : undefined}
            </Empty>
          ) : (
            <ol
              aria-label="Log lines"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
              tabIndex={0}
              className="max-h-[32rem] overflow-auto py-2 font-mono text-xs"
            >
              {shown.map((line) => (
                <li
                  key={`${line.attempt}-${line.sequence}`}
                  className="flex gap-3 px-4 py-0.5 hover:bg-hover"
                >
                  <time dateTime={line.at} title={formatInstant(line.at)} className="shrink-0 text-soft">
                    {line.at.slice(11, 23)}
                  </time>
                  <span className={`w-10 shrink-0 ${COLOURS[line.level]}`}>{line.level}</span>
                  <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
                    <AnsiText text={line.text} />
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
    </Card>
  );
}

function isShown(line: LogLine, level: Level, text: string): boolean {
  return (
    LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) &&
    (text === "" || line.text.toLowerCase().includes(text.toLowerCase()))
  );
}
