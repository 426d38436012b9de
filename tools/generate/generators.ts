import { errorPages } from "./error-pages.ts";
import type { Generator } from "./generator.ts";
import { openapi } from "./openapi.ts";

export const generators: readonly Generator[] = [errorPages, openapi];
