import * as z from "zod";
import { FRAME_BYTES_MAX } from "../frames/messages.ts";
import { route } from "./route.ts";
import { id } from "./shapes.ts";

/** What an executor asks of the server when no pipe leads to it: on AWS Lambda, in a container. */
export const runRoutes = {
  callFromRun: route({
    method: "POST",
    path: "/api/runs/:executionId/calls",
    summary:
      "Asks the server on behalf of a running handler: one `call` or `fetch` frame, answered by the frames that a pipe would carry back.",
    permission: "run",
    isAudited: false,
    params: z.object({ executionId: id("execution") }),
    body: "bytes",
    bodyBytesMax: FRAME_BYTES_MAX,
    reply: "bytes",
  }),
};
