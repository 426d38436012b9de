import { homedir } from "node:os";
import { join } from "node:path";

/** The only reader of `process.env`: every variable that the command line knows. */
export interface Environment {
  /** Key of a service account; wins over a sign-in. */
  token: string | undefined;
  /** Address of the server; wins over the settings. */
  server: string | undefined;
  /** Namespace by name or id; wins over the profile. */
  namespace: string | undefined;
  /** State folder of a server on this machine. */
  home: string;
  /** Folder of profiles and settings. */
  configFolder: string;
  /** What can be made again: layers of runtime images. */
  cacheFolder: string;
  /** Shows stack traces of unexpected errors. */
  isDebug: boolean;
  /** For the programs that we start: npm and the browser. */
  variables: Record<string, string | undefined>;
}

export const environmentHelp = `Environment:
  FLOWW_TOKEN       a service account's key, for CI; wins over a sign-in
  FLOWW_SERVER      address of the server
  FLOWW_NAMESPACE   namespace by name or id
  FLOWW_HOME        state folder of a server on this machine (default ~/.floww)
  FLOWW_DEBUG       set to 1 to see the stack traces of unexpected errors`;

export function readEnvironment(): Environment {
  const user = process.env.HOME || homedir();
  return {
    token: process.env.FLOWW_TOKEN || undefined,
    server: process.env.FLOWW_SERVER || undefined,
    namespace: process.env.FLOWW_NAMESPACE || undefined,
    home: process.env.FLOWW_HOME || join(user, ".floww"),
    configFolder: join(process.env.XDG_CONFIG_HOME || join(user, ".config"), "floww"),
    cacheFolder: join(process.env.XDG_CACHE_HOME || join(user, ".cache"), "floww"),
    isDebug: (process.env.FLOWW_DEBUG ?? "") !== "",
    variables: process.env,
  };
}

/** For the server that `floww dev` starts: the terminal's own variables, where to listen, and when to stop by itself. */
export function environmentOfServer(
  { home }: Environment,
  {
    idleStopMinutes,
    listen: { host, port },
  }: { idleStopMinutes: number; listen: { host?: string; port?: number } },
): Record<string, string | undefined> {
  return {
    ...process.env,
    FLOWW_HOME: home,
    FLOWW_IDLE_STOP_MINUTES: String(idleStopMinutes),
    ...(host === undefined ? {} : { FLOWW_HOST: host }),
    ...(port === undefined ? {} : { FLOWW_PORT: String(port) }),
  };
}

/**
 * esbuild is a Go program that starts with this process's environment. It keeps what it has parsed, and by Go's default
 * looks through all of it each time as much again has been made, which is a quarter of the time of a build.
 */
export function letEsbuildKeepMore(): void {
  process.env.GOGC ??= "400";
}
