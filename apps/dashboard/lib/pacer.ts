/** Runs what is asked for at once, and then at most so often; what is asked for meanwhile runs once, at the pause's end. */
export function createPacer(pauseMs: number, work: () => void): { run(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const begin = () => {
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (!isAsked) return;
      isAsked = false;
      begin();
    }, pauseMs);
  };
  return {
    run: () => {
      if (timer === undefined) begin();
      else isAsked = true;
    },
    stop: () => {
      clearTimeout(timer);
      isAsked = false;
    },
  };
}
