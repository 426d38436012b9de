import type { Command } from "../command.ts";
import { OAuthClient } from "../login/oauth-client.ts";
import { serverAddress, serverOption } from "../login/server-address.ts";
import { SignIns } from "../login/sign-ins.ts";

export const logout: Command = {
  usage: "logout",
  summary: "End this machine's sign-in, here and on the server.",
  example: "floww logout --server https://floww.example.com",
  options: [serverOption],
  run: async (call) => {
    const serverUrl = await serverAddress(call);
    const signIns = new SignIns(call.environment.configFolder);
    const signIn = await signIns.find(serverUrl);
    if (signIn === undefined) {
      call.terminal.print(`You are not signed in to ${serverUrl}.`);
      return;
    }
    // First on the server: a token that it still takes must not be forgotten here.
    await new OAuthClient(serverUrl).revoke(signIn.refreshToken);
    await signIns.forget(serverUrl);
    call.terminal.print(`Signed out of ${serverUrl}.`);
  },
};
