/** Which handler answers which request. */
import type { ApiRequest } from "./api-request.ts";
import { containerRoutes } from "./container-routes.ts";
import { execRoutes } from "./exec-routes.ts";
import { imageRoutes } from "./image-routes.ts";
import { resourceRoutes } from "./resource-routes.ts";
import { streamRoutes } from "./stream-routes.ts";
import { systemRoutes } from "./system-routes.ts";

export type Handler = (request: ApiRequest) => Promise<void>;
/** The pattern looks at the path without its version. */
export type Route = readonly [method: string, pattern: RegExp, handler: Handler];

const ROUTES = [...systemRoutes, ...containerRoutes, ...execRoutes, ...streamRoutes, ...imageRoutes, ...resourceRoutes];

export function findRoute(
  method: string,
  path: string,
): { readonly handler: Handler; readonly params: readonly string[] } | undefined {
  for (const [routeMethod, pattern, handler] of ROUTES) {
    const match = routeMethod === method ? pattern.exec(path) : null;
    if (match !== null) return { handler, params: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}
