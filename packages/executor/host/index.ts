export { ExecutorProcess } from "./executor-process.ts";
export type { Bundle, RunEnd, RunError, RunJob, RunLog, RunSink, RuntimeTarget } from "./run.ts";
