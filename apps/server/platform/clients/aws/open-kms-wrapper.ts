import { KMSClient } from "@aws-sdk/client-kms";
import type { KeyWrapper } from "../../keys/key-wrapper.ts";
import { awsConnection } from "./aws-connection.ts";
import { createKmsWrapper } from "./kms-wrapper.ts";

export function openKmsWrapper(
  { region, keyId }: { region: string; keyId: string },
  opened: AsyncDisposableStack,
): KeyWrapper {
  const client = new KMSClient({ region, ...awsConnection });
  opened.defer(() => client.destroy());
  return createKmsWrapper({ client, keyId });
}
