import type { DriverName } from "@floww/contract/api";

export const driverTitles: Record<DriverName, string> = {
  process: "Processes on this server",
  docker: "Docker containers",
  lambda: "AWS Lambda",
};

const SAID: readonly [RegExp, string][] = [
  [
    /^bubblewrap/,
    "Each process runs in a sandbox of its own (bubblewrap): it sees no file of the server, and reaches the internet only by a proxy that refuses private addresses.",
  ],
  [
    /^permission/,
    "Only Node's permission model stands between your code and the server: a seat belt, no wall. For code that you trust.",
  ],
  [
    /^docker/,
    "Each deployment runs in containers of its own, without the server's files and with no way out but a proxy that refuses private addresses.",
  ],
  [/^AWS Lambda/, "Each deployment runs in microVMs at AWS, apart from this server and from the others."],
];

/** What keeps user code in, in plain words; the server's own where it says something that we do not know. */
export function isolationWords(isolation: string): string {
  return SAID.find(([pattern]) => pattern.test(isolation))?.[1] ?? isolation;
}
