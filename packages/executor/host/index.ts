export { logCost } from "../log-cost.ts";
export { type AnswerAsk, type RunCalls, readAsk } from "./answer-ask.ts";
export { ExecutorProcess } from "./executor-process.ts";
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
