import { createClient } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Command } from "../command.ts";
import { OAuthClient } from "../login/oauth-client.ts";
import { openBrowser } from "../login/open-browser.ts";
import { serverAddress, serverOption } from "../login/server-address.ts";
import { SignIns } from "../login/sign-ins.ts";
import { findServer } from "../session.ts";

export const login: Command = {
  usage: "login",
  summary: "Sign in to a server, by approving a code in your browser.",
  example: "floww login --server https://floww.example.com",
  options: [
    serverOption,
    { flags: "--no-browser", description: "print the address only; open it on any device" },
  ],
  run: async (call) => {
    const { options, environment, terminal, untilInterrupted } = call;
    const serverUrl = await serverAddress(call);
    const oauth = new OAuthClient(serverUrl);
    const interrupted = new AbortController();
    void untilInterrupted().then(() => interrupted.abort());
    try {
      const device = await oauth.startDevice(interrupted.signal);
      const address = device.verification_uri_complete ?? device.verification_uri;
      terminal.note(`Open ${new URL(address).href}`);
      terminal.note(`and approve the code ${device.user_code}. Waiting (Ctrl-C ends it) …`);
      if (options.browser !== false && terminal.isInteractive) openBrowser(address);
      const signIn = await oauth.waitForTokens(device, interrupted.signal);
      await new SignIns(environment.configFolder).save(signIn);
      const { name } = await createClient({ serverUrl, token: signIn.accessToken }).whoAmI({});
      terminal.print(`Signed in to ${serverUrl} as ${name}.`);
      const others = await findServer(environment);
      if (new URL(others.serverUrl).origin === new URL(serverUrl).origin) return;
      terminal.note(`Commands go to ${others.serverUrl} (${others.serverFrom}). To send them here:`);
      terminal.note(`  floww config set server ${serverUrl}`);
    } catch (error) {
      if (!interrupted.signal.aborted) throw error;
      throw new FlowwError("UNAUTHENTICATED", "The sign-in was given up.", { cause: error });
    }
  },
};
