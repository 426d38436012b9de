import { ECRClient } from "@aws-sdk/client-ecr";
import { EcrContent } from "./ecr-content.ts";

/** An upload's part may take its time; a network that is gone must not take ours. */
const CONNECT_MS_MAX = 5_000;
const REQUEST_MS_MAX = 60_000;

/** With the credentials that AWS's own rules find: environment, profile, or the role of the machine. */
export function openEcrContent(
  { region, prefix, folder }: { region: string; prefix: string; folder: string },
  opened: AsyncDisposableStack,
): EcrContent {
  const client = new ECRClient({
    region,
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, requestTimeout: REQUEST_MS_MAX },
  });
  opened.defer(() => client.destroy());
  return new EcrContent({ client, prefix, folder });
}
