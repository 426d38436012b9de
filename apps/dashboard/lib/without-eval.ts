import { config } from "zod";

/** Before the first schema is made: else it tries whether it may make functions of text, which the page's policy refuses. */
config({ jitless: true });
