import type { Context } from "./context.ts";

/** What every trigger calls. The value it returns is the caller's answer: data as JSON, a `Response` as it is, nothing as 204. */
export type Handler<Event> = (ctx: Context, event: Event) => unknown;
