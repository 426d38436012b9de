import { glob, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A wall clock of the servers' own, which can be set while they run. Their database keeps the true one. */
export interface LyingClock {
  /** In front of a server's command. */
  readonly wrapper: readonly string[];
  setAhead(seconds: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The library of Debian's `faketime`; undefined where it is not installed. */
export async function findFaketime(): Promise<string | undefined> {
  for await (const file of glob("/usr/lib/*/faketime/libfaketime.so.1")) return file;
  return undefined;
}

export async function openLyingClock(): Promise<LyingClock> {
  const library = await findFaketime();
  if (library === undefined) throw new RangeError("faketime is not installed.");
  const folder = await mkdtemp(join(tmpdir(), "floww-chaos-clock-"));
  const file = join(folder, "clock");
  const setAhead = (seconds: number) => writeFile(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  await setAhead(0);
  return {
    wrapper: [
      "/usr/bin/env",
      `LD_PRELOAD=${library}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      "FAKETIME_CACHE_DURATION=1",
      // Timers go on as they do when somebody sets the clock of a machine.
      "FAKETIME_DONT_FAKE_MONOTONIC=1",
      "DONT_FAKE_MONOTONIC=1",
    ],
    setAhead,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
