import { freePort } from "../../apps/server/testing/free-port.ts";
import { LambdaEndpoint } from "../../apps/server/testing/lambda/lambda-endpoint.ts";
import { STOCK_IMAGE } from "../../apps/server/testing/lambda/open-lambda-driver.ts";
import { describeAnswers } from "./answers.ts";

describeAnswers({
  driver: "lambda",
  start: async () => {
    const endpoint = await LambdaEndpoint.start();
    const port = await freePort();
    const env = {
      FLOWW_PORT: String(port),
      FLOWW_PUBLIC_URL: `http://127.0.0.1:${port}`,
      FLOWW_LAMBDA: "eu-central-1",
      FLOWW_LAMBDA_ROLE: "arn:aws:iam::000000000000:role/floww-runtime",
      FLOWW_LAMBDA_IMAGE: STOCK_IMAGE,
      AWS_ENDPOINT_URL_LAMBDA: endpoint.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    return { env, stop: () => endpoint[Symbol.asyncDispose]() };
  },
});
