import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { LambdaFunctions } from "./lambda-functions.ts";
import { LambdaInvocations } from "./lambda-invocations.ts";

const CONNECT_MS_MAX = 5_000;
const REQUEST_MS_MAX = 60_000;
const CONTROL_ATTEMPTS_MAX = 5;
/** Each run holds a connection until its end; the client's own bound of 50 would have the others wait unseen. */
const INVOCATIONS_MAX = 10_000;
/** Less than AWS keeps an idle connection: one that it closes while we send would leave us guessing. */
const IDLE_CONNECTION_MS_MAX = 4_000;

export interface OpenLambdaOptions {
  region: string;
  /** Another service than AWS's own, and what it knows us by; default: what AWS's own rules find (environment, profile, role). */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface Lambda {
  functions: LambdaFunctions;
  invocations: LambdaInvocations;
  close(): void;
}

export function openLambda(place: OpenLambdaOptions): Lambda {
  const control = new LambdaClient({
    ...place,
    maxAttempts: CONTROL_ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      // Without it the time is only written about.
      throwOnRequestTimeout: true,
    },
  });
  const connections = { keepAlive: true, maxSockets: INVOCATIONS_MAX, timeout: IDLE_CONNECTION_MS_MAX };
  const runs = new LambdaClient({
    ...place,
    // What may have begun is never repeated behind the driver's back.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      // A run may be silent for as long as it may take.
      requestTimeout: 0,
      httpAgent: new HttpAgent(connections),
      httpsAgent: new HttpsAgent(connections),
    },
  });
  return {
    functions: new LambdaFunctions(control),
    invocations: new LambdaInvocations(runs),
    close: () => {
      control.destroy();
      runs.destroy();
    },
  };
}
