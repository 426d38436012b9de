import type { Rules } from "./rules.ts";

/** Where a file stands in the tree, as far as the rules name it. */
export interface Place {
  /** `packages/sdk`, `apps/server`, `tools`; `undefined` for a file at the root. */
  readonly part: string | undefined;
  /** `domain`, `platform`, `main`: only in parts that list areas. */
  readonly area: string | undefined;
  /** The folder whose rooms are ordered or isolated, and the room in it. */
  readonly folder: string | undefined;
  readonly room: string | undefined;
  /** What the rules do not know, when they should. */
  readonly unknown: string | undefined;
}

export function placeOf(path: string, rules: Rules): Place {
  const segments = path.split("/");
  if (segments.length === 1) return place({});
  const [top = "", second = ""] = segments;
  const isNested = top === "apps" || top === "packages";
  const part = isNested ? `${top}/${second}` : top;
  if (!rules.parts[part]) return place({ part, unknown: part });

  const areas = rules.areas[part];
  if (!areas) return place({ part });
  const inside = segments.slice(isNested ? 2 : 1);
  const area = stem(inside[0] ?? "");
  if (!areas[area]) return place({ part, area, unknown: `${part}/${inside[0]}` });

  const folder = `${part}/${area}`;
  const order = rules.rooms[folder];
  if (inside.length < 2 || !(order || rules.isolated.includes(folder))) return place({ part, area });
  const room = inside[1] ?? "";
  return place({
    part,
    area,
    folder,
    room,
    unknown: order && !order.includes(room) ? `${folder}/${room}` : undefined,
  });
}

/** `server.test.ts` belongs to `server`. */
function stem(name: string): string {
  return name.split(".")[0] ?? name;
}

function place(known: Partial<Place>): Place {
  return {
    part: undefined,
    area: undefined,
    folder: undefined,
    room: undefined,
    unknown: undefined,
    ...known,
  };
}
