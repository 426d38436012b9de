import { runOverPipe } from "./transports/pipe.ts";

const FRAMES_DESCRIPTOR = 3;

runOverPipe(FRAMES_DESCRIPTOR);
