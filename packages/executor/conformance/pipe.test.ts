import { pipeTransport } from "./pipe-transport.ts";
import { describeConformance } from "./run-conformance.ts";

describeConformance(pipeTransport);
