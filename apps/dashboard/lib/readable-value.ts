/**
 * Values of KV stores as a person reads them. What JSON cannot hold stands in them as `{"$floww": [type, content]}` (the SDK's
 * value codec); here it is `Date("2026-03-01T…")`, `Map(1) {"a" => 1}`, `123n`, `bytes(2) "00 ff"`, and all else is JSON.
 */
const TAG = "$floww";

/** Bytes past it are counted and not shown. */
const BYTES_SHOWN = 64;

/** Whether it says more than JSON does. */
export function isTagged(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, TAG) || Object.values(value).some(isTagged);
}

/** In one line without `indent`, else over several. */
export function readableValue(value: unknown, indent?: number): string {
  return write(value, { step: " ".repeat(indent ?? 0), isLong: indent !== undefined, margin: "" });
}

interface Layout {
  step: string;
  isLong: boolean;
  margin: string;
}

function write(value: unknown, layout: Layout): string {
  if (Array.isArray(value)) return group("[", "]", value, layout, write);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const tag: unknown = Object.hasOwn(value, TAG) ? (value as Record<string, unknown>)[TAG] : undefined;
  const tagged = Array.isArray(tag) ? writeTagged(tag[0], tag[1], layout) : undefined;
  return tagged ?? writePlain(value, layout);
}

function writePlain(value: object, layout: Layout): string {
  return group("{", "}", Object.entries(value), layout, ([key, item], inner) => {
    return `${JSON.stringify(key)}: ${write(item, inner)}`;
  });
}

/** Undefined for what this page does not know, which is then shown as it is stored. */
function writeTagged(type: unknown, content: unknown, layout: Layout): string | undefined {
  if (type === "undefined") return "undefined";
  if (type === "number" && typeof content === "string") return content;
  if (type === "bigint" && typeof content === "string") return `${content}n`;
  if (type === "Date") return `Date(${content === null ? "NaN" : JSON.stringify(content)})`;
  if (type === "bytes" && typeof content === "string") return writeBytes(content);
  if (type === "Set" && Array.isArray(content))
    return group(`Set(${content.length}) {`, "}", content, layout, write);
  if (type === "Map" && Array.isArray(content))
    return group(`Map(${content.length}) {`, "}", content, layout, writeEntry);
  return type === "object" && typeof content === "object" && content !== null
    ? writePlain(content, layout)
    : undefined;
}

function writeEntry(entry: unknown, layout: Layout): string {
  if (!Array.isArray(entry)) return write(entry, layout);
  return `${write(entry[0], layout)} => ${write(entry[1], layout)}`;
}

function writeBytes(base64: string): string | undefined {
  try {
    const bytes = atob(base64);
    const shown = [...bytes.slice(0, BYTES_SHOWN)].map((one) =>
      one.charCodeAt(0).toString(16).padStart(2, "0"),
    );
    if (bytes.length > BYTES_SHOWN) shown.push("…");
    return `bytes(${bytes.length}) "${shown.join(" ")}"`;
  } catch {
    return undefined;
  }
}

function group<Item>(
  open: string,
  close: string,
  items: readonly Item[],
  { step, isLong, margin }: Layout,
  writeItem: (item: Item, layout: Layout) => string,
): string {
  if (items.length === 0) return open + close;
  const inner = { step, isLong, margin: margin + step };
  const written = items.map((item) => writeItem(item, inner));
  if (!isLong) return `${open}${written.join(", ")}${close}`;
  return `${open}\n${written.map((one) => inner.margin + one).join(",\n")}\n${margin}${close}`;
}
