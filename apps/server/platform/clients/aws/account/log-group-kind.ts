import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { hasTags, type ResourceKind, type ResourceProperties } from "./resource.ts";

type LogGroup = ResourceProperties["AWS::Logs::LogGroup"];

export function logGroupKind(client: CloudWatchLogsClient): ResourceKind<LogGroup> {
  return {
    find: async (name, wanted) => {
      for await (const { logGroups = [] } of paginateDescribeLogGroups(
        { client },
        { logGroupNamePrefix: name },
      )) {
        const found = logGroups.find(({ logGroupName }) => logGroupName === name);
        if (found === undefined) continue;
        // With and without the end that stands for its streams; a policy wants it, and tags do not.
        const arn = `${(found.arn ?? "").replace(/:\*$/, "")}:*`;
        const resourceArn = arn.slice(0, -":*".length);
        const { tags = {} } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        const present = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        // How long logs are kept is theirs to say: only "for ever", which nobody chose, is changed.
        const { RetentionInDays } = wanted;
        const properties = found.retentionInDays === undefined ? {} : { RetentionInDays };
        return { isOurs: hasTags(present, wanted.Tags), ref: name, arn, properties, problems: [] };
      }
      return undefined;
    },
    create: async ({ LogGroupName, Tags }) => {
      const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
      await client.send(new CreateLogGroupCommand({ logGroupName: LogGroupName, tags }));
    },
    change: {
      RetentionInDays: ({ LogGroupName, RetentionInDays }) =>
        client.send(
          new PutRetentionPolicyCommand({ logGroupName: LogGroupName, retentionInDays: RetentionInDays }),
        ),
    },
  };
}
