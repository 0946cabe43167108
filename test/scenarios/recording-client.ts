/** A client that notes what is asked of it, in order, with everything that was passed. */
import type { DockerClient } from "../../src/index.ts";

export type RecordedCall = { readonly operation: string; readonly args: readonly unknown[] };

export function recordingClient<Client extends DockerClient>(
  client: Client,
): { readonly client: Client; readonly calls: readonly RecordedCall[] } {
  const calls: RecordedCall[] = [];
  const recording = new Proxy(client, {
    get(target, operation) {
      const member: unknown = Reflect.get(target, operation);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls.push({ operation: String(operation), args });
        return member.apply(target, args);
      };
    },
  });
  return { client: recording, calls };
}
