import type { Arrow, Graph } from "./graph.ts";

/** One shortest cycle through each knot of files that import one another, as the arrows walked. */
export function findCycles(graph: Graph): Arrow[][] {
  const cycles: Arrow[][] = [];
  const reported = new Set<string>();
  for (const start of [...graph.keys()].sort()) {
    if (reported.has(start)) continue;
    const cycle = shortestPath(graph, start, (arrow) => arrow.to === start);
    if (!cycle) continue;
    for (const arrow of cycle) reported.add(arrow.from);
    cycles.push(cycle);
  }
  return cycles;
}

/** The fewest arrows from `start` to one that is `wanted`, breadth first; only `follow`ed ones are walked or wanted. */
export function shortestPath(
  graph: Graph,
  start: string,
  wanted: (arrow: Arrow) => boolean,
  follow: (arrow: Arrow) => boolean = () => true,
): Arrow[] | undefined {
  const seen = new Set([start]);
  let frontier: Arrow[][] = [[]];
  while (frontier.length > 0) {
    const next: Arrow[][] = [];
    for (const path of frontier) {
      for (const arrow of graph.get(path.at(-1)?.to ?? start) ?? []) {
        if (!follow(arrow)) continue;
        if (wanted(arrow)) return [...path, arrow];
        if (arrow.to === undefined || seen.has(arrow.to)) continue;
        seen.add(arrow.to);
        next.push([...path, arrow]);
      }
    }
    frontier = next;
  }
  return undefined;
}
