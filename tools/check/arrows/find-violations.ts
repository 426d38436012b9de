import { isTestFile } from "../source-files.ts";
import { findCycles, shortestPath } from "./cycles.ts";
import type { Arrow, Graph } from "./graph.ts";
import { type Place, placeOf } from "./place.ts";
import type { FileFacts } from "./read-facts.ts";
import type { Rules } from "./rules.ts";

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  /** What to do about it. */
  readonly advice: string;
}

type Finding = readonly [rule: string, advice: string];

export function findViolations(files: readonly FileFacts[], graph: Graph, rules: Rules): Violation[] {
  const violations = [
    ...files.flatMap((file) => checkFile(file, rules)),
    ...[...graph.values()].flat().flatMap((arrow) => checkArrow(arrow, rules)),
    ...findCycles(graph).map(cycleViolation),
    ...checkNeverLoads(graph, rules),
  ];
  return violations.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function checkFile(file: FileFacts, rules: Rules): Violation[] {
  const violations: Violation[] = [];
  const add = (line: number, rule: string, advice: string) =>
    violations.push({ file: file.path, line, rule, advice });
  const place = placeOf(file.path, rules);
  if (place.unknown)
    add(1, "unknown-room", `${place.unknown} has no place: a new room goes into rules.ts first`);
  if (!rules.readsEnvironment.test(file.path)) {
    for (const line of file.environmentLines) {
      add(
        line,
        "environment",
        "take the value as an option; only config/env.ts and environment.ts read process.env",
      );
    }
  }
  if (!rules.endsProcess.test(file.path)) {
    for (const line of file.exitLines) add(line, "exit", "throw or return; only main.ts may end the process");
  }
  return violations;
}

function checkArrow(arrow: Arrow, rules: Rules): Violation[] {
  const found = [effect(arrow, rules), client(arrow, rules), outside(arrow, rules), serverHalf(arrow, rules)];
  if (arrow.to !== undefined) found.push(inward(arrow.from, arrow.to, rules));
  return found
    .filter((finding) => finding !== undefined)
    .map(([rule, advice]) => ({ file: arrow.from, line: arrow.line, rule, advice }));
}

function effect({ from, kind, specifier }: Arrow, rules: Rules): Finding | undefined {
  if (kind !== "effect") return undefined;
  if (rules.effects.some((one) => one.files.test(from) && one.specifier.test(specifier))) return undefined;
  return ["effect-import", `import a name from "${specifier}" and call it, so that what happens is visible`];
}

function client({ from, to, specifier }: Arrow, rules: Rules): Finding | undefined {
  if (to !== undefined) return undefined;
  const rule = rules.clients.find(
    ({ packages, only }) =>
      packages.test(specifier) && !from.startsWith(only) && !/^(bench|chaos|tests)\//.test(from),
  );
  return rule && ["client", `${specifier} is used in ${rule.only} only: call that instead`];
}

function outside({ from, to, specifier }: Arrow, rules: Rules): Finding | undefined {
  if (to !== undefined || isTestFile(from)) return undefined;
  const rule = rules.outside.find(({ files, allowed }) => files.test(from) && !allowed.test(specifier));
  return rule && [rule.name, `${specifier}: ${rule.advice}`];
}

function serverHalf({ from, to }: Arrow, { serverHalf: { files, inside } }: Rules): Finding | undefined {
  if (to === undefined || !files.test(to) || !inside.test(from)) return undefined;
  if (files.test(from) || isTestFile(from)) return undefined;
  return ["server-half", `${to} runs on the server: move what both halves need into a file of its own`];
}

/** The order of parts, of the areas in a part, and of the rooms in an area. */
function inward(from: string, to: string, rules: Rules): Finding | undefined {
  const source = placeOf(from, rules);
  const target = placeOf(to, rules);
  if (source.part !== target.part) return betweenParts(source, target, rules);
  if (source.area !== target.area) return betweenAreas(from, source, target, rules);
  return betweenRooms(source, target, rules);
}

function betweenParts({ part }: Place, target: Place, { parts }: Rules): Finding | undefined {
  if (part === undefined || target.part === undefined) return undefined;
  if (parts[part]?.includes(target.part)) return undefined;
  if (target.part.startsWith("apps/")) {
    return ["layer", `nothing imports from ${target.part}: move what is shared into a package`];
  }
  return ["layer", `${part} may import ${list(parts[part])}, not ${target.part}`];
}

function betweenAreas(from: string, source: Place, target: Place, rules: Rules): Finding | undefined {
  const { part = "", area } = source;
  const areas = rules.areas[part];
  if (!areas || area === undefined || target.area === undefined) return undefined;
  if (rules.testAreas.includes(`${part}/${target.area}`)) {
    return isTestFile(from) ? undefined : ["area", `${target.area}/ is for tests only`];
  }
  if (areas[area]?.includes(target.area)) return undefined;
  if (target.area === "config")
    return ["area", "take the value as an option: run, server and context read config"];
  return ["area", `${part}/${area} may import ${list(areas[area])}, not ${target.area}`];
}

function betweenRooms(source: Place, target: Place, rules: Rules): Finding | undefined {
  const { folder, room } = source;
  if (folder === undefined || room === undefined || target.room === undefined || room === target.room)
    return undefined;
  if (folder !== target.folder) return undefined;
  if (rules.isolated.includes(folder))
    return ["isolated", `${room} and ${target.room} never import one another`];
  const order = rules.rooms[folder] ?? [];
  if (order.indexOf(target.room) < order.indexOf(room)) return undefined;
  return ["room-order", `${room} comes before ${target.room}: enqueue a job in the same transaction instead`];
}

function cycleViolation(cycle: Arrow[]): Violation {
  const [first] = cycle as [Arrow];
  const advice = `${[first.from, ...cycle.map(({ to }) => to)].join(" -> ")}: move what they share into a file of its own`;
  return { file: first.from, line: first.line, rule: "cycle", advice };
}

/** Follows what is loaded when the code runs; a type-only import loads nothing. */
function checkNeverLoads(graph: Graph, rules: Rules): Violation[] {
  const violations: Violation[] = [];
  for (const { files, package: name } of rules.neverLoads) {
    const isIt = ({ specifier, to }: Arrow) =>
      to === undefined && (specifier === name || specifier.startsWith(`${name}/`));
    for (const file of graph.keys()) {
      if (!files.test(file) || isTestFile(file)) continue;
      for (const arrow of graph.get(file) ?? []) {
        if (isIt(arrow)) violations.push(loads(file, arrow, [arrow], name));
        else if (arrow.to !== undefined && !files.test(arrow.to) && arrow.kind !== "type") {
          const path = shortestPath(graph, arrow.to, isIt, ({ kind }) => kind !== "type");
          if (path) violations.push(loads(file, arrow, [arrow, ...path], name));
        }
      }
    }
  }
  return violations;
}

function loads(file: string, { line }: Arrow, path: Arrow[], name: string): Violation {
  const way = [file, ...path.map(({ to }) => to ?? name)].join(" -> ");
  return {
    file,
    line,
    rule: "never-loads",
    advice: `${way}: use \`import type\`, or a file that does not load ${name}`,
  };
}

function list(names: readonly string[] = []): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}
