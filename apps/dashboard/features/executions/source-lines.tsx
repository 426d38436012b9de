import { ScrollRegion } from "../../ui/scroll-region.tsx";

const AROUND = 3;

/** The line that is meant, with a few around it. */
export function SourceLines({ text, line }: { text: string; line: number }) {
  const lines = text.split("\n");
  const from = Math.max(line - 1 - AROUND, 0);
  const shown = lines.slice(from, line + AROUND);
  return (
    <ScrollRegion label="Source" className="mt-3 rounded-lg bg-code py-2 font-mono text-xs">
      <ol>
        {shown.map((one, index) => {
          const number = from + index + 1;
          const isMeant = number === line;
          return (
            <li
              key={number}
              aria-current={isMeant ? "true" : undefined}
              className={`flex min-w-max gap-4 px-3 ${isMeant ? "bg-danger-soft" : ""}`}
            >
              <span className="w-8 shrink-0 text-right text-soft select-none">{number}</span>
              <code className="whitespace-pre">{one}</code>
            </li>
          );
        })}
      </ol>
    </ScrollRegion>
  );
}
