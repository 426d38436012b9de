import { useEgress } from "./egress.ts";
import { readArguments } from "./environment.ts";
import { runOverPipe } from "./transports/pipe.ts";

const FRAMES_DESCRIPTOR = 3;

const { egress, tmp } = readArguments();

runOverPipe(FRAMES_DESCRIPTOR, {
  ...(tmp === undefined ? {} : { tmp }),
  prepare: async () => {
    if (egress !== undefined) await useEgress(egress);
  },
});
