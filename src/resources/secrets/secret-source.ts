/** Somewhere that values of secrets come from. */
import type { SecretRequest } from "../../core/secrets/requests.ts";
import type { SecretAnswer } from "../../core/secrets/select.ts";

/** Somewhere that secrets' values come from; several are asked in turn. */
export interface SecretSource {
  /** For messages: `secrets.env`, `the environment`, `AWS`. */
  readonly label: string;
  /**
   * Answers by the request's path. A request without an answer is not known here, and the next source is asked; the
   * texts of problems hold no values.
   * @throws `signal.reason`
   */
  resolve(requests: readonly SecretRequest[], signal: AbortSignal): Promise<ReadonlyMap<string, SecretAnswer>>;
}
