export interface Outcome {
  /** Named as the command was. */
  reply: object;
  /** What must not reach the client before the reply. */
  afterReply?: () => void;
}
