import { ECRClient } from "@aws-sdk/client-ecr";
import { awsConnection } from "./aws-connection.ts";
import { EcrContent } from "./ecr-content.ts";

export function openEcrContent(
  { region, prefix, folder }: { region: string; prefix: string; folder: string },
  opened: AsyncDisposableStack,
): EcrContent {
  const client = new ECRClient({ region, ...awsConnection });
  opened.defer(() => client.destroy());
  return new EcrContent({ client, prefix, folder });
}
