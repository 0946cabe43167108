/** Agrees on an API version with the daemon, once, and anew whenever it may be another daemon than before. */
import { chooseApiVersion, NEWEST_API_VERSION, OLDEST_API_VERSION } from "./api-version.ts";
import { DockerCallError } from "./failure.ts";

/** What the daemon says of itself, unversioned. */
export type DaemonOffer = {
  readonly version: string;
  readonly newestApi: string;
  readonly oldestApi: string;
  readonly os: string;
  readonly arch: string;
  /** `Api-Version` header of its answers: another value later means that another daemon answers. */
  readonly stamp: string | undefined;
};

export type Agreement = { readonly apiVersion: string; readonly offer: DaemonOffer };

export type Negotiator = {
  /** The standing agreement; `undefined` while there is none, or it is being asked for. */
  readonly standing: Agreement | undefined;
  /** The standing agreement, or a new one. Callers that come at once share one question. */
  agree(): Promise<Agreement>;
  /** Asks again, whatever is known. */
  refresh(): Promise<Agreement>;
  /** The daemon was away: it may come back upgraded. */
  forget(): void;
  /** Looks at an answer's stamp. Is this another daemon than the one we agreed with? Then the agreement is forgotten. */
  noticeChange(stamp: string | undefined): boolean;
};

export function createNegotiator(askDaemon: () => Promise<DaemonOffer>, endpoint: string): Negotiator {
  let current: Promise<Agreement> | undefined;
  let agreed: Agreement | undefined;
  /** The question that led to it. */
  let answered: Promise<Agreement> | undefined;

  function refresh(): Promise<Agreement> {
    const asking = askDaemon().then((offer) => agreeOn(offer, endpoint));
    current = asking;
    asking.then(
      (agreement) => {
        if (current !== asking) return;
        agreed = agreement;
        answered = asking;
      },
      () => {
        if (current === asking) forget();
      },
    );
    return asking;
  }

  function forget(): void {
    current = undefined;
    agreed = undefined;
    answered = undefined;
  }

  return {
    get standing() {
      return current === answered ? agreed : undefined;
    },
    agree: () => current ?? refresh(),
    refresh,
    forget,
    noticeChange(stamp) {
      if (agreed === undefined || stamp === undefined || stamp === agreed.offer.stamp) return false;
      forget();
      return true;
    },
  };
}

function agreeOn(offer: DaemonOffer, endpoint: string): Agreement {
  const apiVersion = chooseApiVersion({ newest: offer.newestApi, oldest: offer.oldestApi });
  if (apiVersion !== undefined) return { apiVersion, offer };
  const message =
    `Cannot agree on a Docker API version with the daemon at ${endpoint}: ` +
    `it speaks ${offer.oldestApi} to ${offer.newestApi}, Berth speaks ${OLDEST_API_VERSION} to ${NEWEST_API_VERSION}`;
  throw new DockerCallError({ type: "version", message });
}
