import { DevSessionHub, type DevSessionHubOptions } from "../domain/dev-sessions/dev-session-hub.ts";
import { ServerMail } from "../domain/dev-sessions/server-mail.ts";

interface DevSessionsOptions extends Omit<DevSessionHubOptions, "mail"> {
  serverId: string;
  opened: AsyncDisposableStack;
  report(error: unknown): void;
}

/** Dev sessions, and the way to the other servers that they are answered through. */
export async function openDevSessions({
  database,
  serverId,
  report,
  opened,
  ...options
}: DevSessionsOptions): Promise<DevSessionHub> {
  const mail = new ServerMail({ database, serverId, report });
  const devSessions = new DevSessionHub({ database, mail, ...options });
  await mail.open((letter) => devSessions.receive(letter));
  opened.defer(() => mail.close());
  await devSessions.refresh();
  return devSessions;
}
