/** Why a call to the daemon failed, before it is put into the words of the engine or of HTTP. */

/** The connection: `sent` tells whether the daemon may have acted on the request. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly sent: boolean;

  constructor(message: string, sent: boolean) {
    super(message);
    this.sent = sent;
  }
}

/** The caller's limit ran out. */
export class CallTimeout extends Error {
  override readonly name = "CallTimeout";
  readonly timeoutMs: number;
  /** Replaces the call's usual word in the message. */
  readonly word: string | undefined;

  constructor(timeoutMs: number, word?: string) {
    super(`No answer after ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
    this.word = word;
  }
}
