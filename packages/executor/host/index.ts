export { logCost } from "../log-cost.ts";
export { type AnswerAsk, type RunCalls, readAsk } from "./answer-ask.ts";
export { ExecutorProcess } from "./executor-process.ts";
export { type FunctionEnd, FunctionLoad, FunctionRun } from "./function-run.ts";
export { OutputTail } from "./output-tail.ts";
export type { ProcessEnd } from "./process-end.ts";
export { runError } from "./received.ts";
export type {
  Bundle,
  CallBack,
  PlacedRuntime,
  ProviderAnswer,
  ProviderRequest,
  RunEnd,
  RunError,
  RunJob,
  RunLog,
  RunSink,
  RuntimeTarget,
} from "./run.ts";
export { type InvocationEnd, RuntimeApi } from "./runtime-api.ts";
