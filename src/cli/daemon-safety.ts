/** Whether what is sent to the daemon can be read or changed on its way. */
import type { TaskDefinition } from "../core/definition/types.ts";
import { count } from "./units.ts";

export type DaemonConnection = {
  readonly endpoint: string;
  readonly tls?: { readonly verify: boolean };
  /** Who named it: `DOCKER_HOST`, `context "ci"`. */
  readonly source: string;
};

const TLS_ADVICE =
  "DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH=FOLDER (ca.pem, cert.pem, key.pem of that daemon) close it, or a tunnel does: ssh -L";

/** What to say of a daemon that is reached over a network in the open; `undefined` for all others. */
export function openConnectionNote(connection: DaemonConnection, definition: TaskDefinition): string | undefined {
  const gap = gapOf(connection);
  if (gap === undefined) return undefined;
  const daemon = `Docker at ${connection.endpoint} (${connection.source})`;
  const secrets = secretsOf(definition);
  return secrets === 0
    ? `Warning: ${daemon} is reached ${gap}: whoever is on the way can read and change what is sent. ${TLS_ADVICE}`
    : `WARNING: the values of ${count(secrets, "secret")} go to ${daemon} ${gap}: whoever is on the way can read them. ${TLS_ADVICE}`;
}

/** What does not leave this machine is not on anybody's way. */
function gapOf({ endpoint, tls }: DaemonConnection): string | undefined {
  const scheme = /^(tcp|https?):\/\//u.exec(endpoint)?.[1];
  if (scheme === undefined || isLoopback(endpoint)) return undefined;
  if (tls === undefined) return scheme === "https" ? undefined : "without TLS";
  return tls.verify ? undefined : "with TLS that does not check who answers";
}

function isLoopback(endpoint: string): boolean {
  const { hostname } = new URL(endpoint.replace(/^tcp:/u, "http:"));
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/u.test(hostname);
}

/** All that a task brings which others must not read. */
function secretsOf({ containerDefinitions }: TaskDefinition): number {
  const ofContainer = containerDefinitions.map(
    ({ secrets = [], environmentFiles = [], repositoryCredentials, logConfiguration }) =>
      secrets.length +
      environmentFiles.length +
      (logConfiguration?.secretOptions?.length ?? 0) +
      (repositoryCredentials === undefined ? 0 : 1),
  );
  return ofContainer.reduce((sum, each) => sum + each, 0);
}
