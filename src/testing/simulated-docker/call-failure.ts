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

/** An error inside a stream that had begun with status 200: told by the daemon, or `silent` for too long. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly silent: boolean;

  constructor(message: string, silent = false) {
    super(message);
    this.silent = silent;
  }
}

/** The client itself was closed. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed";
}
