import { useEgress } from "./egress.ts";
import { readArguments, readLambdaSettings } from "./environment.ts";
import { type LambdaOptions, runOverLambda } from "./transports/lambda.ts";
import { runOverPipe } from "./transports/pipe.ts";

const FRAMES_DESCRIPTOR = 3;

const lambda = readLambdaSettings();

if (lambda !== undefined) {
  if (lambda.egress !== undefined) useEgress(lambda.egress);
  // Set by our own driver, with the function.
  void runOverLambda(lambda as LambdaOptions);
} else {
  const { egress, tmp } = readArguments();
  if (egress !== undefined) useEgress(egress);
  runOverPipe(FRAMES_DESCRIPTOR, tmp === undefined ? {} : { tmp });
}
