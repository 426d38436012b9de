import { type Route, routes } from "@floww/contract/api";
import { shapeOf } from "@floww/contract/route-shape";
import type { Generator } from "./generator.ts";

/** What a browser needs to know of each route, without its schemas. */
export const routeShapes: Generator = {
  name: "route shapes",
  outputs: async () => {
    const lines = Object.entries(routes as Record<string, Route>).map(
      ([name, route]) => `  ${name}: ${JSON.stringify(shapeOf(route))},`,
    );
    const text = `// Made of the routes by \`npm run generate\`.
import type { RouteShape } from "../call-route.ts";

export const routeShapes: Record<string, RouteShape> = {
${lines.join("\n")}
};
`;
    return new Map([["packages/contract/api/generated/route-shapes.ts", text]]);
  },
};
