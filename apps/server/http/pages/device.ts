import { FlowwError } from "@floww/contract/errors";
import {
  decideDevice,
  deviceClients,
  findPendingDevice,
  type PendingDevice,
} from "../../domain/identity/device-authorizations.ts";
import { rateLimited } from "../../domain/identity/sign-in.ts";
import { formatUserCode, readUserCode } from "../../domain/identity/user-code.ts";
import { html } from "./html.ts";
import { problemBox } from "./layout.ts";
import {
  formToken,
  type Page,
  type PageCall,
  type PageResult,
  refuseForeignForm,
  signInFirst,
} from "./page.ts";

/** `/device?user_code=…`: what a command line asks for. Visiting shows it; only the buttons decide. */
export const devicePage: Page = {
  path: "/device",

  get: async (call) => {
    const { person, context, url } = call;
    if (person === undefined) return signInFirst(call);
    const typed = url.searchParams.get("user_code");
    if (typed === null) return askForCode();
    limitTries(call, person.id);
    const userCode = readUserCode(typed);
    const macKey = context.identity.userCodeKey;
    const device =
      userCode === undefined ? undefined : await findPendingDevice(context.database, { macKey, userCode });
    if (userCode === undefined || device === undefined) return askForCode(UNKNOWN);
    context.identity.codeTries.giveBack(person.id);
    return askForDecision(call, userCode, device);
  },

  post: async (call) => {
    const { person, context, form } = call;
    if (person === undefined) return { redirect: "/login?next=/device" };
    refuseForeignForm(call);
    limitTries(call, person.id);
    const userCode = readUserCode(form.get("user_code") ?? "");
    const decision = form.get("decision");
    if (decision !== "approve" && decision !== "deny")
      throw new FlowwError("INPUT_INVALID", "The form has no decision.");
    const isApproved = decision === "approve";
    const macKey = context.identity.userCodeKey;
    const isDecided =
      userCode !== undefined &&
      (await decideDevice(context.database, { macKey, userCode, userId: person.id, isApproved }));
    if (!isDecided) return askForCode(UNKNOWN);
    context.identity.codeTries.giveBack(person.id);
    return {
      ...said(isApproved),
      audit: {
        organizationId: undefined,
        actor: { kind: "user", id: person.id, name: person.name },
        action: isApproved ? "approveDevice" : "denyDevice",
        subjects: {},
      },
    };
  },
};

const UNKNOWN = "That code is not known, was used, or is past its time.";

/** Codes are short: who looks for those of others must not get far. */
function limitTries({ context }: PageCall, userId: string): void {
  const waitMs = context.identity.codeTries.take(userId);
  if (waitMs > 0) throw rateLimited(waitMs);
}

function askForCode(problem?: string): PageResult {
  return {
    title: "Connect a device",
    status: problem === undefined ? 200 : 404,
    body: html`<p>Enter the code that <strong>floww login</strong> shows.</p>
${problemBox(problem)}
<form method="get" action="/device">
<label><span>Code</span>
<input class="code" name="user_code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="12" placeholder="XXXX-XXXX" required></label>
<button>Continue</button>
</form>`,
  };
}

function askForDecision(call: PageCall, userCode: string, device: PendingDevice): PageResult {
  const time = `${device.createdAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return {
    title: "Connect this device?",
    body: html`<p>Approve only if you started <strong>floww login</strong> yourself and it shows this very code.</p>
<div class="show-code">${formatUserCode(userCode)}</div>
<dl>
<div><dt>Program</dt><dd>${deviceClients.get(device.clientId) ?? device.clientId}</dd></div>
<div><dt>Address</dt><dd>${device.address === "" ? "unknown" : device.address}</dd></div>
<div><dt>Asked at</dt><dd>${time}</dd></div>
<div><dt>Signs in as</dt><dd>${call.person?.email}</dd></div>
</dl>
<form method="post" action="/device">
<input type="hidden" name="token" value="${formToken(call)}">
<input type="hidden" name="user_code" value="${userCode}">
<div class="choice">
<button class="plain" name="decision" value="deny">Deny</button>
<button name="decision" value="approve">Approve</button>
</div>
</form>`,
  };
}

function said(isApproved: boolean) {
  return isApproved
    ? { title: "Connected", body: html`<p>The command line is signed in. You can close this page.</p>` }
    : { title: "Denied", body: html`<p>The device was not signed in. You can close this page.</p>` };
}
