import { LambdaEndpoint } from "../../../testing/lambda/lambda-endpoint.ts";
import { describeLambdaFunctions } from "./lambda-conformance.ts";
import { openLambda } from "./open-lambda.ts";

describeLambdaFunctions("our own endpoint", async () => {
  const endpoint = await LambdaEndpoint.start();
  const lambda = openLambda({
    region: "eu-central-1",
    endpoint: endpoint.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return {
    functions: lambda.functions,
    roles: ["arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"],
    [Symbol.asyncDispose]: async () => {
      lambda.close();
      await endpoint[Symbol.asyncDispose]();
    },
  };
});
