import type { LambdaPeer } from "../../platform/clients/aws/lambda-conformance.ts";
import { openLambda } from "../../platform/clients/aws/open-lambda.ts";
import { startMoto } from "../moto-server.ts";

/** moto's Lambda: it keeps functions of images and their settings, makes them active at once, and runs none of them. */
export async function openMotoLambda(): Promise<LambdaPeer> {
  const moto = await startMoto();
  const lambda = openLambda({
    region: "eu-central-1",
    endpoint: moto.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const roles = await Promise.all(["one", "two"].map((name) => createRole(moto.url, name)));
  return {
    functions: lambda.functions,
    roles: roles as [string, string],
    [Symbol.asyncDispose]: async () => {
      lambda.close();
      await moto[Symbol.asyncDispose]();
    },
  };
}

/** moto asks whether a function's role is there. */
async function createRole(url: string, name: string): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({
      Action: "CreateRole",
      Version: "2010-05-08",
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    }),
  });
  const [, arn] = /<Arn>([^<]+)<\/Arn>/.exec(await answer.text()) ?? [];
  return arn!;
}
