/** Where an executor's frames go: one per transport. */
export interface Channel {
  send(kind: number, run: number, header?: unknown, body?: Uint8Array): void;
  /** Hands the frame to the operating system before it returns, where that can be done: the process is about to end. */
  sendLast(kind: number, run: number, header?: unknown): void;
}
