import { fileURLToPath } from "node:url";
import { SourceMap } from "./source-map.ts";

/**
 * Makes every `stack` of this process name the author's lines where it would name the bundle's. Node does that too, with
 * `--enable-source-maps`; but it reads the map of each module that it imports, used or not, and that takes longer than to import
 * the bundle. Here nothing is done with the map until somebody looks at a stack.
 */
export function mapStacks(url: string, map: Uint8Array): void {
  const format = Error.prepareStackTrace!;
  let places: SourceMap | undefined;
  Error.prepareStackTrace = (error, sites) => {
    const mapped = sites.map((site) => {
      if (site.getFileName() !== url) return site;
      try {
        places ??= new SourceMap(Buffer.from(map).toString("utf8"));
        return withOrigin(site, { url, places });
      } catch {
        // A stack with the bundle's lines is better than none.
        return site;
      }
    });
    return format(error, mapped);
  };
}

/** All that Node does with a call site, when nobody has put a function of his own in the place of ours, is to write it down. */
function withOrigin(
  site: NodeJS.CallSite,
  { url, places }: { url: string; places: SourceMap },
): NodeJS.CallSite {
  const [line, column] = [site.getLineNumber()!, site.getColumnNumber()!];
  const origin = places.find({ line: line - 1, column: column - 1 });
  if (origin === undefined) return site;
  const source = new URL(origin.source, url);
  const file = source.protocol === "file:" ? fileURLToPath(source) : source.href;
  const place = `${file}:${origin.line + 1}:${origin.column + 1}`;
  const written = String(site);
  const bundled = `${url}:${line}:${column}`;
  // Without a name V8 writes the place alone, and Node, when it maps, `<anonymous>` before it.
  const text = written.replace(bundled, () => (written.endsWith(bundled) ? `<anonymous> (${place})` : place));
  return Object.create(site, { toString: { value: () => text } });
}
