export { logCost } from "../log-cost.ts";
export { ExecutorProcess } from "./executor-process.ts";
export { checkedCall, checkedFetch } from "./received.ts";
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
