/** Where the Docker daemon is looked for when nobody says so. Source: the seed interface. */
import { DEFAULT_SOCKET } from "../docker/endpoint/resolve-endpoint.ts";

/** Environment variable that names the daemon's endpoint. */
export const DOCKER_ENDPOINT_ENV_VARIABLE = "DOCKER_HOST";
/** Docker's own default, a unix socket. Source: the seed interface. */
export const DOCKER_DEFAULT_ENDPOINT = `unix://${DEFAULT_SOCKET}`;
