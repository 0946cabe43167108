/** A simulated daemon as if it were another process: nothing that goes in or comes out is shared with it. */
import type { DockerClient } from "../../src/ports/docker-client.ts";

/** Copies what crosses, so that the heap of both sides can be told apart. */
export function acrossTheWire(client: DockerClient): DockerClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name === "createContainer") return createCopied(target);
      if (name === "inspectContainer") return inspectCopied(target);
      return member.bind(target);
    },
  });
}

function createCopied(client: DockerClient): DockerClient["createContainer"] {
  return async (request, options) => structuredClone(await client.createContainer(structuredClone(request), options));
}

function inspectCopied(client: DockerClient): DockerClient["inspectContainer"] {
  return async (idOrName, options) => {
    const seen = await client.inspectContainer(idOrName, options);
    if (seen === undefined) return undefined;
    // Its `raw` is made on reading, and nobody reads it here.
    const { raw: _, ...facts } = Object.fromEntries(
      Object.entries(Object.getOwnPropertyDescriptors(seen)).map(([key, { value }]) => [key, value]),
    ) as { -readonly [Key in keyof typeof seen]: (typeof seen)[Key] };
    return { ...structuredClone(facts), raw: undefined };
  };
}
