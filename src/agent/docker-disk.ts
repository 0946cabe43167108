/** How full the disk is that Docker keeps its images on, as far as it can be seen from here. */
import { hostname } from "node:os";
import { diskUsedPart } from "../images/index.ts";
import type { DaemonInfo, DockerClient } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";

type Ports = { readonly client: Pick<DockerClient, "endpoint" | "info">; readonly log: Log };

/**
 * A function that tells which part of that disk is used, 0 to 1; `undefined` when it cannot be seen: the daemon is on
 * another machine (or in a virtual one), or its folder is closed to us. Why is logged once, until it is seen again.
 *
 * The daemon is asked each time, as one that is started anew may keep its data elsewhere.
 */
export function dockerDisk({ client, log }: Ports): () => Promise<number | undefined> {
  let told: string | undefined;
  return async () => {
    try {
      const usedPart = await diskUsedPart(localRootDir(client.endpoint, await client.info()));
      told = undefined;
      return usedPart;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (told !== reason) log.info("Cannot see Docker's disk: images go by age and number alone", { reason });
      told = reason;
      return undefined;
    }
  };
}

/** @throws {Error} when the daemon's folders are not those of this machine */
function localRootDir(endpoint: string, { name, dockerRootDir }: DaemonInfo): string {
  if (!endpoint.startsWith("unix:")) throw new Error(`the daemon is at ${endpoint}`);
  // A socket may lead into a virtual machine, as it does with Docker Desktop.
  if (name !== hostname()) throw new Error(`the daemon is on host ${name}, and this is ${hostname()}`);
  if (dockerRootDir === "") throw new Error("the daemon does not say where its data is");
  return dockerRootDir;
}
