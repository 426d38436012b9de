const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(256);
for (let value = 0; value < DIGITS.length; value++) VALUES[DIGITS.charCodeAt(value)] = value;
/** Of a digit of five bits: another one follows. */
const CONTINUES = 32;
const COMMA = 44;
const SEMICOLON = 59;

/** A place as source maps count: lines and columns from 0. */
export interface Place {
  line: number;
  column: number;
}

export interface OriginalPlace extends Place {
  /** As the map names it: relative to the map, or a URL. */
  source: string;
}

/** Numbers to a segment: where it begins in the generated code, and the source, line and column that it comes from. */
const WIDTH = 5;
/** The source of a segment that comes from none. */
const NONE = -1;

/**
 * Where the pieces of a generated file come from (https://tc39.es/ecma426). Node's own `SourceMap` says the same; it makes an
 * object for each segment and sorts them, which takes longer than all else in a process that has to say where triggers were
 * declared.
 */
export class SourceMap {
  readonly #sources: readonly string[];
  readonly #segments: Int32Array;

  /** @throws SyntaxError, TypeError for what is no source map */
  constructor(json: string) {
    const { sources, mappings } = JSON.parse(json) as { sources: string[]; mappings: string };
    this.#sources = sources;
    this.#segments = decode(mappings);
  }

  /** Undefined for what the bundler put there itself. */
  find({ line, column }: Place): OriginalPlace | undefined {
    const segments = this.#segments;
    let low = 0;
    let high = segments.length / WIDTH;
    // The last segment that begins at or before the place.
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = middle * WIDTH;
      const isAfter = segments[at]! > line || (segments[at]! === line && segments[at + 1]! > column);
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    const at = (low - 1) * WIDTH;
    if (at < 0 || segments[at] !== line) return undefined;
    const source = this.#sources[segments[at + 2]!];
    return source === undefined ? undefined : { source, line: segments[at + 3]!, column: segments[at + 4]! };
  }
}

/**
 * Every segment's numbers are differences: the column's to the segment before it in its line, all others' to the one before it.
 * Once in a process's life, by code that nothing has made fast yet: hence numbers in flat arrays, and no function inside.
 */
function decode(mappings: string): Int32Array {
  const digits = Buffer.from(mappings, "latin1");
  const segments = new Int32Array(((digits.length >> 1) + 1) * WIDTH);
  let length = 0;
  let line = 0;
  let column = 0;
  let source = 0;
  let originalLine = 0;
  let originalColumn = 0;
  let field = 0;
  let bits = 0;
  let shift = 0;
  for (let index = 0; index <= digits.length; index++) {
    const code = index === digits.length ? SEMICOLON : digits[index]!;
    if (code === COMMA || code === SEMICOLON) {
      if (field > 0) {
        segments[length++] = line;
        segments[length++] = column;
        segments[length++] = field < 4 ? NONE : source;
        segments[length++] = originalLine;
        segments[length++] = originalColumn;
        field = 0;
      }
      if (code === SEMICOLON) {
        line++;
        column = 0;
      }
      continue;
    }
    const digit = VALUES[code]!;
    bits |= (digit & (CONTINUES - 1)) << shift;
    if (digit >= CONTINUES) {
      shift += 5;
      continue;
    }
    const difference = (bits & 1) === 1 ? -(bits >> 1) : bits >> 1;
    if (field === 0) column += difference;
    else if (field === 1) source += difference;
    else if (field === 2) originalLine += difference;
    else if (field === 3) originalColumn += difference;
    field++;
    bits = 0;
    shift = 0;
  }
  return segments.subarray(0, length);
}
