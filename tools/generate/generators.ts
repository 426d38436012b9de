import { errorPages } from "./error-pages.ts";
import type { Generator } from "./generator.ts";
import { openapi } from "./openapi.ts";
import { routeShapes } from "./route-shapes.ts";

export const generators: readonly Generator[] = [errorPages, openapi, routeShapes];
