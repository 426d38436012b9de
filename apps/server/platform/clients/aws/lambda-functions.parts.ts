import { describe } from "vitest";
import { openMotoLambda } from "../../../testing/lambda/open-moto-lambda.ts";
import { isMotoInstalled } from "../../../testing/moto-server.ts";
import { describeLambdaFunctions } from "./lambda-conformance.ts";

// Our endpoint passes the same suite: it is held against somebody else's.
describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  describeLambdaFunctions("moto", openMotoLambda);
});
