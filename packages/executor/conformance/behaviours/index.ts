import type { Behaviour } from "../transport.ts";
import { answers } from "./answers.ts";
import { endings } from "./endings.ts";
import { errors } from "./errors.ts";
import { hostile } from "./hostile.ts";
import { loading } from "./loading.ts";
import { logs } from "./logs.ts";
import { vendorCalls } from "./vendor-calls.ts";

/** The table: everything that user code can do to an executor, and what has to come of it. */
export const behaviours: readonly Behaviour[] = [
  ...answers,
  ...errors,
  ...endings,
  ...logs,
  ...vendorCalls,
  ...loading,
  ...hostile,
];
