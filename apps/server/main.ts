import { FlowwError } from "@floww/contract/errors";
import { readConfig } from "./config/config.ts";
import { readEnvironment } from "./config/env.ts";
import { startServer } from "./server.ts";

const report = (error: unknown) => console.error(error);

try {
  const config = readConfig(readEnvironment());
  const server = await startServer(config, report);
  process.stdout.write(`${JSON.stringify({ ready: true, ...server, home: config.home })}\n`);
  const stop = once(() => server.stop());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stop().then(
        () => process.exit(0),
        (error) => {
          report(error);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof FlowwError ? `${error.message}\n${error.fix}` : error);
  process.exit(1);
}

function once<T>(work: () => T): () => T {
  let result: { value: T } | undefined;
  return () => {
    result ??= { value: work() };
    return result.value;
  };
}
